"""Lines that repeat across the pages of a site are its furniture, not text of any article.

Furniture that no pattern knows betrays itself by standing on page after page of one publisher. But
so does the background that a newsroom pastes under every story on one subject; to lose that is
worse than to keep a menu. So a line with a figure is never furniture, nor one between paragraphs.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence

from rag import address
from rag.blocks import Kind, count_words, kind_of
from rag.types import Article, Label, Line

RECENT = 50
"""Of a site's pages, how many of the newest are compared."""

FEWEST = 3
"""On how many of them a line must stand, at the very least."""

_LONG = 4
_SHARE = 0.55
_SAME = 0.5
_LONGEST = 600
_WORD = re.compile(r"[^\W\d_]{2}")
_DIGIT = re.compile(r"\d")
_TELLS = re.compile(r":\s*\S")
_READER = re.compile(r"\b(?:you|your)\b", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:sign|subscribe\w*|newsletter|letter|briefing|inbox|e-?mail|app|follow|support"
    r"|donat\w+|join"
    r"|register|member\w*|free|download|click|share)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile('["“”„«»]')
_TEXT = (Label.BODY, Label.HEADING)


def site_of(article: Article) -> str | None:
    """Whose pages share their furniture: the host's, else the publisher's; None when unknown.

    The host first: any page can call itself another publisher's.
    """
    if article.url and (host := address.host(article.url)):
        return host
    return article.publisher.strip().casefold() if article.publisher else None


def line_keys(article: Article, site: str) -> set[int]:
    """The lines of a page that can be furniture of its site, as hashes of site and text.

    The hashes have 63 bits. Left out are the headline, lines without a word or with a figure, and
    those that tell what something is ("Winner: Jane Rook").
    """
    return {key for key, _ in _keyed(article, site)}


def learned(pages: Sequence[Article], site: str, candidates: Collection[int]) -> set[int]:
    """Which of the candidates are furniture.

    ``pages`` are the newest of the site. Pages that share half of their text are one story: a line
    must stand on 3 of them, a sentence on 4, and on more than half of all. It may not stand
    between two paragraphs anywhere, but for a sentence that asks the reader to sign up.
    """
    stories = _stories(pages)
    total = len(set(stories))
    on: dict[int, list[tuple[int, Line]]] = {}
    for n, page in enumerate(pages):
        for key, line in _keyed(page, site):
            if key in candidates:
                on.setdefault(key, []).append((n, line))
    found: set[int] = set()
    for key, places in on.items():
        count = len({stories[n] for n, _ in places})
        n, line = places[0]
        text = pages[n].text[line.start : line.end]
        fewest = FEWEST if _is_short(text) else _LONG
        edge = all(_at_an_edge(pages[n], line) for n, line in places)
        if count >= max(fewest, _SHARE * total) and (edge or _pitch(text)):
            found.add(key)
    return found


def without(article: Article, site: str, known: Collection[int]) -> Article:
    """The article, its lines that are known furniture of the site labelled as such.

    It is left as it is when nothing of its text would be left.
    """
    marked = {
        id(line) for key, line in _keyed(article, site) if key in known and line.label in _TEXT
    }
    if not marked:
        return article
    reason = f"on other pages of {article.publisher or site}"
    lines = tuple(
        line.model_copy(update={"label": Label.FURNITURE, "reason": reason})
        if id(line) in marked
        else line
        for line in article.lines
    )
    if not any(line.label is Label.BODY for line in lines):
        return article
    return article.model_copy(update={"lines": lines})


def _keyed(article: Article, site: str) -> Iterator[tuple[int, Line]]:
    """Every line that can be furniture, with its key; one that stands twice comes twice."""
    for line in article.lines:
        text = article.text[line.start : line.end]
        if line.label is not Label.TITLE and _possible(text):
            yield _key(site, text), line


def _possible(text: str) -> bool:
    return (
        len(text) <= _LONGEST
        and _WORD.search(text) is not None
        and not _DIGIT.search(text)
        and not _TELLS.search(text)
    )


def _is_short(text: str) -> bool:
    return kind_of(text, count_words(text)) is Kind.SHORT


def _pitch(text: str) -> bool:
    """Whether a sentence asks the reader to sign up, follow or pay."""
    asks = _READER.search(text) and _ASKED.search(text) and not _QUOTED.search(text)
    return bool(asks) and not _is_short(text)


def _at_an_edge(page: Article, line: Line) -> bool:
    """Whether a line, or the run of its like it is in, does not stand between lines of text."""
    text = page.text[line.start : line.end]
    others = [each for each in page.lines if page.text[each.start : each.end] != text]
    above = [each for each in others if each.start < line.start][-1:]
    below = [each for each in others if each.start > line.start][:1]
    around = above + below
    return len(around) < 2 or any(each.label not in _TEXT for each in around)


def _key(site: str, text: str) -> int:
    plain = " ".join(text.casefold().split())
    digest = hashlib.blake2b(f"{site}\n{plain}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def tells_the_same(page: Article, other: Article) -> bool:
    """Whether two pages are versions of one story: they share a third of their paragraphs."""
    one, two = _paragraphs(page), _paragraphs(other)
    if not (one and two):
        return page.title == other.title
    return len(one & two) * 3 >= min(len(one), len(two))


def _stories(pages: Sequence[Article]) -> list[int]:
    """For each page the number of the first one that tells the same story, itself if none does."""
    paragraphs = [_paragraphs(page) for page in pages]
    same: list[int] = []
    for n, own in enumerate(paragraphs):
        firsts = dict.fromkeys(same)
        least = {m: _SAME * min(len(own), len(paragraphs[m])) for m in firsts}
        same.append(next((m for m in firsts if len(own & paragraphs[m]) > least[m]), n))
    return same


def _paragraphs(page: Article) -> set[str]:
    return {
        page.text[line.start : line.end]
        for line in page.lines
        if line.label is Label.BODY and not _is_short(page.text[line.start : line.end])
    }
