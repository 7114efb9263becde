"""What the features of the shipped dictionaries do in held-out text: all activations above zero, and correlations.

Used by records.py. The text is read from the corpus itself, because documents (not pieces of them) are put into the two halves that labels are made and scored with.
"""
import os
import sys

import numpy as np
import torch

import storage
from activations import neurons, parse
from record_format import HIGHEST, LOWEST

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import prepare  # noqa: E402
from corpus import SETS, read_documents  # noqa: E402


class Text:
    """Held-out text: `rows` int64 [pieces, 513] padded with 0 (each begins with it), and of every real token in order its row, its place, its half (0, 1) and its set."""

    def __init__(self, corpus, tokenizer, limit_bytes=None):
        prepare._init(tokenizer)
        rows, halves, sets = [], [], []
        rng = np.random.default_rng(11)
        for s, name in enumerate(SETS):
            docs = [d for d in read_documents(corpus, name + ".valid", limit_bytes) if d.strip()]
            for e in prepare._tok.encode_batch(docs, add_special_tokens=False):
                half = int(rng.integers(2))
                for piece in prepare.cut(np.asarray(e.ids, np.uint16)):
                    row = np.zeros(prepare.CTX + 1, np.int64)
                    row[1:1 + len(piece)] = piece
                    rows.append(row)
                    halves.append(half)
                    sets.append(s)
        self.rows = np.stack(rows)
        self.row, self.place = np.nonzero(self.rows)
        self.half, self.set = np.array(halves)[self.row], np.array(sets)[self.row]
        self.index = np.full(self.rows.shape, -1, np.int64)  # place in the flat list of real tokens
        self.index[self.row, self.place] = np.arange(len(self.row))

    def around(self, offset):
        """The token `offset` places from every real token; -1 beyond the piece (its leading separator, 0, belongs to it)."""
        p = self.place + offset
        inside = (p >= 0) & (p < self.rows.shape[1])
        out = np.where(inside, self.rows[self.row, np.clip(p, 0, self.rows.shape[1] - 1)], -1)
        return np.where((offset > 0) & (out == 0), -1, out).astype(np.int32)


def pearson(xy, sx, sy, sxx, syy, n):
    a = (n * sxx - sx ** 2).clamp_min(0).sqrt()[:, None] * (n * syy - sy ** 2).clamp_min(0).sqrt()[None]
    return (n * xy - sx[:, None] * sy[None]) / (a + 1e-6)


@torch.no_grad()
def observe(runner, hooks, folder, text, batch=64, correlate_every=1):
    """-> by hook: token, feature, value (flat, by token), neurons and their correlation, partners and theirs, decoder rows."""
    device = runner.device
    ps = [{k: v.to(device) for k, v in storage.load(os.path.join(folder, h))[0].items()} for h in hooks]
    ws = [storage.encoder(p) for p in ps]
    d_ff = runner.model.c.d_ff
    n_of = [len(p["b_enc"]) for p in ps]
    new = lambda *shape: torch.zeros(*shape, dtype=torch.float64, device=device)
    sums = [{"xy": new(n, d_ff), "ff": new(n, n), "sf": new(n), "sff": new(n), "sn": new(d_ff), "snn": new(d_ff)} for n in n_of]
    found = [{"token": [], "feature": [], "value": []} for _ in hooks]
    counted = 0
    every = [f"blocks.{parse(h)[0]}.{s}" for h in hooks for s in ("hook_resid_post", "hook_mlp_out")]
    wanted = sorted(set(every) | set(hooks))
    for number, k in enumerate(range(0, len(text.rows), batch)):
        ids = torch.from_numpy(text.rows[k:k + batch, :-1]).to(device)
        real = ids != 0
        at = torch.from_numpy(text.index[k:k + batch, :-1]).to(device)[real]
        act = {h: x[real] for h, x in zip(wanted, runner.capture(ids, wanted))}
        correlate = number % correlate_every == 0
        counted += len(at) if correlate else 0
        for j, h in enumerate(hooks):
            layer, p = parse(h)[0], ps[j]
            pre = (act[h] - p["b_dec"]) @ ws[j] + p["b_enc"]
            f = torch.where(pre > p["threshold"], pre, torch.zeros_like(pre)).clamp_min(0)
            t, i = f.nonzero(as_tuple=True)
            found[j]["token"].append(at[t].cpu().numpy().astype(np.int32))
            found[j]["feature"].append(i.cpu().numpy().astype(np.int16))
            found[j]["value"].append(f[t, i].cpu().numpy())
            if correlate:
                m = neurons(runner.model, act[f"blocks.{layer}.hook_resid_post"], act[f"blocks.{layer}.hook_mlp_out"], layer)
                for key, v in (("xy", f.T @ m), ("ff", f.T @ f), ("sf", f.sum(0)), ("sff", f.pow(2).sum(0)), ("sn", m.sum(0)), ("snn", m.pow(2).sum(0))):
                    sums[j][key] += v
    out = []
    for j, h in enumerate(hooks):
        s = sums[j]
        near = pearson(s["xy"], s["sf"], s["sn"], s["sff"], s["snn"], counted)
        v, i = near.abs().topk(3, dim=1)
        ff = pearson(s["ff"], s["sf"], s["sf"], s["sff"], s["sff"], counted).fill_diagonal_(-2)
        pv, pi = ff.topk(3, dim=1)
        w = ps[j]["w_dec"]
        cos = torch.nn.functional.normalize(w, dim=1)
        cos = (cos @ cos.T).fill_diagonal_(-2)
        cv, ci = cos.topk(3, dim=1)
        logits = w @ runner.model.embed.T
        out.append({**{k: np.concatenate(x) for k, x in found[j].items()}, "n": n_of[j],
                    **{k: storage.numbers(x) for k, x in (("neurons", i), ("neurons_pearson", near.gather(1, i)), ("partners", pi), ("partners_pearson", pv), ("nearest", ci), ("nearest_cosine", cv),
                                                        ("top_tokens", logits.topk(HIGHEST, dim=1)[1]), ("bottom_tokens", (-logits).topk(LOWEST, dim=1)[1]), ("w_dec", w))}})
    return out
