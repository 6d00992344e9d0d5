"""Whether the values of a claim occur in quotes."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from rag import values
from rag.question import stem
from rag.support_dates import bears_date, part_of
from rag.values import Value

Direction = Literal["up", "down"]

_NEAR = Decimal("1.1")
# "The two companies" says which, not how many.
_WHICH = re.compile(
    r"(?i:\b(?:the|these|those|its|their|his|her|both|all|our|other|of|last|first|next)\s+)$"
)
_SMALL = 12
_NAMED_AFTER = re.compile(r"[^.:;]{0,60}:\s(?P<named>.+)")
_BETWEEN_NAMED = re.compile(r"[,;]\s+(?:and\s+|or\s+)?|\s+(?:and|or)\s+")
_ABOUT_A_FRACTION = 5
# Builders and visitors are people too, so that another number of people proves nothing.
ANYBODY = frozenset({"people", "persons", "others", "times", "ones"})
_UP_WORDS = (
    "rose risen rise rises rising increase increased increases increasing grew grown grows growing "
    "climbed climbs jumped jumps gained gains soared surged raised higher up"
)
_DOWN_WORDS = (
    "fell fallen falls fall falling dropped drops drop declined declines decline decreased "
    "decreases decrease slipped sank slid plunged tumbled shrank shrunk lowered lower down lost"
)
_LINK = (
    r"(?:\s+(?:by|to|of|from|at|about|around|nearly|almost|just|over|the|an?|another|further|some|roughly|"
    r"more|less|than|sharply|slightly))*\s*$"
)
_ONE_OF = {
    "up": "|".join(_UP_WORDS.split()),
    "down": "|".join(_DOWN_WORDS.split()),
}
_BEFORE: dict[Direction, re.Pattern[str]] = {
    "up": re.compile(rf"\b(?!up to\b)(?:{_ONE_OF['up']}){_LINK}", re.IGNORECASE),
    "down": re.compile(rf"\b(?:{_ONE_OF['down']}){_LINK}", re.IGNORECASE),
}
_AFTER: dict[Direction, re.Pattern[str]] = {
    "up": re.compile(r"\s+(?:rise|increase|gain|jump|growth|higher|more)\b", re.IGNORECASE),
    "down": re.compile(r"\s+(?:fall|drop|decline|decrease|lower|less|fewer)\b", re.IGNORECASE),
}
_ENTAILED = {("more_than", "at_least"), ("less_than", "at_most")}


def claimed(text: str, *, reference: date | None) -> list[Value]:
    """The values of a claim that have to occur in its quotes; ``reference`` resolves its dates."""
    as_written = {one.start: one for one in values.find(text)}
    found: list[Value] = []
    for value in values.find(text, reference=reference):
        if _says_which(text, value) or _counts_what_follows(text, value):
            continue
        # "At least one voice is worried" says that there is one.
        if value.text.lower() == "one" and (value.noun is None or value.qualifier == "at_least"):
            continue
        # A month without a year may be any; what the quote says decides which.
        raw = as_written.get(value.start)
        bare = raw is not None and raw.when is not None and raw.when.month and not raw.when.year
        found.append(raw if raw is not None and bare else value)
    return found


def disputed(text: str, quotes: Sequence[Value]) -> tuple[Value, Value] | None:
    """A count that only tells which are meant ("the five guns"), and the quotes' other count."""
    for value in values.find(text):
        if value.noun is None or not _says_which(text, value):
            continue
        same_noun = [one for one in quotes if one.noun and stem(one.noun) == stem(value.noun)]
        if same_noun and not any(bears(one, value) for one in quotes):
            return value, same_noun[0]
    return None


