"""Whether a claim's dates occur in quotes, in each way that an article's dates may be meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from rag import values
from rag.dates import WEEKDAYS, When, resolve, span_of_years
from rag.values import Value

_FUTURE = re.compile(
    r"\b(?:will|would|shall|plans?|planned|expect\w*|due|by|until|to be|scheduled|next|hopes?|"
    r"aims?|could|may|might|is to|are to|from|starting|starts?|begins?|ends?|expires?|opens?|"
    r"closes?)\b",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"\b(?:the|a) year (?:before|earlier)\b|\b(?:the )?(?:previous|prior|preceding) year\b",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?i:\b(?:as of|reported|report|published|publication|article|story|dated|wrote|written|"
    r"posted|updated|according to)\b[^.;]{0,40})$"
)
_PARTS = {
    "early": "early",
    "start": "early",
    "beginning": "early",
    "mid": "middle",
    "middle": "middle",
    "late": "late",
    "end": "late",
    "spring": "spring",
    "summer": "summer",
    "autumn": "autumn",
    "winter": "winter",
}


def quoted(text: str, *, published: date | None) -> list[Value]:
    """The values of a sentence of an article, in each way that its dates may be meant.

    A month without a year is the last one where the sentence tells what has been, and may be the
    next one where it tells what will be; so is a day of the week. "The year before" is a date.
    """
    found = values.find(text, reference=published)
    if published is None:
        return found
    future = _FUTURE.search(text) is not None
    open_ones = {one.start: one for one in values.find(text) if one.when and not one.when.first}
    read: list[Value] = []
    for value in found:
        as_written = open_ones.get(value.start)
        if value.when is None or as_written is None or as_written.when is None:
            read.append(value)
            continue
        other = _other_reading(value.when, as_written.when, published, future=future)
        if other is None or future:
            read.append(value)
        if other is not None:
            read.append(replace(value, when=other))
    return [*read, *_years_before(text, read, published), *_last_months(text, read)]


def bears_date(quoted: Value, claim: Value) -> bool:
    """Whether a quoted date makes a claimed one true: the same, or one within it.

    One of the two may be a count: "2050 people" can be read as a year on one side only.
    """
    if claim.when and quoted.when:
        if values.same(quoted, claim) or values.covers(claim, quoted):
            return True
        ends = (quoted.when.first, quoted.when.last)
        return (
            quoted.when.precision in ("range", "week")
            and claim.when.first is not None
            and claim.when.first == claim.when.last
            and claim.when.first in ends
        )
    dated, other = (claim, quoted) if claim.when else (quoted, claim)
    return other.kind == "count" and dated.text.isdigit() and other.amount == Decimal(dated.text)


def is_publication(
    value: Value, text: str, published: Iterable[date | None], *, undated: bool
) -> bool:
    """Whether a date is the day a cited article was published, or its month or year.

    The year counts when it is said to be the article's, or when the quotes are ``undated``: what an
    article tells without a date it tells as news.
    """
    when = value.when
    if when is None or when.first is None or when.last is None:
        return False
    days = [day for day in published if day]
    if any(when.first == when.last == day for day in days):
        return True
    said_so = (
        undated or when.precision == "month" or _PUBLISHED.search(text[: value.start]) is not None
    )
    return said_so and any(when.first <= day <= when.last for day in days)


def part_of(text: str, value: Value) -> str | None:
    """Which part of its span a date means: "late" of "at the end of 2027", "spring"."""
    lead = text[value.outer[0] : value.start].lower()
    return next((_PARTS[word] for word in re.findall(r"[a-z]+", lead) if word in _PARTS), None)


def _other_reading(
    resolved: When, as_written: When, published: date, *, future: bool
) -> When | None:
    """What a date without a year, or a day of the week, means looking back or ahead."""
    if as_written.precision == "relative":
        ahead = future and as_written.label in WEEKDAYS and resolved.first is not None
        if not ahead or resolved.first is None:
            return None
        day = resolved.first + timedelta(days=7)
        return replace(resolved, year=day.year, month=day.month, day=day.day, first=day, last=day)
    if as_written.side is not None:
        return None
    return resolve(replace(as_written, side="next" if future else "last"), published)


def _last_months(text: str, found: Sequence[Value]) -> list[Value]:
    """The December that "the end of 2029" also says, and the 30th that "the end of June" does."""
    ends = []
    for value in found:
        when = value.when
        if when is None or not when.year or when.last is None or part_of(text, value) != "late":
            continue
        if when.precision == "year":
            first = date(when.year, 12, 1)
            ends.append(replace(when, precision="month", month=12, first=first))
        elif when.precision == "month":
            ends.append(replace(when, precision="day", day=when.last.day, first=when.last))
    return [replace(value, when=when) for value in found[:1] for when in ends]


def _years_before(text: str, found: Sequence[Value], published: date) -> list[Value]:
    """The year that "the year before" means: before those the sentence names, or publication."""
    named = _YEAR_BEFORE.search(text)
    if named is None:
        return []
    years = {one.when.year for one in found if one.when and one.when.year} or {published.year}
    return [
        Value(
            kind="date",
            start=named.start(),
            end=named.end(),
            text=named[0],
            when=span_of_years(named[0].lower(), year - 1, year - 1, precision="year"),
        )
        for year in sorted(years)
    ]
