"""Works on the jobs, one at a time, in a thread of its own, for as long as the service runs."""

import logging
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Engine as Records

from api import job_records
from api.deps import named
from api.job_records import Due, Job, JobFailure, Settled, State
from rag.engine import Engine
from rag.errors import DatelineError, EmbedError
from rag.ingest import IngestSummary, Progress, ingest
from rag.jsonlines import article, numbered
from rag.plain import one_line
from rag.schema import telling
from rag.sources import Failure, Source

FOLDER = "jobs"
"""In the data folder: the lines of the jobs that are not finished."""

MOST_TRIES = 5
"""So many times a job is taken up at one line; then the line is what ends the service."""

# What is embedded together with little of it to be done again after a kill.
_SLICE_ARTICLES = 64
_SLICE_BYTES = 200_000
_SLICE_LINES = 1_000

_RECORDS_SECONDS = 5.0
_EMBEDDER_SECONDS = (1.0, 10.0, 60.0, 0.0)
_PURGE_SECONDS = 3_600.0
_STOP_SECONDS = 10.0
_FAULT = "Dateline has a fault here; the log says more"
_THEN = "What was stored before stays; when that is mended, send the same lines again."


@dataclass(frozen=True)
class _Slice:
    """Lines that go into the library together, by number, and where the file goes on after them."""

    taken: list[tuple[int, Source | Failure]]
    lines_done: int
    position: int

    @property
    def sources(self) -> list[Source]:
        return [each for _, each in self.taken if isinstance(each, Source)]

    @property
    def failures(self) -> list[JobFailure]:
        """The lines that are no articles."""
        return [_failure(number, e) for number, e in self.taken if isinstance(e, Failure)]


class JobRunner:
    """Runs jobs on the engines. ``close`` it before they are closed."""

    def __init__(self, records: Records, engines: dict[str, Engine], folder: Path) -> None:
        self.records = records
        self.folder = folder / FOLDER
        self._engines = engines
        self._woken = threading.Event()
        self._turns = threading.Condition()
        # Of the job that is being worked on: its id, whether it is to be stopped, and whether it is
        # to be left off, for that or since the service ends.
        self._current: str | None = None
        self._stopping = False
        self._halted = threading.Event()
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="jobs")
        self.receiving = 0
        """How many jobs are just being sent."""

    def start(self) -> None:
        """Go on with what is unfinished. Raises DataFolderError."""
        with telling(self.folder.parent):
            self.folder.mkdir(exist_ok=True)
        self._remove_files(keep=job_records.unfinished(self.records))
        self._thread.start()

    def close(self) -> None:
        """Leave off between two articles; the next start goes on there."""
        with self._turns:
            self._ending = True
            self._halted.set()
        self._woken.set()
        self._thread.join()

    def file(self, job_id: str) -> Path:
        """Where the lines of a job are."""
        return self.folder / f"{job_id}.jsonl"

    def add(self, job_id: str, part: Path, *, collection: str, lines: int) -> Job:
        """Queue a job with the lines in a file, which is moved. Raises DataFolderError."""
        file = self.file(job_id)
        try:
            with telling(self.folder.parent):
                part.rename(file)
                _sync(self.folder)
            job = job_records.add(self.records, job_id, collection=collection, lines=lines)
        except DatelineError:
            file.unlink(missing_ok=True)
            raise
        self._woken.set()
        return job

    def stop(self, job_id: str) -> Job:
        """Stop a job, waiting a while for it; a finished one stays as it is. Raises NoSuchJob."""
        job = job_records.ask_to_stop(self.records, job_id)
        with self._turns:
            if self._current == job_id:
                self._stopping = True
                self._halted.set()
                self._turns.wait_for(lambda: self._current != job_id, _STOP_SECONDS)
        if job.state == "stopped":
            self.file(job_id).unlink(missing_ok=True)
        return job_records.get(self.records, job_id)

    def _work(self) -> None:
        while not self._ending:
            self._woken.clear()
            try:
                waiting = job_records.unfinished(self.records)
                if waiting:
                    self._take(waiting[0])
                else:
                    job_records.purge(self.records)
                    if not self._ending:
                        self._woken.wait(_PURGE_SECONDS)
            except Exception:
                # The records cannot be written, as on a full disk: the job is where it was.
                logging.getLogger("dateline").exception(
                    "the jobs wait %s seconds", _RECORDS_SECONDS
                )
                self._woken.wait(_RECORDS_SECONDS)

    def _take(self, job_id: str) -> None:
        """Work on a job until it is finished or the service ends."""
        with self._turns:
            self._current, self._stopping = job_id, False
            if not self._ending:
                self._halted.clear()
        try:
            due = job_records.begin(self.records, job_id)
            if due is not None:
                self._run(due)
        finally:
            with self._turns:
                self._current = None
                self._turns.notify_all()

    def _run(self, due: Due) -> None:
        if due.stop:
            self._finish(due.id, "stopped")
            return
        try:
            self._check(due)
            engine = named(self._engines, due.collection)
            with telling(self.folder.parent), self.file(due.id).open("rb") as file:
                self._ingest(engine, due, file)
        except DatelineError as error:
            self._finish(due.id, "failed", reason=f"{error} {_THEN}")
        except Exception:
            logging.getLogger("dateline").exception("job %s failed", due.id)
            self._finish(due.id, "failed", reason=f"{_FAULT}. {_THEN}")
        else:
            if self._stopping:
                self._finish(due.id, "stopped")
            elif self._ending:
                job_records.pause(self.records, due.id)
            else:
                self._finish(due.id, "done")

    def _check(self, due: Due) -> None:
        """Raise DatelineError for a job that would end the service over and over."""
        if due.tries > MOST_TRIES:
            raise DatelineError(
                f"The service was killed {MOST_TRIES} times at one of the {_SLICE_ARTICLES} "
                f"articles after line {due.lines_done}, which may be more than it can bear."
            )

    def _ingest(self, engine: Engine, due: Due, file: BinaryIO) -> None:
        """Ingest the rest of a job's file, or what of it there is time for."""
        file.seek(due.position)
        for part in _slices(file, due.lines_done):
            if self._halted.is_set():
                return
            summary = self._stored(engine, part.sources)
            if not summary.interrupted:
                settled = _settled(part, summary)
            elif self._stopping:
                settled = _settled_in_part(due, summary)
            else:
                return
            due = job_records.settle(self.records, due, settled)

    def _stored(self, engine: Engine, sources: Sequence[Source]) -> IngestSummary:
        """Ingest sources, patiently: a server that embeds may be away for a while."""
        for seconds in _EMBEDDER_SECONDS if sources else ():
            try:
                return ingest(engine, sources, progress=self._go_on)
            except EmbedError as error:
                if not error.retryable or not seconds:
                    raise
                logging.getLogger("dateline").warning("a job waits %s seconds: %s", seconds, error)
                if self._halted.wait(seconds):
                    return IngestSummary((), (), interrupted=True)
        return IngestSummary((), ())

    def _go_on(self, _: Progress) -> None:
        if self._halted.is_set():
            raise KeyboardInterrupt  # as Ctrl-C ends an ingest: what it has stored stays

    def _finish(self, job_id: str, state: State, *, reason: str | None = None) -> None:
        job_records.finish(self.records, job_id, state, reason=reason and one_line(reason))
        self.file(job_id).unlink(missing_ok=True)

    def _remove_files(self, *, keep: Sequence[str]) -> None:
        """Remove what a kill left of jobs that never began or are finished."""
        with telling(self.folder.parent):
            for path in self.folder.iterdir():
                if path not in map(self.file, keep):
                    path.unlink()


