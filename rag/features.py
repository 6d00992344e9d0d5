"""What the reader looks at in each sentence of the evidence before it chooses one to quote."""

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag import short, synonyms
from rag.crossencoder import CrossEncoder, Judged, Passage
from rag.embed import LocalEmbedder
from rag.passages import quotable
from rag.question import Asks, Question, Term, stem, words
from rag.short import Short
from rag.types import Evidence

Vector = NDArray[np.float32]
Sentence = tuple[int, int, str]
"""Start and end in the article's text, and the text between."""

FEATURES = (
    "answers",  # the cross-encoder's score of the sentence
    "answers_gap",  # how far below the best sentence of all
    "phrase",  # its score of the best phrase in the sentence
    "phrase_gap",  # how far below the best phrase of all
    "passage",  # fused score of the passage
    "rank",  # 1 / (1 + rank of the article by its best passage)
    "exact",  # weighted share of the question's words that stand in the sentence
    "before",  # the same, with the sentence before it, synonyms counted in part
    "context",  # the same, with the whole passage and the title
    "names",  # share of the question's names in the sentence
    "names_context",  # in the passage and the title
    "numbers",  # share of the question's numbers in the sentence
    "weakest",  # how well the worst matched word of the question is matched in the sentence
    "weakest_context",  # in the passage and the title
    "typed",  # whether the question asks for a type of phrase
    "fit",  # how well the phrase found fits that type
    "length",  # log of the number of words
)

_DIGIT = re.compile(r"\d")
_SYNONYM = 0.8
_BY_PHRASE = frozenset({Asks.PERSON, Asks.PLACE, Asks.NAME, Asks.TEXT})
_MOST_KNOWN = 20_000
READ = 4
"""Passages that are read. The cross-encoder takes most of the time of an answer, and on the dev
halves more of them gave no better answers."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One sentence of the evidence: ``article.text[start:end]``.

    ``features`` are in the order of FEATURES. ``near`` is what names its subject when it does not
    itself: the title (of a body sentence) and the two sentences before it. ``before`` is the one
    just before it. ``short`` is the phrase of the type asked for, ``phrase`` what the
    cross-encoder takes for the answer, whatever is asked; its fit is a logit, from about -20 to 20.
    """

    evidence: Evidence
    start: int
    end: int
    text: str
    near: str
    before: str
    features: Vector
    short: Short | None
    phrase: Short | None
    by_phrase: bool
    """Whether ``phrase`` is the better of the two: no value is asked for."""


@dataclass(frozen=True)
class _Judgement:
    """What the cross-encoder made of a sentence, and how far it falls behind the best of all."""

    judged: Judged
    answers_gap: float
    phrase_gap: float

    @property
    def features(self) -> list[float]:
        """From "answers" to "phrase_gap"."""
        return [self.judged.answers, self.answers_gap, self.judged.phrase, self.phrase_gap]


