"""Pictures of the page for the README, made from the seed articles: `make screenshots`."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from browser import CHROMIUM, chromium, listening, tab
from playwright.sync_api import Browser, Page, expect

from rag.ingest import ingest
from rag.settings import load
from rag.wiring import open_engine

ROOT = Path(__file__).parent.parent
INTO = ROOT / "api" / "page" / "screenshots"
MOST_BYTES = 150_000
DESKTOP: dict[str, Any] = {"viewport": {"width": 1000, "height": 860}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 800},
    "color_scheme": "dark",
    "is_mobile": True,
    "has_touch": True,
}


def main() -> int:
    """Make them anew; 1 when there is no browser, or one came out too large."""
    if not CHROMIUM.exists():
        print(f"There is no {CHROMIUM}. No picture was made; apt-get install chromium.")
        return 1
    INTO.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="dateline-page-") as folder:
        settings = load(data=Path(folder))
        with open_engine(settings) as engine:
            ingest(engine, [ROOT / "seeds" / "articles"])
        with listening(settings) as url, chromium() as browser:
            made = [*on_a_desktop(browser, url), *on_a_phone(browser, url)]
    for file in made:
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size:,} bytes")
    return int(any(file.stat().st_size > MOST_BYTES for file in made))


def on_a_desktop(browser: Browser, url: str) -> list[Path]:
    """An answer, and its quote in the article."""
    with tab(browser, **DESKTOP) as opened:
        page = opened.page
        asked(page, url, "How many visitors came to the lantern festival?")
        answer = taken(page, "answer.png")
        page.locator(".open-quote").first.click()
        expect(page.locator("mark")).to_be_in_viewport()
        return [answer, taken(page, "article.png")]


def on_a_phone(browser: Browser, url: str) -> list[Path]:
    """An answer, in the dark."""
    with tab(browser, **PHONE) as opened:
        asked(opened.page, url, "How many heaters were recalled?")
        return [taken(opened.page, "phone-dark.png")]


def asked(page: Page, url: str, question: str) -> None:
    page.goto(url)
    page.get_by_label("question").fill(question)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".footing")).to_be_visible()


def taken(page: Page, name: str) -> Path:
    page.screenshot(path=INTO / name, animations="disabled")
    return INTO / name


if __name__ == "__main__":
    sys.exit(main())
