"""Prompt texts for a model, one Markdown file per task and role: ``answer.system.md``.

A ``{{name}}`` in a file is where a value goes. What a value holds is never read as a template.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_SLOT = re.compile(r"\{\{(\w+)\}\}")


def render(name: str, **values: str) -> str:
    """The text of ``name`` ("answer.user") with the values in place.

    Raises KeyError for a name that is no prompt, and ValueError for a value that is missing or one
    that the prompt has no place for: both are faults of the caller.
    """
    template = _template(name)
    wanted = set(_SLOT.findall(template))
    if wanted != set(values):
        raise ValueError(
            f"the prompt {name} takes {sorted(wanted)}, but was given {sorted(values)}"
        )
    return _SLOT.sub(lambda slot: values[slot[1]], template)


@cache
def identity(task: str) -> str:
    """Task and hash of all its files, "answer@1f0c9a2b7d43": changes when any of them does."""
    files = sorted(_FOLDER.glob(f"{task}.*.md")) if task.isalpha() else []
    if not files:
        raise KeyError(task)
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.name}\0{_template(file.stem)}\0".encode())
    return f"{task}@{digest.hexdigest()[:12]}"


@cache
def _template(name: str) -> str:
    path = _FOLDER / f"{name}.md"
    if not re.fullmatch(r"[a-z]+\.[a-z]+", name) or not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8").strip()
