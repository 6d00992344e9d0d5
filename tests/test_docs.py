"""What the documents say is held against the code."""

import re
import tomllib
from pathlib import Path

import typer

from api.cli import app
from rag.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree() -> str:
    return README.split("## What is where")[1].split("```")[1]


def test_the_tree_names_every_module_and_nothing_else() -> None:
    named = set(re.findall(r"\b\w+\.py\b", tree()))
    folders = ("rag", "api", "evals")
    there = {path.name for folder in folders for path in (ROOT / folder).glob("*.py")} - {
        "__init__.py"
    }
    assert named == there
    benches = {path.stem for path in (ROOT / "evals" / "bench").glob("*.py")} - {"__init__"}
    assert benches <= set(re.findall(r"\w+", tree()))


def test_the_settings_table_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", README, flags=re.MULTILINE)
    expected = [
        (
            str(field.validation_alias or f"DATELINE_{name.upper()}"),
            "" if field.default is None else f"`{field.default}`",
            field.description,
        )
        for name, field in Settings.model_fields.items()
    ]
    assert rows == expected
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert all(name in example for name, _, _ in rows)


def test_every_command_is_told_of() -> None:
    commands = typer.main.get_command(app).commands
    assert all(f"dateline {name}" in README or f"`{name}`" in README for name in commands)
    assert len(README.splitlines()) <= 250


def test_the_makefile_has_the_targets_that_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z]+)\b", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_the_changelog_is_ahead_of_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert all(heading == "Unreleased" or heading.startswith(version) for heading in headings[:2])
