"""Prompts: every value has a place, none is read as a template, and an id follows the content."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prompts import identity, render

TASKS = ["answer", "condense", "judge", "repair"]


def test_values_stand_where_the_template_names_them() -> None:
    text = render("condense.user", history="user: Who won?", question="By how much?")
    assert text.endswith("user: Who won?\n\nLast question: By how much?")
    assert "{{" not in text


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"history": "user: Who won?"},
        {"history": "", "question": "", "passages": ""},
        {"history": "", "Question": ""},
    ],
)
def test_a_missing_or_an_extra_value_is_an_error_that_names_both_lists(
    values: dict[str, str],
) -> None:
    with pytest.raises(ValueError, match=re.escape("takes ['history', 'question']")) as raised:
        render("condense.user", **values)
    assert str(sorted(values)) in str(raised.value)


@pytest.mark.parametrize(
    "name",
    [
        "answer",
        "answer.nobody",
        "answer.user.md",
        "../pyproject.toml",
        "",
        ".",
        "a.b\n",
        "Answer.user",
    ],
)
def test_a_name_that_is_no_prompt_is_an_error(name: str) -> None:
    with pytest.raises(KeyError):
        render(name)


def test_what_a_value_holds_is_never_read_as_a_template() -> None:
    history = r"{{question}} {history} {0} %s \1 \g<1> {{{{"
    text = render("condense.user", history=history, question="{{history}}")
    assert history in text
    assert text.endswith("Last question: {{history}}")


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.text(max_size=60), st.text(alphabet="{}qustion\\1 ", max_size=60))
def test_any_value_stands_in_the_prompt_as_it_came(history: str, question: str) -> None:
    text = render("condense.user", history=history, question=question)
    assert text.endswith(f"{history}\n\nLast question: {question}")


@pytest.mark.parametrize("task", TASKS)
def test_the_identity_is_the_task_and_twelve_digits_of_a_hash_and_stays(task: str) -> None:
    assert re.fullmatch(rf"{task}@[0-9a-f]{{12}}", identity(task))
    assert identity(task) == identity(task)


def test_no_two_tasks_have_one_identity() -> None:
    assert len({identity(task).partition("@")[2] for task in TASKS}) == len(TASKS)


@pytest.mark.parametrize("task", ["", "nobody", "answ", "*", "answer.system", "../answer"])
def test_a_task_without_prompts_has_no_identity(task: str) -> None:
    with pytest.raises(KeyError):
        identity(task)
