"""`dateline eval`: the shipped cases unless others are named, with how far it is and the report."""

from collections.abc import Sequence
from pathlib import Path

import evals
from api.terminal import print_json, screen
from evals import floors
from evals.cases import Case
from evals.report import as_json as report_json
from evals.report import show
from evals.runner import run_eval
from rag.settings import Settings

_EVALS = Path(evals.__file__).parent
CASES = _EVALS / "cases" / "seeds.yaml"
ARTICLES = _EVALS.parent / "seeds" / "articles"


def evaluate(
    settings: Settings,
    *,
    cases: Sequence[Path] | None,
    articles: Path | None,
    split: str | None,
    as_json: bool,
) -> int:
    """Run the cases, print the report and return the exit code. Raises what ``run_eval`` raises."""
    shipped = not cases and articles is None
    asked = 0

    with screen(errors=True).status("Ingesting ...") as line:

        def count(_case: Case) -> None:
            nonlocal asked
            asked += 1
            line.update(f"{asked} cases asked ...")

        report, under, code = run_eval(
            settings,
            cases=cases or [CASES],
            articles=[articles or ARTICLES],
            split=split,
            floors_file=floors.FLOORS if shipped else None,
            progress=count,
        )
    if as_json:
        print_json(report_json(report, under=under))
    else:
        show(report, screen(), under=under)
    return code
