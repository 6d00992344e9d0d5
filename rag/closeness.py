"""How closely the best sentence of a passage follows the words of a question."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from rag.question import Question, quoted, stem, words

Key = TypeVar("Key")
Pair = tuple[str, str]
Lines = tuple[tuple[str, ...], ...]
"""A text as its sentences, each as the stems of its words."""

# Good enough to score by, and twenty times as fast as ``sentences``, which quotes need.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])|[。！？]|\n+")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Close:
    """Shares, 0 to 1. ``sentence`` is how well the best sentence fits; ``missing`` are the names
    and numbers of the question that stand neither in the text nor in the title, ``unquoted`` its
    quoted phrases.
    """

    sentence: float
    missing: float
    unquoted: float


@dataclass(frozen=True)
class _Asked:
    """The words of a question and its pairs of words, with weights, and what a text must have."""

    words: Mapping[str, float]
    pairs: Mapping[Pair, float]
    hard: frozenset[str]
    phrases: tuple[str, ...]

    def close(self, title: Lines, text: Lines) -> Close:
        """How close one passage is."""
        lines = (*title, *text)
        lost = self.hard.difference(*lines)
        runs = [f" {' '.join(line)} " for line in lines] if self.phrases else []
        unquoted = [phrase for phrase in self.phrases if not any(phrase in run for run in runs)]
        return Close(
            sentence=max(map(self._sentence, text), default=0.0),
            missing=len(lost) / (len(self.hard) or 1),
            unquoted=len(unquoted) / (len(self.phrases) or 1),
        )

    def _sentence(self, line: Sequence[str]) -> float:
        inside = self.words.keys() & line
        if not inside:
            return 0.0
        found = {pair for pair in pairwise(line) if pair in self.pairs}
        return (_share(inside, self.words) + _share(found, self.pairs)) / 2


def closeness(
    question: Question,
    passages: Sequence[tuple[str, str]],
    *,
    rewrite: Callable[[str], str] | None = None,
) -> list[Close]:
    """How close each passage, a (title, text), is to a question in its words.

    A sentence is worth the share of the question's words that it has, and the share of its pairs of
    words in a row, in equal parts. A word weighs the logarithm of how rare it is among these
    passages, a pair as much as its words; words are compared by their stems. ``rewrite`` is put
    over each text first, so that it writes numbers and names as the question does.
    """
    put = rewrite or str
    told = [(_lines(put(title)), _lines(put(text))) for title, text in passages]
    asked = _asked(question, put(question.text), [text for _, text in told])
    return [asked.close(title, text) for title, text in told]


def _asked(question: Question, text: str, told: Sequence[Lines]) -> _Asked:
    stems = [stem(word) for word in words(text)]
    numbers = {key for key in stems if _DIGIT.search(key)}
    terms = {term.stem for term in question.terms} & {*stems} | numbers
    counted = Counter(
        key for lines in told for key in terms & {word for line in lines for word in line}
    )
    weights = {key: _rarity(counted[key], len(told)) for key in terms}
    return _Asked(
        words=weights,
        pairs={
            (one, other): weights.get(one, 0.0) + weights.get(other, 0.0)
            for one, other in pairwise(stems)
            if one in terms or other in terms
        },
        hard=frozenset(term.stem for term in question.terms if term.name) & terms | numbers,
        phrases=tuple(f" {' '.join(map(stem, words(each)))} " for each in quoted(text)),
    )


def _rarity(holding: int, among: int) -> float:
    """The inverse document frequency of BM25 (Robertson and Zaragoza 2009), over the passages."""
    return math.log(1 + (among - holding + 0.5) / (holding + 0.5))


def _share(found: Iterable[Key], weights: Mapping[Key, float]) -> float:
    return sum(weights[key] for key in found) / (sum(weights.values()) or 1.0)


@lru_cache(maxsize=4_096)
def _lines(text: str) -> Lines:
    """The sentences of a text, kept: one question after the other finds the same passages."""
    lines = (tuple(map(stem, words(line))) for line in _SENTENCE_END.split(text))
    return tuple(line for line in lines if line)
