"""The bench commands: absent sets are skipped with a line, small ones are measured."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from pages_of_html import ferry

from evals.bench import extraction, reader, retrieval


@pytest.mark.parametrize("name", ["extraction", "ingest", "pages", "reader", "retrieval", "sts"])
def test_an_absent_set_is_skipped_with_a_line(name: str, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", f"evals.bench.{name}", str(tmp_path)],
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


def test_retrieval_and_reader_measure_both_halves(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retrieval.main([str(small), "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert {row["questions"] for row in table.values()} == {1, 2}
    assert table["dev fused"]["hit@1"] == 1.0
    assert reader.main([str(small), "--json"]) == 0
    halves = json.loads(capsys.readouterr().out)
    assert halves["dev"]["questions"] + halves["test"]["questions"] == 6
    assert halves["dev"]["answerable"] + halves["test"]["answerable"] == 3


def test_training_learns_what_tells_right_from_wrong() -> None:
    import numpy as np

    from evals.bench.squad import Asked
    from rag.features import FEATURES

    noise = np.random.default_rng(7).normal(size=(400, len(FEATURES)))
    right = noise[:, 0] > 0.5
    asked = Asked(id="a", question="?", paragraph=0, answers=(), half="dev")
    bias, weights = reader.fit([reader.Seen(asked, noise, right)])
    told = noise @ np.array([weights[name] for name in FEATURES]) + bias > 0
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
