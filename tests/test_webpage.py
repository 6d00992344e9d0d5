"""HTML pages: what is text, what is around it, what nobody sees, and pages that try to break it."""

import re
import socket
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages_of_html import ORDER, PRICE, ferry, hidden_by

from api import cli
from rag.clean import clean
from rag.errors import BadArticle
from rag.page import parse
from rag.sources import Source, is_html, read
from rag.types import Article, Label


def of(article: Article, *labels: Label) -> list[str]:
    return [article.text[x.start : x.end] for x in article.lines if x.label in labels]


def labelled(article: Article, begins: str) -> Label:
    return next(x.label for x in article.lines if article.text[x.start :].startswith(begins))


def article_of(content: bytes | str, **known: str) -> Article:
    source = Source(content=content, **known)  # type: ignore[arg-type]
    text = read(source)
    return parse(text, html=is_html(source, text))


@pytest.fixture(scope="module")
def page() -> Article:
    return parse(ferry(), html=True)


def test_the_body_is_the_article_and_nothing_else(page: Article) -> None:
    body = of(page, Label.BODY)
    assert len(body) == 5
    assert body[0].startswith(
        "The night ferry between Tarn and Orsund will sail again from 12 June"
    )
    assert "A ticket will cost 38 crowns one way" in body[1]
    assert body[4].startswith("Unions have welcomed the plan")
    assert of(page, Label.HEADING) == ["Quay not ready"]
    assert of(page, Label.TITLE) == ["Night ferry to Orsund returns in June"]
    assert of(page, Label.DATELINE) == ["By Ilse Varga", "Published 4 May 2026"]


def test_what_stands_around_is_furniture(page: Article) -> None:
    for begins in ("We use cookies", "Accept all", "Home", "Sign up", "About us", "© 2026"):
        assert labelled(page, begins) is Label.FURNITURE, begins
    assert labelled(page, "The Marit at its berth") is Label.FURNITURE
    reasons = {page.text[x.start : x.end]: x.reason for x in page.lines}
    assert reasons["Weather"] == "menu"
    assert reasons["You may also like"] == "heading of a block of other stories"
    assert labelled(page, "Most read") is Label.RUBRIC
    assert all(line.reason for line in page.lines)


def test_other_stories_are_teasers(page: Article) -> None:
    told = [page.text[x.start : x.end] for x in page.teasers]
    assert "Orsund quay closed after storm damage" in told
    assert "A tower of 88 metres for the old brewery" in told
    tram = next(text for text in told if text.startswith("Tarn votes on a new tram line"))
    assert tram.endswith("build eleven stops by 2031...")
    assert len(told) == 6
    assert not any("ticket" in text for text in told)


def test_the_metadata_is_the_articles(page: Article) -> None:
    assert page.title == "Night ferry to Orsund returns in June"
    assert page.publisher == "Tarn Courier"
    assert page.author == "Ilse Varga"
    assert page.published == date(2026, 5, 4)
    assert page.updated == date(2026, 5, 6)
    assert page.url == "https://tarncourier.example/2026/05/night-ferry-orsund"


def test_every_line_has_its_place_and_the_text_is_clean(page: Article) -> None:
    lines = [line.strip() for line in page.text.split("\n") if line.strip()]
    assert [page.text[x.start : x.end] for x in page.lines] == lines
    assert clean(page.text) == page.text
    assert "<" not in page.text


def test_what_the_caller_says_wins() -> None:
    day = date(2020, 2, 2)
    told = parse(
        ferry(),
        html=True,
        title="T",
        publisher="P",
        author="A",
        published=day,
        url="https://x.example/1",
    )
    assert (told.title, told.publisher, told.author) == ("T", "P", "A")
    assert (told.published, told.url) == (day, "https://x.example/1")
    assert len(of(told, Label.BODY)) == 5


