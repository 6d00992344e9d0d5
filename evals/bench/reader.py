"""How well the embedded reader picks the sentence that answers, and knows when there is none.

`python -m evals.bench.reader FOLDER [--train] [--json]`: FOLDER holds `squad2/dev-half.json`.
`--train` fits the reader's weights on the dev half and writes them before measuring.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from evals.bench.squad import Asked, Half, Squad, fill, load, source_of
from rag import question, reader, retrieve
from rag.embed import LocalEmbedder
from rag.engine import Engine
from rag.features import FEATURES, Candidate, Featuriser
from rag.settings import Settings
from rag.wiring import open_engine

EVIDENCE = 8
"""Passages that the reader is given, as in ``rag.ask``."""

FREE = frozenset({"typed", "length"})
"""Features whose weight may have either sign."""

_RIDGE = 1.0


@dataclass(frozen=True, eq=False)
class Seen:
    """One question's candidates: (n, len(FEATURES)) features, and which of them hold the answer."""

    asked: Asked
    features: NDArray[np.float64]
    right: NDArray[np.bool_]


def look(engine: Engine, squad: Squad, half: Half, *, quiet: bool) -> list[Seen]:
    """The reader's candidates for every question of a half."""
    featuriser = Featuriser(LocalEmbedder())
    seen: list[Seen] = []
    for asked in track(squad.of(half), description=f"reading the {half} half", disable=quiet):
        evidence = retrieve.search(engine, asked.question, limit=EVIDENCE)
        candidates = featuriser.candidates(question.read(asked.question), evidence)
        if candidates:
            features = np.stack([c.features for c in candidates]).astype(np.float64)
            right = np.array([_holds_answer(asked, candidate) for candidate in candidates])
            seen.append(Seen(asked, features, right))
    return seen


def _holds_answer(asked: Asked, candidate: Candidate) -> bool:
    if candidate.evidence.article.source != source_of(asked.paragraph):
        return False
    return any(candidate.start <= at < candidate.end for at, _ in asked.answers)


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


def measure(seen: Sequence[Seen], weights: reader.Weights) -> dict[str, float]:
    """Sentence hit@1 on what has an answer; how well the probability tells right from wrong."""
    vector = np.array([weights.weights[name] for name in FEATURES])
    best, right, answerable = [], [], []
    for one in seen:
        scores = one.features @ vector + weights.bias
        at = int(scores.argmax())
        best.append(1.0 / (1.0 + np.exp(-scores[at])))
        right.append(bool(one.right[at]))
        answerable.append(bool(one.asked.answers))
    confidence, correct, can = np.array(best), np.array(right), np.array(answerable)
    answered = confidence >= weights.threshold
    order = np.argsort(-confidence)
    risk = 1 - np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    return {
        "questions": float(len(seen)),
        "answerable": float(can.sum()),
        "sentence hit@1 of the answerable": float(correct[can].mean()),
        "area under the risk-coverage curve": float(risk.mean()),
        "AUC of right against wrong": _auc(confidence, correct),
        "answered": float(answered.mean()),
        "right of the answered": float(correct[answered].mean()) if answered.any() else 1.0,
        "abstained of the unanswerable": float((~answered[~can]).mean()),
    }


def _auc(score: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    order = np.argsort(score, kind="stable")
    rank = np.empty(len(score))
    rank[order] = np.arange(1, len(score) + 1)
    hits = positive.sum()
    misses = len(score) - hits
    return float((rank[positive].sum() - hits * (hits + 1) / 2) / max(1, hits * misses))


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
    """Run the measurement; exit code 0, also when FOLDER has no such set."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.reader", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", action="store_true", help="fit the weights on the dev half")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    squad = load(given.folder)
    if squad is None:
        print(f"skipped: no squad2/dev-half.json in {given.folder}", file=sys.stderr)
        return 0
    quiet = not sys.stderr.isatty()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(Settings(data=Path(folder)))
        with engine:
            fill(engine, squad)
            seen = {half: look(engine, squad, half, quiet=quiet) for half in ("dev", "test")}
    if given.train:
        write(*fit(seen["dev"]), reader.WEIGHTS)
        reader.shipped_weights.cache_clear()
    table = {half: measure(seen[half], reader.shipped_weights()) for half in ("dev", "test")}
    if given.json:
        print(json.dumps(table))
        return 0
    for name in table["dev"]:
        print(f"{name:40s} dev {table['dev'][name]:9.3f}   test {table['test'][name]:9.3f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
