"""A write with an Idempotency-Key is done once, and its reply is kept for a day."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE
from sqlalchemy import event, func, select
from test_http import problem

from api import articles, idempotency, keys
from api.app import create_app
from rag.errors import LibraryBusy
from rag.rows import now
from rag.schema import reading
from rag.settings import load

KEY = {"Idempotency-Key": "a7 x"}
KEY_B = {"Idempotency-Key": "b" * 255}


@contextmanager
def service(data: Path) -> Iterator[TestClient]:
    """A service with two collections."""
    app = create_app(load(data=data / "one", collections={"two": data / "two"}))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with service(tmp_path) as client:
        yield client


def posted(client: TestClient, text: str = BAKERY, **more: str) -> Any:
    headers = KEY | more
    return client.post("/v1/articles", json={"text": text}, headers=headers)


def count(client: TestClient) -> int:
    return len(client.get("/v1/articles").json()["articles"])


def kept(client: TestClient) -> int:
    records = client.app.state.records  # type: ignore[attr-defined]
    with reading(records) as connection:
        return connection.scalar(select(func.count()).select_from(idempotency._kept)) or 0


def test_a_write_is_done_once_and_answered_the_same(client: TestClient) -> None:
    first = posted(client)
    assert (first.status_code, first.headers["dateline-outcome"]) == (201, "new")
    assert "idempotent-replayed" not in first.headers
    client.delete(f"/v1/articles/{first.json()['id']}")
    again = posted(client)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["dateline-outcome"] == "new"
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["content-length"] == first.headers["content-length"]
    assert again.headers["idempotent-replayed"] == "true"
    assert count(client) == 0, "nothing was done the second time"


def test_replacing_and_deleting_are_done_once(client: TestClient) -> None:
    article_id = posted(client).json()["id"]
    path = f"/v1/articles/{article_id}"
    replaced = client.put(path, json={"text": BRIDGE}, headers=KEY_B)
    client.put(path, json={"text": BAKERY})
    again = client.put(path, json={"text": BRIDGE}, headers=KEY_B)
    assert (again.status_code, again.content) == (200, replaced.content)
    assert "bakery" in client.get(path).json()["title"]
    gone = {"Idempotency-Key": "c"}
    assert client.delete(path, headers=gone).status_code == 204
    again = client.delete(path, headers=gone)
    assert (again.status_code, again.content) == (204, b"")
    assert again.headers["idempotent-replayed"] == "true"
    problem(client.delete(path), 404)


def test_a_file_is_the_same_whatever_parts_it_in_its_form(client: TestClient) -> None:
    def sent(name: str, boundary: str) -> Any:
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"'
        body += f"\r\n\r\n{BAKERY}\r\n--{boundary}--\r\n"
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        return client.post("/v1/articles", content=body.encode(), headers=KEY | kind)

    first = sent("a.txt", "one")
    assert first.status_code == 201
    assert sent("a.txt", "two").headers["idempotent-replayed"] == "true"
    problem(sent("b.txt", "two"), 409)


def test_a_key_with_another_request_is_a_conflict(client: TestClient) -> None:
    article_id = posted(client).json()["id"]
    others = [
        posted(client, BRIDGE),
        client.post("/v1/articles", json={"html": BAKERY}, headers=KEY),
        client.put(f"/v1/articles/{article_id}", json={"text": BAKERY}, headers=KEY),
        client.delete(f"/v1/articles/{article_id}", headers=KEY),
    ]
    for response in others:
        told = problem(response, 409)
        assert told["type"] == "urn:dateline:KeyReused"
        assert "retry-after" not in response.headers
    assert count(client) == 1
    # The same written otherwise is the same.
    body = json.dumps({"url": None, "text": BAKERY}, indent=1)
    headers = KEY | {"content-type": "application/json"}
    again = client.post("/v1/articles", content=body, headers=headers)
    assert again.headers["idempotent-replayed"] == "true"


def test_a_key_is_one_of_its_caller_and_collection(client: TestClient) -> None:
    records = client.app.state.records  # type: ignore[attr-defined]
    one, other = (
        {"authorization": f"Bearer {keys.create(records, 'ingest')[1]}"} for _ in range(2)
    )
    assert posted(client, **one).headers["dateline-outcome"] == "new"
    second = posted(client, BRIDGE, **other)
    assert (second.status_code, second.headers["dateline-outcome"]) == (201, "new")
    there = "/v1/articles?collection=two"
    two = client.post(there, json={"text": BRIDGE}, headers=KEY | one)
    assert (two.status_code, two.headers["dateline-outcome"]) == (201, "new")
    for caller, text in ((one, BAKERY), (other, BRIDGE)):
        assert "idempotent-replayed" in posted(client, text, **caller).headers
    assert kept(client) == 3


def test_a_refused_request_keeps_nothing(client: TestClient) -> None:
    problem(posted(client, ""), 422)
    problem(client.post("/v1/articles", json={"tex": BAKERY}, headers=KEY), 422)
    problem(client.post("/v1/articles", content=b"x", headers=KEY), 415)
    url = {"url": "https://lund.example/bakery"}
    problem(client.post("/v1/articles", json=url, headers=KEY), 403)
    no = client.post("/v1/articles?collection=no", json={"text": BAKERY}, headers=KEY)
    problem(no, 404)
    assert kept(client) == 0
    assert posted(client).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_that_is_none_is_refused(client: TestClient, key: str) -> None:
    response = client.post("/v1/articles", json={"text": BAKERY}, headers={"Idempotency-Key": key})
    assert "Idempotency-Key" in problem(response, 422)["errors"][0]["field"]
    assert count(client) == 0


def test_a_fault_is_answered_again(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> Any:
        raise ZeroDivisionError("a secret")

    with monkeypatch.context() as patched:
        patched.setattr(articles, "ingest", fails)
        first = posted(client)
    assert "secret" not in problem(first, 500)["detail"]
    assert "a secret" in caplog.text
    again = posted(client)
    assert (again.status_code, again.content) == (500, first.content)
    assert again.headers["content-type"] == "application/problem+json"
    assert again.headers["idempotent-replayed"] == "true"
    assert client.post("/v1/articles", json={"text": BAKERY}, headers=KEY_B).status_code == 201


def test_what_asks_to_come_back_is_not_kept(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any) -> Any:
        raise LibraryBusy("It is being written to.")

    with monkeypatch.context() as patched:
        patched.setattr(articles, "ingest", busy)
        problem(posted(client), 503)
    assert posted(client).status_code == 201


def test_two_at_once_do_it_once(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    really = articles.ingest

    def slow(*given: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return really(*given)

    monkeypatch.setattr(articles, "ingest", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(posted, client)
        assert begun.wait(30)
        try:
            for text in (BAKERY, BRIDGE):
                second = posted(client, text)
                assert problem(second, 409)["type"] == "urn:dateline:KeyInUse"
                assert int(second.headers["retry-after"]) > 0
        finally:
            go_on.set()
        assert first.result().status_code == 201
    assert posted(client).content == first.result().content
    assert count(client) == 1


def test_eight_at_once_with_one_key_make_one_article(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: posted(client), range(8)))
    done = [each for each in responses if each.status_code == 201]
    assert done
    assert len({each.content for each in done}) == 1
    assert sum("idempotent-replayed" not in each.headers for each in done) == 1
    assert all(each.status_code in (201, 409) for each in responses)
    assert (count(client), kept(client)) == (1, 1)


def test_a_reply_is_kept_over_a_restart(tmp_path: Path) -> None:
    with service(tmp_path) as client:
        first = posted(client)
    with service(tmp_path) as client:
        again = posted(client)
        assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
        problem(posted(client, BRIDGE), 409)


def test_a_reply_is_kept_for_a_day_and_no_longer(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = now()
    posted(client)
    late = begun + timedelta(hours=23, minutes=59)
    monkeypatch.setattr(idempotency, "now", lambda: late)
    assert posted(client).headers["idempotent-replayed"] == "true"
    day_after = begun + timedelta(hours=24, minutes=5)
    monkeypatch.setattr(idempotency, "now", lambda: day_after)
    again = posted(client)
    assert (again.status_code, again.headers["dateline-outcome"]) == (200, "unchanged")
    assert client.post("/v1/articles", json={"text": BRIDGE}, headers=KEY_B).status_code == 201
    assert kept(client) == 2, "the one of the day before was dropped"


def test_a_reply_that_cannot_be_kept_is_given(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    records = client.app.state.records  # type: ignore[attr-defined]
    event.listen(records, "before_cursor_execute", _no_insert)
    assert posted(client).status_code == 201
    assert "was not kept for its key" in caplog.text
    assert count(client) == 1


def _no_insert(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    if statement.startswith("INSERT"):
        raise OSError(28, "No space left on device")
