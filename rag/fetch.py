"""The page behind a URL: from the public web only, within limits of time, size and redirects."""

import re
import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import httpcore2
import httpx2

from rag.dial import Deadline, Network, PublicBackend
from rag.errors import AddressRefused, FetchFailed
from rag.plain import one_line

SECONDS = 10.0
"""For all of it: looking up names, connecting, redirects and the page."""
LARGEST = 5_000_000
"""Bytes of a page, as sent and as unpacked."""
MOST_REDIRECTS = 3
LONGEST_URL = 2_000
MEDIA_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "text/plain",
    "text/markdown",
    "text/x-markdown",
)
"""What an article can come as."""

_HEADERS = (
    ("User-Agent", f"Dateline/{version('dateline')} (fetches one article, as its user asked)"),
    ("Accept", "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Connection", "close"),
)
_PORTS = (None, 80, 443)
_REDIRECTS = (301, 302, 303, 307, 308)
# A label may hold "_", as some do; "%", "\" and the like are no part of a name.
_HOST = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
_USER = re.compile(r"(?<![^/?#\s])[^/?#\s]+@")
_MEDIA_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
# Some servers leave out the frame that "deflate" should have (RFC 9110, 8.4.1.2).
_FRAMES = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
_PUBLIC = "give the address of a page on the public web, such as https://news.example/story"
_SAVE = "save the page and ingest the file"
_LATER = "try again later, or save the page and ingest the file"
_STATUSES = {
    401: ("wants a login (HTTP 401)", _SAVE),
    402: ("wants to be paid (HTTP 402)", _SAVE),
    403: ("is not given to programs (HTTP 403)", _SAVE),
    404: ("is not there (HTTP 404)", "check the address"),
    410: ("is not there any more (HTTP 410)", "check the address"),
    429: ("gets too many requests (HTTP 429)", _LATER),
    451: ("may not be shown here (HTTP 451)", _SAVE),
}


@dataclass(frozen=True)
class Fetched:
    """A page as it was sent.

    ``content`` is unpacked and not decoded; ``charset`` is what the header calls its encoding, in
    lower case and unchecked, None when it does not. ``url`` is where redirects ended, without a
    fragment. ``media_type`` is one of ``MEDIA_TYPES``, ``fetched_at`` in UTC.
    """

    content: bytes
    url: str
    media_type: str
    charset: str | None
    fetched_at: datetime


def fetch(url: str, *, seconds: float = SECONDS, network: Network | None = None) -> Fetched:
    """Fetch the page at an http or https address on port 80 or 443 of the public internet.

    Each redirect is checked as the first address is. Neither proxies nor anything else is taken
    from the environment; no cookie is sent or kept.

    Raises AddressRefused for an address that is not fetched from, and FetchFailed when the page
    did not come, not within ``seconds``, not as text or not within ``LARGEST`` bytes.
    """
    network, deadline = network or Network(), Deadline(seconds)
    where = given = _shown(url)
    hop = _address(url, None, where=where)
    for _ in range(MOST_REDIRECTS + 1):
        backend = PublicBackend(network, deadline, where=where)
        trust = network.trust() if hop.scheme == "https" else None
        with _asked(hop, backend, trust, where=where, seconds=seconds) as response:
            headers = httpx2.Headers(response.headers)
            if response.status not in _REDIRECTS or "location" not in headers:
                return _page(response, headers, hop, where=where)
        location = headers["location"]
        where = f"{given} redirects to {_shown(location)}, which"
        hop = _address(location, hop, where=where)
    raise _failed(f"{given} redirects more than {MOST_REDIRECTS} times", _SAVE)


def _address(url: str, base: httpx2.URL | None, *, where: str) -> httpx2.URL:
    """The URL, or where it leads from ``base``, without its fragment. Raises AddressRefused."""
    if len(url) > LONGEST_URL:
        raise _refused(f"{where} is longer than {LONGEST_URL:,} characters")
    try:
        parsed = base.join(url.strip()) if base else httpx2.URL(url.strip())
        host = parsed.raw_host.decode("ascii")
    # urllib's and the codecs', under httpx2's: of brackets without an end, half a surrogate pair.
    except (httpx2.InvalidURL, ValueError):
        raise _refused(f"{where} is no address of a page") from None
    if parsed.scheme not in ("http", "https"):
        raise _refused(f"{where} does not begin with http:// or https://")
    if parsed.userinfo:
        raise _refused(f"{where} has a user name in it")
    if parsed.port not in _PORTS:
        raise _refused(f"{where} is on another port than 80 and 443")
    if "%" in host or (":" not in host and not _HOST.fullmatch(host)):
        raise _refused(f"{where} names no server")
    return parsed.copy_with(fragment=None)