def bears(quoted: Value, claim: Value) -> bool:
    """Whether a quoted value makes a claimed one true.

    The same value in any format; a coarser date ("in May" of 4 May); "about 23" of 22.8; "over 30"
    of 31 but not of 50; an end of a range that is claimed as such. "30" is not borne by "more than
    30", nor "more than 30" by "30".
    """
    if claim.when or quoted.when:
        return bears_date(quoted, claim)
    units = _counts_units(quoted, claim) or _counts_units(claim, quoted)
    if units or values.same(quoted, claim) or _is_nearly(quoted, claim):
        return not _per_else(quoted, claim)
    if not like(quoted, claim) or _per_else(quoted, claim):
        return False
    asked, said = _ends(claim), _ends(quoted)
    if is_bare(claim) and quoted.kind in ("measure", "duration", "points"):
        said = quoted.low or Decimal(0), quoted.high or Decimal(0)  # "from 40 to 24" is in its unit
    exact = quoted.qualifier in (None, "about", "peak")
    if claim.qualifier in (None, "about", "peak"):
        rounded = claim.qualifier == "about" and exact and rounds_to(said, asked, claim)
        bound = claim.qualifier == "peak" and quoted.qualifier == "at_most"
        return rounded or (asked == said and (exact or bound or claim.qualifier == "about"))
    if exact:
        return _within(said, asked[0], claim.qualifier)
    return asked == said and (quoted.qualifier, claim.qualifier) in _ENTAILED


def rival(other: Value, claim: Value) -> bool:
    """Whether two values are of one kind and unit and yet not the same."""
    if other.when or claim.when:
        # "Next year" of an article without a date may be the very year that is claimed.
        known = other.when is not None and other.when.first is not None
        same_kind = known and claim.when is not None
    else:
        same_kind = values.comparable(other, claim)
    return same_kind and not bears(other, claim)


def unborne(claims: Sequence[Value], quoted: Sequence[Value]) -> list[Value]:
    """Those of a claim's values that none of the quoted ones bears."""
    left = [one for one in claims if not any(bears(other, one) for other in quoted)]
    return [
        one
        for one in left
        if not _is_range_of(one, quoted) and not _is_end_of_range(one, claims, quoted)
    ]


def swapped(claim: Value, quoted: Sequence[Value], *, claims: Sequence[Value] = ()) -> Value | None:
    """The quoted count of what the claim counts, when it is another and the claim's is of else.

    "14,000 bakers" of "85 bakers bake 14,000 loaves" gives the 85, unless that is among ``claims``.
    """
    if claim.kind != "count" or claim.noun is None or claim.noun in ANYBODY:
        return None
    noun = stem(claim.noun)
    bearing = [one for one in quoted if bears(one, claim)]
    if not bearing or any(one.noun is None or stem(one.noun) == noun for one in bearing):
        return None
    others = (one for one in quoted if one.noun and stem(one.noun) == noun)
    return next((one for one in others if not any(bears(one, mine) for mine in claims)), None)


def turned(claim_text: str, claim: Value, quotes: Iterable[tuple[str, Sequence[Value]]]) -> bool:
    """Whether every quote of a value says the opposite: it fell, not rose; early, not late 2027."""
    what = part_of if claim.when else _direction
    said = what(claim_text, claim)
    if said is None:
        return False
    found = [
        what(text, value) for text, quoted in quotes for value in quoted if bears(value, claim)
    ]
    return bool(found) and all(one is not None and one != said for one in found)


def _per_else(quoted: Value, claim: Value) -> bool:
    """Whether one is a rate for something else than the other: a month, not a year."""
    return bool(claim.per and quoted.per and stem(claim.per) != stem(quoted.per))


def _counts_units(one: Value, other: Value) -> bool:
    """Whether a thing that is counted is also the word for a measure: "two Asian yards"."""
    return (
        one.kind == "count"
        and one.noun is not None
        and other.kind == "measure"
        and one.low == other.low
        and stem(one.noun) == stem(other.text.split()[-1])
    )


