"""The page parser: labels, offsets, facts, and pages that try to break it."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.bench.layout import LETTERS
from rag.page import clean, parse
from rag.types import Article, Label

PAGES = sorted((Path(__file__).parent / "pages").glob("*.txt"))


def marked(path: Path) -> tuple[str, list[Label], dict[str, str]]:
    """A page of tests/pages: its raw text, the label of each line, and the facts it states."""
    raw, labels, facts = [], [], {}
    for line in path.read_text("utf-8").split("\n"):
        if line.startswith("#: "):
            key, _, value = line[3:].partition("=")
            facts[key] = value
        elif line:
            labels.append(LETTERS[line[0]])
            raw.append(line[2:])
        else:
            raw.append("")
    return "\n".join(raw), labels, facts


def noisy(raw: str) -> str:
    """The same page as a careless copy gives it."""
    lines = [
        f"\u200b{line[:4]}\u00ad{line[4:].replace(' ', chr(0xA0), 1)}\u202e \U000e0041 "
        for line in raw.split("\n")
    ]
    return "\ufeff" + "\r\n".join(lines)


def shown(article: Article) -> list[tuple[str, str]]:
    return [(line.label.value, article.text[line.start : line.end]) for line in article.lines]


def body(article: Article) -> list[str]:
    return [text for label, text in shown(article) if label == "body"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_our_own_is_labelled_line_by_line(path: Path) -> None:
    raw, labels, facts = marked(path)
    article = parse(noisy(raw) if facts.pop("transform", "") == "noise" else raw)
    texts = [line for line in raw.split("\n") if line]
    assert [text for _, text in shown(article)] == texts
    wanted = [(label.value, text) for label, text in zip(labels, texts, strict=True)]
    assert shown(article) == wanted
    for key, value in facts.items():
        if value != "*":
            assert str(getattr(article, key)) == value, key
    assert all(line.reason for line in article.lines)


def test_there_is_a_page_for_every_hard_situation() -> None:
    assert len(PAGES) >= 35


def test_a_page_without_a_headline_is_titled_with_its_first_words_and_loses_nothing() -> None:
    article = parse(
        "The council of Marrow Bay has bought the old lighthouse for one crown.\n\nGood."
    )
    assert article.title == "The council of Marrow Bay has bought the old lighthouse for one crown."
    assert len(body(article)) == 2


def test_teasers_keep_their_rubrics_and_their_lines() -> None:
    raw, _, _ = marked(Path(__file__).parent / "pages" / "related_block_sentences.txt")
    article = parse(raw)
    assert [teaser.rubric for teaser in article.teasers] == ["Culture", "Sport", "Travel"]
    assert all(
        article.text[t.start : t.end].endswith(("night.", "cup.", "says.")) for t in article.teasers
    )


def test_a_one_line_teaser_spans_the_headline_alone() -> None:
    raw, _, _ = marked(Path(__file__).parent / "pages" / "related_inline.txt")
    article = parse(raw)
    first = article.teasers[0]
    assert article.text[first.start : first.end] == "Ferry firm asks for a second berth"
    assert first.rubric == "Read also"


def test_a_headline_and_its_text_and_date_are_one_teaser() -> None:
    raw, _, _ = marked(Path(__file__).parent / "pages" / "dated_teasers.txt")
    article = parse(raw)
    spans = [article.text[t.start : t.end] for t in article.teasers]
    assert spans[1] == "Orchard thieves take 300 trees in one night\nBy Lou Fenn\nMay 30, 2026"
    assert len(spans) == 3


@pytest.mark.parametrize(
    "line",
    [
        "Published in the May issue of a journal, the study followed 212 otters for nine years.",
        "When you sign up for a store card, read the terms before you sign anything.",
        "Are you affected by the new tax? If you own one boat, you are not.",
        "How did the otters find the river?",
        "More bad news",
        "9:45",
    ],
)
def test_text_that_sounds_like_furniture_stays(line: str) -> None:
    first = "Otters came back to the river Brill on Sunday, after 55 years without any, it said."
    last = "The otters were seen by the mill, where the river Brill has been clean since 2019."
    article = parse(f"Otters return to the Brill\nBy Ann Doe\n{first}\n{line}\n{last}\n{last[4:]}")
    kept = {text: label for label, text in shown(article)}
    assert kept[line] in ("body", "heading")
    assert kept[last] == kept[first] == "body"


def test_what_the_caller_gives_wins() -> None:
    raw, _, _ = marked(Path(__file__).parent / "pages" / "markdown.txt")
    given_ = parse(
        raw,
        title="Paper\nferry",
        publisher="Other",
        author="A. N. Other",
        published=date(2020, 1, 2),
        url="https://other.example/1",
    )
    facts = (given_.title, given_.publisher, given_.author, given_.published, given_.url)
    expected = ("Paper ferry", "Other", "A. N. Other", date(2020, 1, 2), "https://other.example/1")
    assert facts == expected


def test_identity_follows_url_then_source_then_content() -> None:
    text = "The ship sailed at noon with nobody on the quay to wave."
    by_url = {
        parse(text + extra, url="https://a.example/1", source="/x").id
        for extra in ("", " Then rain.")
    }
    by_source = {parse(text + extra, source="/x").id for extra in ("", " Then rain.")}
    by_content = {parse(text + extra).id for extra in ("", " Then rain.")}
    assert (len(by_url), len(by_source), len(by_content)) == (1, 1, 2)
    assert all(len(name) == 12 for name in by_url | by_source | by_content)


def test_the_content_hash_covers_text_and_facts_but_not_where_it_came_from() -> None:
    text = "The ship sailed at noon with nobody on the quay to wave."
    plain = parse(text).content_hash
    assert parse(text, source="/y").content_hash == plain
    assert parse(text, publisher="Quay").content_hash != plain
    assert parse(text.replace("noon", "two")).content_hash != plain


@pytest.mark.parametrize(
    ("line", "published", "updated"),
    [
        ("Published: March 3, 2026", "2026-03-03", None),
        ("3 March 2026, 14:05 GMT", "2026-03-03", None),
        ("Mar 3, 2026 • 4 min read", "2026-03-03", None),
        ("By Jane Doe | 12 May 2026", "2026-05-12", None),
        ("Posted on 2026-05-12", "2026-05-12", None),
        ("Updated 2026-03-04", None, "2026-03-04"),
        ("Last modified 4 March 2026", None, "2026-03-04"),
        ("Published 1 March 2026 Updated 4 March 2026", "2026-03-01", "2026-03-04"),
        ("13/04/2026", "2026-04-13", None),
        ("04/13/2026", "2026-04-13", None),
        ("04/04/2026", "2026-04-04", None),
        ("03/04/2026", None, None),
        ("03.04.2026, 16:05 Uhr", "2026-04-03", None),
        ("May 12, 2026 at 7:00 AM EDT", "2026-05-12", None),
        ("Publié le 2 avril 2026 à 18h30, mis à jour le 3 avril 2026", "2026-04-02", "2026-04-03"),
        ("Posted Thu 19 Mar 2026 at 5:12am, updated 3h ago", "2026-03-19", None),
        ("31 February 2026", None, None),
        ("5 hours ago", None, None),
    ],
)
def test_dates_are_read_from_date_lines(
    line: str, published: str | None, updated: str | None
) -> None:
    article = parse(
        f"Ferry to Oud runs again\n{line}\nThe ferry to Oud runs again after a week in dock.\n\n"
        "It was built on 2 May 1999 and last updated on 3 June 2001, its captain said."
    )
    found = (article.published, article.updated)
    assert found == tuple(date.fromisoformat(d) if d else None for d in (published, updated))
    assert len(body(article)) == 2


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("BY JANE DOE", "JANE DOE"),
        ("By Jane Doe and John van der Roe, Senior Reporters", "Jane Doe and John van der Roe"),
        ("Written by Jane Doe | 3 March 2026", "Jane Doe"),
        ("Author: Jane Doe", "Jane Doe"),
        ("EXCLUSIVE by Jane Doe, Showbiz Reporter", "Jane Doe"),
        ("By JANE DOE  Herald Education Writer", "JANE DOE"),
        ("By Jane Doe  jdoe@herald.example", "Jane Doe"),
        ("Jane Doe, Consumer Editor", "Jane Doe"),
        ("By March the ice had gone", None),
        ("By the numbers", None),
    ],
)
def test_authors_are_read_from_by_lines(line: str, author: str | None) -> None:
    article = parse(
        f"Ferry to Oud runs again\n{line}\nThe ferry to Oud runs again after a week in dock."
    )
    assert article.author == author


def test_dates_of_teasers_and_comments_are_never_taken() -> None:
    for name in ("dated_teasers", "comments_after"):
        raw, _, _ = marked(Path(__file__).parent / "pages" / f"{name}.txt")
        assert str(parse(raw.replace("June 1, 2026", "")).published) == "None"


def test_clean_takes_out_what_is_not_seen() -> None:
    raw = "\ufeffa\r\nb\rc\u200b\u200d\u2060d\u00ade\u202ef\u2066g\ufe0f\U000e0041h\x00i\tj\u00a0k"
    assert clean(raw) == "a\nb\ncdefghi\tj k"


@given(st.text())
def test_clean_twice_is_clean_once(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


PIECES = st.sampled_from(
    [
        "Related",
        "You May Also Like",
        "Read also: A ship",
        "# Head",
        "- item",
        "By Jane Doe",
        "3 March 2026",
        "Comments",
        "Reply",
        "The post A B C appeared first on D",
        "© 2026 D",
        "---",
        "```",
        "a: [",
        "Home | News | Sport",
        "A sentence that is long enough to be called prose here.",
        "Cut off text that goes on and on for a while...",
        "\t",
        "",
        "",
        "\u2028",
        "\r",
        "World News",
        "海岛小镇的居民星期天投票决定保留渡轮，尽管它每年亏损四百万元。",
        "lower case goes on here",
    ]
)


@given(
    st.one_of(
        st.text(), st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=40).map("\n".join)
    )
)
@settings(max_examples=300, deadline=None)
def test_any_text_is_covered_line_by_line(raw: str) -> None:
    article = parse(raw)
    assert article.text == clean(raw)
    wanted = [line.strip() for line in article.text.split("\n") if line.strip()]
    assert [article.text[line.start : line.end] for line in article.lines] == wanted
    at = 0
    for line in article.lines:
        assert at <= line.start < line.end
        at = line.end
    before = 0
    for teaser in article.teasers:
        assert before <= teaser.start < teaser.end <= len(article.text)
        before = teaser.end
    assert article.title


@given(st.text(max_size=200))
def test_given_facts_never_break_it(value: str) -> None:
    article = parse(
        "The ship sailed at noon.", title=value, publisher=value, author=value, url=value
    )
    assert article.title


@pytest.mark.parametrize(
    "raw",
    [
        "word " * 200_000,
        "a" * 1_000_000,
        "word\n" * 40_000,
        "- Read also: a b c\n" * 20_000,
        "By A" + " Bb" * 200_000,
        "| " * 400_000,
        "The post " * 100_000,
        "You May Also Like\nStock\nA sentence that is cut...\n" * 10_000,
        "A sentence that stands here for all.\n\nRelated\n\nShort one\n\n" * 5_000,
        "---\n" + "a: &a [*a]\n" * 1_000 + "---\n",
        "---\n" + "[" * 10_000 + "\n---\n",
        "(" * 300_000,
        "© 2026 " * 100_000,
        "12:00 " * 100_000,
    ],
    ids=lambda raw: raw[:12].replace("\n", "/"),
)
def test_a_million_characters_take_linear_time(raw: str) -> None:
    start = time.process_time()
    article = parse(raw)
    assert time.process_time() - start < 6
    assert article.text == clean(raw)


def test_terminal_sequences_leave_nothing_behind() -> None:
    assert clean("a \x1b[31mrow\x1b[0m \x1b]0;title\x07b \x9b1mc") == "a row b c"


def test_a_menu_word_is_no_publisher() -> None:
    page = (
        "News\n\nSport\n\nBusiness\n\nBridge to close\n\nBy Ada Orrin\n\n"
        "The bridge will close on Monday for two years, the council said.\n\n"
        "Get the day's business news in your inbox every morning.\n\n"
        "© 2026 Harrowgate Herald. All rights reserved."
    )
    assert parse(page).publisher == "Harrowgate Herald"


@pytest.mark.parametrize(
    ("head", "foot", "publisher"),
    [
        ("THE MARLING COURIER", "Copyright© 2026, MARLING PAPERS PVT LTD.", "THE MARLING COURIER"),
        ("Oud Lantern", "© 2026 Oud Lantern Media Ltd. All rights reserved.", "Oud Lantern"),
        ("Plough", "Contact us at desk@plough.example", "Plough"),
        ("Gadgets", "Follow us", None),
        ("Latest News", "About us", None),
        ("Oud Trust", "Oud Trust is a registered charity in England (119703).", "Oud Trust"),
    ],
)
def test_the_publisher_is_read_from_the_top_when_the_page_confirms_it(
    head: str, foot: str, publisher: str | None
) -> None:
    page = (
        f"{head}\nFerry to Oud runs again\nBy Jane Doe\n"
        "The ferry to Oud runs again after a week in dock.\n\n"
        f"It was built in a yard that has since closed, its captain said.\n\n{foot}"
    )
    assert parse(page).publisher == publisher


def test_a_closing_paragraph_that_speaks_to_the_reader_is_kept_below_a_box() -> None:
    told = "The ferry to Oud is late, and we who wait on the quay know why. " * 6
    last = "You may write to the ferry. You will get no answer, but the stamp is lovely."
    page = (
        f"Why the ferry is late\nBy Jane Doe\n{told}\n\n"
        "Sign up to our daily newsletter\nEnter your email address\n\n"
        f"{last}\n\n© 2026 Oud Lantern"
    )
    assert body(parse(page))[-1] == last


def test_a_name_that_speaks_is_no_note_on_the_author() -> None:
    told = "The ferry to Oud runs again after a week in dock, and nobody knows why. " * 6
    top = f"Ferry to Oud runs again\nBy Jane Doe\n{told}"
    page = f"{top}\n\nJane Doe: And next week?\n\nThe captain: No idea."
    assert len(body(parse(page))) == 3
    note = "Jane Doe has written about boats since 2011. She lives on one."
    assert note not in body(parse(f"Ferry to Oud runs again\nBy Jane Doe\n{told}\n\n{note}"))


def test_the_name_of_who_wrote_an_entry_may_be_the_last_line() -> None:
    entries = "".join(
        f"By Ann Doe\n{day} March 2026\nThe harbour stayed closed while divers looked at it.\n"
        for day in range(1, 7)
    )
    article = parse(
        f"Harbour closes after the storm of the century\n{entries}7 March 2026\nAnn Doe"
    )
    last = article.lines[-1]
    assert article.text[last.start : last.end] == "Ann Doe"
    assert last.label is Label.DATELINE


def test_a_long_live_blog_is_read_in_a_moment() -> None:
    top = "Harbour closes\nBy Ann Doe\n3 March 2026\nThe harbour closed on Monday after a storm.\n"
    entries = "".join(f"10:{minute % 60:02d}\nAnn Doe\n" for minute in range(4_000))
    began = time.process_time()
    article = parse(top + entries)
    assert time.process_time() - began < 10
    assert len(article.lines) == 8_004
