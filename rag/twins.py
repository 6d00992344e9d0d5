"""Whether two printed sentences are one: the same words but for an edit that changes no fact."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import cached_property

from rag import names, synonyms, values
from rag.date_finder import find_dates
from rag.dates import When, resolve, same_date
from rag.question import CALENDAR, stem
from rag.support_numerals import Numerals
from rag.values import Value

_ALIKE = 0.8
_TODAY = "today"
_SOON = timedelta(days=3)
_MOST_CHANGED = 3
_WORD = re.compile(r"[^\W_]+|[%$€£¥]")
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
# A sentence with one of these more, less or in place of another says something else. No list of
# opposites is whole; these are the ones that news turns on.
_TURNS = frozenset(
    map(
        stem,
        """not no never none neither nor without cannot t hardly only if unless
        may might can could will would shall should must
        before after until since first second third fourth fifth last
        more less most least fewer over under above below up down higher lower highest lowest
        largest smallest biggest best worst better worse half double twice
        rise rises rose risen rising fall falls fell fallen falling grow grew growth shrink shrank
        increase increased decrease decreased raise raised cut gain gained drop dropped climb
        climbed slip slipped jump jumped decline declined widen widened narrow narrowed
        buy bought sell sold hire hired fire fired win won lose lost profit loss open opened close
        closed accept accepted approve approved reject rejected refuse refused back backed support
        supported oppose opposed allow allowed ban banned block blocked confirm confirmed deny
        denied agree agreed guilty innocent legal illegal alive dead killed hurt injured male female
        man woman men women north south east west northern southern eastern western import
        export imports exports true false start started stop stopped keep end""".split(),  # noqa: SIM905
    )
)


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
        return tuple(found.group().casefold() for found in self._tokens)

    @cached_property
    def names(self) -> frozenset[str]:
        """The words of the names in it."""
        return frozenset(word for name in names.find(self.plain) for word in name.words)

    @cached_property
    def dates(self) -> tuple[When, ...]:
        """Its dates as they are written."""
        if not _MAY_BE_DATED.search(self.plain):
            return ()
        return tuple(found.when for found in find_dates(self.plain))

    @cached_property
    def numerals(self) -> Numerals:
        """Its numerals that are no values."""
        return Numerals(self.plain)

    @cached_property
    def begins_with_name(self) -> bool:
        """Whether its first words name what it is about, so that it can stand alone."""
        start = next((name.start for name in names.find(self.plain)), len(self.plain))
        return len(self.plain[:start].split()) < _MOST_CHANGED

    @cached_property
    def _values(self) -> list[Value]:
        return values.find(self.plain)

    @cached_property
    def _tokens(self) -> tuple[re.Match[str], ...]:
        return tuple(_WORD.finditer(self.plain))

    def values(self, *, since: date | None) -> list[Value]:
        """Its values, its dates resolved from the day ``since`` when there is one."""
        return [
            replace(value, when=resolve(value.when, since)) if value.when and since else value
            for value in self._values
        ]

    def capital(self, at: int) -> bool:
        """Whether a word is written as a name is, in the middle of the sentence."""
        found = self._tokens[at]
        # After a full stop, a colon or a quotation mark any word may have a capital.
        opens = not found.string[: found.start()].rstrip("\"' (-").strip()
        return not opens and not found[0].islower() and found[0][0].isalpha()

    def place(self, at: int) -> tuple[int, int]:
        """Where a word stands in ``plain``."""
        return self._tokens[at].span()


def same(one: Printed, other: Printed) -> bool:
    """Whether two articles print one sentence: to the letter, or with an edit that keeps its facts.

    White space, quotation marks and a dateline count for nothing. At most three words may be
    others, more or fewer, and no more than a fifth. Every value, numeral and name must be in both,
    and no word of denial, doubt or direction may be among the changes. Dates count from the day of
    publication where both are known: "last month" of January is not that of February. "Today" is
    left alone in what is printed again within three days.
    """
    if one.plain == other.plain:
        return one.published == other.published or _same_days(one, other)
    changes = _changes(one, other)
    if changes is None:
        return False
    dated = bool(one.published and other.published)
    mine = one.values(since=one.published if dated else None)
    theirs = other.values(since=other.published if dated else None)
    soon = _soon_after(one, other)
    return (
        _same_values(mine, theirs, soon=soon)
        and one.names == other.names
        and not one.numerals.lacking(other.plain)
        and not other.numerals.lacking(one.plain)
        and not any(_turns(one, at, mine) for at in changes[0])
        and not any(_turns(other, at, theirs) for at in changes[1])
    )


def _changes(one: Printed, other: Printed) -> tuple[list[int], list[int]] | None:
    """Which words of each are not in the other; None when they are too many."""
    a, b = one.words, other.words
    if abs(len(a) - len(b)) > _MOST_CHANGED or 2 * len({*a} & {*b}) < _ALIKE * len({*a}):
        return None
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return None
    mine: list[int] = []
    theirs: list[int] = []
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind != "equal":
            mine += range(start, end)
            theirs += range(begin, stop)
    return mine, theirs


def _turns(sentence: Printed, at: int, found: Sequence[Value]) -> bool:
    """Whether a word that only one of two sentences has makes it say something else."""
    start, end = sentence.place(at)
    if any(value.start < end and start < value.end for value in found):
        return False  # compared as a value
    word = sentence.words[at]
    return stem(word) in _TURNS or (sentence.capital(at) and word not in CALENDAR)


def _same_values(mine: Sequence[Value], theirs: Sequence[Value], *, soon: bool) -> bool:
    """Whether each value is in both, as often, in whatever spelling, and counts the same thing."""
    left = list(theirs)
    for value in mine:
        found = next((one for one in left if _same_value(value, one, soon=soon)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _same_value(one: Value, other: Value, *, soon: bool) -> bool:
    if one.when and other.when and soon and one.when.label == other.when.label == _TODAY:
        return True
    if not values.same(one, other) or one.falling != other.falling:
        return False
    if not one.noun or not other.noun:
        return one.noun == other.noun
    a, b = stem(one.noun), stem(other.noun)
    return a == b or b in synonyms.of(a)


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
