"""Reads question and passage together: how well each sentence answers, and by which phrase."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.minilm import CLS, SEP, Shipped, encodable, padded, tokenizer
from rag.sentences import Span

MODEL = Path(__file__).parent / "models" / "cross-encoder"
_MOST_TOKENS = 288
_MOST_OF_QUESTION = 48
_MOST_OF_TITLE = 32
_LONGEST_PHRASE = 30
_LOWEST = -20.0
_START, _END, _SENTENCE = range(3)

Logits = NDArray[np.float32]


@dataclass(frozen=True)
class Passage:
    """What is read beside the question: ``sentences`` are spans of ``text``."""

    title: str
    text: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True)
class Judged:
    """What was made of one sentence. Each score is a logit less that of "not in this passage".

    ``answers`` is for the sentence as a whole, ``phrase`` for the likeliest phrase in it, which is
    ``text[start:end]`` of the passage.
    """

    answers: float
    phrase: float
    start: int
    end: int


@dataclass(frozen=True)
class Row:
    """Question and passage as tokens. The first ``question`` of them are the question with the two
    special ones around it, those of the passage begin ``at``, with their offsets in its text.
    """

    ids: list[int]
    question: int
    at: int
    offsets: list[Span]

    def tokens(self, span: Span) -> Span | None:
        """The tokens of ``text[start:end]``, first and past the last; None beyond what is read."""
        start, end = span
        inside = [n for n, (a, b) in enumerate(self.offsets, self.at) if b > start and a < end]
        return (inside[0], inside[-1] + 1) if inside else None


def rows(question: str, passages: Sequence[Passage]) -> list[Row]:
    """Each passage beside the question, cut off at 288 tokens. Raises EmbedError."""
    asked = _encode(question)[0][:_MOST_OF_QUESTION]
    found = []
    for passage in passages:
        title = _encode(passage.title)[0][:_MOST_OF_TITLE]
        head = [CLS, *asked, SEP, *title, *([SEP] if title else [])]
        ids, offsets = _encode(passage.text)
        room = _MOST_TOKENS - len(head) - 1
        found.append(Row([*head, *ids[:room], SEP], len(asked) + 2, len(head), offsets[:room]))
    return found


class CrossEncoder:
    """MiniLM trained to answer (see models/cross-encoder). Loaded at first use; thread-safe."""

    def __init__(self) -> None:
        self._model = Shipped(MODEL)

    def judge(self, question: str, passages: Sequence[Passage]) -> list[list[Judged]]:
        """For each passage its sentences, in their order.

        A sentence beyond the 288th token gets the lowest scores. Raises EmbedError when the shipped
        model cannot be loaded.
        """
        if not passages:
            return []
        made = rows(question, passages)
        return [
            [_judged(row, logits, sentence) for sentence in passage.sentences]
            for row, logits, passage in zip(made, self._run(made), passages, strict=True)
        ]

    def _run(self, made: Sequence[Row]) -> list[Logits]:
        ids, mask = padded([row.ids for row in made])
        kinds = mask.copy()
        for line, row in enumerate(made):
            kinds[line, : row.question] = 0
        feed = {"input_ids": ids, "token_type_ids": kinds, "attention_mask": mask}
        (logits,) = self._model.session.run(None, feed)
        return [np.asarray(one, np.float32) for one in logits]


def _encode(text: str) -> tuple[list[int], list[Span]]:
    encoded = tokenizer().encode(encodable(text), add_special_tokens=False)
    return encoded.ids, encoded.offsets


def _judged(row: Row, logits: Logits, sentence: Span) -> Judged:
    tokens = row.tokens(sentence)
    if tokens is None:
        return Judged(_LOWEST, _LOWEST, *sentence)
    first, last = tokens
    sums = logits[first:last, _START, None] + logits[None, first:last, _END]
    allowed = np.triu(np.ones_like(sums)) - np.triu(np.ones_like(sums), _LONGEST_PHRASE)
    start, end = divmod(int(np.where(allowed > 0, sums, -np.inf).argmax()), last - first)
    offsets = row.offsets[first - row.at : last - row.at]
    return Judged(
        answers=float(logits[first:last, _SENTENCE].mean() - logits[0, _SENTENCE]),
        phrase=float(sums[start, end] - logits[0, _START] - logits[0, _END]),
        start=offsets[start][0],
        end=offsets[end][1],
    )


@lru_cache(maxsize=1)
def shipped() -> CrossEncoder:
    """The one CrossEncoder of this process."""
    return CrossEncoder()