def _is_nearly(quoted: Value, claim: Value) -> bool:
    """Whether a percentage is "about" or "nearly" a fraction: 62% is nearly two thirds."""
    if claim.kind != "fraction" or claim.qualifier != "about":
        return False
    if not values.comparable(quoted, claim):
        return False
    return abs(values.ends(quoted)[0] - values.ends(claim)[0]) <= _ABOUT_A_FRACTION


def like(a: Value, b: Value) -> bool:
    """Whether two values are of one kind and unit, or one is a bare number of any kind."""
    bare = next(
        (one for one in (a, b) if one.kind == "count" and not one.noun and not one.unit), None
    )
    if bare is b and a.kind in ("money", "percent", "measure", "duration", "points"):
        return True
    return values.comparable(a, b)


def _ends(value: Value) -> tuple[Decimal, Decimal]:
    return values.ends(value)


def rounds_to(said: tuple[Decimal, Decimal], asked: tuple[Decimal, Decimal], claim: Value) -> bool:
    """Whether what is said is what is asked when rounded to as many digits as the claim gives."""
    if said[0] != said[1] or asked[0] != asked[1] or claim.low is None:
        return False
    stated = asked[0].normalize()
    step = Decimal(1).scaleb(stated.adjusted() - len(stated.as_tuple().digits) + 1)
    if abs(said[0].adjusted() - stated.adjusted()) > 1:
        return False
    return said[0].quantize(step, rounding=ROUND_HALF_UP) == asked[0]


def _within(said: tuple[Decimal, Decimal], bound: Decimal, qualifier: str | None) -> bool:
    """Whether an exact value or a range lies on the right side of a bound, and near it."""
    low, high = said
    if low <= 0 or bound <= 0:
        return False
    if qualifier in ("more_than", "at_least"):
        return (low > bound if qualifier == "more_than" else low >= bound) and low <= bound * _NEAR
    if qualifier in ("less_than", "at_most"):
        return (
            high < bound if qualifier == "less_than" else high <= bound
        ) and high * _NEAR >= bound
    return False


def _is_range_of(claim: Value, quoted: Sequence[Value]) -> bool:
    """Whether the two ends of a claimed range are two quoted values."""
    if claim.when or claim.low is None or claim.low == claim.high:
        return False
    low, high = _ends(claim)
    exact = {_ends(one)[0] for one in quoted if like(one, claim) and one.amount is not None}
    return {low, high} <= exact


def _is_end_of_range(claim: Value, claims: Sequence[Value], quoted: Sequence[Value]) -> bool:
    """Whether a claimed value is one end of a quoted range whose other end is claimed as well."""
    if claim.amount is None:
        return False
    said = {_ends(one)[0] for one in claims if one.amount is not None}
    mine = _ends(claim)[0]
    return any(
        one.low != one.high and like(one, claim) and mine in _ends(one) and set(_ends(one)) <= said
        for one in quoted
        if not one.when
    )


def is_bare(value: Value) -> bool:
    """Whether it is a number with no word for what it counts."""
    return value.kind == "count" and not value.noun and not value.unit


def _says_which(text: str, value: Value) -> bool:
    """Whether a small number in words only tells which are meant ("the two firms")."""
    return (
        value.kind == "count"
        and value.text.isalpha()
        and value.amount is not None
        and value.amount <= _SMALL
        and _WHICH.search(text[: value.start]) is not None
    )


def _counts_what_follows(text: str, value: Value) -> bool:
    """Whether a number in words counts what the sentence then names: "two conditions: a and b"."""
    named = _NAMED_AFTER.match(text, value.outer[1])
    if value.kind != "count" or value.noun is None or named is None or not value.text.isalpha():
        return False
    return len(_BETWEEN_NAMED.split(named["named"])) == value.amount


def _direction(text: str, value: Value) -> Direction | None:
    before = text[max(0, value.start - 60) : value.start]
    after = text[value.end : value.end + 20]
    found: set[Direction] = {
        way for way in _BEFORE if _BEFORE[way].search(before) or _AFTER[way].match(after)
    }
    return found.pop() if len(found) == 1 else None