def _slices(file: BinaryIO, lines_done: int) -> Iterator[_Slice]:
    """The rest of a file, some articles at a time."""
    lines = numbered(file, after=lines_done)
    while part := _slice(file, lines):
        yield part


def _slice(file: BinaryIO, lines: Iterator[tuple[int, bytes]]) -> _Slice | None:
    """As many lines as go together, None at the end of the file."""
    taken: list[tuple[int, Source | Failure]] = []
    articles = read = size = number = 0
    for number, line in lines:
        each = article(line, f"Line {number}")
        if each is not None:
            taken.append((number, each))
        articles += isinstance(each, Source)
        read += 1
        size += len(line)
        if articles == _SLICE_ARTICLES or size > _SLICE_BYTES or read == _SLICE_LINES:
            break
    return _Slice(taken, number, file.tell()) if read else None


def _settled(part: _Slice, summary: IngestSummary) -> Settled:
    numbers = {each.name: number for number, each in part.taken}
    failures = [*part.failures, *(_failure(numbers[each.name], each) for each in summary.failed)]
    return Settled(
        counts=Counter(each.outcome for each in summary.articles),
        failures=sorted(failures, key=lambda each: each.line),
        lines_done=part.lines_done,
        position=part.position,
    )


def _settled_in_part(due: Due, summary: IngestSummary) -> Settled:
    """What was stored of a slice when its job was stopped."""
    return Settled(
        counts=Counter(each.outcome for each in summary.articles),
        failures=(),
        lines_done=due.lines_done + len(summary.articles),
        position=due.position,
    )


def _sync(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failure(number: int, failure: Failure) -> JobFailure:
    return JobFailure(line=number, reason=one_line(failure.message))
