"""A LLaMA: RMS norm, grouped-query attention with RoPE over neighbouring pairs (GGUF's own order, so nothing is permuted), SwiGLU, tied embeddings.

What enters the first layer is the embedding times INPUT_SCALE. With the small embeddings that a tied head wants, the layers' sums would
drown which token it was, and no later layer could copy a name; export multiplies the matrix by it and divides the last norm."""
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

INPUT_SCALE = 32.0


@dataclass(frozen=True)
class Shape:
    vocab: int = 1792
    hidden: int = 192
    layers: int = 5
    heads: int = 28
    kv_heads: int = 4
    head_size: int = 32
    ffn: int = 384
    context: int = 512
    theta: float = 10_000.0
    epsilon: float = 1e-5


class Layer(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.shape = s
        self.attn_norm, self.ffn_norm = nn.Parameter(torch.ones(s.hidden)), nn.Parameter(torch.ones(s.hidden))
        self.q = nn.Linear(s.hidden, s.heads * s.head_size, bias=False)
        self.k = nn.Linear(s.hidden, s.kv_heads * s.head_size, bias=False)
        self.v = nn.Linear(s.hidden, s.kv_heads * s.head_size, bias=False)
        self.o = nn.Linear(s.heads * s.head_size, s.hidden, bias=False)
        self.gate, self.up = nn.Linear(s.hidden, s.ffn, bias=False), nn.Linear(s.hidden, s.ffn, bias=False)
        self.down = nn.Linear(s.ffn, s.hidden, bias=False)

    def forward(self, x, cos, sin):
        s, (batch, length, _) = self.shape, x.shape
        h = F.rms_norm(x, (s.hidden,), self.attn_norm, s.epsilon)
        q = rotate(self.q(h).view(batch, length, s.heads, s.head_size), cos, sin)
        k = rotate(self.k(h).view(batch, length, s.kv_heads, s.head_size), cos, sin)
        v = self.v(h).view(batch, length, s.kv_heads, s.head_size)
        with torch.autocast("cpu", enabled=False):
            mixed = attend(q, k, v)
        x = x + self.o(mixed)
        h = F.rms_norm(x, (s.hidden,), self.ffn_norm, s.epsilon)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):
    def __init__(self, shape=Shape()):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocab, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.hidden))
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                adds = name.endswith(("o.weight", "down.weight"))
                nn.init.normal_(weight, std=0.05 if weight is self.embedding.weight else 0 if adds else weight.shape[1] ** -0.5)
        frequencies = shape.theta ** (-torch.arange(0, shape.head_size, 2) / shape.head_size)
        angles = torch.arange(shape.context)[:, None] * frequencies
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, tokens):
        """[batch, length] ids to logits."""
        x = INPUT_SCALE * self.embedding(tokens)
        cos, sin = (t[: tokens.shape[1], None] for t in (self.cos, self.sin))
        for layer in self.layers:
            x = layer(x, cos, sin)
        return F.linear(F.rms_norm(x, (self.shape.hidden,), self.norm, self.shape.epsilon), self.embedding.weight)


def attend(q, k, v):
    """Queries [batch, length, heads, size] over fewer keys and values, written out: half the time of torch's fused one on a processor,
    a quarter at 128 positions, which the backward pass decides (torch 2.13, Zen 5, bfloat16)."""
    batch, length, heads, size = q.shape
    kv_heads = k.shape[2]
    q = q.view(batch, length, kv_heads, -1, size).permute(0, 2, 3, 1, 4).reshape(batch * kv_heads, -1, size)
    k = k.permute(0, 2, 3, 1).reshape(batch * kv_heads, size, length)
    v = v.transpose(1, 2).reshape(batch * kv_heads, length, size)
    scores = torch.bmm(q * size**-0.5, k).view(batch * kv_heads, -1, length, length)
    hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
    weights = torch.softmax(scores.masked_fill(hidden, float("-inf")), dim=-1)
    mixed = torch.bmm(weights.view(batch * kv_heads, -1, length), v)
    return mixed.view(batch, kv_heads, -1, length, size).permute(0, 3, 1, 2, 4).reshape(batch, length, heads * size)


def rotate(x, cos, sin):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), dim=-1).flatten(-2).type_as(x)
