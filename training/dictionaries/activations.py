"""Activations of the built-in model: what the dictionaries read, in shuffled batches; and the model run on from a changed activation.

A hook is `blocks.<l>.hook_resid_post` or `blocks.<l>.hook_mlp_out`.
"""
import json
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from hf import from_hf  # noqa: E402
from model import mlp, project_heads, rms_norm  # noqa: E402


def parse(hook):
    """-> layer, is it the output of the MLP."""
    _, layer, name = hook.split(".")
    return int(layer), name == "hook_mlp_out"


def block(x, cos, sin, norm1, qkv, o, norm2, gate_up, down, n_heads: int, eps: float):
    """One layer -> residual stream after it, output of its MLP."""
    q, k, v = project_heads(x, cos, sin, norm1, qkv, n_heads, eps)
    x = x + F.linear(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(x.shape), o)
    m = mlp(x, norm2, gate_up, down, eps)
    return x + m, m.to(x.dtype)


def neurons(model, x_post, mlp_out, layer):
    """mlp.hook_post of a layer from what leaves it: silu(gate) * up [.., d_ff]."""
    b, c = model.blocks[layer], model.c
    g, u = F.linear(rms_norm(x_post - mlp_out, b.norm2, c.norm_eps), b.gate_up).chunk(2, -1)
    return F.silu(g) * u


class Runner:
    """The model in two parts: up to a hook, and on from there."""

    def __init__(self, folder, device, compiled=False):
        self.model = from_hf(folder, device).eval().requires_grad_(False)
        self.block = torch.compile(block, dynamic=False) if compiled else block
        self.device = device

    def start(self, ids):
        m = self.model
        return F.embedding(ids, m.embed), m.cos[: ids.shape[1]], m.sin[: ids.shape[1]]

    def capture(self, ids, hooks):
        """ids [B, T] -> the activations [B, T, d] of the hooks, in their order."""
        x, cos, sin = self.start(ids)
        seen, wanted = {}, [parse(h) for h in hooks]
        for l in range(max(l for l, _ in wanted) + 1):
            x, m = self.block(x, cos, sin, *self.model.blocks[l].weights())
            seen[l, False], seen[l, True] = x, m
            seen = {k: v for k, v in seen.items() if k in wanted}
        return [seen[w] for w in wanted]

    def up_to(self, ids, hook):
        """-> the activation at the hook, the stream after its layer."""
        layer, is_mlp = parse(hook)
        x, cos, sin = self.start(ids)
        for l in range(layer + 1):
            x, m = self.block(x, cos, sin, *self.model.blocks[l].weights())
        return (m if is_mlp else x), x

    def go_on(self, x, layer):
        """Logits from the stream after `layer`."""
        m = self.model
        cos, sin = m.cos[: x.shape[1]], m.sin[: x.shape[1]]
        for l in range(layer + 1, m.c.n_layers):
            x, _ = self.block(x, cos, sin, *m.blocks[l].weights())
        return m.unembed(x)


class Rows:
    """Rows of training text in random order, again and again; the rows of repeated random tokens are left out."""

    def __init__(self, data, seed):
        self.ids = np.load(os.path.join(data, "pool.ids.npy"), mmap_mode="r")
        with open(os.path.join(data, "pool.json")) as f:
            sets = json.load(f)["sets"]
        self.use = np.concatenate([np.arange(*s["packings"][0]) for name, s in sets.items() if name != "induction"])
        self.rng, self.at, self.order = np.random.default_rng(seed), 0, None

    def take(self, n):
        """int64 [n, 512]."""
        if self.order is None or self.at + n > len(self.order):
            self.order, self.at = self.rng.permutation(self.use), 0
        part = np.sort(self.order[self.at:self.at + n])
        self.at += n
        return torch.from_numpy(self.ids[part][:, :-1].astype(np.int64))


class Stream:
    """Shuffled batches [hooks, tokens, d] in bfloat16 (float32 without a GPU), token 0 left out."""

    def __init__(self, runner, data, hooks, rows=1024, seed=5, step=128):
        self.runner, self.hooks, self.rows, self.step = runner, hooks, rows, step
        self.text = Rows(data, seed)
        self.gen = torch.Generator(device=runner.device).manual_seed(seed)
        self.dtype = torch.bfloat16 if runner.device == "cuda" else torch.float32

    @torch.no_grad()
    def refill(self):
        ids = self.text.take(self.rows).to(self.runner.device)
        out = None
        for k in range(0, len(ids), self.step):
            part = ids[k:k + self.step]
            with torch.autocast(self.runner.device, torch.bfloat16, enabled=self.runner.device == "cuda"):
                kept = self.runner.capture(part, self.hooks)
            if out is None:
                out = torch.empty(len(self.hooks), ids.numel(), kept[0].shape[-1], dtype=self.dtype, device=self.runner.device)
            for j, h in enumerate(kept):
                out[j, k * ids.shape[1]:k * ids.shape[1] + part.numel()] = h.flatten(0, 1).to(self.dtype)
        index = (ids.flatten() != 0).nonzero()[:, 0]
        return out, index[torch.randperm(len(index), generator=self.gen, device=index.device)]

    def batches(self, size):
        while True:
            out, index = self.refill()
            for k in range(0, len(index) - size + 1, size):
                yield out[:, index[k:k + size]]


def valid_rows(data, name, n=None):
    """Held-out pieces of one set, one a row [pieces, 513], padded with 0."""
    return torch.from_numpy(np.load(os.path.join(data, f"{name}.valid.ids.npy"))[:n].astype(np.int64))
