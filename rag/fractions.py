"""Fractions and multiples in words: "a third", "two-thirds", "one in four", "½", "twice"."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from rag.units import DENOMINATORS, GLYPHS, ONES, WHOLES

Part = tuple[tuple[int, int], Literal["fraction", "multiple"], Decimal]

_TOPS = "an?|one|two|three|four|five|six|seven|eight|nine"
_BOTTOMS = (
    "half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?"
)
SHARE = rf"(?:{_TOPS})[- ](?:{_BOTTOMS})"
"""The pattern of a fraction in words that has a top."""
_FRACTION = re.compile(rf"(?<![\w-])(?i:(?:(?P<n>{_TOPS})[\s-]+)?(?P<d>{_BOTTOMS}))(?!\w)")
_OF_WHOLE = re.compile(rf"\sof an?[ -](?:{WHOLES}|per[- ]?cent|percentage points?)(?!\w)")
_SLASHED = re.compile(
    r"(?<![\w./$€£¥-])([1-9])/(10|[2-8])(?![\w/-]|[.][0-9])|"
    rf"(?<![\w])(?<![0-9]\s)(?P<glyph>[{''.join(GLYPHS)}])"
)
_IN = re.compile(
    r"(?<![\w.,$€£¥-])(?i:(?P<top>one|two|three|four|five|six|seven|eight|nine|[1-9])"
    r"(?P<noun> [a-z]+s| people|(?<=one) [a-z]+)? (?:in(?: every)?|out of(?: every)?) "
    r"(?P<bottom>two|three|four|five|six|seven|eight|nine|ten|[2-9]|10|100))(?![\w.,-]*[0-9]"
    r"|[\s-](?:years?|months?|weeks?|days?|hours?|games?|matches)\b)(?!\w)"
)
# "Two shops in three cities" are no two thirds.
_COUNTED = re.compile(r"\s(?!(?:is|was|has|says)\b)(?:[a-z]+s|people|men|women|children)\b")
_PART_OF = re.compile(
    r"[\s-]+(?:of|more|less|lower|higher|fewer|larger|smaller|bigger|to|from|in|by|since|on|as|"
    r"the|stake|share|cut|rise|increase|drop|fall|decline|jump|compared|below|above|this|last|"
    r"and|or|after|when|its|their)(?!\w)|\s?[.,;:)!?]|\s*$"
)
_NOT_HALF = re.compile(
    r"-(?:year|time|hour|day|life|yearly|century|term|brother|sister|baked|dozen|marathon)|"
    r"\s+an?\s|\s+(?:year|time|hour|century|marathon)|"
    r"(?:,?\s+of)?(?:\s+(?:the|this|last))?\s+(?:[12][0-9]{3}|year)"
)
_BEFORE_HALF = re.compile(
    r"(?i:\b(?:first|second|latter|other|better|this|last|next|each|either|and a|1st|2nd|and)"
    r"[\s-]+)$"
)
_MULTIPLE = re.compile(
    r"(?<![\w-])(?i:(?P<w2>twice|doubl(?:e|ed|es|ing)|twofold)|"
    r"(?P<w3>thrice|tripl(?:e|ed|es|ing)|trebl(?:e|ed|es|ing)|threefold)|"
    r"(?P<w4>quadrupl(?:e|ed|es|ing)|fourfold)|(?P<w5>quintupl(?:e|ed|es|ing)|fivefold)|"
    r"(?P<w6>sixfold)|(?P<w10>tenfold)|(?P<w0>halv(?:ed|es|ing|e)))(?!\w)"
    r"(?![\s-](?:digits?|bed|rooms?|checks?|standards?|down|decker|murder)(?!\w))"
)


def fractions(text: str) -> Iterator[Part]:
    """Each fraction or multiple of the text: its span, its kind and what it is worth."""
    for match in _FRACTION.finditer(text):
        if parts := _fraction(text, match):
            yield match.span(), "fraction", Decimal(parts[0]) / parts[1]
    for match in _SLASHED.finditer(text):
        glyph = match["glyph"]
        top, bottom = GLYPHS[glyph] if glyph else (int(match[1]), int(match[2]))
        if top < bottom:
            yield match.span(), "fraction", Decimal(top) / bottom
    for match in _IN.finditer(text):
        if match["noun"] and _COUNTED.match(text, match.end()):
            continue
        top, bottom = _small(match["top"]), _small(match["bottom"])
        if top < bottom:
            yield match.span(), "fraction", Decimal(top) / bottom
    for match in _MULTIPLE.finditer(text):
        times = int((match.lastgroup or "w2")[1:])
        yield match.span(), "multiple", Decimal(times) or Decimal("0.5")


def _small(word: str) -> int:
    return int(word) if word.isdigit() else ONES[word.lower()]


def _fraction(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    if _OF_WHOLE.match(text, match.end()):
        return None  # "a quarter of a million" is 250,000
    word = (match["n"] or "").lower()
    bottom = DENOMINATORS[match["d"].lower()]
    name = match["d"].lower()
    top = ONES.get(word, 1)
    if bottom == 2:
        refused = _NOT_HALF.match(text, match.end()) or _BEFORE_HALF.search(
            text, max(0, match.start() - 12), match.start()
        )
        return None if refused else (top, 2)
    if top >= bottom or not word:
        return None
    hyphened = "-" in match[0]
    if word in ("a", "an") or (bottom == 4 and not hyphened) or (word == "one" and not hyphened):
        return (top, bottom) if _PART_OF.match(text, match.end()) else None
    return (top, bottom) if top == 1 or name.endswith("s") else None
