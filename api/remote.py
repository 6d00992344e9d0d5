"""What a command does when `dateline serve` has the data folder: it has the service do it."""

import json
import secrets
import signal
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
from pydantic import TypeAdapter, ValidationError

from api.schemas import INTERNAL, Batch, Gone, Hello, Sent, proof
from api.state import version
from rag import errors
from rag.errors import BadArticle, BadInput, DatelineError
from rag.ingest import Ingested, IngestSummary, Progress
from rag.lock import Address
from rag.rebuild import Rebuilt
from rag.settings import Settings
from rag.sources import Failure, Source, load
from rag.walk import Given, count, walk

_PATIENCE = 5.0
_MOST_SOURCES = 64
_MOST_BYTES = 1_000_000

_KNOWN = Sent.model_fields.keys() - {"label", "file", "content", "text"}

_SUMMARY = TypeAdapter(IngestSummary)
_PROGRESS = TypeAdapter(Progress)
_REBUILT = TypeAdapter(Rebuilt)


class ServerLost(DatelineError):
    """The service ended, or could not be understood, in the middle of a command."""


def find(address: Address, settings: Settings) -> "Server | None":
    """The service that wrote its address into the note, or None when it is gone.

    Whatever else answers there now does not know the note's secret, and is not told it. Raises
    BadInput when the service is of another version or embeds otherwise than the settings say.
    """
    if not _is_loopback(address.url):
        return None
    nonce = secrets.token_urlsafe(16)
    try:
        with _client(address.url) as client:
            reply = client.get(f"{INTERNAL}/hello", params={"nonce": nonce}, timeout=_PATIENCE)
        said = Hello.model_validate_json(reply.content)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValidationError):
        return None
    if not secrets.compare_digest(said.proof.encode(), proof(address.token, nonce).encode()):
        return None
    for what, theirs, ours in (
        ("is Dateline", said.version, version()),
        ("embeds with", said.embedder, settings.embedder),
    ):
        if theirs != ours:
            raise BadInput(
                f"The service on {address.url} {what} {theirs}, this command {what} {ours}. "
                "Nothing was changed; stop the service first, or start it anew."
            )
    return Server(address)


@dataclass(frozen=True)
class _Told:
    content: Any


