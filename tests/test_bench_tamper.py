"""The tamper bench: rewordings stay true, alterations are false, and both are always the same."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import yaml

from evals.bench import tamper
from evals.bench.rewording import RULES, reword, usable
from evals.bench.tamper_answers import SEEDS, WRITTEN, Faithful, Value, stands, values
from evals.bench.tampering import alter, amounts, changes, move, rename
from evals.report import Rate
from rag.page import parse
from rag.passages import split
from rag.types import Evidence

FOLDER = Path(__file__).parents[2] / "shared" / "bench"
ENTRIES = [
    entry
    for path in WRITTEN
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"]
]
PAGE = (
    "Quay wall to be rebuilt\n\nSaltmere will spend £4.2 million on a quay wall 310 metres long, "
    "mayor Ida Brock said. More than 4,000 people signed a petition by Tom Reyes in May 2024. Work "
    "begins on 4 March 2026 and takes about 18 months. Pellworth pays 12% of it."
)
SAID = (
    "Saltmere will spend £4.2 million on a quay wall 310 metres long, mayor Ida Brock said.",
    "Work begins on 4 March 2026 and takes about 18 months.",
)
ANSWER = (
    "Saltmere will spend £4.2m on a wall of 310 metres, mayor Ida Brock said [1]. Work begins on "
    "March 4, 2026 and takes about 18 months [1]."
)


def faithful(answer: str = ANSWER) -> Faithful:
    pages = (
        PAGE,
        "Elsewhere\n\nThe ferry to Skell sails again on Monday, said Nora Finch of Line A.",
    )
    articles = [
        parse(text, title=text.partition("\n")[0], source=str(n)) for n, text in enumerate(pages)
    ]
    given = [
        Evidence(passage, article, 0.5)
        for article in articles
        for passage in split(article, count=lambda text: len(text.split()))
    ]
    return Faithful(
        id="quay",
        source="0",
        written=True,
        half="dev",
        question="What is planned?",
        answer=answer,
        evidence=tuple(given),
        cited=(1, 1),
        said=SAID,
        values=tuple(values(answer)),
        names=(("person", "Ida Brock"),),
    )


def outcomes(rule: str, sentence: str) -> set[str]:
    """All that a rule makes of a sentence under many seeds."""
    return {RULES[rule][0](sentence, Random(seed)) for seed in range(60)}


@pytest.mark.parametrize(
    ("rule", "sentence", "allowed"),
    [
        ("connective", "However, it rained.", {"It rained."}),
        ("parenthesis", "The mill (now a museum) burned.", {"The mill burned."}),
        ("parenthesis", "The mill (and its yard) burned.", {"The mill (and its yard) burned."}),
        ("relative clause", "The mill, which stood in Vane, was sold.", {"The mill was sold."}),
        ("relative clause", "He sold the mill, which stood in Vane.", {"He sold the mill."}),
        (
            "second clause",
            "The bank raised its main rate to 5.75% in March 2026, but it held back later.",
            {"The bank raised its main rate to 5.75% in March 2026."},
        ),
        (
            "date moved",
            "In 1931, the bridge over the Tarn opened.",
            {"The bridge over the Tarn opened in 1931."},
        ),
        (
            "date moved",
            "The bridge was opened in 1931.",
            {"In 1931, the bridge was opened."},
        ),
        (
            "date moved",
            "Pell said that the bridge opened in 1931.",
            {"Pell said that the bridge opened in 1931."},
        ),
        (
            "place moved",
            "During the war, the bridge over the Tarn stood empty for months.",
            {"The bridge over the Tarn stood empty for months during the war."},
        ),
        (
            "dates",
            "It opened on May 4, 2026.",
            {
                "It opened on May 4, 2026.",
                "It opened on 4 May 2026.",
                "It opened on 2026-05-04.",
                "It opened in May 2026.",
            },
        ),
        ("dates", "It opens on Sept. 4.", {"It opens on Sept. 4.", "It opens on September 4."}),
        ("percent", "It fell 5%.", {"It fell 5 percent.", "It fell 5 per cent."}),
        ("percent", "It fell 5 percent.", {"It fell 5%."}),
        (
            "money",
            "It cost $1.5 million.",
            {"It cost $1.5m.", "It cost 1.5 million dollars.", "It cost $1,500,000."},
        ),
        ("money", "It cost $1250 million.", {"It cost $1.25bn.", "It cost 1.25 billion dollars."}),
        (
            "money",
            "A $5 million loan.",
            {"A $5m loan.", "A $5 million loan.", "A $5,000,000 loan."},
        ),
        (
            "numbers",
            "It holds 11,000 seats.",
            {"It holds 11,000 seats.", "It holds 11 thousand seats."},
        ),
        (
            "numbers",
            "It serves 2.5 million homes.",
            {"It serves 2.5 million homes.", "It serves 2,500,000 homes."},
        ),
        ("numbers", "It has seven doors.", {"It has seven doors.", "It has 7 doors."}),
        ("numbers", "It has forty-seven doors.", {"It has forty-seven doors."}),
        ("synonym \\bbegan\\b", "It began.", {"It started."}),
        ("lead-in", "Tarn opened a bridge.", {"Tarn opened a bridge."}),
    ],
)
def test_a_rewording_says_the_same(rule: str, sentence: str, allowed: set[str]) -> None:
    assert outcomes(rule, sentence) <= allowed
    assert outcomes(rule, sentence) != {sentence} or allowed == {sentence}


def test_a_lead_in_goes_before_a_common_word() -> None:
    made = outcomes("lead-in", "The bridge opened.")
    assert "According to the article, the bridge opened." in made
    assert all(one.endswith(" the bridge opened.") for one in made)


def test_an_answer_differs_in_two_things_or_in_a_value() -> None:
    made = {
        reword("The bridge (then new) cost $5 million in 1931.", rng=Random(seed))
        for seed in range(40)
    }
    assert None not in made
    assert len(made) > 3
    assert reword("Pell slept well.", rng=Random(1)) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "He sold the bridge to the city of Saltmere for about two million pounds.",
        "The bridge was opened in 1931 by the mayor, as these pictures show us all.",
        "We opened the bridge in 1931 and we will open another one in May of this year.",
        "Too short, in 1931.",
    ],
)
def test_a_sentence_that_leans_on_others_is_not_used(sentence: str) -> None:
    assert not usable(sentence)


def test_values_are_found_with_their_kind() -> None:
    text = (
        "On 4 May 2026 it paid $4.2bn, or 60 percent, for eleven ships; in 1998 it had 3,400 men."
    )
    assert values(text) == [
        Value("date", "4 May 2026"),
        Value("money", "$4.2bn"),
        Value("percent", "60 percent"),
        Value("number", "eleven"),
        Value("date", "1998"),
        Value("number", "3,400"),
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "£4.2m"),
        ("number", "310"),
        ("number", "18"),
        ("date", "March 4, 2026"),
    ],
)
def test_an_altered_value_is_false_and_alike(kind: str, text: str) -> None:
    answer = faithful()
    value = next(one for one in answer.values if one.text == text)
    assert value.kind == kind
    known = " ".join(answer.said)
    hows = set()
    for seed in range(200):
        change = alter(answer, value, known=known, rng=Random(seed))
        if change is None:
            continue
        hows.add(change.how)
        assert change.draft == answer.answer.replace(text, change.new, 1)
        assert not stands(change.new, f"{known} {answer.answer}")
        if change.how == "amount":
            old, new = (max(amounts(one)) for one in (text, change.new))
            least = 0.2 if text == "18" else 0.05
            assert abs(new - old) / old >= least - 1e-9
    expected = {
        "money": {"amount", "magnitude", "currency"},
        "number": {"amount"},
        "date": {"day", "month", "year"},
    }
    assert expected[kind] <= hows


@pytest.mark.parametrize(
    ("words", "low", "high"),
    [("It saw more than", 40, 1e9), ("It saw up to", 0, 40), ("It saw no more than", 0, 40)],
)
def test_a_bound_is_moved_inwards_only(words: str, low: float, high: float) -> None:
    answer = faithful(f"{words} 40 ships [1].")
    made = [alter(answer, Value("number", "40"), known="", rng=Random(n)) for n in range(50)]
    assert any(made)
    assert all(low < max(amounts(change.new)) < high for change in made if change)


def test_an_altered_percentage_keeps_its_form() -> None:
    answer = faithful("Pellworth pays 12 percent of it [1].")
    seen = {alter(answer, answer.values[0], known="12%", rng=Random(n)) for n in range(40)}
    assert all(one and re.fullmatch(r"\d\d percent", one.new) for one in seen)


def test_a_name_is_replaced_from_the_passage_from_others_or_by_an_invented_one() -> None:
    answer = faithful()
    named = {"Tom Reyes": {"0"}, "Nora Finch": {"1"}, "Ida Marsh": {"1"}, "Ida Brock": {"0"}}
    made = [
        rename(answer, "person", "Ida Brock", known=" ".join(SAID), named=named, rng=Random(seed))
        for seed in range(80)
    ]
    hows = {change.how: change.new for change in made if change}
    assert hows["of the same passage"] == "Tom Reyes"
    assert hows["of another article"] == "Nora Finch"
    assert "invented" in hows
    assert all("Brock" not in one.draft for one in made if one)


def test_a_marker_is_moved_to_a_passage_that_does_not_say_it() -> None:
    answer = faithful()
    change = move(answer, rng=Random(1))
    assert change is not None
    assert (change.old, change.new, change.how) == ("[1]", "[2]", "to another article")
    twin = replace(answer, evidence=(answer.evidence[0], answer.evidence[0]))
    assert move(twin, rng=Random(1)) is None


def test_one_answer_gives_one_change_of_each_kind() -> None:
    made = changes(faithful(), named={"person": {"Tom Reyes": {"0"}, "Nora Finch": {"1"}}})
    assert Counter(change.kind for change in made).most_common(1)[0][1] == 1
    assert {change.kind for change in made} >= {"money", "number", "date", "citation"}


def test_there_are_enough_written_answers_on_all_seeds() -> None:
    assert len(ENTRIES) >= 80
    assert len({entry["id"] for entry in ENTRIES}) == len(ENTRIES)
    assert {entry["article"] for entry in ENTRIES} == {path.name for path in SEEDS.iterdir()}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["id"])
def test_a_written_answer_holds_its_values_and_its_article_the_snippets(
    entry: dict[str, object],
) -> None:
    quotes = entry["evidence"] if isinstance(entry["evidence"], list) else [entry["evidence"]]
    for quote in quotes:
        file, text = (
            (quote["article"], quote["quote"])
            if isinstance(quote, dict)
            else (str(entry["article"]), str(quote))
        )
        assert (SEEDS / file).read_text(encoding="utf-8").count(text) == 1
    answer = str(entry["answer"])
    assert {int(n) for n in re.findall(r"\[(\d)\]", answer)} == set(range(1, len(quotes) + 1))
    assert isinstance(entry["values"], dict)
    for texts in entry["values"].values():
        for text in texts:
            assert stands(text, answer), text


def drafts(folder: Path) -> list[str]:
    return [f"{trial.answer.half} {trial.draft}" for trial in tamper.collect(folder)]


def test_the_written_trials_are_the_same_every_time(tmp_path: Path) -> None:
    made = drafts(tmp_path)
    assert made == drafts(tmp_path)
    assert len(made) == len(set(made)) > 2.9 * len(ENTRIES)


def test_the_public_sets_give_enough_answers_and_the_same_every_time() -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no public sets in {FOLDER}")
    trials = tamper.collect(FOLDER)
    assert [f"{trial.answer.half} {trial.draft}" for trial in trials] == drafts(FOLDER)
    assert len(trials) >= 400
    assert sum(not trial.answer.written for trial in trials) >= 200
    for trial in trials:
        change = trial.change
        if change and change.kind in tamper.VALUES:
            assert not stands(change.new, " ".join(trial.answer.said)), trial


def test_an_outcome_is_caught_when_the_alteration_is_gone() -> None:
    answer = faithful()
    true = tamper.judge(tamper.Trial(answer))
    assert not true.shown
    value = next(one for one in answer.values if one.text == "310")
    change = alter(answer, value, known=" ".join(SAID), rng=Random(3))
    false = tamper.judge(tamper.Trial(answer, change))
    assert false.stopped == (false.checked.cut > 0 or not false.shown)
    rows = tamper.table([true, false])
    assert rows["values together"]["answers"] == rows["faithful"]["answers"] == 1


def test_wilson_holds_the_rate() -> None:
    low, high = Rate(98, 100).interval
    assert 0.929 < low < 0.931
    assert 0.994 < high < 0.995
    assert Rate(0, 0).interval == (0.0, 1.0)


def test_what_is_under_its_floor_is_told() -> None:
    good = {"rate": 1.0}
    rows = {"values together": good, "name": good, "faithful": {"rate": 0.0}}
    assert tamper.under_floors(rows) == []
    rows = {"values together": {"rate": 0.97}, "name": {"rate": 0.8}, "faithful": {"rate": 0.04}}
    assert len(tamper.under_floors(rows)) == 3


def test_the_test_half_is_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        tamper.main([str(tmp_path), "--show", "3"])
    assert left.value.code == 2
    assert "--split dev" in capsys.readouterr().err


@pytest.mark.torture
def test_the_written_dev_half_is_over_the_floors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = tamper.main([str(tmp_path), "--split", "dev", "--json"])
    printed = capsys.readouterr()
    assert "hand-written answers alone" in printed.err
    assert code == 0, tamper.under_floors(json.loads(printed.out))
