"""The arithmetic of the benches, against published values and cases worked out by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from evals.bench import chunking, corpus, figures
from evals.bench.curve import Curve
from evals.bench.squad import exact, f1, normalised
from rag.errors import BadInput
from rag.types import Passage


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    # Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(count: int, of: int, low: float, high: float) -> None:
    found = figures.estimate([True] * count + [False] * (of - count))
    assert (found.of, found.value) == (of, count / of)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_mcnemar_counts_the_tails_of_tossing_a_coin() -> None:
    assert figures.mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 1024)
    assert figures.mcnemar(9, 1) == figures.mcnemar(1, 9)
    assert figures.mcnemar(0, 6) == pytest.approx(2 / 64)
    assert figures.mcnemar(0, 0) == figures.mcnemar(4, 4) == 1.0
    assert 0 <= figures.mcnemar(900, 1300) < 1e-15


def test_a_mean_has_the_interval_of_its_standard_error() -> None:
    values = np.random.default_rng(5).normal(3.0, 2.0, size=2000)
    found = figures.estimate(list(map(float, values)))
    wide = 1.96 * float(values.std()) / math.sqrt(2000)
    assert found.value == pytest.approx(float(values.mean()))
    assert found.low == pytest.approx(found.value - wide, abs=0.02)
    assert found.high == pytest.approx(found.value + wide, abs=0.02)
    assert figures.estimate(list(map(float, values))) == found


def test_a_gap_tells_what_was_gained_and_lost() -> None:
    before = [True] * 50 + [False] * 50
    now = [False] * 2 + [True] * 58 + [False] * 40
    found = figures.gap(now, before)
    assert (found.gained, found.lost, found.of) == (10, 2, 100)
    assert found.difference == pytest.approx(0.08)
    assert found.p == pytest.approx(2 * (1 + 12 + 66) / 4096)
    # The standard error of a paired difference: the root of (12 - 64 / 100) / 100 / 100.
    assert found.low == pytest.approx(0.08 - 1.96 * 0.0337, abs=0.015)
    assert found.high == pytest.approx(0.08 + 1.96 * 0.0337, abs=0.015)
    mean = figures.gap([0.5, 1.0], [0.25, 0.25])
    assert (mean.difference, mean.p) == (0.5, None)


def test_runs_are_compared_on_the_questions_and_figures_of_both(tmp_path: Path) -> None:
    before: figures.Run = {"set": {"a": {"hit": True, "F1": 0.5}, "b": {"hit": False, "F1": 0.0}}}
    now: figures.Run = {
        "set": {"b": {"hit": True, "F1": 0.5, "new": 1.0}, "c": {"hit": True, "F1": 1.0}},
        "other": {"a": {"hit": True}},
    }
    path = tmp_path / "run.json"
    figures.save(before, path, bench="reader", split="dev")
    assert figures.load(path, bench="reader", split="dev") == before
    found = figures.against(now, figures.load(path, bench="reader", split="dev"))
    assert set(found) == {"set"}
    assert set(found["set"]) == {"hit", "F1"}
    hit = found["set"]["hit"]
    assert (hit.of, hit.gained, hit.lost, hit.difference) == (1, 1, 0, 1.0)
    assert found["set"]["F1"].difference == 0.5
    assert found["set"]["F1"].gained is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        ("not JSON", "no saved run"),
        ('{"bench": "sts"}', "no saved run"),
        ('{"bench": "sts", "split": "dev", "run": {"a": {"b": {"c": "d"}}}}', "no saved run"),
        ('{"bench": "sts", "split": "test", "run": {}}', "a run of sts test, not of sts dev"),
    ],
)
def test_what_is_no_run_is_refused(tmp_path: Path, content: str | None, why: str) -> None:
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=why):
        figures.load(path, bench="sts", split="dev")
    with pytest.raises(BadInput, match="was not kept"):
        figures.save({}, tmp_path / "none" / "run.json", bench="sts", split="dev")


def test_figures_are_written_short(capsys: pytest.CaptureFixture[str]) -> None:
    assert [figures.short(value) for value in (0.8421, -0.02, 1.0, 0.0)] == [
        ".842", "-.020", "1.000", ".000",
    ]  # fmt: skip
    figures.print_gaps("now less before", {"hit": figures.gap([True, True], [False, True])})
    line = capsys.readouterr().out.splitlines()[-1].split()
    assert line == ["hit", "+.500", "+.000", "to", "+1.000", "1", "0", "1", "2"]
    told = figures.plain({"a": figures.Estimate(0.1234567, math.nan, 1.0, 3)})
    assert json.dumps(told) == '{"a": {"value": 0.12346, "low": null, "high": 1.0, "of": 3}}'


def _passage(start: int, end: int, article: str = "a") -> Passage:
    return Passage(article, 0, "body", start, end, "x" * (end - start))


def test_excerpts_are_scored_by_their_characters() -> None:
    # 40 of the 60 wanted characters are in the passage of 100, 20 are missed.
    found = chunking.scored([_passage(0, 100)], [(60, 120)], article="a")
    assert found["recall"] == pytest.approx(40 / 60)
    assert found["precision"] == pytest.approx(40 / 100)
    assert found["IoU"] == pytest.approx(40 / 120)
    # What two passages repeat counts twice as retrieved, once as found; another article's counts.
    passages = [_passage(0, 100), _passage(80, 180), _passage(0, 50, article="b")]
    found = chunking.scored(passages, [(60, 120), (170, 190)], article="a")
    assert found["recall"] == pytest.approx(70 / 80)
    assert found["precision"] == pytest.approx(70 / 250)
    assert found["IoU"] == pytest.approx(70 / 260)
    none = chunking.scored([], [(0, 10)], article="a")
    assert none == {"recall": 0.0, "precision": 0.0, "IoU": 0.0}


def test_offsets_are_those_of_the_text_as_stored() -> None:
    raw = "\ufeffOne\u200b two.\r\nThree\u00a0four."
    start = raw.index("Three")
    begin, end = corpus.stored(raw, start, len(raw))
    assert "One two.\nThree four."[begin:end] == "Three four."
    with pytest.raises(BadInput, match="not in the text as it is stored"):
        corpus.stored("a\r\nb", 2, 4)  # from the middle of a line end


def test_short_answers_are_scored_as_squad_does() -> None:
    assert normalised("  The Tarn-bridge, of a  town. ") == "tarnbridge of town"
    assert exact("the 1931", ["1931", "in 1931"])
    assert not exact("1931 or so", ["1931"])
    assert f1("opened in 1931", ["1931", "in 1931"]) == pytest.approx(2 * 2 / 5)
    assert f1("", ["1931"]) == 0.0


@pytest.fixture
def curve() -> Curve:
    """Ten questions, six of them answerable; the last has no sentence at all."""
    return Curve(
        confidence=np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]),
        right=np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 0], dtype=bool),
        answerable=np.array([1, 1, 0, 1, 0, 0, 1, 1, 0, 1], dtype=bool),
    )


def test_the_curve_tells_what_is_answered(curve: Curve) -> None:
    half = curve.at_answered(0.5)
    assert half is not None
    assert (half.confidence, half.answered, half.right, half.false) == (0.6, 3, 3, 1)
    assert (half.answerable, half.unanswerable) == (6, 4)
    most = curve.at_answered(0.8)
    assert most is not None
    assert (most.confidence, most.answered, most.right, most.false) == (0.2, 5, 4, 3)
    assert curve.false_share(0.8) == 0.75
    assert curve.at_answered(1.0) is None  # one has no sentence
    assert math.isnan(curve.false_share(1.0))
    rightly = curve.at_right(0.5)
    assert rightly is not None
    assert (rightly.confidence, rightly.false) == (0.6, 1)
    assert curve.at_right(0.7) is None
    assert curve.from_(0.0).answered == 5


def test_the_area_is_the_mean_risk(curve: Curve) -> None:
    wrong = [0, 0, 1, 1, 2, 3, 3, 4, 5, 6]
    assert curve.area == pytest.approx(np.mean([w / n for n, w in enumerate(wrong, start=1)]))
    shuffled = np.random.default_rng(1).permutation(10)
    assert curve.of(shuffled).area == pytest.approx(curve.area)


def test_calibration_is_off_by_what_is_promised_and_not_kept() -> None:
    # Ten bins of two: in each the mean confidence is .6, and one of two is right, so .1 apart.
    known = np.array([0.6] * 20)
    right = np.array([True, False] * 10)
    steady = Curve(known, right, right)
    assert steady.calibration_error == pytest.approx(0.1)
    assert steady.brier == pytest.approx((0.4**2 + 0.6**2) / 2)
    # Sure of ten that are right and of ten that are wrong: half the bins are off by all of it.
    sure = Curve(np.array([1.0] * 10 + [0.9] * 10), np.array([True] * 10 + [False] * 10), right)
    assert sure.calibration_error == pytest.approx(0.45)
    assert sure.brier == pytest.approx(0.81 / 2)
    # Apart within a bin evens out; a bin holds what is next to each other in confidence.
    even = Curve(np.repeat([0.25, 0.75], 20), np.tile([True, False, False, False], 10), known[:1])
    assert even.calibration_error == pytest.approx(0.25)
