"""Two quoted values compared: which is more or later, and by how much."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from rag import values
from rag.dates import When
from rag.question import ANYBODY, stem
from rag.types import Citation
from rag.values import Value

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "¥": "¥", "INR": "₹"}
_SCALES = (
    (Decimal(10) ** 12, " trillion"),
    (Decimal(10) ** 9, " billion"),
    (Decimal(10) ** 6, " million"),
    (Decimal(1), ""),
)
_MOST_DECIMALS = 3
# "About 11,000" is taken to be off by a tenth at most.
_OFF = Decimal("0.1")
_FAR = Decimal("Infinity")
_MEASURED = frozenset({"money", "percent", "points", "count", "measure", "duration"})
# What may stand between a number and the words of its unit.
_UNIT_WORDS = re.compile(r"^[^a-z]*?(?:[\d.,]+|(?<=\d))\s?(?P<unit>[a-z][a-z ]*)$", re.IGNORECASE)


@dataclass(frozen=True)
class Comparison:
    """What was worked out from two citations, by their numbers in ``of``.

    ``names`` are what the question calls the two. ``order`` is 1 when the first is more or later,
    -1 when the second is, 0 when they are equal. ``difference`` is as it is written.
    """

    of: tuple[int, int]
    names: tuple[str, str]
    order: int
    difference: str | None = None


def compare(one: Citation, other: Citation, names: tuple[str, str]) -> Comparison | None:
    """Which of the values marked in two quotes is more or later, and by how much when both are
    exact and of one unit. None when they cannot be compared or nothing is certain.
    """
    left, right = marked(one), marked(other)
    found = next((two for two in product(left, right) if are_alike(*two)), None)
    order = None if found is None else order_of(*found)
    if found is None or order is None:
        return None
    return Comparison((one.n, other.n), names, order, difference_of(*found) if order else None)


def fault(compared: Comparison, short: str | None, citations: Sequence[Citation]) -> str | None:
    """What is wrong with what was worked out, held against the quotes it is of; None when nothing.

    The difference is read back from how it is written.
    """
    cited = {each.n: each for each in citations}
    if not all(n in cited for n in compared.of):
        return "what was worked out is of a quote that is not given"
    pairs = [
        (a, b)
        for a, b in product(*(marked(cited[n]) for n in compared.of))
        if order_of(a, b) == compared.order
    ]
    if not pairs:
        return "the quotes do not say which of the two is more"
    if compared.difference and not any(_is_difference(compared.difference, a, b) for a, b in pairs):
        return f"the difference {compared.difference!r} is not that of the quoted values"
    if short is not None and short not in (*compared.names, compared.difference):
        return f"the short answer {short!r} is neither asked about nor worked out"
    return None


def marked(citation: Citation) -> list[Value]:
    """The values that the phrase marked in a quote holds, with their qualifiers."""
    if citation.highlight is None:
        return []
    left, right = (at - citation.start for at in citation.highlight)
    found = values.find(citation.quote, reference=citation.published)
    return [value for value in found if left <= value.start and value.end <= right]


def order_of(a: Value, b: Value) -> int | None:
    """1 when the first is more or later for certain, -1 when the second is, 0 when both are exact
    and equal, else None.
    """
    if not are_alike(a, b):
        return None
    if a.when and b.when:
        return _order_of_dates(a.when, b.when)
    if _is_exact(a) and _is_exact(b) and values.ends(a) == values.ends(b):
        return 0
    return 1 if _is_above(a, b) else -1 if _is_above(b, a) else None


def _order_of_dates(a: When, b: When) -> int | None:
    if not (a.first and a.last and b.first and b.last):
        return None
    if (a.first, a.last) == (b.first, b.last):
        return 0 if a.precision == "day" else None
    return 1 if a.first > b.last else -1 if b.first > a.last else None


def _is_above(a: Value, b: Value) -> bool:
    (low, above), (high, below) = _least(a), _most(b)
    return low > high or (low == high and (above or below))


def difference_of(a: Value, b: Value) -> str | None:
    """The difference of two exact values of one unit as it is written, or None."""
    if not (_is_exact(a) and _is_exact(b)) or a.unit != b.unit or a.amount is None:
        return None
    assert b.amount is not None
    apart, largest = abs(a.amount - b.amount), max(abs(a.amount), abs(b.amount))
    if a.kind == "money":
        sign = _SIGNS.get(a.unit or "", f"{a.unit} ")
        return f"{sign}{_scaled(apart, largest)}"
    if a.kind in ("percent", "points"):
        points = "point" if apart == 1 else "points"
        return f"{_plain(apart)} percentage {points}" if a.unit in ("%", "pp") else None
    if a.kind == "count":
        noun = a.noun if a.noun and a.noun == b.noun and apart != 1 else None
        written = _scaled(apart, largest)
        return f"{written} {noun}" if noun else written
    unit = _UNIT_WORDS.match(a.text)
    return f"{_scaled(apart, largest)} {unit['unit'].strip()}" if unit else None


def are_alike(a: Value, b: Value) -> bool:
    """Whether two values are of one kind and unit, for one thing, and none is of a fall."""
    if a.when or b.when:
        return bool(a.when and b.when)
    if a.kind not in _MEASURED or a.kind != b.kind or a.falling or b.falling or a.per != b.per:
        return False
    if a.kind == "money":
        return a.unit == b.unit
    if a.kind == "count" and not _count_one_thing(a, b):
        return False
    return values.comparable(a, b)


def _count_one_thing(a: Value, b: Value) -> bool:
    nouns = {stem(each.noun.split()[-1]) for each in (a, b) if each.noun}
    return a.unit == b.unit and len(nouns - ANYBODY) <= 1


def _is_exact(value: Value) -> bool:
    return value.amount is not None and value.qualifier in (None, "peak")


def _least(value: Value) -> tuple[Decimal, bool]:
    """The least that a value can be, and whether it is certainly above that."""
    low, _ = values.ends(value)
    if value.qualifier in ("less_than", "at_most"):
        return -_FAR, False
    if value.qualifier == "about":
        low -= abs(low) * _OFF
    return low, value.qualifier == "more_than"


def _most(value: Value) -> tuple[Decimal, bool]:
    """The most that a value can be, and whether it is certainly below that."""
    _, high = values.ends(value)
    if value.qualifier in ("more_than", "at_least"):
        return _FAR, False
    if value.qualifier == "about":
        high += abs(high) * _OFF
    return high, value.qualifier == "less_than"


def _scaled(apart: Decimal, largest: Decimal) -> str:
    """The number with the magnitude of the larger value, or a lesser one that keeps it short."""
    for scale, word in _SCALES:
        number = apart / scale
        exponent = number.normalize().as_tuple().exponent
        if largest >= scale and isinstance(exponent, int) and -exponent <= _MOST_DECIMALS:
            return f"{_plain(number)}{word}"
    return _plain(apart)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _is_difference(written: str, a: Value, b: Value) -> bool:
    """Whether a written difference is that of two values, in their unit."""
    read = values.find(written)
    if len(read) != 1 or not (_is_exact(a) and _is_exact(b)) or a.unit != b.unit:
        return False
    points = a.kind == "percent" and read[0].kind == "points"
    if not points and (read[0].kind != a.kind or read[0].unit != a.unit):
        return False
    return a.amount is not None and read[0].amount == abs(a.amount - (b.amount or Decimal(0)))
