"""The pages as they are sent: their headers, their files, their colours, and what they name."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE

from api.app import create_app
from api.web import HEADERS, PAGE
from rag.settings import load

PAGES = ("/", "/docs", "/articles/4f12ab34cd56")
FILES = sorted(each for each in PAGE.iterdir() if each.is_file())
FOREIGN = re.compile(r"(?:https?:)?//[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
# The name of a namespace, and the standard that a comment names: neither is fetched.
NAMED_ONLY = ("http://www.w3.org/2000/svg", "https://html.spec.whatwg.org")
TEXT, NOT_TEXT = 4.5, 3.0
PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "sheet", TEXT),
    ("ink", "bad-tint", TEXT),
    ("ink", "tint", TEXT),
    ("soft", "paper", TEXT),
    ("soft", "sheet", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "sheet", TEXT),
    ("accent", "tint", TEXT),
    ("accent-ink", "accent", TEXT),
    ("mark-ink", "mark", TEXT),
    ("ink", "mark", TEXT),
    ("bad", "paper", TEXT),
    ("bad", "sheet", TEXT),
    ("bad", "bad-tint", TEXT),
    ("sheet", "bad", TEXT),
    ("warn", "sheet", TEXT),
    ("warn", "warn-tint", TEXT),
    ("good", "good-tint", TEXT),
    ("field", "paper", NOT_TEXT),
    ("field", "sheet", NOT_TEXT),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("web")
    settings = load(data=folder / "data", collections=f"more={folder / 'more'}")
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        for text, publisher in ((BRIDGE, "Wendmark Herald"), (BAKERY, "Élan & Söhne 100%")):
            given = {"text": text, "publisher": publisher}
            assert client.post("/v1/articles", json=given).status_code == 201
        yield client


@pytest.mark.parametrize("path", [*PAGES, *(f"/page/{each.name}" for each in FILES)])
def test_every_page_and_file_is_sent_under_the_policy(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    sent = response.headers
    policy = dict(part.split(" ", 1) for part in sent["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert client.head(path).headers["content-length"] == sent["content-length"]
    assert sent["x-content-type-options"] == "nosniff"
    assert sent["referrer-policy"] == "no-referrer"
    assert HEADERS.items() <= {name: sent[name] for name in HEADERS}.items()
    kinds = {".js": "javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert kinds.get(Path(path).suffix, "text/html; charset=utf-8") in sent["content-type"]


def test_a_file_that_is_not_there_is_a_problem_document(client: TestClient) -> None:
    for path in ("/page/none.js", "/page/../web.py", "/page/%2e%2e/web.py", "/page/", "/page"):
        response = client.get(path)
        assert response.status_code == 404, path
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_names_a_foreign_address(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for known in NAMED_ONLY:
        text = text.replace(known, "")
    assert not FOREIGN.findall(text)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_in_a_file_needs_a_weaker_policy(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 400
    if file.suffix == ".html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<base|<iframe", text)
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text))
        assert not re.search(r"<script[^>]*>[^<]", text)
    if file.suffix == ".js":
        writers = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function"
        assert not re.search(f"{writers}|DOMParser|createContextualFragment|srcdoc", text)
        assert not re.search(r"localStorage|document\.cookie|indexedDB", text)


def test_every_file_that_a_file_names_is_there() -> None:
    for file in FILES:
        for name in re.findall(r"/page/([\w.-]+)", file.read_text(encoding="utf-8")):
            assert (PAGE / name).is_file(), f"{file.name} names {name}"


def test_everything_that_a_script_looks_for_is_on_its_page() -> None:
    home = (PAGE / "index.html").read_text(encoding="utf-8")
    ids = set(re.findall(r'id="([\w-]+)"', home))
    for name in ("app.js", "ask.js", "add.js", "library.js", "panel.js"):
        script = (PAGE / name).read_text(encoding="utf-8")
        wanted = set(re.findall(r'(?:\$|getElementById)\("([\w-]+)"\)', script))
        assert wanted <= ids, name
    assert set(re.findall(r'for="([\w-]+)"', home)) <= ids


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(scheme: str) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11, level AA."""
    style = (PAGE / "page.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, flags=re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks)
    assert light.keys() == dark.keys()
    colours = light if scheme == "light" else dark
    for front, back, least in PAIRS:
        assert contrast(colours[front], colours[back]) >= least, (front, back)


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# -- what the page asks the service for


def test_the_catalogue_says_what_there_is_to_choose_from(client: TestClient) -> None:
    told = client.get("/v1/catalogue").json()
    assert told == {
        "collections": ["dateline", "more"],
        "articles": 2,
        "newest": "2026-05-06",
        "publishers": [
            {"name": "Wendmark Herald", "articles": 1},
            {"name": "Élan & Söhne 100%", "articles": 1},
        ],
        "fetches_urls": False,
    }
    empty = client.get("/v1/catalogue", params={"collection": "more"}).json()
    assert (empty["articles"], empty["newest"], empty["publishers"]) == (0, None, [])
    assert client.get("/v1/catalogue", params={"collection": "none"}).status_code == 404


def test_a_publisher_in_two_spellings_is_one(tmp_path: Path) -> None:
    with TestClient(create_app(load(data=tmp_path))) as client:
        for number, name in enumerate(("The Post", "the post ", "The Post")):
            given = {"text": f"{BAKERY}\n{number} loaves.", "publisher": name}
            assert client.post("/v1/articles", json=given).status_code == 201
        publishers = client.get("/v1/catalogue").json()["publishers"]
    assert publishers == [{"name": "The Post", "articles": 3}]


def test_the_pages_hold_nothing_of_the_library(client: TestClient) -> None:
    told = json.dumps(client.get("/v1/articles").json())
    assert "Harbour bridge" in told
    (article_id, *_) = re.findall(r'"id": "(\w+)"', told)
    for path in (*PAGES, f"/articles/{article_id}"):
        assert "Harbour bridge" not in client.get(path).text
