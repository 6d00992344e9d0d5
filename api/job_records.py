"""What is kept of each job: its state, how far it is, and the lines that failed.

A slice of lines that was ingested is written down in one transaction with the position behind it,
so that a job that was killed goes on where it was.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, Field
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from api.records import tables
from rag.errors import NoSuchJob
from rag.rows import now
from rag.schema import changing, reading
from rag.types import Frozen

State = Literal["queued", "running", "done", "stopped", "failed"]

KEPT_DAYS = 30
"""How long a job can be looked at after its end."""

MOST_FAILURES = 10_000
"""Of one job that are kept; further ones are only counted."""

FIRST_FAILURES = 20
"""Of them, how many are told with the job itself."""

_LONGEST_REASON = 1_000
_UNFINISHED = ("queued", "running")

_jobs = Table(
    "jobs",
    tables,
    # The order in which they came. AUTOINCREMENT: that of a purged job is not given again.
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("collection", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("lines", Integer, nullable=False),
    Column("lines_done", Integer, nullable=False, default=0),
    # Bytes of the file before the next line.
    Column("position", Integer, nullable=False, default=0),
    Column("new", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    Column("unchanged", Integer, nullable=False, default=0),
    Column("failed", Integer, nullable=False, default=0),
    Column("reason", String),
    # Somebody wants it stopped.
    Column("stop", Boolean, nullable=False, default=False),
    # How often it was taken up since it last got on.
    Column("tries", Integer, nullable=False, default=0),
    Column("created", DateTime, nullable=False),
    Column("started", DateTime),
    Column("ended", DateTime),
    sqlite_autoincrement=True,
)

_failures = Table(
    "job_failures",
    tables,
    Column("job_id", ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("reason", String, nullable=False),
)


class JobFailure(Frozen):
    """A line of which nothing was stored, and why."""

    line: int
    reason: str


class Job(Frozen):
    """A bulk ingest, as far as it is: ``lines_done`` of ``lines`` are settled.

    What was stored before the service was killed is counted as unchanged when the job goes on and
    comes upon it again. ``reason`` says why a job failed as a whole.
    """

    id: str
    collection: str
    state: State
    lines: int
    lines_done: int
    new: int
    changed: int
    unchanged: int
    failed: int
    reason: str | None
    created: AwareDatetime
    started: AwareDatetime | None
    ended: AwareDatetime | None

    @property
    def finished(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in _UNFINISHED


class JobInFull(Job):
    """A job with the first lines that failed; `/failures` lists more."""

    failures: tuple[JobFailure, ...] = Field(description=f"The first {FIRST_FAILURES}.")


class Due(Frozen):
    """A job that is to be worked on, and where it goes on."""

    id: str
    collection: str
    lines_done: int
    position: int
    failed: int
    stop: bool
    tries: int


class Settled(Frozen):
    """What came of a slice: outcomes counted by name, and the lines that failed."""

    counts: Mapping[str, int]
    failures: Sequence[JobFailure]
    lines_done: int
    position: int


def add(records: Engine, job_id: str, *, collection: str, lines: int) -> Job:
    """Write down a new job, which is queued."""
    values = {
        "id": job_id,
        "collection": collection,
        "state": "queued",
        "lines": lines,
        "created": now(),
    }
    with changing(records) as connection:
        return _job(connection.execute(insert(_jobs).values(values).returning(_jobs)).one())


def get(records: Engine, job_id: str) -> JobInFull:
    """One job. Raises NoSuchJob."""
    with reading(records) as connection:
        row = connection.execute(select(_jobs).where(_jobs.c.id == job_id)).one_or_none()
        if row is None:
            raise _unknown(job_id)
        first = connection.execute(_failures_of(job_id).limit(FIRST_FAILURES)).all()
    failures = tuple(JobFailure(line=each.line, reason=each.reason) for each in first)
    return JobInFull(**_job(row).model_dump(), failures=failures)


def every(records: Engine, *, limit: int, offset: int) -> list[Job]:
    """The jobs, the newest first."""
    query = select(_jobs).order_by(_jobs.c.number.desc()).limit(limit).offset(offset)
    with reading(records) as connection:
        return [_job(row) for row in connection.execute(query)]


def failures(records: Engine, job_id: str, *, limit: int, offset: int) -> list[JobFailure]:
    """The lines of a job that failed, in their order. Raises NoSuchJob."""
    with reading(records) as connection:
        if connection.execute(select(_jobs.c.id).where(_jobs.c.id == job_id)).first() is None:
            raise _unknown(job_id)
        found = connection.execute(_failures_of(job_id).limit(limit).offset(offset)).all()
    return [JobFailure(line=each.line, reason=each.reason) for each in found]


def unfinished(records: Engine) -> list[str]:
    """The ids of the jobs that are queued or running, in the order of their turns."""
    query = select(_jobs.c.id).where(_jobs.c.state.in_(_UNFINISHED)).order_by(_jobs.c.number)
    with reading(records) as connection:
        return list(connection.execute(query).scalars())


def begin(records: Engine, job_id: str) -> Due | None:
    """Mark a job as running; None when it was ended meanwhile."""
    changed = (
        update(_jobs)
        .where(_jobs.c.id == job_id, _jobs.c.state.in_(_UNFINISHED))
        .values(
            state="running",
            started=func.coalesce(_jobs.c.started, now()),
            tries=_jobs.c.tries + 1,
        )
        .returning(_jobs)
    )
    with changing(records) as connection:
        row = connection.execute(changed).one_or_none()
    return Due(**{name: getattr(row, name) for name in Due.model_fields}) if row else None


def settle(records: Engine, due: Due, settled: Settled) -> Due:
    """Write down what came of a slice, and where the job goes on."""
    room = max(MOST_FAILURES - due.failed, 0)
    kept = [
        {"job_id": due.id, "line": each.line, "reason": each.reason[:_LONGEST_REASON]}
        for each in settled.failures[:room]
    ]
    counts = {
        "new": _jobs.c.new + settled.counts.get("new", 0),
        "changed": _jobs.c.changed + settled.counts.get("changed", 0),
        "unchanged": _jobs.c.unchanged + settled.counts.get("unchanged", 0),
        "failed": _jobs.c.failed + len(settled.failures),
    }
    where = {"lines_done": settled.lines_done, "position": settled.position, "tries": 0}
    with changing(records) as connection:
        connection.execute(update(_jobs).where(_jobs.c.id == due.id).values(**counts, **where))
        if kept:
            connection.execute(insert(_failures), kept)
    return due.model_copy(
        update={
            "lines_done": settled.lines_done,
            "position": settled.position,
            "failed": due.failed + len(settled.failures),
        }
    )


def pause(records: Engine, job_id: str) -> None:
    """Note that the service ended as it should: this try was not in vain."""
    with changing(records) as connection:
        connection.execute(update(_jobs).where(_jobs.c.id == job_id).values(tries=0))


def finish(records: Engine, job_id: str, state: State, *, reason: str | None = None) -> None:
    """End a job, unless it has ended."""
    with changing(records) as connection:
        connection.execute(
            update(_jobs)
            .where(_jobs.c.id == job_id, _jobs.c.state.in_(_UNFINISHED))
            .values(state=state, reason=reason, ended=now())
        )


def ask_to_stop(records: Engine, job_id: str) -> Job:
    """End a job that is queued; have a running one stopped. Raises NoSuchJob."""
    mine = _jobs.c.id == job_id
    with changing(records) as connection:
        connection.execute(
            update(_jobs)
            .where(mine, _jobs.c.state == "queued")
            .values(state="stopped", ended=now())
        )
        connection.execute(update(_jobs).where(mine, _jobs.c.state == "running").values(stop=True))
        row = connection.execute(select(_jobs).where(mine)).one_or_none()
    if row is None:
        raise _unknown(job_id)
    return _job(row)


def purge(records: Engine) -> None:
    """Forget the jobs that ended more than KEPT_DAYS ago."""
    ended_before = now() - timedelta(days=KEPT_DAYS)
    with changing(records) as connection:
        connection.execute(delete(_jobs).where(_jobs.c.ended < ended_before))


def _failures_of(job_id: str) -> Any:
    return select(_failures).where(_failures.c.job_id == job_id).order_by(_failures.c.line)


def _unknown(job_id: str) -> NoSuchJob:
    return NoSuchJob(
        f"There is no job {job_id[:100]!r}. Nothing was done; GET /v1/jobs lists those of the "
        f"last {KEPT_DAYS} days."
    )


def _job(row: Row[Any]) -> Job:
    values = {name: getattr(row, name) for name in Job.model_fields}
    for name in ("created", "started", "ended"):
        values[name] = values[name] and values[name].replace(tzinfo=UTC)
    return Job(**values)
