"""Links, pictures and HTML in a model's text: taken out, but for links to given articles."""

import re
from functools import partial
from urllib.parse import urlsplit

from rag.types import Unsupported

_LINK = "a link"
# Chat tools make links of bare host names; with a capital ("Booking.com") it is a firm's name.
_DOMAINS = (
    "com|net|org|info|biz|io|ai|tv|app|dev|xyz|site|online|shop|club|top|gov|edu|example|test|"
    "invalid|localhost|ru|cn|de|uk|eu|fr|nl|ch|jp|br"
)
_SCHEME = r"(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//|www\.|(?:mailto|data|javascript|vbscript|tel|file):"
# In this order; the later ones take what the earlier ones leave of a nested one.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "a picture",
        re.compile(
            r"!\[(?P<text>[^\]\n]*)\](?:\((?P<url>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)[^)\n]*\)|\[[^\]\n]*\])?"
        ),
    ),
    (
        "a link",
        re.compile(
            r"\[(?P<text>[^\[\]\n]*)\]\((?P<url><?[^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*>?)[^)\n]*\)"
        ),
    ),
    (
        "a link",
        re.compile(r"^[^\S\n]*\[[^\]\n]+\]:[^\S\n]*(?P<url><?\S*[./:]\S*>?)[^\n]*$", re.MULTILINE),
    ),
    (_LINK, re.compile(r"\[(?P<text>[^\[\]\n]*\D[^\[\]\n]*)\]\[[^\]\n]*\]")),
    (_LINK, re.compile(rf"<(?P<url>(?i:{_SCHEME})[^<>\s]*)>")),
    ("HTML", re.compile(r"<!--.*?(?:-->|$)|</?[a-zA-Z!?][^<>]*>?", re.DOTALL)),
    (_LINK, re.compile(rf"(?<![\w/])(?P<url>(?i:{_SCHEME})[^\s<>\"“”]+)")),
    (_LINK, re.compile(r"(?<![\w@./])(?P<url>(?:[a-z0-9-]+\.)+[a-z]{2,24}/[^\s<>\"“”]*)")),
    (_LINK, re.compile(r"(?<![\w.+-])(?P<url>[\w.+-]{1,64}@(?:[\w-]+\.)+[a-zA-Z]{2,24})(?!\w)")),
    (_LINK, re.compile(rf"(?<![\w@./-])(?P<url>(?:[a-z0-9-]+\.)+(?:{_DOMAINS}))(?![\w-]|\.\w)")),
)
_KEPT = re.compile(r"\ue000(\d+)\ue001")
_URL_END = ".,;:!?)]}'\"*_”’»"


def strip_links(text: str, *, urls: frozenset[str]) -> tuple[str, list[Unsupported]]:
    """The text without links, pictures and HTML, and what was taken out.

    A link stays as it is when its address is one of ``urls``, to the letter; of another one only
    its text stays. The text must hold no private-use characters.
    """
    taken = _Taken(urls)
    for _ in range(4):
        before = text
        for what, form in _FORMS:
            text = form.sub(partial(taken.instead, what), text)
        if text == before:
            break
    return _KEPT.sub(lambda found: taken.kept[int(found[1])], text), taken.removed


class _Taken:
    """What is taken out of one text, and the links that stay in it."""

    def __init__(self, urls: frozenset[str]) -> None:
        self._urls = urls | {urlsplit(url).hostname or "" for url in urls}
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
        if wording.isdigit():
            wording = f"[{wording}]"  # a marker that was made a link
        return wording + trailing if what == _LINK else ""
