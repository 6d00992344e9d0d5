"""Dates, quarters, years and relative dates found in a text, with exact spans."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.dates import RELATIVE, Precision, When, days_of, label_of, relative_label, span_of_years


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and where it stands: ``text[start:end]``."""

    start: int
    end: int
    when: When


_MONTH_WORDS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = _MONTH_WORDS.split()
_SPANS: dict[str, tuple[Precision, int]] = {"three": ("quarter", 3), "six": ("half", 6)}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_CENTURY_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first"
)
_CENTURIES = {word: number for number, word in enumerate(_CENTURY_WORDS.split(), start=1)}
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_FULL_MONTH = re.compile(
    r"January|February|March|April|May|June|July|August|September|October|November|December"
)
_MONTH_START = re.compile(
    r"(?<![^\W\d_])(?:Jan|Feb|Mar|Apr|May|Ju[nl]|Aug|Sep|Oct|Nov|Dec|[JFMASOND][A-Z]{2}|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
    r"(?!\w))"
)
_DAY = r"[0-9]{1,2}(?:st|nd|rd|th)?"
_YEAR_TAIL = r"(?:,?\s+(?:of\s+)?(?P<year>[12][0-9]{3})(?![\w%]|[.,][0-9]))?"
# "24 to 26 March" and "between 24 and 26 March", but not "24 and 26 March".
_BETWEEN = r"(?P<between>(?<=etween\s))?"
_TO = r"\s(?:to|through|until|(?(between)and|(?!)))\s"
_MONTH_HEAD = re.compile(
    rf"(?<![\w.,$€£¥]){_BETWEEN}(?P<day>{_DAY})(?:(?:\s?[-–—]\s?|{_TO})(?P<day2>{_DAY}))?"
    r"(?:\s+of)?\s+$"
)
_MONTH_BODY = re.compile(rf"(?i:(?P<month>{_MONTH}))(?!\w)\.?{_YEAR_TAIL}")
_MONTH_DAY = re.compile(
    rf"{_BETWEEN}(?i:{_MONTH})\.?\s+(?P<day>{_DAY})(?![\w%]|[.,:][0-9])(?:(?:\s?[-–—]\s?|"
    rf"{_TO}(?={_DAY}(?:,?\s[12][0-9]{{3}}(?!\w)|[.,;)](?![0-9])|\s(?:in|at|on)\s|$)))"
    rf"(?P<day2>{_DAY})(?!\w))?{_YEAR_TAIL}"
)
_MONTH_CONTEXT = re.compile(
    r"(?i:\b(?:in|since|by|until|till|from|of|during|for|through|throughout|to|before|after"
    r"|between|"
    r"early|mid|late|this|last|next|and|end-|each|every|on)[\s-]+)$"
)
_NUMERIC = re.compile(
    r"(?<![\w./-])(?:(?P<iso>[12][0-9]{3})(?P<gap>[-/])(?P<im>[0-9]{2})(?P=gap)(?P<id>[0-9]{2})"
    r"(?=T[0-9]|(?![\w/-]))"
    r"|(?P<a>[0-9]{1,2})(?P<sep>[/.])(?P<b>[0-9]{1,2})(?P=sep)(?P<y>[12][0-9]{3})(?![\w/]"
    r"|[.][0-9]))"
)
_FISCAL = r"(?P<fiscal>FY\s?|(?:[Tt]he\s+)?[Ff]iscal\s+(?:[Yy]ear\s+)?|[Ff]inancial\s+[Yy]ear\s+)"
_FISCAL_YEAR = re.compile(
    rf"(?<!\w){_FISCAL}['’]?(?P<year>[12][0-9]{{3}}|[0-9]{{2}})(?:\s?[-–/]\s?(?P<to>[0-9]{{2,4}}))?(?!\w)"
)
_OF_YEAR = (
    rf"(?:,?\s*(?:of\s+)?(?:{_FISCAL.replace('fiscal', 'fy')})?['’]?"
    r"(?P<year>[12][0-9]{3}|(?<=['’Y])[0-9]{2})(?!\w))?"
)
_QUARTER = re.compile(
    r"(?<!\w)(?:(?P<kind>[QH])(?P<n>[1-4])|(?P<n2>[1-4])(?P<kind2>[QH])(?P<short>[0-9]{2})?|"
    r"(?P<word>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)[\s-]+(?P<part>quarter|half))(?!\w)" + _OF_YEAR
)
_MONTHS_OF = re.compile(
    r"(?<!\w)(?P<which>[Ff]irst|[Ll]ast) (?P<n>six|three) months of (?P<year>[12][0-9]{3})(?!\w)"
)
_DECADE = re.compile(
    r"(?<![\w.,$€£¥])(?:(?P<long>[12][0-9]{2}0)|['’](?P<short>[0-9]0))['’]?s(?!\w)"
)
_CENTURY = re.compile(
    r"(?<!\w)(?:(?P<n>[0-9]{1,2})(?:st|nd|rd|th)|(?P<word>"
    rf"(?i:{'|'.join(sorted(_CENTURIES, key=len, reverse=True))})))"
    r"[\s-]+[Cc]entur(?:y|ies)(?!\w)(?P<bc>\s+B\.?C\.?(?:E\.?)?(?!\w))?"
)
_BC = re.compile(r"(?<![\w.,])(?P<n>[0-9]{1,4})\s+(?:B\.?C\.?(?:E\.?)?)(?!\w)")
_AD = re.compile(
    r"(?<![\w.,])(?:(?:A\.?D\.?|C\.?E\.?)\s(?P<n>[0-9]{1,4})|(?P<n2>[0-9]{1,4})\s(?:A\.?D\.?"
    r"|C\.?E\.?))(?!\w)"
)
_YEAR = re.compile(
    r"(?<![\w.,$€£¥#/+])(?<![^\W\d_]-)(?P<year>[12][0-9]{3})(?:\s?[-–/]\s?(?P<to>[12][0-9]{3}"
    r"|[0-9]{2})"
    r"(?![\w-]))?(?![\w%$€£¥+]|[.,:/][0-9]|-[0-9])"
)
_PREFIXED_YEAR = re.compile(r"(?<!\w)(?:mid|pre|post|late|early|end)-(?P<year>[12][0-9]{3})(?!\w)")
_YEAR_CONTEXT = re.compile(
    r"(?i:\b(?:in|since|by|until|till|from|of|during|for|through|throughout|to|before|after"
    r"|between|"
    r"early|mid|late|year|summer|spring|autumn|fall|winter|and|circa|c\.|around)[\s(]+|[(])$"
)
_LINK = re.compile(r"(?i:\s?[-–—]\s?|\s(?:to|through|until|(?P<open>and|or))\s)")
_SIDE = re.compile(r"(?<!\w)([Ll]ast|[Nn]ext)\s$")
_DATE_FOLLOWS = re.compile(rf",?\s+(?:{_DAY}\s+(?:of\s+)?)?{_MONTH}\.?(?!\w)")
_MEASURED = re.compile(
    r"[\s-](?:(?:m|b|tr)illion|[mbt]n|per\s?cent|dollars|euros|pounds|yuan|yen|rupees|k[mg]"
    r"|[kMGT]Wh?|"
    r"met(?:er|re)s|tonn?es|tons|miles|hectares|acres)(?!\w)|\s%"
)
_COUNTABLE = re.compile(
    r"\s+(?:[a-z]+\s)?(?:[a-z]{2,}[^s\W]s|people|men|women|children|staff)(?!\w)"
)


