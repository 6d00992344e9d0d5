"""Links, pictures and HTML in a model's text: taken out, but for links to given articles.

Each expression here takes time linear in the text, since a draft may be hostile: what could start
anywhere is bounded in length, and what the bounds leave is made harmless at the end.
"""

import re
from functools import partial
from urllib.parse import urlsplit

from rag.types import Unsupported

SCHEMES: tuple[str, ...] = ("http", "https", "ftp", "sftp", "mailto", "tel", "sms", "data", "file")
SCHEMES += ("blob", "javascript", "vbscript")
"""What makes a link with no more than a colon behind it."""

_ITEM = r"(?:(?:passages?|sources?|articles?|references?|refs?\.?|pp?\.?)\s*)?[#^]?\d{1,3}"
_NUMBERS = rf"(?i:{_ITEM}(?:\s*(?:[,;–-]|and)\s*{_ITEM})*)"
MARKER = re.compile(
    rf"\[\s*({_NUMBERS})\s*\]|［\s*({_NUMBERS})\s*］|【\s*({_NUMBERS})[^】\n]{{0,40}}】"
    rf"|\\cite[a-z]{{0,2}}\{{\s*({_NUMBERS})\s*\}}"
    rf"|\((?i:see\s+)?(?=(?i:passages?|sources?)\s)({_NUMBERS})\)"
)
"""What names passages; ``marked`` tells which. It is here because no marker may pass for a link."""

_RANGE = re.compile(r"(\d{1,3})\s*[–-]\s*\^?(\d{1,3})")
_LINK = "a link"
# Chat tools make links of bare host names; with a capital ("Booking.com") it is a firm's name.
_DOMAINS = (
    "com|net|org|info|biz|io|ai|tv|app|dev|xyz|site|online|shop|club|top|gov|edu|example|test|"
    "invalid|localhost|ru|cn|de|uk|eu|fr|nl|ch|jp|br|co|zip|mov|link|click"
)
_SCHEME = rf"(?:[a-zA-Z][a-zA-Z0-9+.-]{{0,30}}:)?//|www\.|(?:{'|'.join(SCHEMES)}):"
_REST = r"[^\s<>\"“”]"
# A text may hold brackets, and an address parentheses, when they are closed again.
_TEXT = r"(?P<text>[^\[\]\n]*+(?:\[[^\[\]\n]*+\][^\[\]\n]*+)*+)"
_TARGET = r"\((?P<url><?+[^()\s<>]*+(?:\([^()\s]*+\)[^()\s<>]*+)*+>?+)[^)\n]{0,300}\)"
_ELEMENT = "(?:script|style)"
# In this order; the later ones take what the earlier ones leave of a nested one.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a picture", re.compile(rf"!\[{_TEXT}\](?:{_TARGET}|\[[^\]\n]*\])?")),
    (_LINK, re.compile(rf"\[{_TEXT}\]{_TARGET}")),
    (
        _LINK,
        re.compile(
            r"^[^\S\n]*\[[^\]\n]+\]:[^\S\n]*(?P<url>(?=[^\s./:]*+[./:])\S+)[^\n]*$", re.MULTILINE
        ),
    ),
    (
        _LINK,
        re.compile(rf"\[(?!\s*{_NUMBERS}\s*\]|\])(?P<text>[^\[\]\n]*+)\]\[[^\]\n]*\]"),
    ),
    (_LINK, re.compile(rf"<(?P<url>(?i:{_SCHEME})[^<>\s]*)>")),
    # What is in these elements is no text; one that is not closed goes as a tag.
    (
        "HTML",
        re.compile(
            rf"<{_ELEMENT}\b[^<]*+(?:<(?!/?{_ELEMENT}\b)[^<]*+)*+</{_ELEMENT}\b[^<>]*>?",
            re.IGNORECASE,
        ),
    ),
    ("HTML", re.compile(r"<!--.*?(?:-->|$)|</?[a-zA-Z!?][^<>]*>?", re.DOTALL)),
    (_LINK, re.compile(rf"(?<![\w/])(?P<url>(?i:{_SCHEME}){_REST}+)")),
    (
        _LINK,
        re.compile(rf"(?<![\w@./])(?P<url>(?:[a-z0-9-]{{1,63}}+\.){{1,20}}[a-z]{{2,24}}/{_REST}*)"),
    ),
    # "Booking.com/Agoda" are two names; "Booking.com/x" is an address.
    (
        _LINK,
        re.compile(
            rf"(?<![\w@/])(?P<url>(?:[\w-]{{1,63}}+\.){{1,20}}[^\W\d_]{{2,24}}/[a-z0-9?#]{_REST}*)"
        ),
    ),
    (
        _LINK,
        re.compile(
            r"(?<![\w@./-])(?P<url>(?:\d{1,3}(?:\.\d{1,3}){3}|(?i:localhost))"
            rf"(?::\d{{1,5}}(?!\d)(?:/{_REST}*)?|/{_REST}*))"
        ),
    ),
    (_LINK, re.compile(r"(?<![\w.+-])(?P<url>[\w.+-]++@(?:[\w-]+\.)+[a-zA-Z]{2,24})(?!\w)")),
    (_LINK, re.compile(rf"(?<![\w@./-])(?P<url>(?:[a-z0-9-]+\.)+(?:{_DOMAINS}))(?![\w-]|\.\w)")),
)
# What is left of a form that was too long or too deep: a space ends it.
_LEFT = re.compile(r"(?<=\])(?=\()|(?<!<)<++(?=[a-zA-Z/!?])")
_HOLDERS = re.compile("[\ue000\ue001]")
_KEPT = re.compile(r"\ue000(\d+)\ue001")
_URL_END = ".,;:!?)]}'\"*_”’»"


