"""Dense search under a filter, held against every stored vector compared one by one."""

import random
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import chromadb
import numpy as np
import pytest
from numpy.typing import NDArray

from rag import facets, nearest
from rag import index as index_module
from rag.engine import Engine
from rag.index import Index
from rag.library import Library
from rag.page import parse
from rag.passages import SPLITTER
from rag.storing import Entry
from rag.types import Article, Filters, Kind, Passage
from tests.made_vectors import NoEmbedder, clustered

DIMENSION = 16
FIRST = date(2031, 1, 1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path / "data") as made:
        yield made


def opened(data: Path, *, url: str | None = None) -> Engine:
    embedder = NoEmbedder(DIMENSION)
    return Engine(Library(data), make_embedder=lambda: embedder, chroma_url=url)


def article(number: int, *, of: str | None = None) -> Article:
    """One of 100 days and 5 publishers by its number; every seventh has no date."""
    return parse(
        f"Article {number}\n\nThis is article {number} on trams {of or ''}.\n",
        source=f"/{of or number}",
        publisher=f"Paper {number % 5}" if number % 11 else None,
        published=FIRST + timedelta(days=number % 100) if number % 7 else None,
    )


def entry(number: int, vectors: NDArray[np.float32], *, of: str | None = None) -> Entry:
    made = article(number, of=of)
    kinds: list[Kind] = ["body", "body", "teaser"]
    passages = [
        Passage(id=0, article_id=made.id, ordinal=n, kind=kinds[n % 3], start=0, end=7, text="Tram")
        for n in range(len(vectors))
    ]
    return Entry(made, passages, vectors)


def put(engine: Engine, *entries: Entry) -> list[str]:
    stored = engine.library.put(entries, embedder="made", splitter=SPLITTER)
    return [each.id for each in stored]


def fill(engine: Engine, articles: int) -> list[str]:
    rng = np.random.default_rng(5)
    made = [entry(n, clustered(rng, 3, dimension=DIMENSION)) for n in range(articles)]
    ids = put(engine, *made)
    engine.catch_up()
    return ids


def matches(article: Article, filters: Filters) -> bool:
    """What a filter means, once more and in other words."""
    if filters.articles and article.id not in filters.articles:
        return False
    if filters.publisher is not None:
        asked = filters.publisher.strip().casefold()
        if article.publisher is None or article.publisher.casefold() != asked:
            return False
    if filters.since is None and filters.until is None:
        return True
    earliest, latest = filters.since or date.min, filters.until or date.max
    return article.published is not None and earliest <= article.published <= latest


def by_hand(engine: Engine, vector: NDArray[np.float32], filters: Filters) -> dict[int, float]:
    """The cosines of all passages that match, as the library has them now."""
    library = engine.library
    passages = library.passages(range(1, 3_000)).values()
    held = library.articles({passage.article_id for passage in passages})
    ids = [passage.id for passage in passages if matches(held[passage.article_id], filters)]
    return {id: float(stored @ vector) for id, stored in library.vectors(ids)}


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


FILTERS = [
    Filters(until=day(99)),
    Filters(since=day(20)),
    Filters(since=day(50)),
    Filters(since=day(90)),
    Filters(since=day(99)),
    Filters(since=day(40), until=day(70)),
    Filters(since=day(40), until=day(40)),
    Filters(since=day(70), until=day(40)),
    Filters(publisher=" PAPER 3"),
    Filters(publisher="Paper 3", since=day(10), until=day(60)),
    Filters(publisher="nobody"),
    Filters(publisher=""),
]


def assert_true(engine: Engine, seed: int, limits: tuple[int, ...] = (1, 10, 50, 5_000)) -> None:
    """Every filter finds the nearest of all that match, and says how near they are."""
    some = tuple(listed.id for listed in engine.library.newest(limit=3))
    rng = np.random.default_rng(seed)
    for filters in [*FILTERS, Filters(articles=some), Filters(articles=("none",))]:
        vector = clustered(rng, 1, dimension=DIMENSION)[0]
        right = by_hand(engine, vector, filters)
        for limit in limits:
            found = engine.nearest(vector, limit=limit, filters=filters)
            assert len(found) == min(limit, len(right)) == len(dict(found))
            assert (
                dict(found).items()
                <= {id: pytest.approx(near, abs=1e-4) for id, near in right.items()}.items()
            )
            nearest_ones = sorted(right.values(), reverse=True)[:limit]
            assert [near for _, near in found] == pytest.approx(nearest_ones, abs=1e-4)


