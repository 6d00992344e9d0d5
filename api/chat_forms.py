"""What OpenAI's chat completions take and give: the request, the reply, the lines of a stream.

https://platform.openai.com/docs/api-reference/chat. Beside OpenAI's own fields go ``citations``
and ``search_results`` as Perplexity has them (https://docs.perplexity.ai/api-reference).
"""

import json
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from sse_starlette import ServerSentEvent

from api.chat_text import Source, Style, said
from api.deps import MAIN
from api.schemas import Given
from api.streaming import line
from rag.messages import Message
from rag.types import Frozen, Turn

FINISHES = {"truncated": "length", "filtered": "content_filter", "refused": "content_filter"}
"""Why a reply ended, by the status of the answer; for all others: stop."""

_ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_MOST_TURNS = 20
_LONGEST_TURN = 20_000
_PIECE = re.compile(r"\s*(?:\S+\s*){1,6}")


class Tolerant(Given):
    """What a client sends, with whatever else it sends beside that."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(Tolerant):
    """A part of a message. Only text is read."""

    type: str
    text: str | None = None


class ChatMessage(Tolerant):
    """A message of a chat; its ``content`` is a text or parts of it."""

    role: str
    content: str | tuple[Part, ...] | None = None

    @property
    def text(self) -> str:
        """The text, or that of all parts that are text."""
        if isinstance(self.content, tuple):
            return "\n".join(part.text for part in self.content if part.text is not None)
        return self.content or ""


class StreamOptions(Tolerant):
    """What is sent in a stream besides the reply."""

    include_usage: bool | None = None


class ChatRequest(Tolerant):
    """A chat. The last message of a user is the question, the turns before it are its history.

    System messages are no instructions to this service, which quotes articles; they are ignored,
    and so is every parameter that is not here (temperature, max_tokens, tools ...).
    ``citation_style``: ``markdown`` lists the sources at the end of the text too; ``standard``
    gives them beside the text only; ``openwebui`` as the events of Open WebUI, with their quotes.
    """

    messages: Annotated[tuple[ChatMessage, ...], Field(min_length=1, max_length=10_000)]
    model: str = MAIN
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    citation_style: Style | None = None

    def said(self) -> list[Message]:
        """The messages with text, as a model takes them."""
        return [
            {"role": _ROLES[each.role], "content": each.text}
            for each in self.messages
            if each.role in _ROLES and each.text.strip()
        ]


class UrlCitation(Frozen):
    """Which source a marker in the text names; offsets are characters of it, end exclusive."""

    url: str
    title: str
    start_index: int
    end_index: int


class Annotation(Frozen):
    """A source, as OpenAI's web search gives it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class SearchResult(Frozen):
    """A source with its quote, word for word, as Perplexity gives it."""

    title: str
    url: str
    date: str | None
    snippet: str


class Tokens(Frozen):
    """Tokens: what the model's server says, or else those of the texts that came and went."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ReplyMessage(Frozen):
    """The message of a reply."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: tuple[Annotation, ...] = ()


class Choice(Frozen):
    """The one choice of a reply."""

    index: int = 0
    message: ReplyMessage
    finish_reason: Literal["stop", "length", "content_filter"]
    logprobs: None = None


class ChatReply(Frozen):
    """A whole reply."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: Tokens
    citations: tuple[str, ...] = ()
    search_results: tuple[SearchResult, ...] = ()


class ChatModel(Frozen):
    """A collection, as a model that can be chosen."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "dateline"


class ChatModels(Frozen):
    """All collections, the main one first."""

    object: Literal["list"] = "list"
    data: tuple[ChatModel, ...]


@dataclass(frozen=True)
class Said:
    """What is to be replied, before it has either form."""

    model: str
    text: str
    usage: Tokens
    finish: str = "stop"
    sources: Sequence[Source] = ()
    id: str = field(default_factory=lambda: f"chatcmpl-{secrets.token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    def annotations(self) -> tuple[Annotation, ...]:
        """One for each source, in order, at the first marker that names it."""
        found = []
        for source in self.sources:
            marker = f"[{source.n}]"
            at = self.text.find(marker)
            start, end = (at, at + len(marker)) if at >= 0 else (len(self.text), len(self.text))
            citation = UrlCitation(
                url=source.url, title=source.title, start_index=start, end_index=end
            )
            found.append(Annotation(url_citation=citation))
        return tuple(found)

    def results(self) -> tuple[SearchResult, ...]:
        """One for each source, in order."""
        return tuple(
            SearchResult(title=each.title, url=each.url, date=each.date, snippet=each.quote)
            for each in self.sources
        )

    def whole(self) -> ChatReply:
        """The reply in one piece."""
        message = ReplyMessage(content=self.text, annotations=self.annotations())
        choice = Choice.model_validate({"message": message, "finish_reason": self.finish})
        return ChatReply(
            id=self.id,
            created=self.created,
            model=self.model,
            choices=(choice,),
            usage=self.usage,
            citations=tuple(source.url for source in self.sources),
            search_results=self.results(),
        )

    def lines(self, *, style: Style, with_usage: bool) -> Iterator[ServerSentEvent]:
        """The reply as a stream.

        Sources come once with the first chunk, for tools that look there (LobeChat), and once with
        the last; in the style of Open WebUI as its events in place of the annotations.
        """
        results = [each.model_dump() for each in self.results()]
        yield self._chunk({"role": "assistant", "content": ""}, search_results=results)
        if style == "openwebui":
            yield from (_event(source) for source in self.sources)
        for piece in _PIECE.findall(self.text):
            yield self._chunk({"content": piece})
        annotations = [each.model_dump() for each in self.annotations()]
        yield self._chunk(
            {"annotations": annotations} if annotations and style != "openwebui" else {},
            self.finish,
            citations=[source.url for source in self.sources],
            search_results=results,
        )
        if with_usage:
            yield self._line(choices=[], usage=self.usage.model_dump())
        yield line("[DONE]")

    def _chunk(
        self, delta: dict[str, Any], finish: str | None = None, **more: Any
    ) -> ServerSentEvent:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return self._line(choices=[choice], **more)

    def _line(self, **members: Any) -> ServerSentEvent:
        about = {"id": self.id, "object": "chat.completion.chunk", "created": self.created}
        return line(json.dumps({**about, "model": self.model, **members}, ensure_ascii=False))


def split(messages: Sequence[Message]) -> tuple[str, tuple[Turn, ...]] | None:
    """The question and the turns before it; None when no user says anything.

    Articles that were listed below an answer are no part of the conversation. Only the last turns
    are kept, and of long ones the beginning.
    """
    asked = [at for at, each in enumerate(messages) if each["role"] == "user"]
    if not asked:
        return None
    turns = []
    for each in messages[: asked[-1]]:
        if each["role"] != "system":
            text = said(each["content"])[:_LONGEST_TURN]
            turns.append(Turn(role=each["role"], content=text))
    return messages[asked[-1]]["content"], tuple(turns[-_MOST_TURNS:])


def _event(source: Source) -> ServerSentEvent:
    """A source as Open WebUI's own server tells its page; it shows the quote at a click."""
    data = {
        "source": {"name": source.named, "url": source.url},
        "document": [source.quote],
        "metadata": [{"source": source.url, "source_url": source.url, "name": source.named}],
    }
    return line(json.dumps({"event": {"type": "source", "data": data}}, ensure_ascii=False))
