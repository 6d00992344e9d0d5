"""Fits the reader's weights: ``python -m evals.training.weights FOLDER``.

FOLDER holds the public sets. The questions are the examples' (see ``evals.training.examples``), of
the documents that were held from the training of the cross-encoder, whose scores are features, and
the dev half of our own cases over the seeds.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals import cases
from evals.bench import corpus
from evals.bench.figures import watched
from evals.bench.squad import load
from evals.cases import Case
from evals.matching import holds
from evals.training.examples import Question, articles, held, questions
from rag import crossencoder, question, reader, retrieve
from rag.ask import EVIDENCE
from rag.embed import shipped
from rag.engine import Engine
from rag.features import FEATURES, Candidate, Featuriser
from rag.ingest import ingest

CASES = Path(__file__).parents[1] / "cases" / "seeds.yaml"
SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
OWN = 6
"""How often each of our own cases counts; they are few, and nearest to what is asked in use."""

FREE = frozenset({"typed", "length"})
"""Features whose weight may have either sign."""

_RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class Seen:
    """One question's candidates: (n, len(FEATURES)) features, and which of them hold the answer."""

    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def look(engine: Engine, asked: Sequence[Question | Case]) -> list[Seen]:
    """The reader's candidates for every question that has any."""
    featuriser = Featuriser(shipped(), crossencoder.shipped())
    seen: list[Seen] = []
    for one in watched(asked, "reading"):
        evidence = retrieve.search(engine, one.question, limit=EVIDENCE)
        candidates = featuriser.candidates(question.read(one.question), evidence)
        if candidates:
            features = np.stack([c.features for c in candidates]).astype(np.float64)
            right = np.array([_answers(one, candidate) for candidate in candidates])
            seen.append(Seen(features, right))
    return seen


def _answers(asked: Question | Case, candidate: Candidate) -> bool:
    if isinstance(asked, Question):
        return _holds_answer(asked, candidate)
    published = candidate.evidence.article.published
    return any(holds(asked, each, candidate.text, published=published) for each in asked.accept)


def _holds_answer(asked: Question, candidate: Candidate) -> bool:
    if asked.answer is None or candidate.evidence.article.source != asked.document:
        return False
    return candidate.start < asked.answer[1] and asked.answer[0] < candidate.end


def fit(seen: Sequence[Seen]) -> tuple[float, dict[str, float]]:
    """Ridge logistic regression by Newton's method: (bias, weight of each feature as it comes).

    No weight is negative but those of FREE. That a sentence matches better never speaks against
    it; the set's unanswerable questions, made to match, would teach that.
    """
    features = np.concatenate([one.features for one in seen])
    right = np.concatenate([one.right for one in seen]).astype(np.float64)
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    scaled = np.column_stack([np.ones(len(features)), (features - mean) / spread])
    active = list(range(scaled.shape[1]))
    while True:
        theta = np.zeros(scaled.shape[1])
        theta[active] = _newton(scaled[:, active], right)
        wrong = [i for i in active if i and theta[i] < 0 and FEATURES[i - 1] not in FREE]
        if not wrong:
            break
        active.remove(min(wrong, key=lambda i: theta[i]))
    weights = theta[1:] / spread
    return float(theta[0] - weights @ mean), dict(zip(FEATURES, map(float, weights), strict=True))


def _newton(rows: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    penalty = np.diag([0.0] + [_RIDGE] * (rows.shape[1] - 1))
    theta = np.zeros(rows.shape[1])
    for _ in range(30):
        predicted = 1.0 / (1.0 + np.exp(-rows @ theta))
        slope = rows.T @ (predicted - right) + penalty @ theta
        curve = (rows * (predicted * (1 - predicted))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        theta -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    return theta


def write(bias: float, weights: dict[str, float], path: Path) -> None:
    """Store trained weights; the threshold is set by hand and kept."""
    kept = json.loads(path.read_text(encoding="utf-8"))["threshold"] if path.is_file() else 0.5
    stored = {
        "threshold": kept,
        "bias": round(bias, 6),
        "weights": {name: round(value, 6) for name, value in weights.items()},
    }
    path.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Fit and store the weights; exit code 0, also when FOLDER has no such set."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.weights", description=__doc__)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(argv)
    squad = load(given.folder)
    if squad is None:
        print(f"skipped: no squad2/dev-half.json in {given.folder}", file=sys.stderr)
        return 0
    documents = articles(given.folder, squad)
    asked = [one for one in questions(squad, documents) if held(documents[one.document])]
    with corpus.empty_library() as engine:
        corpus.put(engine, list(documents.values()), what="documents")
        own = [case for case in cases.load([CASES]) if case.split == "dev"]
        ingest(engine, [SEEDS])
        seen = [*look(engine, asked), *look(engine, own) * OWN]
    write(*fit(seen), reader.WEIGHTS)
    print(f"fitted on {len(seen):,} questions; weights in {reader.WEIGHTS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
