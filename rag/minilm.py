"""Loads the two shipped MiniLM models, which share a tokenizer."""

import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbedError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

T = TypeVar("T")
Ids = NDArray[np.int64]

EMBEDDER = Path(__file__).parent / "models" / "all-minilm-l6-v2"
CLS, SEP = 101, 102
MOST_THREADS = 8


class Shipped:
    """The model in a folder of ``rag/models``. Loaded at first use; thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "model.onnx"
        self._lock = Lock()
        self._session: InferenceSession | None = None

    @property
    def session(self) -> "InferenceSession":
        """Runs the model. Raises EmbedError."""
        with self._lock:
            if self._session is None:
                self._session = _read(self._path, _load_session)
            return self._session


def padded(rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Token ids as one array, (rows, longest), and the mask of those that are no padding."""
    shape = (len(rows), max(map(len, rows)))
    ids, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for line, row in enumerate(rows):
        ids[line, : len(row)] = row
        mask[line, : len(row)] = 1
    return ids, mask


@lru_cache(maxsize=1)
def tokenizer() -> "Tokenizer":
    """Of both models, without padding, truncation or special tokens. Raises EmbedError."""
    return _read(EMBEDDER / "tokenizer.json", _load_tokenizer)


def _read(path: Path, load: Callable[[Path], T]) -> T:
    try:
        return load(path)
    except Exception as error:  # both libraries raise bare Exceptions
        detail = " ".join(str(error).split())[:200]
        raise EmbedError(
            f"The shipped model's {path.name} cannot be loaded ({detail}), so nothing can be "
            "embedded; the articles are untouched. Install Dateline again."
        ) from error


def _load_tokenizer(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    # An article that spells out "[SEP]" means the letters.
    tokenizer.encode_special_tokens = True
    return tokenizer


def _load_session(path: Path) -> "InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(_processors(), MOST_THREADS)
    # Threads that spin while they wait would take the processor from the rest of the server.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _processors() -> int:
    """Processors this process may run on, which can be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def encodable(text: str) -> str:
    """Half a surrogate pair, as from an undecodable command line, is no text that can be read."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