@contextmanager
def _asked(
    url: httpx2.URL,
    backend: PublicBackend,
    trust: ssl.SSLContext | None,
    *,
    where: str,
    seconds: float,
) -> Iterator[httpcore2.Response]:
    """The response to a request for the page; whatever goes wrong until its end is FetchFailed."""
    target = httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )
    headers = [("Host", url.netloc.decode("ascii")), *_HEADERS]
    try:
        # httpcore2's own pool and not httpx2's client, as only this one takes a backend.
        with (
            httpcore2.ConnectionPool(ssl_context=trust, network_backend=backend) as pool,
            pool.stream("GET", target, headers=headers) as response,
        ):
            yield response
    except httpcore2.TimeoutException:
        raise _failed(f"{where} took longer than {seconds:g} s", _LATER) from None
    except httpcore2.ConnectError as error:
        raise _unconnected(error, where=where) from None
    except httpcore2.NetworkError:
        raise _failed(f"{where} broke off the connection", _LATER) from None
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol):
        raise _failed(f"{where} was not sent whole, or not by the rules of HTTP", _LATER) from None


def _unconnected(error: httpcore2.ConnectError, *, where: str) -> FetchFailed:
    cause = error.args[0] if error.args else None
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = one_line(cause.verify_message)[:100].rstrip(". ")
        return _failed(f"{where} has a certificate that is not trusted ({why})", _SAVE)
    if isinstance(cause, ssl.SSLError):
        return _failed(f"{where} agrees on no secure connection", _LATER)
    return _failed(f"{where} cannot be reached", _LATER)


def _page(
    response: httpcore2.Response, headers: httpx2.Headers, url: httpx2.URL, *, where: str
) -> Fetched:
    if response.status != 200:
        what, advice = _STATUSES.get(response.status, (f"gave HTTP {response.status}", _LATER))
        raise _failed(f"{where} {what}", advice)
    kind = headers.get("content-type", "")
    named = _MEDIA_TYPE.match(kind)
    media_type = named[1].lower() if named else "nothing known"
    if media_type not in MEDIA_TYPES:
        raise _failed(f"{where} is {media_type[:60]} and not HTML, text or Markdown", _SAVE)
    charset = _CHARSET.search(kind)
    coding = headers.get("content-encoding", "").strip().lower()
    return Fetched(
        content=_unpacked(_body(response, where=where), coding, where=where),
        url=str(url),
        media_type=media_type,
        charset=charset[1].lower() if charset else None,
        fetched_at=datetime.now(UTC),
    )


def _body(response: httpcore2.Response, *, where: str) -> bytes:
    """All that is sent. Raises FetchFailed as soon as it is too much."""
    parts: list[bytes] = []
    size = 0
    for part in response.iter_stream():
        parts.append(part)
        size += len(part)
        if size > LARGEST:
            raise _too_large(where)
    return b"".join(parts)


def _unpacked(body: bytes, coding: str, *, where: str) -> bytes:
    """The body without its one coding; never more than ``LARGEST`` bytes are unpacked.

    Not by httpx2, which takes a page that was cut, or that is packed in a way that it does not
    know, for a whole one, and unpacks five layers.
    """
    if coding in ("", "identity"):
        return body
    if coding not in _FRAMES:
        raise _failed(f"{where} is packed as {one_line(coding)[:40]}, unasked", _SAVE)
    for frame in _FRAMES[coding]:
        unpacking = zlib.decompressobj(frame)
        with suppress(zlib.error):
            content = unpacking.decompress(body, LARGEST + 1)
            if len(content) > LARGEST:
                raise _too_large(where)
            if unpacking.eof and not unpacking.unused_data:
                return content
    raise _failed(f"{where} came damaged: it cannot be unpacked as {coding}", _LATER)


def _shown(url: str) -> str:
    """The URL in a message: on one line, short, and without a password."""
    shown = _USER.sub("…@", one_line(url[:LONGEST_URL])) or "An empty address"
    return shown if len(shown) <= 120 else shown[:119] + "…"


def _too_large(where: str) -> FetchFailed:
    return _failed(f"{where} is larger than {LARGEST // 1_000_000} MB", _SAVE)


def _failed(what: str, advice: str) -> FetchFailed:
    return FetchFailed(f"{what}. Nothing was stored; {advice}.")


def _refused(what: str) -> AddressRefused:
    return AddressRefused(f"{what}. Nothing was stored; {_PUBLIC}.")