def find_dates(text: str) -> list[Dated]:
    """Every date of the text in order of start; none overlaps another."""
    found: list[Dated] = []
    taken = bytearray(len(text))
    digits = any(map(str.isdecimal, text))
    for finder, needs_digit in _FINDERS:
        if digits or not needs_digit:
            for dated in finder(text):
                if not any(taken[dated.start : dated.end]):
                    found.append(dated)
                    taken[dated.start : dated.end] = b"\x01" * (dated.end - dated.start)
    return _with_years(text, sorted(found, key=lambda dated: dated.start))


def _with_years(text: str, found: list[Dated]) -> list[Dated]:
    """Gives the first of "24 March to 2 April 2026" the year that only the second one states."""
    for at, (first, second) in enumerate(pairwise(found)):
        one, other = first.when, second.when
        year = other.year
        if one.month is None or one.year or one.side or other.month is None or year is None:
            continue
        if link := _LINK.fullmatch(text, first.end, second.start):
            later = (one.month, one.day or 0) > (other.month, other.day or 0)
            if later and link["open"]:
                continue
            when = _calendar(
                one.label,
                year=year - later,
                month=one.month,
                day=one.day,
                last_day=one.last_day,
            )
            found[at] = replace(first, when=when or one)
    return found


def _calendar(
    label: str, *, year: int | None, month: int, day: int | None = None, last_day: int | None = None
) -> When | None:
    """A month or a day of one; None when the calendar has no such day."""
    if last_day and (day is None or last_day <= day):
        return None
    span = days_of(year or 2000, first_month=month, months=1, day=day)
    end = days_of(year or 2000, first_month=month, months=1, day=last_day) if last_day else span
    if span is None or end is None:
        return None
    when = When("day" if day else "month", label, year=year, month=month, day=day)
    if last_day:
        when = replace(when, precision="range", last_day=last_day)
    return replace(when, first=span[0], last=end[1]) if year else when


