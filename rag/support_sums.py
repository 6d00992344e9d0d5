"""Whether a value of a claim is worked out of others: a sum, a difference, a product, a ratio."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, permutations, product

from rag import values
from rag.question import stem
from rag.support_values import ANYBODY, is_bare, like, rounds_to
from rag.values import Value

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
# "A decline of 2.3 points", "a reduction of 40%".
_CHANGE_OF = re.compile(
    r"(?i:\b(?:difference|gap|increase|rise|growth|gain|jump|hike|addition|cut|reduction|decrease|"
    r"decline|drop|fall|loss|saving|margin|lead) of\s)$"
)
_TOTAL_BEFORE = re.compile(
    r"(?i:\b(?:total(?:s|ling)?|sum|altogether|together|combined|in all|overall)\b[^.;]{0,40})$"
)
_TOTAL_AFTER = re.compile(
    r"[^.;]{0,25}\b(?:in total|altogether|in all|overall|combined)\b", re.IGNORECASE
)
_EACH = re.compile(r"\b(?:each|every|per|apiece|times)\b", re.IGNORECASE)
_POINTS = ("point", "points")
_NEAR_SHARE = 5
_COUNTED = ("count", "percent", "points")


def follows(value: Value, text: str, shown: Sequence[Value]) -> bool:
    """Whether a value is the sum or the difference of two that are shown, and the text says so.

    The sum of all that are shown together counts as well; the difference of two percentages may
    be given in points, and "tripled" is borne out by two values of which one is thrice the other.
    So is "a cut of 40%", and what so many come to at so much "each".
    """
    if value.kind == "multiple":
        return _is_ratio(value, shown)
    if value.low is None:
        return False
    if value.low != value.high:
        return _is_range_less(value, shown)
    value = _in_points(value, shown)
    rated = _is_product(value, text, shown) or _is_change(value, text, shown)
    if rated or _is_share(value, shown):
        return True
    if not _DERIVES.search(text):
        return False
    amounts = list(dict.fromkeys(_in_units_of(value, one) for one in shown if _addable(one, value)))
    wanted = values.ends(value)
    totals = {sum(amounts, Decimal(0))} if len(amounts) > 2 else set()
    for a, b in combinations(amounts, 2):
        totals |= {a + b, abs(a - b)}
    return any(
        total == wanted[0]
        or (value.qualifier == "about" and rounds_to((total, total), wanted, value))
        for total in totals
    )


def completes(value: Value, text: str, *, ours: Iterable[Value], theirs: Iterable[Value]) -> bool:
    """Whether a value said to be a difference or a total is one of a value shown and another.

    ``theirs`` are those of a sentence that the claim does not give itself: "£3.5m more" of a fee
    that the answer names and a record that only the article does.
    """
    ours = list(ours)
    value = _in_points(value, ours)
    if value.amount is None or not (_is_total(text, value) or _is_difference(text, value)):
        return False
    wanted = values.ends(value)[0]
    for one, other in product(ours, theirs):
        if not (_addable(one, value) and _addable(other, value)):
            continue
        if one is other or len(_counted(one, other, value)) > 1:
            continue
        a, b = _in_units_of(value, one), _in_units_of(value, other)
        got = a + b if _is_total(text, value) else abs(a - b)
        about = value.qualifier == "about" and rounds_to((got, got), (wanted, wanted), value)
        if a != b and (got == wanted or about):
            return True
    return False


def _is_difference(text: str, value: Value) -> bool:
    gap = value.kind != "multiple" and is_said_as_gap(text, value)
    return gap or _CHANGE_OF.search(text[: value.outer[0]]) is not None


def _is_total(text: str, value: Value) -> bool:
    before = _TOTAL_BEFORE.search(text[: value.outer[0]]) is not None
    return before or _TOTAL_AFTER.match(text, value.end) is not None


def _counted(*some: Value) -> set[str]:
    """The stems of what values count, where they say it and it is not just anybody."""
    return {stem(one.noun) for one in some if one.noun and one.noun not in ANYBODY}


def _in_points(value: Value, shown: Iterable[Value]) -> Value:
    """A count of points as percentage points, where there are percentages."""
    if value.noun in _POINTS and any(one.kind == "percent" for one in shown):
        return replace(value, kind="points", unit="pp", noun=None)
    return value


def _is_product(value: Value, text: str, shown: Sequence[Value]) -> bool:
    """Whether a value is what so many come to at so much each, or what each of so many does."""
    if value.amount is None or value.kind in _COUNTED or not _EACH.search(text):
        return False
    wanted = values.ends(value)
    for one, many in permutations(shown, 2):
        if one.kind != value.kind or not like(one, value) or many.kind not in _COUNTED:
            continue
        if not (one.amount and many.amount):
            continue
        whole = values.ends(one)[0]
        each = whole / many.amount
        about = value.qualifier == "about" and rounds_to((each, each), wanted, value)
        if whole * many.amount == wanted[0] or each == wanted[0] or about:
            return True
    return False


def _is_share(value: Value, shown: Sequence[Value]) -> bool:
    """Whether a fraction is, nearly where it says so, what one count is of another."""
    if value.kind != "fraction":
        return False
    part = values.ends(value)[0]
    for one, whole in permutations(shown, 2):
        if one.kind != "count" or whole.kind != "count" or not one.amount or not whole.amount:
            continue
        off = one.amount / whole.amount * 100 - part
        low = 0 if value.qualifier in ("more_than", "at_least") else -_NEAR_SHARE
        high = 0 if value.qualifier in ("less_than", "at_most") else _NEAR_SHARE
        if off == 0 or (value.qualifier and low <= off <= high):
            return True
    return False


def _is_change(value: Value, text: str, shown: Sequence[Value]) -> bool:
    """Whether a percentage is by how much one of two values of a kind is more or less."""
    if value.kind != "percent" or value.amount is None or not _is_difference(text, value):
        return False
    step = Decimal(1).scaleb(min(0, int(value.amount.as_tuple().exponent)))
    exact = [one for one in shown if one.amount and one.kind not in ("percent", "points")]
    for one, other in permutations(exact, 2):
        if one.kind != other.kind or not like(one, other) or len(_counted(one, other)) > 1:
            continue
        a, b = values.ends(one)[0], values.ends(other)[0]
        change = abs(a - b) / abs(a) * 100
        if change.quantize(step, rounding=ROUND_HALF_UP) == value.amount:
            return True
    return False


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
    return both and abs(values.ends(start)[0] - values.ends(end)[0]) == values.ends(value)[0]


def _is_ratio(value: Value, shown: Sequence[Value]) -> bool:
    """Whether one of two values that are shown is so many times the other."""
    exact = [one for one in shown if one.amount and not one.when]
    wanted = value.amount or Decimal(0)
    for one, other in combinations(exact, 2):
        low, high = sorted((abs(values.ends(one)[0]), abs(values.ends(other)[0])))
        if not like(one, other) or not low:
            continue
        for ratio in (high / low, low / high):
            if ratio == wanted or (value.qualifier and wanted > 1 and _is_near(ratio, value)):
                return True
    return False


def _is_range_less(value: Value, shown: Sequence[Value]) -> bool:
    """Whether a range is one that is shown, more or less a value that is shown."""
    wanted = values.ends(value)
    ranges = [one for one in shown if one.low != one.high and not one.when and like(one, value)]
    return any(
        {low - one, low + one} & {wanted[0]} and high - low == wanted[1] - wanted[0]
        for low, high in map(values.ends, ranges)
        for one in (values.ends(part)[0] for part in shown if _addable(part, value))
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
    return (part.kind == total.kind or is_bare(part)) and like(total, part)


def _in_units_of(total: Value, part: Value) -> Decimal:
    """What a part is worth in a total's base unit; a bare number is in the total's own unit."""
    if is_bare(part) and total.low:
        return (part.low or Decimal(0)) * values.ends(total)[0] / total.low
    return values.ends(part)[0]
