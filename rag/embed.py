"""Turns texts into vectors: with the MiniLM shipped in rag/models, or a `/v1/embeddings` server."""

import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rag import tokens
from rag.errors import EmbedError
from rag.minilm import CLS, EMBEDDER, SEP, Shipped, encodable, padded, tokenizer

if TYPE_CHECKING:
    import openai

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]

# About a dozen passages: larger batches leave the processor's cache and take longer a passage.
BATCH_TOKENS = 2048

REQUEST_TOKENS = 50_000
REQUEST_TEXTS = 256
REQUEST_SECONDS = 60.0


class Embedder(Protocol):
    """What the engine needs of an embedder. ``name`` is kept with the vectors it made."""

    @property
    def name(self) -> str:
        """Names model and precision: vectors of different names are never mixed."""

    @property
    def dimension(self) -> int:
        """Length of each vector."""

    @property
    def max_tokens(self) -> int:
        """Most tokens of a text that enter its vector; the rest is cut off."""

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """Rows of length 1 in the order of the texts, (n, dimension); (0, dimension) for none.

        ``progress`` is called after each batch with the number of texts in it. Raises EmbedError.
        """

    def count(self, text: str) -> int:
        """Tokens of the whole text, without those the embedder puts around it."""


class LocalEmbedder:
    """all-MiniLM-L6-v2 in int8 on the CPU: no key, no network. Loaded at first use; thread-safe.

    A text's vector does not depend on the texts embedded together with it (within 1e-6).
    """

    name = "all-minilm-l6-v2-int8"
    dimension = 384
    max_tokens = 256

    def __init__(self) -> None:
        self._model = Shipped(EMBEDDER)

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """See Embedder. Texts of like length share a batch, so that little padding is computed."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        if not texts:
            return vectors
        inside = self.max_tokens - 2
        encodings = tokenizer().encode_batch_fast(
            [encodable(text) for text in texts], add_special_tokens=False
        )
        ids = [[CLS, *encoding.ids[:inside], SEP] for encoding in encodings]
        for batch in _by_length([len(row) for row in ids]):
            vectors[batch] = self._run([ids[position] for position in batch])
            if progress:
                progress(len(batch))
        return vectors

    def count(self, text: str) -> int:
        """See Embedder."""
        encoding = tokenizer().encode(encodable(text), add_special_tokens=False)
        return len(encoding.ids)

    def _run(self, rows: Sequence[Sequence[int]]) -> Vectors:
        ids, mask = padded(rows)
        # The model itself takes the mean over the mask and scales it to length 1.
        (vectors,) = self._model.session.run(None, {"input_ids": ids, "attention_mask": mask})
        return np.asarray(vectors, np.float32)


def _by_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Positions in batches of at most BATCH_TOKENS padded tokens, shortest first."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[position] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(position)
    yield batch


@lru_cache(maxsize=1)
def shipped() -> LocalEmbedder:
    """The one LocalEmbedder of this process: searching and reading share its model."""
    return LocalEmbedder()


class OpenAIEmbedder:
    """A model behind an OpenAI-compatible `/v1/embeddings`. Connects at first use; thread-safe.

    ``api_key`` None means ``OPENAI_API_KEY``, as the openai client reads it; a server given by
    ``base_url`` may need none. A text beyond ``max_tokens`` is cut there.
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        dimension: int | None = None,
        max_tokens: int = 8191,
    ) -> None:
        self.name = model
        self.max_tokens = max_tokens
        self._base_url, self._api_key, self._dimension = base_url, api_key, dimension
        self._lock = Lock()

    @property
    def dimension(self) -> int:
        """Length of each vector; asks the server to embed one word when it is not known yet."""
        if self._dimension is None:
            self._ask(["dimension"])
        assert self._dimension is not None
        return self._dimension

    def embed(self, texts: Sequence[str], *, progress: Progress | None = None) -> Vectors:
        """See Embedder. EmbedError's ``retryable`` says whether trying again can help."""
        rows: list[Vectors] = []
        for batch in self._batches(texts):
            rows.append(self._ask(batch))
            if progress:
                progress(len(batch))
        return np.concatenate(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def count(self, text: str) -> int:
        """See Embedder. By o200k_base, whatever the server's own tokenizer is."""
        return tokens.count(text)

    def _batches(self, texts: Sequence[str]) -> Iterator[list[str]]:
        batch: list[str] = []
        used = 0
        for text in texts:
            # The API refuses an empty text.
            sent = tokens.truncate(encodable(text), limit=self.max_tokens) or " "
            size = tokens.count(sent)
            if batch and (used + size > REQUEST_TOKENS or len(batch) == REQUEST_TEXTS):
                yield batch
                batch, used = [], 0
            batch.append(sent)
            used += size
        if batch:
            yield batch

    def _ask(self, batch: list[str]) -> Vectors:
        import openai

        try:
            raw = self._client.embeddings.with_raw_response.create(
                model=self.name, input=batch, encoding_format="float"
            )
        except openai.OpenAIError as error:
            raise _translated(error, self.name) from error
        vectors = _vectors(raw.http_response.content, wanted=len(batch))
        with self._lock:
            if self._dimension is None:
                self._dimension = vectors.shape[1]
        if vectors.shape[1] != self._dimension:
            raise _unusable(f"vectors of {vectors.shape[1]} numbers in place of {self._dimension}")
        return vectors

    @cached_property
    def _client(self) -> "openai.OpenAI":
        import openai

        if self._api_key is None and self._base_url is None:
            raise EmbedError(
                f"No key is given for the embeddings of {self.name}, so nothing was embedded; "
                "set DATELINE_EMBED_API_KEY or OPENAI_API_KEY."
            )
        # Given in any case: left to itself the client would send the key for OpenAI to any server.
        return openai.OpenAI(
            api_key=self._api_key or "none", base_url=self._base_url, timeout=REQUEST_SECONDS
        )


def _translated(error: "openai.OpenAIError", model: str) -> EmbedError:
    """The openai client's error as ours: what happened, and whether trying again can help."""
    import openai

    retryable = False
    if isinstance(error, openai.APITimeoutError):
        what, retryable = f"did not answer within {REQUEST_SECONDS:.0f} s", True
    elif isinstance(error, openai.APIConnectionError):
        what, retryable = "could not be reached", True
    elif isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        what = f"refused the key (HTTP {error.status_code})"
    elif isinstance(error, openai.RateLimitError) and error.code == "insufficient_quota":
        what = "says that the account's quota is used up (HTTP 429)"
    elif isinstance(error, openai.RateLimitError):
        what, retryable = "is limiting the rate of requests (HTTP 429)", True
    elif isinstance(error, openai.APIStatusError):
        retryable = error.status_code >= 500
        what = f"answered HTTP {error.status_code}" + ("" if retryable else _detail(error))
    else:
        what = f"failed ({type(error).__name__})"
    return EmbedError(
        f"The embeddings server {what} for the model {model}. Nothing of this batch was embedded; "
        + ("try again later." if retryable else "check DATELINE_EMBEDDER, its URL and its key."),
        retryable=retryable,
    )


def _detail(error: "openai.APIStatusError") -> str:
    message = error.body.get("message") if isinstance(error.body, dict) else None
    return f" ({' '.join(message.split())[:200]})" if isinstance(message, str) else ""


def _unusable(what: str) -> EmbedError:
    return EmbedError(
        f"The embeddings server answered {what}. Nothing of this batch was kept; check "
        "DATELINE_EMBED_BASE_URL and DATELINE_EMBEDDER."
    )


def _vectors(content: bytes, *, wanted: int) -> Vectors:
    """The reply's vectors in the order of the texts, scaled to length 1: (wanted, dimension).

    Read from the bytes, since the client hands over HTML, short and unordered replies unchecked.
    """
    try:
        data = json.loads(content)["data"]
        rows = {int(item["index"]): item["embedding"] for item in data}
        count = len(data)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _unusable("something that is no list of embeddings") from None
    if count != wanted or sorted(rows) != list(range(wanted)):
        raise _unusable(f"{count} embeddings, not one for each of {wanted} texts")
    try:
        vectors = np.array([rows[position] for position in range(wanted)], np.float64)
    except (ValueError, TypeError):
        raise _unusable("vectors of unequal length or not of numbers") from None
    if vectors.ndim != 2 or vectors.shape[1] == 0:
        raise _unusable("vectors that are no lists of numbers")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not all(math.isfinite(length) and length > 0 for length in lengths[:, 0]):
        raise _unusable("a vector with no length or with a value that is no number")
    unit: Vectors = (vectors / lengths).astype(np.float32)
    return unit
