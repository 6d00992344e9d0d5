"""The HTTP service: in this process, and as a process of its own on a real port."""

import json
import signal
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pages_of_news import BAKERY, BRIDGE, COST
from processes import READY_SECONDS, free_port, ran, served

from api.app import create_app
from api.limits import LARGEST_BODY
from api.problems import STATUSES
from api.serve import serve
from rag import errors
from rag.errors import BadInput, DatelineError
from rag.settings import load
from rag.types import Answer, Article


@contextmanager
def service(data: Path) -> Iterator[TestClient]:
    with TestClient(create_app(load(data=data)), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with two articles, only to be read."""
    with service(tmp_path_factory.mktemp("reading")) as client:
        for text in (BRIDGE, BAKERY):
            assert client.post("/v1/articles", json={"text": text}).status_code == 201
        yield client


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A service with an empty library."""
    with service(tmp_path / "data") as client:
        yield client


def problem(response: Response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content["status"] == status
    assert content["type"]
    assert content["title"]
    assert content["detail"]
    assert "\n" not in content["detail"]
    return content


def test_ask_answers_with_verbatim_quotes(reading: TestClient) -> None:
    answer = Answer.model_validate(reading.post("/v1/ask", json={"question": COST}).json())
    assert answer.status == "answered"
    assert answer.short == "412 million euros"
    for citation in answer.citations:
        response = reading.get(f"/v1/articles/{citation.article_id}")
        article = Article.model_validate(response.json())
        assert article.text[citation.start : citation.end] == citation.quote


def test_ask_looks_only_where_the_filters_allow(reading: TestClient) -> None:
    for filters in ({"since": "2026-05-05"}, {"publisher": "Nobody"}, {"articles": ["ffff"]}):
        asked = {"question": COST, "filters": filters}
        assert "412" not in reading.post("/v1/ask", json=asked).json()["text"]
    asked = {"question": COST, "filters": {"until": "2026-05-04"}}
    assert reading.post("/v1/ask", json=asked).json()["status"] == "answered"


def test_articles_are_listed_a_page_at_a_time(reading: TestClient) -> None:
    first = reading.get("/v1/articles", params={"limit": 1}).json()
    second = reading.get("/v1/articles", params={"limit": 1, "offset": 1}).json()
    assert [first["next_offset"], second["next_offset"]] == [1, None]
    assert first["articles"][0]["title"] == "Brodal bakery hires 85 bakers"
    assert first["articles"][0]["id"] != second["articles"][0]["id"]
    narrowed = reading.get("/v1/articles", params={"until": "2026-05-04"}).json()
    assert narrowed["articles"] == second["articles"]
    assert reading.get("/v1/articles", params={"publisher": "\0"}).json()["articles"] == []


def test_an_article_comes_with_its_lines(reading: TestClient) -> None:
    listed = reading.get("/v1/articles", params={"until": "2026-05-04"}).json()["articles"][0]
    article = Article.model_validate(reading.get(f"/v1/articles/{listed['id']}").json())
    labels = {article.text[line.start : line.end]: line.label for line in article.lines}
    assert labels["Sport"] == "furniture"
    assert article.teasers


def test_the_same_article_twice_is_one(client: TestClient) -> None:
    given = {"text": BAKERY, "url": "https://lund.example/bakery", "publisher": "Lund Letter"}
    first = client.post("/v1/articles", json=given)
    assert (first.status_code, first.headers["dateline-outcome"]) == (201, "new")
    second = client.post("/v1/articles", json=given)
    assert (second.status_code, second.headers["dateline-outcome"]) == (200, "unchanged")
    assert second.content == first.content
    given["text"] = BAKERY.replace("14,000", "15,000")
    third = client.post("/v1/articles", json=given)
    assert (third.status_code, third.headers["dateline-outcome"]) == (200, "changed")
    (listed,) = client.get("/v1/articles").json()["articles"]
    assert listed["publisher"] == "Lund Letter"


def test_eight_at_once_make_one_article(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        responses = list(
            pool.map(lambda _: client.post("/v1/articles", json={"text": BAKERY}), range(8))
        )
    assert sorted(response.status_code for response in responses) == [200] * 7 + [201]
    assert len({response.content for response in responses}) == 1
    assert len(client.get("/v1/articles").json()["articles"]) == 1


def test_a_deleted_article_is_gone(client: TestClient) -> None:
    article_id = client.post("/v1/articles", json={"text": BRIDGE}).json()["id"]
    assert client.post("/v1/ask", json={"question": COST}).json()["status"] == "answered"
    problem(client.delete(f"/v1/articles/{article_id[:6]}"), 404)
    response = client.delete(f"/v1/articles/{article_id}")
    assert (response.status_code, response.content) == (204, b"")
    problem(client.get(f"/v1/articles/{article_id}"), 404)
    problem(client.delete(f"/v1/articles/{article_id}"), 404)
    assert client.post("/v1/ask", json={"question": COST}).json()["status"] == "not_found"


def test_healthz_says_what_there_is(reading: TestClient) -> None:
    health = reading.get("/healthz")
    assert health.status_code == 200
    told = health.json()
    assert told["articles"] == 2
    assert told["index"] == "ready"
    assert told["embedder"].startswith("all-minilm")


def test_a_library_of_another_embedder_can_be_read_not_asked(tmp_path: Path) -> None:
    with service(tmp_path / "data") as client:
        client.post("/v1/articles", json={"text": BAKERY})
    settings = load(data=tmp_path / "data", embedder="other", embed_api_key="none")
    with TestClient(create_app(settings), raise_server_exceptions=False) as other:
        assert len(other.get("/v1/articles").json()["articles"]) == 1
        told = problem(other.get("/healthz"), 503)
        assert "dateline rebuild" in told["detail"]
        problem(other.post("/v1/ask", json={"question": COST}), 503)
        problem(other.post("/v1/articles", json={"text": BRIDGE}), 503)


# -- what is wrong


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"why?"',
        b"{}",
        b'{"question": null}',
        b'{"question": 1}',
        b'{"question": ""}',
        b'{"question": " \\u0000 "}',
        b'{"question": "why \\ud800?"}',
        b'{"question": "why?", "\\ud800": 1}',
        b'{"question": "why?", "more": 1}',
        b'{"question": "why?", "filters": {"publisher": "\\udfff"}}',
        b'{"question": "why?", "filters": {"since": "soon"}}',
        b'{"question": "why?", "filters": {"since": 0}}',
        b'{"question": "why?", "as_of": "1777852800"}',
        b'{"question": "why?", "filters": {"articles": "a"}}',
        b'{"question": "' + b"why " * 25_000 + b'"}',
        b'{"question": ' + b"9" * 5_000 + b"}",
        b'{"question": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"question": "caf\xe9"}',
        b"\xff\xfe\x00",
    ],
)
def test_a_bad_question_is_the_clients_fault(reading: TestClient, body: bytes) -> None:
    response = reading.post("/v1/ask", content=body, headers={"content-type": "application/json"})
    assert response.status_code in {400, 422}
    problem(response, response.status_code)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "x"])
