"""The library: what is stored, swapped, found and refused."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import DataFolderError, LibraryTooNew, NotFound
from rag.library import Counts, Library
from rag.page import parse
from rag.passages import split
from rag.storing import Entry
from rag.types import Article, Filters

STORY = "Harbour plan approved\n\nThe council of Ostrava Bay approved the harbour plan for $40m.\n"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = Library(tmp_path / "data")
    yield opened
    opened.close()


def entry(article: Article) -> Entry:
    passages = split(article, count=len)
    vectors = np.zeros((len(passages), 4), dtype=np.float32)
    vectors[:, len(article.text) % 4] = 1
    return Entry(article, passages, vectors)


def put(library: Library, *articles: Article) -> list[str]:
    stored = library.put([entry(a) for a in articles], embedder="e", splitter="s")
    return [each.outcome for each in stored]


def found(library: Library, *terms: str, **narrowed: object) -> set[str]:
    hits = library.keyword(terms, limit=50, **narrowed)  # type: ignore[arg-type]
    return {passage.article_id for passage in library.passages(id for id, _ in hits).values()}


def test_an_article_comes_back_as_it_was_put(library: Library) -> None:
    article = parse(
        STORY, url="https://x.test/1", publisher="Bay Post", author="A", published=date(2031, 4, 5)
    )
    assert put(library, article) == ["new"]
    assert library.get(article.id) == article
    passages = library.passages_of(article.id)
    assert passages
    assert all(p.text == article.text[p.start : p.end] and p.id for p in passages)
    assert library.passages([passages[0].id, 999_999]) == {passages[0].id: passages[0]}


def test_the_same_content_is_put_once(library: Library) -> None:
    first, second = parse(STORY, source="/a.txt"), parse(STORY, source="/b.txt")
    assert put(library, first, second) == ["new", "unchanged"]
    assert library.match(second).outcome == "unchanged"
    assert library.counts().articles == 1


def test_changed_content_takes_the_place_of_the_old(library: Library) -> None:
    old = parse(STORY, source="/a.txt")
    new = parse(STORY.replace("$40m", "$55m").replace("harbour", "marina"), source="/a.txt")
    put(library, old)
    before = {p.id for p in library.passages_of(old.id)}
    assert put(library, new) == ["changed"]
    assert found(library, "$40m", "harbour") <= {new.id}
    assert "marina" in library.get(new.id).text
    assert not before & {p.id for p in library.passages_of(new.id)}
    assert set(library.pending().removed) == before
    assert library.counts().articles == 1


def test_a_file_that_becomes_another_article_leaves_only_that_one(library: Library) -> None:
    one, other = parse(STORY, source="/a.txt"), parse("Tram\n\nThe tram runs.\n", source="/b.txt")
    put(library, one, other)
    moved = parse("Tram\n\nThe tram runs.\n", source="/a.txt")
    match = library.match(moved)
    assert (match.same, match.replaces) == (other.id, (one.id,))
    assert put(library, moved) == ["changed"]
    assert library.get(other.id) == other
    with pytest.raises(NotFound):
        library.get(one.id)


def test_a_file_can_change_while_another_still_holds_its_old_content(library: Library) -> None:
    old, copy = parse(STORY, source="/a.txt"), parse(STORY, source="/b.txt")
    new = parse("Tram\n\nThe tram runs.\n", source="/a.txt")
    put(library, old, copy)
    assert put(library, new) == ["changed"]
    assert found(library, "harbour") == {old.id}
    assert library.get(old.id).source == "/b.txt"
    [tram] = found(library, "tram")
    assert tram != old.id
    assert library.get(tram).source == "/a.txt"
    assert put(library, new) == ["unchanged"]
    assert put(library, parse("Bus\n\nA bus runs.\n", source="/b.txt")) == ["changed"]
    assert found(library, "harbour") == set()
    assert library.counts().articles == 2


def test_an_id_of_a_removed_passage_is_never_given_again(library: Library) -> None:
    article = parse(STORY, source="/a.txt")
    put(library, article)
    first = {p.id for p in library.passages_of(article.id)}
    library.delete(article.id)
    assert library.counts() == Counts(articles=0, passages=0, pending=len(first))
    assert found(library, "harbour") == set()
    put(library, article)
    assert min(p.id for p in library.passages_of(article.id)) > max(first)


def test_get_takes_the_beginning_of_an_id(library: Library) -> None:
    article = parse(STORY, source="/a.txt")
    put(library, article)
    assert library.get(article.id[:4].upper()) == article
    for wrong in (article.id[:3], "zzzz", "", "%%%%", "____"):
        with pytest.raises(NotFound, match="articles list"):
            library.get(wrong)


def test_get_says_when_several_ids_begin_so(library: Library) -> None:
    articles = [parse(f"T{n}\n\nBody number {n}.\n", source=f"/{n}") for n in range(2)]
    twins = [a.model_copy(update={"id": f"abcd{n}"}) for n, a in enumerate(articles)]
    put(library, *twins)
    with pytest.raises(NotFound, match="abcd0, abcd1"):
        library.get("abcd")


@pytest.mark.parametrize(
    ("filters", "hits"),
    [
        (Filters(), "abc"),
        (Filters(publisher="BAY post"), "a"),
        (Filters(since=date(2031, 1, 2)), "b"),
        (Filters(until=date(2031, 1, 1)), "a"),
        (Filters(since=date(2031, 1, 1), until=date(2031, 1, 2)), "ab"),
        (Filters(publisher="nobody"), ""),
    ],
)
def test_filters_narrow_keyword_search_and_lists(
    library: Library, filters: Filters, hits: str
) -> None:
    given = {
        "a": parse(STORY + "a", source="/a", publisher="Bay Post", published=date(2031, 1, 1)),
        "b": parse(STORY + "b", source="/b", publisher="Tide", published=date(2031, 1, 2)),
        "c": parse(STORY + "c", source="/c", publisher="Tide"),
    }
    put(library, *given.values())
    expected = {given[key].id for key in hits}
    assert found(library, "harbour", filters=filters) == expected
    assert {listed.id for listed in library.newest(filters=filters)} == expected
    one = Filters(articles=(given["b"].id,), publisher=filters.publisher)
    assert found(library, "harbour", filters=one, kind="body") <= {given["b"].id}
    assert found(library, "harbour", filters=filters, kind="teaser") == set()


def test_lists_are_newest_first_and_paged(library: Library) -> None:
    days = [date(2031, 1, day) for day in (3, 1, 2)]
    for day in days:
        put(library, parse(f"T\n\nOn {day} it rained.\n", source=f"/{day}", published=day))
    listed = library.newest()
    assert [each.published for each in listed] == sorted(days, reverse=True)
    assert [each.id for each in library.newest(limit=1, offset=1)] == [listed[1].id]
    assert listed[0].passages == 1


def test_the_best_keyword_match_comes_first_and_titles_count(library: Library) -> None:
    plenty = parse("Weather\n\nThe tram tram tram came.\n", source="/a")
    once = parse("Weather\n\nThe sun shone on a long day, and one tram came.\n", source="/b")
    titled = parse("The zeppelin question\n\nNothing was decided.\n", source="/c")
    put(library, once, plenty, titled)
    hits = library.keyword(["trams"], limit=5)
    assert [library.passages([id])[id].article_id for id, _ in hits] == [plenty.id, once.id]
    assert hits[0][1] > hits[1][1] > 0
    assert found(library, "zeppelins") == {titled.id}


@pytest.mark.parametrize(
    "term",
    [
        '"', '""', "'", "*", "har*", "NOT harbour", "harbour OR", "AND", "NEAR(a b)",
        "title:harbour",
        "{title text}: x", "^harbour", "-harbour", "(", ")", "harbour)", "; DROP TABLE articles;--",
        "\0", "har\0bour", "%", "_", "\ud800", "--", "+", "e\u0301", "¿?", "x" * 5000,
    ],
)  # fmt: skip
def test_no_term_is_search_syntax(library: Library, term: str) -> None:
    put(library, parse(STORY, source="/a"))
    assert found(library, term) == set() or "harbour" in term
    assert len(found(library, term, "council")) == 1


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(terms=st.lists(st.text(max_size=12), max_size=6))
def test_any_terms_can_be_searched(library: Library, terms: list[str]) -> None:
    library.keyword(terms, limit=5)


def test_very_many_terms_can_be_searched(library: Library) -> None:
    put(library, parse(STORY, source="/a"))
    assert len(found(library, "council", *(f"word{n}" for n in range(10_000)))) == 1


def test_the_outbox_holds_what_the_index_was_not_told(library: Library) -> None:
    article = parse(STORY, source="/a", publisher="Bay Post", published=date(2031, 1, 1))
    put(library, article)
    pending = library.pending()
    row = pending.added[0]
    assert (row.article_id, row.publisher, row.published) == (
        article.id, "Bay Post", date(2031, 1, 1),
    )  # fmt: skip
    assert row.vector.dtype == np.float32
    assert row.vector.sum() == 1
    library.mark_indexed(pending)
    assert library.counts().pending == 0
    generation = library.generation
    library.restart_index()
    assert library.counts().pending == len(pending.added)
    assert library.generation != generation


def test_a_reader_sees_the_old_or_the_new_version_never_half(library: Library) -> None:
    versions = [
        parse(f"V{n}\n\n" + f"Version{n} is here again. " * 40, source="/a") for n in range(2)
    ]
    put(library, versions[0])
    stop = threading.Event()
    seen: list[set[str]] = []

    def read() -> None:
        while not stop.is_set():
            texts = [p.text for p in library.passages_of(versions[0].id)]
            seen.append(
                {word for text in texts for word in ("Version0", "Version1") if word in text}
            )

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(1, 30):
        put(library, versions[turn % 2])
    stop.set()
    reader.join()
    assert {frozenset(words) for words in seen} <= {
        frozenset({"Version0"}),
        frozenset({"Version1"}),
    }


def test_articles_put_in_one_call_are_stored_together_or_not_at_all(library: Library) -> None:
    good, bad = entry(parse(STORY, source="/a")), entry(parse("B\n\nBad one.\n", source="/b"))
    broken = Entry(bad.article, bad.passages, bad.vectors[:0])
    with pytest.raises(ValueError, match="zip"):
        library.put([good, broken], embedder="e", splitter="s")
    assert library.counts() == Counts(0, 0, 0)


def test_made_by_names_embedders_and_splitters(library: Library) -> None:
    one, other = parse(STORY, source="/a"), parse("B\n\nAnother one.\n", source="/b")
    put(library, one)
    library.put([entry(other)], embedder="f", splitter="s")
    assert sorted(library.made_by()) == [("e", "s"), ("f", "s")]
    assert library.stale(embedder="e", splitter="s") == [other.id]
    library.resplit([entry(other)], embedder="e", splitter="s")
    assert library.made_by() == [("e", "s")]
    assert library.get(other.id) == other


# -- folders that cannot be used


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(DataFolderError, match="is a file"):
        Library(tmp_path / "data")
    with pytest.raises(DataFolderError, match="Not a directory"):
        Library(tmp_path / "data" / "deeper")


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(DataFolderError, match="Nothing was changed"):
        Library(Path("/proc/dateline"))


def test_a_file_that_is_no_library_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dateline.sqlite3").write_bytes(b"no database at all " * 100)
    with pytest.raises(DataFolderError, match="no SQLite file"):
        Library(tmp_path)
    (tmp_path / "dateline.sqlite3").unlink()
    (tmp_path / "dateline.sqlite3").mkdir()
    with pytest.raises(DataFolderError, match="cannot be opened"):
        Library(tmp_path)


def test_a_library_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Library(tmp_path).close()
    with sqlite3.connect(tmp_path / "dateline.sqlite3") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(LibraryTooNew, match="99"):
        Library(tmp_path)


def test_a_full_disk_stores_nothing_of_the_step(library: Library, tmp_path: Path) -> None:
    put(library, parse(STORY, source="/a"))
    pages = library._database.connect().exec_driver_sql("PRAGMA page_count").scalar_one()
    library.close()

    from sqlalchemy import event

    @event.listens_for(library._database, "connect")
    def _small_disk(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    with pytest.raises(DataFolderError, match="disk is full"):
        put(library, parse("Long\n\n" + "A long story goes on. " * 5000, source="/b"))
    assert library.counts().articles == 1
