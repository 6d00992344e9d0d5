"""`dateline ask`: on a terminal the draft of a model is shown while it is written."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import date

from rich.live import Live
from rich.text import Text

from api.terminal import screen
from rag import ask as asking
from rag.engine import Engine
from rag.plain import plain
from rag.types import Answer, Done, Filters, Retrieved, Token


def ask(engine: Engine, question: str, *, filters: Filters, as_of: date | None) -> Answer:
    """The answer. A draft is shown on stderr when that is a terminal, and gone before it ends.

    Raises what ``rag.ask.ask`` raises.
    """
    if engine.answering is None or not screen(errors=True).is_terminal:
        return asking.ask(engine, question, filters=filters, as_of=as_of)
    return asyncio.run(_shown(engine, question, filters, as_of))


async def _shown(engine: Engine, question: str, filters: Filters, as_of: date | None) -> Answer:
    assert engine.answering is not None
    stream = asking.events(engine, question, filters=filters, as_of=as_of)
    try:
        with Live(console=screen(errors=True), transient=True, auto_refresh=False) as live:
            return await _followed(stream, live)
    finally:
        await engine.answering.model.close()


async def _followed(stream: AsyncGenerator[Retrieved | Token | Done], live: Live) -> Answer:
    draft = ""
    async with aclosing(stream) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.answer
            if isinstance(event, Token):
                draft += event.text
            live.update(Text(plain(draft) or "Reading ...", style="dim"), refresh=True)
    raise AssertionError("an answer ends with Done")
