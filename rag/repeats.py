"""Lines that repeat across the pages of a site are its furniture, not text of any article.

Furniture that no pattern knows betrays itself by standing on page after page of one publisher. But
so does the background that a newsroom pastes under every story on one subject; to lose that is
worse than to keep a menu. So a sentence needs far more evidence than a short line, and one with a
figure in it is never furniture.
"""

import hashlib
import re
from collections.abc import Collection, Sequence

from rag import address
from rag.blocks import Kind, count_words, kind_of
from rag.types import Article, Label, Line

RECENT = 50
"""Of a site's pages, how many of the newest are compared."""

FEWEST = 3
"""On how many of them a line must stand, at the very least."""

_SHORT_SHARE = 0.2
_LONG_PAGES, _LONG_SHARE = 4, 0.6
_SAME = 0.5
_LONGEST = 600
_WORD = re.compile(r"[^\W\d_]{2}")
_DIGIT = re.compile(r"\d")
_READER = re.compile(r"\b(?:you|your|us|our|we)\b", re.IGNORECASE)
_QUOTED = re.compile('["“”„«»]')
_TEXT = (Label.BODY, Label.HEADING)


def site_of(article: Article) -> str | None:
    """Whose pages share their furniture: the publisher's, else the host's; None when unknown."""
    if article.publisher:
        return article.publisher.strip().casefold()
    return address.host(article.url) if article.url else None


def line_keys(article: Article, site: str) -> dict[int, Line]:
    """The lines of a page that can be furniture of its site, by a hash of site and text.

    The hash has 63 bits. Left out are the headline, lines without a word, and sentences with a
    figure in them.
    """
    keyed: dict[int, Line] = {}
    for line in article.lines:
        text = article.text[line.start : line.end]
        if line.label is not Label.TITLE and _possible(text):
            keyed.setdefault(_key(site, text), line)
    return keyed


def learned(pages: Sequence[Article], site: str, candidates: Collection[int]) -> dict[int, int]:
    """Which of the candidates are furniture, with the number of stories they stand over.

    ``pages`` are the newest of the site. Pages that share half of their text are one story: a
    short line must stand on 3 of them and a fifth of all; a sentence on 4 and three fifths, and
    either speak to the reader or nowhere stand between two paragraphs.
    """
    stories = _stories(pages)
    enough = len(set(stories))
    on: dict[int, list[tuple[int, Line]]] = {}
    for n, page in enumerate(pages):
        for key, line in line_keys(page, site).items():
            if key in candidates:
                on.setdefault(key, []).append((n, line))
    found: dict[int, int] = {}
    for key, places in on.items():
        count = len({stories[n] for n, _ in places})
        n, line = places[0]
        if _is_short(pages[n].text[line.start : line.end]):
            if count >= max(FEWEST, _SHORT_SHARE * enough):
                found[key] = count
        elif count >= max(_LONG_PAGES, _LONG_SHARE * enough) and (
            _to_the_reader(pages[n].text[line.start : line.end])
            or all(_at_an_edge(pages[n], line) for n, line in places)
        ):
            found[key] = count
    return found


def without(article: Article, site: str, known: Collection[int]) -> Article:
    """The article, its lines that are known furniture of the site labelled as such.

    It is left as it is when nothing of its text would be left.
    """
    marked = {
        id(line)
        for key, line in line_keys(article, site).items()
        if key in known and line.label in _TEXT
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


def _possible(text: str) -> bool:
    if len(text) > _LONGEST or not _WORD.search(text):
        return False
    return _is_short(text) or not _DIGIT.search(text)


def _is_short(text: str) -> bool:
    return kind_of(text, count_words(text)) is Kind.SHORT


def _to_the_reader(text: str) -> bool:
    return _READER.search(text) is not None and _QUOTED.search(text) is None


def _at_an_edge(page: Article, line: Line) -> bool:
    """Whether a line does not stand between two lines of text."""
    at = page.lines.index(line)
    around = page.lines[max(0, at - 1) : at] + page.lines[at + 1 : at + 2]
    return len(around) < 2 or any(each.label not in _TEXT for each in around)


def _key(site: str, text: str) -> int:
    plain = " ".join(text.casefold().split())
    digest = hashlib.blake2b(f"{site}\n{plain}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _stories(pages: Sequence[Article]) -> list[int]:
    """For each page the number of the first one that tells the same story, itself if none does."""
    paragraphs = [
        {
            page.text[line.start : line.end]
            for line in page.lines
            if line.label is Label.BODY and not _is_short(page.text[line.start : line.end])
        }
        for page in pages
    ]
    same: list[int] = []
    for n, own in enumerate(paragraphs):
        firsts = dict.fromkeys(same)
        alike = (
            m
            for m in firsts
            if len(own & paragraphs[m]) > _SAME * min(len(own), len(paragraphs[m]))
        )
        same.append(next(alike, n))
    return same
