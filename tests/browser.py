"""Debian's chromium, driven by Playwright, and what a page did that it should not have done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 10_000


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
