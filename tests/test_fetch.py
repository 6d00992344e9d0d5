"""Pages fetched from a real server, hostile URLs and hostile servers."""

import gzip
import ssl
import time
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from hostile_urls import HOSTILE, LOCATIONS, NAMES
from raw_server import Step, closed_port, part, raw_server, whole
from web import CERTIFICATE, PUBLIC, Web, tls

from rag.errors import AddressRefused, BadArticle, FetchFailed
from rag.fetch import LARGEST, Fetched, fetch

PAGE = b"<p>The bakery on Mill Lane has closed.</p>"


def refusal(url: str, web: Web, *, kind: type[BadArticle] = AddressRefused) -> str:
    """The one line that the fetch fails with."""
    with pytest.raises(kind) as told:
        fetch(url, seconds=5, network=web)
    message = str(told.value)
    assert "Nothing was stored; " in message
    assert message.isprintable()
    assert message.endswith(".")
    assert len(message) < 500
    return message


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_url_is_refused_and_nothing_is_dialled(url: str) -> None:
    web = Web(names=NAMES)
    refusal(url, web)
    assert web.dialled == []


def test_there_are_enough_hostile_urls() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 100


@pytest.mark.parametrize(
    "url", ["http://nowhere.example/", "http://127.0.0.1./", "http://4294967297/"]
)
def test_a_name_that_nobody_knows_is_said_to_be_unknown(url: str) -> None:
    web = Web()
    assert "names a server that cannot be found" in refusal(url, web, kind=FetchFailed)
    assert web.dialled == []


@pytest.mark.parametrize(
    "url", ["http://ann:s3cret@news.example/", "ftp://ann:s3cret@b/", "ann:s3cret@b"]
)
def test_a_password_is_not_repeated(url: str) -> None:
    assert "s3cret" not in refusal(url, Web())


@pytest.mark.parametrize(
    ("location", "status"),
    [
        *((location, 302) for location in LOCATIONS),
        *((LOCATIONS[0], status) for status in (301, 303, 307, 308)),
    ],
)
def test_a_redirect_to_a_hostile_url_is_not_followed(location: str, status: int) -> None:
    with raw_server([redirect(location, status=status)]) as server:
        web = Web(server.base_url, NAMES)
        message = refusal("http://news.example/", web)
    assert message.startswith("http://news.example/ redirects to ")
    assert web.dialled == [(PUBLIC, 80)]
    assert len(server.requests) == 1


def redirect(location: str, *, status: int = 302) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    return head.encode()


def fetched(*scripts: list[Step], url: str = "http://news.example/story") -> Fetched:
    with raw_server(*scripts) as server:
        return fetch(url, seconds=5, network=Web(server.base_url))


def failure(*script: Step) -> str:
    with raw_server(list(script)) as server:
        return refusal("http://news.example/", Web(server.base_url), kind=FetchFailed)


def packed(body: bytes, coding: str) -> bytes:
    head = f"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Encoding: {coding}\r\n\r\n".encode() + body


def test_a_page_is_fetched_and_who_asks_is_said() -> None:
    kind = 'text/html; charset="UTF-8"'
    with raw_server([whole(PAGE, kind=kind)]) as server:
        web = Web(server.base_url)
        before = datetime.now(UTC)
        page = fetch(" http://News.Example/a%20b?c=d#part\n", network=web)
    assert page.content == PAGE
    assert page.url == "http://news.example/a%20b?c=d"
    assert (page.media_type, page.charset) == ("text/html", "utf-8")
    assert before <= page.fetched_at <= datetime.now(UTC)
    assert page.fetched_at.utcoffset() == timedelta(0)
    request = server.requests[0].decode()
    assert request.startswith("GET /a%20b?c=d HTTP/1.1\r\nHost: news.example\r\n")
    assert f"User-Agent: Dateline/{version('dateline')} (" in request
    assert "cookie" not in request.lower()


@pytest.mark.parametrize(
    ("kind", "media_type", "charset"),
    [
        ("text/html", "text/html", None),
        ("TEXT/HTML;Charset=ISO-8859-1", "text/html", "iso-8859-1"),
        ("application/xhtml+xml; charset='utf-8'", "application/xhtml+xml", "utf-8"),
        ("text/plain; format=flowed; charset = windows-1252", "text/plain", "windows-1252"),
        ("text/markdown; charset=", "text/markdown", None),
        ("text/x-markdown;charset=\x80", "text/x-markdown", None),
    ],
)
def test_type_and_charset_are_those_of_the_header(
    kind: str, media_type: str, charset: str | None
) -> None:
    page = fetched([whole(PAGE, kind=kind)])
    assert (page.media_type, page.charset) == (media_type, charset)


