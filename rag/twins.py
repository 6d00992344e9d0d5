"""Whether two printed sentences are one: the same words but for an edit known to be harmless."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from rag import names, values
from rag.date_finder import find_dates
from rag.dates import When, resolve, same_date
from rag.question import stem
from rag.values import Value

_ALIKE = 0.8
_TODAY = "today"
_SOON = timedelta(days=3)
_FIRST_WORDS = 3
_FRACTION_ALONE = 3
_WORD = re.compile(r"[^\W_]+|[%$€£¥]")
# Hyphens, commas, brackets and quotation marks count: "Pell, said Kern, lied" is not "Pell said
# Kern lied". Full stops and marks of emphasis do not.
_TOKEN = re.compile(r"[^\W_]+(?:[.'&-][^\W_]+)*|\.{2,}|[^\w\s.*`]")
_INITIALS = re.compile(r"(?:[A-Z]\.)+[A-Z]")
_MARKS = str.maketrans("“”„«»‘’‚–—", '"""""\'\'\'--')
# "SALTMERE, March 3 (Harbour Wire) — " tells where and by whom, and each outlet has its own.
_DATELINE = re.compile(
    r"^(?:[A-Z]{3,}[^.!?\"“—–%$€£]{0,50}|[A-Z][^.!?\"“—–()%$€£]{0,40}\([^)]{1,40}\)|\([^)]{1,40}\))"
    r"\s*[—–-]{1,2}\s+(?=[\"“‘A-Z])"
)
_MAY_BE_DATED = re.compile(
    r"day\b|tomorrow|tonight|\bago\b|\b(?:this|last|next)\s|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    re.IGNORECASE,
)
# All that may differ is named from here to the end of ``_SPELLINGS``; nothing else may.
_SAYING = frozenset({"said", "says", "added"})
_TITLES = frozenset({"Mr", "Mrs", "Ms"})
# American and British endings. Each rule keeps clear of pairs that are two words: "for" and "four",
# "filed" and "filled", "timber" and "timbre".
_SPELLINGS = [
    (re.compile(rule), written)
    for rule, written in (
        (r"(?<=[a-z]{3})our", "or"),
        (r"(?<=[a-z]{3})is(?=(?:e|ed|es|ing|er|ers|ation|ations)$)", "iz"),
        (r"(?<=al)ys(?=(?:e|ed|ing)$)", "yz"),
        (r"(?<=[a-z]t)re(?=s?$)", "er"),
        (r"(?<=[a-z]{2}e)ll(?=(?:ed|ing|er|ers)$)", "l"),
        (r"^(def|off)ence(?=s?$)", r"\1ense"),
        (r"^programme(?=s?$)", "program"),
    )
]


