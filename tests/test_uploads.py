"""Articles uploaded as files, replaced whole, and given back as they were given."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pages_of_news import BAKERY, BRIDGE, COST
from test_http import problem, service

from rag import storing
from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.types import Article
from rag.wiring import open_engine

HTML = """<html><head><title>Lighthouse sold</title></head><body><nav>Home</nav>
<p>The lighthouse of Skerrow was sold to a school for 31,000 crowns on Monday.</p>
<p>The school will teach sailing in it, its head told the council of the island.</p></body></html>
"""
SCRIPT = "<script>alert(document.cookie)</script>"
MARKDOWN = """---
title: Ferry is late
published: 2026-03-02
---

# Ferry is late

The ferry to Skerrow was two hours late on Monday, since its captain had overslept.
"""
LIGHTHOUSE = "For how much was the lighthouse of Skerrow sold?"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with service(tmp_path / "data") as client:
        yield client


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service in which nothing is stored."""
    with service(tmp_path_factory.mktemp("uploads")) as client:
        yield client


def sent(client: TestClient, name: str, content: str | bytes, **fields: str) -> Response:
    return client.post("/v1/articles", files={"file": (name, content)}, data=fields)


def article(client: TestClient, response: Response) -> Article:
    found = client.get(f"/v1/articles/{response.json()['id']}")
    return Article.model_validate(found.json())


def test_a_file_is_an_article(client: TestClient) -> None:
    response = sent(client, "bridge.txt", BRIDGE, url="https://herald.example/b", author="Ann")
    assert (response.status_code, response.headers["dateline-outcome"]) == (201, "new")
    stored = article(client, response)
    assert (stored.url, stored.author, str(stored.published)) == (
        "https://herald.example/b", "Ann", "2026-05-04",
    )  # fmt: skip
    assert stored.source is None, "the name of a client's file is no file of ours"
    again = sent(client, "other.txt", BRIDGE, url="https://herald.example/b", author="Ann")
    assert (again.status_code, again.content) == (200, response.content)


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("page.html", HTML, "Lighthouse sold"),
        ("PAGE.HTM", HTML[HTML.index("<p>") :], None),
        ("page.txt", HTML, "Lighthouse sold"),
        ("ferry.md", MARKDOWN, "Ferry is late"),
        ("C:\\pages\\ferry.markdown", MARKDOWN, "Ferry is late"),
        ("page", BAKERY, "Brodal bakery hires 85 bakers"),
        ("latin.html", HTML.replace("Skerrow", "Skärö").encode("latin-1"), "Lighthouse sold"),
    ],
)
def test_a_file_is_read_as_the_command_reads_it(
    client: TestClient, tmp_path: Path, name: str, content: str | bytes, title: str | None
) -> None:
    posted = article(client, sent(client, name, content))
    file = tmp_path / (name.rpartition("\\")[2] or "page")
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_engine(load(data=tmp_path / "by command")) as engine:
        (done,) = ingest(engine, [file]).articles
        read = engine.library.get(done.id)
    assert posted.model_dump(exclude={"id", "source"}) == read.model_dump(exclude={"id", "source"})
    assert title in (None, posted.title)


def test_two_files_of_one_name_are_two_articles(client: TestClient) -> None:
    first, second = sent(client, "index.html", BRIDGE), sent(client, "index.html", BAKERY)
    assert first.json()["id"] != second.json()["id"]
    assert len(client.get("/v1/articles").json()["articles"]) == 2


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.txt", "", "a.txt is empty"),
        ("a.pdf", b"%PDF-1.7\0\1\2\3", "a.pdf is binary"),
        ("/etc/a.txt", b"caf\xe9 " * 9, "a.txt is not UTF-8"),
        ("a.txt", "x" * 5_000_001, "larger than 5 MB"),
        ("a.jsonl", '{"text": "One."}\n', "JSON Lines"),
        ("a\nb.html", "<html><nav>Home</nav></html>", "holds no text"),
    ],
)
def test_a_bad_file_stores_nothing(
    shared: TestClient, name: str, content: str | bytes, says: str
) -> None:
    assert says in problem(sent(shared, name, content), 422)["detail"]
    assert shared.get("/v1/articles").json()["articles"] == []


