"""What the benches share: figures with intervals, paired differences, and runs that are kept.

A run holds, by set and question, each figure as a bool (right or wrong) or a float. Rates have a
Wilson interval, means a bootstrap over questions with a fixed seed; questions on one text are taken
for independent, so that the intervals are a little narrow.
"""

import argparse
import json
import math
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from rich.console import Console
from rich.progress import track

from evals.report import Rate
from rag.errors import BadInput

T = TypeVar("T")
Rows = NDArray[np.int32]
Statistic = Callable[[Rows], float]
"""A figure of the questions in these rows; one drawn twice is there twice."""

Question = dict[str, bool | float]
Run = dict[str, dict[str, Question]]
"""Set, question and figure -> what it came to."""

_RUN = TypeAdapter(Run)

ROUNDS = 1000
_SEED = 20261202


@dataclass(frozen=True)
class Estimate:
    """A figure of ``of`` questions with its 95 % interval."""

    value: float
    low: float
    high: float
    of: int

    def __str__(self) -> str:
        return f"{short(self.value)} ({short(self.low)}-{short(self.high)})"


@dataclass(frozen=True)
class Gap:
    """How much more one way has than another on the same ``of`` questions, with a 95 % interval.

    Of rates also how many are right in this one alone (``gained``), in the other alone (``lost``),
    and McNemar's exact two-sided p.
    """

    difference: float
    low: float
    high: float
    of: int
    gained: int | None = None
    lost: int | None = None
    p: float | None = None


def estimate(values: Sequence[bool | float]) -> Estimate:
    """The rate of bools or the mean of floats."""
    if all(isinstance(value, bool) for value in values):
        return rate(sum(map(bool, values)), len(values))
    given = np.array(values, dtype=np.float64)
    return resampled(lambda rows: float(np.mean(given[rows])), len(values))


def rate(count: int, of: int) -> Estimate:
    """``count`` of ``of`` with its Wilson interval."""
    found = Rate(count, of)
    return Estimate(found.value, *found.interval, of)


def gap(ours: Sequence[bool | float], theirs: Sequence[bool | float]) -> Gap:
    """The paired difference of two ways; both answered the same questions in the same order."""
    apart = np.array(ours, dtype=np.float64) - np.array(theirs, dtype=np.float64)
    found = gap_of(lambda rows: float(np.mean(apart[rows])), len(apart))
    if not all(isinstance(value, bool) for value in (*ours, *theirs)):
        return found
    gained, lost = int((apart > 0).sum()), int((apart < 0).sum())
    return Gap(**{**asdict(found), "gained": gained, "lost": lost, "p": mcnemar(gained, lost)})


def gap_of(difference: Statistic, count: int) -> Gap:
    """The same for a figure that is no mean; ``difference`` is taken of the same rows of both."""
    found = resampled(difference, count)
    return Gap(found.value, found.low, found.high, found.of)


def resampled(statistic: Statistic, count: int) -> Estimate:
    """A statistic of all rows with its percentile bootstrap interval (Efron 1979)."""
    value = statistic(np.arange(count, dtype=np.int32))
    drawn = np.array([statistic(rows) for rows in _draws(count)])
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn.size else (math.nan, math.nan)
    return Estimate(value, float(low), float(high), count)


@lru_cache(maxsize=2)
def _draws(count: int) -> Rows:
    chance = np.random.default_rng(_SEED)
    return chance.integers(count, size=(ROUNDS, count), dtype=np.int32)


