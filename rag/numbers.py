"""Numbers with their magnitude and unit, in digits and in words; names such as H200 are none."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from math import prod
from typing import Literal

from rag.fractions import SHARE, fractions
from rag.units import (
    GLYPHS,
    MAGNITUDES,
    ONES,
    PREFIXES,
    TENS,
    WHOLES,
    currency_after,
    currency_before,
    measure_after,
    restated,
    share,
    unknown_currency_before,
    worth,
)

NumberKind = Literal["money", "percent", "points", "count", "measure", "fraction", "multiple"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number or range of numbers at ``text[start:end]``, with its magnitude multiplied in.

    ``scale`` is the magnitude that stands there, ``plain`` says that nothing but digits does.
    """

    start: int
    end: int
    kind: NumberKind
    low: Decimal
    high: Decimal
    unit: str | None = None
    scale: Decimal = Decimal(1)
    plain: bool = False
    prefixed: bool = False

    @property
    def scaled(self) -> bool:
        """Whether a magnitude stands there."""
        return self.scale != 1


@dataclass(frozen=True, slots=True)
class _Unit:
    end: int
    kind: NumberKind
    code: str | None
    factor: Decimal = Decimal(1)


_ONE = "|".join(sorted(ONES, key=len, reverse=True))
_DIGIT_WORDS = "one|two|three|four|five|six|seven|eight|nine"
_SUB100 = rf"(?:(?:{'|'.join(TENS)})(?:[- ](?:{_DIGIT_WORDS})(?!\w))?|(?:{_ONE}))(?!\w)"
_SUB1000 = rf"{_SUB100}(?:[- ]hundred(?!\w)(?:(?: and)?[- ]{_SUB100})?)?"
_WORDS = (
    rf"(?:(?:half[- ](?:of )?|{SHARE} of )an?[ -](?=(?:{WHOLES}|per[- ]?cent(?:age)?)(?!\w))"
    rf"|{_SUB1000}(?:[- ]thousand(?!\w)(?:,? (?:and )?{_SUB1000})?)?(?: and a half(?!\w))?"
    rf"|an?[ -](?=(?:{WHOLES})(?!\w)))"
)
_GROUP = "[,\u00a0\u2009\u202f]"
# Groups after a plain space: only where they cannot well be two numbers (11 000, 1 234 567).
_SPACED = r"(?<![0-9.,])[0-9]{1,3}(?:(?: [0-9]{3})*(?= 000)| [0-9]{3})(?: [0-9]{3})+(?![0-9])"
_DIGITS = (
    rf"(?:[0-9]{{1,3}}(?:{_GROUP}[0-9]{{2,3}})*{_GROUP}[0-9]{{3}}(?![0-9])|{_SPACED}|[0-9]+)"
    r"(?:\.[0-9]+)?|\.[0-9]+"
)
_MOST_DIGITS = 24  # more do not fit into a Decimal's default precision once scaled
_DIGIT_NUMBER = re.compile(rf"(?P<digits>{_DIGITS})(?P<glyph>\s?[{''.join(GLYPHS)}])?")
_WORD_NUMBER = re.compile(rf"(?<![\w-])(?i:{_WORDS})")
_MAGNITUDE = re.compile(
    r"[\s-]?(?P<word>(?i:hundred (?:thousand|million|billion)|thousand billion|lakh crore|hundred|"
    r"thousand|million|billion|trillion|quadrillion|lakh|crore|dozen))(?!\w)|"
    r"\s?(?P<abbr>bn|tn|trn|mn|mln|bln|Bn|Tn|Mn|BN|TN|MN)(?!\w)|"
    r"(?P<letter>\s?[MBTKm]|mm|[kbt])(?!\w)"
)
_AND_A_HALF = re.compile(r"\sand a half(?!\w)(?!\s(?:million|billion|trillion|of)\b)")
_PERCENT = re.compile(
    r"\s?%(?P<points>[\s-]?points?)?|[\s-]?per[\s-]?cent(?:age)?(?!\w|[\s-]points?)|\s?pct(?!\w)"
)
_CENTS = re.compile(r"[\s-](?P<cents>(?:U\.?S\.? |euro )?cents?|pence)(?!\w)|(?P<p>[p¢])(?!\w)")
_METRES = re.compile(r"\s?m(?!\w)")
_HIGH = re.compile(
    r"(?:[\s-](?:high|tall|long|wide|deep|below|above|away|apart|wall|fence|tower|boat|sprint"
    r"|race|freestyle|hurdles|dash)\b)"
)
_MASKS = re.compile(
    r"https?://\S+|www\.\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}|"
    r"(?<![\w.])v?[0-9]+(?:\.[0-9]+){2,}(?![0-9])|"
    r"(?<![\w:])[0-9]{1,2}(?::[0-9]{2}){1,2}(?:\s?[ap]\.?m\b\.?)?|"
    r"(?<![\w.])[0-9]{1,2}(?:\.[0-9]{2})?\s?[ap]\.?m\b\.?|"
    r"\+[0-9]{1,3}(?:[\s().-]{0,2}[0-9]{2,5}){2,5}"
    r"|\([0-9]{2,5}\)[\s-]?[0-9]{3,5}(?:[\s-][0-9]{3,4})*|"
    r"(?<![\w.-])(?:[0-9]{3}[-.\s])?[0-9]{3}-[0-9]{4}(?![\w-]|[.][0-9]|\s?%|\s(?:[mbt]n"
    r"|[a-z]*illion|per|people|"
    r"yuan|[a-z]{2,}s)(?!\w))|"
    r"(?<![\w.,])(?<![0-9]\s)0[0-9]{2,4}[\s-][0-9]{3,4}(?:[\s-][0-9]{3,4})*|"
    r"(?<!\w)(?:24/7|9/11|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4})(?!\w)|[0-9]{25,}|"
    r"[\[【][0-9]{1,3}[\]】]|\[[0-9]{1,2}(?:[,;–-]\s?[0-9]{1,2})+\]"
)
_NAMED = re.compile(
    r"(?:(?<!\w)(?:[Nn]o\.?|[Nn]umber|[Nn]os\.|Boeing|Airbus|S&P|Fortune|FTSE|Nasdaq|Nasdaq-"
    r"|Nikkei|"
    r"Russell|Stoxx|STOXX|CAC|Dow|[Rr]oute|[Hh]ighway|Interstate|[Ff]light|[Cc]hapter|[Ss]ection|"
    r"[Aa]rticle|Rule|Form|[Pp]ages?|[Ff]igure|[Tt]able|[Vv]ersion|Windows|iPhone|Galaxy|Apollo|"
    r"[Tt]ype|[Pp]hase|[Ll]evel|[Gg]ate|[Rr]oom|[Bb]lock|[Tt]ier|[Cc]ategory|[Mm]odel|Mark"
    r"|[Vv]olume|"
    r"Vol\.|[Aa]ppendix|[Pp]ier|[Tt]erminal|[Pp]latform|[Ss]eason|[Ee]pisode|[Pp]art|[Uu]nder-|"
    r"[Bb]uilding|[Ll]ine|[Uu]nit|[Bb]ay|Area|Channel|GPT|Llama|Gemini|Claude|Mach)\s?|[#@])$"
)
_NAME_HYPHEN = re.compile(r"(?<!\w)(?:[A-Z]\w*|[a-z]+[A-Z]\w*)-$")
_CAPITALISED = re.compile(r"(?P<lead>[.!?:;\"“”'‘(\n]\s*|\n|^)?(?<!\w)(?P<word>[A-Z][\w&.]*)\s$")
_RATIO_BEFORE = re.compile(r"[0-9][/:]")
_NAME_AFTER = re.compile(r"[/:][0-9]|-[^\W\d_a-z]")
_LOWER_WORD = re.compile(r"[\s-]+[a-z]")
_OPENER_WORDS = (
    "A About Above Across After All Almost Among An And Another Approximately Around As At Before "
    "Below Between But By Down During Every For From Had He In Into It Its Just Last Like More "
    "Nearly Next Of On Only Or Over Roughly She Since Some Than That The Their These They This "
    "Those Through Till To Under Until Up Was We Were When Where Which While With Within"
)
_OPENERS = frozenset(_OPENER_WORDS.split())
_NOT_ONE = re.compile(
    r"(?i:\b(?:no|this|that|any|every|each|which|the|another|some|number|not|day|only)[\s-]+)$"
)
_ONE_OF = re.compile(
    r"\s+(?:of|another|or|and|in|to|that|who|is|was|has|can|could|would|should|may|might|day|on|"
    r"at|by|by-one|as|for|from|with|more|thing)(?!\w)|[^\s\w-]|$"
)
_TIMES = re.compile(
    r"[\s-]times(?=\s+(?:as|more|that|the|its|what|higher|larger|bigger|greater|faster|their|over|"
    r"cheaper|lower|smaller|earnings|sales|revenue|book))(?!\w)|[\s-]?fold(?!\w)|\s?[x×](?!\w)"
)
_TIMES_AT_ALL = re.compile(r"[\s-]times(?!\w)")
_JOIN = re.compile(r"\s?[-–—]\s?|\s(?:to|and)\s")
_BETWEEN = re.compile(r"(?i:\bbetween\s+(?:about\s|around\s|roughly\s)?)$")
_CHANGE = re.compile(
    r"(?i:\b(?:from|by|up|down|rose|risen|rises|fell|fallen|grew|climbed|jumped|dropped|gained"
    r"|lost|"
    r"raised|increased|cut)\s+(?:about\s|around\s|roughly\s|just\s)?)$"
)
_OWN_SCALE = 1_000
_SCORE = re.compile(
    r"\s(?:win|defeat|loss|draw|victory|lead|vote|majority|record|ruling|decision)(?!\w)"
)


