"""Where articles come from: files, folders and given text; what cannot be one is said in a line."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from rag.charsets import decoded
from rag.errors import BadArticle

SUFFIXES = (".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml")
"""Files that are taken from a folder. A file that is named itself may be called anything."""

LARGEST = 5_000_000
"""Bytes that one article may have."""

_VISIBLE = re.compile(r"\S")
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:a|br|body|div|head|html|img|li|meta|p|script|span|table|td|tr|ul)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"<[a-z!/?]", re.IGNORECASE)
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"


@dataclass(frozen=True)
class Source:
    """One article to be ingested: a file (``path``), its content, or the ``address`` of its page.

    What is given here wins over what the page says of itself. ``label`` is how a message names
    what has no path, such as the name of an uploaded file, and ``file`` the path of what another
    process has read. ``media_type`` is
    the content's Content-Type, as HTTP gives it, and ``base`` the address that it was fetched from.
    """

    path: Path | None = None
    file: str | None = None
    content: bytes | str | None = None
    address: str | None = None
    label: str | None = None
    media_type: str | None = None
    base: str | None = None
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published: date | None = None
    updated: date | None = None
    fetched: datetime | None = None

    @property
    def name(self) -> str:
        """How a message names it."""
        if self.path is not None:
            return readable(self.path)
        return self.label or self.url or self.title or "The given text"

    @property
    def source(self) -> str | None:
        """The absolute path of the file, as kept with the article."""
        return self.file if self.path is None else readable(self.path.resolve())


@dataclass(frozen=True)
class Failure:
    """A source that was not ingested, and why, in one line."""

    name: str
    message: str


def readable(path: Path) -> str:
    """A path as text; bytes in it that are no UTF-8 are written out, as they cannot be stored."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def read(source: Source) -> str:
    """The text of a source, as it is in the file but for a byte order mark.

    Raises BadArticle when it is missing, empty, too large, binary, or neither HTML nor UTF-8.
    """
    content = load(source)
    if len(content) > LARGEST:
        raise _bad(source, f"is larger than {LARGEST // 1_000_000} MB", "split it, or leave it out")
    text = _decoded(source, content) if isinstance(content, bytes) else content
    # A lone surrogate, from JSON, is no character and cannot be stored.
    text = text.removeprefix("\ufeff").encode("utf-8", "ignore").decode()
    if not text.strip():
        raise _bad(source, "is empty", "give a file with text in it")
    if "\0" in text:
        raise _bad(source, "is binary", "save it as plain text")
    return text


def is_html(source: Source, text: str) -> bool:
    """Whether the text of a source is HTML: by its Content-Type, else by its name and its tags."""
    kind = (source.media_type or "").partition(";")[0].strip().casefold()
    if kind in _HTML_TYPES or kind.startswith(("text/plain", "text/markdown")):
        return kind in _HTML_TYPES
    if (source.source or source.label or "").lower().endswith(_HTML_SUFFIXES):
        return _ELEMENT.search(text) is not None
    return _begins_as_html(text) or len(_TAG.findall(text)) > max(20, len(text) // 200)


def load(source: Source) -> bytes | str:
    """The content of a source, of a file no more than one byte over the limit.

    Raises BadArticle when the file is missing or cannot be read.
    """
    if source.path is None:
        return source.content or ""
    try:
        if not source.path.exists():
            raise _bad(source, "is not there", "check the name")
        if not source.path.is_file():
            raise _bad(source, "is no file", "give a file or a folder")
        with source.path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
        raise _bad(source, why, "check its name and permissions") from error


def _begins_as_html(text: str) -> bool:
    """Whether the first thing but white space, comments and an XML declaration is HTML's."""
    # By position: cutting the text anew after each comment takes quadratic time.
    at = _next_visible(text, 0)
    while text.startswith(("<!--", "<?xml"), at):
        closing = "-->" if text.startswith("<!--", at) else "?>"
        end = text.find(closing, at + 4)
        if end < 0:
            return False
        at = _next_visible(text, end + len(closing))
    return _HTML.match(text, at) is not None


def _next_visible(text: str, at: int) -> int:
    found = _VISIBLE.search(text, at)
    return found.start() if found else len(text)


def _decoded(source: Source, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and len(content) % 2 == 0:
        if is_html(source, content.decode("utf-16", "replace")):
            return decoded(content)
        raise _bad(source, "is UTF-16, not UTF-8", "convert it: iconv -f UTF-16 -t UTF-8")
    sample = content[:100_000]
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if b"\0" in content or controls > len(sample) // 20:
        raise _bad(source, "is binary", "save it as plain text")
    if is_html(source, content.decode("latin-1")):
        return decoded(content, media_type=source.media_type)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start + 1} is {content[error.start]:#04x})"
        how = "convert it, if it is Western European with: iconv -f WINDOWS-1252 -t UTF-8"
        raise _bad(source, what, how) from None


def _bad(source: Source, what: str, advice: str) -> BadArticle:
    return BadArticle(f"{source.name} {what}. Nothing of it was stored; {advice}.")
