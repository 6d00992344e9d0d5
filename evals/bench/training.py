"""Fits the reader's weights on the dev half of squad2: `python -m evals.bench.reader --train`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.bench.figures import watched
from evals.bench.squad import Asked, holds_answer
from rag import question, reader, retrieve
from rag.ask import EVIDENCE
from rag.embed import shipped
from rag.engine import Engine
from rag.features import FEATURES, Featuriser

FREE = frozenset({"typed", "length"})
"""Features whose weight may have either sign."""

_RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class Seen:
    """One question's candidates: (n, len(FEATURES)) features, and which of them hold the answer."""

    asked: Asked
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def train(engine: Engine, asked: Sequence[Asked]) -> None:
    """Fit the weights on questions about what is in the library, and store them."""
    write(*fit(look(engine, asked)), reader.WEIGHTS)
    reader.shipped_weights.cache_clear()


def look(engine: Engine, asked: Sequence[Asked]) -> list[Seen]:
    """The reader's candidates for every question that has any."""
    featuriser = Featuriser(shipped())
    seen: list[Seen] = []
    for one in watched(asked, "training"):
        evidence = retrieve.search(engine, one.question, limit=EVIDENCE)
        candidates = featuriser.candidates(question.read(one.question), evidence)
        if candidates:
            features = np.stack([c.features for c in candidates]).astype(np.float64)
            right = np.array([holds_answer(one, candidate) for candidate in candidates])
            seen.append(Seen(one, features, right))
    return seen


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
