"""What a claim is held against, a sentence at a time, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rag import support_dates, support_names, values
from rag.copies import prints
from rag.question import stems
from rag.types import Evidence
from rag.values import Value

SURE = 0.6
"""The share of a claim's words in a sentence from which on meaning need not be looked at."""
NOT_SAID = "the passages cited do not say this"
_BETTER_ELSEWHERE = 0.15


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
        return stems(self.text)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Its values, in each way that its dates may be meant."""
        return tuple(support_dates.quoted(self.text, published=self.published))

    @cached_property
    def plain(self) -> str:
        """Its text with the values in it struck out."""
        return values.struck(self.text, self.values)

    @cached_property
    def headline(self) -> tuple[Value, ...]:
        """The values of its article's title, which is shown with every quote."""
        if self.evidence.passage.kind == "teaser":
            return ()
        title = self.evidence.article.title
        return tuple(support_dates.quoted(title, published=self.published))

    @cached_property
    def names(self) -> support_names.Context:
        """What names are looked for in, when they must stand in the sentence itself."""
        return support_names.Context(self.text)

    @property
    def published(self) -> date | None:
        """The day its article was published."""
        return self.evidence.article.published

    @cached_property
    def about(self) -> str:
        """What is known of its article, where names may stand as well.

        The publishers of the other articles that print it are named with it, so they may too.
        """
        item = self.evidence
        kind, published = item.passage.kind, item.article.published
        printing = (
            copy.publisher
            for copy in item.copies
            if prints(copy, self.text, kind=kind, published=published)
        )
        known = dict.fromkeys((item.article.title, item.article.publisher, *printing))
        return " | ".join(filter(None, known))


@dataclass(frozen=True)
class Worked:
    """What a claim may work out a sum or a difference of: the values that the answer ``shown``.

    ``ahead`` is the sentence after it, where that is what shows them.
    """

    shown: Sequence[Value] = ()
    ahead: str = ""


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
