"""Whether the names of a claim are those that its quotes speak of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from rag import support_names, support_values
from rag.names import Name
from rag.question import stem, stems, words
from rag.quoted import Sentence
from rag.rivals import LIKE
from rag.support_numerals import Numerals
from rag.values import Value
from rag.wording import PRONOUN, clause, share

_SOMETHING = 0.2
_PART_ENDS = re.compile(r"[,;:.—–]|\s(?:and|but|while)\s")
_PRONOUN_SAYS = re.compile(
    r"\b(?:he|she|they) (?:said|says|added|adds|wrote|told)\b", re.IGNORECASE
)


class Naming:
    """The names of a claim, held against the sentences that it is from.

    ``claimed`` are its values by day of publication, ``loose`` its other numerals, ``shares`` how
    much of its words each sentence has.
    """

    def __init__(
        self,
        text: str,
        sentences: Sequence[Sentence],
        names: Sequence[Name],
        *,
        claimed: Mapping[date | None, Sequence[Value]],
        loose: Numerals,
        shares: Sequence[float],
    ) -> None:
        self._text = text
        self._sentences = sentences
        self._names = names
        self._claimed = claimed
        self._loose = loose
        self._shares = shares
        self._stems = stems(text)

    def faults(self, quotes: Sequence[Sentence]) -> Iterator[str]:
        """What is wrong with the names, the best quote first, a line each."""
        around = context(quotes)
        best = quotes[0]
        about = support_names.Context(best.about)
        likest = max(self._shares)
        others = [
            one
            for one, said in zip(self._sentences, self._shares, strict=True)
            if said == likest >= LIKE
        ]
        for name in self._names:
            if around.lacks(name):
                yield f"“{name.text}” is not in the passages cited"
                continue
            if self._has_own_figure(name, quotes):
                continue
            taken = (
                support_names.stands_in_for(name, self._text, one.text, about=about)
                for one in (best, *others)
                if one.names.lacks(name) and not self._refers_to(name, one)
            )
            if (other := next(filter(None, taken), None)) is not None:
                yield f"the passages cited say “{other.text}”, not “{name.text}”"
            elif best.names.lacks(name) and about.lacks(name) and not self._can_mean(name, best):
                yield f"the passages cited do not say this of “{name.text}”"

    def _has_own_figure(self, name: Name, quotes: Sequence[Sentence]) -> bool:
        """Whether each quote with a figure that the claim gives right beside a name has the name:
        "£9m for Andersen".
        """
        for value in self._claimed[quotes[0].published]:
            left, right = sorted(((name.start, name.end), (value.start, value.end)))
            if _PART_ENDS.search(self._text, left[1], right[0]) or value.when:
                continue
            bearing = [
                one for one in quotes if any(support_values.bears(v, value) for v in one.values)
            ]
            if bearing and all(not one.names.lacks(name) for one in bearing):
                return True
        return False

    def _goes_on_about(self, name: Name, best: Sentence) -> bool:
        """Whether the sentence after the best one has the name and begins with a pronoun: "His
        successor is Hart", or names what the best one and the claim call "a ferry".
        """
        at = self._sentences.index(best) + 1
        if at >= len(self._sentences) or self._sentences[at].number != best.number:
            return False
        after = self._sentences[at]
        if after.names.lacks(name):
            return False
        kind = words(self._text[: name.start])[-1:]
        called = [one for one in kind if re.search(rf"\ban? (?:[\w-]+ )*?{one}\b", best.text)]
        return PRONOUN.match(after.text) is not None or bool(called)

    def _refers_to(self, name: Name, quote: Sentence) -> bool:
        """Whether a quote begins with a pronoun and the sentence before it has the name."""
        at = self._sentences.index(quote)
        return (
            at > 0
            and PRONOUN.match(quote.text) is not None
            and self._sentences[at - 1].number == quote.number
            and not self._sentences[at - 1].names.lacks(name)
        )

    def _can_mean(self, name: Name, best: Sentence) -> bool:
        """Whether "the company" of the best quote can be a name that it does not have itself.

        It can when the article names it before or right after; or when a sentence that names it
        says something more of the claim, or of the clause around the name.
        """
        if self._goes_on_about(name, best):
            return True
        around = clause(self._text, name.start, name.end)
        own = frozenset(map(stem, words(name.text)))
        for sentence in self._sentences:
            if sentence.names.lacks(name):
                continue
            same = sentence.evidence.article.id == best.evidence.article.id
            if same and sentence.start < best.start:
                return True
            if any(self._says_some(one, around - own, own) for one in self._told_by(sentence)):
                return True
        return False

    def _says_some(self, sentence: Sentence, around: frozenset[str], own: frozenset[str]) -> bool:
        """Whether a sentence says something of the claim, or of the clause around a name."""
        if self._loose.stand_in(sentence.text) or any(
            support_values.bears(one, value)
            for one in sentence.values
            for value in self._claimed[sentence.published]
        ):
            return True
        said = max(share(around, sentence.stems), share(self._stems - own, sentence.stems))
        return said >= _SOMETHING

    def _told_by(self, sentence: Sentence) -> Iterator[Sentence]:
        """A sentence, and the next when that says who tells it with a pronoun: "..., she said"."""
        yield sentence
        at = self._sentences.index(sentence) + 1
        if at < len(self._sentences) and self._sentences[at].number == sentence.number:
            after = self._sentences[at]
            if PRONOUN.match(after.text) or _PRONOUN_SAYS.search(after.text):
                yield after


def texts(quotes: Iterable[Sentence]) -> str:
    """The quotes, and what is known of their articles."""
    listed = list(quotes)
    about = dict.fromkeys(sentence.about for sentence in listed)
    return "\n".join([*(sentence.text for sentence in listed), *about])


def context(quotes: Iterable[Sentence]) -> support_names.Context:
    """What a claim's names are looked for in."""
    return support_names.Context(texts(quotes))