def test_a_page_that_says_nothing_of_itself_is_not_guessed_at() -> None:
    html = (
        "<html><body><h1>Mill at Vane to reopen</h1>"
        "<p>The old mill at Vane will grind oats again from next autumn, its new owners say.</p>"
        "<p>It burned down on 3 March 1960 and has stood empty since, a sign on it says.</p>"
        "<p>The owners hope for 12,000 visitors a year and want to sell their own bread.</p>"
        "<p>© 2019</p></body></html>"
    )
    article = parse(html, html=True)
    assert article.title == "Mill at Vane to reopen"
    assert (article.published, article.updated, article.author, article.url) == (None,) * 4
    assert article.publisher is None
    assert len(of(article, Label.BODY)) == 3


TEXT = "<p>The old mill at Vane will grind oats again from next autumn, its new owners say.</p>" * 3


@pytest.mark.parametrize(
    ("html", "title", "publisher"),
    [
        (
            "<title>Mill at Vane to reopen | Tarn Courier</title><h1>Tarn Courier</h1>"
            "<h2>Mill at Vane to reopen</h2>",
            "Mill at Vane to reopen",
            "Tarn Courier",
        ),
        (
            "<title>Mill at Vane - a second life</title><h1>Mill at Vane - a second life</h1>",
            "Mill at Vane - a second life",
            None,
        ),
        ("<h1>Courier</h1><h1>Mill at Vane to reopen</h1>", "Mill at Vane to reopen", None),
        ("<h2>Mill at Vane to reopen</h2>", "Mill at Vane to reopen", None),
    ],
)
def test_the_headline_is_the_one_that_is_seen(html: str, title: str, publisher: str | None) -> None:
    article = parse(f"<html>{html}{TEXT}</html>", html=True)
    assert (article.title, article.publisher) == (title, publisher)
    assert title in of(article, Label.TITLE)


def test_the_summary_under_the_headline_is_text() -> None:
    summary = "A family from Lund Hollow has bought the ruin and wants to bake there."
    heads = f"<h1>Mill at Vane to reopen</h1><div><h5>{summary}</h5></div><div>"
    article = parse(f"<html><body>{heads}{TEXT}</div></body></html>", html=True)
    assert summary in of(article, Label.BODY, Label.HEADING)


