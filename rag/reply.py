"""Reads the text, the end and the usage out of what a model server sends, whole or in events."""

import asyncio
import json
import math
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ModelCut, ModelEmpty, ModelError, ModelFailed, ModelMalformed
from rag.plain import plain
from rag.types import Usage
from rag.upstream import declared, failure, quotation

if TYPE_CHECKING:
    import httpx2

Finish = Literal["stop", "length", "filtered", "refused"]

LONGEST = 20_000
"""Characters of a reply; the rest is not read."""
MOST_BYTES = 8_000_000
TAIL_SECONDS = 1.0
_OPEN, _CLOSE = "<think>", "</think>"
_FINISHES: dict[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filtered",
}


async def pieces_of(
    response: "httpx2.Response", reply: "Reply", *, streamed: bool, deadline: float
) -> AsyncGenerator[str, None]:
    """The text of the response, which is a stream of events or one JSON object.

    ``reply`` takes in what comes with it. Raises ModelError, or the errors of httpx2.
    """
    import httpx2

    reply.cost = _number(response.headers.get("x-litellm-response-cost"))
    kind = response.headers.get("content-type", "").lower()
    if "event-stream" in kind or (streamed and "json" not in kind and "html" not in kind):
        # Some servers stream under another type, which httpx2 would refuse.
        response.headers["content-type"] = "text/event-stream"
        events = aiter(httpx2.EventSource(response, max_event_size=MOST_BYTES))
        async for event in events:
            if piece := reply.take_event(event.event, event.data):
                yield piece
            if reply.ended:
                break
        if not reply.full:
            await _read_tail(events, reply, deadline)
    elif piece := reply.take_whole(await _body(response)):
        yield piece
    if rest := reply.rest():
        yield rest


async def _read_tail(
    events: "AsyncIterator[httpx2.ServerSentEvent]", reply: "Reply", deadline: float
) -> None:
    """Reads the usage that follows the answer. A fault in it does not cost the answer.

    Read to its end, the connection can serve the next request.
    """
    import httpx2

    loop = asyncio.get_running_loop()
    with suppress(TimeoutError, ModelError, httpx2.HTTPError):
        latest = min(loop.time() + TAIL_SECONDS, deadline - 0.1)
        async with asyncio.timeout_at(latest) as limit:
            while True:
                if reply.done or reply.usage:
                    limit.reschedule(min(loop.time() + TAIL_SECONDS / 10, latest))
                event = await anext(events, None)
                if event is None:
                    return
                reply.take_event(event.event, event.data)


async def _body(response: "httpx2.Response") -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in response.aiter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > MOST_BYTES:
            raise failure(ModelMalformed, f"sent more than {MOST_BYTES // 10**6} MB")
    return b"".join(chunks)


