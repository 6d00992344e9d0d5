"""Runs cases through the engine and grades each answer."""

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from evals import cases as case_files
from evals import floors
from evals.cases import BadCase, Case
from evals.graders import grade, verbatim_faults
from evals.report import Report, Result
from rag.ask import ask
from rag.engine import Engine
from rag.ingest import ingest
from rag.retrieve import search
from rag.settings import Settings
from rag.types import Answer, Article
from rag.wiring import open_engine

_RANKED = 50


def run(
    cases: Iterable[Case],
    engine: Engine,
    *,
    notes: Sequence[str] = (),
    progress: Callable[[Case], None] | None = None,
) -> Report:
    """Ask and grade every case, in order; ``progress`` is told each one that is done."""
    results: list[Result] = []
    for case in cases:
        results.append(run_case(case, engine))
        if progress is not None:
            progress(case)
    return Report(tuple(results), tuple(notes))


def run_case(case: Case, engine: Engine) -> Result:
    """Ask one case's question and grade the answer."""
    started = time.perf_counter()
    answer = ask(engine, case.question)
    seconds = time.perf_counter() - started
    cited = _cited(engine, answer)
    return Result(
        case=case,
        answer=answer,
        verdict=grade(case, answer, cited),
        rank=_rank(case, engine),
        faults=verbatim_faults(answer, cited),
        seconds=seconds,
    )


def run_eval(
    settings: Settings,
    *,
    cases: Sequence[Path],
    articles: Sequence[Path],
    split: str | None = None,
    floors_file: Path | None = None,
    progress: Callable[[Case], None] | None = None,
) -> tuple[Report, list[str], int]:
    """Ingest the articles into an empty data folder of its own, ask every case, grade.

    Returns the report, a line for each rate under its floor, and the exit code: 1 when there is
    such a line. Without ``floors_file`` no floor is held. Raises BadCase, SettingsError, and what
    ingest and ask raise. The data folder of ``settings`` is neither read nor written.
    """
    chosen = [case for case in case_files.load(cases) if split in (None, case.split)]
    if not chosen:
        raise BadCase(f"No case is in the split {split!r}. Nothing was asked; use dev or test.")
    table = floors.load(floors_file) if floors_file is not None else {}
    with tempfile.TemporaryDirectory(prefix="dateline-eval-") as folder:
        own = settings.model_copy(update={"data": Path(folder), "chroma_url": None})
        with open_engine(own) as engine:
            notes = _ingest(engine, articles, chosen)
            report = run(chosen, engine, notes=notes, progress=progress)
    under = floors.under(report, table)
    return report, under, 1 if under else 0


def _ingest(engine: Engine, articles: Sequence[Path], cases: Sequence[Case]) -> list[str]:
    """Ingest the articles; notes on those that failed and on cases whose article is missing."""
    summary = ingest(engine, articles)
    notes = [failure.message for failure in summary.failed]
    if not summary.articles:
        raise BadCase(
            "No article could be ingested, so there is nothing to ask. Nothing was changed; "
            "name a folder of articles."
        )
    library = engine.library.articles(article.id for article in summary.articles)
    names = {_file_name(article) for article in library.values()}
    missing = [case.id for case in cases if case.article and not names & set(case.article)]
    if missing:
        notes.append(
            f"{len(missing)} cases ask for articles that were not ingested: {', '.join(missing)}"
        )
    return notes


def _cited(engine: Engine, answer: Answer) -> dict[str, Article]:
    return engine.library.articles({citation.article_id for citation in answer.citations})


def _file_name(article: Article) -> str:
    return Path(article.source).name if article.source else ""


def _rank(case: Case, engine: Engine) -> int | None:
    """The place of the first gold article among the distinct articles retrieved, from 1."""
    if not case.article:
        return None
    places: dict[str, int] = {}
    for evidence in search(engine, case.question, limit=_RANKED):
        place = len(set(places.values())) + 1
        for article in (evidence.article, *evidence.copies):  # found at one place
            places.setdefault(_file_name(article), place)
    return min((places[name] for name in case.article if name in places), default=None)
