"""Cases run through the real engine; rates, tables, floors and exit codes."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from evals import floors
from evals.cases import BadCase, Case
from evals.graders import Outcome, Verdict
from evals.report import Rate, Report, Result, as_json, show
from evals.runner import run_eval
from rag.errors import SettingsError
from rag.settings import Settings
from rag.types import Answer

HARBOUR = """Harbour bridge to cost 412 million euros

Published 4 May 2026

The new bridge over the harbour of Wendmark will cost 412 million euros, the city council said.

Construction of the bridge starts in September 2026. Chief engineer Odile Brandt leads the work.
"""
BAKERY = """Brodal bakery hires 85 bakers

Published 6 May 2026

The Brodal bakery in Lund Hollow is hiring 85 bakers for its new night shift, its owner said.

The bakery sells 14,000 loaves a day, more than any other in the valley.
"""
CASES = """
cases:
- id: bridge
  question: How much will the new bridge over the harbour of Wendmark cost?
  type: amount
  accept: ["€412m"]
  article: harbour.txt
  split: dev
  tags: [money]
- id: bakers
  question: How many bakers is the Brodal bakery hiring?
  type: count
  accept: ["85"]
  article: bakery.txt
  split: dev
- id: gold
  question: Who won the football World Cup in 1966?
  type: unanswerable
  split: test
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (folder / "bakery.txt").write_text(BAKERY, encoding="utf-8")
    return folder


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.yaml"
    path.write_text(CASES, encoding="utf-8")
    return path


