"""Cases are read whole, or refused with one line that names the file and the case."""

from pathlib import Path

import pytest

from evals.cases import BadCase, Case, load

GOOD = """
cases:
- id: price
  question: What does it cost?
  type: amount
  accept: ["$5"]
  article: page.txt
  split: dev
- id: nobody
  question: Who knows?
  type: unanswerable
  tags: [related]
  split: test
"""


def write(folder: Path, text: str, *, name: str = "cases.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_cases_of_files_and_folders_are_read_in_order(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    price, nobody = load([tmp_path])
    assert price == Case(
        id="price",
        question="What does it cost?",
        type="amount",
        accept=("$5",),
        article=("page.txt",),
        split="dev",
    )
    assert price.kind == "body"
    assert price.answerable
    assert not nobody.answerable
    assert nobody.tags == ("related",)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (("type: amount", "type: sum"), "'price': type:"),
        (('accept: ["$5"]', "accept: []"), "'price': Value error, accept is empty"),
        (('accept: ["$5"]', 'accept: [""]'), "may hold no empty text"),
        (("article: page.txt", "tags: []"), "'price': Value error, article is missing"),
        (("tags: [related]", 'accept: ["me"]'), "'nobody': Value error, an unanswerable case"),
        (("split: dev", "split: train"), "'price': split:"),
        (("split: dev", "split: dev\n  must: x"), "'price': must:"),
        (("id: price", "name: price"), "case number 1: id:"),
        (("id: nobody", "id: price"), "the id 'price' is already used"),
        (("cases:", "case:"), "has no list named cases"),
        (("tags: [related]", "tags: [related"), "is no YAML"),
    ],
)
def test_a_bad_case_is_refused_in_one_line(
    tmp_path: Path, change: tuple[str, str], part: str
) -> None:
    path = write(tmp_path, GOOD.replace(*change))
    with pytest.raises(BadCase) as caught:
        load([path])
    message = str(caught.value)
    assert part in message
    assert str(path) in message
    assert "\n" not in message
    assert "Nothing was asked" in message


def test_the_same_id_in_two_files_is_refused(tmp_path: Path) -> None:
    first, second = write(tmp_path, GOOD), write(tmp_path, GOOD, name="more.yaml")
    with pytest.raises(BadCase, match=r"more\.yaml.*'price'.*cases\.yaml"):
        load([first, second])


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match="cannot be read"):
        load([tmp_path / "none.yaml"])
    with pytest.raises(BadCase, match="No cases were found"):
        load([tmp_path])


def test_the_cases_of_the_project_can_be_read() -> None:
    cases = load([Path(__file__).parents[1] / "evals" / "cases"])
    assert len(cases) >= 60
    assert sum(not case.answerable for case in cases) >= 12
    assert sum(case.kind == "teaser" for case in cases) >= 6
