"""Full and read-only disks: real ones, small, where this machine lets us mount any."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ALONE = ["unshare", "--map-root-user", "--mount"]


@pytest.mark.parametrize(
    "dose", ["not torture", pytest.param("torture", marks=pytest.mark.torture)]
)
def test_full_and_read_only_disks(tmp_path: Path, dose: str) -> None:
    try:
        tried = subprocess.run([*ALONE, "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False)
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if tried.returncode:
        pytest.skip("this machine lets us mount nothing")
    inside = Path(__file__).with_name("on_small_disk.py")
    given = [inside, "-m", dose, "--basetemp", tmp_path / "in"]
    command = [*ALONE, sys.executable, "-m", "pytest", *given]
    env = {**os.environ, "OWN_MOUNTS": "1"}
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-5_000:]
    assert " passed" in ran.stdout
    assert "skipped" not in ran.stdout
