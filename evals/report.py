"""What an eval run came to: rates with intervals, latency, and the cases that failed."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.cases import Case
from evals.graders import Outcome, Verdict, abstained
from rag.types import Answer


@dataclass(frozen=True)
class Result:
    """One case with its answer. ``rank`` is the gold article's place among the distinct retrieved
    articles, from 1; None when it was not retrieved or the case has none. ``seconds`` is the time
    that the answer took; ``faults`` are quotes that are not word for word.
    """

    case: Case
    answer: Answer
    verdict: Verdict
    rank: int | None
    faults: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Rate:
    """``count`` of ``of``, with its Wilson 95 % interval."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The rate, from 0 to 1; 0 when there is nothing to count."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The Wilson 95 % interval; 0 to 1 when there is nothing to count."""
        if not self.of:
            return 0.0, 1.0
        z = 1.959964
        share, spread = self.value, z * z / self.of
        centre = (share + spread / 2) / (1 + spread)
        half = z * math.sqrt(share * (1 - share) / self.of + spread / self.of / 4) / (1 + spread)
        return round(max(0.0, centre - half), 9), round(min(1.0, centre + half), 9)


@dataclass(frozen=True)
class Report:
    """Every result of a run. ``notes`` are lines on what could not be ingested."""

    results: tuple[Result, ...]
    notes: tuple[str, ...] = field(default=())

    def of_split(self, split: str) -> "Report":
        """The part of the report on the cases of one split."""
        return Report(tuple(r for r in self.results if r.case.split == split), self.notes)

    def rates(self) -> dict[str, Rate]:
        """The rates by name: the words a floor can be set for."""
        results = self.results
        answerable = [r for r in results if r.case.answerable]
        unanswerable = [r for r in results if not r.case.answerable]
        answered = [r for r in answerable if r.verdict.outcome != "abstained"]
        silent = [r for r in results if abstained(r.answer)]
        quotes = [r for r in results if r.answer.citations]
        return {
            "correct": _rate(results, lambda r: r.verdict.outcome == "correct"),
            "answerable_correct": _rate(answerable, lambda r: r.verdict.outcome == "correct"),
            "correct_when_answered": _rate(answered, lambda r: r.verdict.outcome == "correct"),
            "unanswerable_abstained": _rate(unanswerable, lambda r: r.verdict.outcome == "correct"),
            "abstained_rightly": _rate(silent, lambda r: not r.case.answerable),
            "hit_at_1": _rate(answerable, lambda r: r.rank is not None and r.rank <= 1),
            "hit_at_3": _rate(answerable, lambda r: r.rank is not None and r.rank <= 3),
            "hit_at_5": _rate(answerable, lambda r: r.rank is not None and r.rank <= 5),
            "quotes_verbatim": _rate(quotes, lambda r: not r.faults),
        }

    def counts(self) -> dict[Outcome, int]:
        """How many cases are correct, wrong and abstained from."""
        outcomes: tuple[Outcome, ...] = ("correct", "wrong", "abstained")
        return {name: sum(r.verdict.outcome == name for r in self.results) for name in outcomes}

    def latency(self, share: float) -> float:
        """The seconds within which this share of the answers came (0.5 is the median)."""
        ordered = sorted(result.seconds for result in self.results)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0

    def failures(self) -> list[Result]:
        """The cases that are not correct or have a faulty quote."""
        return [r for r in self.results if r.verdict.outcome != "correct" or r.faults]

    def groups(self) -> dict[str, "Report"]:
        """The report by split, by type and by tag, each under its name."""
        splits: dict[str, list[Result]] = {}
        types: dict[str, list[Result]] = {}
        tags: dict[str, list[Result]] = {}
        for result in self.results:
            splits.setdefault(f"{result.case.split} split", []).append(result)
            types.setdefault(result.case.type, []).append(result)
            for tag in result.case.tags:
                tags.setdefault(f"#{tag}", []).append(result)
        names = {name: own for part in (splits, types, tags) for name, own in sorted(part.items())}
        return {name: Report(tuple(own)) for name, own in names.items()}


def _rate(results: Iterable[Result], counts: Callable[[Result], bool]) -> Rate:
    flags = [counts(result) for result in results]
    return Rate(sum(flags), len(flags))


def as_json(report: Report, *, under: Iterable[str] = ()) -> str:
    """The report for programs: rates, groups, latency and every case with its answer."""
    content = {
        **_summary(report),
        "groups": {name: _summary(own) for name, own in report.groups().items()},
        "notes": list(report.notes),
        "under_floors": list(under),
        "cases": [_entry(result) for result in report.results],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _summary(report: Report) -> dict[str, Any]:
    return {
        "cases": len(report.results),
        "counts": report.counts(),
        "rates": {
            name: {"value": rate.value, "count": rate.count, "of": rate.of, "ci95": rate.interval}
            for name, rate in report.rates().items()
            if rate.of
        },
        "latency_s": {"p50": report.latency(0.5), "p95": report.latency(0.95)},
    }


def _entry(result: Result) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "question": result.case.question,
        "type": result.case.type,
        "split": result.case.split,
        "tags": result.case.tags,
        "accept": result.case.accept,
        "outcome": result.verdict.outcome,
        "why": result.verdict.why,
        "rank": result.rank,
        "faults": result.faults,
        "seconds": result.seconds,
        "answer": result.answer.model_dump(mode="json"),
    }


def show(report: Report, console: Console, *, under: Iterable[str] = ()) -> None:
    """Print the report for people: rates, groups, failing cases, and floors that do not hold."""
    console.print(_rates_table(report))
    console.print(_groups_table(report))
    failures = report.failures()
    if failures:
        console.print(_failures_table(failures))
    console.print(
        f"Answers took {report.latency(0.5) * 1000:.0f} ms (median), "
        f"{report.latency(0.95) * 1000:.0f} ms (95 %)."
    )
    for note in report.notes:
        console.print(Text(note, style="yellow"))
    for line in under:
        console.print(Text(line, style="bold red"))


def _rates_table(report: Report) -> Table:
    counts = report.counts()
    title = ", ".join(f"{number} {name}" for name, number in counts.items())
    table = Table(title=f"{len(report.results)} cases: {title}", title_justify="left")
    table.add_column("rate")
    for heading in ("", "of", "95 % interval"):
        table.add_column(heading, justify="right")
    for name, rate in report.rates().items():
        if rate.of:
            low, high = rate.interval
            table.add_row(
                name.replace("_", " ").replace("hit at ", "hit@"),
                f"{rate.value:.1%}",
                f"{rate.count}/{rate.of}",
                f"{low:.1%} – {high:.1%}",
            )
    return table


def _groups_table(report: Report) -> Table:
    table = Table()
    table.add_column("cases")
    for heading in ("all", "correct", "wrong", "abstained", "rate", "hit@1"):
        table.add_column(heading, justify="right")
    for name, own in report.groups().items():
        counts, rates = own.counts(), own.rates()
        hit = rates["hit_at_1"]
        table.add_row(
            Text(name),
            str(len(own.results)),
            *(str(number) for number in counts.values()),
            f"{rates['correct'].value:.1%}",
            f"{hit.value:.1%}" if hit.of else "",
        )
    return table


def _failures_table(failures: list[Result]) -> Table:
    table = Table(title=f"{len(failures)} not right", title_justify="left", show_lines=True)
    for heading in ("case", "outcome", "question", "why"):
        table.add_column(heading, overflow="fold")
    for result in failures:
        why = "; ".join((_shortened(result.verdict.why), *result.faults))
        table.add_row(
            Text(result.case.id),
            result.verdict.outcome,
            Text(result.case.question),
            Text(f"{why} (gold article at {result.rank})" if result.rank else why),
        )
    return table


def _shortened(text: str) -> str:
    return text if len(text) <= 300 else f"{text[:297]}..."
