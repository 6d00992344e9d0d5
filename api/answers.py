"""Answers given, kept for a while by trace id, so that feedback on one has what it is about.

They are written down by a thread, not by the request: what is waiting when the service is killed
is lost, and so is what comes faster than it can be written.
"""

import logging
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import Any

from fastapi import FastAPI
from pydantic import AwareDatetime, TypeAdapter
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    true,
)
from sqlalchemy import Engine as Records

from api.records import tables
from rag.engine import Engine
from rag.errors import DatelineError
from rag.rows import now, without_zone
from rag.schema import changing, reading
from rag.types import Answer, Frozen, Status

MOST = 10_000
"""Answers that are kept, the newest."""

KEPT_DAYS = 30

_MOST_WAITING = 1_000
_AT_ONCE = 200
_PATIENCE = 5.0


def columns() -> Iterator[Column[Any]]:
    """Those of a table that holds what is kept of an answer in each of its rows, once."""
    yield Column("trace_id", String, nullable=False, unique=True)
    for name in ("collection", "status"):
        yield Column(name, String, nullable=False)
    for name in ("question", "text", "cited"):
        yield Column(name, Text, nullable=False)
    yield Column("asked_at", DateTime, nullable=False)


_answers = Table(
    "answers",
    tables,
    Column("number", Integer, primary_key=True),
    *columns(),
    sqlite_autoincrement=True,
)
Index("ix_answers_asked_at", _answers.c.asked_at)


class Cited(Frozen):
    """An article that an answer quotes."""

    id: str
    title: str


_CITED = TypeAdapter(tuple[Cited, ...])


class Kept(Frozen):
    """What is kept of an answer."""

    trace_id: str
    collection: str
    question: str
    status: Status
    text: str
    cited: tuple[Cited, ...]
    asked_at: AwareDatetime


class Memory:
    """Writes answers down in a thread of its own; with ``keep`` False it keeps none."""

    def __init__(self, records: Records, *, keep: bool) -> None:
        self.records = records
        self.keep = keep
        self._waiting: queue.Queue[Kept | threading.Event | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="answers")

    def start(self) -> None:
        """Begin to write; what is too old, or is not to be kept any more, is forgotten.

        Raises DataFolderError.
        """
        with changing(self.records) as connection:
            connection.execute(delete(_answers).where(_too_old() if self.keep else true()))
        self._thread.start()

    def close(self) -> None:
        """Write what is waiting, and end."""
        self._waiting.put(None)
        self._thread.join()

    def put(self, answer: Kept) -> None:
        """Have an answer kept; never waits."""
        try:
            self._waiting.put_nowait(answer)
        except queue.Full:
            _warn("an answer was not kept: too many are waiting to be written")

    def find(self, trace_id: str) -> Kept | None:
        """The answer with this trace id, also when it was given just now."""
        found = self._read(trace_id)
        if found is None:
            written = threading.Event()
            self._waiting.put(written)
            written.wait(_PATIENCE)
            found = self._read(trace_id)
        return found

    def _read(self, trace_id: str) -> Kept | None:
        query = select(_answers).where(_answers.c.trace_id == trace_id)
        with reading(self.records) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else kept_of(row)

    def _work(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < _AT_ONCE and not self._waiting.empty():
                batch.append(self._waiting.get())
            try:
                self._write([each for each in batch if isinstance(each, Kept)])
            except DatelineError as error:
                _warn(f"answers were not kept: {error}")
            except Exception:
                logging.getLogger("dateline").exception("answers were not kept")
            for each in batch:
                if isinstance(each, threading.Event):
                    each.set()
            if None in batch:
                return

    def _write(self, answers: list[Kept]) -> None:
        if not answers:
            return
        last = select(func.max(_answers.c.number)).scalar_subquery()
        with changing(self.records) as connection:
            # The same answer can be given twice, to a request that is repeated.
            connection.execute(
                insert(_answers).prefix_with("OR IGNORE"), [values_of(each) for each in answers]
            )
            connection.execute(delete(_answers).where(_too_old()))
            connection.execute(delete(_answers).where(_answers.c.number <= last - MOST))


def remember(app: FastAPI, engine: Engine, answer: Answer) -> None:
    """Keep an answer for feedback on it, unless DATELINE_KEEP_ANSWERS is false. Never waits."""
    memory: Memory = app.state.answers
    if not memory.keep:
        return
    engines: dict[str, Engine] = app.state.engines
    cited = {each.article_id: each.title for each in answer.citations}
    memory.put(
        Kept(
            trace_id=answer.trace_id,
            collection=next(name for name, each in engines.items() if each is engine),
            question=answer.question,
            status=answer.status,
            text=answer.text,
            cited=tuple(Cited(id=id, title=title) for id, title in cited.items()),
            asked_at=answer.asked_at,
        )
    )


def values_of(answer: Kept) -> dict[str, object]:
    """The values of ``columns`` for an answer."""
    cited = _CITED.dump_json(answer.cited).decode()
    return answer.model_dump() | {"cited": cited, "asked_at": without_zone(answer.asked_at)}


def kept_of(row: Row[Any]) -> Kept:
    """The answer in a row of a table with these ``columns``."""
    values = {name: getattr(row, name) for name in Kept.model_fields}
    values["cited"] = _CITED.validate_json(row.cited)
    values["asked_at"] = row.asked_at.replace(tzinfo=UTC)
    return Kept(**values)


def _too_old() -> ColumnElement[bool]:
    return _answers.c.asked_at < now() - timedelta(days=KEPT_DAYS)


def _warn(what: str) -> None:
    logging.getLogger("dateline").warning("%s", what)