def find_numbers(text: str, taken: bytearray) -> list[Number]:
    """Every number outside the spans already taken, ranges joined, in order of start.

    ``taken`` holds a 1 for each character of the text that belongs to a date or is no value.
    """
    for found in _MASKS.finditer(text):
        taken[found.start() : found.end()] = b"\x01" * len(found[0])
    parts = [
        Number(start=span[0], end=span[1], kind=kind, low=amount, high=amount)
        for span, kind, amount in fractions(text)
        if not any(taken[span[0] : span[1]])
    ]
    for part in parts:
        taken[part.start : part.end] = b"\x01" * (part.end - part.start)
    read = (
        reader(text, match)
        for pattern, reader in ((_DIGIT_NUMBER, _in_digits), (_WORD_NUMBER, _in_words))
        for match in pattern.finditer(text)
        if not any(taken[match.start() : match.end()])
    )
    found_numbers = sorted((one for one in read if one), key=lambda one: one.start)
    return parts + _ranges(text, found_numbers)


def _in_digits(text: str, match: re.Match[str]) -> Number | None:
    digits = re.sub(f"{_GROUP}| ", "", match["digits"])
    if len(digits) > _MOST_DIGITS:
        return None
    literal = Decimal(digits)
    if match["glyph"]:
        top, bottom = GLYPHS[match["glyph"].strip()]
        literal += Decimal(top) / bottom
    start = match.start()
    left = currency_before(text, start)
    begin = left[0] if left else start
    if text[begin - 1 : begin] in ("-", "−", "–") and _negative(text, begin - 1):
        start, literal = begin - 1, -literal
        left = (start, left[1]) if left else currency_before(text, start)
    if left:
        return _read_on(text, left[0], match.end(), literal, left[1])
    number = _read_on(text, start, match.end(), literal, None)
    if number is None:
        return None
    unknown = unknown_currency_before(text, start)
    if unknown and number.scaled and number.kind == "count":
        return replace(number, start=unknown[0], kind="money", unit=unknown[1], prefixed=True)
    return None if _is_name(text, number, match["digits"]) else number


