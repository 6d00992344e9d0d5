"""Whether a figure that a claim takes from a page stands there for something else."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from rag import support_values, values
from rag.question import content_words, stem, stems
from rag.quoted import Sentence
from rag.values import Value
from rag.wording import PRONOUN, alike, beside, clause, only_clause, share

LIKE = 0.4
"""The least share of a claim's words in a sentence that can be said to speak of it."""

# Chosen on the dev half of the tamper bench: another value stands where the claim's should when at
# least so many of the words beside that one stand beside it, and so many more than beside its own.
_THERE, _CLEARLY = 1.6, 1.5
_FEW, _ANY, _LITTLE = 3, 1.0, 0.8
_MONTH = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober"
    r"|ember)?\b"
)
_TITLE = -1
_SUBJECT = 2
_NEXT = re.compile(
    r"\s*(?:[(,]\s*(?:(?:of|in|by|at|to|for|on)\s)?|(?:of|in|by|at|for|on)\s)(?:the\s)?"
)
_NAME_BEFORE = re.compile(r"[A-Z][\w’'-]+, $")
_REFERS = re.compile(r"(?i:it|they|he|she|this|that|these|those|its|their|his|her|there|the|an?)\b")
_SAYING_LITTLE = frozenset(map(stem, support_values.ANYBODY))


