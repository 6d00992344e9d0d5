"""MiniLM in torch, with three numbers a token: starts, ends, and belongs to what answers."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn
from torch.nn import functional

WIDTH, HEADS, LAYERS = 384, 12, 6
NO_ATTENTION = -10_000.0

_PARTS = {
    "out": "attention.output.dense",
    "norm": "attention.output.LayerNorm",
    "inner": "intermediate.dense",
    "outer": "output.dense",
    "last": "output.LayerNorm",
}
_ASKING = ("query", "key", "value")


class Layer(nn.Module):  # type: ignore[misc,unused-ignore]
    """One layer of the encoder, as in BERT: (batch, n, 384) in and out."""

    def __init__(self, drop: float) -> None:
        super().__init__()
        self.drop = drop
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner = nn.Linear(WIDTH, 4 * WIDTH)
        self.outer = nn.Linear(4 * WIDTH, WIDTH)
        self.last = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Any, padding: Any) -> Any:
        """``padding``: what is added to the attention, (batch, 1, 1, n)."""
        batch, n, _ = x.shape
        q, k, v = self.qkv(x).view(batch, n, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        drop = self.drop if self.training else 0.0
        y = functional.scaled_dot_product_attention(
            q, k, v, attn_mask=padding.to(q.dtype), dropout_p=drop
        )
        y = self.out(y.transpose(1, 2).reshape(batch, n, WIDTH))
        x = self.norm(x + functional.dropout(y, drop))
        y = self.outer(functional.gelu(self.inner(x)))
        return self.last(x + functional.dropout(y, drop))


class Network(nn.Module):  # type: ignore[misc,unused-ignore]
    """The cross-encoder, of MiniLM's weights or of what training made of them.

    The word embeddings stay as they were published.
    """

    def __init__(self, weights: Mapping[str, Any], *, drop: float = 0.1) -> None:
        super().__init__()
        self.drop = drop
        words = weights["embeddings.word_embeddings.weight"]
        self.words = nn.Embedding.from_pretrained(words, freeze=True)
        self.places = nn.Parameter(weights["embeddings.position_embeddings.weight"].clone())
        self.kinds = nn.Parameter(weights["embeddings.token_type_embeddings.weight"].clone())
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        _load(self.norm, weights, "embeddings.LayerNorm")
        self.layers = nn.ModuleList(Layer(drop) for _ in range(LAYERS))
        for number, layer in enumerate(self.layers):
            prefix = f"encoder.layer.{number}."
            for kind in ("weight", "bias"):
                parts = [weights[f"{prefix}attention.self.{part}.{kind}"] for part in _ASKING]
                getattr(layer.qkv, kind).data = torch.cat(parts)
            for name, published in _PARTS.items():
                _load(getattr(layer, name), weights, prefix + published)
        self.cross = nn.Linear(WIDTH, 3)
        if "cross.weight" in weights:
            _load(self.cross, weights, "cross")
        else:
            nn.init.normal_(self.cross.weight, std=0.02)
            nn.init.zeros_(self.cross.bias)

    def forward(self, ids: Any, kinds: Any, mask: Any) -> Any:
        """Logits (batch, n, 3) in float32 of token ids, their kinds (0, 1) and the mask."""
        x = self.words(ids) + self.places[: ids.shape[1]] + self.kinds[kinds]
        x = functional.dropout(self.norm(x), self.drop, self.training)
        padding = (1 - mask[:, None, None, :].float()) * NO_ATTENTION
        for layer in self.layers:
            x = layer(x, padding)
        return self.cross(x).float()

    def published(self) -> dict[str, Any]:
        """All weights but the word embeddings, by the names they were published under."""
        found = {
            "embeddings.position_embeddings.weight": self.places,
            "embeddings.token_type_embeddings.weight": self.kinds,
            **_stored(self.norm, "embeddings.LayerNorm"),
            **_stored(self.cross, "cross"),
        }
        for number, layer in enumerate(self.layers):
            prefix = f"encoder.layer.{number}."
            for kind in ("weight", "bias"):
                parts = getattr(layer.qkv, kind).chunk(3)
                for name, part in zip(_ASKING, parts, strict=True):
                    found[f"{prefix}attention.self.{name}.{kind}"] = part
            for name, published in _PARTS.items():
                found |= _stored(getattr(layer, name), prefix + published)
        return {name: weight.detach().clone().contiguous() for name, weight in found.items()}


def _load(module: Any, weights: Mapping[str, Any], name: str) -> None:
    module.weight.data.copy_(weights[name + ".weight"])
    module.bias.data.copy_(weights[name + ".bias"])


def _stored(module: Any, name: str) -> dict[str, Any]:
    return {name + ".weight": module.weight, name + ".bias": module.bias}