def _negative(text: str, at: int) -> bool:
    before = text[at - 1 : at] if at else ""
    return not before or before.isspace() or before in "([$€£¥"


def _read_on(text: str, start: int, end: int, literal: Decimal, code: str | None) -> Number | None:
    """The number with the magnitude and unit that follow it; None when it is part of a name."""
    literal, end, scale = _magnitude(text, end, literal, money=code is not None)
    scaled = scale != 1
    if code:
        if text[end : end + 1].isalnum() or (code == "COP" and not scaled and literal < 100):
            return None  # COP28 is a meeting
        end, code = restated(text, end, code)
        return Number(start, end, "money", literal, literal, code, scale, prefixed=True)
    for reader in _UNITS:
        if unit := reader(text, end, literal, scaled):
            literal *= unit.factor
            return Number(start, unit.end, unit.kind, literal, literal, unit.code, scale)
    if text[end : end + 1].isalnum() or text[end : end + 1] == "_":
        return None
    return Number(start, end, "count", literal, literal, scale=scale, plain=not scaled)


def _percent(text: str, end: int, _literal: Decimal, _scaled: bool) -> _Unit | None:
    found = _PERCENT.match(text, end)
    if found is None:
        return None
    if found["points"]:
        return _Unit(found.end(), "measure", "pp")
    return _Unit(found.end(), "percent", "%")