def strip_links(text: str, *, urls: frozenset[str]) -> tuple[str, list[Unsupported]]:
    """The text without links, pictures and HTML, and what was taken out.

    A link stays as it is when its address is one of ``urls``, to the letter; of another one only
    its text stays.
    """
    taken = _Taken(urls)
    text = _HOLDERS.sub("", text)
    for _ in range(4):
        before = text
        for what, form in _FORMS:
            text = form.sub(partial(taken.instead, what), text)
        if text == before:
            break
    text = _LEFT.sub(" ", text)
    return _KEPT.sub(lambda found: taken.kept[int(found[1])], text), taken.removed


def marked(marker: re.Match[str]) -> list[int]:
    """The numbers that a marker names: "[1, 3-5]" names 1, 3, 4, 5."""

    def spelled(found: re.Match[str]) -> str:
        first, last = int(found[1]), int(found[2])
        if not first < last <= first + 20:
            return f"{first},{last}"
        return ",".join(map(str, range(first, last + 1)))

    numbers = next(group for group in marker.groups() if group)
    return [int(number) for number in re.findall(r"\d+", _RANGE.sub(spelled, numbers))]


class _Taken:
    """What is taken out of one text, and the links that stay in it."""

    def __init__(self, urls: frozenset[str]) -> None:
        hosts = {url: _host(url) for url in urls}
        self._urls = {
            each for url, host in hosts.items() if host is not None for each in (url, host)
        }
        self.kept: list[str] = []
        self.removed: list[Unsupported] = []

    def instead(self, what: str, found: re.Match[str]) -> str:
        """What stands in the text in the place of a link, a picture or a tag."""
        groups = found.groupdict()
        url = (groups.get("url") or "").strip("<>")
        trailing = ""
        if "text" not in groups:
            bare = url.rstrip(_URL_END)
            url, trailing = bare, url[len(bare) :]
        if what == _LINK and url and url in self._urls:
            self.kept.append(found[0].removesuffix(trailing))
            return f"\ue000{len(self.kept) - 1}\ue001{trailing}"
        why = f"{what} that no cited article has" if what == _LINK else f"{what} in an answer"
        self.removed.append(Unsupported(part=found[0][:300], why=f"{why} is taken out"))
        wording = groups.get("text") or ""
        if MARKER.fullmatch(f"[{wording}]"):
            wording = f"[{wording}]"  # a marker that was made a link
        return wording + trailing if what == _LINK else ""


def _host(url: str) -> str | None:
    """The host of an address; None when it is malformed, so that it matches nothing."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return None
