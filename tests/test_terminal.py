"""What people are shown: laid out for them, and nothing of an article steers the terminal."""

import re
from datetime import UTC, date, datetime

import pytest

from api.terminal import show_answer
from rag.plain import one_line, plain
from rag.types import Answer, ArticleRef, Citation, Unsupported


def an_answer(**given: object) -> Answer:
    made = {"question": "Q?", "status": "answered", "text": "T [1]", "model": "m", "trace_id": "t"}
    return Answer(**(made | {"asked_at": datetime.now(UTC)} | given))  # type: ignore[arg-type]


def a_citation(n: int, quote: str, **given: object) -> Citation:
    made = {"n": n, "quote": quote, "article_id": "a", "title": "T", "start": 0, "end": len(quote)}
    return Citation(**(made | given))  # type: ignore[arg-type]


def test_an_article_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    quote = "Red \x1b[31malert\x1b[0m\x07 \x9b2J\u202eand\u200b more\r\nhere \x1b]0;title\x07now"
    citation = a_citation(1, quote, title="A\x1b[2J\ntitle", publisher="P\x08", highlight=(4, 9))
    show_answer(an_answer(text=f"“{quote}” [1]", short="alert\x1b[5m", citations=(citation,)))
    out = capsys.readouterr().out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e]", out)
    assert out.splitlines()[0] == "alert"
    assert "Red alert 2Jand more here now" in out
    assert "A title · P · no date" in out


def test_stripping_leaves_ordinary_text_alone() -> None:
    text = "Rmb160bn — “naïve” 中文 🙂 [31m]\n\tend"
    assert plain(text) == text
    assert one_line(text) == "Rmb160bn — “naïve” 中文 🙂 [31m] end"
    assert plain("\ud800a") == "a"


def test_a_teaser_and_differing_articles_are_labelled(capsys: pytest.CaptureFixture[str]) -> None:
    citations = (
        a_citation(1, "It is 540.", kind="teaser", url="https://a.example/1", publisher="P"),
        a_citation(2, "It is 410.", published=date(2026, 6, 30)),
    )
    text = "The articles differ. 540 — “It is 540.” [1] 410 — “It is 410.” [2]"
    day = date(2026, 7, 1)
    show_answer(an_answer(status="conflicting", text=text, citations=citations, as_of=day))
    out = capsys.readouterr().out
    assert out.startswith("The articles differ.\n")
    assert "T · P · no date [teaser of another story]\n    https://a.example/1\n" in out
    assert out.count("It is 410.") == 1
    assert out.endswith("As of 1 July 2026.\n")


def test_a_text_of_its_own_is_printed_with_the_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    near = (ArticleRef(id="ab12", title="Near"),)
    quotes = (a_citation(1, "It costs 412 million euros."),)
    parts = (Unsupported(part="it opens in 2031", why="2031 is not in its quotes"),)
    show_answer(
        an_answer(
            status="partial",
            text="The bridge costs €412m [1].",
            citations=quotes,
            reason="Part of it.",
            nearest=near,
            unsupported=parts,
        )
    )
    out = capsys.readouterr().out
    assert out.startswith("The bridge costs €412m [1].\nPart of it.\n\n[1] “It costs 412")
    assert "    Near · no publisher · no date · ab12\n" in out
    assert "Left out: it opens in 2031 (2031 is not in its quotes)\n" in out
