"""The YAML block between two `---` lines at the top of a Markdown page."""

import re
from dataclasses import dataclass, field

import yaml

LONGEST = 16_000  # characters; a longer block is text, not front matter
_BLOCK = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)


@dataclass(frozen=True)
class FrontMatter:
    """Keys in lower case with their values as written; ``end`` is where the page goes on."""

    fields: dict[str, str] = field(default_factory=dict)
    end: int = 0

    def first(self, *names: str) -> str | None:
        """The first of these keys that has a value."""
        return next((self.fields[name] for name in names if self.fields.get(name)), None)


def read(text: str) -> FrontMatter:
    """Read front matter at the top of a page; none, or bad YAML, gives an empty one."""
    found = _BLOCK.match(text[:LONGEST])
    if found is None:
        return FrontMatter()
    try:
        # BaseLoader builds text only: a title `No` or `2026` stays as written, no tag is run.
        loaded = yaml.load(found[1], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError):
        return FrontMatter()
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        return FrontMatter()
    fields = {key.strip().casefold(): _text(value) for key, value in loaded.items()}
    return FrontMatter(fields, found.end())


def _text(value: object) -> str:
    """A scalar as it is; the names of a list joined; `name` of a mapping."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value[:20] if isinstance(item, str | dict))
    if isinstance(value, dict):
        name = value.get("name")
        return " ".join(name.split()) if isinstance(name, str) else ""
    return ""
