"""`Idempotency-Key`: a write that is sent again with its key is not done again.

The rules are Stripe's (https://docs.stripe.com/api/idempotent_requests): what was answered is kept
for a day and answered again, faults of ours included; a request that is refused keeps nothing.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic_core import to_jsonable_python
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    select,
)
from sqlalchemy import delete as delete_from

from api import problems
from api.deps import MAIN
from api.records import tables
from rag.errors import DatelineError
from rag.rows import now
from rag.schema import changing, reading

KEPT_FOR = timedelta(hours=24)

REPLAYED = "Idempotent-Replayed"
"""A header of what is answered again."""

# What the request itself is refused for: nothing was begun, so it may be sent mended.
_REFUSED = (400, 401, 403, 413, 415, 422)

_kept = Table(
    "idempotency",
    tables,
    Column("caller", String, primary_key=True),
    Column("collection", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("request", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("kept_at", DateTime, nullable=False, index=True),
)


@dataclass(frozen=True)
class Scoped:
    """A key is one of a caller in a collection: nobody meets the key of another."""

    caller: str
    collection: str
    key: str


class UnderWay:
    """The keys of the requests that are being answered. One process has the library to itself."""

    def __init__(self) -> None:
        self._keys: set[Scoped] = set()
        self._lock = threading.Lock()

    @contextmanager
    def alone(self, key: Scoped) -> Iterator[bool]:
        """Whether nobody else is at work with this key, which is then taken meanwhile."""
        with self._lock:
            free = key not in self._keys
            self._keys.add(key)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._keys.discard(key)


@dataclass(frozen=True)
class Once:
    """How the work of one request is done: without a key each time, with one only once."""

    records: Engine
    under_way: UnderWay
    scoped: Scoped | None
    line: str

    def do(self, work: Callable[[], Response], *, given: object) -> Response:
        """What the work answers, or what it answered before. ``given`` is what was sent.

        Without a key it raises what the work raises; with one that is a response too.
        """
        if self.scoped is None:
            return work()
        sent = json.dumps([self.line, to_jsonable_python(given, bytes_mode="base64")])
        request = hashlib.sha256(sent.encode()).hexdigest()
        with self.under_way.alone(self.scoped) as free:
            if not free:
                return _in_use()
            kept = self._find(self.scoped)
            if kept is not None:
                return _again(kept) if kept.request == request else _reused()
            response = _answered(work)
            if _is_kept(response):
                self._keep(self.scoped, request, response)
            return response

    def _find(self, scoped: Scoped) -> Row[Any] | None:
        this = (
            (_kept.c.caller == scoped.caller)
            & (_kept.c.collection == scoped.collection)
            & (_kept.c.key == scoped.key)
            & (_kept.c.kept_at > now() - KEPT_FOR)
        )
        with reading(self.records) as connection:
            return connection.execute(select(_kept).where(this)).first()

    def _keep(self, scoped: Scoped, request: str, response: Response) -> None:
        """Keep a response, and none any longer than it is to be kept."""
        headers = {k: v for k, v in response.headers.items() if k != "content-length"}
        values = {
            "caller": scoped.caller,
            "collection": scoped.collection,
            "key": scoped.key,
            "request": request,
            "status": response.status_code,
            "headers": json.dumps(headers),
            "body": bytes(response.body),
            "kept_at": now(),
        }
        try:
            with changing(self.records) as connection:
                old = _kept.c.kept_at <= now() - KEPT_FOR
                connection.execute(delete_from(_kept).where(old))
                connection.execute(_kept.insert(), values)
        except DatelineError as error:
            # The work is done, and saying otherwise would be worse than doing it twice.
            logging.getLogger("dateline").warning("A reply was not kept for its key: %s", error)


def _once(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=255,
            description=(
                "Made up by the client, one for each write. Sent again within 24 hours, the same "
                "request is answered as it was before, and nothing is done."
            ),
        ),
    ] = None,
) -> Once:
    caller = getattr(request.state, "caller", "local")
    collection = request.query_params.get("collection", MAIN)
    return Once(
        records=request.app.state.records,
        under_way=request.app.state.under_way,
        scoped=None if key is None else Scoped(caller, collection, key),
        line=f"{request.method} {request.url.path}",
    )


DoneOnce = Annotated[Once, Depends(_once)]


def _answered(work: Callable[[], Response]) -> Response:
    try:
        return work()
    except DatelineError as error:
        return problems.of(error)
    except Exception:
        logging.getLogger("dateline").exception("a fault in a write with an Idempotency-Key")
        return problems.failed()


def _is_kept(response: Response) -> bool:
    """Not what was refused, nor what asks to come back, which would be told to for a day."""
    return response.status_code not in _REFUSED and "retry-after" not in response.headers


def _again(kept: Row[Any]) -> Response:
    headers = json.loads(kept.headers) | {REPLAYED: "true"}
    return Response(kept.body, kept.status, headers)


def _in_use() -> Response:
    return problems.problem(
        409,
        title="A request with this key is being answered",
        detail="A request with this Idempotency-Key is being answered. Nothing was done; send the "
        "same again for its reply.",
        kind="urn:dateline:KeyInUse",
        headers={"Retry-After": problems.RETRY_SECONDS},
    )


def _reused() -> Response:
    return problems.problem(
        409,
        title="The key is another request's",
        detail="This Idempotency-Key came with another request before. Nothing was done; use a new "
        "key for each write.",
        kind="urn:dateline:KeyReused",
    )
