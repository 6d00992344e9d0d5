"""The open engine: the library, and the index and embedder that are opened when first needed."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from rag.audit import Audit, audit
from rag.disk import can_write
from rag.embed import Embedder
from rag.errors import IndexMismatch, LibraryBusy, SearchIndexError
from rag.index import FOLDER, Index, Stamp
from rag.library import Library
from rag.lock import WriteLock
from rag.model import Model
from rag.nearest import Nearest
from rag.passages import SPLITTER
from rag.probe import probe
from rag.schema import telling
from rag.seal import Seal
from rag.types import NO_FILTERS, Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEW = 1000
"""So many dropped passages never make an index start over."""

_log = logging.getLogger("dateline")


@dataclass(frozen=True)
class Answering:
    """The model that answers, the most tokens of a prompt, and the seconds a question may take."""

    model: Model
    prompt_tokens: int = 3_000
    deadline: float = 60.0


class Engine:
    """What ingest and ask work on. Close it, or use it in a ``with`` statement.

    ``answering`` is None when the embedded reader answers.
    """

    def __init__(
        self,
        library: Library,
        *,
        make_embedder: Callable[[], Embedder],
        chroma_url: str | None = None,
        answering: Answering | None = None,
    ) -> None:
        self.library = library
        self.answering = answering
        self.lock = WriteLock(library.folder)
        self._index = Index(library.folder, name=library.name, stamp=self._stamp, url=chroma_url)
        self._nearest = Nearest(library)
        self._seal = Seal(library.folder / FOLDER)
        self._on_server = chroma_url is not None
        self._make_embedder = make_embedder
        self._embedder: Embedder | None = None
        self._loading = threading.Lock()
        self._opening = threading.Lock()
        self._in_step = False
        self._opened_beside = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files. What was committed is on disk already."""
        self._index.close()
        self.library.close()

    @property
    def embedder(self) -> Embedder:
        """Opened at first use. Raises EmbedError."""
        with self._loading:
            if self._embedder is None:
                self._embedder = self._make_embedder()
            return self._embedder

    @property
    def index(self) -> Index:
        """The index, in step with the library when this process first asks for it.

        When it is not and nobody else is writing, it is caught up first (see ``catch_up``).
        Raises IndexMismatch, and SearchIndexError when it is only just being built.
        """
        if not self._in_step:
            with self._opening:
                self._get_in_step()
        return self._index

    def nearest(
        self, vector: "NDArray[np.float32]", *, limit: int, filters: Filters = NO_FILTERS
    ) -> list[tuple[int, float]]:
        """The passages nearest to a unit vector: (passage id, cosine similarity), highest first.

        Raises what ``index`` raises, and DataFolderError.
        """
        index = self.index
        if filters == NO_FILTERS:
            return index.search(vector, limit=limit)
        return self._nearest.search(index, vector, limit=limit, filters=filters)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one that writes: no other process, no other thread of this one.

        Raises LibraryBusy within a second, naming the holder.
        """
        with self.lock.turn():
            yield

    def catch_up(self) -> None:
        """Tell the index what it has not been told, or all when it is missing or out of step.

        So also when it has dropped more passages than it holds. Embeds nothing. Raises LibraryBusy,
        IndexMismatch, SearchIndexError.
        """
        with self.writing():
            self._check_made_by()
            self._make_sound()
            try:
                self._tell_index()
                passages = self.library.counts().passages
                if not self._in_step and self._index.count() != passages:
                    self._start_over("it holds another number of passages than the library")
                # Chroma marks what it drops and goes on stepping over it: it gets slow, and then
                # there are passages that it finds no more. Here the first was lost at three times
                # as many dropped as held.
                if self.library.dropped > max(passages, _FEW):
                    self._start_over("it has dropped more passages than it holds")
            except SearchIndexError:
                # Whatever it was, the next one looks at the index anew.
                self._in_step = False
                raise
            self._in_step = True

    def restart_index(self) -> None:
        """Drop the index; the next ``catch_up`` fills it. To be called while writing."""
        with self.writing():
            self._in_step = False
            # In this order: after a crash in between, the index is missing and so made anew.
            self._break_seal()
            self._index.drop()
            self.library.restart_index()
            self._index.create()
            if not self._on_server:
                self._seal.put(self._note())

    def audit(
        self, *, most: int | None = None, progress: Callable[[int, int], None] | None = None
    ) -> Audit:
        """Hold the index against the library, see ``rag.audit``. Mends nothing.

        Raises LibraryBusy when another process writes, since both would change meanwhile.
        """
        # Nobody writes to a folder that is read-only, and no lock can be had in it.
        with self.lock.turn(wait=0) if can_write(self.library.folder) else nullcontext():
            return audit(self.library, self.index, most=most, progress=progress)

    def _stamp(self) -> Stamp:
        embedder = self.embedder
        return Stamp(embedder.name, embedder.dimension, SPLITTER, self.library.generation)

    def _tell_index(self) -> None:
        sealed = self._sealed()
        while True:
            pending = self.library.pending()
            if not pending.added and not pending.removed:
                break
            self._break_seal()
            sealed = False
            if pending.removed:
                self._index.delete(pending.removed)
            if pending.added:
                self._index.upsert(pending.added)
            self.library.mark_indexed(pending)
        if not sealed and not self._on_server:
            self._seal.put(self._note())

    def _start_over(self, why: str) -> None:
        """Drop the index and fill it, with a word on why it takes so long."""
        _log.warning("The search index is made anew from the library: %s.", why.rstrip("."))
        self.restart_index()
        self._tell_index()

    def _make_sound(self) -> None:
        """Make the index anew unless it can be opened, and was built as it would be now."""
        if self._on_server:
            if not self._in_step and not self._index.exists():
                self.restart_index()
        elif not self._sealed():
            counts = self.library.counts()
            if self._index.exists():
                why = probe(self.library, self._stamp())
            elif counts.pending == counts.passages:
                self.restart_index()  # there was none yet
                return
            else:
                why = "it was gone"
            if why is not None:
                self._start_over(why)

    def _get_in_step(self) -> None:
        """For the first reader: catch up if need be, unless another process is writing."""
        self._check_made_by()
        counts = self.library.counts()
        if not counts.pending and self._fits(counts.passages):
            self._in_step = True
            return
        try:
            with self.lock.turn(wait=0):
                self.catch_up()
        except LibraryBusy as busy:
            self._check_beside(busy)

    def _fits(self, passages: int) -> bool:
        """Whether the index can be opened and holds as many passages as it should."""
        if self._on_server:
            return self._index.exists() and self._index.count() == passages
        return self._open_sealed()

    def _open_sealed(self) -> bool:
        """Open the index if its seal fits. Opening writes to the folder, so it is renewed."""
        if not self._sealed():
            return False
        try:
            self._index.count()
        except SearchIndexError:
            self._break_seal()
            return False
        self._seal.renew(self._note())
        return True

    def _check_beside(self, busy: LibraryBusy) -> None:
        """Raise SearchIndexError when what another process is writing to cannot be searched yet.

        Otherwise what is there can be searched while the other one adds to it.
        """
        if self._opened_beside:
            return
        then = "ask again when it has finished"
        if not self._index.exists():
            what = f"is being built by {self.lock.holder()}"
            counts = self.library.counts()
            # An index that is only being built has not been told of everything yet.
            told = counts.passages > 0 and not counts.pending and not self._on_server
            if told and self.lock.address() is not None:
                what = f"is gone: its files were removed, while {self.lock.holder()} serves it "
                what += "from memory"
                then = "stop the service, or run `dateline rebuild` to make the index anew"
        elif (
            self._on_server
            or self._open_sealed()
            or not (why := probe(self.library, self._stamp(), only_open=True))
        ):
            self._opened_beside = True
            return
        else:
            what = f"cannot be used ({why}), and {self.lock.holder()} is writing"
        raise SearchIndexError(
            f"The search index {what}. The articles are safe in the library; {then}."
        ) from busy

    def _note(self) -> dict[str, Any]:
        return asdict(self._stamp()) | {"told": self.library.last_told}

    def _sealed(self) -> bool:
        return not self._on_server and self._seal.fits(self._note())

    def _break_seal(self) -> None:
        with telling(self.library.folder):
            self._seal.break_off()

    def _check_made_by(self) -> None:
        asked = (self.embedder.name, SPLITTER)
        for embedder, splitter in self.library.made_by():
            if (embedder, splitter) != asked:
                raise IndexMismatch(
                    f"The library holds articles embedded with {embedder} and split by {splitter}; "
                    f"{asked[0]} and {asked[1]} are in use now. The articles are safe; run "
                    "`dateline rebuild` to embed them again, or set DATELINE_EMBEDDER back."
                )