def _numeric(text: str) -> Iterator[Dated]:
    for found in _NUMERIC.finditer(text):
        label = found[0]
        if found["iso"]:
            when = (
                _calendar(
                    label, year=int(found["iso"]), month=int(found["im"]), day=int(found["id"])
                )
                if 1 <= int(found["im"]) <= 12
                else None
            )
        else:
            when = _slashed(label, int(found["a"]), int(found["b"]), int(found["y"]), found["sep"])
        if when:
            yield Dated(found.start(), found.end(), when)


def _slashed(label: str, a: int, b: int, year: int, sep: str) -> When | None:
    """3/4/2026 is March or April: with both readings open it is compared by its wording alone."""
    if (a > 12 or a == b or sep == ".") and 1 <= b <= 12:
        return _calendar(label, year=year, month=b, day=a)
    if b > 12 and 1 <= a <= 12:
        return _calendar(label, year=year, month=a, day=b)
    return When("day", label) if 1 <= a <= 12 and 1 <= b <= 12 else None


def _months(text: str) -> Iterator[Dated]:
    for anchor in _MONTH_START.finditer(text):
        at = anchor.start()
        dated = _day_first(text, at) or _month_first(text, at)
        if dated is not None and (text[at].isupper() or _is_month(text, at, dated)):
            yield dated


def _is_month(text: str, at: int, dated: Dated) -> bool:
    """Whether a month in lower case is one: it has a day or a year, and may and march both."""
    if dated.when.year is not None:
        return True
    context = _MONTH_CONTEXT.search(text, max(0, dated.start - 12), dated.start) is not None
    return dated.when.day is not None and (context or not text.startswith(("may", "march"), at))


def _day_first(text: str, at: int) -> Dated | None:
    head = _MONTH_HEAD.search(text, max(0, at - 20), at)
    body = _MONTH_BODY.match(text, at)
    return _month_value(text, head.start(), body.end(), body, head) if head and body else None


def _month_first(text: str, at: int) -> Dated | None:
    body = _MONTH_BODY.match(text, at)
    if body is None:
        return None
    with_day = _MONTH_DAY.match(text, at)
    if with_day and not _counts_something(text, at, with_day):
        dated = _month_value(text, at, with_day.end(), with_day, with_day, month=body["month"])
        if dated:
            return dated
    if not body["year"] and not _stands_alone(text, at, body["month"]):
        return None
    end = body.end() if body["year"] else at + len(body["month"])
    return _month_value(text, at, end, body, None)


def _counts_something(text: str, at: int, with_day: re.Match[str]) -> bool:
    """Whether the number after a month counts people or things: "In March 20 people left"."""
    return (
        not with_day["year"]
        and text[max(0, at - 3) : at].lower() == "in "
        and _COUNTABLE.match(text, with_day.end()) is not None
    )


def _stands_alone(text: str, at: int, name: str) -> bool:
    """Whether a bare month name is one: May and March are also a verb and a walk."""
    if not _FULL_MONTH.fullmatch(name):
        return False
    return name not in ("May", "March") or bool(_MONTH_CONTEXT.search(text, max(0, at - 12), at))


def _month_value(
    text: str,
    start: int,
    end: int,
    body: re.Match[str],
    days: re.Match[str] | None,
    *,
    month: str | None = None,
) -> Dated | None:
    number = _MONTHS.index((month or body["month"])[:3].lower()) + 1
    day, day2 = (_ordinal(days["day"]), _ordinal(days["day2"])) if days else (None, None)
    when = _calendar(
        label_of(text[start:end]),
        year=int(body["year"]) if body["year"] else None,
        month=number,
        day=day,
        last_day=day2,
    )
    side = _SIDE.search(text, max(0, start - 5), start)
    if when and side:
        when = replace(when, side="last" if side[1].lower() == "last" else "next")
    return Dated(start, end, when) if when else None


def _ordinal(text: str | None) -> int | None:
    return int(text.rstrip("sthndr")) if text else None