def mcnemar(gained: int, lost: int) -> float:
    """McNemar's exact test: how likely a split at least this uneven is by tossing a coin."""
    tosses = gained + lost
    tail = sum(math.comb(tosses, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / (1 << tosses))


def against(run: Run, before: Run) -> dict[str, dict[str, Gap]]:
    """Set and figure -> the gap between two runs, on the questions and figures of both."""
    found: dict[str, dict[str, Gap]] = {}
    for name, questions in run.items():
        earlier = before.get(name, {})
        both = [id for id in questions if id in earlier]
        figures = dict.fromkeys(figure for id in both for figure in questions[id])
        gaps: dict[str, Gap] = {}
        for figure in figures:
            ids = [id for id in both if figure in questions[id] and figure in earlier[id]]
            if ids:
                ours = [questions[id][figure] for id in ids]
                gaps[figure] = gap(ours, [earlier[id][figure] for id in ids])
        if gaps:
            found[name] = gaps
    return found


def save(run: Run, path: Path, *, bench: str, split: str) -> None:
    """Keep a run. Raises BadInput when the file cannot be written."""
    content = {"bench": bench, "split": split, "run": run}
    try:
        path.write_text(json.dumps(content, indent=0) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}). The run was not kept; name another file."
        ) from None


def kept(given: argparse.Namespace, *, bench: str, split: str) -> Run | None:
    """The run named by --against, None without one.

    Raises BadInput, before anything is measured, when it is none or of another bench or split, and
    when there is no folder for the file of --save.
    """
    if given.save and not given.save.absolute().parent.is_dir():
        raise BadInput(
            f"There is no folder {given.save.parent}. Nothing was measured; make it, or name "
            "another file with --save."
        )
    return load(given.against, bench=bench, split=split) if given.against else None


def load(path: Path, *, bench: str, split: str) -> Run:
    """A run kept by ``save``. Raises BadInput when it is none, or of another bench or split."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        of = (str(saved["bench"]), str(saved["split"]))
        run = _RUN.validate_python(saved["run"])
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}). Nothing was measured; check its name."
        ) from None
    except (ValueError, KeyError, TypeError):
        raise BadInput(
            f"{path} is no saved run. Nothing was measured; make one with --save."
        ) from None
    if of != (bench, split):
        raise BadInput(
            f"{path} is a run of {' '.join(of)}, not of {bench} {split}. Nothing was measured; "
            "name a run of the same bench and split."
        )
    return run


def options(parser: argparse.ArgumentParser, *, split: bool = True) -> None:
    """The options that the benches have in common."""
    if split:
        parser.add_argument(
            "--split",
            choices=("dev", "test"),
            default="test",
            help="dev while tuning; test, the default, for what is reported",
        )
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep each question's result")
    parser.add_argument("--against", type=Path, metavar="FILE", help="compare with a kept run")


def watched(items: Iterable[T], what: str) -> Iterable[T]:
    """The items, with a progress bar where somebody looks on."""
    console = Console(stderr=True)
    return track(items, description=what, console=console, disable=not sys.stderr.isatty())


def short(value: float) -> str:
    """Three decimals without the leading zero: .842, 1.000, -.020."""
    return f"{value:.3f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.3f}"


def print_gaps(title: str, gaps: Mapping[str, Gap]) -> None:
    """Differences for people, a line each; those without any are named in the last."""
    apart = {name: one for name, one in gaps.items() if one.low or one.high}
    print(f"\n{title:34s}difference  95 % interval    gained  lost  McNemar p      of")
    for name, one in apart.items():
        interval = f"{_signed(one.low)} to {_signed(one.high)}"
        line = f"  {name:32s}{_signed(one.difference):>10s}  {interval:16s}"
        if one.p is not None:
            line += f"{one.gained:6d}{one.lost:6d}  {one.p:9.2g}"
        print(f"{line:89s}{one.of:8,d}")
    if len(apart) < len(gaps):
        same = ", ".join(name for name in gaps if name not in apart)
        print(textwrap.fill(f"unchanged: {same}", 96, initial_indent="  ", subsequent_indent="  "))


def _signed(value: float) -> str:
    text = short(value)
    return text if text.startswith("-") else f"+{text}"


def plain(found: Any) -> Any:
    """Estimates and gaps as JSON takes them, numbers to five places; what is no number is null."""
    if isinstance(found, Estimate | Gap):
        return plain({key: value for key, value in asdict(found).items() if value is not None})
    if isinstance(found, Mapping):
        return {key: plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [plain(value) for value in found]
    if isinstance(found, float):
        return round(found, 5) if math.isfinite(found) else None
    return found
