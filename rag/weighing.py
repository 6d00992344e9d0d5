"""One claim held against sentences: which bear it out, and what in it none of them does."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from rag import (
    polarity,
    quotations,
    support_dates,
    support_sums,
    support_values,
    values,
)
from rag.names import Name
from rag.naming import Naming, context, texts
from rag.question import stem, stems, words
from rag.quoted import NOT_SAID, SURE, Finding, Sentence, Worked
from rag.rivals import Rivals
from rag.support_numerals import Numerals
from rag.values import Value
from rag.wording import share

MOST_QUOTES = 4
# Chosen on the dev half of the tamper bench.
_CARRIES = 0.45
_CARRIES_VALUES = 0.3
_ALSO_CITED = 0.3
_ADDS = 2
_MOST_BARE = 2
_CLOSE = 0.75
_MEANING = 0.5
_FEW_OPEN = 4
_ATTRIBUTES = frozenset(
    map(
        stem,
        "figure number estimate information statement account report come source".split(),  # noqa: SIM905
    )
)
_SAYS_WHO = re.compile(r"\b(?:according to|said|says|told|estimates?d?|reckons?)\b", re.IGNORECASE)


class Weighing:
    """A claim held against the sentences of the passages that it cites.

    ``shares`` are how much of its words each sentence has, ``meanings`` their cosines with it, 0
    where the wording decides, ``asked`` the stems of the question.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        names: Sequence[Name],
        *,
        shares: Sequence[float],
        meanings: Sequence[float],
        asked: frozenset[str],
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._names = names
        self._meanings = meanings
        self._stems = stems(text)
        self._asked = asked
        self._is_open = polarity.leaves_open(text)
        self._told = without_figures(text)
        self._named = frozenset(stem(word) for name in names for word in words(name.text))
        self._loose = Numerals(text)
        self._shares = shares
        self._claimed = {
            day: support_values.claimed(text, reference=day)
            for day in {sentence.published for sentence in sentences}
        }
        self._naming = Naming(
            text,
            sentences,
            names,
            claimed=self._claimed,
            loose=self._loose,
            shares=shares,
        )
        self._rivals = Rivals(
            text,
            sentences,
            claimed=self._claimed,
            told=self._told,
            asked=asked,
        )

    def finding(self, worked: Worked, *, cited: bool) -> Finding:
        """The finding for the claim. With ``cited`` each passage must say something of it."""
        quotes = [self._best()]
        while len(quotes) < MOST_QUOTES and (also := self._completing(quotes)) is not None:
            quotes.append(also)
        if len(quotes) < MOST_QUOTES and (also := self._working(quotes, worked)) is not None:
            quotes.append(also)
        while len(quotes) < MOST_QUOTES and (also := self._adding(quotes)) is not None:
            quotes.append(also)
        idle = self._idle(quotes) if cited else ()
        chosen = tuple(self._sentences[at] for at in quotes)
        left = self._unborne(quotes)
        borne = [one for one in self._values(quotes[0]) if one.start not in left]
        faults = [
            *self._value_faults(quotes, worked, left=left.values(), borne=borne),
            *self._naming.faults(chosen),
            *(f"“{one}” is not in the passages cited" for one in self._numerals(quotes)),
            *quotations.faults(self._text, self._sentences),
            *self._turned_round(chosen),
        ]
        carry = max(self._covered(quotes), *(self._meanings[at] for at in quotes))
        says = carry >= (_CARRIES_VALUES if borne else _CARRIES) or self._leaves_open(quotes[0])
        if not faults and not says and not self._only_attributes():
            faults.append(NOT_SAID)
        return Finding(chosen, tuple(faults), carry, tuple(borne), idle)

    def _best(self) -> int:
        """The sentence that says most of the claim; by meaning alone where a word or two that it
        shares with another would decide.
        """
        best = max(range(len(self._sentences)), key=self._score)
        likest = max(range(len(self._sentences)), key=self._meanings.__getitem__)
        bare = not self._values(best) and not self._names and not self._leaves_open(best)
        if bare and max(self._shares[best], self._meanings[best]) < _CARRIES:
            return likest
        return best

    def _leaves_open(self, at: int) -> bool:
        """Whether it says in a few words that what was asked is not known, and a sentence does."""
        return (
            self._is_open
            and len(self._told) <= _FEW_OPEN
            and polarity.leaves_open(self._sentences[at].text)
            and share(self._asked, self._sentences[at].stems) >= SURE
        )

    def _only_attributes(self) -> bool:
        """Whether all it says is whom a figure or a statement comes from, names aside."""
        if not self._names or not self._stems - self._named <= _ATTRIBUTES:
            return False
        said = [one for one in self._sentences if _SAYS_WHO.search(one.text)]
        return all(any(not one.names.lacks(name) for one in said) for name in self._names)

    def _score(self, at: int) -> float:
        total = len(self._values(at))
        borne = total - len(self._unborne([at]))
        named = [not self._sentences[at].names.lacks(one) for one in self._names]
        return (
            self._shares[at]
            + _MEANING * self._meanings[at]
            + (_MEANING if self._leaves_open(at) else 0.0)
            + (borne / total if total else 0.0)
            + (0.5 * sum(named) / len(named) if named else 0.0)
        )

    def _completing(self, quotes: Sequence[int]) -> int | None:
        """The sentence that bears most of what the quotes do not bear yet, or None."""
        values_left, names_left = self._unborne(quotes), self._lacking(quotes)
        numerals_left = self._numerals(quotes)
        if not values_left and not names_left and not numerals_left:
            return None
        gains = []
        for at in range(len(self._sentences)):
            if at not in quotes:
                gain = len(values_left) - len(self._unborne([*quotes, at]))
                gain += len(numerals_left) - len(self._numerals([*quotes, at]))
                named = len(names_left) - len(self._lacking([*quotes, at]))
                if gain or named:
                    gains.append((gain, named, self._shares[at] + self._meanings[at], -at))
        return -max(gains)[3] if gains else None

    def _working(self, quotes: Sequence[int], worked: Worked) -> int | None:
        """The sentence with what a difference or a total of the claim is worked out of, or None."""
        left = self._unborne(quotes)
        borne = [one for one in self._values(quotes[0]) if one.start not in left]
        about = self._told | self._named | stems(worked.ahead)
        found = [
            (self._shares[at], -at)
            for at, sentence in enumerate(self._sentences)
            if at not in quotes and about & sentence.stems
            for one in left.values()
            if not self._follows(one, worked, borne, quotes)
            and self._completes(one, [*worked.shown, *borne], sentence)
        ]
        return -max(found)[1] if found else None

    def _completes(self, value: Value, ours: Sequence[Value], sentence: Sentence) -> bool:
        return support_sums.completes(value, self._text, ours=ours, theirs=sentence.values)

    def _adding(self, quotes: Sequence[int]) -> int | None:
        """The sentence that says most of what the quotes leave unsaid of the claim, or None."""
        if self._covered(quotes) >= SURE:
            return None
        said = frozenset[str]().union(*(self._sentences[at].stems for at in quotes))
        left = self._stems - said
        article = self._sentences[quotes[0]].evidence.article.id
        # A word here and a word there is no support: it takes several, of the same article.
        adding = [
            (len(left & sentence.stems), -at)
            for at, sentence in enumerate(self._sentences)
            if at not in quotes and sentence.evidence.article.id == article
        ]
        most, at = max(adding, default=(0, 0))
        return -at if most >= _ADDS else None

    def _covered(self, quotes: Sequence[int]) -> float:
        """The share of the claim's words that the quotes have together."""
        together = frozenset[str]().union(*(self._sentences[at].stems for at in quotes))
        return share(self._stems, together)

    def _values(self, at: int) -> list[Value]:
        return self._claimed[self._sentences[at].published]

    def _unborne(self, quotes: Sequence[int]) -> dict[int, Value]:
        """The claim's values that no quote bears, by where they stand in the claim."""
        by_day: dict[date | None, list[Value]] = {}
        for at in quotes:
            sentence = self._sentences[at]
            by_day.setdefault(sentence.published, []).extend((*sentence.values, *sentence.headline))
        undated = not any(one.when for quoted in by_day.values() for one in quoted)
        left: dict[int, Value] | None = None
        for day, quoted in by_day.items():
            missing = support_values.unborne(self._claimed[day], quoted)
            found = {
                one.start: one
                for one in missing
                if not support_dates.is_publication(one, self._text, by_day, undated=undated)
            }
            left = found if left is None else {key: left[key] for key in left if key in found}
        return left or {}

    def _value_faults(
        self,
        quotes: Sequence[int],
        worked: Worked,
        *,
        left: Iterable[Value],
        borne: Sequence[Value],
    ) -> Iterator[str]:
        for one in left:
            if not self._follows(one, worked, borne, quotes):
                yield f"“{one.text}” is not in the passages cited"
        quoted = [value for at in quotes for value in self._sentences[at].values]
        said = [value for sentence in self._sentences for value in sentence.values]
        days = {self._sentences[at].published for at in quotes}
        pairs = [(self._sentences[at].text, self._sentences[at].values) for at in quotes]
        for one in borne:
            if support_dates.is_publication(one, self._text, days, undated=False):
                continue
            other = support_values.swapped(one, said, claims=borne) or self._rivals.of(one, quotes)
            if other is not None:
                yield f"the passages cited say “{_named(other)}”, not “{_named(one)}”"
            elif self._of_something_else(one, quotes) and not self._follows(
                one, worked, borne, quotes
            ):
                yield f"the passages cited say “{_named(one)}” of something else"
            elif self._rivals.misworked(one, quotes):
                yield f"“{one.text}” is not what the figures beside it come to"
            elif support_values.turned(self._text, one, pairs):
                yield f"the passages cited say the opposite of “{one.text}”"
        if (dispute := support_values.disputed(self._text, quoted)) is not None:
            yield f"the passages cited say “{_named(dispute[1])}”, not “{_named(dispute[0])}”"

    def _follows(
        self, value: Value, worked: Worked, borne: Sequence[Value], quotes: Sequence[int]
    ) -> bool:
        """Whether a value that no quote has is worked out of others."""
        known = [*worked.shown, *borne, *self._loose.counts]
        quoted = [self._sentences[at] for at in quotes]
        return (
            support_sums.follows(value, f"{self._text} {worked.ahead}", known)
            or any(support_sums.moved_by(value, one.text, one.values) for one in self._sentences)
            or any(self._completes(value, [*worked.shown, *borne], one) for one in quoted)
            or support_dates.follows(value, self._text, known)
            or support_dates.lies_between(value, known)
            or any(support_dates.is_that_far_off(value, known, day=day) for day in self._claimed)
            or any(support_dates.is_age(value, self._text, known, day=day) for day in self._claimed)
        )

    def _of_something_else(self, value: Value, quotes: Sequence[int]) -> bool:
        """Whether the only sentences with a value share no word with the claim."""
        bearing = [
            at
            for at in quotes
            if any(support_values.bears(one, value) for one in self._sentences[at].values)
        ]
        return (
            bool(bearing)
            and len(self._told - self._named) > _MOST_BARE
            and not any(self._shares[at] or abs(at - quotes[0]) <= 1 for at in bearing)
        )

    def _turned_round(self, quotes: Sequence[Sentence]) -> Iterator[str]:
        """What says the opposite of its quotes, when one of them is about the same."""
        for quote in quotes:
            mine = self._claimed[quote.published]
            found = polarity.exchanged(self._text, mine, quote.text, quote.values)
            if found is not None:
                yield f"“{found[0].text}” and “{found[1].text}” stand the other way round"
                return
        said = share(self._stems, quotes[0].stems)
        if said < SURE:
            return
        texts = [quote.text for quote in quotes]
        after = self._sentences.index(quotes[0]) + 1
        denial = polarity.denial(
            self._text,
            texts,
            after=" ".join(one.text for one in self._sentences[after : after + 1]),
            close=said >= _CLOSE,
        )
        for fault in (denial, polarity.opposite(self._text, texts[:1])):
            if fault is not None:
                yield fault

    def _numerals(self, quotes: Sequence[int]) -> list[str]:
        return self._loose.lacking(texts(self._sentences[at] for at in quotes))

    def _lacking(self, quotes: Sequence[int]) -> list[str]:
        around = context(self._sentences[at] for at in quotes)
        return [word for name in self._names for word in around.lacks(name)]

    def _idle(self, quotes: list[int]) -> tuple[int, ...]:
        """The cited passages that say nothing of it. One that says something is quoted as well."""
        idle = []
        for number in dict.fromkeys(sentence.number for sentence in self._sentences):
            if any(self._sentences[at].number == number for at in quotes):
                continue
            own = [at for at, one in enumerate(self._sentences) if one.number == number]
            best = max(own, key=self._score)
            if max(self._shares[best], self._meanings[best]) >= _ALSO_CITED:
                quotes.append(best)
            else:
                idle.append(number)
        return tuple(idle)


def without_figures(text: str) -> frozenset[str]:
    """The stems of what a claim says besides its values and what counts or bounds them."""
    for value in values.find(text):
        if value.when:
            continue
        text = text[: value.outer[0]] + " " * (value.end - value.outer[0]) + text[value.end :]
    return stems(text)


def _named(value: Value) -> str:
    return f"{value.text} {value.noun}" if value.noun else value.text