def data(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


@pytest.mark.parametrize(
    ("head", "dated"),
    [
        ('<meta property="article:published_time" content="2026-03-09T01:00:00+09:00">', True),
        ('<meta name="date" content="20260309">', True),
        ('<meta name="pubdate" content="9 March 2026">', True),
        ('<meta name="date" content="03/04/2026">', False),
        ('<meta name="date" content="yesterday">', False),
        ('<meta property="article:modified_time" content="2026-03-09">', False),
        (data('[{"@type": ["X", "BlogPosting"], "datePublished": "2026-03-09"}]'), True),
        (data('{"@type": "Event", "datePublished": "2026-03-09"}'), False),
        (data('{"@type": "NewsArticle", "datePublished": "2026-03-09", broken'), False),
        (data("[" * 100_000), False),
    ],
)
def test_dates_come_from_metadata_that_is_plain(head: str, dated: bool) -> None:
    html = f"<html><head>{head}</head><body><p>{'The mill will open again soon. ' * 8}</p></body>"
    assert parse(html, html=True).published == (date(2026, 3, 9) if dated else None)


def test_a_time_of_the_date_line_counts_though_it_reads_as_ago() -> None:
    bare = ferry().split("<body>")[1].replace("Published 4 May 2026", "TIME")
    html = bare.replace("TIME", '<time datetime="2026-05-07T09:00Z">3 hours ago</time>')
    article = parse(f"<html><body>{html}", html=True)
    assert article.published == date(2026, 5, 7)
    assert labelled(article, "3 hours ago") is Label.DATELINE


@pytest.mark.parametrize("href", ["https://tarn.example/", "/", "javascript:alert(1)", "http://["])
def test_a_canonical_url_that_is_no_pages_is_left_out(href: str) -> None:
    html = ferry().replace("https://tarncourier.example/2026/05/night-ferry-orsund", href)
    assert parse(html, html=True).url is None


def test_lines_of_pre_br_lists_and_tables() -> None:
    text = (
        "The herring fleet of Vane landed {} tonnes of fish in one week, the harbour office said."
    )
    pre = "\n\n".join(text.format(n) for n in range(20, 24))
    article = parse(f"<html><body><pre>{pre}</pre></body></html>", html=True)
    assert of(article, Label.BODY) == pre.split("\n\n")
    broken = "<br><br>".join(text.format(n) for n in range(20, 24))
    article = parse(f"<html><body><div>{broken}</div></body></html>", html=True)
    assert of(article, Label.BODY) == [text.format(n) for n in range(20, 24)]
    assert article.text == "\n\n".join(text.format(n) for n in range(20, 24))
    heads, cells = "<th>Port</th><th>Tonnes of herring</th>", "<td>Vane</td><td>21</td>"
    table = f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"
    items = "<ul><li>Vane landed most of it</li><li>Tarn landed least of it all</li></ul>"
    article = parse(
        f"<html><body><p>{text.format(3)}</p>{table}{items}<p>{text.format(4)}</p>", html=True
    )
    assert "Port\tTonnes of herring\nVane\t21" in article.text
    assert "Tarn landed least of it all" in of(article, Label.BODY)


def test_what_is_html_and_what_is_not(tmp_path: Path) -> None:
    assert is_html(Source(content=""), "<?xml version='1.0'?>\n<!-- a -->\n<!DOCTYPE html><html>")
    assert is_html(Source(content=""), "<div><p>One</p></div>\n" * 30)
    assert is_html(Source(path=Path("a.HTM")), "<p>One")
    assert not is_html(Source(path=Path("a.html")), "No tag, 3 < 4")
    assert not is_html(Source(content="", media_type="text/plain; charset=utf-8"), "<html><body>")
    assert is_html(Source(content="", media_type="Application/XHTML+xml"), "One")
    assert not is_html(Source(content=""), "A page of text that says <p> once.")


def test_xhtml_amp_and_broken_markup_are_read() -> None:
    paragraph = "The ferry of Tarn carried 4,100 people in its first week, more than ever before. "
    xhtml = (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 '
        'Strict//EN" "x.dtd"><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
        f'<script src="a.js"/></head><body><div/><p>{paragraph * 3}</p></body></html>'
    )
    amp = (
        "<!doctype html><html ⚡><head><style amp-boilerplate>body{visibility:hidden}</style>"
        "<noscript><style amp-boilerplate>body{visibility:visible}</style></noscript></head>"
        f"<body><amp-img src=x></amp-img><p>{paragraph * 3}</p></body></html>"
    )
    broken = f"<html><body><div><p>{paragraph}<div><b>{paragraph}<p></i></td>{paragraph}<a href='"
    for html in (xhtml, amp, broken):
        article = article_of(html)
        assert article.text.count("4,100") >= 2, html
        assert "4,100" in " ".join(of(article, Label.BODY))


@pytest.mark.parametrize(
    "html",
    [
        "<html><body>" + "<div>" * 10_000 + "<p>Deep.</p>" + "</div>" * 10_000 + "<p>End.</p>",
        "<html><body>" + "<b><i>" * 30_000,
        "<html><head><style>" + ".a{display:none}" * 20_000 + "/*" * 50_000 + "{" * 50_000,
        "<html><body><p class='" + "a " * 200_000 + "'>One word.</p>",
        "<meta " * 100_000,
        "<html><body>" + "<tr><td>" * 5_000,
        "<html><body>" + "&amp;#" * 100_000,
    ],
    ids=["deep", "unclosed", "css", "classes", "meta", "cells", "entities"],
)
def test_hostile_pages_end_soon_in_a_page_or_a_line(html: str) -> None:
    began = time.perf_counter()
    told = ""
    try:
        parse(html, html=True, source="odd.html")
    except BadArticle as error:
        told = str(error)
    assert re.fullmatch(r"(odd\.html .*Nothing of it was stored.*)?", told)
    assert time.perf_counter() - began < 5


def test_a_page_nested_as_deep_as_any_is_read_whole() -> None:
    text = "The ferry of Tarn carried 4,100 people in its first week, more than ever before."
    deep = "<div><span>" * 600 + f"<p>{text}</p>" + "</span></div>" * 600
    article = parse(
        f"<html><body>{deep}<p>And so it went on in the second week of the year.</p>", html=True
    )
    assert of(article, Label.BODY)[0] == text
    hidden = deep.replace("<p>", "<p hidden>")
    assert "4,100" not in parse(f"<html><body>{hidden}<p>Open.</p>", html=True).text


TAGS = (
    "<p> </p> <div> </div> <br> <b> </b> <pre> </pre> <table> <tr> <td> </td> <li> <ul> <a/href=x> "
    "</a> <h1> </h1> <p/hidden> <!-- --> <script> </script> <style> <html> <body> <head> <aside> "
    "<h2>Related</h2> <span/style='font-size:0'> </span> &nbsp; &#0; \x1b[31m \u200b \x9b <svg> "
    "<![CDATA[ <? <"
)
WORDS = (
    "The ferry sails at ten every morning of the week.",
    "Home",
    "Read also: the tram is late again",
    "4 May 2026",
    "By Ilse Varga",
    "© 2026 Tarn",
    *"\n\t\r \x85\ud800",
)
SOUP = st.lists(st.sampled_from([*TAGS.split(" "), *WORDS]), max_size=40).map("".join)


@settings(max_examples=60, deadline=None)
@given(SOUP)
def test_any_soup_is_a_page_or_a_bad_article(soup: str) -> None:
    try:
        article = parse(soup, html=True)
    except BadArticle:
        return
    lines = [line.strip() for line in article.text.split("\n") if line.strip()]
    assert [article.text[x.start : x.end] for x in article.lines] == lines
    assert clean(article.text) == article.text
    assert all(article.text[t.start : t.end].strip() for t in article.teasers)


def test_the_library_behind_is_silent_and_stays_off_the_network(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    caplog.set_level(0)
    for html in (ferry(), "<html><body><p>One</p>", "<html><body></body></html>", "<p>" * 50):
        parse(html, html=True)
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_it_is_not_loaded_for_a_page_of_text() -> None:
    code = (
        "import sys; from rag.page import parse; import rag.ingest; parse('One line of text.');"
        "sys.exit(bool({'trafilatura', 'lxml', 'charset_normalizer'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "ferry.html").write_text(ferry(hidden_by("font-size")), encoding="utf-8")
    (folder / "empty.htm").write_text("<html><body><nav>Home</nav></body></html>", encoding="utf-8")
    (folder / "binary.xhtml").write_bytes(b"<html>\0\1\2\3" * 50)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([*arguments])
        return code, *capsys.readouterr()

    code, out, err = run("ingest", "pages")
    assert code == 2
    assert "Night ferry to Orsund returns in June" in out
    complaints = err.strip().splitlines()
    assert [("no text" in x, "binary" in x) for x in complaints] == [(False, True), (True, False)]
    code, out, _ = run("ask", PRICE)
    assert code == 0
    assert "38 crowns" in out
    assert "tarncourier.example" in out or "Tarn Courier" in out
    assert "9,999" not in out
    _, listed, _ = run("articles", "list", "--json")
    identifier = listed.split('"id"')[1].split('"')[1]
    _, shown, _ = run("articles", "show", identifier, "--layers")
    for said in ("furniture", "teaser", "title", "dateline", "(menu)", "(text of the article)"):
        assert said in shown
    assert ORDER not in shown
