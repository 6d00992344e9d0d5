"""The things that a question sets side by side: names, periods, and what stands with them."""

import re
from dataclasses import dataclass

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_YEAR = r"(?:(?:fiscal )?(?:19|20)\d\d)"
PERIOD = (
    rf"(?:(?:the )?(?:first|second|third|fourth) (?:quarter|half)(?: of {_YEAR}| {_YEAR})?"
    rf"|[QqHh][1-4](?: of)?(?: {_YEAR})?|{_MONTH}(?: {_YEAR})?|{_YEAR}|{_DAY}"
    r"|(?:last|this) (?:year|month|quarter|week|season))(?![\w-])"
)
"""A quarter, month, year or day, as a pattern."""

_CAP = r"(?:[A-Z][\w.&-]*|\d+[A-Z]\w*)"
ONE = rf"(?:(?:the )?{_CAP}(?: (?:of (?:the )?|& )?(?:{_CAP}|\d+)){{0,4}})"
"""A name, as a pattern; it holds no "and"."""

_NOUN = (
    r"(?!(?:of|and|or|in|on|at|to|for|with|than|expected|planned|average|usual|rest|a|an|the|is|was"
    r"|are|were|has|had|have|did|does|do|[a-z]{2,}ed)\b)[a-z][a-z-]+"
)
_THE = (
    rf"(?:(?:the|its|their|his|her|an?) (?:{_NOUN}|{_CAP}|\d+)(?: (?:{_NOUN}|{_CAP}|\d+)){{0,3}})"
)
THE_LONG = rf"(?:{_THE}(?: (?:of|over|in|at|on|for) (?:{_THE}|{ONE}))?)"
"""A noun with "the", and what it is of, as a pattern."""

_OWNED = rf"(?:{ONE}['’]s?(?: {_NOUN}){{1,3}})"
THING = rf"(?:{PERIOD}|{_OWNED}|{ONE}|{_THE}(?: of {ONE})?)"
"""A period, a name, what a name has, or "the ..." in a few words, as a pattern."""

_OF = re.compile(
    rf"(?:that|those|the one|the ones) (?P<prep>of|in|for|at|from|by) (?P<one>{THING})"
)
_PREP = re.compile(rf"(?P<prep>in|for|at|from|on|by|of|during|to) (?P<one>{THING})")
_TAIL = re.compile(
    rf"(?P<one>(?:(?:in|for|at|from|on|by|of) )?{THING}(?:['’]s?)?)"
    r" (?P<tail>(?:in|on|for|at|during|last|this|per|by|since|after|before) [^?]+)"
)
_VERB_END = re.compile(r"(?:[a-z]{2,}ed|is|was|are|were|had|has|did|will)$")
_WORDS_NOT_NAMES = frozenset({"What", "Which", "Who", "How", "When", "Where", "Why", "The", "I"})
_SHORT = re.compile(r"\b(?:the )?([QqHh])([1-4])\b")
_ORDINALS = ("first", "second", "third", "fourth")
_SPANS = {"Q": "quarter", "H": "half"}


@dataclass(frozen=True)
class Pair:
    """Two things, and the phrases they stand in: ("Q1", "Q2"), ("sales in Q1", "sales in Q2")."""

    things: tuple[str, str]
    phrases: tuple[str, str]


def bare(text: str, pattern: str) -> bool:
    """Whether the text is such a thing and nothing more."""
    return re.fullmatch(pattern, text) is not None


def spelled(question: str) -> str:
    """The question with its quarters as articles have them: "the first quarter" for "Q1"."""
    return _SHORT.sub(
        lambda short: f"the {_ORDINALS[int(short[2]) - 1]} {_SPANS[short[1].upper()]}", question
    )


def listed(text: str) -> tuple[str, ...]:
    """The things of a list ("the Solo, the Duo and the Trio"), each once; empty when it is none."""
    things = [piece.strip() for piece in re.split(r",? and (?:of |at |in |for )?|, ", text)]
    if not all(bare(thing, THING) and _is_thing(thing) for thing in things):
        return ()
    return tuple(things) if len({thing.lower() for thing in things}) == len(things) else ()


def pair(left: str, other: str, *, clause: bool = False) -> Pair | None:
    """What two phrases set side by side, the second often cut short: "sales in Q1" and "Q2",
    "Orlan's offer" and "Castavel's", "the price of the Solo" and "that of the Duo".

    What follows the second ("Castavel in May") goes with both. With ``clause`` a verb stands in
    the left phrase: "Orlan pay for Fennick". None when the two do not match.
    """
    other = re.sub(r" (?:did|does|do|was|is|has|had|were|are|will)$", "", other)
    both = _matched(left, other, clause=clause)
    if both is None and (tail := _TAIL.fullmatch(other)):
        both = _matched(left, tail["one"], clause=clause)
        if both is not None:
            one, two = (f"{phrase} {tail['tail']}" for phrase in both.phrases)
            return Pair(both.things, (one, two))
    return both


def _matched(left: str, other: str, *, clause: bool) -> Pair | None:
    before = ""
    if found := _OF.fullmatch(other) or _PREP.fullmatch(other):
        before, other = rf"(?<=\b{found['prep']} )", found["one"]
    elif owned := re.fullmatch(rf"({ONE})['’]s?", other):
        return _swapped(left, owned[1], ending=r"(?=['’])")
    if not bare(other, THING) or not _is_thing(other):
        return None
    if before:
        return _swapped(left, other, before=before)
    if bare(left, THING) and _is_thing(left) and not (clause and bare(left, _THE)):
        if bare(left, _OWNED) and bare(other, ONE):
            return _swapped(left, other, ending=r"(?=['’])")
        same = _kind(left) == _kind(other) or PERIOD not in (_kind(left), _kind(other))
        return _two(left, other, left, other) if same else None
    return _swapped(left, other) if _kind(other) != THING else _opened(left, other)


def _is_thing(text: str) -> bool:
    return text not in _WORDS_NOT_NAMES and not _VERB_END.search(text)


def _kind(text: str) -> str:
    return PERIOD if bare(text, PERIOD) else ONE if bare(text, ONE) else THING


def _swapped(left: str, other: str, *, before: str = "", ending: str = "") -> Pair | None:
    """The left phrase with its own thing of the other's kind replaced by the other."""
    kind = _kind(other)
    pattern = _THE if kind == THING else kind
    spots = [
        spot
        for spot in re.finditer(rf"{before}(?<![\w])(?:{pattern})(?![\w-]){ending}", left)
        if spot[0] not in _WORDS_NOT_NAMES and (kind == PERIOD or not bare(spot[0], PERIOD))
    ]
    if not spots or (len(spots) > 1 and (kind != ONE or before or ending)):
        return None
    spot = spots[0]
    return _two(spot[0], other, left, left[: spot.start()] + other + left[spot.end() :])


def _opened(left: str, other: str) -> Pair | None:
    """Of "the north pay" and "the south": things of equally many words, the first at the head."""
    size = len(other.split())
    one, rest = " ".join(left.split()[:size]), " ".join(left.split()[size:])
    if not rest or not bare(one, _THE) or not bare(other, _THE):
        return None
    return _two(one, other, left, f"{other} {rest}")


def _two(one: str, other: str, phrase: str, other_phrase: str) -> Pair | None:
    if one.lower() == other.lower():
        return None
    return Pair((one, other), (phrase, other_phrase))