def test_another_content_type_is_refused(reading: TestClient, kind: str) -> None:
    body = json.dumps({"question": COST}).encode()
    problem(reading.post("/v1/ask", content=body, headers={"content-type": kind}), 422)


def test_a_null_byte_in_a_question_is_only_a_character(reading: TestClient) -> None:
    response = reading.post("/v1/ask", json={"question": f"\0{COST}\0"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": ""}, "empty"),
        ({"text": "a\0b"}, "binary"),
        ({"text": "<!doctype html><html><body><nav>Home</nav></body></html>"}, "no text"),
        ({"text": BAKERY, "url": "javascript:alert(1)"}, "url"),
        ({"text": BAKERY, "title": "\ud800"}, "title"),
        ({"text": BAKERY, "title": ""}, "title"),
        ({"text": BAKERY, "published": "2026-13-01"}, "published"),
        ({"text": BAKERY, "published": "0"}, "published"),
        ({"text": BAKERY, "updated": 0}, "updated"),
        ({"text": BAKERY, "fetched": 1_700_000_000}, "fetched"),
        ({"text": "x" * 5_000_001}, "larger than 5 MB"),
        ({"title": "No text"}, "text"),
    ],
)
def test_a_bad_article_stores_nothing(
    reading: TestClient, given: dict[str, str], says: str
) -> None:
    body, headers = json.dumps(given).encode(), {"content-type": "application/json"}
    response = reading.post("/v1/articles", content=body, headers=headers)
    assert says in problem(response, 422)["detail"]
    assert len(reading.get("/v1/articles").json()["articles"]) == 2


def test_a_body_that_is_too_large_is_refused_however_it_is_sent(reading: TestClient) -> None:
    headers = {"content-type": "application/json"}
    large = b" " * (LARGEST_BODY + 1)
    told = problem(reading.post("/v1/articles", content=large, headers=headers), 413)
    assert "6 MB" in told["detail"]
    parts = (large[at : at + 65_536] for at in range(0, len(large), 65_536))
    assert problem(reading.post("/v1/articles", content=parts, headers=headers), 413) == told
    problem(reading.post("/v1/articles", content=large[:-1], headers=headers), 422)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=x", "offset=-1", "since=soon", "until=0"]
)
def test_a_bad_query_is_refused(reading: TestClient, query: str) -> None:
    name = query.partition("=")[0]
    assert name in problem(reading.get(f"/v1/articles?{query}"), 422)["errors"][0]["field"]


