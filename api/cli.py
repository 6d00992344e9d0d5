"""The command line. What takes long to import is imported inside the command that needs it."""

import gc
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from typer.exceptions import TyperException

from api import keeping
from api.drafting import feedback
from api.keyring import keys
from api.options import Json, Publisher, Since, Until, open_library, running, settings_of
from rag.errors import BadInput, DatelineError

app = typer.Typer(
    help="Answers questions from your articles, in their own words.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)
articles = typer.Typer(help="List, show and delete articles.", no_args_is_help=True)
app.add_typer(articles, name="articles")
app.add_typer(keys, name="keys")
app.add_typer(feedback, name="feedback")
app.command()(keeping.backup)
app.command()(keeping.restore)

_TRACEBACK = "--traceback"


class Interrupted(DatelineError):
    """Ctrl-C ended a command."""

    exit_code = 130


def main(args: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, 1 failed, 2 bad input, 130 Ctrl-C.

    An error is one line on stderr.
    """
    given = list(sys.argv[1:] if args is None else args)
    for stream in (sys.stdout, sys.stderr):
        # An article may hold what the terminal's encoding lacks.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output is gone; keep Python from telling it once more at exit.
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
        return 1
    except (Exception, KeyboardInterrupt) as error:  # whatever it is, people get one line
        if _TRACEBACK in given:
            raise
        message, code = _told(error)
        with suppress(OSError):
            sys.stderr.write(f"dateline: {_printable(message)}\n")
    return code


def _run(args: list[str]) -> int:
    """Typer returns the code of an Exit, and 130 for Ctrl-C."""
    result = app(args=args, prog_name="dateline", standalone_mode=False)
    code = result if isinstance(result, int) else 0
    if code == Interrupted.exit_code:
        raise KeyboardInterrupt
    return code


def _told(error: Exception | KeyboardInterrupt) -> tuple[str, int]:
    """An error as one line, and the exit code."""
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted. What was finished before is kept.", Interrupted.exit_code
    if isinstance(error, DatelineError):
        return str(error), error.exit_code
    if isinstance(error, TyperException):
        hint = " (`dateline --help` shows how)" if error.exit_code == 2 else ""
        return f"{error.format_message()}{hint}", error.exit_code
    if isinstance(error, OSError):
        name = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{name}. What was finished before is kept.", 1
    what = f"{type(error).__name__}: {error}"[:300]
    return f"A fault in Dateline ({what}). `dateline {_TRACEBACK} ...` shows where.", 1


def _printable(text: str) -> str:
    """One line that cannot steer a terminal. For when nothing else may work."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _version(asked: bool) -> None:
    if asked:
        from api.state import version

        typer.echo(f"dateline {version()}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Data folder, in place of DATELINE_DATA or data/."),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    __: Annotated[bool, typer.Option(_TRACEBACK, help="Show where a fault happened.")] = False,
) -> None:
    context.obj = data


@app.command()
def ingest(
    context: typer.Context,
    *,
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Files and folders; - for stdin.")
    ],
    url: Annotated[str | None, typer.Option(help="Where the article stands.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Its publisher.")] = None,
    author: Annotated[str | None, typer.Option(help="Its author.")] = None,
    published: Annotated[
        date | None, typer.Option(metavar="YYYY-MM-DD", help="The day it was published.")
    ] = None,
    updated: Annotated[
        date | None, typer.Option(metavar="YYYY-MM-DD", help="The day it was last changed.")
    ] = None,
    fetched: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            metavar="YYYY-MM-DD[THH:MM]",
            help="When it was fetched, so that `2 hours ago` on the page is a date.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Add articles. One that is stored already costs nothing; one that has changed is replaced.

    Files of JSON Lines (.jsonl) hold many articles. The options from --url to --fetched are for a
    single one, and win over what its page says.
    """
    from api.adding import add, sources

    given = {
        "url": url,
        "title": title,
        "publisher": publisher,
        "author": author,
        "published": published,
        "updated": updated,
        "fetched": fetched.astimezone() if fetched else None,
    }
    chosen = sources(paths, given)
    server = running(context)
    with open_library(context) as engine:
        code = add(engine, chosen, server=server, as_json=as_json)
    if code == Interrupted.exit_code:
        raise Interrupted(
            "Interrupted. What is counted above is stored; the same command goes on with the rest."
        )
    raise typer.Exit(code)


@app.command()
def ask(
    context: typer.Context,
    *,
    question: Annotated[str, typer.Argument(help="The question, in quotation marks.")],
    article: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this article; may be repeated.")
    ] = None,
    publisher: Publisher = None,
    since: Since = None,
    until: Until = None,
    as_of: Annotated[
        date | None,
        typer.Option(metavar="YYYY-MM-DD", help="As if it were that day: nothing later."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer a question from the articles, in their own words.

    With DATELINE_MODEL set a model writes the answer; what of it the articles do not bear out is
    left out.
    """
    with _uncollected():
        from api.asking import ask as ask_engine
        from api.terminal import print_json, show_answer
        from rag.types import Filters

        _check_text(question, publisher)
        with open_library(context, with_model=True) as engine:
            ids = tuple(engine.library.get(given).id for given in article or ())
            filters = Filters(articles=ids, publisher=publisher, since=since, until=until)
            answer = ask_engine(engine, question, filters=filters, as_of=as_of)
        if as_json:
            print_json(answer.model_dump_json(indent=2))
        else:
            show_answer(answer)


@app.command()
def serve(
    context: typer.Context,
    *,
    host: Annotated[str | None, typer.Option(help="Address of this machine to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    log: Annotated[
        Literal["text", "json"] | None, typer.Option(help="How to log, in place of DATELINE_LOG.")
    ] = None,
) -> None:
    """Answer over HTTP until Ctrl-C. For other machines than this one it needs a key."""
    from api.serve import serve as run_server
    from api.terminal import say

    run_server(settings_of(context, host=host, port=port, log=log), say=say)


@app.command("mcp")
def serve_mcp(context: typer.Context) -> None:
    """Answer a program that speaks MCP (the Model Context Protocol), over stdin and stdout.

    Beside a running service its pages are the addresses of articles that have no other.
    """
    from api.mcp_stdio import serve as answer_on_stdio

    server = running(context)
    answer_on_stdio(settings_of(context), base=server.address.url if server else None)


@app.command("eval")
def evaluate(
    context: typer.Context,
    *,
    cases: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="A file of cases; may be repeated.")
    ] = None,
    articles: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The articles that they are asked of.")
    ] = None,
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which cases.")] = "all",
    as_json: Json = False,
) -> None:
    """Ask the eval cases in a library of their own and grade the answers.

    Without --cases and --articles, the shipped ones are asked, and a rate under its floor ends the
    command with 1.
    """
    from api.evaluating import evaluate as run_cases

    raise typer.Exit(
        run_cases(
            settings_of(context),
            cases=cases,
            articles=articles,
            split=None if split == "all" else split,
            as_json=as_json,
        )
    )