class Rivals:
    """The values that may stand in an article where a claim has another one.

    ``claimed`` are the claim's values as they read on each day of publication, ``told`` the stems
    of its words besides them. A claim of few words answers in the words of its question, of which
    ``asked`` are the stems.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        *,
        claimed: Mapping[date | None, Sequence[Value]],
        told: frozenset[str],
        asked: frozenset[str],
    ) -> None:
        self._text = text
        self._plain = values.struck(text, values.find(text))
        self._sentences = sentences
        self._claimed = claimed
        self._told = told
        self._shares = [share(told, sentence.stems) for sentence in sentences]
        answers = len(told) <= _FEW and _REFERS.match(text) is None
        self._asked = asked - _SAYING_LITTLE if answers else frozenset[str]()
        self._likely = self._shares
        if self._asked:
            self._likely = [share(told | asked, sentence.stems) for sentence in sentences]

    def of(self, value: Value, quotes: Sequence[int]) -> Value | None:
        """Another value of the kind, in the words that stand around this one in the claim.

        A figure of something else on the same page bears out any claim that has it; so the words
        beside it are looked at too, in the sentences that have it and in those that have another.
        """
        bearing: list[tuple[int, Value]] = []
        for at in quotes:
            for one in self._sentences[at].values:
                if support_values.bears(one, value):
                    if _is_relative(one) and (at == quotes[0] or not _is_plain(value)):
                        return None
                    bearing.append((at, one))
        near = _around(self._plain, value) - _SAYING_LITTLE
        others = [
            (at, other)
            for at, sentence in enumerate(self._sentences)
            for other in sentence.values
            if self._could_stand(other, value, sentence)
        ]
        if not bearing:
            title = self._in_headline(value, near, quotes[0])
            return None if title is None else self._nearer(value, near, {_TITLE: title}, others)
        others = self._as_bound(value, bearing, [one for one in others if _is_of(one[1], bearing)])
        found = self._next_to(value, bearing, others)
        if found is None and not self._is_likest(bearing, self._shares):
            found = self._nearer(
                value, near, self._all_like(near, bearing, counted=value.noun), others
            )
        if found is None and self._asked and not self._is_likest(bearing, self._likely):
            around = near - {stem(value.noun or "")} | self._asked
            found = self._answering(
                value, self._all_like(around, bearing, counted=value.noun), others, near=around
            )
        return found or self._of_another_clause(value, bearing, near | self._asked)

    def misworked(self, value: Value, quotes: Sequence[int]) -> bool:
        """Whether a claim says a difference that two other figures of it do not have.

        "By €40: it is €95 and was €80" of a page that has 40 for something else.
        """
        mine = self._claimed[self._sentences[quotes[0]].published]
        others = [one for one in mine if support_values.rival(one, value)]
        if value.kind == "multiple":
            others = [one for one in mine if one.kind == "money"]
        if len({stem(one.noun) for one in others if one.noun}) > 1:
            return False  # goals and matches make no difference
        if len(others) < len("ab") or not support_values.is_said_as_gap(self._text, value):
            return False
        alone = not any(
            self._borne(at) - {value.start}
            for at in quotes
            if any(support_values.bears(one, value) for one in self._sentences[at].values)
        )
        return alone and not support_values.follows(value, self._text, others)

    def _of_another_clause(
        self, value: Value, bearing: Sequence[tuple[int, Value]], near: frozenset[str]
    ) -> Value | None:
        """Another value of the very sentence, when it stands in the clause that says the claim.

        "140 were taken to hospital" of "eleven were taken to hospital, and 140 gave up".
        """
        found = None
        for at, one in bearing:
            sentence = self._sentences[at]
            if value.when or self._borne(at) - {value.start}:
                return None
            mine = alike(near, clause(sentence.plain, one.start, one.end))
            found = next(
                (
                    other
                    for other in sentence.values
                    if self._could_stand(other, value, sentence)
                    and alike(near, only_clause(sentence.plain, other.start, other.end)) >= mine + 1
                ),
                None,
            )
            if found is None:
                return None
        return found

    def _is_likest(self, bearing: Sequence[tuple[int, Value]], shares: Sequence[float]) -> bool:
        """Whether no sentence says more of the claim than one that has the value."""
        return any(shares[at] >= max(shares) for at, _ in bearing)

    def _as_bound(
        self,
        value: Value,
        bearing: Sequence[tuple[int, Value]],
        others: list[tuple[int, Value]],
    ) -> list[tuple[int, Value]]:
        """The others, without those of sentences that have no figure of the claim, when the claim's
        value stands with one.
        """
        if not any(self._borne(at) - {value.start} for at, _ in bearing):
            return others
        return [(at, other) for at, other in others if self._borne(at)]

    def _nearer(
        self,
        value: Value,
        near: frozenset[str],
        bearing: Mapping[int, float],
        others: Sequence[tuple[int, Value]],
    ) -> Value | None:
        """Another value beside which more of the words stand than where the claim's own does."""
        most, bonded = max(bearing.values()), self._bonded(bearing)
        likest = max(self._shares)
        own = frozenset({stem(value.noun or "")})
        for at, other in others:
            there = self._likeness(near, at, other)
            if (
                there >= max(_THERE, most + _CLEARLY)
                # Where nothing beside the value speaks for it, the rest of the claim decides.
                or (most < _LITTLE and self._shares[at] == likest >= LIKE and self._told - own)
                or (at in bonded and there >= max(1.0, most))
                or (
                    not most and at not in bearing and self._likeness(near - own, at, other) >= _ANY
                )
            ):
                return other
        return None

    def _next_to(
        self,
        value: Value,
        bearing: Sequence[tuple[int, Value]],
        others: Sequence[tuple[int, Value]],
    ) -> Value | None:
        """Another value beside a figure that stands right next to this one in the claim.

        "119 of 240 seats" of a page that has "127 of the 240 seats", and 119 somewhere else.
        """
        mine = {
            one.start
            for many in self._claimed.values()
            for one in many
            if one.start != value.start and _NEXT.fullmatch(self._between(one, value))
        }
        if not mine or any(self._borne(at) & mine for at, _ in bearing):
            return None
        return next((other for at, other in others if self._borne(at) & mine), None)

    def _between(self, one: Value, other: Value) -> str:
        return self._text[min(one.end, other.end) : max(one.start, other.start)]

    def _answering(
        self,
        value: Value,
        bearing: Mapping[int, float],
        others: Sequence[tuple[int, Value]],
        *,
        near: frozenset[str],
    ) -> Value | None:
        """Another value that stands in the words of the question, when the claim has few."""
        most = max(bearing.values())
        least = max(_THERE, most + _CLEARLY) if most else _ANY
        if value.kind == "multiple":
            return None  # it is worked out of others
        for at, other in others:
            if at not in bearing and self._likeness(near, at, other) >= least:
                return other
        return None

    def _all_like(
        self, near: frozenset[str], bearing: Sequence[tuple[int, Value]], *, counted: str | None
    ) -> dict[int, float]:
        found: dict[int, float] = {}
        for at, one in bearing:
            found[at] = max(found.get(at, 0.0), self._leaning(near, at, one, counted=counted))
        return found

    def _leaning(
        self, near: frozenset[str], at: int, value: Value, *, counted: str | None
    ) -> float:
        """How like the claim it is around a value that bears it out.

        What a sentence does not say again it has from the one before: "They rose 1.9%" what rose,
        "Albion have only 18" what they have.
        """
        own = self._likeness(near, at, value)
        before = self._sentences[at - 1] if at else None
        if before is None or before.number != self._sentences[at].number:
            return own
        left = near - _around(self._sentences[at].plain, value)
        if value.kind == "count" and value.noun is None and counted is None:
            return own + alike(left, before.stems)
        if PRONOUN.match(self._sentences[at].text):
            about = content_words(before.plain)[:_SUBJECT]
            return own + alike(left, frozenset(map(stem, about)))
        return own

    def _in_headline(self, value: Value, near: frozenset[str], at: int) -> float | None:
        """How like the claim the title is that has the value, when it alone has it."""
        sentence = self._sentences[at]
        title = sentence.evidence.article.title
        return max(
            (
                alike(near, beside(title, one.start, one.end))
                for one in sentence.headline
                if support_values.bears(one, value)
            ),
            default=None,
        )

    def _likeness(self, near: frozenset[str], at: int, value: Value) -> float:
        return alike(near, _around(self._sentences[at].plain, value))

    def _could_stand(self, other: Value, value: Value, sentence: Sentence) -> bool:
        """Whether a quoted value is a rival of a claimed one and is not claimed itself."""
        return (
            support_values.rival(other, value)
            and not _counts_else(other, value)
            and not (_is_age(other, sentence.text) and not self._may_be_age(value))
            and other.text.lower() not in self._text.lower()
            and not any(
                support_values.bears(other, one) for many in self._claimed.values() for one in many
            )
        )

    def _may_be_age(self, value: Value) -> bool:
        part = self._text.startswith(" of ", value.end)
        return value.kind == "duration" or (value.noun is None and not part)

    def _bonded(self, bearing: Collection[int]) -> set[int]:
        """The sentences with another figure of the claim, which those that bear the value lack."""
        theirs = set[int]().union(*(self._borne(at) for at in bearing if at != _TITLE))
        return {
            at
            for at in range(len(self._sentences))
            if at not in bearing and not self._borne(at) <= theirs
        }

    def _borne(self, at: int) -> set[int]:
        """Where the figures stand in the claim that a sentence has."""
        sentence = self._sentences[at]
        return {
            one.start
            for one in self._claimed[sentence.published]
            if not one.when and any(support_values.bears(other, one) for other in sentence.values)
        }


