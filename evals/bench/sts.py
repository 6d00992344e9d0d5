"""Is the shipped embedder right? Spearman on the test set of STS-B (1,379 sentence pairs).

`python -m evals.bench.sts FOLDER [--json] [--save FILE] [--against FILE]`. Nothing is tuned on this
set, so that it has no halves.
"""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.bench import figures
from evals.bench.figures import Run
from rag.embed import Embedder, LocalEmbedder
from rag.errors import BadInput

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
    """Spearman's rank correlation of cosine similarity and people's scores, over ``n`` pairs.

    ``low`` and ``high`` are its 95 % interval by bootstrap over pairs.
    """

    embedder: str
    n: int
    spearman: float
    low: float
    high: float
    published: float = PUBLISHED

    @property
    def line(self) -> str:
        """The result as one line."""
        return (
            f"STS-B test: Spearman {self.spearman:.4f} ({self.low:.4f}-{self.high:.4f}) on "
            f"{self.n:,} pairs with {self.embedder} (published for all-MiniLM-L6-v2: "
            f"{self.published:.4f}, difference {self.spearman - self.published:+.4f})"
        )


def read(path: Path) -> list[Pair]:
    """The pairs of a file in STS-B's form: tab-separated; score, first, second in columns 5-7."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Pair(row[5], row[6], float(row[4])) for row in rows if row]


def look(pairs: Sequence[Pair], *, embedder: Embedder) -> Run:
    """The cosine of each pair, by its number, with people's score."""
    first = embedder.embed([pair.first for pair in pairs])
    second = embedder.embed([pair.second for pair in pairs])
    cosines = np.sum(first * second, axis=1)
    return {
        "sts": {
            str(number): {"cosine": round(float(cosine), 7), "score": pair.score}
            for number, (cosine, pair) in enumerate(zip(cosines, pairs, strict=True))
        }
    }


def measure(run: Run, *, embedder: str) -> Result:
    """Compare the order of the cosines with the order of the scores."""
    cosines, scores = (_column(run, name) for name in ("cosine", "score"))
    found = figures.resampled(lambda rows: spearman(cosines[rows], scores[rows]), len(cosines))
    return Result(embedder, found.of, found.value, found.low, found.high)


def gap(run: Run, before: Run) -> figures.Gap:
    """The difference in Spearman from a kept run of the same pairs. Raises BadInput."""
    now, then, scores = _column(run, "cosine"), _column(before, "cosine"), _column(run, "score")
    if not np.array_equal(scores, _column(before, "score")):
        raise BadInput("The kept run is of other pairs, so that nothing can be compared.")
    return figures.gap_of(
        lambda rows: spearman(now[rows], scores[rows]) - spearman(then[rows], scores[rows]),
        len(scores),
    )


def _column(run: Run, name: str) -> NDArray[np.float64]:
    return np.array([one[name] for one in run.get("sts", {}).values()], dtype=np.float64)


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
    figures.options(parser, split=False)
    options = parser.parse_args(argv)
    path = options.folder / "sts" / "sts-test.csv"
    if not path.is_file():
        skipped = f"{path} is not there, so nothing was measured"
        print(json.dumps({"skipped": skipped}) if options.json else f"Skipped: {skipped}.")
        return 0
    embedder = LocalEmbedder()
    name = {"bench": "sts", "split": "test"}
    try:
        before = figures.kept(options, **name)
        run = look(read(path), embedder=embedder)
        change = {"spearman": gap(run, before)} if before is not None else {}
        if options.save:
            figures.save(run, options.save, **name)
    except BadInput as error:
        parser.error(str(error))
    result = measure(run, embedder=embedder.name)
    if options.json:
        found = asdict(result) | ({"against": change} if change else {})
        print(json.dumps(figures.plain(found)))
    else:
        print(result.line)
        if change:
            figures.print_gaps("sts: now less before", change)
    return 0 if result.spearman >= PUBLISHED - TOLERANCE else 1


if __name__ == "__main__":
    raise SystemExit(main())
