"""What the reader looks at in each sentence of the evidence before it chooses one to quote."""

import math
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag import short, synonyms
from rag.embed import LocalEmbedder
from rag.passages import quotable
from rag.question import Asks, Question, Term, content_words, stem, words
from rag.types import Evidence

Vector = NDArray[np.float32]
Sentence = tuple[int, int, str]
"""Start and end in the article's text, and the text between."""

FEATURES = (
    "dense",  # cosine of question and sentence
    "dense_gap",  # how far below the best sentence of its passage
    "passage",  # fused score of the passage
    "rank",  # 1 / (1 + rank of the article by its best passage)
    "exact",  # weighted share of the question's words that stand in the sentence
    "soft",  # the same, with words of like meaning counted in part
    "before",  # the same, with the sentence before it
    "context",  # the same, with the whole passage and the title
    "names",  # share of the question's names in the sentence
    "names_context",  # in the passage and the title
    "numbers",  # share of the question's numbers in the sentence
    "rest",  # as "soft", over the words that are neither names nor numbers
    "rest_context",  # in the passage and the title
    "weakest",  # how well the worst matched word of the question is matched in the sentence
    "weakest_context",  # in the passage and the title
    "typed",  # whether the question asks for a type of phrase
    "fit",  # how well the phrase found fits that type
    "length",  # log of the number of words
)

_DIGIT = re.compile(r"\d")
_SOFT_FROM, _SOFT_SPAN, _SOFT_MOST = 0.35, 0.5, 0.9
_SYNONYM = 0.8
_MOST_KNOWN = 20_000


@dataclass(frozen=True, eq=False)
class Candidate:
    """One sentence of the evidence: ``article.text[start:end]``.

    ``features`` are in the order of FEATURES. ``near`` is what names its subject when it does not
    itself: the title (of a body sentence) and the two sentences before it. ``before`` is the one
    just before it.
    """

    evidence: Evidence
    start: int
    end: int
    text: str
    near: str
    before: str
    features: Vector
    vector: Vector
    short: short.Short | None


