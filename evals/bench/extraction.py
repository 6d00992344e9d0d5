"""How well the body of real HTML pages is told from the rest, beside trafilatura alone.

`python -m evals.bench.extraction FOLDER [--json] [--split dev|test|all]`: FOLDER holds
`extraction/html/*.html.gz` and `extraction/ground-truth.json` of scrapinghub's article extraction
benchmark (MIT). Scored as there: the word 4-grams of a text are compared with those of the known
body, with how often each occurs; precision and recall are means over pages, F1 is made of these.
"""

import argparse
import gzip
import json
import random
import re
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trafilatura

from evals.bench.squad import half_of
from rag.page import parse
from rag.types import Label

KEPT = (Label.BODY, Label.HEADING)
_WORD = re.compile(r"\w+")
_SPAN = 4
_ROUNDS = 1000
_SEED = 20261124


@dataclass(frozen=True)
class Overlap:
    """4-grams of one page: in both texts, in ours alone, in the known body alone."""

    both: int
    ours: int
    gold: int

    @property
    def precision(self) -> float | None:
        """Share of ours that is gold; None when ours is empty."""
        return self.both / (self.both + self.ours) if self.both + self.ours else None

    @property
    def recall(self) -> float | None:
        """Share of the gold that is ours; None when there is no gold."""
        return self.both / (self.both + self.gold) if self.both + self.gold else None


@dataclass(frozen=True)
class Scored:
    """One page, as our labels and as trafilatura alone see it."""

    name: str
    half: str
    ours: Overlap
    reference: Overlap


def grams(text: str) -> Counter[tuple[str, ...]]:
    """The 4-grams of the words of a text; a shorter text is one gram."""
    words = _WORD.findall(text)
    spans = range(max(1, len(words) - _SPAN + 1)) if words else ()
    return Counter(tuple(words[n : n + _SPAN]) for n in spans)


def overlap(text: str, gold: str) -> Overlap:
    """Compare a text with the known body."""
    ours, known = grams(text), grams(gold)
    both = (ours & known).total()
    return Overlap(both, ours.total() - both, known.total() - both)


def body(html: str) -> str:
    """What an article made of a page takes for its text: body lines and the headings in it."""
    article = parse(html, html=True)
    lines = (line for line in article.lines if line.label in KEPT)
    return "\n".join(article.text[line.start : line.end] for line in lines)


def measure(folder: Path, split: str) -> list[Scored]:
    """Score the pages of FOLDER/extraction that are in a split: `dev`, `test` or `all`."""
    truth = json.loads((folder / "extraction" / "ground-truth.json").read_text("utf-8"))
    scored = []
    for name, entry in sorted(truth.items()):
        if split not in ("all", half_of(name)):
            continue
        packed = (folder / "extraction" / "html" / f"{name}.html.gz").read_bytes()
        html = gzip.decompress(packed).decode("utf-8", "replace")
        gold = entry["articleBody"]
        alone = trafilatura.extract(html, include_comments=False) or ""
        scored.append(Scored(name, half_of(name), overlap(body(html), gold), overlap(alone, gold)))
    return scored


def rates(pages: Sequence[Overlap]) -> tuple[float, float, float]:
    """Mean precision, mean recall and the F1 of these two."""
    precisions = [p for p in (page.precision for page in pages) if p is not None]
    recalls = [r for r in (page.recall for page in pages) if r is not None]
    precision = statistics.fmean(precisions or [0.0])
    recall = statistics.fmean(recalls or [0.0])
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def summary(scored: Sequence[Scored]) -> dict[str, dict[str, object]]:
    """Rates of ours and of the reference with the 95 % interval of F1 by bootstrap over pages.

    ``difference`` is F1 of ours less that of the reference, resampled on the same pages.
    """
    ours, reference = [s.ours for s in scored], [s.reference for s in scored]
    rng = random.Random(_SEED)  # noqa: S311  a fixed seed, so that two runs say the same
    drawn: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        pick = rng.choices(range(len(scored)), k=len(scored))
        drawn.append((rates([ours[n] for n in pick])[2], rates([reference[n] for n in pick])[2]))
    made: dict[str, dict[str, object]] = {}
    for name, pages, values in (
        ("ours", ours, [a for a, _ in drawn]),
        ("trafilatura", reference, [b for _, b in drawn]),
    ):
        precision, recall, f1 = rates(pages)
        figures = {"precision": precision, "recall": recall, "f1": f1}
        made[name] = {key: round(value, 4) for key, value in figures.items()}
        made[name]["f1_95"] = _interval(values)
    made["difference"] = {
        "f1": round(rates(ours)[2] - rates(reference)[2], 4),
        "f1_95": _interval([a - b for a, b in drawn]),
    }
    return made


def _interval(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    return [round(ordered[int(len(ordered) * share)], 4) for share in (0.025, 0.975)]


def main(arguments: list[str] | None = None) -> int:
    """Print the rates of each half asked for, and of both together."""
    options = argparse.ArgumentParser(prog="python -m evals.bench.extraction", description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--json", action="store_true", help="one JSON object, with every page")
    options.add_argument("--split", choices=("dev", "test", "all"), default="all")
    given = options.parse_args(arguments)
    if not (given.folder / "extraction" / "ground-truth.json").is_file():
        print(f"skipped: no extraction/ground-truth.json under {given.folder}", file=sys.stderr)
        return 0
    scored = measure(given.folder, given.split)
    groups = {half: [s for s in scored if s.half == half] for half in ("dev", "test")}
    groups["all"] = scored if given.split == "all" else []
    report = {name: summary(group) for name, group in groups.items() if group}
    if given.json:
        each = [
            {"page": s.name, "half": s.half, "precision": s.ours.precision, "recall": s.ours.recall}
            for s in scored
        ]
        counts = {name: {"pages": len(groups[name]), **report[name]} for name in report}
        print(json.dumps({**counts, "each": each}, indent=1))
        return 0
    for name, figures in report.items():
        print(f"{name}: {len(groups[name])} pages")
        for who, values in figures.items():
            print(f"  {who:12}" + "  ".join(f"{key} {value}" for key, value in values.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
