"""A date at the precision it is stated in: compared, and resolved against a reference date."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Precision = Literal[
    "century", "decade", "range", "year", "half", "quarter", "month", "week", "day", "relative"
]


@dataclass(frozen=True, slots=True)
class When:
    """A date at the precision it is stated in.

    ``first`` and ``last`` are the days it spans, both inclusive; None while the year is unknown,
    before the year 1, or when the date is relative and no reference date was given. ``label`` is
    the lower-case wording, the only thing to compare when nothing else is known. ``side`` says on
    which side of the reference date a month without a year lies ("last December"). ``last_day``
    ends a range of days in one month ("24-26 March").
    """

    precision: Precision
    label: str
    year: int | None = None
    quarter: int | None = None
    month: int | None = None
    day: int | None = None
    fiscal: bool = False
    side: Literal["last", "next"] | None = None
    last_day: int | None = None
    first: date | None = None
    last: date | None = None


_DAY_WORDS = "monday tuesday wednesday thursday friday saturday sunday"
WEEKDAYS = _DAY_WORDS.split()
RELATIVE = re.compile(
    r"(?<![\w-])(?:(?i:(?P<simple>today|yesterday|tomorrow|tonight))|"
    r"(?P<which>[Tt]his|[Nn]ext|[Ll]ast)\s+(?P<unit>year|month|week|quarter|decade|(?:"
    + "|".join(day.capitalize() for day in WEEKDAYS)
    + r"))|(?P<weekday>"
    + "|".join(day.capitalize() for day in WEEKDAYS)
    + r")|(?P<count>[0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"twenty)\s+"
    r"(?P<units>year|month|week|day|decade)s?\s+ago)(?!\w)"
)
_COUNT_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_SMALL = {"a": 1, "an": 1, "twenty": 20} | {
    word: number for number, word in enumerate(_COUNT_WORDS.split(), start=1)
}


def resolve(when: When, reference: date) -> When:
    """The same date with the days it spans, counted from ``reference`` (an article's date).

    A month or day with no year is taken as the nearest one. What cannot be resolved is returned
    as it came.
    """
    if when.first is not None:
        return when
    try:
        if when.precision == "relative":
            return _resolve_relative(when, reference)
        return _nearest(when, reference)
    except (ValueError, OverflowError):
        return when


def same_date(a: When, b: When) -> bool:
    """Equal at the same precision. A date whose year is unknown equals only another such date."""
    if a.fiscal != b.fiscal:
        return False
    if a.first and b.first:
        return (a.first, a.last) == (b.first, b.last)
    if a.first or b.first:
        return False
    if a.precision != b.precision:
        return False
    if a.year is None and a.month is None and a.quarter is None:
        return a.label == b.label
    return _parts(a) == _parts(b)


def _parts(when: When) -> tuple[int | None, ...]:
    return when.year, when.quarter, when.month, when.day, when.last_day


def covers_date(wide: When, narrow: When) -> bool:
    """True when ``narrow`` lies within ``wide`` (December 2025 covers Dec 23, 2025).

    A wide date of unknown year covers a narrow one whose month and day agree with it.
    """
    if same_date(wide, narrow):
        return True
    if wide.first and wide.last and narrow.first and narrow.last:
        return wide.first <= narrow.first and narrow.last <= wide.last
    if wide.first or wide.precision == "relative" or narrow.month is None or wide.year:
        return False
    if wide.month != narrow.month or wide.day is None or narrow.day is None:
        return wide.month == narrow.month and wide.day is None
    return wide.day <= narrow.day and (narrow.last_day or narrow.day) <= (wide.last_day or wide.day)


def label_of(text: str) -> str:
    """The wording as it is compared: lower case, one space between words."""
    return " ".join(text.lower().split())


def relative_label(text: str) -> str:
    """The wording of a relative date as it is compared, its count in digits: "3 years ago"."""
    first, *rest = label_of(text).split()
    return " ".join([str(_SMALL[first]) if first in _SMALL and rest else first, *rest])


def days_of(
    year: int, *, first_month: int = 1, months: int = 12, day: int | None = None
) -> tuple[date, date] | None:
    """First and last day of some months of a year, or of one day; None outside the calendar."""
    try:
        if day is not None:
            return date(year, first_month, day), date(year, first_month, day)
        last_month = first_month + months - 1
        return (
            date(year, first_month, 1),
            date(year, last_month, monthrange(year, last_month)[1]),
        )
    except ValueError:
        return None


def span_of_years(
    label: str, first: int, last: int, *, precision: Precision, fiscal: bool = False
) -> When:
    """The date that runs from the first year to the last, both whole."""
    start, end = days_of(first), days_of(last)
    when = When(precision, label, year=first, fiscal=fiscal)
    return replace(when, first=start[0], last=end[1]) if start and end else when


def _resolve_relative(when: When, reference: date) -> When:
    found = RELATIVE.fullmatch(
        re.sub(r"[a-z]+day\b(?<!today)(?<!yesterday)", lambda m: m[0].capitalize(), when.label)
    )
    if found is None:
        return when
    if found["simple"]:
        shift = {"yesterday": -1, "tomorrow": 1}.get(found["simple"], 0)
        return _at_day(when, reference + timedelta(days=shift))
    if found["weekday"]:
        return _at_day(when, _weekday(reference, found["weekday"], "latest"))
    if found["count"]:
        return _ago(
            when, reference, int(_SMALL.get(found["count"]) or found["count"]), found["units"]
        )
    which, unit = found["which"].lower(), found["unit"].lower()
    if unit in WEEKDAYS:
        return _at_day(when, _weekday(reference, unit, which))
    return _shifted(when, reference, {"last": -1, "this": 0, "next": 1}[which], unit)


def _at_day(when: When, day: date) -> When:
    return replace(
        when, precision="day", year=day.year, month=day.month, day=day.day, first=day, last=day
    )


def _weekday(reference: date, name: str, which: str) -> date:
    back = (reference.weekday() - WEEKDAYS.index(name.lower())) % 7
    if which == "next" or (which == "this" and back):
        return reference + timedelta(days=7 - back)
    return reference - timedelta(days=back if back or which != "last" else 7)


def _ago(when: When, reference: date, count: int, unit: str) -> When:
    if unit in ("day", "week"):
        day = reference - timedelta(days=count * (7 if unit == "week" else 1))
        return _at_day(when, day)
    return _shifted(when, reference, -count, unit)


def _shifted(when: When, reference: date, shift: int, unit: str) -> When:
    if unit == "week":
        monday = reference + timedelta(days=7 * shift - reference.weekday())
        return replace(when, precision="week", first=monday, last=monday + timedelta(days=6))
    if unit == "decade":
        first = reference.year // 10 * 10 + 10 * shift
        return span_of_years(when.label, first, first + 9, precision="decade")
    if unit == "year":
        return span_of_years(
            when.label, reference.year + shift, reference.year + shift, precision="year"
        )
    size = {"month": 1, "quarter": 3}[unit]
    index = (reference.year * 12 + reference.month - 1) // size + shift
    year, month = index * size // 12, index * size % 12 + 1
    span = days_of(year, first_month=month, months=size)
    if span is None:
        return when
    quarter = index % 4 + 1 if unit == "quarter" else None
    return replace(
        when,
        precision="month" if unit == "month" else "quarter",
        year=year,
        quarter=quarter,
        month=month if unit == "month" else None,
        first=span[0],
        last=span[1],
    )


def _nearest(when: When, reference: date) -> When:
    """The reading of a date without a year that lies nearest to the reference date."""
    if when.year is not None or (when.month is None and when.quarter is None):
        return when
    months = 1 if when.month else (3 if when.precision == "quarter" else 6)
    month = when.month or months * ((when.quarter or 1) - 1) + 1
    spans = (
        (days_of(year, first_month=month, months=months, day=when.day), year)
        for year in (reference.year - 1, reference.year, reference.year + 1)
    )
    readings = [(span, year) for span, year in spans if span and _on_side(when, span, reference)]
    span, year = min(
        readings,
        key=lambda one: abs((one[0][0] - reference).days + (one[0][1] - one[0][0]).days // 2),
    )
    end = days_of(year, first_month=month, day=when.last_day) if when.last_day else span
    return replace(when, year=year, first=span[0], last=end[1]) if end else when


def _on_side(when: When, span: tuple[date, date], reference: date) -> bool:
    if when.side == "last":
        return span[0] <= reference
    return when.side is None or span[1] > reference