class Featuriser:
    """Makes candidates of evidence. Safe across threads.

    Keeps the vectors of words and sentences it has met, 20,000 at most (30 MB).
    """

    def __init__(self, embedder: LocalEmbedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vector] = {}
        self._lock = threading.Lock()

    def candidates(self, question: Question, evidence: Sequence[Evidence]) -> list[Candidate]:
        """Every sentence of the evidence once, in the order of the evidence, then of the text."""
        passages = _sentences(evidence)
        texts = [text for _, spans in passages for *_, text in spans]
        if not texts:
            return []
        titles = [_title(item) for item in evidence]
        asked = [term.word.lower() for term in question.terms]
        known = self._learn([*texts, *asked, *_content([*texts, *titles])])
        asking = _Asking(question, self._embedder.embed([question.text])[0], known)
        order = list(dict.fromkeys(item.article.id for item in evidence))
        return [
            candidate
            for item, spans in passages
            for candidate in asking.of_passage(order.index(item.article.id), item, spans)
        ]

    def _learn(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vectors known, with those of these texts among them."""
        with self._lock:
            if len(self._known) > _MOST_KNOWN:
                self._known = {}
            new = list(dict.fromkeys(text for text in texts if text not in self._known))
            if new:
                self._known.update(zip(new, self._embedder.embed(new), strict=True))
            return self._known


class _Asking:
    """One question, held against sentence after sentence."""

    def __init__(self, question: Question, vector: Vector, known: dict[str, Vector]) -> None:
        self._question = question
        self._vector = vector
        self._known = known
        asked = [known[term.word.lower()] for term in question.terms]
        self._terms = np.stack(asked) if asked else np.zeros((1, vector.size), np.float32)

    def of_passage(self, rank: int, item: Evidence, spans: Sequence[Sentence]) -> list[Candidate]:
        """The candidates of one passage."""
        if not spans:
            return []
        vectors = np.stack([self._known[text] for *_, text in spans])
        dense = vectors @ self._vector
        matches = np.stack([self._matches(text) for *_, text in spans])
        title = _title(item)
        context = np.maximum(matches.max(axis=0), self._matches(title))
        lowered = frozenset(word for word in words(item.passage.text) if word.islower())
        found: list[Candidate] = []
        for row, (start, end, text) in enumerate(spans):
            phrase = short.find(self._question, text, like=self._like, lowered=lowered)
            features = [
                float(dense[row]),
                float(dense[row] - dense.max()),
                item.score,
                1.0 / (1 + rank),
                *_coverage(
                    self._question,
                    sentence=matches[row],
                    before=matches[max(0, row - 1) : row + 1].max(axis=0),
                    context=context,
                ),
                float(self._question.asks is not Asks.TEXT),
                phrase.fit if phrase else 0.0,
                math.log1p(len(words(text))),
            ]
            before = [text for *_, text in spans[max(0, row - 2) : row]]
            found.append(
                Candidate(
                    evidence=item,
                    start=start,
                    end=end,
                    text=text,
                    near="\n".join([title, *before]),
                    before="".join(before[-1:]),
                    features=np.array(features, dtype=np.float32),
                    vector=vectors[row],
                    short=phrase,
                )
            )
        return found

    def _like(self, a: str, b: str) -> float:
        if stem(a) == stem(b):
            return 1.0
        one, other = self._known.get(a.lower()), self._known.get(b.lower())
        return float(one @ other) if one is not None and other is not None else 0.0

    def _matches(self, text: str) -> Vector:
        """For each term of the question how well a text holds it: 1 the word, less a like one.

        Names and numbers must stand there themselves; a like one is another one.
        """
        if not self._question.terms:
            return np.ones(1, dtype=np.float32)
        stems = {stem(word) for word in words(text)}
        content = [self._known[word] for word in _content([text])]
        likeness = (self._terms @ np.stack(content).T).max(axis=1) if content else [0.0]
        soft = np.clip((np.asarray(likeness) - _SOFT_FROM) / _SOFT_SPAN, 0.0, 1.0) * _SOFT_MOST
        terms = self._question.terms
        return np.array(
            [_match(term, stems, float(soft[i % soft.size])) for i, term in enumerate(terms)],
            dtype=np.float32,
        )


def _sentences(evidence: Sequence[Evidence]) -> list[tuple[Evidence, list[Sentence]]]:
    """The sentences of each passage, those left out that an earlier one holds as well."""
    seen: set[tuple[str, int, int]] = set()
    found: list[tuple[Evidence, list[Sentence]]] = []
    for item in evidence:
        text = item.article.text
        spans = [
            (start, end, text[start:end])
            for start, end in quotable(item.article, item.passage)
            if (item.article.id, start, end) not in seen
        ]
        seen |= {(item.article.id, start, end) for start, end, _ in spans}
        found.append((item, spans))
    return found


def _title(item: Evidence) -> str:
    """The titles that a passage stands under. A teaser belongs to another story, so it has none."""
    return item.titles if item.passage.kind == "body" else ""


def _content(texts: Iterable[str]) -> Iterator[str]:
    """The content words of texts, in lower case."""
    for text in texts:
        yield from (word.lower() for word in content_words(text))


def _match(term: Term, stems: set[str], soft: float) -> float:
    if term.stem in stems:
        return 1.0
    if term.name or _DIGIT.search(term.word):
        return 0.0
    return max(soft, _SYNONYM if synonyms.of(term.stem) & stems else 0.0)


def _coverage(
    question: Question, *, sentence: Vector, before: Vector, context: Vector
) -> list[float]:
    """The features from "exact" to "weakest_context"."""
    weights = np.array([_weight(term) for term in question.terms] or [1.0])
    light = np.array([term.light for term in question.terms] or [False])
    names = np.array([term.name for term in question.terms] or [False])
    numbers = ~names & np.array(
        [bool(_DIGIT.search(term.word)) for term in question.terms] or [False]
    )
    rest = ~(names | numbers | light)
    return [
        _share(sentence >= 1.0, weights),
        _share(sentence, weights),
        _share(before, weights),
        _share(context, weights),
        _share(sentence[names], weights[names]),
        _share(context[names], weights[names]),
        _share(sentence[numbers], weights[numbers]),
        _share(sentence[rest], weights[rest]),
        _share(context[rest], weights[rest]),
        float(sentence[~light].min(initial=1.0)),
        float(context[~light].min(initial=1.0)),
    ]


def _weight(term: Term) -> float:
    return 1.5 if term.name else 0.4 if term.light else 1.0


def _share(matched: NDArray[Any], weights: NDArray[np.float64]) -> float:
    return float((matched * weights).sum() / weights.sum()) if weights.size else 1.0