class Featuriser:
    """Makes candidates of evidence. Safe across threads.

    Keeps the vectors of words that it has compared, 20,000 at most (30 MB).
    """

    def __init__(self, embedder: LocalEmbedder, cross: CrossEncoder) -> None:
        self._embedder = embedder
        self._cross = cross
        self._known: dict[str, Vector] = {}
        self._lock = threading.Lock()

    def candidates(self, question: Question, evidence: Sequence[Evidence]) -> list[Candidate]:
        """Every sentence of the first READ passages once, in their order, then that of the text."""
        passages = [(item, spans) for item, spans in _sentences(evidence[:READ]) if spans]
        order = list(dict.fromkeys(item.article.id for item, _ in passages))
        return [
            candidate
            for (item, spans), judged in zip(passages, self._judge(question, passages), strict=True)
            for candidate in self._of_passage(
                question, order.index(item.article.id), item, spans, judged
            )
        ]

    def _judge(
        self, question: Question, passages: Sequence[tuple[Evidence, list[Sentence]]]
    ) -> list[list[_Judgement]]:
        """What the cross-encoder makes of each sentence."""
        judged = self._cross.judge(
            question.text, [_beside(item, spans) for item, spans in passages]
        )
        every = [one for row in judged for one in row]
        best = max((one.answers for one in every), default=0.0)
        phrase = max((one.phrase for one in every), default=0.0)
        return [
            [_Judgement(one, one.answers - best, one.phrase - phrase) for one in row]
            for row in judged
        ]

    def _of_passage(
        self,
        question: Question,
        rank: int,
        item: Evidence,
        spans: Sequence[Sentence],
        judged: Sequence[_Judgement],
    ) -> list[Candidate]:
        """The candidates of one passage."""
        matches = np.stack([_matches(question, text) for *_, text in spans])
        title = _title(item)
        context = np.maximum(matches.max(axis=0), _matches(question, title))
        lowered = frozenset(word for word in words(item.passage.text) if word.islower())
        found: list[Candidate] = []
        for row, (start, end, text) in enumerate(spans):
            typed = short.find(question, text, like=self._like, lowered=lowered)
            features = [
                *judged[row].features,
                item.score,
                1.0 / (1 + rank),
                *_coverage(
                    question,
                    sentence=matches[row],
                    before=matches[max(0, row - 1) : row + 1].max(axis=0),
                    context=context,
                ),
                float(question.asks is not Asks.TEXT),
                typed.fit if typed else 0.0,
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
                    short=typed,
                    phrase=_phrase(item, start, end, judged[row].judged),
                    by_phrase=question.asks in _BY_PHRASE,
                )
            )
        return found

    def _like(self, a: str, b: str) -> float:
        """How alike two words are in meaning, 0 to 1."""
        if stem(a) == stem(b):
            return 1.0
        pair = [a.lower(), b.lower()]
        with self._lock:
            if len(self._known) > _MOST_KNOWN:
                self._known = {}
            new = [word for word in pair if word not in self._known]
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
            one, other = (self._known[word] for word in pair)
        return float(one @ other)


def _matches(question: Question, text: str) -> Vector:
    """For each term of the question how well a text holds it: 1 the word, less a synonym.

    Names and numbers must stand there themselves; a like one is another one.
    """
    stems = {stem(word) for word in words(text)}
    return np.array([_match(term, stems) for term in question.terms] or [1.0], dtype=np.float32)


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


def _beside(item: Evidence, spans: Sequence[Sentence]) -> Passage:
    """A passage as the cross-encoder reads it."""
    at = item.passage.start
    text = item.article.text[at : item.passage.end]
    title = item.article.title if item.passage.kind == "body" else ""
    return Passage(title, text, tuple((start - at, end - at) for start, end, _ in spans))


def _phrase(item: Evidence, start: int, end: int, judged: Judged) -> Short:
    """Where in the sentence ``article.text[start:end]`` the cross-encoder's phrase stands."""
    at = item.passage.start - start
    return Short(max(0, judged.start + at), min(end - start, judged.end + at), judged.phrase)


def _title(item: Evidence) -> str:
    """The titles that a passage stands under. A teaser belongs to another story, so it has none."""
    return item.titles if item.passage.kind == "body" else ""


def _match(term: Term, stems: set[str]) -> float:
    if term.stem in stems:
        return 1.0
    if term.name or _DIGIT.search(term.word):
        return 0.0
    return _SYNONYM if synonyms.of(term.stem) & stems else 0.0


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
    return [
        _share(sentence >= 1.0, weights),
        _share(before, weights),
        _share(context, weights),
        _share(sentence[names], weights[names]),
        _share(context[names], weights[names]),
        _share(sentence[numbers], weights[numbers]),
        float(sentence[~light].min(initial=1.0)),
        float(context[~light].min(initial=1.0)),
    ]


def _weight(term: Term) -> float:
    return 1.5 if term.name else 0.4 if term.light else 1.0


def _share(matched: NDArray[Any], weights: NDArray[np.float64]) -> float:
    return float((matched * weights).sum() / weights.sum()) if weights.size else 1.0
