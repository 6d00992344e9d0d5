"""The HTTP service as a FastAPI application."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import articles, mcp_http, problems
from api.admission import admission_for
from api.chat import chat
from api.commands import Desk, hello, internal
from api.deps import MAIN
from api.health import health
from api.hosts import HostCheck
from api.limits import BodyLimit
from api.logs import Watched
from api.metrics import Metrics, measured
from api.questions import questions
from api.rates import Rates
from api.records import open_records
from api.searching import searching
from api.state import version
from api.telemetry import telemetry
from rag.ask import warm
from rag.engine import Engine
from rag.errors import DatelineError, EmbedError, SearchIndexError
from rag.lock import Address
from rag.settings import Settings, load
from rag.wiring import open_engine


def create_app(
    settings: Settings | None = None,
    *,
    url: str | None = None,
    on_ready: Callable[[], None] | None = None,
) -> FastAPI:
    """The application. It opens the library when it starts and is ready with its models loaded.

    It holds the right to write to the data folder for all its life, see ``_opened``. Commands
    find it at ``url``. ``on_ready`` is called once questions can be asked. When it cannot start,
    ``app.state.failure`` is the DatelineError.

    ``app.state.stopping`` is set once a signal has asked for the end: the service is not ready for
    more, what it has begun goes on. A task that still runs when the grace is over is cancelled.
    """
    chosen = settings if settings is not None else load()
    desk = Desk(token=secrets.token_urlsafe(32), embedder=chosen.embedder)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as closing:
            try:
                engine = await run_in_threadpool(_opened, chosen, closing)
                app.state.records = await run_in_threadpool(open_records, chosen.data)
                closing.callback(app.state.records.dispose)
                app.state.engines = {MAIN: engine} | {
                    name: await run_in_threadpool(
                        _opened, chosen.model_copy(update={"data": folder}), closing
                    )
                    for name, folder in (chosen.collections or {}).items()
                }
                if url is not None:
                    engine.lock.announce(Address(url, desk.token))
            except DatelineError as error:
                app.state.failure = error
                raise
            async with mcp_http.serving(app):
                if on_ready is not None:
                    on_ready()
                yield
            for each in app.state.engines.values():
                if each.answering is not None:
                    await each.answering.model.close()
            await run_in_threadpool(spans.close)

    spans = telemetry()
    app = FastAPI(
        title="Dateline",
        version=version(),
        summary="Answers questions from your articles, with word-for-word quotes.",
        lifespan=lifespan,
        redoc_url=None,
        telemetry=spans.options,
    )
    app.state.failure = None
    app.state.stopping = asyncio.Event()
    app.state.allow_urls = chosen.allow_urls
    app.state.public_url = chosen.public_url
    app.state.desk = desk
    app.state.rates = Rates(chosen.rate_limit)
    app.state.admission = admission_for(chosen)
    app.state.metrics = Metrics(app.state.admission, engines=lambda: app.state.engines)
    # The one added last is the first that a request comes to.
    app.add_middleware(BodyLimit)
    app.add_middleware(HostCheck, allowed=chosen.allowed_hosts or ())
    app.add_middleware(Watched, metrics=app.state.metrics, made=spans.trace_id)
    app.include_router(questions)
    app.include_router(searching)
    app.include_router(articles.reading)
    app.include_router(articles.changing)
    app.include_router(chat)
    app.include_router(mcp_http.calls)
    app.include_router(health)
    app.include_router(measured)
    app.include_router(hello)
    app.include_router(internal)
    problems.install(app)
    return app


def _opened(settings: Settings, closing: ExitStack) -> Engine:
    """The engine, warm: the first question is not slower than the next. Raises DatelineError.

    The server has the right to write for all its life: its copy of the index would not see what
    another process adds.
    """
    engine = closing.enter_context(open_engine(settings))
    closing.enter_context(engine.lock.held())
    try:
        warm(engine)
    except (SearchIndexError, EmbedError) as error:
        # The articles can still be listed and read; /healthz and each question say what is wrong.
        logging.getLogger("dateline").warning("%s", error)
    return engine
