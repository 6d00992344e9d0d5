"""`POST /v1/search`: passages with where they stand, in order, and no scores."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE, COST
from test_http import problem, service

from rag.types import Article

ADDRESS = "https://herald.example/bridge"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with service(tmp_path_factory.mktemp("search")) as client:
        client.post("/v1/articles", json={"text": BRIDGE, "url": ADDRESS})
        client.post("/v1/articles", json={"text": BAKERY})
        yield client


def test_passages_come_in_order_with_where_they_stand(client: TestClient) -> None:
    response = client.post("/v1/search", json={"question": f" {COST} "})
    assert response.status_code == 200
    found = response.json()
    assert found["question"] == COST
    passages = found["passages"]
    assert [each["rank"] for each in passages] == [*range(1, len(passages) + 1)]
    first = passages[0]
    assert "412 million euros" in first["text"]
    assert (first["kind"], first["publisher"], first["published"], first["url"]) == (
        "body", "The Wendmark Herald", "2026-05-04", ADDRESS,
    )  # fmt: skip
    for each in passages:
        article = Article.model_validate(client.get(f"/v1/articles/{each['article_id']}").json())
        assert each["text"] == article.text[each["start"] : each["end"]]
        assert each["title"] == article.title
    assert {"body", "teaser"} == {each["kind"] for each in passages}


def test_no_score_is_told(client: TestClient) -> None:
    passages = client.post("/v1/search", json={"question": COST}).json()["passages"]
    keys = {
        "rank", "article_id", "title", "url", "publisher", "published", "kind", "start", "end",
        "text",
    }  # fmt: skip
    assert all(set(each) == keys for each in passages)
    assert not any(isinstance(value, float) for each in passages for value in each.values())


def test_a_search_is_narrowed(client: TestClient) -> None:
    def titles(**given: object) -> set[str]:
        passages = client.post("/v1/search", json={"question": COST, **given}).json()["passages"]
        return {each["title"] for each in passages}

    bridge, bakery = "Harbour bridge to cost 412 million euros", "Brodal bakery hires 85 bakers"
    assert titles() == {bridge, bakery}
    assert titles(limit=1) == {bridge}
    assert titles(as_of="2026-05-05") == {bridge}
    assert titles(as_of="2026-05-05", filters={"since": "2026-05-05"}) == set()
    assert titles(filters={"since": "2026-05-05"}) == {bakery}
    assert titles(filters={"publisher": "the wendmark herald"}) == {bridge}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"question": "  "},
        {"question": "x" * 4001},
        {"question": COST, "limit": 0},
        {"question": COST, "limit": 51},
        {"question": COST, "limit": None},
        {"question": COST, "as_of": "soon"},
        {"question": COST, "filters": {"score": 1}},
        {"question": COST, "history": []},
    ],
)
def test_a_bad_search_is_the_clients_fault(client: TestClient, given: dict[str, object]) -> None:
    problem(client.post("/v1/search", json=given), 422)


def test_a_search_in_no_collection_is_told(client: TestClient) -> None:
    problem(client.post("/v1/search?collection=no", json={"question": COST}), 404)


def test_a_deleted_article_is_nowhere_when_that_is_answered(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        article_id = client.post("/v1/articles", json={"text": BRIDGE}).json()["id"]
        client.post("/v1/articles", json={"text": BAKERY})
        assert client.delete(f"/v1/articles/{article_id}").status_code == 204
        given = {"question": COST, "limit": 50}
        passages = client.post("/v1/search", json=given).json()["passages"]
        assert {each["title"] for each in passages} == {"Brodal bakery hires 85 bakers"}
        assert client.get("/v1/articles", params={"q": "bridge"}).json()["articles"] == []
        for path in ("", "/raw"):
            problem(client.get(f"/v1/articles/{article_id}{path}"), 404)
        events = client.post(
            "/v1/ask", json={"question": COST}, headers={"Accept": "text/event-stream"}
        )
        assert "412" not in events.text
        engine = client.app.state.engines["dateline"]  # type: ignore[attr-defined]
        counts = engine.library.counts()
        assert (counts.articles, counts.pending) == (1, 0)
        assert engine.index.count() == counts.passages


def test_an_empty_library_has_no_passages(tmp_path: Path) -> None:
    with service(tmp_path) as empty:
        assert empty.post("/v1/search", json={"question": COST}).json()["passages"] == []


@pytest.mark.parametrize(
    ("q", "titles"),
    [
        ("bridge", ["Harbour bridge to cost 412 million euros"]),
        ("BRIDGES harbour", ["Harbour bridge to cost 412 million euros"]),
        ("bridge bakery", []),
        ("wendmark", []),
        ("tunnel", []),
        ("b", []),
        ("85", ["Brodal bakery hires 85 bakers"]),
        ('"bakery" OR bridge*', []),
        ("- * \" ' ) (", []),
        ("\0\x01", []),
        ("bakery\0", ["Brodal bakery hires 85 bakers"]),
    ],
)
def test_articles_are_found_by_words_of_the_title(
    client: TestClient, q: str, titles: list[str]
) -> None:
    response = client.get("/v1/articles", params={"q": q})
    assert response.status_code == 200
    assert [each["title"] for each in response.json()["articles"]] == titles


def test_a_title_and_the_filters_both_narrow_and_page(client: TestClient) -> None:
    both = {"q": "to hire", "since": "2026-05-05"}
    assert client.get("/v1/articles", params=both).json()["articles"] == []
    page = client.get("/v1/articles", params={"q": "bakers", "limit": 1}).json()
    assert (len(page["articles"]), page["next_offset"]) == (1, None)
    problem(client.get("/v1/articles", params={"q": ""}), 422)
    problem(client.get("/v1/articles", params={"q": "x" * 501}), 422)
