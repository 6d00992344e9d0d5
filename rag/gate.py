"""Whether the evidence is too weak for a model to be asked at all."""

from collections.abc import Sequence

from rag.about import mentions
from rag.question import read, stems
from rag.types import Evidence

# On the dev halves of squad2 and of our own cases no answerable question falls below these; they
# hold for the cosines of the shipped embedder only. See tests/test_gate.py.
_FAR = 0.30
_FAR_WITH_NAMES = 0.40
_FEW_WORDS = 0.34


def too_weak(question: str, evidence: Sequence[Evidence], *, shipped: bool) -> str | None:
    """Why the evidence cannot hold the answer, in one line; None when it may.

    It is too weak when there is none; and, with the ``shipped`` embedder, when no passage is near
    in meaning and none has more than a third of the question's words, or when none mentions any
    name of the question and none is near.
    """
    if not evidence:
        return (
            "No article could be searched: the library, or what the filters leave of it, is empty."
        )
    nearest = max(item.dense or 0.0 for item in evidence)
    texts = [
        f"{item.titles}\n{item.article.publisher or ''}\n{item.passage.text}" for item in evidence
    ]
    if not shipped or nearest >= _FAR_WITH_NAMES:
        return None
    names = read(question).names
    if names and not any(mentions(name, text) for name in names for text in texts):
        return f"The articles found do not mention {', '.join(names)}."
    if nearest < _FAR and _most_words(question, texts) <= _FEW_WORDS:
        return "No article is about this."
    return None


def _most_words(question: str, texts: Sequence[str]) -> float:
    """The largest share of the question's content words that one text has."""
    asked = stems(question)
    if not asked:
        return 0.0
    return max(len(asked & stems(text)) / len(asked) for text in texts)
