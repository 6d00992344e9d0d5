"""`dateline feedback`: what people said of answers, as drafts of eval cases."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.options import settings_of
from rag.errors import BadInput

if TYPE_CHECKING:
    from api.feedback import Feedback
    from evals.drafts import Draft

feedback = typer.Typer(help="What was said of answers.", no_args_is_help=True)


@feedback.callback()
def _group() -> None:
    """Keeps `export` a command of its own, although it is the only one."""


@feedback.command("export")
def export(
    context: typer.Context,
    *,
    to: Annotated[Path, typer.Option(metavar="FILE", help="The YAML file to write.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write drafts of eval cases, also while a service runs. A person has to finish them."""
    from api.feedback import every
    from api.records import FILE, records_in
    from api.terminal import say
    from evals.drafts import as_yaml

    folder = settings_of(context).data
    if not (folder / FILE).is_file():
        raise BadInput(
            f"No feedback is kept in {folder}. Nothing was written; name the data folder of the "
            "service with --data before the command."
        )
    if to.exists() and not force:
        raise BadInput(f"{to} is there already. Nothing was written; --force replaces it.")
    with records_in(folder) as records:
        drafts = [_draft(each) for each in reversed(every(records))]
    to.write_text(as_yaml(drafts), encoding="utf-8")
    say(f"{len(drafts)} drafts are in {to}.")
    if drafts:
        say(
            "Fill type, accept, article and split of each, and move it under `cases:`; then "
            "`dateline eval --cases FILE --articles FOLDER` asks them."
        )


def _draft(said: "Feedback") -> "Draft":
    from evals.drafts import Draft

    answer = said.answer
    return Draft(
        id=f"feedback-{answer.trace_id}",
        question=answer.question,
        status=answer.status,
        text=answer.text,
        cited=[each.title for each in answer.cited],
        rating=said.rating,
        note=said.note,
        expected=said.expected,
        said_on=said.created.date(),
    )