@app.command()
def status(
    context: typer.Context,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Look for all passages, also if there are over 20,000.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what the library holds, and whether all of it can be found (1 if not)."""
    from api.auditing import audit
    from api.state import look, writer
    from api.terminal import print_json, say

    with open_library(context) as engine:
        state = look(engine).model_copy(update={"model": writer(settings_of(context))})
        audited, sound = audit(engine, state, every=every)
        folder = str(engine.library.folder.resolve())
    content = {"data": folder, **state.model_dump(), "audit": audited}
    if as_json:
        print_json(json.dumps(content, indent=2))
    else:
        for name, value in content.items():
            say(f"{name}: {value}")
    raise typer.Exit(0 if sound else 1)


@app.command()
def rebuild(context: typer.Context) -> None:
    """Make the search index anew; only what another embedder or splitter made is embedded again."""
    from api.terminal import say
    from rag.rebuild import rebuild as rebuild_index

    server = running(context)
    if server:
        done = server.rebuild()
    else:
        with open_library(context) as engine:
            done = rebuild_index(engine)
    say(f"{done.passages} passages are in the index; {done.embedded} articles were embedded again.")


@articles.command("list")
def list_articles(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 50,
    publisher: Publisher = None,
    since: Since = None,
    until: Until = None,
    as_json: Json = False,
) -> None:
    """List the articles, the newest first: id, date, publisher, passages, title."""
    from api.terminal import print_json, say, show_list
    from rag.types import Filters

    _check_text(publisher)
    filters = Filters(publisher=publisher, since=since, until=until)
    with open_library(context) as engine:
        found = engine.library.newest(filters=filters, limit=limit + 1)
    if as_json:
        content = [each.model_dump(mode="json") for each in found[:limit]]
        print_json(json.dumps(content, ensure_ascii=False, indent=2))
        return
    show_list(found[:limit])
    if len(found) > limit:
        say(f"There are more; --limit {limit * 10} shows them.")
    if not found:
        say("No articles. `dateline ingest PATH` adds some.")


@articles.command("show")
def show(
    context: typer.Context,
    *,
    article_id: Annotated[str, typer.Argument(metavar="ID", help="Four characters or more of it.")],
    layers: Annotated[
        bool, typer.Option("--layers", help="Each line with what it is and why.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="What was given, before any cleaning.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show an article as it was understood: its text and teasers, or every line of the page."""
    from api.terminal import print_json, show_article, show_layers, show_raw

    with open_library(context) as engine:
        article = engine.library.get(article_id)
        original = engine.library.raw(article.id) if raw else ""
    if raw:
        show_raw(original)
    elif as_json:
        print_json(article.model_dump_json(indent=2))
    elif layers:
        show_layers(article)
    else:
        show_article(article)


@articles.command("delete")
def delete(
    context: typer.Context,
    *,
    article_ids: Annotated[list[str], typer.Argument(metavar="ID...")],
) -> None:
    """Delete articles with everything that was made of them; none, when one is not there."""
    from api.removing import remove
    from api.schemas import Gone
    from api.terminal import say

    def tell(gone: Gone) -> None:
        say(f"deleted · {gone.title} · {gone.id}")

    server = running(context)
    if server:
        server.remove(article_ids, tell)
        return
    with open_library(context) as engine:
        for gone in remove(engine, article_ids):
            tell(gone)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No garbage collection: while modules load, it takes an eighth of the time of a question."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _check_text(*given: str | None) -> None:
    """Refuse bytes that are no UTF-8, which can neither be looked for nor answered."""
    try:
        "".join(text or "" for text in given).encode()
    except UnicodeEncodeError:
        raise BadInput("The command holds bytes that are not UTF-8. Nothing was done.") from None
