"""Cases: questions with their accepted answers, read from YAML files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from rag.errors import BadInput
from rag.types import Frozen, Kind

Type = Literal[
    "amount",
    "percentage",
    "count",
    "date",
    "person",
    "organisation",
    "place",
    "quote",
    "reason",
    "text",
    "unanswerable",
]


class BadCase(BadInput):
    """A file of cases, or one case in it, cannot be used; nothing was asked."""


class Case(Frozen):
    """One question and what answers it.

    Any one of ``accept`` is right. ``article`` names the files that hold the answer, ``kind`` says
    whether it stands in the text of the article or in a teaser there. ``must_not`` lists what may
    not be given as the answer. ``split``: dev cases may be looked at while building, test ones not.
    """

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    type: Type
    accept: tuple[str, ...] = ()
    article: tuple[str, ...] = ()
    kind: Kind = "body"
    must_not: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    split: Literal["dev", "test"]

    @field_validator("article", mode="before")
    @classmethod
    def _one_or_many(cls, given: object) -> object:
        return (given,) if isinstance(given, str) else given

    @model_validator(mode="after")
    def _complete(self) -> "Case":
        if self.answerable and not self.accept:
            raise ValueError("accept is empty, but the type is not unanswerable")
        if self.answerable and not self.article:
            raise ValueError("article is missing, but the type is not unanswerable")
        if not self.answerable and self.accept:
            raise ValueError("an unanswerable case accepts no answer")
        if not all(text.strip() for text in (*self.accept, *self.must_not)):
            raise ValueError("accept and must_not may hold no empty text")
        return self

    @property
    def answerable(self) -> bool:
        """Whether the articles hold an answer."""
        return self.type != "unanswerable"


def load(paths: Iterable[Path]) -> list[Case]:
    """Every case of the files, in their order. A folder stands for the ``*.yaml`` in it.

    Raises BadCase with one line that names the file and the case.
    """
    cases: list[Case] = []
    origin: dict[str, Path] = {}
    for path in _files(paths):
        for case in _read(path):
            if case.id in origin:
                raise BadCase(
                    f"{path}: the id {case.id!r} is already used in {origin[case.id]}. "
                    "Nothing was asked; give each case its own id."
                )
            origin[case.id] = path
            cases.append(case)
    if not cases:
        raise BadCase("No cases were found. Nothing was asked; name a file with a list of cases.")
    return cases


def _files(paths: Iterable[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        files.extend(sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    return files


def _read(path: Path) -> list[Case]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadCase(
            f"{path} cannot be read: {error.strerror}. Nothing was asked; check its name."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        what = " ".join(str(error).split())
        raise BadCase(f"{path} is no YAML: {what}. Nothing was asked; correct the file.") from None
    entries = content.get("cases") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise BadCase(f"{path} has no list named cases. Nothing was asked; add one.")
    return [_case(path, number, entry) for number, entry in enumerate(entries, start=1)]


def _case(path: Path, number: int, entry: object) -> Case:
    name = repr(entry["id"]) if isinstance(entry, dict) and "id" in entry else f"number {number}"
    try:
        return Case.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        what = f"{field}: {first['msg']}" if field else first["msg"]
        raise BadCase(
            f"{path}: case {name}: {what}. Nothing was asked; correct the case."
        ) from None
