"""The HTTP service as a FastAPI application."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import articles, feedback, mcp_http, problems, web
from api.admission import admission_for
from api.answers import Memory
from api.catalogue import catalogue
from api.chat import chat
from api.commands import Desk, hello, internal
from api.deps import MAIN
from api.health import health
from api.hosts import HostCheck
from api.idempotency import UnderWay
from api.job_runner import JobRunner
from api.jobs import jobs
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

_ROUTERS = (
    questions,
    searching,
    articles.reading,
    articles.changing,
    chat,
    mcp_http.calls,
    catalogue,
    jobs,
    feedback.giving,
    feedback.listing,
    health,
    measured,
    hello,
    internal,
)


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
                await run_in_threadpool(_open, app, chosen, closing)
                if url is not None:
                    app.state.engines[MAIN].lock.announce(Address(url, desk.token))
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
        docs_url=None,
        redoc_url=None,
        telemetry=spans.options,
    )
    app.state.failure = None
    app.state.stopping = asyncio.Event()
    app.state.allow_urls = chosen.allow_urls
    app.state.public_url = chosen.public_url
    app.state.desk = desk
    app.state.under_way = UnderWay()
    app.state.rates = Rates(chosen.rate_limit)
    app.state.admission = admission_for(chosen)
    app.state.metrics = Metrics(app.state.admission, engines=lambda: app.state.engines)
    # The one added last is the first that a request comes to.
    app.add_middleware(BodyLimit)
    app.add_middleware(HostCheck, allowed=chosen.allowed_hosts or ())
    app.add_middleware(Watched, metrics=app.state.metrics, made=spans.trace_id)
    for router in _ROUTERS:
        app.include_router(router)
    web.install(app)
    problems.install(app)
    return app


def _open(app: FastAPI, settings: Settings, closing: ExitStack) -> None:
    """Open all that is on disk, and go on with the jobs that were left. Raises DatelineError."""
    engine = _opened(settings, closing)
    app.state.records = open_records(settings.data)
    closing.callback(app.state.records.dispose)
    app.state.answers = Memory(app.state.records, keep=settings.keep_answers)
    app.state.answers.start()
    closing.callback(app.state.answers.close)
    app.state.engines = {MAIN: engine} | {
        name: _opened(settings.model_copy(update={"data": folder}), closing)
        for name, folder in (settings.collections or {}).items()
    }
    app.state.jobs = JobRunner(app.state.records, app.state.engines, settings.data)
    app.state.jobs.start()
    closing.callback(app.state.jobs.close)


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
