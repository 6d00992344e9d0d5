"""Asks a model behind an OpenAI-compatible `/v1/chat/completions`, streamed or not."""

import asyncio
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from rag.errors import ModelError, ModelTimeout, SettingsError
from rag.plain import one_line
from rag.reply import Finish, Reply, pieces_of
from rag.types import Usage
from rag.upstream import failure, refused_parameter, translated

if TYPE_CHECKING:
    import httpx2
    import openai

    from rag.messages import Message

__all__ = ["Completion", "Finish", "Model"]

CONNECT_SECONDS = 5.0
FIRST_WAIT = 0.5


@dataclass(frozen=True)
class Completion:
    """The whole reply: text, why it ended, and what the server says it used.

    ``text`` is empty only when ``finish`` is "filtered". When it is "refused", it is the refusal.
    """

    text: str
    finish: Finish
    usage: Usage | None


class Model:
    """A model behind an OpenAI-compatible `/v1/chat/completions`.

    Connects at first use, with one client for each event loop; close() closes that of the running
    loop. Without ``base_url`` the server is OpenAI's own, and a key is needed. Raises SettingsError
    for an address or a key that cannot work.
    """

    def __init__(
        self, *, name: str, base_url: str | None = None, api_key: str | None = None
    ) -> None:
        if not base_url and not api_key:
            raise SettingsError(
                f"There is neither a server nor a key for the model {name}. Nothing was asked; set "
                "DATELINE_BASE_URL, or OPENAI_API_KEY for OpenAI's own."
            )
        self.name = name
        self._base_url = _checked_url(base_url) if base_url else None
        self._api_key = _checked_key(api_key) if api_key else None
        self._left_out: set[str] = set()
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, openai.AsyncOpenAI] = (
            WeakKeyDictionary()
        )

    def load(self) -> None:
        """Import the client, which takes a second, so that the first question need not."""
        import openai  # noqa: F401

    async def complete(
        self, messages: "Sequence[Message]", *, deadline: float, most_tokens: int | None = None
    ) -> Completion:
        """The reply to ``messages``. Ends by ``deadline``, a time on the running loop's clock.

        The server is asked to write no more than ``most_tokens``; some take no such limit. Raises
        ModelError, and SettingsError for a proxy or certificates of the environment that cannot
        work. Failures that may pass are tried again twice, as long as there is time.
        """
        attempts = self._until(deadline, messages, streamed=False, most_tokens=most_tokens)
        async with aclosing(attempts) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    break
        assert isinstance(piece, Completion)
        return piece

    def stream(
        self, messages: "Sequence[Message]", *, deadline: float
    ) -> AsyncGenerator[str | Completion, None]:
        """Pieces of text as they come, and last, exactly once, the Completion of all of them.

        As ``complete``, but tried again only before the first piece; an error after it carries
        them in ``partial``. A refusal comes as a Completion alone. Closing the generator, or
        cancelling the task that reads it, closes the connection.
        """
        return self._until(deadline, messages, streamed=True)

    async def close(self) -> None:
        """Closes the client of the running event loop. The next call opens another."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client:
            await client.close()

    async def _until(
        self,
        deadline: float,
        messages: "Sequence[Message]",
        *,
        streamed: bool,
        most_tokens: int | None = None,
    ) -> AsyncGenerator[str | Completion, None]:
        said: list[str] = []
        sent: dict[str, Any] = {"temperature": 0}
        if streamed:
            sent["stream_options"] = {"include_usage": True}
        if most_tokens is not None:
            # OpenAI's own newer models know only the one name, most other servers only the other.
            sent["max_tokens" if self._base_url else "max_completion_tokens"] = most_tokens
        attempts = self._attempts(messages, sent, streamed=streamed, deadline=deadline)
        async with aclosing(attempts) as pieces:
            while True:
                try:
                    # Never open while a piece is handed out: it would cancel the reader's code.
                    async with asyncio.timeout_at(deadline):
                        piece = await anext(pieces)
                except TimeoutError:
                    late = failure(ModelTimeout, "had not answered in full by the deadline")
                    late.partial = "".join(said)
                    raise late from None
                except ModelError as error:
                    error.partial = "".join(said)
                    raise
                yield piece
                if isinstance(piece, Completion):
                    return
                said.append(piece)

    async def _attempts(
        self,
        messages: "Sequence[Message]",
        sent: dict[str, Any],
        *,
        streamed: bool,
        deadline: float,
    ) -> AsyncGenerator[str | Completion, None]:
        for wait in (FIRST_WAIT, 2 * FIRST_WAIT, None):
            begun = False
            try:
                attempt = self._attempt(messages, sent, streamed=streamed, deadline=deadline)
                async with aclosing(attempt) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return
            except ModelError as error:
                if begun or not error.retryable or wait is None:
                    raise
                pause = error.retry_after
                if pause is None:
                    pause = wait * random.uniform(0.75, 1)  # noqa: S311
                if asyncio.get_running_loop().time() + pause >= deadline:
                    raise
            await asyncio.sleep(pause)

    async def _attempt(
        self,
        messages: "Sequence[Message]",
        sent: dict[str, Any],
        *,
        streamed: bool,
        deadline: float,
    ) -> AsyncGenerator[str | Completion, None]:
        if asyncio.get_running_loop() not in self._clients:
            # Takes most of a second, in which the loop would serve nobody and hold no deadline.
            await asyncio.to_thread(import_module, "openai.resources.chat")
        import httpx2
        import openai

        hidden = [self._api_key or "", *(message["content"] for message in messages)]
        reply = Reply(hidden=hidden)
        try:
            async with AsyncExitStack() as stack:
                response = await self._open(stack, messages, sent, streamed=streamed)
                pieces = pieces_of(
                    response.http_response, reply, streamed=streamed, deadline=deadline
                )
                async with aclosing(pieces):
                    async for piece in pieces:
                        yield piece
            reply.check()
            yield Completion(reply.text, reply.finish, reply.usage)
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            # Not chained: the client's error quotes the server, which may quote key or prompt.
            raise translated(error, begun=reply.begun, hidden=hidden) from None

    async def _open(
        self,
        stack: AsyncExitStack,
        messages: "Sequence[Message]",
        sent: dict[str, Any],
        *,
        streamed: bool,
    ) -> "openai.AsyncAPIResponse[Any]":
        """The response to the request, without the parameters that this server refuses."""
        import openai

        create: Any = self._client().chat.completions.with_streaming_response.create
        said = [{**message, "content": _encodable(message["content"])} for message in messages]
        while True:
            for name in self._left_out:
                sent.pop(name, None)
            asked = create(model=self.name, messages=said, stream=streamed, **sent)
            try:
                response: openai.AsyncAPIResponse[Any] = await stack.enter_async_context(asked)
                return response
            except openai.APIStatusError as error:
                refused = refused_parameter(error, sent)
                if refused is None:
                    raise
                self._left_out.add(refused)

    def _client(self) -> "openai.AsyncOpenAI":
        import openai

        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            key = self._api_key or "none"
            foreign = self._base_url is not None
            client = openai.AsyncOpenAI(
                api_key=key,
                base_url=self._base_url,
                max_retries=0,
                http_client=_http_client(),
                timeout=openai.Timeout(None, connect=CONNECT_SECONDS),
                # Else one from OPENAI_CUSTOM_HEADERS would be sent in its place.
                default_headers={"Authorization": f"Bearer {key}"} if foreign else None,
            )
            if foreign:
                # Read from the environment, and meant for OpenAI only.
                client.organization = client.project = None
            self._clients[loop] = client
        return client


def _http_client() -> "httpx2.AsyncClient":
    """The client under openai's. Raises SettingsError for what of the environment cannot work.

    It follows no redirect: prompt and key would go to whatever address the server names. Proxies
    are not quoted, since their addresses hold passwords.
    """
    import httpx2
    import openai

    try:
        return openai.DefaultAsyncHttpxClient(follow_redirects=False)
    except ImportError:
        what = "The environment names a SOCKS proxy, for which the package socksio is missing"
        advice = "install it, or unset or correct ALL_PROXY, HTTPS_PROXY and HTTP_PROXY"
    except (ValueError, httpx2.InvalidURL):
        what = "The environment names a proxy whose address cannot work"
        advice = "unset or correct ALL_PROXY, HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    except OSError as error:
        reason = one_line(error.strerror or type(error).__name__)[:100]
        what = f"The certificates to know servers by cannot be loaded ({reason})"
        advice = "unset or correct SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE"
    raise SettingsError(f"{what}. Nothing was asked; {advice}.")


def _encodable(text: str) -> str:
    """Half a surrogate pair, as from an undecodable command line, cannot be sent."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _checked_url(base_url: str) -> str:
    with suppress(ValueError):
        parts = urlsplit(base_url)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
            return base_url
    raise SettingsError(
        "DATELINE_BASE_URL is no address of a server. Nothing was asked; it should look like "
        "http://localhost:11434/v1."
    )


def _checked_key(api_key: str) -> str:
    if api_key.isascii() and api_key.isprintable():
        return api_key
    raise SettingsError(
        "The key for the model server has characters that no key has. Nothing was asked; check "
        "DATELINE_API_KEY or OPENAI_API_KEY."
    )
