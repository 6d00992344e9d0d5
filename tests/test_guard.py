"""A draft on its way to a reader: nothing in it can load or link to anything, however it is cut."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.guard import Guard

_UNFIT = re.compile(r"//|\]\(|\]:|[<>]|!\[|www\.|mailto:|data:|javascript:", re.IGNORECASE)
PIECES = [
    "The plant",
    " opens in 2027 ",
    "[1]",
    "[99]",
    "[0] ",
    "[click here](https://attacker.example/x)",
    "![chart](http://attacker.example/i.png)",
    "<img src='//attacker.example/i.png'>",
    " www.attacker.example ",
    "https://attacker.example",
    "//attacker.example/a",
    "\n[ref]: https://attacker.example\n",
    "[text][ref]",
    "data:text/html,x",
    "javascript:alert(1)",
    "attacker.example/path",
    "\u200b",
    "中文，没有空格。",
    "it's $4.2bn, (about) 5%",
]


def streamed(text: str, cuts: list[int], *, passages: int = 2) -> str:
    guard = Guard(passages=passages)
    ends = [*sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    shown, last = "", 0
    for end in ends:
        shown += guard.feed(text[last:end])
        last = end
    return shown + guard.finish()


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.lists(st.integers(0, 500), max_size=60))
def test_no_cut_lets_a_link_or_a_picture_through(pieces: list[str], cuts: list[int]) -> None:
    shown = streamed("".join(pieces), cuts)
    assert not _UNFIT.search(shown)
    assert not re.search(r"\[(?:0|99)\]", shown)


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.integers(0, 500), max_size=60))
def test_plain_text_goes_through_whole(cuts: list[int]) -> None:
    text = "The plant opens in 2027 [1], says Orlan: it's $4.2bn [2].\n- 中文，没有空格。 Ends. "
    assert streamed(text, cuts) == text


def test_words_come_as_they_are_written() -> None:
    guard = Guard(passages=1)
    pieces = ["The", " plant", " op", "ens", " in", " 2027", " [", "1", "]", "."]
    shown = [guard.feed(piece) for piece in pieces]
    assert shown[:6] == ["The", " plant", " op", "ens", " in", " 2027"]
    assert "".join(shown) + guard.finish() == "".join(pieces)


@pytest.mark.parametrize("text", ["a" * 20_000, "[" * 20_000, "![" * 10_000, "h" * 20_000])
def test_a_word_without_end_is_no_trouble(text: str) -> None:
    guard = Guard(passages=1)
    for at in range(0, len(text), 50):
        guard.feed(text[at : at + 50])
    guard.finish()