def _quarters(text: str) -> Iterator[Dated]:
    for found in _QUARTER.finditer(text):
        letter = (found["kind"] or found["kind2"] or found["part"])[0].upper()
        number = (
            _ORDINALS[found["word"].lower()] if found["word"] else int(found["n"] or found["n2"])
        )
        if letter == "H" and (number > 2 or not (found["year"] or found["short"])):
            continue
        year = _full_year(found["year"] or found["short"])
        months = 3 if letter == "Q" else 6
        when = When(
            "quarter" if letter == "Q" else "half",
            label_of(found[0]),
            year=year,
            quarter=number,
            fiscal=bool(found["fy"]),
        )
        span = days_of(year, first_month=months * (number - 1) + 1, months=months) if year else None
        if span:
            when = replace(when, first=span[0], last=span[1])
        yield Dated(found.start(), found.end(), when)


def _months_of(text: str) -> Iterator[Dated]:
    """The first or the last three or six months of a year: a quarter or a half of it."""
    for found in _MONTHS_OF.finditer(text):
        precision, months = _SPANS[found["n"]]
        number = 1 if found["which"].lower() == "first" else 12 // months
        year = int(found["year"])
        when = When(precision, label_of(found[0]), year=year, quarter=number)
        span = days_of(year, first_month=months * (number - 1) + 1, months=months)
        if span:
            yield Dated(found.start(), found.end(), replace(when, first=span[0], last=span[1]))


def _full_year(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _fiscal_years(text: str) -> Iterator[Dated]:
    for found in _FISCAL_YEAR.finditer(text):
        first = _full_year(found["year"]) or 0
        last = _range_end(first, found["to"])
        when = span_of_years(label_of(found[0]), first, last, precision="year", fiscal=True)
        yield Dated(found.start(), found.end(), when)


def _range_end(first: int, to: str | None) -> int:
    if to is None:
        return first
    return int(to) if len(to) == 4 else first - first % 100 + int(to)


def _decades(text: str) -> Iterator[Dated]:
    for found in _DECADE.finditer(text):
        first = int(found["long"]) if found["long"] else 1900 + int(found["short"])
        yield Dated(
            found.start(),
            found.end(),
            span_of_years(label_of(found[0]), first, first + 9, precision="decade"),
        )


def _centuries(text: str) -> Iterator[Dated]:
    for found in _CENTURY.finditer(text):
        number = int(found["n"]) if found["n"] else _CENTURIES[found["word"].lower()]
        when = When("century", label_of(found[0]), year=-100 * number)
        if not found["bc"]:
            when = span_of_years(when.label, 100 * number - 99, 100 * number, precision="century")
        yield Dated(found.start(), found.end(), when)


def _eras(text: str) -> Iterator[Dated]:
    for found in _BC.finditer(text):
        yield Dated(
            found.start(), found.end(), When("year", label_of(found[0]), year=-int(found["n"]))
        )
    for found in _AD.finditer(text):
        year = int(found["n"] or found["n2"])
        yield Dated(
            found.start(),
            found.end(),
            span_of_years(label_of(found[0]), year, year, precision="year"),
        )


def _plain_years(text: str) -> Iterator[Dated]:
    for found in _PREFIXED_YEAR.finditer(text):
        year = int(found["year"])
        when = span_of_years(found["year"], year, year, precision="year")
        yield Dated(found.start("year"), found.end(), when)
    for found in _YEAR.finditer(text):
        first, to = int(found["year"]), found["to"]
        last = _range_end(first, to)
        if not _is_year(text, found) or not first <= last <= first + 200:
            continue
        precision: Precision = "range" if to else "year"
        when = span_of_years(label_of(found[0]), first, last, precision=precision)
        yield Dated(found.start(), found.end(), when)


def _is_year(text: str, found: re.Match[str]) -> bool:
    """A bare four-digit number is a year from 1900 to 2100, an earlier one where it reads so."""
    year = int(found["year"])
    if _MEASURED.match(text, found.end()):
        return False
    if _YEAR_CONTEXT.search(text, max(0, found.start() - 14), found.start()):
        return year <= 2200 and not (year % 100 == 0 and _COUNTABLE.match(text, found.end()))
    if 1900 <= year <= 2100:
        return year != 2000 or not _COUNTABLE.match(text, found.end())
    return 1500 <= year < 1900 and not _COUNTABLE.match(text, found.end())


def _relative(text: str) -> Iterator[Dated]:
    for found in RELATIVE.finditer(text):
        if found["weekday"] and _DATE_FOLLOWS.match(text, found.end()):
            continue
        yield Dated(found.start(), found.end(), When("relative", relative_label(found[0])))


_FINDERS: tuple[tuple[Callable[[str], Iterator[Dated]], bool], ...] = (
    (_numeric, True),
    (_months, False),
    (_quarters, False),
    (_months_of, True),
    (_fiscal_years, True),
    (_centuries, False),
    (_decades, True),
    (_eras, True),
    (_plain_years, True),
    (_relative, False),
)
