"""One service with several libraries: each is asked, read and written to by its name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE, COST

from api.app import create_app
from rag.errors import LibraryBusy
from rag.settings import load

HIRING = "How many bakers is the Brodal bakery in Lund Hollow hiring?"
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The main library has the bridge, the one named "valley" the bakery."""
    folder = tmp_path_factory.mktemp("collections")
    settings = load(data=folder / "data", collections=f"valley={folder / 'valley'}")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        assert client.post("/v1/articles", json={"text": BRIDGE}).status_code == 201
        stored = client.post("/v1/articles?collection=valley", json={"text": BAKERY})
        assert stored.status_code == 201
        yield client


def titles(client: TestClient, query: str = "") -> list[str]:
    return [each["title"] for each in client.get(f"/v1/articles{query}").json()["articles"]]


def test_each_collection_has_its_own_articles(client: TestClient) -> None:
    main, valley = titles(client), titles(client, "?collection=valley")
    assert main == titles(client, "?collection=dateline")
    assert main == ["Harbour bridge to cost 412 million euros"]
    assert valley == ["Brodal bakery hires 85 bakers"]
    (listed,) = client.get("/v1/articles?collection=valley").json()["articles"]
    there = f"/v1/articles/{listed['id']}"
    assert client.get(there).status_code == 404
    assert client.get(f"{there}?collection=valley").json()["title"] == valley[0]
    assert client.delete(there).status_code == 404
    assert titles(client, "?collection=valley") == valley


@pytest.mark.parametrize(
    ("question", "query", "status"),
    [
        (COST, "", "answered"),
        (COST, "?collection=dateline", "answered"),
        (COST, "?collection=valley", "not_found"),
        (HIRING, "?collection=valley", "answered"),
        (HIRING, "", "not_found"),
    ],
)
def test_each_collection_answers_from_its_own(
    client: TestClient, question: str, query: str, status: str
) -> None:
    assert client.post(f"/v1/ask{query}", json={"question": question}).json()["status"] == status


def test_an_unknown_collection_is_404_and_those_there_are_named(client: TestClient) -> None:
    refused = [
        client.post("/v1/ask?collection=sea", json={"question": COST}),
        client.get("/v1/articles?collection=sea"),
        client.post("/v1/articles?collection=sea", json={"text": BRIDGE}),
        client.get("/v1/articles/ffff?collection=sea"),
        client.delete("/v1/articles/ffff?collection=sea"),
    ]
    for response in refused:
        assert response.status_code == 404
        assert response.json()["type"] == "urn:dateline:NoSuchCollection"
        assert "'sea'" in response.json()["detail"]
        assert "dateline, valley" in response.json()["detail"]


def test_each_collection_is_a_model(client: TestClient) -> None:
    def chat(model: str, question: str) -> dict[str, Any]:
        given = {"model": model, "messages": [{"role": "user", "content": question}]}
        reply: dict[str, Any] = client.post(CHAT, json=given).json()
        assert reply["model"] == model
        return reply

    models = [each["id"] for each in client.get("/v1/models").json()["data"]]
    assert models == ["dateline", "dateline-valley"]
    assert client.get("/v1/models/dateline-valley").json()["id"] == "dateline-valley"
    assert len(chat("dateline", COST)["citations"]) == 1
    assert chat("dateline", HIRING)["citations"] == []
    (address,) = chat("dateline-valley", HIRING)["citations"]
    (listed,) = client.get("/v1/articles?collection=valley").json()["articles"]
    assert address == f"http://testserver/articles/{listed['id']}?collection=valley"
    for unknown in ("valley", "dateline-sea", "dateline-dateline", ""):
        given = {"model": unknown, "messages": [{"role": "user", "content": COST}]}
        response = client.post(CHAT, json=given)
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "model_not_found"
        assert "dateline, dateline-valley" in response.json()["error"]["message"]


def test_two_collections_in_one_folder_are_refused(tmp_path: Path) -> None:
    app = create_app(load(data=tmp_path, collections=f"same={tmp_path}"))
    with pytest.raises(LibraryBusy), TestClient(app):
        pass
