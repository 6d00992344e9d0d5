"""Which visible lines of a page trafilatura takes for the body of its article."""

import logging
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WORD = re.compile(r"\w+")
_SPAN = 4
_SHARE = 0.6
_NEAR = 4
_LOOK = 400
_REFRAINS = 20
_SAMPLED = 200
_HUGE = 20_000  # elements


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the body a line stands, in words, and the share of the line that does."""

    start: int
    end: int
    share: float


def body_text(tree: "HtmlElement") -> str:
    """The body as trafilatura extracts it from a copy of the tree; "" when it finds none."""
    import trafilatura

    for name in ("trafilatura", "htmldate", "justext", "readability"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # Its second opinions take minutes on the largest pages.
        huge = sum(1 for _ in tree.iter("*")) > _HUGE
        return trafilatura.extract(tree, include_comments=False, fast=huge) or ""
    except Exception:  # noqa: BLE001  whatever breaks it, the page's own layout is left to go by
        return ""


def chosen(lines: Sequence[str], body: str) -> list[bool]:
    """For each line of a page whether it is of ``body``, a text taken from that page.

    Lines of four words or more count when most of their word 4-grams occur in the body, shorter
    ones when they stand in it right where their place among the longer ones says. Of lines that
    say the same part of the body, the one that says it best and nearest to the others is taken.
    """
    text = _words(body)
    said = [_words(line) for line in lines]
    found = _longer(said, text)
    _drop_repeats(found, len(text))
    _add_short(said, found, text)
    return [place is not None for place in found]


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text))


def _longer(said: Sequence[Sequence[str]], text: Sequence[str]) -> list[_Place | None]:
    where: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for n, gram in enumerate(_grams(text)):
        where[gram].append(n)
    found: list[_Place | None] = []
    last = 0
    for words in said:
        place = _place(words, text, where, last)
        last = last if place is None else place.end
        found.append(place)
    return found


def _grams(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[n : n + _SPAN]) for n in range(len(words) - _SPAN + 1)]


def _place(
    words: Sequence[str],
    text: Sequence[str],
    where: Mapping[tuple[str, ...], Sequence[int]],
    last: int,
) -> _Place | None:
    """Where a line stands in the body; of equal places the next from ``last`` on."""
    if len(words) >= _SPAN and words == text[last : last + len(words)]:
        return _Place(last, last + len(words), 1.0)
    grams = _grams(words)
    hits = [n for n, gram in enumerate(grams) if gram in where]
    if not hits or len(hits) < _SHARE * len(grams):
        return None
    starts: Counter[int] = Counter()
    for n in hits[:: len(hits) // _SAMPLED + 1]:
        places = where[grams[n]]
        near = max(0, bisect_left(places, last) - _REFRAINS)
        starts.update(max(0, at - n) for at in places[near : near + 2 * _REFRAINS])
    most = max(starts.values())
    start = min((at for at, n in starts.items() if n == most), key=lambda at: (at < last, at))
    return _Place(start, min(len(text), start + len(words)), len(hits) / len(grams))


def _drop_repeats(found: list[_Place | None], size: int) -> None:
    """Leave out lines whose part of the body another line says as well or better."""
    claims = [0] * (size + 1)
    for place in found:
        for at in range(place.start, place.end) if place else ():
            claims[at] += 1
    alone = [n for n, p in enumerate(found) if p and max(claims[p.start : p.end]) == 1]
    middle = alone[len(alone) // 2] if alone else 0
    taken = bytearray(size)
    places = [(n, place) for n, place in enumerate(found) if place is not None]
    for n, place in sorted(places, key=lambda x: (x[1].share < 0.95, abs(x[0] - middle), x[0])):
        if sum(taken[place.start : place.end]) * 2 > place.end - place.start:
            found[n] = None
        else:
            taken[place.start : place.end] = b"\1" * (place.end - place.start)


def _add_short(
    said: Sequence[Sequence[str]], found: list[_Place | None], text: Sequence[str]
) -> None:
    """Find the lines of up to three words close to and between those that are found."""
    below, nearest = [0] * len(found), len(found) + _NEAR
    for n in range(len(found) - 1, -1, -1):
        nearest = n if found[n] is not None else nearest
        below[n] = nearest
    # On a page of nothing but short lines, each is close to the next.
    at, above = 0, -_NEAR if any(found) else 0
    for n, words in enumerate(said):
        here = found[n]
        if here is not None:
            at, above = here.end, n
        elif words and len(words) < _SPAN and min(n - above, below[n] - n) < _NEAR:
            next_ = found[below[n]] if below[n] < len(found) else None
            stop = next_.start if next_ is not None and next_.start >= at else at + 40
            for place in range(at, min(stop, at + _LOOK, len(text)) - len(words) + 1):
                if list(text[place : place + len(words)]) == list(words):
                    at, above = place + len(words), n
                    found[n] = _Place(place, at, 1.0)
                    break