def test_unknown_routes_and_methods(reading: TestClient) -> None:
    problem(reading.get("/nowhere"), 404)
    problem(reading.get("/v1/articles/%00%ff%ED%A0%80"), 404)
    problem(reading.get("/v1/articles/" + "a" * 50_000), 404)
    response = reading.put("/v1/ask")
    problem(response, 405)
    assert response.headers["allow"] == "POST"
    assert reading.patch("/v1/articles").headers["allow"] == "GET, POST"
    assert reading.patch("/v1/articles/x").headers["allow"] == "DELETE, GET, PUT"


def test_a_fault_of_ours_tells_no_details(tmp_path: Path) -> None:
    app = create_app(load(data=tmp_path))
    app.add_api_route("/fault", lambda: 1 / 0)
    told = problem(TestClient(app, raise_server_exceptions=False).get("/fault"), 500)
    assert "division" not in json.dumps(told)


def test_an_error_that_may_pass_says_when_to_come_back(tmp_path: Path) -> None:
    app = create_app(load(data=tmp_path))

    def fail(busy: bool) -> None:
        if busy:
            raise errors.LibraryBusy("It is being written to.")
        raise errors.EmbedError("It timed out.", retryable=True)

    app.add_api_route("/fail", fail)
    client = TestClient(app, raise_server_exceptions=False)
    for busy in (True, False):
        response = client.get("/fail", params={"busy": busy})
        problem(response, 503)
        assert int(response.headers["retry-after"]) > 0


def test_every_error_has_a_status() -> None:
    raised = {
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, DatelineError)
    }
    assert raised == set(STATUSES)


def test_openapi_says_what_the_routes_do(reading: TestClient) -> None:
    described = reading.get("/openapi.json").json()
    assert described["info"]["title"] == "Dateline"
    routes = {(path, method) for path, item in described["paths"].items() for method in item}
    assert routes == {
        ("/v1/ask", "post"),
        ("/v1/search", "post"),
        ("/v1/articles", "get"),
        ("/v1/articles", "post"),
        ("/v1/articles/{article_id}", "get"),
        ("/v1/articles/{article_id}", "put"),
        ("/v1/articles/{article_id}/raw", "get"),
        ("/v1/articles/{article_id}", "delete"),
        ("/v1/models", "get"),
        ("/v1/models/{model}", "get"),
        ("/v1/chat/completions", "post"),
        ("/v1/catalogue", "get"),
        ("/healthz", "get"),
        ("/livez", "get"),
        ("/readyz", "get"),
        ("/v1/feedback", "get"),
        ("/v1/feedback", "post"),
        ("/v1/jobs", "get"),
        ("/v1/jobs", "post"),
        ("/v1/jobs/{job_id}", "get"),
        ("/v1/jobs/{job_id}", "delete"),
        ("/v1/jobs/{job_id}/failures", "get"),
    }
    for path, method in routes:
        for status, response in described["paths"][path][method]["responses"].items():
            media = set(response.get("content", {}))
            if status >= "300":
                openai = path.startswith(("/v1/models", "/v1/chat/"))
                assert media == {"application/json" if openai else "application/problem+json"}
            elif path in ("/v1/ask", "/v1/chat/completions"):
                assert media == {"application/json", "text/event-stream"}
            elif path.endswith("/raw"):
                assert media == {"text/plain"}
            else:
                assert media <= {"application/json"}
    assert "HTTPValidationError" not in described["components"]["schemas"]
    assert "/openapi.json" in reading.get("/docs").text


# -- as a process


def fetched(url: str, given: dict[str, str] | None = None) -> Any:
    body = None if given is None else json.dumps(given).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(request, timeout=READY_SECONDS) as response:
        return json.load(response)


def test_a_server_ends_at_a_signal_and_keeps_its_articles(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    with served(data, port, ends_by=signal.SIGTERM) as url:
        stored = fetched(f"{url}/v1/articles", {"text": BRIDGE})
        assert fetched(f"{url}/v1/ask", {"question": COST})["short"] == "412 million euros"
        with pytest.raises(BadInput, match="Nothing was started"):
            serve(load(data=data, port=port), say=pytest.fail)
        # The command line reads beside the server, and has it write.
        page = tmp_path / "bakery.txt"
        page.write_text(BAKERY, encoding="utf-8")
        asked = ran(data, "ask", COST)
        assert (asked.returncode, "412 million euros" in asked.stdout) == (0, True)
        assert ran(data, "ingest", page).returncode == 0
        assert fetched(f"{url}/healthz")["articles"] == 2
    started = time.perf_counter()
    with served(data, port, ends_by=signal.SIGINT) as url:
        assert time.perf_counter() - started < READY_SECONDS
        (answer,) = fetched(f"{url}/v1/ask", {"question": COST})["citations"]
        assert answer["article_id"] == stored["id"]