@dataclass(frozen=True, eq=False)
class Printed:
    """A sentence as an article prints it; ``published`` is the day that its dates count from."""

    text: str
    published: date | None = None

    @cached_property
    def plain(self) -> str:
        """The text in one line, with straight quotation marks and without a dateline."""
        line = " ".join(self.text.translate(_MARKS).split())
        return _DATELINE.sub("", line)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words in lower case, figures taken apart at their marks."""
        return tuple(_WORD.findall(self.plain.casefold()))

    @cached_property
    def dateline(self) -> str:
        """The place that its dateline begins with; empty when it names none."""
        line = " ".join(self.text.translate(_MARKS).split())
        found = _DATELINE.match(line)
        return re.split(r"\s*[,(/-]", found.group(), maxsplit=1)[0].casefold() if found else ""

    @cached_property
    def dates(self) -> tuple[When, ...]:
        """Its dates as they are written."""
        if not _MAY_BE_DATED.search(self.plain):
            return ()
        return tuple(found.when for found in find_dates(self.plain))

    @cached_property
    def begins_with_name(self) -> bool:
        """Whether its first words name what it is about, so that it can stand alone."""
        start = next((name.start for name in names.find(self.plain)), len(self.plain))
        return len(self.plain[:start].split()) < _FIRST_WORDS

    @cached_property
    def _values(self) -> list[Value]:
        return values.find(self.plain)

    @cached_property
    def wording(self) -> tuple[str | int, ...]:
        """What must stand in a copy as well: words, marks, and where each value of ``values`` is.

        Left out, or written in one way, is what an editor may change without changing the sense.
        """
        return tuple(_told(list(self._tokens()), self._values))

    def _tokens(self) -> Iterator[str | int]:
        at = 0
        for n, value in enumerate(self._values):
            yield from _TOKEN.findall(self.plain[at : value.start])
            yield n
            at = value.end
        yield from _TOKEN.findall(self.plain[at:])

    def values(self, *, since: date | None) -> list[Value]:
        """Its values, its dates resolved from the day ``since`` when there is one."""
        return [
            replace(value, when=resolve(value.when, since)) if value.when and since else value
            for value in self._values
        ]


def same(one: Printed, other: Printed) -> bool:
    """Whether two articles print one sentence: to the letter, or with an edit known to be harmless.

    These may differ, and nothing else: white space, full stops, the style of quotation marks and
    dashes, a comma before "and" or "or"; a dateline, unless both name a place; "the" before a
    capital, "that" after "said", "on" before a date; "said", "says" and "added"; "Mr", "Mrs" or
    "Ms" before a name, left out but not exchanged; "U.S." and "US"; American and British endings;
    and how a value is written. Words stand in the same order, with the same capitals. Dates count
    from the day of publication where both are known: "last month" of January is not that of
    February. "Today" is left alone in what is printed again within three days.
    """
    if one.dateline and other.dateline and one.dateline != other.dateline:
        return False
    if one.plain == other.plain:
        return one.published == other.published or _same_days(one, other)
    if not _near(one, other) or not _same_wording(one.wording, other.wording):
        return False
    dated = bool(one.published and other.published)
    mine = one.values(since=one.published if dated else None)
    theirs = other.values(since=other.published if dated else None)
    soon = _soon_after(one, other)
    return all(_same_value(a, b, soon=soon) for a, b in zip(mine, theirs, strict=True))


def _near(one: Printed, other: Printed) -> bool:
    """Whether two sentences share so many words that a closer look is worth its time."""
    a, b = {*one.words}, {*other.words}
    return 2 * len(a & b) >= _ALIKE * min(len(a), len(b))


def _told(tokens: Sequence[str | int], found: Sequence[Value]) -> Iterator[str | int]:
    """The tokens without those that tell nothing, and with one spelling for each."""
    before: str | int = ""
    for each, after in zip(tokens, [*tokens[1:], ""], strict=False):
        if not _is_idle(each, before, after, found):
            yield _spelt(each) if isinstance(each, str) else each
        before = each


def _is_idle(each: str | int, before: str | int, after: str | int, found: Sequence[Value]) -> bool:
    """Whether a sentence says the same without a word or mark, between these two."""
    if each in ("the", "The"):
        # "In the prison" is not "in prison", nor are "the doctors" all doctors.
        return isinstance(after, str) and after[:1].isupper()
    if each == "that":
        return before in _SAYING
    if each == "on":
        return isinstance(after, int) and found[after].kind == "date"
    return each == "," and after in ("and", "or")


def _spelt(word: str) -> str:
    """A word as it is compared."""
    if word in _SAYING:
        return "said"
    if word == "'":
        return '"'
    if _INITIALS.fullmatch(word):
        return word.replace(".", "")
    if word.islower():
        for rule, written in _SPELLINGS:
            word = rule.sub(written, word)
    return word


def _same_wording(mine: Sequence[str | int], theirs: Sequence[str | int]) -> bool:
    """Whether two wordings are one, but for titles that only one of them has."""
    a = b = 0
    while a < len(mine) and b < len(theirs):
        if mine[a] == theirs[b]:
            a, b = a + 1, b + 1
        elif _is_title(mine, a) and theirs[b] not in _TITLES:
            a += 1
        elif _is_title(theirs, b) and mine[a] not in _TITLES:
            b += 1
        else:
            return False
    return a == len(mine) and b == len(theirs)


def _is_title(wording: Sequence[str | int], at: int) -> bool:
    """Whether a title stands there before a name."""
    after = wording[at + 1] if at + 1 < len(wording) else ""
    return wording[at] in _TITLES and isinstance(after, str) and after[:1].isupper()


def _same_value(one: Value, other: Value, *, soon: bool) -> bool:
    if one.when and other.when and soon and one.when.label == other.when.label == _TODAY:
        return True
    if not values.same(one, other) or one.falling != other.falling:
        return False
    if one.kind == "fraction" and max(map(_length, (one.text, other.text))) > _FRACTION_ALONE:
        # "One woman in nine" has in it what it is a part of.
        return one.text.casefold() == other.text.casefold()
    return stem(one.noun or "") == stem(other.noun or "")


def _length(text: str) -> int:
    return len(text.split())


def _same_days(one: Printed, other: Printed) -> bool:
    """Whether the dates in one wording are the same days, told on two days."""
    if one.published is None or other.published is None:
        return True
    first, second = one.published, other.published
    soon = _soon_after(one, other)
    return all(
        (soon and when.label == _TODAY) or same_date(resolve(when, first), resolve(when, second))
        for when in one.dates
    )


def _soon_after(one: Printed, other: Printed) -> bool:
    """Whether one was printed so soon after the other that an editor leaves "today" as it is."""
    if one.published is None or other.published is None:
        return False
    return abs(one.published - other.published) <= _SOON
