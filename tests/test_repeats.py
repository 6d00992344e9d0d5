"""Furniture is learned from the pages of a site, and taken out of those stored before."""

from dataclasses import replace
from itertools import product

import pytest

from api.terminal import show_layers
from rag.ask import ask
from rag.engine import Engine
from rag.ingest import ingest
from rag.recleaning import reclean
from rag.sources import Source
from rag.types import Article, Label
from tests.conftest import CountingEmbedder

PITCH = "Our evening letter brings you the best of the coast, straight from the harbour office."
BACKGROUND = "The port of Vessmouth has been closed to large ships since the storm of last winter."
STORIES = (
    ("Ferry gets a second deck", "The ferry to Ardholm will get a second deck for 40 cars."),
    ("Baker wins the rye prize", "Ilse Marten has won the rye prize with a loaf of 3 kilos."),
    ("School opens its roof", "The school on Pier Street has opened its roof to 210 pupils."),
    ("Choir sings for the pilots", "A choir of 60 sang for the pilots on Sunday evening."),
    ("Library lends fishing rods", "The library now lends 25 fishing rods a day to children."),
    ("Lighthouse is for sale", "The lighthouse of Grey Point is for sale at 90,000 crowns."),
)


def page(number: int, *, publisher: str = "Vessmouth Gazette", extra: str = "") -> Source:
    """A page with a standing box and a pitch that no pattern knows, and a background."""
    title, fact = STORIES[number]
    return Source(
        content=(
            f"{title}\n\nBy Tove Lindahl\n\n{4 + number} May 2026\n\n{fact} It was said on the "
            f"quay by the mayor, who had waited for number {number} all year.\n\n{PITCH}\n\n"
            f"Nobody in town had expected it before autumn, and many came to look at part "
            f"{number} of it.{extra}\n\n{BACKGROUND}\n\nMore is to follow in the week after the "
            f"fair, said clerk number {number} of the town.\n\nHarbour webcam and tide table\n"
        ),
        publisher=publisher,
    )


def label_of(article: Article, text: str) -> Label:
    [line] = [each for each in article.lines if article.text[each.start : each.end] == text]
    return line.label


def stored(engine: Engine, sources: list[Source]) -> list[Article]:
    ids = [each.id for each in ingest(engine, sources).articles]
    found = engine.library.articles(ids)
    return [found[id] for id in ids]


def test_two_pages_teach_nothing(engine: Engine) -> None:
    for article, text in product(
        stored(engine, [page(0), page(1)]), (PITCH, "Harbour webcam and tide table")
    ):
        assert label_of(article, text) is Label.BODY


def test_a_short_line_on_three_pages_is_furniture_of_all_of_them(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = stored(engine, [page(0)]), stored(engine, [page(1)])
    stored(engine, [page(2)])
    for article in engine.library.articles([first[0].id, second[0].id]).values():
        assert label_of(article, "Harbour webcam and tide table") is Label.FURNITURE
        assert label_of(article, BACKGROUND) is Label.BODY
        assert label_of(article, PITCH) is Label.BODY
        whole = " ".join(p.text for p in engine.library.passages_of(article.id))
        assert "webcam" not in whole
        assert "Nobody in town" in whole
        assert engine.library.keyword(["webcam"], limit=5) == []
        show_layers(article)
        assert "(on other pages of Vessmouth Gazette)" in capsys.readouterr().out


def test_a_pitch_to_the_reader_goes_too_but_a_background_stays(engine: Engine) -> None:
    articles = stored(engine, [page(n) for n in range(5)])
    found = engine.library.articles(article.id for article in articles)
    for article in found.values():
        assert label_of(article, PITCH) is Label.FURNITURE
        assert label_of(article, BACKGROUND) is Label.BODY
    (late,) = stored(engine, [page(5)])
    assert label_of(late, PITCH) is Label.FURNITURE
    assert label_of(late, BACKGROUND) is Label.BODY


def test_another_publisher_keeps_its_lines(engine: Engine) -> None:
    stored(engine, [page(n) for n in range(5)])
    (other,) = stored(engine, [page(5, publisher="Ardholm Post")])
    assert label_of(other, PITCH) is Label.BODY
    assert label_of(other, "Harbour webcam and tide table") is Label.BODY


def test_versions_of_one_story_are_one_page(engine: Engine) -> None:
    versions = [page(0, extra=f" That was edition {n}.") for n in range(5)]
    for article in engine.library.articles(a.id for a in stored(engine, versions)).values():
        assert label_of(article, PITCH) is Label.BODY
        assert label_of(article, "Harbour webcam and tide table") is Label.BODY


FACTS = (
    "Winner: Jane Rook",
    "Key rate: 5.25%",
    "Our town voted against the merger with Ardholm.",
    "You will find the old town hall empty, said the mayor.",
)


def test_facts_that_repeat_are_no_furniture(engine: Engine) -> None:
    pages = [page(n, extra="".join(f"\n\n{fact}" for fact in FACTS)) for n in range(6)]
    for article in engine.library.articles(a.id for a in stored(engine, pages)).values():
        for fact in FACTS:
            assert label_of(article, fact) is not Label.FURNITURE


def test_a_line_that_stands_twice_goes_twice(engine: Engine) -> None:
    pages = [replace(each, content=f"{each.content}\n\nHarbour webcam and tide table\n")
             for each in map(page, range(4))]  # fmt: skip
    for article in engine.library.articles(a.id for a in stored(engine, pages)).values():
        labels = [
            line.label
            for line in article.lines
            if article.text[line.start : line.end] == "Harbour webcam and tide table"
        ]
        assert labels == [Label.FURNITURE] * 2


def test_a_page_cannot_teach_for_the_site_it_claims_to_be(engine: Engine) -> None:
    genuine = replace(page(0), url="https://gazette.example/0")
    stored(engine, [genuine])
    stored(engine, [replace(page(n), url=f"https://evil.example/{n}") for n in range(1, 6)])
    (article,) = stored(engine, [genuine])
    assert label_of(article, PITCH) is Label.BODY


def test_only_what_changed_is_embedded_again(engine: Engine, embedder: CountingEmbedder) -> None:
    pages = stored(engine, [page(0), page(1)])
    before = {p.text for a in pages for p in engine.library.passages_of(a.id)}
    embedder.texts.clear()
    stored(engine, [page(2)])
    after = {p.text for a in pages for p in engine.library.passages_of(a.id)}
    again = [text for text in embedder.texts if any(text.endswith(p) for p in before & after)]
    assert before != after
    assert again == []
    embedder.texts.clear()
    reclean(engine)
    assert embedder.texts == []
    assert engine.index.count() == engine.library.counts().passages


def test_a_recleaning_that_was_ended_is_done_at_the_next_ingest(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = RuntimeError("ended")

    def end(*_: object, **__: object) -> None:
        raise ended

    pages = stored(engine, [page(0), page(1)])
    with monkeypatch.context() as patched:
        patched.setattr(engine.library, "resplit", end)
        with pytest.raises(RuntimeError):
            ingest(engine, [page(2)])
    assert label_of(engine.library.get(pages[0].id), "Harbour webcam and tide table") is Label.BODY
    stored(engine, [page(0)])
    for article in engine.library.articles(a.id for a in pages).values():
        assert label_of(article, "Harbour webcam and tide table") is Label.FURNITURE


def test_what_is_furniture_is_never_quoted(engine: Engine) -> None:
    stored(engine, [page(n) for n in range(5)])
    answer = ask(engine, "What does the evening letter bring from the harbour office?")
    assert all("evening letter" not in citation.quote for citation in answer.citations)
