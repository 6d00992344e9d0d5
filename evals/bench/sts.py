"""Is the shipped embedder right? Spearman on the test set of STS-B (1,379 sentence pairs).

python -m evals.bench.sts FOLDER [--json]
"""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rag.embed import Embedder, LocalEmbedder

# The model in float32, as published by its authors; what rounding to int8 may lose.
PUBLISHED = 0.8203
TOLERANCE = 0.002


@dataclass(frozen=True)
class Pair:
    """Two sentences and how alike people found them, 0 to 5."""

    first: str
    second: str
    score: float


@dataclass(frozen=True)
class Result:
    """Spearman's rank correlation of cosine similarity and people's scores, over ``n`` pairs."""

    embedder: str
    n: int
    spearman: float
    published: float = PUBLISHED

    @property
    def line(self) -> str:
        """The result as one line."""
        return (
            f"STS-B test: Spearman {self.spearman:.4f} on {self.n:,} pairs with {self.embedder} "
            f"(published for all-MiniLM-L6-v2: {self.published:.4f}, "
            f"difference {self.spearman - self.published:+.4f})"
        )


def read(path: Path) -> list[Pair]:
    """The pairs of a file in STS-B's form: tab-separated; score, first, second in columns 5-7."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Pair(row[5], row[6], float(row[4])) for row in rows if row]


def measure(pairs: Sequence[Pair], *, embedder: Embedder) -> Result:
    """Embed both sides, compare the order of the cosines with the order of the scores."""
    first = embedder.embed([pair.first for pair in pairs])
    second = embedder.embed([pair.second for pair in pairs])
    cosines = np.sum(first * second, axis=1)
    scores = [pair.score for pair in pairs]
    return Result(embedder.name, len(pairs), spearman(cosines, scores))


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Spearman's rank correlation, -1 to 1, with ties averaged; nan if one side is constant."""
    a, b = ranks(x), ranks(y)
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size else float("nan")


def ranks(values: ArrayLike) -> NDArray[np.float64]:
    """Rank of each value from 1; equal values get the average of the ranks they take up."""
    _, place, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    averages: NDArray[np.float64] = np.cumsum(counts) - (counts - 1) / 2
    return averages[place]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the result; 1 when it is below the published figure by more than TOLERANCE."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.sts", description=__doc__)
    parser.add_argument("folder", type=Path, help="holds sts/sts-test.csv")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(argv)
    path = options.folder / "sts" / "sts-test.csv"
    if not path.is_file():
        skipped = f"{path} is not there, so nothing was measured"
        print(json.dumps({"skipped": skipped}) if options.json else f"Skipped: {skipped}.")
        return 0
    result = measure(read(path), embedder=LocalEmbedder())
    print(json.dumps(asdict(result)) if options.json else result.line)
    return 0 if result.spearman >= PUBLISHED - TOLERANCE else 1


if __name__ == "__main__":
    raise SystemExit(main())
