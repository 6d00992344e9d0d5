"""Routes for the commands that find this service running; for who can read its note, nobody else.

A route answers with lines of JSON: ``told`` as the work goes on, then ``done`` or ``error``.
"""

import asyncio
import hmac
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from api.deps import MAIN
from api.removing import remove
from api.schemas import INTERNAL, Batch, Hello, Sent, proof
from api.state import version
from rag.engine import Engine
from rag.errors import DatelineError
from rag.ingest import ingest
from rag.rebuild import rebuild
from rag.sources import Source

Tell = Callable[[object], None]

_FAULT = "A fault in Dateline, in the running server; its log shows where."

hello = APIRouter(prefix=INTERNAL, include_in_schema=False)


@dataclass(frozen=True)
class Desk:
    """What these routes know: the secret of the note, and how to stop each run that goes on."""

    token: str
    embedder: str
    running: dict[str, threading.Event] = field(default_factory=dict)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _admitted(
    desk: Annotated[Desk, Depends(_desk)], authorization: Annotated[str, Header()] = ""
) -> None:
    if not hmac.compare_digest(authorization.encode(), f"Bearer {desk.token}".encode()):
        raise HTTPException(404)


def _engine(request: Request) -> Engine:
    engine: Engine = request.app.state.engines[MAIN]
    return engine


At = Annotated[Desk, Depends(_desk)]
Opened = Annotated[Engine, Depends(_engine)]

internal = APIRouter(prefix=INTERNAL, include_in_schema=False, dependencies=[Depends(_admitted)])


@hello.get("/hello")
async def greet(nonce: str, desk: At) -> Hello:
    """Show that this is the service that wrote the note."""
    return Hello(proof=proof(desk.token, nonce), version=version(), embedder=desk.embedder)


@internal.post("/ingest/{run}")
async def ingest_sent(run: str, request: Request, desk: At, engine: Opened) -> Response:
    """Ingest what a command has read; tells the progress."""
    try:
        batch = Batch.model_validate_json(await request.body())
    except ValidationError:
        raise HTTPException(422) from None
    sources = [_given(sent) for sent in batch.sources]
    return _work(desk, run, lambda tell: ingest(engine, sources, progress=tell))


@internal.post("/delete/{run}")
async def delete_named(run: str, ids: list[str], desk: At, engine: Opened) -> Response:
    """Delete articles, none when one is not there; tells each."""

    def work(tell: Tell) -> None:
        for gone in remove(engine, ids):
            tell(gone)

    return _work(desk, run, work)


@internal.post("/rebuild/{run}")
async def rebuild_index(run: str, desk: At, engine: Opened) -> Response:
    """Make the index anew."""
    return _work(desk, run, lambda _: rebuild(engine))


@internal.post("/stop/{run}", status_code=204)
async def stop(run: str, desk: At) -> None:
    """Have a run end as Ctrl-C would end it."""
    if run in desk.running:
        desk.running[run].set()


def _given(sent: Sent) -> Source:
    """A source that another process has read. It has no path, so nothing is opened for it."""
    known = sent.model_dump(exclude={"content", "text"})
    return Source(content=sent.text if sent.content is None else sent.content, **known)


def _work(desk: Desk, run: str, work: Callable[[Tell], object]) -> Response:
    """Do the work in a thread; what it tells is sent on. It ends early when the client leaves."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    stopped = threading.Event()

    def say(kind: str, content: object) -> None:
        # The loop may be closed already when the service ends in the middle of it.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(lines.put_nowait, {kind: content})

    def tell(event: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        say("told", to_jsonable_python(event))

    def work_on() -> None:
        try:
            say("done", to_jsonable_python(work(tell)))
        except DatelineError as error:
            say("error", {"name": type(error).__name__, "message": str(error)})
        except KeyboardInterrupt:
            say("error", {"name": "KeyboardInterrupt", "message": ""})
        except Exception:
            logging.getLogger("dateline").exception("a command beside the service failed")
            say("error", {"name": DatelineError.__name__, "message": _FAULT})

    async def answered() -> AsyncIterator[str]:
        desk.running[run] = stopped
        working = asyncio.create_task(run_in_threadpool(work_on))
        try:
            while True:
                line = await lines.get()
                yield f"{json.dumps(line)}\n"
                if "told" not in line:
                    await working
                    return
        finally:
            stopped.set()
            del desk.running[run]

    return StreamingResponse(answered(), media_type="application/x-ndjson")
