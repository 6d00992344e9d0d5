"""Which passages a filter lets through: what filters ask for, of every passage, kept in memory."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Integer,
    ScalarSelect,
    Select,
    column,
    func,
    literal_column,
    select,
)

from rag.rows import portions, publisher_key
from rag.schema import articles, meta, outbox, passages, reading
from rag.types import Filters, Kind

Ids = NDArray[np.int64]

Hit = tuple[int, float]
"""A passage's id and its score."""

_ROW: ColumnElement[int] = literal_column("articles.rowid", Integer)
SPARE = 1.5
"""Times as many as needed are asked for, when those that do not match are left out afterwards."""

_FEW = 1_000
_NONE = -1


def _value(key: str) -> ScalarSelect[str]:
    return select(meta.c.value).where(meta.c.key == key).scalar_subquery()


# Whatever is deleted stands in the outbox until the index is told, which changes ``told``. To count
# the passages would take 3 ms at 100,000.
_REMOVED = select(func.count()).where(outbox.c.action == "remove").scalar_subquery()
_LAST = select(func.max(passages.c.id)).scalar_subquery()
_STAMP = select(_value("library"), _value("told"), _LAST, _REMOVED)


@dataclass(frozen=True, eq=False)
class Matching:
    """Ids of the passages that match, ascending, of how many, in the library of which name."""

    ids: Ids
    among: int
    library: str

    @property
    def share(self) -> float:
        """Of all passages, 0 to 1."""
        return self.ids.size / max(1, self.among)

    def only(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those of the hits whose passage matches, in their order."""
        there = np.isin(np.array([id for id, _ in hits], np.int64), self.ids)
        return [hit for hit, matches in zip(hits, there, strict=True) if matches]

    def rows(self) -> Select[int]:
        """A select of the ids, for ``IN``; as one value, since they may be many."""
        given = json.dumps(self.ids.tolist())
        return select(func.json_each(given).table_valued(column("value", Integer)).c.value)


@dataclass(frozen=True, eq=False)
class _Known:
    """Columns of all passages at one moment, by id. A day is an ordinal, a publisher a number."""

    library: str
    ids: Ids
    days: NDArray[np.int32]
    publishers: NDArray[np.int32]
    teasers: NDArray[np.bool_]
    numbers: dict[str, int]

    @property
    def last(self) -> int:
        return int(self.ids[-1]) if self.ids.size else 0

    def only(self, kept: NDArray[np.bool_]) -> "_Known":
        return _Known(
            self.library,
            self.ids[kept],
            self.days[kept],
            self.publishers[kept],
            self.teasers[kept],
            self.numbers,
        )


class Facets:
    """The day, publisher and kind of every passage: 17 bytes each.

    A passage never changes and its id is never given again, so that the highest id tells whether
    any was added, and only new ones are read then. Safe across threads: what is known is replaced
    as a whole, and one that reads an earlier moment than another only lacks what is deleted by now.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._known: tuple[tuple[object, ...], _Known] = (), _empty("")

    def matching(self, filters: Filters, kind: Kind | None = None) -> Matching:
        """The passages that match, as they are in the library at this moment."""
        with reading(self._database) as connection:
            known = self._now(connection)
            among = np.ones(known.ids.size, dtype=np.bool_)
            if filters.articles:
                among &= np.isin(known.ids, _of_articles(connection, filters.articles))
        if filters.publisher is not None:
            number = known.numbers.get(publisher_key(filters.publisher) or "", _NONE - 1)
            among &= known.publishers == number
        if filters.since is not None:
            among &= known.days >= filters.since.toordinal()
        if filters.until is not None:
            among &= (known.days <= filters.until.toordinal()) & (known.days != _NONE)
        if kind is not None:
            among &= known.teasers == (kind == "teaser")
        return Matching(known.ids[among], known.ids.size, known.library)

    def _now(self, connection: Connection) -> _Known:
        """What is known, brought to the moment of the transaction."""
        stamp = tuple(connection.execute(_STAMP).one())
        seen, known = self._known
        if seen == stamp:
            return known
        if known.library != stamp[0]:
            known = _empty(stamp[0])
        known = _load(connection, known)
        if known.ids.size != connection.scalar(select(func.count()).select_from(passages)):
            there = np.fromiter(connection.scalars(select(passages.c.id)), np.int64)
            known = known.only(np.isin(known.ids, there))
        self._known = stamp, known
        return known


def _empty(library: str) -> _Known:
    none = np.empty(0, np.int32)
    return _Known(library, none.astype(np.int64), none, none, none.astype(np.bool_), {})


def _load(connection: Connection, known: _Known) -> _Known:
    """What is known, with the passages after the last one."""
    statement = select(passages.c.id, passages.c.article_id, passages.c.kind)
    rows = connection.execute(
        statement.where(passages.c.id > known.last).order_by(passages.c.id)
    ).all()
    told = _told(connection, {row.article_id for row in rows})
    numbers = dict(known.numbers)
    for publisher, _ in told.values():
        if publisher is not None:
            numbers.setdefault(publisher, len(numbers))
    places = {
        id: (_NONE if publisher is None else numbers[publisher], _NONE if day is None else day)
        for id, (publisher, day) in told.items()
    }
    placed = np.array([places[row.article_id] for row in rows], np.int32).reshape(-1, 2)
    return _Known(
        known.library,
        np.concatenate([known.ids, np.array([row.id for row in rows], np.int64)]),
        np.concatenate([known.days, placed[:, 1]]),
        np.concatenate([known.publishers, placed[:, 0]]),
        np.concatenate([known.teasers, np.array([row.kind == "teaser" for row in rows], np.bool_)]),
        numbers,
    )


def _told(connection: Connection, ids: set[str]) -> dict[str, tuple[str | None, int | None]]:
    """The publisher and the day of articles, or of all when it is many."""
    if len(ids) <= _FEW:
        facts = select(articles.c.id, articles.c.publisher_key, articles.c.published)
        found = [
            row
            for some in portions(ids)
            for row in connection.execute(facts.where(articles.c.id.in_(some)))
        ]
        return {row.id: (row.publisher_key, _ordinal(row.published)) for row in found}
    # Each of the three is answered by an index alone. The rows would have to be read past the whole
    # text and the page it came from.
    names = connection.execute(select(_ROW, articles.c.id)).all()
    keys = connection.execute(select(_ROW, articles.c.publisher_key))
    publishers = {row: key for row, key in keys}  # noqa: C416 - dict() would take it for a mapping
    dated = connection.execute(select(_ROW, articles.c.published))
    days = {row: day for row, day in dated}  # noqa: C416
    return {id: (publishers[row], _ordinal(days[row])) for row, id in names}


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _of_articles(connection: Connection, ids: Iterable[str]) -> Ids:
    found: list[int] = []
    for some in portions(ids):
        found += connection.scalars(select(passages.c.id).where(passages.c.article_id.in_(some)))
    return np.array(found, dtype=np.int64)