@pytest.mark.parametrize(
    ("files", "data", "field"),
    [
        ({}, {"file": BRIDGE}, "body.file"),
        ({"page": ("a.txt", BRIDGE)}, {}, "body.file"),
        ({"file": ("a.txt", BRIDGE)}, {"published": "soon"}, "body.published"),
        ({"file": ("a.txt", BRIDGE)}, {"url": "javascript:x"}, "body.url"),
        ({"file": ("a.txt", BRIDGE)}, {"text": "x"}, "body.text"),
        ({"file": ("a.txt", BRIDGE)}, {"title": ["a", "b"]}, "body"),
    ],
)
def test_a_bad_form_is_told_by_its_field(
    shared: TestClient, files: dict[str, Any], data: dict[str, Any], field: str
) -> None:
    files = files or {"": ("", b"")}
    told = problem(shared.post("/v1/articles", files=files, data=data), 422)
    assert told["errors"][0]["field"] == field
    assert shared.get("/v1/articles").json()["articles"] == []


def test_two_files_are_one_too_many(shared: TestClient) -> None:
    two = [("file", ("a.txt", BRIDGE)), ("file", ("b.txt", BAKERY))]
    problem(shared.post("/v1/articles", files=two), 400)


def test_an_empty_field_is_none(client: TestClient) -> None:
    response = sent(client, "a.txt", BAKERY, url="", publisher="", published="")
    assert response.status_code == 201
    assert article(client, response).url is None


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "x"])
def test_another_content_type_is_refused(shared: TestClient, kind: str) -> None:
    told = shared.post("/v1/articles", content=b"file=x", headers={"content-type": kind})
    problem(told, 415)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [b"--b", b"--", b"\r\n", b"\n", b'Content-Disposition: form-data; name="file"',
                 b'; filename="a.txt"', b"; filename*=utf-8''%ff", b"Content-Type: text/html",
                 b"Content-Transfer-Encoding: base64", b"\r\n\r\n", b"\0", b"\xff", b"x: y"]
            ),
            max_size=14,
        ).map(b"".join),
    ),
    st.sampled_from(["; boundary=b", "", "; boundary=", '; boundary="', "; charset=x; boundary=b"]),
)  # fmt: skip
def test_no_form_is_a_fault_of_ours(shared: TestClient, body: bytes, boundary: str) -> None:
    headers = {"content-type": f"multipart/form-data{boundary}"}
    response = shared.post("/v1/articles", content=body, headers=headers)
    problem(response, response.status_code)
    assert response.status_code in (400, 422)


# -- as it was given


def test_an_original_is_given_back_as_text(client: TestClient) -> None:
    page = HTML.replace("<nav>", f"{SCRIPT}<nav>")
    article_id = sent(client, "a.html", page).json()["id"]
    response = client.get(f"/v1/articles/{article_id}/raw")
    assert response.text == page
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    problem(client.get(f"/v1/articles/{article_id[:6]}/raw"), 404)
    client.delete(f"/v1/articles/{article_id}")
    problem(client.get(f"/v1/articles/{article_id}/raw"), 404)


# -- replaced


def test_an_article_is_replaced_whole(client: TestClient) -> None:
    given = {"text": BRIDGE, "url": "https://herald.example/b", "author": "Ann"}
    article_id = client.post("/v1/articles", json=given).json()["id"]
    response = client.put(f"/v1/articles/{article_id}", json={"html": HTML})
    assert (response.status_code, response.headers["dateline-outcome"]) == (200, "changed")
    assert response.json()["id"] == article_id
    stored = article(client, response)
    assert (stored.title, stored.url, stored.author) == ("Lighthouse sold", None, None)
    assert client.get(f"/v1/articles/{article_id}/raw").text == HTML
    answer = client.post("/v1/ask", json={"question": LIGHTHOUSE}).json()
    assert answer["short"] == "31,000 crowns"
    assert {each["article_id"] for each in answer["citations"]} == {article_id}
    assert client.post("/v1/ask", json={"question": COST}).json()["status"] == "not_found"
    passages = client.post("/v1/search", json={"question": COST, "limit": 50}).json()["passages"]
    assert "bridge" not in json.dumps(passages)
    assert client.get("/v1/articles", params={"q": "bridge"}).json()["articles"] == []
    # The address is free again, and the text is new to the library.
    assert client.post("/v1/articles", json=given).status_code == 201


