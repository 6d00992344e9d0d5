"""The words around a number: how exact it is, which way it moved, and what it counts."""

import re
from dataclasses import dataclass
from typing import Literal

Qualifier = Literal["about", "more_than", "less_than", "at_least", "at_most", "peak"]

_THAT = r"(?:[a-z-]+ ){0,3}of"
_BEFORE: dict[Qualifier, str] = {
    "about": (
        r"about|around|roughly|approximately|approx\.?|some|nearly|almost|close to|circa|c\.|~|≈|"
        r"an estimated|estimated|in the region of|just about|more or less"
    ),
    "at_least": (
        rf"at least|(?:a )?minimum {_THAT}|no (?:less|fewer) than|not less than|≥|>=|"
        r"as (?:little|few|low) as"
    ),
    "at_most": (
        r"up to|at most|no more than|not more than|no (?:higher|greater|bigger|longer|later) than|"
        r"(?:cannot|can['’]t|may not|must not|never|not) (?:[a-z]+ ){1,2}"
        r"(?:more|longer|further) than|"
        rf"as (?:much|many|high) as|(?:a )?maximum {_THAT}|≤|<=|not (?:over|above|exceeding)"
    ),
    "more_than": (
        r"(?:slightly |well |just |far |much )?(?:more than|over|above|exceed(?:ing|ed|s)?|"
        r"(?:greater|higher|longer|further|older|larger|bigger) than|north of|in excess of)|"
        r"(?:over|above) the age of|upwards? of|beyond|"
        r"surpass(?:ing|ed|es)|topp(?:ing|ed)|>"
    ),
    "less_than": (
        r"(?:slightly |well |just |far |much )?(?:less than|under|below|fewer than|"
        r"(?:lower|shorter|younger|smaller) than|short of|shy of)|(?:under|below) the age of|<"
    ),
}
_QUALIFIER = re.compile(
    r"(?<!\w)(?:"
    + "|".join(
        f"(?P<{name}>{_BEFORE[name]})"
        for name in ("at_least", "at_most", "more_than", "less_than", "about")
    )
    + r")\s*(?:the |an? )?$",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(
    r"(?i:about|around|roughly|approximately|approx\.?|some|nearly|almost|to|circa|c\.|~|≈|"
    r"estimated|of|less|least|than|minimum|≥|up|most|as|maximum|≤|over|above|beyond|=|exceed\w*"
    r"|surpass\w*|"
    r"topp\w*|>|under|below|<)\s*(?:the |an? )?$"
)
# What "reached 151" says is true of "up to 151" as well as of 151.
_PEAK = re.compile(r"(?i:\b(?:reach(?:e[sd]|ing)?|hit(?:s|ting)?|peak(?:s|ed|ing)? at)\s)$")
_LASTS = re.compile(
    r"(?i:\b(?:for|took|takes?|taking|require[sd]?|lasts?|lasted|waited|spent|after|is|was|of|"
    r"within|needs?|gets?|has|have)\s+)$"
)
_FIGURE_BEFORE = re.compile(
    r"(?:[0-9][\w.,%]*|(?:m|b|tr)illion|thousand|hundred|percent)(?:\s+[^\W\d_]+){0,2}\s*$"
)
_FALL = re.compile(
    r"(?i:\b(?:fell|falls?|fallen|falling|dropp?(?:ed|s|ing)?|declin(?:e|ed|es|ing)|down"
    r"|slipp?(?:ed|s)?|"
    r"lost|shed|sank|slid|plunged|tumbled|decreas(?:e|ed|es|ing)|shrank|shrunk|cut|minus|negative|"
    r"loss)(?:\s+(?:by|of))?\s+(?:an? |another |further )?)$"
)
_AFTER = re.compile(
    r"\s?(?:(?P<at_least>or (?:more|greater|above|higher)|\+(?![\w])|-plus\b|and (?:above|up)\b)|"
    r"(?P<at_most>or (?:less|fewer|below|under))\b|(?P<about>or so\b|-odd\b|-ish\b))"
)
_PER = re.compile(r"(?:\s+(?:per|an?|each|every)\s+|-an?-|/)(?P<per>[A-Za-z]+)")
_NOT_PER = frozenset({"cent", "few", "lot", "bid", "move", "deal", "year-on-year"})
_BEFORE_DATE = re.compile(
    r"(?<!\w)(?:(?:(?:the )?(?:end|start|beginning|middle) of|early|mid|late|later|earlier|spring|"
    r"summer|autumn|winter|last|next|this|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,?)[\s-]+)+$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\s-]+([^\W\d_][\w'’.&-]*)")
_PLURAL = re.compile(
    r"[^\W\d_]+(?:[^s\W]s|[^\W]sses)|(?:[a-z]+)?(?:people|men)|children|staff|feet|mice|data"
)
_NOT_PLURAL = frozenset({"is", "was", "has", "its", "his", "this", "us", "across", "less", "as"})
_STOP_WORDS = (
    "a about above according across after against ago all also am among an and any are around as "
    "at be because been before behind being below between but by can could did do does down during "
    "each for from had has have he her his how if in into is it its last late later less like made "
    "may might more most my near next no nor not now of off on once one only onto or our out over "
    "per she should since so some such than that the their them then there these they this those "
    "though through to today tomorrow toward towards under until up upon was we went were what "
    "when where which while who whose why will with within without would yesterday you your said "
    "says would-be compared including plus versus vs rose fell grew"
)
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a number: where the wording starts, and what it says of the number."""

    start: int
    qualifier: Qualifier | None = None
    falling: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """A qualifier that stands after a number, and where it ends."""

    end: int
    qualifier: Qualifier


def qualifier_before(text: str, start: int, *, duration: bool = False) -> Before:
    """The qualifier that ends at ``start``; "over" before a duration means during, so none."""
    left = max(0, start - 40)
    qualifier: Qualifier | None = None
    begin = start
    if _LAST_WORD.search(text, max(0, start - 16), start):
        found = _QUALIFIER.search(text, left, start)
        if found and not (_compares(text, found) or (duration and _means_during(text, found))):
            qualifier = _named(found)
            begin = found.start()
    if qualifier is None and _PEAK.search(text, left, start):
        qualifier = "peak"
    falling = _FALL.search(text, max(0, begin - 30), begin) is not None
    return Before(begin, qualifier, falling)


def _means_during(text: str, found: re.Match[str]) -> bool:
    """Whether "over" before a duration says when, as in "a rise over two years"."""
    if found[0].lower().strip() not in ("over", "around", "above"):
        return False
    return _LASTS.search(text[max(0, found.start() - 15) : found.start()]) is None


def _compares(text: str, found: re.Match[str]) -> bool:
    """Whether a bound compares with a known figure: "more than the 30", "7 more than 30"."""
    if _named(found) not in ("more_than", "less_than"):
        return False
    if found[0].lower().endswith(("the ", "the")):
        return True
    before = text[max(0, found.start() - 30) : found.start()]
    return "than" in found[0].lower() and _FIGURE_BEFORE.search(before) is not None


def date_start(text: str, start: int) -> int:
    """Where the wording of a date starts: "spring" of "spring 2029", "last" of "last May"."""
    found = _BEFORE_DATE.search(text, max(0, start - 30), start)
    return found.start() if found else start


def qualifier_after(text: str, end: int) -> After | None:
    """A qualifier such as "or more" or "+" right after the number."""
    found = _AFTER.match(text, end)
    qualifier = _named(found) if found else None
    return After(found.end(), qualifier) if found and qualifier else None


def per_after(text: str, end: int) -> tuple[str, int] | None:
    """What a rate is for ("unit" of "per unit", "year" of "a year"), and where the word ends."""
    found = _PER.match(text, end)
    if found is None or found["per"].lower() in _NOT_PER:
        return None
    return found["per"].lower(), found.end()


def noun_after(text: str, end: int) -> tuple[str, int] | None:
    """The head noun of the phrase that follows a number, as written, and where it ends.

    The first lower-case plural among the next words, else the first capitalised one, else the
    first word.
    """
    words: list[tuple[str, int]] = []
    at = end
    for _ in range(5):
        found = _WORD.match(text, at)
        if found is None or found[1].lower().rstrip(".") in _STOP:
            break
        word = found[1].rstrip(".-'’")
        words.append((word, found.start(1) + len(word)))
        if _plural(word) and word.islower():
            return words[-1]
        if found[1].endswith(".") and "." not in word:
            break
        at = found.end()
    capitalised = [one for one in words if _plural(one[0]) and one[0][-2:].islower()]
    return next(iter(capitalised or words), None)


def _plural(word: str) -> bool:
    return _PLURAL.fullmatch(word) is not None and word.lower() not in _NOT_PLURAL


def _named(found: re.Match[str]) -> Qualifier | None:
    for name in _BEFORE:
        if name in found.re.groupindex and found[name] is not None:
            return name
    return None