def _around(plain: str, value: Value) -> frozenset[str]:
    """The stems beside a value, and of what a fraction has in it: "one post in nine"."""
    inside = stems(plain[value.start : value.end]) if value.kind == "fraction" else frozenset()
    return beside(plain, value.start, value.end) | inside


def _counts_else(other: Value, value: Value) -> bool:
    """Whether two counts count things that have nothing to do with each other."""
    if not other.noun or not value.noun or {other.noun, value.noun} & support_values.ANYBODY:
        return False
    if not other.noun.endswith("s"):
        return False  # "140 gave up" counts whom it has named before
    return not alike(frozenset({stem(value.noun)}), frozenset({stem(other.noun)}))


def _is_of(other: Value, bearing: Sequence[tuple[int, Value]]) -> bool:
    """Whether a value is of the kind of those that bear a claimed one out, which may be bare."""
    bare = other.kind == "count" and other.noun is None
    return bare or any(
        other.when is not None or (one.when is None and values.comparable(other, one))
        for _, one in bearing
    )


def _is_age(value: Value, text: str) -> bool:
    """Whether a bare number says how old someone is: "Venn, 61, who"."""
    before = _NAME_BEFORE.search(text[: value.start]) is not None
    return value.kind == "count" and before and text[value.end : value.end + 1] in ",.;)"


def _is_relative(value: Value) -> bool:
    """Whether it is a date in words alone ("this month")."""
    return value.when is not None and not any(map(str.isdigit, value.text))


def _is_plain(value: Value) -> bool:
    """Whether it is a year, or has a month by its name."""
    return value.text.isdigit() or _MONTH.search(value.text) is not None