def test_the_same_replacement_changes_nothing(client: TestClient) -> None:
    article_id = client.post("/v1/articles", json={"text": BRIDGE}).json()["id"]
    first = client.put(f"/v1/articles/{article_id}", json={"text": BAKERY, "author": "Ann"})
    listed = client.get("/v1/articles").json()
    again = client.put(f"/v1/articles/{article_id}", json={"text": BAKERY, "author": "Ann"})
    assert (again.status_code, again.headers["dateline-outcome"]) == (200, "unchanged")
    assert again.content == first.content
    assert client.get("/v1/articles").json() == listed
    other = client.put(f"/v1/articles/{article_id}", json={"text": BAKERY, "author": "Bea"})
    assert other.headers["dateline-outcome"] == "changed"
    assert article(client, other).author == "Bea"


def test_an_article_is_not_replaced_by_another_one(client: TestClient) -> None:
    bakery = {"text": BAKERY, "url": "https://lund.example/bakery"}
    bakery_id = client.post("/v1/articles", json=bakery).json()["id"]
    bridge_id = client.post("/v1/articles", json={"text": BRIDGE}).json()["id"]
    before = client.get("/v1/articles").json()
    for page in (bakery, {"text": HTML, "url": "http://lund.example/bakery/"}):
        told = problem(client.put(f"/v1/articles/{bridge_id}", json=page), 409)
        assert told["type"] == "urn:dateline:AlreadyStored"
        assert bakery_id in told["detail"]
    assert client.get("/v1/articles").json() == before
    # A page that only calls itself another one is not at its address.
    claims = HTML.replace("<head>", f'<head><link rel="canonical" href="{bakery["url"]}">')
    response = client.put(f"/v1/articles/{bridge_id}", json={"html": claims})
    assert response.status_code == 200
    assert article(client, response).url is None


def test_what_cannot_replace_changes_nothing(client: TestClient) -> None:
    problem(client.put("/v1/articles/000000000000", json={"text": BAKERY}), 404)
    article_id = client.post("/v1/articles", json={"text": BRIDGE}).json()["id"]
    problem(client.put(f"/v1/articles/{article_id[:6]}", json={"text": BAKERY}), 404)
    before = client.get("/v1/articles").json()
    for page in (
        {},
        {"url": "https://lund.example/bakery"},
        {"text": BAKERY, "html": HTML},
        {"text": ""},
        {"text": "a\0b"},
        {"html": "<html><nav>Home</nav></html>"},
        {"text": "x" * 5_000_001},
    ):
        problem(client.put(f"/v1/articles/{article_id}", json=page), 422)
    assert client.get("/v1/articles").json() == before
    assert client.post("/v1/ask", json={"question": COST}).json()["status"] == "answered"


def test_a_replacement_that_fails_leaves_what_was_there(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"text": BRIDGE, "author": "Ann"}
    article_id = client.post("/v1/articles", json=given).json()["id"]
    before = client.get(f"/v1/articles/{article_id}").json()

    def fails(*_: Any) -> Any:
        raise ZeroDivisionError

    # The last that is done of it, when the old one is dropped already.
    with monkeypatch.context() as patched:
        patched.setattr(storing, "add_passages", fails)
        problem(client.put(f"/v1/articles/{article_id}", json={"text": BAKERY}), 500)
    assert client.get(f"/v1/articles/{article_id}").json() == before
    assert client.post("/v1/ask", json={"question": COST}).json()["short"] == "412 million euros"


def test_a_replaced_article_is_no_longer_its_files(client: TestClient, tmp_path: Path) -> None:
    file = tmp_path / "bridge.txt"
    file.write_text(BRIDGE, encoding="utf-8")
    engine = client.app.state.engines["dateline"]  # type: ignore[attr-defined]
    (done,) = ingest(engine, [Source(path=file)]).articles
    client.put(f"/v1/articles/{done.id}", json={"text": BAKERY})
    (again,) = ingest(engine, [Source(path=file)]).articles
    assert (again.outcome, again.id == done.id) == ("new", False)
    titles = {each["title"] for each in client.get("/v1/articles").json()["articles"]}
    assert titles == {
        "Brodal bakery hires 85 bakers",
        "Harbour bridge to cost 412 million euros",
    }
