"""The bytes of an HTML page -> text, by what page and server say of the character set."""

import re

_DECLARED = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w-]{2,40})", re.IGNORECASE)
_GIVEN = re.compile(r"charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE)
# Others that Python knows are no character sets of pages, and some take long to decode.
_OF_PAGES = re.compile(
    r"utf-?8|iso-?8859-?\d\d?|latin-?1|us-ascii|ascii|windows-?\d{3,4}|cp125\d|koi8-[ru]|gb2312|gbk"
    r"|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift[_-]jis|sjis|iso-2022-jp|macintosh|ibm866|tis-620"
)
# As browsers read them (WHATWG Encoding Standard, section 4.2): the smaller set is often declared.
_WIDER = {
    "iso-8859-1": "windows-1252",
    "iso8859-1": "windows-1252",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "us-ascii": "windows-1252",
    "ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "euc-kr": "cp949",
}
_SAMPLE = 30_000


def decoded(content: bytes, *, media_type: str | None = None) -> str:
    """The text of a page: byte order mark, then HTTP's charset, ``<meta>``, UTF-8, then a guess.

    ``media_type`` is a Content-Type as HTTP gives it. Never raises: single bytes that fit nowhere
    become U+FFFD, as in a browser.
    """
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(name, "replace").removeprefix("\ufeff")
    for name in (*_declared(content, media_type), "utf-8"):
        try:
            return content.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    if _nearly_utf8(content):
        return content.decode("utf-8", "replace")
    return content.decode(_guessed(content) or "windows-1252", "replace")


def _declared(content: bytes, media_type: str | None) -> list[str]:
    given = _GIVEN.search(media_type or "")
    inside = [pattern.search(content[:4096]) for pattern in (_DECLARED, _XML)]
    names = [given[1]] if given else []
    names += [found[1].decode("ascii", "ignore") for found in inside if found]
    lower = [name.casefold() for name in names]
    return [_WIDER.get(name, name) for name in lower if _OF_PAGES.fullmatch(name)]


def _nearly_utf8(content: bytes) -> bool:
    """Whether nearly all that is not ASCII is good UTF-8: a page with a broken byte or two."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken * 3 < sum(char > "\x7f" for char in text)


def _guessed(content: bytes) -> str | None:
    from charset_normalizer import from_bytes

    found = from_bytes(content[:_SAMPLE])
    best = found.best()
    if best is None:
        return None
    # Of sets that fit as well, the one that pages without a word on it are in.
    fits = any(each.encoding == "cp1252" and each.chaos <= best.chaos for each in found)
    return "cp1252" if fits or "cp1252" in best.could_be_from_charset else best.encoding
