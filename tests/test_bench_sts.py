import json
import math
from pathlib import Path

import pytest

from evals.bench import sts
from rag.embed import LocalEmbedder

BENCH = Path(__file__).parent.parent.parent / "shared" / "bench"

# Our own pairs, from the same to nothing in common.
PAIRS = [
    ("The bank raised its main rate to 4%.", "The bank lifted its key rate to four per cent.", 5),
    ("A dog runs along the beach.", "A dog is running on the shore.", 4.8),
    ("The ferry operator cut its forecast.", "The ferry firm lowered its outlook.", 4.6),
    ("Two men play chess in the park.", "Two people play a board game outdoors.", 3.6),
    ("The mayor opened a new bridge.", "The mayor spoke about roads and bridges.", 2.8),
    ("Shares fell 6% on Monday.", "Shares rose 3% on Tuesday.", 2.4),
    ("A woman slices an onion.", "A woman waters a plant.", 1.2),
    ("The court ruled for the fishermen.", "The cat sleeps on the sofa.", 0),
    ("The glacier lost 14 metres of ice.", "He plays the guitar on stage.", 0),
]


@pytest.fixture
def folder(tmp_path):
    lines = [
        "\t".join(["main-news", "own", "2026", f"{n:04}", str(score), first, second])
        for n, (first, second, score) in enumerate(PAIRS)
    ]
    (tmp_path / "sts").mkdir()
    (tmp_path / "sts" / "sts-test.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_ranks_share_ties():
    assert sts.ranks([10, 30, 20, 30, 10, 30]).tolist() == [1.5, 5, 3, 5, 1.5, 5]


def test_spearman():
    assert sts.spearman([1, 2, 3, 4], [10, 20, 25, 900]) == pytest.approx(1)
    assert sts.spearman([1, 2, 3, 4], [4, 3, 2, 1]) == pytest.approx(-1)
    # By hand: ranks 1 2.5 2.5 4 and 1 3 2 4 have the covariance 4.5 and the variances 4.5 and 5.
    assert sts.spearman([1, 2, 2, 3], [1, 3, 2, 4]) == pytest.approx(4.5 / math.sqrt(4.5 * 5))
    assert math.isnan(sts.spearman([1, 2, 3], [7, 7, 7]))


def test_quotes_are_plain_characters(folder):
    path = folder / "sts" / "sts-test.csv"
    path.write_text('a\tb\tc\t1\t2.5\t"We won, he said.\tHe said "no".\n' * 2, encoding="utf-8")
    assert sts.read(path) == [sts.Pair('"We won, he said.', 'He said "no".', 2.5)] * 2


def test_embedder_orders_our_pairs(folder, capsys):
    assert sts.main([str(folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["n"] == len(PAIRS)
    assert result["embedder"] == LocalEmbedder.name
    assert result["spearman"] > 0.85
    assert 0.5 < result["low"] <= result["spearman"] <= result["high"] <= 1


def test_two_runs_are_compared(folder, tmp_path, capsys):
    kept = tmp_path / "run.json"
    assert sts.main([str(folder), "--save", str(kept)]) == 0
    before = json.loads(kept.read_text())
    for pair in before["run"]["sts"].values():
        pair["cosine"] = -pair["cosine"]
    kept.write_text(json.dumps(before))
    capsys.readouterr()
    assert sts.main([str(folder), "--against", str(kept), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    difference = result["against"]["spearman"]["difference"]
    assert difference == pytest.approx(2 * result["spearman"], abs=1e-4)
    before["run"]["sts"].popitem()
    kept.write_text(json.dumps(before))
    with pytest.raises(SystemExit):
        sts.main([str(folder), "--against", str(kept)])
    assert "of other pairs" in capsys.readouterr().err


def test_a_bad_embedder_fails(folder, capsys):
    path = folder / "sts" / "sts-test.csv"
    turned = [
        "\t".join(["", "", "", "", str(5 - score), first, second]) for first, second, score in PAIRS
    ]
    path.write_text("\n".join(turned), encoding="utf-8")
    assert sts.main([str(folder)]) == 1
    assert "Spearman -0.8" in capsys.readouterr().out


def test_absent_folder_is_skipped(tmp_path, capsys):
    assert sts.main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Skipped: ")
    assert out.count("\n") == 1


def test_shipped_model_on_the_real_set():
    path = BENCH / "sts" / "sts-test.csv"
    if not path.is_file():
        pytest.skip("the public set is not beside the repository (../shared/bench)")
    pairs = sts.read(path)
    assert len(pairs) == 1379
    # Every sixth, for time's sake; make the whole set's figure with python -m evals.bench.sts.
    run = sts.look(pairs[::6], embedder=LocalEmbedder())
    result = sts.measure(run, embedder=LocalEmbedder.name)
    float32 = 0.8130
    assert result.spearman == pytest.approx(float32, abs=sts.TOLERANCE)
