"""One claim held against sentences: which bear it out, and what in it none of them does."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rag import support_dates, support_names, support_values, synonyms
from rag.names import Name
from rag.question import content_words, stem, words
from rag.support_numerals import Numerals
from rag.types import Evidence
from rag.values import Value

MOST_QUOTES = 4
SURE = 0.6
"""The share of a claim's words in a sentence from which on meaning need not be looked at."""

# Chosen on the dev half of the tamper bench.
_CARRIES = 0.45
_CARRIES_VALUES = 0.3
_ALSO_CITED = 0.3
_BETTER_ELSEWHERE = 0.15
_ADDS = 2
# Another value stands where the claim's should: at least so many of the words beside that one stand
# beside it, and so many more than beside the claim's own.
_THERE, _CLEARLY = 1.6, 1.0
_BESIDE = 5
_SOMETHING = 0.2
_SYNONYM = 0.8
_MEANING = 0.5
_QUOTATION = re.compile(r"[\"“]([^\"“”]{12,})[\"”]")
_GAP = re.compile(r"\s*(?:\.\.\.|…|\[[^\]]*\])\s*")
_CLAUSE_END = re.compile(
    r"[,;:()—–](?!\d)|\s(?:and|but|while|which|who|whereas|after|because)\s", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence that may be quoted: ``article.text[start:end]`` of passage ``number``, from 1."""

    number: int
    evidence: Evidence
    start: int
    end: int
    text: str

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of its content words."""
        return frozenset(map(stem, content_words(self.text)))

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Its values, in each way that its dates may be meant."""
        return tuple(support_dates.quoted(self.text, published=self.published))

    @cached_property
    def names(self) -> support_names.Context:
        """What names are looked for in, when they must stand in the sentence itself."""
        return support_names.Context(self.text)

    @property
    def published(self) -> date | None:
        """The day its article was published."""
        return self.evidence.article.published

    @property
    def about(self) -> str:
        """What is known of its article, where names may stand as well."""
        article = self.evidence.article
        return " | ".join(filter(None, (article.title, article.publisher)))


@dataclass(frozen=True)
class Finding:
    """The sentences that bear a claim out, the best first, and what they do not bear out.

    ``carry`` is how much of the claim the best one says, 0 to 1. ``shown`` are the values of the
    claim that occur in the quotes. ``idle`` are the cited passages that add nothing.
    """

    quotes: tuple[Sentence, ...] = ()
    faults: tuple[str, ...] = ()
    carry: float = 0.0
    shown: tuple[Value, ...] = ()
    idle: tuple[int, ...] = ()

    def is_better_than(self, other: "Finding") -> bool:
        """Whether it says so much more of the claim that the other was cited by mistake."""
        return self.carry >= max(SURE, other.carry + _BETTER_ELSEWHERE)


class Weighing:
    """A claim held against the sentences of the passages that it cites.

    ``meanings`` are the cosines of the sentences with the claim, 0 where the wording decides.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        names: Sequence[Name],
        meanings: Sequence[float],
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._names = names
        self._meanings = meanings
        self._stems = frozenset(map(stem, content_words(text)))
        self._loose = Numerals(text)
        self._shares = [share(self._stems, sentence.stems) for sentence in sentences]
        self._claimed = {
            day: support_values.claimed(text, reference=day)
            for day in {sentence.published for sentence in sentences}
        }

    def finding(self, shown: Sequence[Value], *, cited: bool) -> Finding:
        """The finding for the claim. With ``cited`` each passage must say something of it."""
        quotes = [max(range(len(self._sentences)), key=self._score)]
        while len(quotes) < MOST_QUOTES and (also := self._completing(quotes)) is not None:
            quotes.append(also)
        while len(quotes) < MOST_QUOTES and (also := self._adding(quotes)) is not None:
            quotes.append(also)
        idle = self._idle(quotes) if cited else ()
        chosen = tuple(self._sentences[at] for at in quotes)
        faults = [
            *self._value_faults(quotes, shown),
            *self._name_faults(chosen),
            *(f"“{one}” is not in the passages cited" for one in self._numerals(quotes)),
            *_quotation_faults(self._text, self._sentences),
        ]
        carry = max(self._covered(quotes), *(self._meanings[at] for at in quotes))
        borne = self._borne(quotes)
        if not faults and carry < (_CARRIES_VALUES if borne else _CARRIES):
            faults.append("the passages cited do not say this")
        return Finding(chosen, tuple(faults), carry, tuple(borne), idle)

    def _score(self, at: int) -> float:
        total = len(self._values(at))
        borne = total - len(self._unborne([at]))
        named = [not self._sentences[at].names.lacks(one) for one in self._names]
        return (
            self._shares[at]
            + _MEANING * self._meanings[at]
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
            by_day.setdefault(self._sentences[at].published, []).extend(self._sentences[at].values)
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

    def _borne(self, quotes: Sequence[int]) -> list[Value]:
        left = self._unborne(quotes)
        return [one for one in self._values(quotes[0]) if one.start not in left]

    def _value_faults(self, quotes: Sequence[int], shown: Sequence[Value]) -> Iterator[str]:
        borne = self._borne(quotes)
        known = [*shown, *borne]
        for one in self._unborne(quotes).values():
            if not support_values.follows(one, self._text, known):
                yield f"“{one.text}” is not in the passages cited"
        quoted = [value for at in quotes for value in self._sentences[at].values]
        said = [value for sentence in self._sentences for value in sentence.values]
        days = {self._sentences[at].published for at in quotes}
        pairs = [(self._sentences[at].text, self._sentences[at].values) for at in quotes]
        for one in borne:
            if support_dates.is_publication(one, self._text, days, undated=False):
                continue
            other = support_values.swapped(one, said) or self._in_its_place(one, quotes)
            if other is not None:
                yield f"the passages cited say “{_named(other)}”, not “{_named(one)}”"
            elif self._of_something_else(one, quotes):
                yield f"the passages cited say “{_named(one)}” of something else"
            elif support_values.turned(self._text, one, pairs):
                yield f"the passages cited say the opposite of “{one.text}”"
        if (dispute := support_values.disputed(self._text, quoted)) is not None:
            yield f"the passages cited say “{_named(dispute[1])}”, not “{_named(dispute[0])}”"

    def _in_its_place(self, value: Value, quotes: Sequence[int]) -> Value | None:
        """Another value of the kind, in the words that stand around this one in the claim.

        A figure of something else on the same page bears out any claim that has it; so the words
        beside it are looked at too, in the sentences that have it and in those that have another.
        """
        mine = self._values(quotes[0])
        near = beside(self._text, value)
        bearing = [
            alike(near, beside(self._sentences[at].text, one))
            for at in quotes
            for one in self._sentences[at].values
            if support_values.bears(one, value)
        ]
        if not bearing:
            return None
        needed = max(_THERE, max(bearing) + _CLEARLY)
        return next(
            (
                other
                for sentence in self._sentences
                for other in sentence.values
                if support_values.rival(other, value)
                and other.text.lower() not in self._text.lower()
                and alike(near, beside(sentence.text, other)) >= needed
                and not any(support_values.bears(other, one) for one in mine)
            ),
            None,
        )

    def _of_something_else(self, value: Value, quotes: Sequence[int]) -> bool:
        """Whether the only sentences with a value share no word with the claim."""
        bearing = [
            at
            for at in quotes
            if any(support_values.bears(one, value) for one in self._sentences[at].values)
        ]
        return bool(bearing) and not any(
            self._shares[at] or abs(at - quotes[0]) <= 1 for at in bearing
        )

    def _numerals(self, quotes: Sequence[int]) -> list[str]:
        return self._loose.lacking(_texts(self._sentences[at] for at in quotes))

    def _lacking(self, quotes: Sequence[int]) -> list[str]:
        context = _context(self._sentences[at] for at in quotes)
        return [word for name in self._names for word in context.lacks(name)]

    def _name_faults(self, quotes: Sequence[Sentence]) -> Iterator[str]:
        context = _context(quotes)
        best = quotes[0]
        about = support_names.Context(best.about)
        for name in self._names:
            if context.lacks(name):
                yield f"“{name.text}” is not in the passages cited"
            elif best.names.lacks(name):
                other = support_names.stands_in_for(name, self._text, best.text, about=about)
                if other is not None:
                    yield f"the passages cited say “{other.text}”, not “{name.text}”"
                elif about.lacks(name) and not self._can_mean(name, best):
                    yield f"the passages cited do not say this of “{name.text}”"

    def _can_mean(self, name: Name, best: Sentence) -> bool:
        """Whether "the company" of the best quote can be a name that it does not have itself.

        It can when the article names it before; or when a sentence that names it says something
        more of the claim, or of the clause around the name.
        """
        around = clause(self._text, name.start, name.end)
        own = frozenset(map(stem, words(name.text)))
        for sentence in self._sentences:
            if sentence.names.lacks(name):
                continue
            same = sentence.evidence.article.id == best.evidence.article.id
            if same and sentence.start < best.start:
                return True
            said = max(
                share(around - own, sentence.stems), share(self._stems - own, sentence.stems)
            )
            if said >= _SOMETHING:
                return True
        return False

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


def share(claim: frozenset[str], sentence: frozenset[str]) -> float:
    """The share of a claim's content words that a sentence has; a synonym counts in part."""
    wanted = [one for one in claim if not any(map(str.isdigit, one))]
    if not wanted:
        return 0.0
    found = [
        1.0 if one in sentence else _SYNONYM if synonyms.of(one) & sentence else 0.0
        for one in wanted
    ]
    return sum(found) / len(found)


def beside(text: str, value: Value) -> frozenset[str]:
    """The stems of the content words next to a value, five on either side, its noun among them."""
    before = content_words(text[: value.start])[-_BESIDE:]
    after = content_words(text[value.end :])[:_BESIDE]
    return frozenset(stem(word) for word in (*before, *after) if not any(map(str.isdigit, word)))


def alike(some: frozenset[str], others: frozenset[str]) -> float:
    """How many of some stems are among others; a synonym counts in part."""
    return sum(
        1.0 if one in others else _SYNONYM if synonyms.of(one) & others else 0.0 for one in some
    )


def clause(text: str, start: int, end: int) -> frozenset[str]:
    """The stems of the clause around ``text[start:end]``; of all around it when these are few."""
    cuts = [(found.start(), found.end()) for found in _CLAUSE_END.finditer(text)]
    begin = max((stop for _, stop in cuts if stop <= start), default=0)
    stop = min((cut for cut, _ in cuts if cut >= end), default=len(text))
    near = frozenset(map(stem, content_words(f"{text[begin:start]} {text[end:stop]}")))
    if len(near) > 1:
        return near
    return frozenset(map(stem, content_words(f"{text[:start]} {text[end:]}")))


def _named(value: Value) -> str:
    return f"{value.text} {value.noun}" if value.noun else value.text


def _texts(quotes: Iterable[Sentence]) -> str:
    listed = list(quotes)
    about = dict.fromkeys(sentence.about for sentence in listed)
    return "\n".join([*(sentence.text for sentence in listed), *about])


def _context(quotes: Iterable[Sentence]) -> support_names.Context:
    return support_names.Context(_texts(quotes))


def _quotation_faults(text: str, sentences: Sequence[Sentence]) -> list[str]:
    """What stands in quotation marks in a claim and not, word for word, in the passages."""
    said = "\n".join(_letters(sentence.text) for sentence in sentences)
    return [
        f"the passages cited do not say “{quotation}”"
        for quotation in _QUOTATION.findall(text)
        if len(quotation.split()) > 2
        and not all(_letters(part) in said for part in _GAP.split(quotation))
    ]


def _letters(text: str) -> str:
    """Letters and digits alone, so that marks and white space make no difference."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
