"""The bench commands: absent sets are skipped with a line, small ones are measured."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pages_of_html import ferry

from evals.bench import extraction, reader, retrieval, sts
from evals.bench.squad import half_of
from evals.training import weights
from rag.features import FEATURES


@pytest.mark.parametrize("name", ["extraction", "ingest", "pages", "reader", "retrieval", "sts"])
def test_an_absent_set_is_skipped_with_a_line(name: str, tmp_path: Path) -> None:
    # Our own cases are no set that can be absent.
    only = ["--only", "squad2", "--only", "chunking"] if name == "retrieval" else []
    ran = subprocess.run(
        [sys.executable, "-m", f"evals.bench.{name}", str(tmp_path), *only],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "skipped" in (ran.stdout + ran.stderr).lower()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two titles, one in each half, in the form of SQuAD 2.0."""
    texts = {
        "Tarn_bridge": ("The Tarn bridge opened in 1931. Doran Pell designed it.", "1931"),
        "Quill_tower": ("The Quill tower is 88 metres tall. It was built in 1975.", "88 metres"),
        "Vane_mill": ("The mill at Vane ground oats until 1960. It burned down later.", "1960"),
    }
    questions = ["When did the Tarn bridge open?", "How tall is the Quill tower?", "Until when?"]
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {
                            "id": title,
                            "question": question,
                            "answers": [{"answer_start": text.index(answer), "text": answer}],
                        },
                        {"id": f"{title}-none", "question": "Who painted it red?", "answers": []},
                    ],
                }
            ],
        }
        for (title, (text, answer)), question in zip(texts.items(), questions, strict=True)
    ]
    (tmp_path / "squad2").mkdir()
    path = tmp_path / "squad2" / "dev-half.json"
    path.write_text(json.dumps({"data": data}), encoding="utf-8")
    return tmp_path


@pytest.fixture
def long_texts(tmp_path: Path) -> Path:
    """Two long texts, one in each half, in the form of the chunking set."""
    (tmp_path / "chunking").mkdir()
    # What cannot be seen is taken out when it is stored, and moves all that stands behind it.
    texts = {
        "ledger": ("\u200b" * 30).join(
            f"Ship {n} landed {n + 40} crates of figs.\n\n" for n in range(60)
        ),
        "council_minutes": "".join(f"Quay {n} was paved in {n + 1900}.\n\n" for n in range(60)),
    }
    wanted = {"ledger": ("How many crates did ship 51 land?", "Ship 51 landed 91 crates of figs.")}
    wanted["council_minutes"] = ("When was quay 17 paved?", "Quay 17 was paved in 1917.")
    lines = []
    for name, text in texts.items():
        (tmp_path / "chunking" / f"{name}.md").write_text(text, encoding="utf-8")
        question, said = wanted[name]
        start = text.index(said)
        found = {"content": said, "start_index": start, "end_index": start + len(said)}
        lines.append({"question": question, "references": json.dumps([found]), "corpus_id": name})
    path = tmp_path / "chunking" / "questions_df.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["question", "references", "corpus_id"])
        writer.writeheader()
        writer.writerows(lines)
    return tmp_path


