"""Whether a figure that a claim takes from a page stands there for something else."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from rag import support_values
from rag.question import stem
from rag.quoted import Sentence
from rag.values import Value
from rag.wording import alike, beside

LIKE = 0.4
"""The least share of a claim's words in a sentence that can be said to speak of it."""

# Chosen on the dev half of the tamper bench: another value stands where the claim's should when at
# least so many of the words beside that one stand beside it, and so many more than beside its own.
_THERE, _CLEARLY = 1.6, 1.5
_TITLE = -1


class Rivals:
    """The values that may stand in an article where a claim has another one.

    ``claimed`` are the claim's values as they read on each day of publication, ``shares`` how much
    of the claim each sentence says. A ``bare`` claim is little more than a figure.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        *,
        claimed: Mapping[date | None, Sequence[Value]],
        shares: Sequence[float],
        bare: bool,
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._claimed = claimed
        self._shares = shares
        self._bare = bare

    def of(self, value: Value, quotes: Sequence[int]) -> Value | None:
        """Another value of the kind, in the words that stand around this one in the claim.

        A figure of something else on the same page bears out any claim that has it; so the words
        beside it are looked at too, in the sentences that have it and in those that have another.
        """
        if self._bare:
            return None  # a bare figure has no words to tell it from others by
        near = beside(self._text, value.start, value.end)
        likest = max(self._shares)
        bearing: dict[int, float] = {}
        for at in quotes:
            for one in self._sentences[at].values:
                if support_values.bears(one, value):
                    if _is_relative(one) or self._shares[at] >= likest:
                        return None
                    bearing[at] = max(bearing.get(at, 0.0), self._likeness(near, at, one))
        if not bearing:
            bearing = self._in_headline(value, near, quotes[0])
        if not bearing:
            return None
        most, bonded = max(bearing.values()), self._bonded(bearing)
        for at, sentence in enumerate(self._sentences):
            for other in sentence.values:
                if not self._could_stand(other, value):
                    continue
                there = self._likeness(near, at, other)
                if (
                    there >= max(_THERE, most + _CLEARLY)
                    # Where nothing beside the value speaks for it, the rest of the claim decides.
                    or (most < 1 and self._shares[at] == likest >= LIKE)
                    or (at in bonded and there >= max(1.0, most))
                ):
                    return other
        return None

    def _in_headline(self, value: Value, near: frozenset[str], at: int) -> dict[int, float]:
        """How like the claim the title is that has the value, when it alone has it."""
        sentence = self._sentences[at]
        title = sentence.evidence.article.title
        found = [
            alike(near, beside(title, one.start, one.end))
            for one in sentence.headline
            if support_values.bears(one, value)
        ]
        return {_TITLE: max(found)} if found else {}

    def _likeness(self, near: frozenset[str], at: int, value: Value) -> float:
        return alike(near, beside(self._sentences[at].text, value.start, value.end))

    def _could_stand(self, other: Value, value: Value) -> bool:
        """Whether a quoted value is a rival of a claimed one and is not claimed itself."""
        return (
            support_values.rival(other, value)
            and not _counts_else(other, value)
            and other.text.lower() not in self._text.lower()
            and not any(
                support_values.bears(other, one) for many in self._claimed.values() for one in many
            )
        )

    def _bonded(self, bearing: Collection[int]) -> set[int]:
        """The sentences with another figure of the claim, which those that bear the value lack."""

        def borne(at: int) -> set[int]:
            sentence = self._sentences[at]
            return {
                one.start
                for one in self._claimed[sentence.published]
                if not one.when
                and any(support_values.bears(other, one) for other in sentence.values)
            }

        theirs = set[int]().union(*(borne(at) for at in bearing if at != _TITLE))
        return {
            at
            for at in range(len(self._sentences))
            if at not in bearing and not borne(at) <= theirs
        }


def _counts_else(other: Value, value: Value) -> bool:
    """Whether two counts count things that have nothing to do with each other."""
    if not other.noun or not value.noun:
        return False
    return not alike(frozenset({stem(value.noun)}), frozenset({stem(other.noun)}))


def _is_relative(value: Value) -> bool:
    """Whether it is a date in words alone ("this month")."""
    return value.when is not None and not any(map(str.isdigit, value.text))
