"""`dateline keys`: make, list and revoke the keys of the HTTP service, also while it runs."""

import json
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.options import Json, settings_of
from rag.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from api.keys import Key

keys = typer.Typer(help="Make, list and revoke keys for the HTTP service.", no_args_is_help=True)

_LONGEST_NAME = 100


@keys.command("create")
def create(
    context: typer.Context,
    *,
    scope: Annotated[
        Literal["ask", "ingest", "admin"],
        typer.Option(help="What it is for; each may do what those before it may."),
    ],
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Whose it is, for the list.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key and print it, once: only its hash is stored."""
    from api import keys as stored
    from api.terminal import complain, print_json, say

    if name is not None and (len(name) > _LONGEST_NAME or not name.isprintable()):
        raise BadInput(
            f"A name has at most {_LONGEST_NAME} characters, on one line. No key was made; "
            "choose another one."
        )
    with _records(context) as records:
        key, secret = stored.create(records, scope, name=name)
    if as_json:
        print_json(json.dumps(_content(key) | {"key": secret}, ensure_ascii=False, indent=2))
        return
    say(secret)
    complain(f"Keep it: it is not shown again. `dateline keys revoke {key.id}` ends it.")


@keys.command("list")
def show(context: typer.Context, *, as_json: Json = False) -> None:
    """List the keys, the oldest first: id, scope, day made, whether it is valid, name."""
    from api import keys as stored
    from api.terminal import print_json, say, screen

    with _records(context) as records:
        found = stored.every(records)
    if as_json:
        print_json(json.dumps([_content(key) for key in found], ensure_ascii=False, indent=2))
        return
    for key in found:
        ended = f"revoked {key.revoked:%Y-%m-%d}" if key.revoked else "valid"
        line = f"{key.id}  {key.scope:<6}  {key.created:%Y-%m-%d}  {ended:<18}  {key.name or '-'}"
        screen().print(line, soft_wrap=True)
    if not found:
        say("No keys. `dateline keys create --scope ask` makes one.")


@keys.command("revoke")
def revoke(
    context: typer.Context,
    *,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `dateline keys list` shows it.")],
) -> None:
    """End a key, at once also in a running service."""
    from api import keys as stored
    from api.terminal import say

    with _records(context) as records:
        key = stored.revoke(records, key_id)
    say(f"revoked · {key.id} · {key.scope} · {key.name or '-'}")


def _records(context: typer.Context) -> AbstractContextManager["Engine"]:
    from api.records import records_in

    return records_in(settings_of(context).data)


def _content(key: "Key") -> dict[str, object]:
    return key.model_dump(mode="json")
