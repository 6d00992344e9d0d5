"""Whether a quote, and the value marked in it, is said of the thing that was asked about."""

import re
from collections.abc import Sequence
from datetime import date

from rag import values
from rag.about import mentions
from rag.comparison import are_alike, marked
from rag.dates import When
from rag.question import stem, stems, words
from rag.sentences import Span
from rag.types import Citation
from rag.values import Value

_WORD = re.compile(r"\w+")
_OTHER_CLAUSE = re.compile(r"[,;:]|\b(?:and|while|but|against|than|whereas)\b")
_CLAUSE = 25
_MARKS = ("year", "quarter", "month", "day")


def belongs(citation: Citation, thing: str, others: Sequence[str], *, near: str) -> bool | None:
    """Whether a quote is said of a thing, and not of one of the others that were asked about.

    ``near`` is the text before the quote. None when it cannot be told: names are often left out. A
    period must be named, there or in the headline, or hold the day of publication.
    """
    day = citation.published
    others = [*others, *_other_periods(thing, citation.quote, day)]
    own = _names(thing, others, citation.quote, day)
    theirs = any(_names(other, [thing], citation.quote, day) for other in others)
    if own or theirs:
        if own and theirs:
            return None
        if own or _claimed(citation, others, thing):
            return own
    for text in (near, citation.title):
        own = _names(thing, others, text, day)
        if own or any(_names(other, [thing], text, day) for other in others):
            alone = not any(_names(other, [thing], text, day) for other in others)
            return True if own and alone else None
    whens = [value.when for value in values.find(thing, reference=day) if value.when]
    if not whens:
        return None
    return day is not None and _holds(whens[0], day)


def is_sure(citation: Citation, thing: str, other: str, *, near: str, question: str) -> bool:
    """Whether the value marked in a quote is for certain the one that the thing has.

    Where the quote holds others like it, or names the other thing too, the marked one must be the
    nearest to the words for the thing, or else to the words for what is asked.
    """
    found = marked(citation)
    if not found:
        return False
    day = citation.published
    alike = [
        value
        for value in values.find(citation.quote, reference=day)
        if any(value.start == each.start or are_alike(value, each) for each in found)
    ]
    mine = {value.start for value in found}
    both = all(_names(*two, citation.quote, day) for two in ((thing, [other]), (other, [thing])))
    single = all(value.start in mine for value in alike)
    if both:
        spots = _spots(thing, [other], citation.quote, day)
        return not single and _all_nearest(citation.quote, spots, alike, mine)
    if belongs(citation, thing, [other], near=near) is not True:
        return False
    if single:
        return True
    asked = stems(question) - stems(thing)
    spots = [
        (word.start(), word.end())
        for word in _WORD.finditer(citation.quote)
        if stem(word[0]) in asked and not any(v.start <= word.start() < v.end for v in alike)
    ]
    if spots:
        return _all_nearest(citation.quote, spots, alike, mine)
    return not _claimed(citation, [other], thing) and bool(
        _spots(other, [thing], citation.quote, day)
    )


def _claimed(citation: Citation, others: Sequence[str], thing: str) -> bool:
    """Whether the value marked is the one nearest to the words for one of the others."""
    found = marked(citation)
    mine = {value.start for value in found}
    alike = [
        value
        for value in values.find(citation.quote, reference=citation.published)
        if any(value.start == each.start or are_alike(value, each) for each in found)
    ]
    if not found or all(value.start in mine for value in alike):
        return True
    return any(
        _all_nearest(citation.quote, [spot], alike, mine)
        for other in others
        for spot in _spots(other, [thing], citation.quote, citation.published)
    )


def _all_nearest(quote: str, spots: Sequence[Span], alike: Sequence[Value], mine: set[int]) -> bool:
    """Whether the value nearest to each of the spots is a marked one; False without spots."""
    nearest = [min(alike, key=lambda value: _gap(quote, value, spot)) for spot in spots]
    return bool(nearest) and all(value.start in mine for value in nearest)


def _gap(quote: str, value: Value, spot: Span) -> int:
    between = quote[spot[1] : value.start] if spot[1] <= value.start else quote[value.end : spot[0]]
    return len(between) + (_CLAUSE if _OTHER_CLAUSE.search(between) else 0)


def _names(thing: str, others: Sequence[str], text: str, day: date | None) -> bool:
    """Whether a text names a thing: the period, or the words that set it apart from the others."""
    if _whens(thing, day):
        return bool(_spots(thing, others, text, day))
    own = stems(thing).difference(*map(stems, others))
    if not own:
        return False
    named = any(map(str.isupper, thing)) and mentions(thing, text)
    return own <= set(map(stem, words(text))) or (named and len(own) == len(stems(thing)))


def _spots(thing: str, others: Sequence[str], text: str, day: date | None) -> list[Span]:
    """Where a text names a thing."""
    if whens := _whens(thing, day):
        found = values.find(text, reference=day)
        return [(v.start, v.end) for v in found if v.when and _is_of(whens[0], v.when)]
    own = stems(thing).difference(*map(stems, others))
    return [word.span() for word in _WORD.finditer(text) if stem(word[0]) in own]


def _whens(thing: str, day: date | None) -> list[When]:
    """The period that a thing is, as it is stated; "last year" is counted from the day."""
    stated = [value.when for value in values.find(thing) if value.when]
    if stated and stated[0].precision == "relative":
        return [value.when for value in values.find(thing, reference=day) if value.when]
    return stated


def _other_periods(thing: str, quote: str, day: date | None) -> list[str]:
    """The periods of a quote that are as long as the one asked about, and are not that one."""
    wanted = _whens(thing, day)
    return [
        value.text
        for value in values.find(quote, reference=day)
        if wanted
        and value.when
        and value.when.precision == wanted[0].precision
        and not _is_of(wanted[0], value.when)
    ]


def _is_of(wanted: When, found: When) -> bool:
    """Whether a date in a text is the period asked for, or lies in it, as far as both say."""
    if wanted.precision in ("quarter", "half") and found.precision != wanted.precision:
        return False
    marks = [mark for mark in _MARKS if getattr(wanted, mark) is not None]
    if not marks:
        return wanted.label == found.label
    return all(
        getattr(found, mark) == getattr(wanted, mark)
        or (mark == "year" and found.year is None and len(marks) > 1)
        for mark in marks
    )


def _holds(wanted: When, day: date) -> bool:
    return (
        wanted.first is not None and wanted.last is not None and wanted.first <= day <= wanted.last
    )
