"""Floors: the rates that a report must reach, kept in a TOML file, one table for each split."""

import tomllib
from pathlib import Path

from evals.report import Report
from rag.errors import SettingsError

FLOORS = Path(__file__).with_name("floors.toml")


def load(path: Path = FLOORS) -> dict[str, dict[str, float]]:
    """The floors by split and by name. Raises SettingsError with one line."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _bad(path, f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _bad(path, f"is no TOML: {error}") from None
    floors: dict[str, dict[str, float]] = {}
    for split, table in content.items():
        if split not in ("dev", "test") or not isinstance(table, dict):
            raise _bad(path, f"has a table {split!r}; only dev and test can be there")
        floors[split] = {name: _rate(path, name, value) for name, value in table.items()}
    return floors


def under(report: Report, floors: dict[str, dict[str, float]]) -> list[str]:
    """One line for each rate that is under its floor; empty when all hold.

    A split without cases in the report, and a rate with nothing to count, have no floor.
    """
    lines: list[str] = []
    for split, table in floors.items():
        part = report.of_split(split)
        if not part.results:
            continue
        rates = part.rates()
        for name, floor in table.items():
            if name not in rates:
                known = ", ".join(rates)
                raise SettingsError(
                    f"No rate is called {name!r}, so its floor cannot be held. Nothing was "
                    f"changed; use one of {known}."
                )
            rate = rates[name]
            if rate.of and rate.value < floor:
                lines.append(
                    f"{split}: {name} is {rate.value:.3f} ({rate.count} of {rate.of}), "
                    f"under its floor of {floor:.3f}"
                )
    return lines


def _rate(path: Path, name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _bad(path, f"gives {name} the floor {value!r}; it must be from 0 to 1")
    return float(value)


def _bad(path: Path, what: str) -> SettingsError:
    return SettingsError(f"{path} {what}. Nothing was changed; correct the file.")
