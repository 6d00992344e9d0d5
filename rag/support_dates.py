"""Whether a claim's dates occur in quotes, in each way that an article's dates may be meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

from rag import values
from rag.dates import WEEKDAYS, When, resolve, span_of_years
from rag.values import Value

_FUTURE = re.compile(
    r"\b(?:will|would|shall|must|plans?|planned|expect\w*|due|to be|scheduled|next|hopes?|"
    r"aims?|could|may|might|is to|are to|starting|starts?|begins?|ends?|expires?|opens?|"
    r"closes?)\b",
    re.IGNORECASE,
)
# These tell of what is to come only right before the date: "from 8 metres" does not.
_FUTURE_BEFORE = re.compile(r"(?i:\b(?:by|until|till|from)(?:\s[a-z-]+){0,3}\s)$")
_YEAR_BEFORE = re.compile(
    r"\b(?:the|a) year (?:before|earlier)\b|\b(?:the )?(?:previous|prior|preceding) year\b",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:(?P<about>almost|nearly|about|around)|(?P<over>over|more than)|for|after|within|"
    r"lasts?|lasted|takes?|took) (?P<span>an? (?P<unit>year|month|week|day|hour|decade|century))\b",
    re.IGNORECASE,
)
_LATER = re.compile(r"\b(?:later|after)\b", re.IGNORECASE)
_EARLIER = re.compile(r"\b(?:earlier|before)\b", re.IGNORECASE)
_SEASON = re.compile(
    r"\b(?P<which>last|this|next) (?P<season>spring|summer|autumn|winter)\b", re.IGNORECASE
)
_SEASONS = {"last": (0, -1), "this": (0,), "next": (0, 1)}
_OLD = re.compile(r"\b(?:old|ago|earlier)\b")
_AFTER_AGE = len(" earlier")
_DAYS = {"day": 1, "week": 7}
_DAYS_OF_YEAR = 365.25
_IN_A_YEAR = {"year": 1.0, "month": 12.0, "week": _DAYS_OF_YEAR / 7, "day": _DAYS_OF_YEAR}
# "Around two and a half years" may be a quarter off; months differ in length by a day or three.
_ROUNDED, _A_DAY = 0.25, 0.008
_FAR, _ANY_YEAR = 1_000, 2001
_TO_COME = re.compile(r"(?i:\b(?:due|will|would|expected|scheduled|planned|to be)\b[^.,;:]{0,45})$")
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
    found = [*values.find(text, reference=published), *_single_spans(text)]
    if published is None:
        return found
    ahead = _FUTURE.search(text) is not None
    open_ones = {one.start: one for one in values.find(text) if one.when and not one.when.first}
    read: list[Value] = []
    for value in found:
        as_written = open_ones.get(value.start)
        if value.when is None or as_written is None or as_written.when is None:
            read.append(value)
            continue
        future = ahead or _FUTURE_BEFORE.search(text[: value.start]) is not None
        other = _other_reading(value.when, as_written.when, published, future=future)
        if other is None or future:
            read.append(value)
        if other is not None:
            read.append(replace(value, when=other))
    seasons = _seasons(text, published)
    return [*read, *_years_before(text, read, published), *_last_months(text, read), *seasons]


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
            and claim.when.first in ends[: 1 if quoted.when.precision == "week" else 2]
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
    if _TO_COME.search(text[: value.start]):
        return False
    days = [day for day in published if day]
    if when and when.month and when.day and not when.year:
        return any((when.month, when.day) == (day.month, day.day) for day in days)
    if when is None or when.first is None or when.last is None:
        return False
    if any(when.first == when.last == day for day in days):
        return True
    said_so = (
        undated or when.precision == "month" or _PUBLISHED.search(text[: value.start]) is not None
    )
    return said_so and any(when.first <= day <= when.last for day in days)


def follows(value: Value, text: str, shown: Sequence[Value]) -> bool:
    """Whether a day is so many days or weeks from one that is shown, and the text says so."""
    way = 1 if _LATER.search(text) else -1 if _EARLIER.search(text) else 0
    when = value.when
    if when is None or not (when.month and when.day and way):
        return False
    spans = [one for one in shown if one.kind == "duration" and one.unit in _DAYS and one.amount]
    dates = [one.when for one in shown if one.when and one.when.month and one.when.day]
    year = when.year or _ANY_YEAR
    for start in (date(one.year or year, one.month or 1, one.day or 1) for one in dates):
        for span in spans:
            days = int(span.amount or 0) * _DAYS[span.unit or ""] * way
            day = start + timedelta(days=days) if abs(days) < _FAR else start
            if (day.month, day.day) == (when.month, when.day) and when.year in (None, day.year):
                return True
    return False


def is_age(value: Value, text: str, shown: Sequence[Value], *, day: date | None) -> bool:
    """Whether so many years lie between a date that is shown and a day of publication.

    Of one that is to come it has to be said exactly how far off it is, by month or day.
    """
    if day is None or (value.kind, value.unit) != ("duration", "year") or value.amount is None:
        return False
    years = int(value.amount)
    off = 1 if value.qualifier == "about" else 0
    if _OLD.search(text[value.start : value.end + _AFTER_AGE]) is None and off:
        return False
    for when in (one.when for one in shown if one.when and one.when.year):
        if abs(day.year - (when.year or 0) - years) <= off:
            return True
        if when.first is not None and when.month and when.first > day:
            months = (when.first.year - day.year) * 12 + when.first.month - day.month
            whole, rest = divmod(months, 12)
            over = value.qualifier in ("more_than", "at_least")
            if (whole == years and (over or not rest)) or (
                value.qualifier == "less_than" and whole + 1 == years
            ):
                return True
    return False


def is_that_far_off(value: Value, shown: Sequence[Value], *, day: date | None) -> bool:
    """Whether a year is so many years, as shown, before or after the year of publication."""
    when = value.when
    if day is None or when is None or when.precision != "year" or when.year is None:
        return False
    return any(
        abs(day.year - when.year) == one.amount
        for one in shown
        if (one.kind, one.unit) == ("duration", "year")
    )


def lies_between(value: Value, shown: Sequence[Value]) -> bool:
    """Whether a time is that between two dates shown: by year, month or day as the dates are."""
    if value.kind != "duration" or value.unit not in _IN_A_YEAR or value.amount is None:
        return False
    dates = [one.when for one in shown if one.when and one.when.first and one.when.last]
    wanted = float(value.amount) / _IN_A_YEAR[value.unit]
    unsure = _ROUNDED if value.qualifier else 0.0
    for one, other in permutations(dates, 2):
        if not (one.first and one.last and other.first and other.last) or other.first < one.first:
            continue
        starts = (other.first - one.first).days / _DAYS_OF_YEAR
        ends = (other.last - one.last).days / _DAYS_OF_YEAR
        low, high = sorted((starts, ends))
        if low - unsure - _A_DAY <= wanted <= high + unsure + _A_DAY and high:
            return True
    return False


def part_of(text: str, value: Value) -> str | None:
    """Which part of its span a date means: "late" of "at the end of 2027", "spring"."""
    lead = text[value.outer[0] : value.end].lower()
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


def _single_spans(text: str) -> list[Value]:
    """The one year that "almost a year" is."""
    return [
        Value(
            kind="duration",
            start=span.start("span"),
            end=span.end(),
            text=span["span"],
            low=Decimal(1),
            high=Decimal(1),
            unit=span["unit"].lower(),
            qualifier="about" if span["about"] else "more_than" if span["over"] else None,
            outer=span.span(),
        )
        for span in _SPAN.finditer(text)
    ]


def _last_months(text: str, found: Sequence[Value]) -> list[Value]:
    """The December that "the end of 2029" also says, and the 30th that "the end of June" does."""
    ends = []
    for value in found:
        when = value.when
        if when is None or not when.year or when.last is None or part_of(text, value) != "late":
            continue
        if when.precision == "year":
            first = date(when.year, 12, 1)
            ends.append(
                replace(value, when=replace(when, precision="month", month=12, first=first))
            )
        elif when.precision == "month":
            day = replace(when, precision="day", day=when.last.day, first=when.last)
            ends.append(replace(value, when=day))
    return ends


def _seasons(text: str, published: date) -> list[Value]:
    """The years that "next summer" may mean: this one or the next."""
    return [
        Value(
            kind="date",
            start=found.start(),
            end=found.end(),
            text=found[0],
            when=span_of_years(found[0].lower(), year, year, precision="year"),
            outer=found.span(),
        )
        for found in _SEASON.finditer(text)
        for year in (published.year + off for off in _SEASONS[found["which"].lower()])
    ]


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