@pytest.mark.usefixtures("long_texts")
@pytest.mark.parametrize("split", ["dev", "test"])
def test_retrieval_measures_each_way_on_each_set(
    small: Path, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = small / "run.json"
    chosen = [str(small), "--only", "squad2", "--only", "chunking", "--split", split]
    assert retrieval.main([*chosen, "--json", "--save", str(kept)]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["split"] == split
    squad, texts = report["sets"]["squad2"], report["sets"]["chunking"]
    titles = ["Tarn bridge", "Quill tower", "Vane mill"]
    assert squad["questions"] == sum(half_of(title) == split for title in titles)
    assert set(squad["figures"]["hit@1"]) == {"dense", "keyword", "fused"}
    assert squad["figures"]["hit@5"]["fused"]["value"] == 1.0
    assert squad["gains"]["fused less dense"]["hit@10"]["difference"] == 0.0
    assert texts["questions"] == 1
    assert texts["figures"]["hit@1"]["fused"]["value"] == 1.0
    assert texts["figures"]["recall"]["fused"]["value"] == 1.0
    precision = texts["figures"]["precision"]["fused"]["value"]
    assert 0 < precision < 0.1
    assert texts["figures"]["IoU"]["fused"]["value"] == precision
    # A run in which the fused search had found nothing.
    before = json.loads(kept.read_text())
    for questions in before["run"].values():
        for figures in questions.values():
            figures.update({"hit@1 fused": False, "MRR fused": 0.0})
    kept.write_text(json.dumps(before))
    assert retrieval.main([*chosen, "--against", str(kept)]) == 0
    printed = capsys.readouterr().out
    assert f"chunking, {split} half: 1 questions" in printed
    compared = printed.split("chunking: now less before")[1]
    line = next(line for line in compared.splitlines() if line.startswith("  hit@1 fused"))
    assert line.split()[2:] == ["+1.000", "+1.000", "to", "+1.000", "1", "0", "1", "1"]
    assert "unchanged: hit@1 dense" in compared


def test_retrieval_finds_our_own_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert retrieval.main([str(tmp_path), "--split", "dev", "--json"]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [f"skipped: no {n} in {tmp_path}" for n in ("squad2", "chunking")]
    found = json.loads(out)["sets"]["cases"]
    assert found["questions"] > 80
    assert found["figures"]["hit@5"]["fused"]["value"] > 0.9
    assert found["figures"]["hit@1"]["fused"]["low"] > 0.5


@pytest.mark.parametrize("split", ["dev", "test"])
def test_the_reader_is_measured(
    small: Path, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = small / "run.json"
    chosen = [str(small), "--split", split]
    assert reader.main([*chosen, "--json", "--save", str(kept)]) == 0
    report = json.loads(capsys.readouterr().out)
    count = sum(half_of(title) == split for title in ("Tarn bridge", "Quill tower", "Vane mill"))
    assert report["questions"] == {"answerable": count, "unanswerable": count}
    answerable = report["figures"]["answerable"]
    assert answerable["right sentence first"]["of"] == count
    assert 0 <= answerable["short answer or else quote: F1"]["value"] <= 1
    assert set(report["figures"]["confidence"]) == set(reader.WORTH)
    first = report["points"]["10 % answered"]
    assert first is not None
    assert first["answered"] >= 1
    before = json.loads(kept.read_text())
    for questions in before["run"]["answerable"].values():
        questions |= {"right sentence first": False, "confidence": 0.0001}
    kept.write_text(json.dumps(before))
    assert reader.main([*chosen, "--against", str(kept)]) == 0
    printed = capsys.readouterr().out
    assert f"squad2, {split} half: {count} questions with an answer, {count} without" in printed
    assert "answerable: now less before" in printed
    assert "area under risk-coverage curve" in printed.split("confidence: now less before")[1]


def test_a_bench_refuses_before_it_measures(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for bench, wrong in (
        (retrieval, ["--against", str(small / "none.json")]),
        (reader, ["--save", str(small / "none" / "run.json")]),
        (sts, ["--against", str(small / "squad2" / "dev-half.json")]),
    ):
        (small / "sts").mkdir(exist_ok=True)
        (small / "sts" / "sts-test.csv").touch()
        with pytest.raises(SystemExit) as ended:
            bench.main([str(small), *wrong])
        assert ended.value.code == 2
        assert "Nothing was measured" in capsys.readouterr().err


def test_training_learns_what_tells_right_from_wrong() -> None:
    noise = np.random.default_rng(7).normal(size=(400, len(FEATURES)))
    right = noise[:, 0] > 0.5
    bias, learned = weights.fit([weights.Seen(noise, right)])
    told = noise @ np.array([learned[name] for name in FEATURES]) + bias > 0
    assert (told == right).mean() > 0.95


def test_extraction_is_scored_by_word_grams() -> None:
    same = extraction.overlap("One two three four, five.", "One two three four five")
    assert (same.precision, same.recall) == (1.0, 1.0)
    half = extraction.overlap("a b c d e", "b c d e f")
    assert (half.both, half.ours, half.gold) == (1, 1, 1)
    twice = extraction.overlap("a b c d a b c d", "a b c d")
    assert (twice.precision, twice.recall) == (0.2, 1.0)
    assert extraction.overlap("", "a b").precision is None
    precision, recall, f1 = extraction.rates([same, half])
    assert (precision, recall, f1) == (0.75, 0.75, 0.75)


def test_extraction_measures_pages_beside_trafilatura(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "extraction" / "html"
    folder.mkdir(parents=True)
    gold = "\n".join(
        line
        for line in extraction.body(ferry()).splitlines()
        if not line.startswith("Unions have welcomed")
    )
    names = ("a", "b", "f", "g")
    for name in names:
        (folder / f"{name}.html.gz").write_bytes(gzip.compress(ferry().encode()))
    truth = {name: {"articleBody": gold} for name in names}
    (tmp_path / "extraction" / "ground-truth.json").write_text(json.dumps(truth), "utf-8")
    assert extraction.main([str(tmp_path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["all"]["pages"] == 4 == report["dev"]["pages"] + report["test"]["pages"]
    ours = report["all"]["ours"]
    assert ours["recall"] == 1.0
    assert 0.7 < ours["precision"] < 0.9
    assert ours["f1_95"] == [ours["f1"], ours["f1"]]
    assert ours["f1"] > report["all"]["trafilatura"]["f1"]
    assert extraction.main([str(tmp_path), "--split", "dev"]) == 0
    printed = capsys.readouterr().out
    assert "dev: " in printed
    assert "test: " not in printed
