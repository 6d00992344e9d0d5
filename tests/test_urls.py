"""Articles by their address, over the command line and over HTTP, and their versions."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.cli import main
from rag.settings import load
from tests.raw_server import Step, raw_server, whole
from tests.web import Web

STORY = """<!doctype html><html><head><title>Kiln at Orrin Bay goes out | Bay Messenger</title>
<meta property="og:site_name" content="Bay Messenger">
<link rel="canonical" href="{canonical}">
<meta property="article:published_time" content="2026-02-11T09:00:00Z"></head><body>
<nav><a href="/">Front page</a> <a href="/sport">Sport</a></nav>
<article><h1>Kiln at Orrin Bay goes out</h1>
<p>The last kiln at Orrin Bay went out on Tuesday after {years} years of burning lime.</p>
<p>Its owner, Greta Solheim, said that {count} tonnes of lime had left the bay in the last year,
less than a third of what was burned there when she took over the works from her father.</p>
<p>The town council wants to keep the building and make a museum of it, but has no money for it.</p>
</article><footer>Contact the newsroom</footer></body></html>"""
KILN = "https://news.example/kiln"


def page(*, canonical: str = KILN, years: int = 140, count: int = 900) -> list[Step]:
    content = STORY.format(canonical=canonical, years=years, count=count).encode()
    return [whole(content, kind="text/html; charset=utf-8")]


def outcome(reply: Response) -> str:
    return str(reply.headers["dateline-outcome"])


@pytest.fixture
def service(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("DATELINE_ALLOW_URLS", "true")
    with TestClient(create_app(load(data=data)), raise_server_exceptions=False) as client:
        yield client


def test_an_address_is_ingested_and_answers(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with raw_server(page()) as server:
        monkeypatch.setattr("rag.fetch.Network", lambda: Web(server.base_url))
        assert main(["--data", str(data), "ingest", "http://news.example/kiln?utm_source=x"]) == 0
    out = capsys.readouterr().out
    assert "new · Kiln at Orrin Bay goes out · Bay Messenger · 11 February 2026" in out
    assert main(["--data", str(data), "ask", "Who owns the last kiln at Orrin Bay?"]) == 0
    out = capsys.readouterr().out
    assert "Greta Solheim" in out
    assert KILN in out


def test_what_cannot_be_fetched_is_told_and_the_rest_is_stored(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with raw_server([whole(b"gone", status=404)], page()) as server:
        web = Web(server.base_url)
        monkeypatch.setattr("rag.fetch.Network", lambda: web)
        given = ["http://127.0.0.1/admin", "http://news.example/old", KILN.replace("https", "http")]
        assert main(["--data", str(data), "ingest", *given]) == 2
    told = capsys.readouterr()
    assert told.out.endswith("1 new, 0 changed, 0 unchanged, 2 failed\n")
    assert [line.split(" ")[0] for line in told.err.splitlines()] == given[:2]
    assert all(address == "93.184.216.34" for address, _ in web.dialled)


def test_no_page_takes_the_place_of_another_sites_article(
    data: Path, monkeypatch: pytest.MonkeyPatch, service: TestClient
) -> None:
    genuine = {"text": "Orrin Bay\n\nThe kiln burns on, its owner says.\n", "url": KILN}
    assert service.post("/v1/articles", json=genuine).status_code == 201
    with raw_server(page()) as server:
        web = Web(server.base_url, {"evil.example": [["93.184.216.34"]]})
        monkeypatch.setattr("rag.fetch.Network", lambda: web)
        reply = service.post("/v1/articles", json={"url": "http://evil.example/fake"})
    assert reply.status_code == 201
    listed = service.get("/v1/articles").json()["articles"]
    assert {each["url"] for each in listed} == {KILN, "http://evil.example/fake"}


def test_no_saved_page_takes_the_place_of_another_story(service: TestClient) -> None:
    fake = STORY.replace("kiln", "mill").replace("<p>", "<p>It is said that ")
    for html in (STORY, fake):
        html = html.format(canonical=KILN, years=140, count=900)
        assert outcome(service.post("/v1/articles", json={"html": html})) == "new"
    update = STORY.format(canonical=KILN, years=150, count=900)
    assert outcome(service.post("/v1/articles", json={"html": update})) == "changed"
    listed = service.get("/v1/articles").json()["articles"]
    assert {each["url"] for each in listed} == {KILN, None}


@pytest.mark.parametrize("name", ["id", "ref", "source", "cid"])
def test_pages_that_differ_in_a_parameter_are_two(service: TestClient, name: str) -> None:
    for n in range(2):
        page = {"text": f"Well {n}\n\nThe well number {n} was opened on Sunday, it was said.\n"}
        url = f"https://county.example/view?{name}={n}&utm_source=x"
        assert outcome(service.post("/v1/articles", json=page | {"url": url})) == "new"


def test_a_service_fetches_nothing_unless_it_is_told_to(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web()
    monkeypatch.setattr("rag.fetch.Network", lambda: web)
    with TestClient(create_app(load(data=data))) as client:
        reply = client.post("/v1/articles", json={"url": KILN})
    assert reply.status_code == 403
    assert reply.json()["type"] == "urn:dateline:UrlsNotAllowed"
    assert "DATELINE_ALLOW_URLS" in reply.json()["detail"]
    assert (web.asked, web.dialled) == ([], [])


@pytest.mark.parametrize(
    ("url", "status", "kind"),
    [
        ("http://169.254.169.254/latest/meta-data", 422, "AddressRefused"),
        ("http://nobody.example/", 502, "FetchFailed"),
        ("http://news.example:22/", 422, "AddressRefused"),
    ],
)
def test_an_address_that_is_not_fetched_is_a_problem(
    service: TestClient, monkeypatch: pytest.MonkeyPatch, url: str, status: int, kind: str
) -> None:
    web = Web()
    monkeypatch.setattr("rag.fetch.Network", lambda: web)
    reply = service.post("/v1/articles", json={"url": url})
    assert (reply.status_code, reply.json()["type"]) == (status, f"urn:dateline:{kind}")
    assert web.dialled == []
    assert service.get("/v1/articles").json()["articles"] == []


def test_a_page_that_changed_is_swapped_in_whole_under_its_id(
    service: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with raw_server(page(), page(), page(years=141, count=850)) as server:
        web = Web(server.base_url)
        monkeypatch.setattr("rag.fetch.Network", lambda: web)
        began = datetime.now(UTC)
        replies = [
            service.post("/v1/articles", json={"url": KILN.replace("https", "http")})
            for _ in range(3)
        ]
    assert [reply.status_code for reply in replies] == [201, 200, 200]
    assert [outcome(reply) for reply in replies] == ["new", "unchanged", "changed"]
    assert len({reply.json()["id"] for reply in replies}) == 1
    article = service.get(f"/v1/articles/{replies[0].json()['id']}").json()
    assert "141 years" in article["text"]
    assert article["published"] == "2026-02-11"
    assert datetime.fromisoformat(article["fetched"]) >= began
    answer = service.post("/v1/ask", json={"question": "How many tonnes of lime left Orrin Bay?"})
    assert "850" in answer.json()["text"]
    assert all("900" not in cited["quote"] for cited in answer.json()["citations"])


def test_eight_ingests_at_once_give_one_version(service: TestClient) -> None:
    given = {"html": STORY.format(canonical=KILN, years=140, count=900)}
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: service.post("/v1/articles", json=given), range(8)))
    assert sorted(reply.status_code for reply in replies) == [200] * 7 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert len(service.get("/v1/articles").json()["articles"]) == 1
    again = service.post("/v1/articles", json=given)
    assert again.headers["dateline-outcome"] == "unchanged"
    assert {again.content} == {reply.content for reply in replies}


@pytest.mark.parametrize("given", [{"text": "a b.", "html": "<p>a b.</p>"}, {}, {"title": "x"}])
def test_a_page_is_given_in_one_form(service: TestClient, given: dict[str, str]) -> None:
    assert service.post("/v1/articles", json=given).status_code == 422
