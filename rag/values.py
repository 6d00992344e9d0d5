"""Typed values (money, percentages, counts, dates ...) found in a text, and compared by value."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from rag.date_finder import find_dates
from rag.dates import When, covers_date, resolve, same_date
from rag.numbers import Number, find_numbers
from rag.surroundings import (
    Qualifier,
    date_start,
    noun_after,
    per_after,
    qualifier_after,
    qualifier_before,
)
from rag.units import AMBIGUOUS, DURATIONS, FAMILIES

Kind = Literal[
    "money",
    "percent",
    "points",
    "count",
    "measure",
    "duration",
    "fraction",
    "multiple",
    "date",
]

_EMPHASIS = re.compile(r"(?<![^\W_])[_*`]+|[_*`]+(?![^\W_])")
_LETTER = re.compile(r"[^\W_]")
# "One post in nine" has in it what it is a part of.
_OF_WHAT = re.compile(r"(?P<first>\w+ )(?P<noun>\w+)(?P<last> (?:in|out of)\b.*)")
_BOUNDS = frozenset({"more_than", "less_than", "at_least", "at_most"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value and where it stands: ``source[start:end] == text``.

    ``low`` and ``high`` carry the magnitude ("Rmb160bn" is 160000000000) and differ only for a
    range; they are None for dates, which have ``when``. A percentage is in percent, a fraction and
    a multiple are plain numbers. ``unit`` is an ISO currency code, a unit of measure or time, or
    the word as it stands when it is an unknown one. ``noun`` is the head noun that a count counts
    and ``per`` what a rate is for ("unit" of "$20 per unit"); neither takes part in a comparison.
    ``outer`` spans the words before and the noun after as well ("about 20,000 H200 chips", "spring
    2029"). ``falling`` is set when a word
    such as "fell" stands before.
    """

    kind: Kind
    start: int
    end: int
    text: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str | None = None
    qualifier: Qualifier | None = None
    noun: str | None = None
    per: str | None = None
    when: When | None = None
    outer: tuple[int, int] = (0, 0)
    falling: bool = False

    @property
    def amount(self) -> Decimal | None:
        """The number, or None for a range or a date."""
        return self.low if self.low == self.high else None


def find(text: str, *, reference: date | None = None) -> list[Value]:
    """Every value of the text in order of start; none overlaps another. Never raises.

    ``reference`` (the article's date) resolves relative dates and dates that name no year.
    """
    source, text = text, _EMPHASIS.sub(lambda marks: " " * len(marks[0]), text)
    dates = find_dates(text)
    taken = bytearray(len(text))
    for dated in dates:
        taken[dated.start : dated.end] = b"\x01" * (dated.end - dated.start)
    found = [_measured(text, number) for number in find_numbers(text, taken)]
    for dated in dates:
        when = resolve(dated.when, reference) if reference else dated.when
        found.append(
            Value(
                kind="date",
                start=dated.start,
                end=dated.end,
                text=text[dated.start : dated.end],
                when=when,
                outer=(date_start(text, dated.start), dated.end),
            )
        )
    if source != text:
        found = [replace(value, text=source[value.start : value.end]) for value in found]
    return sorted(found, key=lambda value: value.start)


def struck(text: str, found: Iterable[Value]) -> str:
    """The text with noughts for the letters of the figures in it, so that all keeps its place."""
    for value in found:
        if value.when:
            continue  # "in August" tells one figure from another
        noughts = _LETTER.sub("0", text[value.start : value.end])
        if value.kind == "fraction" and (of := _OF_WHAT.fullmatch(text, value.start, value.end)):
            first, last = of["first"], of["last"]
            noughts = f"{_LETTER.sub('0', first)}{of['noun']}{_LETTER.sub('0', last)}"
        text = text[: value.start] + noughts + text[value.end :]
    return text