def _cents(text: str, end: int, _literal: Decimal, _scaled: bool) -> _Unit | None:
    found = _CENTS.match(text, end)
    if found is None:
        return None
    pence = found["p"] == "p" or found["cents"] == "pence"
    code = "GBP" if pence else "EUR" if "euro" in found[0] else "USD"
    return _Unit(found.end(), "money", code, Decimal("0.01"))


def _times(text: str, end: int, literal: Decimal, _scaled: bool) -> _Unit | None:
    found = _TIMES.match(text, end)
    if found is None and literal != literal.to_integral_value():
        found = _TIMES_AT_ALL.match(text, end)
    return _Unit(found.end(), "multiple", None) if found else None


def _measure(text: str, end: int, _literal: Decimal, scaled: bool) -> _Unit | None:
    if not scaled and (metres := _METRES.match(text, end)):
        return _Unit(metres.end(), "measure", "m")
    found = measure_after(text, end)
    return _Unit(found[0], "measure", found[1]) if found else None


def _currency(text: str, end: int, literal: Decimal, scaled: bool) -> _Unit | None:
    found = currency_after(text, end)
    if found is None or (found[2] == "won" and not scaled and abs(literal) < 100):
        return None  # "3 won medals"
    return _Unit(found[0], "money", found[1])


_UNITS = (_percent, _cents, _times, _measure, _currency)


def _magnitude(
    text: str, end: int, literal: Decimal, *, money: bool
) -> tuple[Decimal, int, Decimal]:
    """The number with its magnitude multiplied in, where that ends, and the magnitude."""
    found = _MAGNITUDE.match(text, end)
    if found is None:
        return literal, end, Decimal(1)
    words = (found["word"] or found["abbr"] or found["letter"]).split()
    if found["letter"] and not money and _no_magnitude(text, found, literal):
        return literal, end, Decimal(1)
    half = _AND_A_HALF.match(text, found.end()) if found["word"] else None
    literal += Decimal("0.5") if half else 0
    scale = prod((MAGNITUDES[word.lower()] for word in words), start=Decimal(1))
    return literal * scale, (half or found).end(), scale


def _no_magnitude(text: str, found: re.Match[str], literal: Decimal) -> bool:
    """Whether a single letter after a number without a currency is a unit or a name: 5t, 4K."""
    letter = found["letter"]
    if letter in ("t", "T", "mm") or letter[0].isspace():
        return True
    if letter == "m":
        return _HIGH.match(text, found.end()) is not None
    return letter == "K" and literal in (4, 8)


