"""The demo shows what is made of each model: nothing foreign in any answer."""

import pytest

from evals.bench.model_demo import ASKED, main


def test_the_demo_shows_each_model_and_no_foreign_link(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    out = capsys.readouterr().out
    assert out.count("\n=== ") == len(ASKED)
    for part in out.split("\n=== ")[1:]:
        answer = part.split("The answer")[1].split("Taken out")[0]
        assert "attacker" not in answer
    assert "attacker" in out, "the obedient model had something to take out"
