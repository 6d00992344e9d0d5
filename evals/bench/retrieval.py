"""Whether the fused search finds what answers, more often than either of the two it is made of.

`python -m evals.bench.retrieval FOLDER [--split dev|test] [--only SET] [--json] [--save FILE]
[--against FILE]`: SQuAD's paragraphs, an article each, under FOLDER/squad2; the five long texts of
FOLDER/chunking in one library; and our own cases on the seeds, which need no FOLDER. hit@k is the
place of the right article, of long texts that of a passage with a part of a reference in it; MRR
looks at ten passages. Recall, precision and IoU are those of the first five.
"""

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals import cases
from evals.bench import chunking, corpus, figures, squad
from evals.bench.figures import Estimate, Gap, Question, Run, watched
from evals.bench.squad import Half
from rag import retrieve
from rag.engine import Engine
from rag.errors import BadInput
from rag.ingest import ingest
from rag.question import content_words
from rag.types import Article, Passage

WAYS = ("dense", "keyword", "fused")
SETS = ("squad2", "chunking", "cases")
LIMIT = 5
"""Passages whose recall, precision and IoU are taken."""

_DEPTH = 10
_SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
_CASES = Path(__file__).parents[1] / "cases" / "seeds.yaml"

Ranked = dict[str, list["Found"]]
"""By way of searching what it found, the best first."""


@dataclass(frozen=True)
class Found:
    """A passage, and the articles that print it: its own first, then its copies."""

    passage: Passage
    articles: tuple[Article, ...]


def search(engine: Engine, question: str) -> Ranked:
    """The first ten passages of each way."""
    vector = engine.embedder.embed([question])[0]
    alone = {
        "dense": [id for id, _ in engine.index.search(vector, limit=_DEPTH)],
        "keyword": [id for id, _ in engine.library.keyword(content_words(question), limit=_DEPTH)],
    }
    passages = engine.library.passages({id for ids in alone.values() for id in ids})
    articles = engine.library.articles({passage.article_id for passage in passages.values()})
    found = {
        way: [Found(passages[id], (articles[passages[id].article_id],)) for id in ids]
        for way, ids in alone.items()
    }
    fused = retrieve.search(engine, question, limit=_DEPTH)
    return {**found, "fused": [Found(one.passage, (one.article, *one.copies)) for one in fused]}


def place_of_article(found: Sequence[Found], gold: Collection[str]) -> int | None:
    """The place, from 0, of an article with one of these sources among the distinct ones found."""
    seen: dict[str, None] = {}
    for one in found:
        seen.setdefault(one.passage.article_id)
        if any(article.source in gold for article in one.articles):
            return len(seen) - 1
    return None


def place_of_passage(
    found: Sequence[Found], references: Sequence[chunking.Span], *, article: str
) -> int | None:
    """The place, from 0, of the first passage that holds a part of a reference in an article."""
    for at, one in enumerate(found):
        passage = one.passage
        if passage.article_id == article and any(
            passage.start < end and start < passage.end for start, end in references
        ):
            return at
    return None


def hits(way: str, place: int | None) -> Question:
    """What a place comes to."""
    found: Question = {f"hit@{k} {way}": place is not None and place < k for k in (1, 5, 10)}
    return {**found, f"MRR {way}": 0.0 if place is None else 1 / (1 + place)}


def in_squad(folder: Path, half: Half) -> dict[str, Question] | None:
    """The answerable questions of a half, searched for in all paragraphs."""
    read = squad.load(folder)
    if read is None:
        return None
    run: dict[str, Question] = {}
    with corpus.empty_library() as engine:
        corpus.put(engine, squad.articles(read), what="squad2")
        for asked in watched([one for one in read.of(half) if one.answers], "squad2: searching"):
            gold = {squad.source_of(asked.paragraph)}
            run[asked.id] = {}
            for way, found in search(engine, asked.question).items():
                place = place_of_article(found, gold)
                run[asked.id] |= hits(way, place)
    return run


def in_chunking(folder: Path, half: Half) -> dict[str, Question] | None:
    """The questions on the texts of a half, searched for in all five. Raises BadInput."""
    read = chunking.load(folder)
    if read is None:
        return None
    run: dict[str, Question] = {}
    with corpus.empty_library() as engine:
        corpus.put(engine, list(read.articles.values()), what="chunking")
        for one in watched([one for one in read.sought if one.half == half], "chunking: searching"):
            run[one.id] = _of_long_text(engine, one, read.articles[one.corpus].id)
    return run


def _of_long_text(engine: Engine, sought: chunking.Sought, article: str) -> Question:
    made: Question = {}
    for way, found in search(engine, sought.question).items():
        made |= hits(way, place_of_passage(found, sought.references, article=article))
        passages = [one.passage for one in found[:LIMIT]]
        scores = chunking.scored(passages, sought.references, article=article)
        made |= {f"{name} {way}": value for name, value in scores.items()}
    return made