@dataclass(frozen=True)
class Server:
    """The running service of the data folder. What it raises is raised here.

    Raises ServerLost when it ends in the middle.
    """

    address: Address

    def ingest(
        self,
        sources: Sequence[Given],
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestSummary:
        """Have sources ingested, as ``rag.ingest.ingest`` does; the files are read here."""
        run, total = uuid.uuid4().hex, count(sources) if progress is not None else 0
        articles: list[Ingested] = []
        failed: list[Failure] = []
        read = embedded = 0

        def tell(done: int, passages: int) -> None:
            if progress is not None:
                progress(Progress(read + done, total, embedded + passages))

        with self._stopping(run) as interrupted:
            for batch in _batches(walk(sources)):
                if interrupted():
                    break
                if isinstance(batch, Failure):
                    failed.append(batch)
                    read += 1
                    tell(0, 0)
                    continue
                passages = 0
                body = Batch(sources=tuple(batch)).model_dump_json().encode()
                for said in self._do(f"ingest/{run}", body):
                    if isinstance(said, _Told):
                        at = _PROGRESS.validate_python(said.content)
                        passages = at.passages
                        tell(at.done, passages)
                    else:
                        done = _SUMMARY.validate_python(said)
                        articles += done.articles
                        failed += done.failed
                read += len(batch)
                embedded += passages
            return IngestSummary(tuple(articles), tuple(failed), interrupted())

    def remove(self, article_ids: Sequence[str], tell: Callable[[Gone], None]) -> None:
        """Have articles deleted, none when one is not there; ``tell`` is given each."""
        body = json.dumps(list(article_ids)).encode()
        for said in self._do(f"delete/{uuid.uuid4().hex}", body):
            if isinstance(said, _Told):
                tell(Gone.model_validate(said.content))

    def rebuild(self) -> Rebuilt:
        """Have the index made anew."""
        *_, done = self._do(f"rebuild/{uuid.uuid4().hex}", b"")
        return _REBUILT.validate_python(done)

    def _do(self, path: str, body: bytes) -> Iterator[Any]:
        """What is told as the work goes on (as ``_Told``), and last what came of it."""
        kind = {"content-type": "application/json"}
        try:
            with (
                _client(self.address.url, self.address.token) as client,
                client.stream("POST", f"{INTERNAL}/{path}", content=body, headers=kind) as reply,
            ):
                if reply.status_code != 200:
                    raise _lost(self.address, f"it answered {reply.status_code}")
                for line in reply.iter_lines():
                    said = json.loads(line)
                    if "told" not in said:
                        yield _done(said)
                        return
                    yield _Told(said["told"])
        except (httpx2.HTTPError, ValueError) as error:
            raise _lost(self.address, type(error).__name__) from error
        raise _lost(self.address, "it said no more")

    @contextmanager
    def _stopping(self, run: str) -> Iterator[Callable[[], bool]]:
        """Ctrl-C has the service stop the run; a second one ends this command at once."""
        pressed = False

        def press(*_: object) -> None:
            nonlocal pressed
            if pressed:
                raise KeyboardInterrupt
            pressed = True
            with (
                suppress(httpx2.HTTPError),
                _client(self.address.url, self.address.token) as client,
            ):
                client.post(f"{INTERNAL}/stop/{run}", timeout=_PATIENCE)

        before = signal.signal(signal.SIGINT, press)
        try:
            yield lambda: pressed
        finally:
            signal.signal(signal.SIGINT, before)


def _client(url: str, token: str | None = None) -> httpx2.Client:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    # No proxy of the environment is asked for an address of this machine. What the service does
    # may take any time; when it is killed, the connection ends at once.
    timeout = httpx2.Timeout(_PATIENCE, read=None)
    return httpx2.Client(base_url=url, headers=headers, timeout=timeout, trust_env=False)


def _is_loopback(url: str) -> bool:
    try:
        return ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False


def _batches(chosen: Iterable[Source | Failure]) -> Iterator[list[Sent] | Failure]:
    """Sources read, as many as go into one request; what cannot be read stands between them."""
    batch: list[Sent] = []
    size = 0
    for source in chosen:
        sent = source if isinstance(source, Failure) else _sent(source)
        more = 0 if isinstance(sent, Failure) else len(sent.content or sent.text or "")
        full = len(batch) == _MOST_SOURCES or size + more > _MOST_BYTES
        if batch and (full or isinstance(sent, Failure)):
            yield batch
            batch, size = [], 0
        if isinstance(sent, Failure):
            yield sent
        else:
            batch.append(sent)
            size += more
    if batch:
        yield batch


def _sent(source: Source) -> Sent | Failure:
    try:
        content = load(source)
    except BadArticle as error:
        return Failure(source.name, str(error))
    known = {name: getattr(source, name) for name in _KNOWN}
    sent = Sent(label=source.name, file=source.source, **known)
    if isinstance(content, bytes):
        return sent.model_copy(update={"content": content})
    return sent.model_copy(update={"text": content.encode("utf-8", "ignore").decode()})


def _done(said: dict[str, Any]) -> Any:
    if "error" not in said:
        return said["done"]
    name, message = said["error"]["name"], said["error"]["message"]
    if name == KeyboardInterrupt.__name__:
        raise KeyboardInterrupt
    raise getattr(errors, name, DatelineError)(message)


def _lost(address: Address, why: str) -> ServerLost:
    return ServerLost(
        f"The service on {address.url} ended before this was done ({why}). What was finished "
        "before is kept; run the command again."
    )