def result(
    outcome: Outcome,
    *,
    split: str = "dev",
    answerable: bool = True,
    rank: int | None = 1,
    seconds: float = 0.1,
    faults: tuple[str, ...] = (),
) -> Result:
    case = Case.model_validate(
        {
            "id": "c",
            "question": "How much?",
            "type": "amount" if answerable else "unanswerable",
            "accept": ["$5"] if answerable else [],
            "article": "page.txt" if answerable else [],
            "split": split,
        }
    )
    answer = Answer(
        question="How much?",
        status="not_found" if outcome == "abstained" else "answered",
        text="",
        model="embedded",
        trace_id="t",
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return Result(case, answer, Verdict(outcome, "because"), rank, faults, seconds)


def test_cases_run_end_to_end_in_a_data_folder_of_their_own(
    tmp_path: Path, corpus: Path, cases: Path
) -> None:
    settings = Settings(data=tmp_path / "untouched")
    asked: list[str] = []
    report, under, code = run_eval(
        settings, cases=[cases], articles=[corpus], progress=lambda case: asked.append(case.id)
    )
    assert asked == ["bridge", "bakers", "gold"]
    assert [r.verdict.outcome for r in report.results] == ["correct"] * 3, [
        r.verdict.why for r in report.results
    ]
    assert [r.rank for r in report.results] == [1, 1, None]
    assert all(not r.faults for r in report.results)
    assert (under, code, report.notes) == ([], 0, ())
    assert not settings.data.exists()


def test_a_missed_floor_is_exit_code_1_with_a_line_that_names_it(
    tmp_path: Path, corpus: Path, cases: Path
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(cases.read_text(encoding="utf-8").replace("412", "999"), encoding="utf-8")
    file = tmp_path / "floors.toml"
    file.write_text("[dev]\ncorrect = 0.9\nhit_at_1 = 1.0\n", encoding="utf-8")
    report, under, code = run_eval(
        Settings(data=tmp_path / "data"),
        cases=[wrong],
        articles=[corpus],
        split="dev",
        floors_file=file,
    )
    assert code == 1
    assert under == ["dev: correct is 0.500 (1 of 2), under its floor of 0.900"]
    assert [r.case.id for r in report.failures()] == ["bridge"]


def test_articles_that_fail_and_gold_articles_that_are_missing_are_noted(
    tmp_path: Path, corpus: Path, cases: Path
) -> None:
    (corpus / "bakery.txt").write_text("", encoding="utf-8")
    report, _, _ = run_eval(Settings(data=tmp_path / "data"), cases=[cases], articles=[corpus])
    assert len(report.notes) == 2
    assert "bakery.txt" in report.notes[0]
    assert "bakers" in report.notes[1]


def test_a_split_without_cases_and_a_corpus_without_articles_are_refused(
    tmp_path: Path, corpus: Path, cases: Path
) -> None:
    settings = Settings(data=tmp_path / "data")
    with pytest.raises(BadCase, match="in the split 'none'"):
        run_eval(settings, cases=[cases], articles=[corpus], split="none")
    with pytest.raises(BadCase, match="No article could be ingested"):
        run_eval(settings, cases=[cases], articles=[tmp_path / "nothing"])


def test_rates_count_what_their_names_say() -> None:
    report = Report(
        (
            result("correct", rank=1),
            result("correct", rank=4, faults=("[1] is off",)),
            result("wrong", rank=None),
            result("abstained", rank=2),
            result("correct", answerable=False, rank=None),
        )
    )
    rates = {name: (rate.count, rate.of) for name, rate in report.rates().items()}
    assert rates["correct"] == (3, 5)
    assert rates["answerable_correct"] == (2, 4)
    assert rates["correct_when_answered"] == (2, 3)
    assert rates["unanswerable_abstained"] == (1, 1)
    assert rates["abstained_rightly"] == (0, 1)
    assert (rates["hit_at_1"], rates["hit_at_3"], rates["hit_at_5"]) == ((1, 4), (2, 4), (3, 4))
    assert report.counts() == {"correct": 3, "wrong": 1, "abstained": 1}
    assert len(report.failures()) == 3


def test_wilson_intervals_and_latency() -> None:
    low, high = Rate(81, 263).interval
    assert (round(low, 3), round(high, 3)) == (0.255, 0.366)
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert Rate(10, 10).interval[1] == 1.0
    report = Report(tuple(result("correct", seconds=n / 100) for n in range(1, 101)))
    assert (report.latency(0.5), report.latency(0.95)) == (0.5, 0.95)


def test_floors_hold_at_the_floor_and_fail_under_it() -> None:
    report = Report((result("correct"), result("wrong")))
    assert floors.under(report, {"dev": {"correct": 0.5}, "test": {"correct": 1.0}}) == []
    (line,) = floors.under(report, {"dev": {"correct": 0.51}})
    assert line == "dev: correct is 0.500 (1 of 2), under its floor of 0.510"
    with pytest.raises(SettingsError, match="No rate is called 'corect'"):
        floors.under(report, {"dev": {"corect": 0.5}})


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[train]\ncorrect = 1.0", "a table 'train'"),
        ("[dev]\ncorrect = 90", "the floor 90"),
        ("[dev]\ncorrect = true", "the floor True"),
        ("[dev", "is no TOML"),
        (None, "cannot be read"),
    ],
)
def test_bad_floors_are_refused_in_one_line(tmp_path: Path, text: str | None, part: str) -> None:
    path = tmp_path / "floors.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        floors.load(path)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_floors_of_the_project_name_known_rates() -> None:
    known = Report(()).rates()
    for table in floors.load().values():
        assert table
        assert set(table) <= set(known)


def test_the_report_is_shown_to_people_and_to_programs() -> None:
    report = Report((result("correct"), result("wrong", split="test")), ("a note [1]",))
    out = io.StringIO()
    show(report, Console(file=out, width=100, color_system=None), under=["dev: correct is low"])
    text = out.getvalue()
    for part in ("2 cases: 1 correct, 1 wrong, 0 abstained", "hit@1", "50.0%", "a note [1]"):
        assert part in text
    assert "dev: correct is low" in text
    content = json.loads(as_json(report, under=["x"]))
    assert content["rates"]["correct"]["count"] == 1
    assert content["groups"]["test split"]["counts"]["wrong"] == 1
    assert content["cases"][1]["why"] == "because"
    assert content["under_floors"] == ["x"]
