"""Bulk ingest over HTTP: lines sent once, worked on in the background, looked at and stopped."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api import job_records, problems
from api.auth import needs
from api.deps import MAIN, Collection, Engines, Limit, Offset, named, paged
from api.job_records import KEPT_DAYS, MOST_FAILURES, Job, JobFailure, JobInFull
from api.job_runner import JobRunner
from api.schemas import JOBS
from rag.schema import telling
from rag.types import Frozen

MOST_UNFINISHED = 20
"""Jobs that are sent, queued or running; each may hold as much on disk as a body may have."""

MEDIA_TYPES = ("application/x-ndjson", "application/jsonl")

RETRY_SECONDS = "30"

_AT_ONCE = 1 << 20
_STOPPING = "The service is being stopped. Nothing was stored; send the lines when it runs again."
_LINES: dict[str, Any] = {
    "description": "JSON Lines: on each line an article with `text` or `html`, and what is known "
    "of it (`url`, `title`, `publisher`, `author`, `published`, `updated`, `fetched`).",
    "type": "string",
    "minLength": 1,
}
_LOCATION = {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}}

jobs = APIRouter(prefix="/v1", dependencies=[needs("ingest")], tags=["jobs"])


class Jobs(Frozen):
    """A page of the list, the newest first. ``next_offset`` is None on the last one."""

    jobs: tuple[Job, ...]
    next_offset: int | None


class JobFailures(Frozen):
    """A page of the lines that failed. ``next_offset`` is None on the last one."""

    failures: tuple[JobFailure, ...]
    next_offset: int | None


def _runner(request: Request) -> JobRunner:
    runner: JobRunner = request.app.state.jobs
    return runner


def _collection(engines: Engines, collection: Collection = MAIN) -> str:
    named(engines, collection)
    return collection


def _readable(
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
    content_encoding: Annotated[str, Header(include_in_schema=False)] = "identity",
) -> None:
    """Refuse what is not JSON Lines as they are."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in MEDIA_TYPES:
        raise HTTPException(
            415,
            f"Jobs are sent as {' or '.join(MEDIA_TYPES)}, not {kind[:100]!r}. Nothing was stored.",
        )
    if content_encoding.strip().lower() != "identity":
        raise HTTPException(415, "The lines are compressed. Nothing was stored; send them plain.")


Running = Annotated[JobRunner, Depends(_runner)]


@jobs.post(
    "/jobs",
    status_code=202,
    response_model=Job,
    responses={
        202: {"description": "Queued", "headers": _LOCATION},
        **problems.documented(404, 413, 415, 422, 429, 503),
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {kind: {"schema": _LINES} for kind in MEDIA_TYPES},
        }
    },
    dependencies=[Depends(_readable)],
)
async def add_job(
    request: Request,
    response: Response,
    runner: Running,
    collection: Annotated[str, Depends(_collection)],
) -> Job | Response:
    """Have many articles ingested in the background, in the order of their lines.

    They are on disk when this answers, and the job outlives the service. What is stored already
    costs nothing, so that the same lines can be sent again.
    """
    waiting = await run_in_threadpool(job_records.unfinished, runner.records)
    if len(waiting) + runner.receiving >= MOST_UNFINISHED:
        raise HTTPException(
            429,
            f"{MOST_UNFINISHED} jobs are waiting or being sent. Nothing was stored; send this one "
            "when one of them is done.",
            {"Retry-After": RETRY_SECONDS},
        )
    runner.receiving += 1
    job_id = secrets.token_hex(8)
    part = runner.file(job_id).with_suffix(".part")
    try:
        lines = await _received(request.stream(), part)
        if not lines:
            raise HTTPException(422, "There is no line. Nothing was stored; send at least one.")
        job = await run_in_threadpool(runner.add, job_id, part, collection=collection, lines=lines)
    except ClientDisconnect:
        return Response(status_code=problems.CLIENT_GONE)  # nobody reads this
    except asyncio.CancelledError:
        # Only the end of the service cancels a request.
        return problems.problem(503, detail=_STOPPING)
    finally:
        runner.receiving -= 1
        part.unlink(missing_ok=True)
    response.headers["Location"] = f"{JOBS}/{job.id}"
    return job


@jobs.get("/jobs", responses=problems.documented(422))
def list_jobs(runner: Running, limit: Limit = 50, offset: Offset = 0) -> Jobs:
    """List the jobs, the newest first."""
    found = job_records.every(runner.records, limit=limit + 1, offset=offset)
    jobs, after = paged(found, limit=limit, offset=offset)
    return Jobs(jobs=jobs, next_offset=after)


@jobs.get("/jobs/{job_id}", responses=problems.documented(404, 422))
def get_job(job_id: str, runner: Running) -> JobInFull:
    """How far a job is, and the first lines that failed."""
    return job_records.get(runner.records, job_id)


@jobs.get(
    "/jobs/{job_id}/failures",
    responses=problems.documented(404, 422),
    description=f"The lines that failed, in their order. The first {MOST_FAILURES:,} of a job are "
    f"kept, and {KEPT_DAYS} days after its end nothing of it.",
)
def list_failures(
    job_id: str, runner: Running, limit: Limit = 100, offset: Offset = 0
) -> JobFailures:
    """The lines of a job that failed."""
    found = job_records.failures(runner.records, job_id, limit=limit + 1, offset=offset)
    failures, after = paged(found, limit=limit, offset=offset)
    return JobFailures(failures=failures, next_offset=after)


@jobs.delete(
    "/jobs/{job_id}",
    responses={
        202: {"model": Job, "description": "It will be stopped"},
        **problems.documented(404, 422),
    },
)
def stop_job(job_id: str, response: Response, runner: Running) -> Job:
    """Stop a job. What is stored stays; one that is finished already is left as it is."""
    job = runner.stop(job_id)
    if not job.finished:
        response.status_code = 202
    return job


async def _received(stream: AsyncIterator[bytes], part: Path) -> int:
    """Write what is sent to a file as it comes; how many lines it has. Raises DataFolderError."""
    with telling(part.parent.parent):
        file = await run_in_threadpool(part.open, "wb")
        with file:
            lines, last, waiting = 0, b"\n", bytearray()
            async for piece in stream:
                waiting += piece
                if len(waiting) >= _AT_ONCE:
                    lines += waiting.count(b"\n")
                    last = bytes(waiting[-1:])
                    await run_in_threadpool(file.write, waiting)
                    waiting = bytearray()
            lines += waiting.count(b"\n")
            last = bytes(waiting[-1:]) or last
            await run_in_threadpool(_write_down, file, waiting)
    return lines + (last != b"\n")


def _write_down(file: BinaryIO, rest: bytearray) -> None:
    file.write(rest)
    file.flush()
    os.fsync(file.fileno())
