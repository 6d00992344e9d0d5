"""Whether the values of a claim occur in quotes, or follow from values that do."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations
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
_DERIVES = re.compile(
    r"\b(?:total\w*|altogether|together|combined|sum|in all|overall|difference|gap|margin|more|"
    r"less|fewer|higher|lower|rise|rose|risen|increase\w*|up|grew|growth|gain\w*|fall|fell|fallen|"
    r"drop\w*|down|decrease\w*|decline\w*|cut|added|extra|additional|between them|change\w*|by|"
    r"above|below|under|over|beyond|dearer|cheaper|larger|smaller|bigger|longer|shorter|later|"
    r"makes?|making|leaves?)\b",
    re.IGNORECASE,
)
_BY = re.compile(r"(?i:\b(?:by|leaves?|leaving)\s)$")
_HOUR = re.compile(r"\s(?:in the|o['’]clock)\b")
_TOGETHER = re.compile(r"(?i:\b(?:together|altogether|combined|in all)\b[^.,:;]{0,25}\s)$")
_MORE = re.compile(
    r"(?:\s[a-z-]+)?\s(?:more|less|fewer|higher|lower|dearer|cheaper|larger|smaller|above|below)\b"
)
_UP_WORDS = (
    "rose risen rise rises rising increase increased increases increasing grew grown grows growing "
    "climbed climbs jumped jumps gained gains soared surged raised higher up"
)
_DOWN_WORDS = (
    "fell fallen falls fall falling dropped drops drop declined declines decline decreased "
    "decreases decrease slipped sank slid plunged tumbled shrank shrunk lowered lower down lost"
)
_LINK = (
    r"(?:\s+(?:by|to|of|from|at|about|around|nearly|almost|just|over|the|an?|another|further"
    r"|some|roughly|"
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
        if value.text.lower() == "one" and value.noun is None:
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
    if not _like(quoted, claim) or _per_else(quoted, claim):
        return False
    asked, said = _ends(claim), _ends(quoted)
    if _is_bare(claim) and quoted.kind in ("measure", "duration", "points"):
        said = quoted.low or Decimal(0), quoted.high or Decimal(0)  # "from 40 to 24" is in its unit
    exact = quoted.qualifier in (None, "about", "peak")
    if claim.qualifier in (None, "about", "peak"):
        rounded = claim.qualifier == "about" and exact and _rounds_to(said, asked, claim)
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


def swapped(claim: Value, quoted: Sequence[Value]) -> Value | None:
    """The quoted count of what the claim counts, when it is another and the claim's is of else.

    "14,000 bakers" of "85 bakers bake 14,000 loaves" gives the 85.
    """
    if claim.kind != "count" or claim.noun is None or claim.noun in ANYBODY:
        return None
    noun = stem(claim.noun)
    bearing = [one for one in quoted if bears(one, claim)]
    if not bearing or any(one.noun is None or stem(one.noun) == noun for one in bearing):
        return None
    return next((one for one in quoted if one.noun and stem(one.noun) == noun), None)


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


def follows(value: Value, text: str, shown: Sequence[Value]) -> bool:
    """Whether a value is the sum or the difference of two that are shown, and the text says so.

    The sum of all that are shown together counts as well; the difference of two percentages may
    be given in points, and "tripled" is borne out by two values of which one is thrice the other.
    """
    if value.kind == "multiple":
        return _is_ratio(value, shown)
    if value.low is None:
        return False
    if value.low != value.high:
        return _is_range_less(value, shown)
    if not _DERIVES.search(text):
        return False
    amounts = list(dict.fromkeys(_in_units_of(value, one) for one in shown if _addable(one, value)))
    wanted = _ends(value)
    totals = {sum(amounts, Decimal(0))} if len(amounts) > 2 else set()
    for a, b in combinations(amounts, 2):
        totals |= {a + b, abs(a - b)}
    return any(
        total == wanted[0]
        or (value.qualifier == "about" and _rounds_to((total, total), wanted, value))
        for total in totals
    )


def is_said_as_gap(text: str, value: Value) -> bool:
    """Whether a value stands where a difference does: "by 43", "43 more than"."""
    return value.when is None and (
        value.kind == "multiple"
        or (_BY.search(text[: value.outer[0]]) is not None and not _HOUR.match(text, value.end))
        or _TOGETHER.search(text[: value.outer[0]]) is not None
        or _MORE.match(text, value.end) is not None
    )


def moved_by(value: Value, text: str, quoted: Sequence[Value]) -> bool:
    """Whether a sentence tells of a move "from 5% to 6%", of which a value is the difference."""
    ends = [
        next((one for one in quoted if text[: one.outer[0]].lower().endswith(f" {word} ")), None)
        for word in ("from", "to")
    ]
    start, end = ends
    if start is None or end is None or value.low is None:
        return False
    if start.kind == "percent" and value.kind != "points":
        return False
    both = _addable(start, value) and _addable(end, value)
    return both and abs(_ends(start)[0] - _ends(end)[0]) == _ends(value)[0]


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


def _like(a: Value, b: Value) -> bool:
    """Whether two values are of one kind and unit, or one is a bare number of any kind."""
    bare = next(
        (one for one in (a, b) if one.kind == "count" and not one.noun and not one.unit), None
    )
    if bare is b and a.kind in ("money", "percent", "measure", "duration", "points"):
        return True
    return values.comparable(a, b)


def _ends(value: Value) -> tuple[Decimal, Decimal]:
    return values.ends(value)


def _rounds_to(said: tuple[Decimal, Decimal], asked: tuple[Decimal, Decimal], claim: Value) -> bool:
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
    exact = {_ends(one)[0] for one in quoted if _like(one, claim) and one.amount is not None}
    return {low, high} <= exact


def _is_end_of_range(claim: Value, claims: Sequence[Value], quoted: Sequence[Value]) -> bool:
    """Whether a claimed value is one end of a quoted range whose other end is claimed as well."""
    if claim.amount is None:
        return False
    said = {_ends(one)[0] for one in claims if one.amount is not None}
    mine = _ends(claim)[0]
    return any(
        one.low != one.high and _like(one, claim) and mine in _ends(one) and set(_ends(one)) <= said
        for one in quoted
        if not one.when
    )


def _is_ratio(value: Value, shown: Sequence[Value]) -> bool:
    """Whether one of two values that are shown is so many times the other."""
    exact = [one for one in shown if one.amount and not one.when]
    wanted = value.amount or Decimal(0)
    for one, other in combinations(exact, 2):
        low, high = sorted((abs(values.ends(one)[0]), abs(values.ends(other)[0])))
        if not _like(one, other) or not low:
            continue
        for ratio in (high / low, low / high):
            if ratio == wanted or (value.qualifier and wanted > 1 and _is_near(ratio, value)):
                return True
    return False


def _is_range_less(value: Value, shown: Sequence[Value]) -> bool:
    """Whether a range is one that is shown, more or less a value that is shown."""
    wanted = _ends(value)
    ranges = [one for one in shown if one.low != one.high and not one.when and _like(one, value)]
    return any(
        {low - one, low + one} & {wanted[0]} and high - low == wanted[1] - wanted[0]
        for low, high in map(_ends, ranges)
        for one in (_ends(part)[0] for part in shown if _addable(part, value))
    )


def _is_near(ratio: Decimal, value: Value) -> bool:
    """Whether a ratio is "nearly", "more than" or "less than" so many times, by less than one."""
    gap = ratio - (value.amount or Decimal(0))
    if value.qualifier == "about":
        return abs(gap) <= Decimal("0.5")
    over = value.qualifier in ("more_than", "at_least")
    return 0 <= (gap if over else -gap) < 1


def _addable(part: Value, total: Value) -> bool:
    if part.low is None or part.low != part.high or part.when:
        return False
    if total.kind == "points" and part.kind == "percent":
        return True
    return (part.kind == total.kind or _is_bare(part)) and _like(total, part)


def _is_bare(value: Value) -> bool:
    return value.kind == "count" and not value.noun and not value.unit


def _in_units_of(total: Value, part: Value) -> Decimal:
    """What a part is worth in a total's base unit; a bare number is in the total's own unit."""
    if _is_bare(part) and total.low:
        return (part.low or Decimal(0)) * _ends(total)[0] / total.low
    return _ends(part)[0]


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