def same(a: Value, b: Value, *, bounds: bool = True) -> bool:
    """Equal as values with unit and magnitude: "Rmb160bn" is "160 billion yuan".

    "about" makes no difference. With ``bounds`` "more than 30tn" is not "30tn"; without, it is.
    Exact fractions equal their percentage (half is 50%), others do not (a third is not 33%).
    """
    if a.when and b.when:
        return same_date(a.when, b.when)
    if a.when or b.when or (bounds and _bound(a) != _bound(b)):
        return False
    if _is_age(a, b) or _is_age(b, a):
        return a.low == b.low and a.high == b.high
    left, right = _comparable(a), _comparable(b)
    if left[0] != right[0] or not _same_unit(a, b):
        return False
    if a.falling != b.falling and abs(left[1]) == abs(right[1]):
        return abs(left[2]) == abs(right[2])
    return left[1:] == right[1:]


def covers(wide: Value, narrow: Value) -> bool:
    """True when ``narrow`` lies within ``wide``: a day in its month, an amount in a range."""
    if wide.when and narrow.when:
        return covers_date(wide.when, narrow.when)
    if wide.when or narrow.when:
        return False
    left, right = _comparable(wide), _comparable(narrow)
    if left[0] != right[0] or not _same_unit(wide, narrow):
        return False
    return left[1] <= right[1] and right[2] <= left[2]


def comparable(a: Value, b: Value) -> bool:
    """Whether two values that are no dates are of one kind and unit, so that they can be compared.

    Units of one family can: kilometres and miles, months and years.
    """
    return _comparable(a)[0] == _comparable(b)[0] and _same_unit(a, b)


def ends(value: Value) -> tuple[Decimal, Decimal]:
    """The ends of a value that is no date in the base unit of its family; equal for no range."""
    return _comparable(value)[1:]


def _is_age(a: Value, b: Value) -> bool:
    """Whether one is an age and the other a bare number: "a 45-year-old", and "is 45"."""
    return (
        a.kind == "duration"
        and a.text.lower().endswith(("old", "olds"))
        and (b.kind, b.noun, b.unit) == ("count", None, None)
    )


def _bound(value: Value) -> str | None:
    return value.qualifier if value.qualifier in _BOUNDS else None


def _comparable(value: Value) -> tuple[str, Decimal, Decimal]:
    """What is compared: the family of units, and the ends of the range in its base unit."""
    low, high = value.low or Decimal(0), value.high or Decimal(0)
    if value.kind == "fraction":
        return "percent", low * 100, high * 100
    if value.kind in ("measure", "duration", "points"):
        family, factor = FAMILIES.get(value.unit or "", (value.unit or "", Decimal(1)))
        return family, low * factor, high * factor
    return value.kind, low, high


def _same_unit(a: Value, b: Value) -> bool:
    if a.kind == "count":
        return a.unit == b.unit or a.unit is None or b.unit is None
    if a.kind != "money" or a.unit == b.unit:
        return True
    return (b.unit in AMBIGUOUS.get(a.unit or "", ())) or (
        a.unit in AMBIGUOUS.get(b.unit or "", ())
    )


def _measured(text: str, number: Number) -> Value:
    """The number with the words around it that say how exact it is and what it counts."""
    kind: Kind = number.kind
    if kind == "measure" and number.unit in FAMILIES:
        family = FAMILIES[number.unit][0]
        kind = "duration" if family in DURATIONS else "points" if family == "points" else "measure"
    before = qualifier_before(text, number.start, duration=kind == "duration")
    after = qualifier_after(text, number.end)
    outer = (before.start, after.end if after else number.end)
    value = Value(
        kind=kind,
        start=number.start,
        end=number.end,
        text=text[number.start : number.end],
        low=number.low,
        high=number.high,
        unit=number.unit,
        qualifier=before.qualifier or (after.qualifier if after else None),
        falling=before.falling,
        outer=outer,
    )
    if kind == "count":
        return _with_noun(text, value, scaled=number.scaled)
    if per := per_after(text, number.end):
        return replace(value, per=per[0], outer=(outer[0], per[1]))
    return value


def _with_noun(text: str, value: Value, *, scaled: bool) -> Value:
    noun = noun_after(text, value.outer[1])
    if noun is None:
        return value
    word, end = noun
    unit = word if scaled and word[0].isupper() else None
    return replace(value, noun=word.lower(), unit=unit, outer=(value.outer[0], end))
