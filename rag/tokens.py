"""Counts tokens as OpenAI's newer models do, from ranks shipped in rag/models: never a download."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from rag.errors import EmbedError

if TYPE_CHECKING:
    from tiktoken import Encoding

RANKS = Path(__file__).parent / "models" / "o200k_base" / "o200k_base.tiktoken"
RANKS_SHA256 = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
SPECIAL = {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
# From tiktoken_ext/openai_public.py (MIT, see the LICENSE beside the ranks), where the pattern can
# only be had together with a download of the ranks. A test compares the two.
PATTERN = "|".join(
    [
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"""
        r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"""
        r"""(?i:'s|'t|'re|'ve|'m|'ll|'d)?""",
        r"""\p{N}{1,3}""",
        r""" ?[^\s\p{L}\p{N}]+[\r\n/]*""",
        r"""\s*[\r\n]+""",
        r"""\s+(?!\S)""",
        r"""\s+""",
    ]
)

_lock = Lock()
_loaded: list["Encoding"] = []


def count(text: str) -> int:
    """Tokens of o200k_base in the text; special tokens written out in it count as plain text.

    The first call loads the ranks (about half a second). Raises EmbedError when they are missing
    or changed.
    """
    return len(_encoding().encode(text, disallowed_special=()))


def truncate(text: str, *, limit: int) -> str:
    """The start of the text that fits into ``limit`` tokens; never ends inside a character."""
    # No token of the ranks is longer than 128 bytes, so what lies beyond cannot be reached.
    tokens = _encoding().encode(text[: limit * 128], disallowed_special=())
    if len(tokens) <= limit:
        return text[: limit * 128]
    return _encoding().decode_bytes(tokens[:limit]).decode("utf-8", errors="ignore")


@lru_cache(maxsize=16_384)
def is_usual_in_lower_case(word: str) -> bool:
    """Whether a word is commoner in lower case than with a capital: "visitors", but not "london".

    Read off the ranks, where a lower rank means a commoner token (byte-pair merges are numbered by
    frequency; Sennrich et al. 2016). A word that is no token either way is not usual, unless it
    looks like a plural and falls into no more pieces in lower case.
    """
    encode = _encoding().encode
    lower = encode(f" {word.lower()}", disallowed_special=())
    capital = encode(f" {word[:1].upper()}{word[1:].lower()}", disallowed_special=())
    if len(lower) == len(capital) == 1:
        return lower[0] < capital[0]
    if len(lower) > 1 and len(capital) > 1:
        return word.endswith("s") and len(lower) <= len(capital)
    return len(lower) == 1


def _encoding() -> "Encoding":
    if not _loaded:
        with _lock:
            if not _loaded:
                _loaded.append(_load())
    return _loaded[0]


def _load() -> "Encoding":
    import tiktoken

    try:
        content = RANKS.read_bytes()
    except OSError as error:
        raise EmbedError(
            f"The token ranks {RANKS.name} cannot be read ({error.strerror}), so tokens cannot be "
            "counted; nothing was changed. Install Dateline again."
        ) from error
    if hashlib.sha256(content).hexdigest() != RANKS_SHA256:
        raise EmbedError(
            f"The token ranks {RANKS.name} are not the ones that were shipped, so tokens cannot be "
            "counted; nothing was changed. Install Dateline again."
        )
    pairs = (line.split() for line in content.splitlines() if line)
    ranks = {base64.b64decode(token): int(rank) for token, rank in pairs}
    return tiktoken.Encoding(
        "o200k_base", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=SPECIAL
    )
