"""Names that lead to a loopback address from elsewhere, and pages that write to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY

from api.app import create_app
from rag.settings import load

HERE = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service on a loopback address."""
    settings = load(data=tmp_path_factory.mktemp("hosts"), allowed_hosts="News.example, box")
    with TestClient(create_app(settings), base_url=HERE) as client:
        yield client


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "127.0.0.1", "127.9.9.9:80", "[::1]:8000", "news.example:443"],
)
def test_our_own_names_are_answered(local: TestClient, host: str) -> None:
    assert local.get("/v1/articles", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "sub.news.example",
        "10.0.0.1",
        "0.0.0.0:8000",
        "[::",
        "localhost@evil.example",
        "evil.example/localhost",
    ],
)
def test_a_name_that_was_led_here_is_not(local: TestClient, host: str) -> None:
    for path in ("/v1/articles", "/healthz", "/docs", "/internal/hello?nonce=x"):
        reply = local.get(path, headers={"host": host})
        assert reply.status_code == 421
        assert "DATELINE_ALLOWED_HOSTS" in reply.json()["detail"]
    assert local.post("/v1/articles", json={"text": BAKERY}, headers={"host": host}).is_error
    assert local.get("/v1/articles").json()["articles"] == []


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "",
        "http://127.0.0.1:3000",
        "https://localhost",
        "http://[",
        "x",
    ],
)
def test_a_page_of_another_origin_writes_nothing(local: TestClient, origin: str) -> None:
    headers = {"origin": origin}
    for method in ("POST", "DELETE", "PUT", "PATCH"):
        reply = local.request(method, "/v1/articles", json={"text": BAKERY}, headers=headers)
        assert reply.status_code == 403
        assert reply.headers["content-type"] == "application/problem+json"
    assert local.get("/v1/articles", headers=headers).json()["articles"] == []


@pytest.mark.parametrize("origin", [HERE, "https://news.example", "https://NEWS.example:8443"])
def test_our_own_pages_may_ask(local: TestClient, origin: str) -> None:
    body = {"question": "What is new?"}
    assert local.post("/v1/ask", json=body, headers={"origin": origin}).status_code == 200


def test_elsewhere_any_name_is_answered_unless_some_are_set(tmp_path: Path) -> None:
    headers = {"host": "pod-7.cluster"}
    for allowed, status in ((None, 200), ("news.example", 421)):
        settings = load(data=tmp_path, allowed_hosts=allowed)
        with TestClient(create_app(settings), base_url="http://10.0.0.7:8000") as client:
            assert client.get("/livez", headers=headers).status_code == status