@pytest.mark.parametrize(
    "kind", ["application/pdf", "image/png", "application/json", "video/mp4", "text/htmlx", "x", ""]
)
def test_what_is_no_text_is_refused(kind: str) -> None:
    assert "and not HTML, text or Markdown" in failure(whole(PAGE, kind=kind))


def test_redirects_are_followed_to_the_page() -> None:
    scripts: list[list[Step]] = [
        [redirect("/moved?x=1", status=301)],
        [redirect("../other/./place", status=307)],
        [redirect("//www.news.example:443/end#top", status=308)],
        [whole(PAGE, kind="text/html")],
    ]
    with raw_server(*scripts) as server:
        web = Web(server.base_url, {"www.news.example": [["1.1.1.1"]]})
        page = fetch("http://news.example/a/b", network=web)
    assert page.url == "http://www.news.example:443/end"
    assert web.dialled == [(PUBLIC, 80)] * 3 + [("1.1.1.1", 443)]
    asked = [request.split(b" ")[1] for request in server.requests]
    assert asked == [b"/a/b", b"/moved?x=1", b"/other/place", b"/end"]
    assert b"Host: www.news.example:443\r\n" in server.requests[-1]


def test_redirects_in_a_circle_end() -> None:
    with raw_server(
        [redirect("/b")], [redirect("/a")], [redirect("/b")], [redirect("/a")]
    ) as server:
        message = refusal("http://news.example/a", Web(server.base_url), kind=FetchFailed)
    assert message.startswith("http://news.example/a redirects more than 3 times")
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (204, "gave HTTP 204"),
        (206, "gave HTTP 206"),
        (302, "gave HTTP 302"),
        (304, "gave HTTP 304"),
        (401, "wants a login"),
        (403, "is not given to programs"),
        (404, "is not there (HTTP 404)"),
        (410, "is not there any more"),
        (429, "gets too many requests"),
        (500, "gave HTTP 500"),
        (503, "gave HTTP 503"),
    ],
)
def test_a_page_that_is_not_given_is_told_of(status: int, said: str) -> None:
    assert said in failure(whole(b"", status=status, kind="text/html"))


CHUNKED = b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIPPED = gzip.compress(PAGE)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (["reset"], "broke off the connection"),
        ([whole(PAGE, kind="text/html", length=99), "reset"], "broke off the connection"),
        ([], "was not sent whole, or not by the rules of HTTP"),
        ([whole(PAGE, kind="text/html", length=99)], "was not sent whole"),
        ([CHUNKED, part(PAGE)], "was not sent whole"),
        ([CHUNKED, b"zz\r\n"], "not by the rules of HTTP"),
        ([b"220 mail.example ESMTP\r\n\r\n"], "not by the rules of HTTP"),
        ([b"HTTP/1.1 200 X\r\nX: ", b"y" * 200_000], "not by the rules of HTTP"),
        ([b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"], "HTTP"),
        ([packed(GZIPPED[:-9], "gzip")], "cannot be unpacked as gzip"),
        ([packed(GZIPPED[:-1] + b"\xff", "gzip")], "cannot be unpacked as gzip"),
        ([packed(GZIPPED * 2, "gzip")], "cannot be unpacked as gzip"),
        ([packed(PAGE, "deflate")], "cannot be unpacked as deflate"),
        ([packed(PAGE, "br")], "is packed as br, unasked"),
        ([packed(PAGE, "zstd")], "is packed as zstd, unasked"),
        ([packed(gzip.compress(GZIPPED), "gzip, gzip")], "is packed as gzip, gzip, unasked"),
    ],
)
def test_half_a_page_is_none(script: list[Step], said: str) -> None:
    assert said in failure(*script)


def test_a_server_that_refuses_cannot_be_reached() -> None:
    message = refusal("http://news.example/", Web(closed_port()), kind=FetchFailed)
    assert "cannot be reached" in message


def test_a_page_comes_in_each_packing() -> None:
    raw = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": GZIPPED,
        "X-GZIP": GZIPPED,
        "deflate": zlib.compress(PAGE),
        "Deflate": raw.compress(PAGE) + raw.flush(),
        "identity": PAGE,
    }
    for coding, body in bodies.items():
        assert fetched([packed(body, coding)]).content == PAGE
    assert fetched([CHUNKED, part(PAGE[:9]), part(PAGE[9:]), b"0\r\n\r\n"]).content == PAGE


