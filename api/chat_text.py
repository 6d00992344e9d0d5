"""An Answer as Markdown for chat tools, and its citations as the sources that they list.

What comes from an article stays text: it makes no link, picture, formula or HTML, whatever it says.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from rag.links import SCHEMES, strip_links
from rag.plain import day, one_line, plain
from rag.reader import NAME as READER
from rag.types import Answer, ArticleRef, Citation

Style = Literal["markdown", "standard", "openwebui"]
"""How sources are told: in the text too, beside the text only, or as Open WebUI's own events."""

_SOURCES = "**Sources**"
_NEAREST = "The closest articles:"

_WORDS = 5
_BREAKS = re.compile(r"([\s“”\"()\[\]<>`]+)")
# Chat tools make links of these by themselves, also where the signs in them are escaped.
_ADDRESS = re.compile(
    rf"//|www\.|@|\w\.[a-z]{{2}}|localhost|^(?:{'|'.join(SCHEMES)}):\S", re.IGNORECASE
)
_MARKER = re.compile(r"(\[\d{1,3}\])")
# A space ends what would be a tag: Open WebUI also takes escaped ones for its own elements.
_TAG = re.compile(r"<(?=[a-zA-Z/!?@#$])")
_SIGNS = re.compile(r"[*_~|`\[]|&(?=#?\w+;)")
_LINE_START = re.compile(r"^[ \t]*(\d{0,9})([#>+=.)-])", re.MULTILINE)
_BRACKETS = str.maketrans("[]", "［］")
_UNSAFE = re.compile(r"[^!#%&*+,\-./0-9:;=?@A-Z_a-z~]")


@dataclass(frozen=True)
class Source:
    """A citation as chat tools list it: ``title`` and ``url`` differ from those of every other.

    Tools that number their sources themselves take equal ones for one, and count on from there.
    """

    n: int
    title: str
    url: str
    named: str
    date: str | None
    quote: str


def sources(answer: Answer, *, page: Callable[[str], str]) -> tuple[Source, ...]:
    """The sources of an answer, one for each number, in order.

    ``page`` is the address of an article's page in this service, for one that has no other. A
    second quote from one address is told apart by a text fragment
    (https://wicg.github.io/scroll-to-text-fragment/).
    """
    titles: Counter[str] = Counter()
    urls: Counter[str] = Counter()
    listed = []
    for citation in answer.citations:
        title, url = one_line(citation.title), _link(citation.url) or page(citation.article_id)
        titles[title] += 1
        urls[url] += 1
        count = f" ({titles[title]})" if titles[title] > 1 else ""
        about = [title, one_line(citation.publisher or ""), day(citation.published)]
        listed.append(
            Source(
                n=citation.n,
                title=title + count,
                url=url if urls[url] == 1 else _at(url, citation.quote),
                named=" · ".join(part for part in about if part) + count,
                date=citation.published.isoformat() if citation.published else None,
                quote=citation.quote,
            )
        )
    return tuple(listed)


def content(answer: Answer, *, style: Style, page: Callable[[str], str]) -> str:
    """What a chat tool shows of an answer. Only ``markdown`` also lists quotes and articles."""
    parts = [_text(answer)]
    if answer.reason and answer.reason not in answer.text:
        parts.append(_LINE_START.sub(r"\1\\\2", escaped(answer.reason)))
    if answer.nearest:
        near = "\n".join(f"- {_named(each, each.id, page)}" for each in answer.nearest)
        parts.append(f"{_NEAREST}\n\n{near}")
    if answer.citations and style == "markdown":
        parts += [_SOURCES, *(_entry(each, answer.text, page) for each in answer.citations)]
    if answer.as_of:
        parts.append(f"As of {day(answer.as_of)}.")
    text = "\n\n".join(parts)
    # Two of them are taken for the ends of a formula.
    return re.sub(r"(?<!\\)\$", r"\\$", text) if text.count("$") > 1 else text


def said(text: str) -> str:
    """What a text of ``content`` says without the articles that it lists."""
    return re.split(f"\n\n(?:{re.escape(_SOURCES)}|{_NEAREST})\n\n", text, maxsplit=1)[0]


def escaped(text: str) -> str:
    """Text on one line as Markdown that shows just this text. Addresses in it become code."""
    return "".join(map(_piece, _BREAKS.split(_TAG.sub("< ", one_line(text)))))


def _piece(text: str) -> str:
    core = text.rstrip(".,;:!?*_~") if _ADDRESS.search(text) else ""
    rest = _SIGNS.sub(r"\\\g<0>", text[len(core) :].replace("\\", "\0")).replace("\0", "`\\`")
    return f"`{core}`{rest}" if core else rest


def _text(answer: Answer) -> str:
    """The text of an answer. A model's is Markdown, the reader's is not; quotes are in neither."""
    quotes = sorted({each.quote for each in answer.citations}, key=len, reverse=True)
    if not quotes:
        return _unquoted(answer.text, answer)
    pieces = re.split(f"({'|'.join(map(re.escape, quotes))})", answer.text)
    return "".join(
        escaped(piece) if at % 2 else _unquoted(piece, answer) for at, piece in enumerate(pieces)
    )


def _unquoted(text: str, answer: Answer) -> str:
    if answer.model != READER:
        urls = frozenset(each.url for each in answer.citations if each.url)
        return strip_links(text, urls=urls)[0]
    numbers = {f"[{each.n}]" for each in answer.citations}
    parts = (part if part in numbers else _lines(part) for part in _MARKER.split(text))
    return _LINE_START.sub(r"\1\\\2", "".join(parts))


def _lines(text: str) -> str:
    """As ``escaped``, but with the white space at its ends and the line ends kept."""
    parts = re.split(r"(\s*\n\s*|^\s+|\s+$)", plain(text))
    return "".join(part if not part.strip() else escaped(part) for part in parts)


def _entry(citation: Citation, text: str, page: Callable[[str], str]) -> str:
    """A numbered source; with its quote, when the text does not give that already."""
    said = "" if citation.quote in text else f"“{escaped(citation.quote)}” — "
    entry = f"[{citation.n}] {said}{_named(citation, citation.article_id, page)}"
    if citation.kind == "teaser":
        entry += " · teaser of another story"
    if citation.also:
        outlets = (escaped(each.publisher or each.title) for each in citation.also)
        entry += f" · also in {', '.join(outlets)}"
    return entry


def _named(article: ArticleRef | Citation, article_id: str, page: Callable[[str], str]) -> str:
    # In the text of a link they would have to be escaped in pairs, which are taken for a formula.
    title = escaped(article.title.translate(_BRACKETS)) or "Untitled"
    parts = [f"[{title}](<{_link(article.url) or page(article_id)}>)"]
    if article.publisher:
        parts.append(escaped(article.publisher))
    return " · ".join([*parts, day(article.published)])


def _link(url: str | None) -> str | None:
    """An address that can be linked to; None for what is no web address."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return _UNSAFE.sub(lambda sign: percent(sign[0], safe="", errors="replace"), url or "")


def _at(url: str, quote: str) -> str:
    """The address of a quote on its page."""
    words = one_line(quote).split()
    ends = [words] if len(words) <= 2 * _WORDS else [words[:_WORDS], words[-_WORDS:]]
    text = ",".join(percent(" ".join(end)[:100], safe="").replace("-", "%2D") for end in ends)
    return f"{url}{'' if '#' in url else '#'}:~:text={text}"
