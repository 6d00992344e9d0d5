"""What routes are given: the engine of the collection asked for, filters, and who may come in."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request

from rag.engine import Engine
from rag.errors import NoSuchCollection
from rag.types import Day, Filters

T = TypeVar("T")

MAIN = "dateline"
"""The name of the collection in the data folder itself."""


def engines_of(request: Request) -> dict[str, Engine]:
    """The open engines by the names of their collections, the main one first."""
    engines: dict[str, Engine] = request.app.state.engines
    return engines


def named(collections: Mapping[str, T], name: str) -> T:
    """What belongs to a collection. Raises NoSuchCollection, which names those that there are."""
    if name not in collections:
        raise NoSuchCollection(
            f"There is no collection {name[:100]!r}. Nothing was done; there are: "
            f"{', '.join(collections)}."
        )
    return collections[name]


def paged(found: Sequence[T], *, limit: int, offset: int) -> tuple[tuple[T, ...], int | None]:
    """A page of a list, and where the next one begins: None on the last.

    ``found`` are its items from ``offset`` on, up to one more than ``limit``.
    """
    return tuple(found[:limit]), offset + limit if len(found) > limit else None


Collection = Annotated[
    str, Query(max_length=100, description="The collection, when there are several.")
]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=1_000_000_000)]


def _engine(
    engines: Annotated[dict[str, Engine], Depends(engines_of)], collection: Collection = MAIN
) -> Engine:
    return named(engines, collection)


def _filters(
    publisher: Annotated[str | None, Query(max_length=500)] = None,
    since: Annotated[Day | None, Query(description="Published on this day or later.")] = None,
    until: Annotated[Day | None, Query(description="Published on this day or earlier.")] = None,
) -> Filters:
    return Filters(publisher=publisher, since=since, until=until)


Engines = Annotated[dict[str, Engine], Depends(engines_of)]
Opened = Annotated[Engine, Depends(_engine)]
Narrowed = Annotated[Filters, Depends(_filters)]
