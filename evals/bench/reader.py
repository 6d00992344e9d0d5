"""How well the embedded reader picks the sentence that answers, and knows when there is none.

`python -m evals.bench.reader FOLDER [--split dev|test] [--json] [--save FILE] [--against FILE]`:
FOLDER holds `squad2/dev-half.json`. Each question is searched for in all paragraphs, as in use, and
the reader's first sentence is scored, whatever its confidence; what the confidence is worth is told
by what is answered as it falls.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from evals.bench import corpus, figures
from evals.bench.curve import SHARES, Curve, Point
from evals.bench.figures import Estimate, Gap, Question, Run, watched
from evals.bench.squad import Asked, articles, exact, f1, holds_answer, load
from rag import crossencoder, question, reader, retrieve
from rag.ask import EVIDENCE
from rag.embed import shipped
from rag.engine import Engine
from rag.errors import BadInput
from rag.reader import Choice

ANSWERED, RIGHT = 0.8, 0.7
"""Shares of the answerable questions, answered and answered rightly, where false answers count."""

_CONFIDENCE, _RIGHT = "confidence", "right sentence first"


def read(engine: Engine, asked: Sequence[Asked]) -> Run:
    """What the reader makes of each question, the answerable apart from the others."""
    reading = reader.Reader(shipped(), crossencoder.shipped())
    threshold = reader.shipped_weights().threshold
    run: Run = {"answerable": {}, "unanswerable": {}}
    for one in watched(asked, "squad2: reading"):
        evidence = retrieve.search(engine, one.question, limit=EVIDENCE)
        choices = reading.choices(question.read(one.question), evidence)
        best = choices[0] if choices else None
        kind = "answerable" if one.answers else "unanswerable"
        run[kind][one.id] = _scored(one, best, threshold=threshold)
    return run


def _scored(asked: Asked, best: Choice | None, *, threshold: float) -> Question:
    confidence = best.confidence if best else 0.0
    answers = best is not None and best.probability >= threshold
    if not asked.answers:
        return {_CONFIDENCE: confidence, "abstained at its threshold": not answers}
    right = best is not None and holds_answer(asked, best.candidate)
    gold = [answer for _, answer in asked.answers]
    phrase = best.short if best else None
    either = phrase or (best.candidate.text if best else "")
    return {
        _CONFIDENCE: confidence,
        _RIGHT: right,
        "has a short answer": phrase is not None,
        "short answer alone: exact": exact(phrase or "", gold),
        "short answer alone: F1": f1(phrase or "", gold),
        "short answer or else quote: exact": exact(either, gold),
        "short answer or else quote: F1": f1(either, gold),
        "answered at its threshold": answers,
        "answered rightly at its threshold": answers and right,
    }


def curve_of(run: Run, ids: Sequence[str] | None = None) -> Curve:
    """The curve of all questions, or of these."""
    every = {id: one for questions in run.values() for id, one in questions.items()}
    rows = [(every[id], id in run["answerable"]) for id in (every if ids is None else ids)]
    return Curve(
        np.array([float(one[_CONFIDENCE]) for one, _ in rows]),
        np.array([bool(one.get(_RIGHT, False)) for one, _ in rows]),
        np.array([answerable for _, answerable in rows]),
    )


WORTH: dict[str, Callable[[Curve], float]] = {
    "area under risk-coverage curve": lambda curve: curve.area,
    "expected calibration error": lambda curve: curve.calibration_error,
    "Brier score": lambda curve: curve.brier,
    "false answers at 80 % answered": lambda curve: curve.false_share(ANSWERED),
}
"""Figures of a curve: of all of them less is better."""


def estimates(run: Run) -> dict[str, dict[str, Estimate]]:
    """Figures of the answerable questions, of the others, and of the confidence in all."""
    found = {
        kind: {
            name: figures.estimate([one[name] for one in questions.values()])
            for name in next(iter(questions.values()))
            if name != _CONFIDENCE
        }
        for kind, questions in run.items()
        if questions
    }
    curve = curve_of(run)

    def worth(figure: Callable[[Curve], float]) -> Estimate:
        return figures.resampled(lambda rows: figure(curve.of(rows)), len(curve.confidence))

    return {**found, "confidence": {name: worth(figure) for name, figure in WORTH.items()}}


def gaps(run: Run, before: Run) -> dict[str, dict[str, Gap]]:
    """What changed since a run that was kept, on the questions of both."""
    found = figures.against(run, before)
    for kind in found.values():
        kind.pop(_CONFIDENCE, None)
    ids = [id for kind in run for id in run[kind] if id in before.get(kind, {})]
    if not ids:
        return found
    now, then = curve_of(run, ids), curve_of(before, ids)

    def worth(figure: Callable[[Curve], float]) -> Gap:
        return figures.gap_of(lambda rows: figure(now.of(rows)) - figure(then.of(rows)), len(ids))

    return {**found, "confidence": {name: worth(figure) for name, figure in WORTH.items()}}


def points(curve: Curve) -> dict[str, Point | None]:
    """The curve at every tenth of the answerable answered, where enough of them are right, and at
    the reader's own threshold; None where it never gets there.
    """
    found = {f"{share:.0%} answered": curve.at_answered(share) for share in SHARES}
    found[f"{RIGHT:.0%} answered rightly"] = curve.at_right(RIGHT)
    found["its threshold"] = curve.from_(reader.shipped_weights().threshold)
    return {name.replace("%", " %"): point for name, point in found.items()}


def _as_dict(point: Point | None) -> dict[str, Any] | None:
    if point is None:
        return None
    return {**asdict(point), "false_share": figures.rate(point.false, point.unanswerable)}


def _print(run: Run, half: str) -> None:
    count = {kind: len(questions) for kind, questions in run.items()}
    print(
        f"squad2, {half} half: {count['answerable']:,} questions with an answer, "
        f"{count['unanswerable']:,} without; with 95 % intervals"
    )
    for kind, rows in estimates(run).items():
        print(f"\n{kind}" + (" (less is better)" if kind == "confidence" else ""))
        for name, one in rows.items():
            print(f"  {name:38s}{one}")
    print(
        f"\n{'as the confidence falls to':28s}{'confidence':>12s}{'answered':>10s}{'rightly':>9s}"
        f"{'right of answered':>19s}   false answers to the unanswerable"
    )
    for name, point in points(curve_of(run)).items():
        if point is None:
            print(f"  {name:26s}{'not reached':>12s}")
            continue
        false = figures.rate(point.false, point.unanswerable)
        cells = (
            f"{point.confidence:12.4f}{_share(point.answered, point.answerable):>10s}"
            f"{_share(point.right, point.answerable):>9s}"
            f"{_share(point.right, point.answered):>19s}   {false}"
        )
        print(f"  {name:26s}{cells}")


def _share(count: int, of: int) -> str:
    return figures.short(count / of) if of else "-"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurement; exit code 0, also when FOLDER has no such set, and 2 when misused."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.reader", description=__doc__)
    parser.add_argument("folder", type=Path)
    figures.options(parser)
    given = parser.parse_args(argv)
    squad = load(given.folder)
    if squad is None:
        print(f"skipped: no squad2/dev-half.json in {given.folder}", file=sys.stderr)
        return 0
    name = {"bench": "reader", "split": given.split}
    try:
        before = figures.kept(given, **name)
        with corpus.empty_library() as engine:
            corpus.put(engine, articles(squad), what="squad2")
            run = read(engine, squad.of(given.split))
        if given.save:
            figures.save(run, given.save, **name)
    except BadInput as error:
        parser.error(str(error))
    changes = gaps(run, before) if before is not None else {}
    if given.json:
        told = {
            "split": given.split,
            "questions": {kind: len(questions) for kind, questions in run.items()},
            "figures": estimates(run),
            "points": {name: _as_dict(point) for name, point in points(curve_of(run)).items()},
            **({"against": changes} if changes else {}),
        }
        print(json.dumps(figures.plain(told)))
        return 0
    _print(run, given.split)
    for kind, found in changes.items():
        figures.print_gaps(f"{kind}: now less before", found)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