def _is_name(text: str, number: Number, digits: str) -> bool:
    """Whether a number belongs to a name (H200, Boeing 737, No. 10) in place of counting."""
    before, after = text[max(0, number.start - 2) : number.start], text[number.end : number.end + 2]
    if before[-1:].isalnum() or before[-1:] in ("_", "#", "@"):
        return True
    left = max(0, number.start - 30)
    hyphened = _NAME_HYPHEN.search(text, left, number.start) if before[-1:] == "-" else None
    if hyphened and hyphened[0].rstrip("-0123456789") not in PREFIXES:
        return True
    if number.kind != "count" or number.scaled:
        return False
    if _RATIO_BEFORE.fullmatch(before) or _NAME_AFTER.fullmatch(after):
        return True
    if _NAMED.search(text, left, number.start):
        return True
    return digits.isdigit() and _follows_name(text, left, number)


def _follows_name(text: str, left: int, number: Number) -> bool:
    """Whether a capitalised word stands before a bare number and nothing to count after it."""
    found = _CAPITALISED.search(text, left, number.start)
    if found is None or found["lead"] is not None or found["word"] in _OPENERS:
        return False
    return found.start("word") > 0 and not _LOWER_WORD.match(text, number.end)


def _in_words(text: str, match: re.Match[str]) -> Number | None:
    words = match[0].lower()
    if words == "one" and not _counts_one(text, match):
        return None
    if words[-1] not in " -":
        return _read_on(text, match.start(), match.end(), worth(words), None)
    return _read_on(text, match.start(), match.end() - 1, share(words), None)


def _counts_one(text: str, match: re.Match[str]) -> bool:
    if _NOT_ONE.search(text, max(0, match.start() - 12), match.start()):
        return False
    return _ONE_OF.match(text, match.end()) is None


def _ranges(text: str, numbers: list[Number]) -> list[Number]:
    """Joins "$2-3 billion" and "between 5% and 7%" into one, and drops scores such as 3-1."""
    joined: list[Number] = []
    for number in numbers:
        if joined and number.start < joined[-1].end:
            continue
        link = _JOIN.fullmatch(text, joined[-1].end, number.start) if joined else None
        if link is None:
            joined.append(number)
            continue
        first = joined.pop()
        joined.extend(_join(text, first, number, link[0].strip()))
    return joined


def _join(text: str, first: Number, second: Number, link: str) -> list[Number]:
    left = max(0, first.start - 20)
    if link == "and" and not _BETWEEN.search(text, left, first.start):
        return [first, second]
    unit_first, unit_second = _inherit(first, second)
    if unit_first is None or unit_second is None:
        return [first, second]
    if link == "to" and _CHANGE.search(text, left, first.start):
        return [unit_first, unit_second]
    if unit_first.low >= unit_second.high:
        score = first.plain and second.plain and link not in ("to", "and")
        return [] if score else [first, second]
    if first.plain and second.plain and _SCORE.match(text, second.end):
        return []
    return [
        replace(
            unit_second, start=first.start, low=unit_first.low, high=unit_second.high, plain=False
        )
    ]


def _lacks_unit(first: Number, second: Number) -> bool:
    return first.plain or (first.scaled and second.scaled and not second.prefixed)


def _inherit(first: Number, second: Number) -> tuple[Number, Number] | tuple[None, None]:
    """Both ends with one unit and magnitude: what only one of them states holds for both."""
    if first.prefixed and second.kind == "count":
        second = replace(second, kind="money", unit=first.unit, prefixed=True)
    elif first.kind == "count" and second.kind != "count" and _lacks_unit(first, second):
        first = replace(first, kind=second.kind, unit=second.unit)
    if (first.kind, first.unit) != (second.kind, second.unit):
        return None, None
    # "€2 to €3 million" is millions, "€900,000 to €1.3 million" is not.
    if second.scaled and not first.scaled and first.high < _OWN_SCALE:
        low, high = first.low * second.scale, first.high * second.scale
        first = replace(first, low=low, high=high, scale=second.scale)
    return first, second