class Reply:
    """A reply while it comes in: its text so far, why it ended, what it used."""

    def __init__(self, *, hidden: Sequence[str]) -> None:
        self.cost: float | None = None
        self.done = self.full = False
        self._hidden = hidden
        self._text = self._refusal = ""
        self._finish = ""
        self._usage: Mapping[str, Any] | None = None
        self._visible = _Visible()

    @property
    def begun(self) -> bool:
        """Whether text has come that can be shown."""
        return bool(self._text)

    @property
    def ended(self) -> bool:
        """Whether all of the text has come."""
        return self.done or bool(self._finish)

    def take_event(self, name: str, data: str) -> str:
        """The text that an event of the stream adds. Raises ModelError for what is no chunk."""
        if data.startswith("[DONE]"):
            self.done = True
        if self.done or not data.strip():
            return ""
        if name == "error" and not data.lstrip().startswith("{"):
            raise declared(data, hidden=self._hidden)
        chunk = _parsed(data, "an event of its stream")
        error = chunk.get("error") or (
            chunk if name == "error" or chunk.get("object") == "error" else None
        )
        if error:
            raise declared(error, hidden=self._hidden)
        choice = _first(chunk.get("choices"))
        ended = self.ended
        self._take(chunk, choice)
        delta = choice.get("delta")
        return "" if ended or not isinstance(delta, dict) else self._say(delta)

    def take_whole(self, content: bytes) -> str:
        """The text of a reply that is no stream. Raises ModelError for what is no completion."""
        reply = _parsed(content, "its reply")
        choice = _first(reply.get("choices"))
        message = choice.get("message")
        if not isinstance(message, dict):
            if reply.get("error"):
                said = quotation(reply, hidden=self._hidden)
                raise failure(ModelMalformed, f"answered HTTP 200 with an error in it{said}")
            raise failure(ModelMalformed, "sent a reply that is no chat completion")
        self._take(reply, choice)
        self._finish = self._finish or "stop"
        return self._say(message)

    def rest(self) -> str:
        """What was held back as it might have been the start of a tag."""
        return self._show("", last=True)

    def check(self) -> None:
        """Raises ModelCut when the end of the reply is missing, ModelEmpty without a word in it."""
        if not self._finish:
            raise failure(ModelCut, "ended the stream before its answer was complete")
        if not plain(self.text).strip() and self.finish != "filtered":
            why = "within its limit of length" if self.finish == "length" else "in it"
            raise failure(ModelEmpty, f"sent a reply without a word of answer {why}")

    @property
    def text(self) -> str:
        """All that was shown, or the refusal."""
        return self._refusal[:LONGEST] if self._refusal.strip() else self._text

    @property
    def finish(self) -> Finish:
        """Why it ended."""
        return "refused" if self._refusal.strip() else _FINISHES.get(self._finish, "stop")

    @property
    def usage(self) -> Usage | None:
        """What the server says it used, None when it does not say."""
        if self._usage is None:
            return None
        cost = _number(self._usage.get("cost"))
        return Usage(
            prompt_tokens=_count(self._usage.get("prompt_tokens")),
            completion_tokens=_count(self._usage.get("completion_tokens")),
            cost=self.cost if cost is None else cost,
        )

    def _take(self, reply: Mapping[str, Any], choice: Mapping[str, Any]) -> None:
        if isinstance(reply.get("usage"), dict):
            self._usage = reply["usage"]
        finish = choice.get("finish_reason")
        if finish == "error":
            raise failure(ModelFailed, "says that it failed to answer")
        if isinstance(finish, str) and not self._finish:
            self._finish = finish

    def _say(self, message: Mapping[str, Any]) -> str:
        self._refusal += _text(message.get("refusal"))
        if len(self._refusal) > LONGEST:
            self.full, self._finish = True, "length"
        return self._show(_text(message.get("content")))

    def _show(self, text: str, *, last: bool = False) -> str:
        shown = self._visible.feed(text, last=last)
        room = LONGEST - len(self._text)
        if len(shown) > room:
            shown, self.full, self._finish = shown[:room], True, "length"
        self._text += shown
        return shown


class _Visible:
    """Takes the thoughts in front of an answer, and white space in front of it, out of its text."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self._answering = False

    def feed(self, piece: str, *, last: bool = False) -> str:
        """What of the text so far can be shown now. ``last``: no more is to come."""
        text = self._held + piece
        self._held = ""
        while not self._answering:
            if self._inside:
                thought, closed, text = text.partition(_CLOSE)
                if not closed:
                    self._held = thought[-len(_CLOSE) + 1 :]
                    return ""
                self._inside = False
            text = text.lstrip()
            if text.startswith(_OPEN):
                self._inside, text = True, text[len(_OPEN) :]
            elif _OPEN.startswith(text) and not last:
                self._held = text
                return ""
            else:
                self._answering = True
        # A character can come in two halves, in two pieces.
        if not last and "\ud800" <= text[-1:] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _parsed(data: str | bytes, what: str) -> dict[str, Any]:
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError):
        start = data[:200].lstrip()[:1]
        shape = "an HTML page" if start in ("<", b"<") else "broken JSON"
        raise failure(ModelMalformed, f"sent {shape} as {what}") from None
    if not isinstance(parsed, dict):
        raise failure(ModelMalformed, f"sent no JSON object as {what}")
    return parsed


def _first(choices: object) -> dict[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _text(content: object) -> str:
    """Text, or the text among parts of several kinds."""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        return "".join(_text(part.get("text")) for part in parts)
    return content if isinstance(content, str) else ""


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    with suppress(ValueError, OverflowError):
        if 0 <= float(value) < math.inf:
            return float(value)
    return None