@pytest.mark.parametrize("coding", ["gzip", "deflate", "identity"])
def test_a_page_may_be_as_large_as_the_limit_and_no_larger(coding: str) -> None:
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "identity": bytes}[coding]
    assert len(fetched([packed(pack(b"a" * LARGEST), coding)]).content) == LARGEST
    message = failure(packed(pack(b"a" * (LARGEST + 1)), coding))
    assert "is larger than 5 MB" in message


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_not_unpacked(coding: str) -> None:
    pack = zlib.compressobj(wbits=31 if coding == "gzip" else -15)
    bomb = b"".join(pack.compress(bytes(1_000_000)) for _ in range(60)) + pack.flush()
    tracemalloc.start()
    try:
        message = failure(packed(bomb, coding))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "is larger than 5 MB" in message
    assert most < 4 * LARGEST


def test_a_page_without_end_is_left_as_soon_as_it_is_too_large() -> None:
    for coding in ("gzip", "identity"):
        head = CHUNKED[:-2] + f"Content-Encoding: {coding}\r\n\r\n".encode()
        with raw_server([head, *[part(bytes(100_000))] * 60, "stall"]) as server:
            message = refusal("http://news.example/", Web(server.base_url), kind=FetchFailed)
        assert "is larger than 5 MB" in message


@pytest.mark.parametrize(
    "script",
    [
        ["stall"],
        [b"HTTP/1.1 200 X\r\nX: ", "drip"],
        [b"HTTP/1.1 200 X\r\nContent-Type: text/plain\r\n\r\n", "drip"],
        [CHUNKED, part(PAGE), "stall"],
        [b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, "stall"],
    ],
)
def test_one_deadline_holds_however_slowly_bytes_drip(script: list[Step]) -> None:
    with raw_server([redirect("/b")], [redirect("/c")], script) as server:
        web = Web(server.base_url)
        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"took longer than 0\.3 s\. Nothing was stored; "):
            fetch("http://news.example/", seconds=0.3, network=web)
        took = time.monotonic() - began
    assert 0.3 <= took < 0.8
    assert len(server.requests) == 3


def test_a_handshake_is_within_the_deadline() -> None:
    with raw_server(["stall"]) as server:
        began = time.monotonic()
        with pytest.raises(FetchFailed, match=r"took longer than 0\.3 s"):
            fetch("https://news.example/", seconds=0.3, network=Web(server.base_url))
        assert 0.3 <= time.monotonic() - began < 0.8


def test_tls_is_checked_against_the_name_and_not_the_address() -> None:
    with raw_server([whole(PAGE, kind="text/html")], tls=tls()) as server:
        names = {"other.example": [[PUBLIC]]}
        web = Web(server.base_url, names, trusts=CERTIFICATE)
        assert fetch("https://news.example/", network=web).content == PAGE
        assert web.dialled == [(PUBLIC, 443)]
        message = refusal("https://other.example/", web, kind=FetchFailed)
        assert "a certificate that is not trusted (Hostname mismatch" in message
        message = refusal("https://news.example/", Web(server.base_url), kind=FetchFailed)
        assert "a certificate that is not trusted (self-signed certificate)" in message
    assert len(server.requests) == 1


def test_a_server_that_wants_to_know_who_asks_is_told_of() -> None:
    wants = tls()
    wants.maximum_version = ssl.TLSVersion.TLSv1_2
    wants.verify_mode = ssl.CERT_REQUIRED
    with raw_server([whole(PAGE, kind="text/html")], tls=wants) as server:
        web = Web(server.base_url, trusts=CERTIFICATE)
        message = refusal("https://news.example/", web, kind=FetchFailed)
    assert "agrees on no secure connection" in message


def test_nothing_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine news.example login ann password s3cret")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, closed_port())
        monkeypatch.setenv(name.lower(), closed_port())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with raw_server([whole(PAGE, kind="text/html")]) as server:
        assert fetch("http://news.example/", network=Web(server.base_url)).content == PAGE
    assert b"authorization" not in server.requests[0].lower()
    with raw_server([whole(PAGE, kind="text/html")], tls=tls()) as server:
        message = refusal("https://news.example/", Web(server.base_url), kind=FetchFailed)
    assert "not trusted" in message
