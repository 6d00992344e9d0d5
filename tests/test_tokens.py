import socket
import subprocess
import sys

import pytest
import tiktoken_ext.openai_public

from rag import tokens
from rag.errors import EmbedError


@pytest.fixture
def fresh(monkeypatch):
    """Nothing loaded yet, and no socket can be opened."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(tokens, "_loaded", [])


@pytest.mark.usefixtures("fresh")
def test_counts_with_no_network():
    assert tokens.count("") == 0
    assert tokens.count("hello world") == 2
    assert tokens.count("Rmb160bn, up 12.5%") == 11


def test_special_tokens_in_an_article_are_plain_text():
    assert tokens.count("<|endoftext|>") > 1
    assert tokens.count("before <|endofprompt|> after") > 3


def test_half_a_surrogate_pair_is_counted():
    assert tokens.count("broken \ud800 text") >= 3


def test_pattern_and_special_tokens_are_tiktokens_own(monkeypatch):
    monkeypatch.setattr(tiktoken_ext.openai_public, "load_tiktoken_bpe", lambda *_, **__: {})
    theirs = tiktoken_ext.openai_public.ENCODING_CONSTRUCTORS["o200k_base"]()
    assert theirs["pat_str"] == tokens.PATTERN
    assert theirs["special_tokens"] == tokens.SPECIAL


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 8])
def test_truncate_keeps_a_start_that_fits(limit):
    text = "Zürich’s 😀😀 trams carried 1,234,567 riders"
    start = tokens.truncate(text, limit=limit)
    assert text.startswith(start)
    assert tokens.count(start) <= limit
    assert (start == "") == (limit == 0)


def test_truncate_leaves_a_short_text_alone():
    text = "Zürich’s 😀😀 trams"
    assert tokens.truncate(text, limit=100) == text


@pytest.mark.usefixtures("fresh")
def test_changed_ranks_are_refused(monkeypatch, tmp_path):
    changed = tmp_path / "o200k_base.tiktoken"
    changed.write_bytes(tokens.RANKS.read_bytes()[:-20])
    monkeypatch.setattr(tokens, "RANKS", changed)
    with pytest.raises(EmbedError, match="not the ones that were shipped"):
        tokens.count("one")
    monkeypatch.setattr(tokens, "RANKS", tmp_path / "absent")
    with pytest.raises(EmbedError, match="cannot be read"):
        tokens.count("one")


def test_import_loads_no_tiktoken():
    code = "import sys, rag.tokens; sys.exit('tiktoken' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