def in_cases(half: Half) -> dict[str, Question]:
    """Our own cases that have a gold article, searched for in the seeds."""
    run: dict[str, Question] = {}
    asked = [one for one in cases.load([_CASES]) if one.split == half and one.article]
    with corpus.empty_library() as engine:
        ingest(engine, [_SEEDS])
        for case in watched(asked, "cases: searching"):
            gold = {str((_SEEDS / name).resolve()) for name in case.article}
            run[case.id] = {}
            for way, found in search(engine, case.question).items():
                place = place_of_article(found, gold)
                run[case.id] |= hits(way, place)
    return run


def figures_of(questions: Mapping[str, Question]) -> list[str]:
    """The names of the figures that each way of searching has."""
    names = next(iter(questions.values()))
    return [name.removesuffix(" fused") for name in names if name.endswith(" fused")]


def estimates(questions: Mapping[str, Question]) -> dict[str, dict[str, Estimate]]:
    """By figure and way, over all questions of a set."""
    rows = list(questions.values())
    return {
        name: {way: figures.estimate([one[f"{name} {way}"] for one in rows]) for way in WAYS}
        for name in figures_of(questions)
    }


def gains(questions: Mapping[str, Question]) -> dict[str, dict[str, Gap]]:
    """What fusing gains over keyword search alone and over dense search alone, by figure."""
    rows = list(questions.values())
    return {
        f"fused less {way}": {
            name: figures.gap(
                [one[f"{name} fused"] for one in rows], [one[f"{name} {way}"] for one in rows]
            )
            for name in figures_of(questions)
        }
        for way in ("keyword", "dense")
    }


def by_text(questions: Mapping[str, Question]) -> dict[str, dict[str, Estimate]]:
    """Recall, precision and IoU of the fused search on each of the long texts."""
    texts = sorted({id.partition("/")[0] for id in questions})
    return {
        text: {
            name: figures.estimate(
                [one[f"{name} fused"] for id, one in questions.items() if id.startswith(f"{text}/")]
            )
            for name in ("recall", "precision", "IoU")
        }
        for text in texts
    }


def measure(folder: Path, half: Half, only: Sequence[str]) -> Run:
    """The sets asked for that are there; a line on stderr for one that is not."""
    run: Run = {}
    for name in only:
        if name == "squad2":
            found = in_squad(folder, half)
        elif name == "chunking":
            found = in_chunking(folder, half)
        else:
            found = in_cases(half)
        if found is None:
            print(f"skipped: no {name} in {folder}", file=sys.stderr)
        elif found:
            run[name] = found
        else:
            print(f"skipped: {name} has no question in the {half} half", file=sys.stderr)
    return run


def _print(name: str, half: Half, questions: Mapping[str, Question]) -> None:
    print(f"\n{name}, {half} half: {len(questions):,} questions, with 95 % intervals")
    print(f"  {'':10s}" + "".join(f"{way:20s}" for way in WAYS).rstrip())
    for figure, ways in estimates(questions).items():
        print(f"  {figure:10s}" + "".join(f"{ways[way]!s:20s}" for way in WAYS).rstrip())
    if name == "chunking":
        print(f"\n  {'fused':20s}{'recall':20s}{'precision':20s}{'IoU':20s}of")
        for text, row in by_text(questions).items():
            cells = "".join(f"{one!s:20s}" for one in row.values())
            print(f"  {text:20s}{cells}{row['IoU'].of}")
    for title, gaps in gains(questions).items():
        figures.print_gaps(title, gaps)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measurement; exit code 0, also when FOLDER has no such set, and 2 when misused."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench.retrieval", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=SETS, action="append", help="this set; can be repeated")
    figures.options(parser)
    given = parser.parse_args(argv)
    name = {"bench": "retrieval", "split": given.split}
    try:
        before = figures.kept(given, **name)
        run = measure(given.folder, given.split, given.only or SETS)
        if given.save:
            figures.save(run, given.save, **name)
    except BadInput as error:
        parser.error(str(error))
    changes = figures.against(run, before) if before is not None else {}
    if given.json:
        sets = {
            name: {
                "questions": len(rows),
                "figures": estimates(rows),
                "gains": gains(rows),
                **({"texts": by_text(rows)} if name == "chunking" else {}),
                **({"against": changes[name]} if name in changes else {}),
            }
            for name, rows in run.items()
        }
        print(json.dumps(figures.plain({"split": given.split, "sets": sets})))
        return 0
    for set_, rows in run.items():
        _print(set_, given.split, rows)
        if set_ in changes:
            figures.print_gaps(f"{set_}: now less before", changes[set_])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
