"""Whether `rag.verify` catches altered answers of a language model and leaves faithful ones alone.

`python -m evals.bench.tamper FOLDER [--split dev|test|all] [--json] [--show N]`: hand-written
answers on the seeds, and sentences of FOLDER's public sets reworded by rule, are checked as they
are and with one thing in them made false. An altered value or name is CAUGHT when a claim is cut or
its new wording is gone from the text. A moved marker is caught when a claim is cut or no citation
is left of the wrong passage alone. A faithful answer is a FALSE ALARM when a claim of it is cut.
The exit code is 1 under the floors.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from evals.bench.squad import Half
from evals.bench.tamper_answers import (
    VALUES,
    Faithful,
    Kind,
    Shelf,
    chance,
    generated,
    stands,
    written,
)
from evals.bench.tampering import KINDS, Change, changes
from evals.report import Rate
from rag.embed import LocalEmbedder
from rag.types import Citation, Passage
from rag.verify import Checked, check

CAUGHT_VALUES, CAUGHT_NAMES, FALSE_ALARMS = 0.98, 0.85, 0.03
_TOGETHER = "values together"
_FAITHFUL = "faithful"


@dataclass(frozen=True)
class Trial:
    """One draft to check; ``change`` is None for a faithful one."""

    answer: Faithful
    change: Change | None = None

    @property
    def draft(self) -> str:
        """What the verifier is given."""
        return self.change.draft if self.change else self.answer.answer


@dataclass(frozen=True)
class Outcome:
    """What the verifier did. ``shown`` says that the alteration can still be read."""

    trial: Trial
    checked: Checked
    shown: bool

    @property
    def stopped(self) -> bool:
        """A claim was cut or the alteration is gone: right for an altered draft only."""
        return self.checked.cut > 0 or (self.trial.change is not None and not self.shown)


def trials(answers: Sequence[Faithful], shelf: Shelf, *, each: int) -> list[Trial]:
    """Every answer as it is, and ``each`` alterations of it, of the kinds there are fewest of."""
    made: Counter[tuple[Half, Kind]] = Counter()
    found: list[Trial] = []
    for answer in sorted(answers, key=lambda answer: chance(answer.id).random()):
        found.append(Trial(answer))
        able = changes(answer, named=shelf.names)
        able.sort(key=lambda change: made[answer.half, change.kind])
        for change in able[:each]:
            made[answer.half, change.kind] += 1
            found.append(Trial(answer, change))
    return found


def collect(folder: Path) -> list[Trial]:
    """All trials of both halves: two alterations of a hand-written answer, one of another."""
    count = LocalEmbedder().count
    return [
        *trials(*written(count=count), each=2),
        *trials(*generated(folder, count=count), each=1),
    ]


def judge(trial: Trial) -> Outcome:
    """Check one draft and see whether what was altered in it can still be read."""
    evidence = trial.answer.evidence
    checked = check(trial.draft, evidence, question=trial.answer.question)
    shown = False
    if trial.change and trial.change.kind == "citation":
        wrong = evidence[int(trial.change.new[1:-1]) - 1].passage
        right = [evidence[n - 1].passage for n in trial.answer.cited]
        shown = any(
            _within(one, wrong) and not any(_within(one, passage) for passage in right)
            for one in checked.citations
        )
    elif trial.change:
        shown = stands(trial.change.new, checked.text) is not None
    return Outcome(trial, checked, shown)


def _within(citation: Citation, passage: Passage) -> bool:
    same = citation.article_id == passage.article_id
    return same and citation.start < passage.end and citation.end > passage.start


def table(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """A row for each kind of alteration and what of it, for the values together, and the faithful.

    ``stopped`` are those caught, of the faithful the false alarms; ``shown`` are alterations that
    can still be read in the text, caught or not.
    """
    groups: dict[str, list[Outcome]] = {_TOGETHER: []}
    for kind in KINDS:
        groups[kind] = []
        hows = {one.trial.change.how for one in outcomes if _kind(one) == kind and one.trial.change}
        groups |= {f"{kind}: {how}": [] for how in sorted(hows)}
    for name in (_FAITHFUL, f"{_FAITHFUL}: hand-written", f"{_FAITHFUL}: generated"):
        groups[name] = []
    for one in outcomes:
        change, kind_ = one.trial.change, _kind(one)
        origin = "hand-written" if one.trial.answer.written else "generated"
        groups[kind_].append(one)
        groups[f"{kind_}: {change.how if change else origin}"].append(one)
        if kind_ in VALUES:
            groups[_TOGETHER].append(one)
    return {name: _row(group) for name, group in groups.items() if group}


def _kind(outcome: Outcome) -> str:
    return outcome.trial.change.kind if outcome.trial.change else _FAITHFUL


def _row(group: Sequence[Outcome]) -> dict[str, float]:
    stopped = sum(one.stopped for one in group)
    low, high = Rate(stopped, len(group)).interval
    return {
        "answers": len(group),
        "stopped": stopped,
        "rate": stopped / len(group),
        "low": low,
        "high": high,
        "shown": sum(one.shown for one in group),
    }


def under_floors(rows: dict[str, dict[str, float]]) -> list[str]:
    """What does not reach its floor, a line each."""
    found = []
    for name, floor in ((_TOGETHER, CAUGHT_VALUES), ("name", CAUGHT_NAMES)):
        if name in rows and rows[name]["rate"] < floor:
            found.append(f"{name}: {rows[name]['rate']:.3f} caught, floor {floor}")
    if _FAITHFUL in rows and rows[_FAITHFUL]["rate"] > FALSE_ALARMS:
        found.append(f"false alarms: {rows[_FAITHFUL]['rate']:.3f}, at most {FALSE_ALARMS}")
    return found


def told(outcome: Outcome) -> str:
    """One outcome to read: the draft, what was altered, why it was cut, and what was cited."""
    trial, checked = outcome.trial, outcome.checked
    lines = [
        f"{trial.answer.id}",
        f"  asked    {trial.answer.question}",
        f"  draft    {trial.draft}",
    ]
    if trial.change:
        change = trial.change
        lines.append(f"  altered  {change.kind}, {change.how}: {change.old!r} -> {change.new!r}")
    lines += [f"  cut      {part.part!r}: {part.why}" for part in checked.unsupported]
    lines += [f"  said     {said}" for said in trial.answer.said]
    return "\n".join(lines)


def _print(rows: dict[str, dict[str, float]], shown: Sequence[Outcome]) -> None:
    print(f"{'':44s}answers  stopped   rate   95 % interval  still shown")
    for name, row in rows.items():
        label = f"  {name.partition(': ')[2]}" if ": " in name else name
        print(
            f"{label:44s}{row['answers']:7.0f}  {row['stopped']:7.0f}  {row['rate']:5.3f}"
            f"   {row['low']:.3f} - {row['high']:.3f}  {row['shown']:11.0f}"
        )
    for one in shown:
        print(f"\n{told(one)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench; exit code 1 under the floors, 2 when misused."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.tamper", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", choices=("dev", "test", "all"), default="test")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="misses and false alarms")
    given = parser.parse_args(argv)
    if given.show and given.split != "dev":
        parser.error(
            "--show is for --split dev: nobody mends rules by the answers of the test half"
        )
    every = collect(given.folder)
    if all(trial.answer.written for trial in every):
        print(f"no public sets in {given.folder}: hand-written answers alone", file=sys.stderr)
    chosen = [one for one in every if given.split in ("all", one.answer.half)]
    quiet = not sys.stderr.isatty()
    outcomes = [judge(one) for one in track(chosen, description=given.split, disable=quiet)]
    rows = table(outcomes)
    if given.json:
        print(json.dumps(rows))
    else:
        missed = [one for one in outcomes if one.trial.change and not one.stopped]
        alarms = [one for one in outcomes if not one.trial.change and one.stopped]
        _print(rows, [*missed[: given.show], *alarms[: given.show]])
    faults = under_floors(rows)
    for fault in faults:
        print(f"under its floor: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