@pytest.mark.parametrize("few", [10, 1_000], ids=["by index", "by row"])
def test_the_nearest_of_those_that_match_are_found_at_any_share(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(facets, "_FEW", few)
    fill(engine, 300)
    assert_true(engine, 1)


def test_also_after_articles_were_deleted_replaced_and_added(engine: Engine) -> None:
    ids = fill(engine, 200)
    assert_true(engine, 2, limits=(10,))
    rng = np.random.default_rng(6)
    engine.library.delete(*ids[::4], ids[-1])
    assert_true(engine, 3, limits=(10,))
    for number in range(1, 40, 4):
        # Its file now holds an article of another day and publisher.
        vectors = clustered(rng, 3, dimension=DIMENSION)
        put(engine, entry(number + 1_000, vectors, of=str(number)))
    engine.catch_up()
    assert_true(engine, 4, limits=(10,))
    put(engine, *(entry(n, clustered(rng, 2, dimension=DIMENSION)) for n in range(300, 340)))
    engine.catch_up()
    assert_true(engine, 5, limits=(10,))


def test_a_library_too_large_to_keep_is_searched_as_truly(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, 200)
    # Room for a third of its vectors: filters crowd each other out, and some never fit.
    monkeypatch.setattr(nearest, "MOST_KEPT", 4 * DIMENSION * 200)
    monkeypatch.setattr(nearest, "_AT_ONCE", 64)
    assert_true(engine, 7)
    # What Chroma is asked for is never enough: all is read in portions.
    monkeypatch.setattr(nearest, "_DEEPEST", 1)
    assert_true(engine, 8)


def test_the_index_is_asked_under_a_broad_filter_only(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(engine, 300)
    asked: list[int] = []
    real = Index.search

    def search(index: Index, vector: NDArray[np.float32], *, limit: int) -> list[tuple[int, float]]:
        asked.append(limit)
        return real(index, vector, limit=limit)

    monkeypatch.setattr(Index, "search", search)
    vector = clustered(np.random.default_rng(9), 1, dimension=DIMENSION)[0]
    engine.nearest(vector, limit=10, filters=Filters(since=day(50)))
    assert len(asked) == 1
    assert 20 < asked[0] < 50
    engine.nearest(vector, limit=10, filters=Filters(since=day(97)))
    assert len(asked) == 1
    engine.nearest(vector, limit=10)
    assert asked[1:] == [10]


def test_a_broad_filter_far_from_the_question_is_searched_to_the_end(engine: Engine) -> None:
    """Half of the passages match and none of the nearest 600 does."""
    near, far = np.eye(DIMENSION, dtype=np.float32)[:2]
    rng = np.random.default_rng(4)
    for number in range(1, 400):
        noise = 0.05 * rng.normal(size=(3, DIMENSION)).astype(np.float32)
        made = (far if article(number).publisher == "Paper 2" else near) + noise
        put(engine, entry(number, made / np.linalg.norm(made, axis=1, keepdims=True)))
    engine.catch_up()
    filters = Filters(publisher="Paper 2")
    found = engine.nearest(near, limit=20, filters=filters)
    right = sorted(by_hand(engine, near, filters).values(), reverse=True)[:20]
    assert [score for _, score in found] == pytest.approx(right, abs=1e-4)


def test_a_server_is_searched_as_a_folder_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wire is left out: the client is that of a folder, elsewhere."""
    server = chromadb.PersistentClient(path=str(tmp_path / "server"))
    monkeypatch.setattr(index_module, "_connect", lambda folder, url: server)
    with opened(tmp_path / "data", url="http://chroma.example:8000") as engine:
        ids = fill(engine, 150)
        assert_true(engine, 10, limits=(10,))
        engine.library.delete(*ids[:20])
        assert_true(engine, 11, limits=(10,))
        engine.catch_up()
        assert_true(engine, 12, limits=(10,))


def test_another_library_in_the_same_place_is_not_taken_for_the_first(tmp_path: Path) -> None:
    with opened(tmp_path / "a") as one, opened(tmp_path / "b") as other:
        fill(one, 60)
        put(other, entry(500, clustered(np.random.default_rng(8), 3, dimension=DIMENSION)))
        other.catch_up()
        vector = clustered(np.random.default_rng(9), 1, dimension=DIMENSION)[0]
        kept = nearest.Nearest(one.library)
        filters = Filters(articles=(one.library.newest(limit=1)[0].id,))
        before = kept.search(one.index, vector, limit=3, filters=filters)
        # As after a restore: the file has other articles under the same ids, and another name.
        one.library._database.dispose()
        (tmp_path / "a" / "dateline.sqlite3-wal").unlink(missing_ok=True)
        (tmp_path / "a" / "dateline.sqlite3-shm").unlink(missing_ok=True)
        other.library._database.dispose()
        (tmp_path / "b" / "dateline.sqlite3").replace(tmp_path / "a" / "dateline.sqlite3")
        filters = Filters(articles=(one.library.newest(limit=1)[0].id,))
        after = kept.search(one.index, vector, limit=3, filters=filters)
        assert {near for _, near in before}.isdisjoint(near for _, near in after)
        assert dict(after) == pytest.approx(by_hand(one, vector, filters), abs=1e-4)


def test_keywords_under_a_filter_are_the_best_of_those_that_match(engine: Engine) -> None:
    fill(engine, 300)
    library = engine.library
    terms = ["tram", "trams"]
    everything = library.keyword(terms, limit=5_000)
    for filters in FILTERS:
        allowed = by_hand(engine, ZERO, filters)
        right = [hit for hit in everything if hit[0] in allowed]
        for limit in (1, 20, 5_000):
            assert library.keyword(terms, limit=limit, filters=filters) == right[:limit]
    for kind in ("body", "teaser"):
        passages = library.passages(id for id, _ in everything)
        right = [hit for hit in everything if passages[hit[0]].kind == kind]
        assert library.keyword(terms, limit=20, kind=kind) == right[:20]


ZERO = np.zeros(DIMENSION, dtype=np.float32)


def churn(engine: Engine, turns: int, *, readers: int) -> None:
    """Filtered searches while another thread deletes, replaces and adds."""
    fill(engine, 60)
    seen: set[str] = set()
    done = threading.Event()
    errors: list[BaseException] = []

    def read(seed: int) -> None:
        rng, chance = np.random.default_rng(seed), random.Random(seed)
        try:
            while not done.is_set():
                filters = chance.choice(FILTERS)
                vector = clustered(rng, 1, dimension=DIMENSION)[0]
                found = engine.nearest(vector, limit=20, filters=filters)
                found += engine.library.keyword(["tram"], limit=20, filters=filters)
                there = engine.library.passages_in_articles(id for id, _ in found)
                assert all(matches(each, filters) for _, each in there.values())
                seen.update(each.id for _, each in there.values())
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            errors.append(error)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(readers)]
    for thread in threads:
        thread.start()
    rng = np.random.default_rng(3)
    try:
        for number in range(60, 60 + turns):
            put(engine, entry(number, clustered(rng, 3, dimension=DIMENSION), of=str(number % 60)))
            if number % 3 == 0:
                engine.library.delete(engine.library.newest(limit=1)[0].id)
            engine.catch_up()
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert seen
    assert_true(engine, 13, limits=(10,))


def test_a_writer_beside_it_makes_nothing_wrong(engine: Engine) -> None:
    churn(engine, 25, readers=3)


@pytest.mark.torture
def test_a_long_time_beside_a_writer(engine: Engine) -> None:
    churn(engine, 600, readers=6)


@pytest.mark.torture
def test_no_filter_costs_more_than_twice_at_100_000_passages() -> None:
    from evals.bench import filters

    assert filters.main(["--json"]) == 0
