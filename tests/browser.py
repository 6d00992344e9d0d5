"""Debian's chromium over a service in this process, and what a page does amiss in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from api.app import create_app
from rag.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 20_000

expect.set_options(timeout=WAIT_MS)


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """The URL of a service in a thread."""
    ready = threading.Event()
    app = create_app(settings, on_ready=ready.set)
    config = uvicorn.Config(app, port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    with config.bind_socket() as bound:
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            assert ready.wait(60)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A page of its own context, in which every fault and every foreign request is noted.

    ``faults`` are what the console had to complain of, breaches of the page's policy among it, and
    errors that nothing caught. ``hosts`` are those that something was asked of.
    """

    page: Page
    faults: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("console", self._told)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        self.page.context.on("request", self._asked)

    def well(self, url: str) -> None:
        """Nothing was complained of, and nobody but the service at ``url`` was asked."""
        assert self.faults == []
        assert self.hosts == {urlsplit(url).netloc}

    def _told(self, message: Any) -> None:
        # The browser's own line on a status of 4xx or 5xx, which tests provoke.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(message.text)

    def _asked(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)


@contextmanager
def tab(browser: Browser, **options: Any) -> Iterator[Tab]:
    """A tab in a context of its own; ``options`` as Playwright's ``new_context`` takes them."""
    context = browser.new_context(**options)
    try:
        yield Tab(context.new_page())
    finally:
        context.close()
