"""`dateline backup` and `dateline restore`: the library as one file, and back."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import Json, open_library, settings_of

if TYPE_CHECKING:
    from rag.backup import Held

Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def backup(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write the library to one file, also while a service runs. The index is not in it."""
    from rag.backup import backup as write

    held = write(settings_of(context).data, file, force=force)
    _tell(held, f"in {file} ({held.bytes:,} bytes)", file, as_json=as_json)


def restore(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `dateline backup` wrote.")],
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Put a backup in place of the library, and make its index. Nothing is embedded again."""
    from rag.backup import restore as put_back

    settings = settings_of(context)
    held = put_back(file, settings.data, force=force, chroma_url=settings.chroma_url)
    _tell(held, f"restored to {settings.data}", settings.data, as_json=as_json)
    # What was made by another embedder cannot be searched with this one, which is said now.
    with open_library(context) as engine:
        engine.catch_up()


def _tell(held: "Held", what: str, where: Path, *, as_json: bool) -> None:
    from api.terminal import print_json, say

    if as_json:
        content = {
            "path": str(where.absolute()),
            "articles": held.articles,
            "passages": held.passages,
            "bytes": held.bytes,
        }
        print_json(json.dumps(content, indent=2))
    else:
        say(f"{held.articles:,} articles, {held.passages:,} passages {what}")
