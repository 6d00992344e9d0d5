"""What several commands take, and how they open the library."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from rag.settings import Settings, load

if TYPE_CHECKING:
    from api.remote import Server
    from rag.engine import Engine

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Publisher = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only articles of this publisher.")
]
Since = Annotated[
    date | None, typer.Option(metavar="YYYY-MM-DD", help="Only published on this day or later.")
]
Until = Annotated[
    date | None, typer.Option(metavar="YYYY-MM-DD", help="Only published on this day or earlier.")
]


def settings_of(context: typer.Context, **given: object) -> Settings:
    """The settings, with the options given before the command."""
    return load(data=context.obj, **given)


def open_library(context: typer.Context, *, with_model: bool = False) -> "Engine":
    """The engine. What asks nothing needs no model, and so no settings of one that can work."""
    from rag.wiring import open_engine

    return open_engine(settings_of(context), with_model=with_model)


def running(context: typer.Context) -> "Server | None":
    """The service that has the data folder, when one is running: what writes goes through it."""
    from rag.lock import WriteLock

    settings = settings_of(context)
    address = WriteLock(settings.data).address()
    if address is None:
        return None
    from api.remote import find

    return find(address, settings)
