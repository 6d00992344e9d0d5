"""A scripted OpenAI-compatible model that answers from its prompt: honestly, falsely or never.

``python -m evals.bench.scripted_model --mode honest --port 9009`` serves it until Ctrl-C.
"""

import argparse
import json
import re
import select
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast, get_args

from evals.bench.scripted_replies import TAMPERING, Mode, answer, condensed, read
from prompts import render

NAME = "scripted"
"""The model it lists; it answers to any name."""

_CHOICES = [f"tamper-{mode}" if mode in TAMPERING else mode for mode in get_args(Mode)]
# As servers cut it: a piece may hold half a word, half a link or half a marker.
_PIECE = re.compile(r"\s*\S{1,6}|\s+")


class ScriptedModel:
    """The server, on a port of its own (``port`` 0) of 127.0.0.1, for use in a ``with`` statement.

    ``mode`` honest says one sentence of a passage, with its marker. number, name and date put
    another one in it; citation cites another passage, unretrieved one that was not given;
    unsupported adds a sentence of its own. obey does what a ``NOTE`` in a passage says and adds
    links, images, HTML and markers; obey-citing also cites the passage with the note. stall sends
    the beginning and no more until the client goes or the server is closed.

    When it is shown what did not hold, it answers honestly if ``repairs``, else the same again.
    ``reply`` is asked in place of all that, with the messages. ``pause`` are seconds between the
    pieces of a stream. ``requests`` are the bodies received.
    """

    def __init__(
        self,
        mode: Mode = "honest",
        *,
        reply: Callable[[list[dict[str, Any]]], str] | None = None,
        repairs: bool = False,
        pause: float = 0.0,
        port: int = 0,
    ) -> None:
        self.mode = mode
        self.reply = reply
        self.repairs = repairs
        self.pause = pause
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.script = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """The base URL, as the openai client takes it."""
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.hang_up()
        self._server.server_close()
        self._thread.join()

    def text(self, messages: list[dict[str, Any]]) -> str:
        """What it says to these messages."""
        if self.reply is not None:
            return self.reply(messages)
        contents = [str(message.get("content") or "") for message in messages]
        if render("condense.system") in contents:
            return condensed(contents[-1])
        told = render("repair.user", faults="\0").partition("\0")[0]
        repair = len(contents) > 2 and contents[-1].startswith(told)
        prompt = read(contents[-3] if repair else contents[-1])
        return answer("honest" if repair and self.repairs else self.mode, prompt)


class _Server(ThreadingHTTPServer):
    """Knows its connections, so that closing waits for no client."""

    daemon_threads = False
    request_queue_size = 64
    script: ScriptedModel

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every connection; to be called when no new one is accepted any more."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(2)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    @property
    def _script(self) -> ScriptedModel:
        return cast("_Server", self.server).script

    def handle(self) -> None:
        with suppress(ConnectionError):  # the client has gone, as it may
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Nothing: the tests and benches that use it have their own output."""

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            return self._refuse(404, f"There is no {self.path}.")
        model = {"id": NAME, "object": "model", "created": 0, "owned_by": "dateline"}
        return self._send(200, {"object": "list", "data": [model]})

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != "/v1/chat/completions":
            return self._refuse(404, f"There is no {self.path}.")
        try:
            body = json.loads(content)
            messages = list(body["messages"])
        except (ValueError, TypeError, KeyError):
            return self._refuse(400, "The body is no chat completion request.")
        self._script.requests.append(body)
        text = self._script.text(messages)
        usage = _usage(messages, text)
        if body.get("stream"):
            wanted = (body.get("stream_options") or {}).get("include_usage")
            return self._stream(body, text, usage if wanted else None)
        if self._script.mode == "stall":
            return self._stall()
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        about = _about(body, "chat.completion")
        return self._send(200, {**about, "choices": [choice], "usage": usage})

    def _stream(self, body: dict[str, Any], text: str, usage: dict[str, int] | None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        about = _about(body, "chat.completion.chunk")
        deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in _PIECE.findall(text)]
        stalls = self._script.mode == "stall"
        for number, delta in enumerate(deltas[: len(deltas) // 2 + 1] if stalls else deltas):
            # Before each piece of text; closing ends the wait and the stream.
            if number and self._script.pause and self._script.closing.wait(self._script.pause):
                return self._stall()
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            self._event(json.dumps({**about, "choices": [choice]}))
        if stalls:
            return self._stall()
        last = {"index": 0, "delta": {}, "finish_reason": "stop"}
        self._event(json.dumps({**about, "choices": [last]}))
        if usage is not None:
            self._event(json.dumps({**about, "choices": [], "usage": usage}))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")
        return None

    def _event(self, data: str) -> None:
        event = f"data: {data}\n\n".encode()
        self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))

    def _stall(self) -> None:
        """Wait until the client goes away, which makes its end readable, or the server closes."""
        self.close_connection = True
        while not self._script.closing.is_set():
            if select.select([self.connection], [], [], 0.05)[0]:
                return

    def _refuse(self, status: int, message: str) -> None:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        self._send(status, {"error": error})

    def _send(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _about(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": body.get("model")}


def _usage(messages: Sequence[dict[str, Any]], text: str) -> dict[str, int]:
    """Made-up but steady: a token for every four characters."""
    asked = sum(len(str(message.get("content") or "")) for message in messages) // 4 + 1
    said = len(text) // 4 + 1
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.bench.scripted_model", description=__doc__
    )
    parser.add_argument("--mode", choices=_CHOICES, default="honest")
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1; default: a free one")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between pieces")
    parser.add_argument("--repairs", action="store_true", help="honest when told what is wrong")
    given = parser.parse_args(argv)
    mode = cast("Mode", given.mode.removeprefix("tamper-"))
    try:
        model = ScriptedModel(mode, repairs=given.repairs, pause=given.pause, port=given.port)
    except OSError as error:
        parser.error(f"port {given.port} cannot be used: {error.strerror}")
    with model, suppress(KeyboardInterrupt):
        print(
            f"{given.mode}, until Ctrl-C: DATELINE_BASE_URL={model.url} DATELINE_MODEL={NAME} "
            'dateline ask "..."',
            flush=True,
        )
        threading.Event().wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
