"""API keys: who may use the service for what. Only the SHA-256 of one is stored: it is random.

A revoked key stays in the records: logs name its id, and a service whose keys are all revoked is
not open again.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime
from sqlalchemy import Column, DateTime, Engine, Row, String, Table, insert, select, update

from api.records import tables
from rag.errors import BadInput
from rag.rows import now
from rag.schema import changing, reading
from rag.types import Frozen

Scope = Literal["ask", "ingest", "admin"]

SCOPES: tuple[Scope, ...] = ("ask", "ingest", "admin")
"""The smallest first; each may do what those before it may."""

PREFIX = "dl_"

_BYTES = 32

_keys = Table(
    "keys",
    tables,
    Column("id", String, primary_key=True),
    Column("hash", String, nullable=False, unique=True),
    Column("scope", String, nullable=False),
    Column("name", String),
    Column("created", DateTime, nullable=False),
    Column("revoked", DateTime),
)


class Key(Frozen):
    """A key as it is listed: all but the key itself, which nobody can read again."""

    id: str
    scope: Scope
    name: str | None
    created: AwareDatetime
    revoked: AwareDatetime | None

    def allows(self, scope: Scope) -> bool:
        """Whether who has this key may do what needs that scope."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)


def create(records: Engine, scope: Scope, *, name: str | None = None) -> tuple[Key, str]:
    """A new key: as it is listed, and the key itself, which is stored nowhere."""
    secret = PREFIX + secrets.token_urlsafe(_BYTES)
    values = {
        "id": secrets.token_hex(4),
        "hash": _hash(secret),
        "scope": scope,
        "name": name,
        "created": now(),
    }
    with changing(records) as connection:
        row = connection.execute(insert(_keys).values(values).returning(_keys)).one()
    return _key(row), secret


def every(records: Engine) -> Sequence[Key]:
    """All keys, the oldest first."""
    with reading(records) as connection:
        rows = connection.execute(select(_keys).order_by(_keys.c.created, _keys.c.id)).all()
    return [_key(row) for row in rows]


def revoke(records: Engine, key_id: str) -> Key:
    """End a key, at once also in a running service. Raises BadInput when no key has the id."""
    with changing(records) as connection:
        connection.execute(
            update(_keys)
            .where(_keys.c.id == key_id, _keys.c.revoked.is_(None))
            .values(revoked=now())
        )
        row = connection.execute(select(_keys).where(_keys.c.id == key_id)).one_or_none()
    if row is None:
        raise BadInput(
            f"No key has the id {key_id[:100]!r}. Nothing was revoked; `dateline keys list` shows "
            "the ids."
        )
    return _key(row)


def find(records: Engine, secret: str) -> Key | None:
    """The key that this is, unless it was revoked."""
    hashed = _hash(secret)
    query = select(_keys).where(_keys.c.hash == hashed, _keys.c.revoked.is_(None))
    with reading(records) as connection:
        row = connection.execute(query).one_or_none()
    if row is None or not hmac.compare_digest(row.hash, hashed):
        return None
    return _key(row)


def any_made(records: Engine) -> bool:
    """Whether a key was ever made here, revoked or not."""
    with reading(records) as connection:
        return connection.execute(select(_keys.c.id).limit(1)).one_or_none() is not None


def any_valid(records: Engine) -> bool:
    """Whether there is a key that lets somebody in."""
    query = select(_keys.c.id).where(_keys.c.revoked.is_(None)).limit(1)
    with reading(records) as connection:
        return connection.execute(query).one_or_none() is not None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: Row[tuple[str, str, Scope, str | None, datetime, datetime | None]]) -> Key:
    """A row without its hash."""
    revoked = row.revoked
    return Key(
        id=row.id,
        scope=row.scope,
        name=row.name,
        created=row.created.replace(tzinfo=UTC),
        revoked=revoked.replace(tzinfo=UTC) if revoked else None,
    )
