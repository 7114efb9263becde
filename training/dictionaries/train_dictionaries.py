"""Stage one: BatchTopK dictionaries for several hooks at once, from one stream of activations.

    python train_dictionaries.py --model DIR --data DIR --out DIR --hooks blocks.0.hook_resid_post,blocks.4.hook_resid_post --seconds 500

In training the k * B largest activations of a batch of B tokens are kept. The encoder is the decoder seen through a map (storage.py). The decoder's rows have length one; latents that
fire too rarely learn from what the others leave (auxiliary loss). The last part runs with the decoder and the map rounded as they will be stored. `data` is made by ../prepare.py.
Writes `<hook>.pt`: the parameters in float32, in the model's own units, and `log.json`. A hook whose file exists is left out, so an interrupted run can be repeated.
"""
import argparse
import json
import os
import time

import torch
import torch.nn.functional as F

from activations import Runner, Stream
from storage import rounded_rows


def through(w, bits):
    """Rounded forward, straight through backward."""
    return w + (rounded_rows(w, bits) - w).detach() if bits else w


def sample_threshold(act, k, rounds=16):
    """Per dictionary [L, B, n], the value that k * B activations exceed, by bisection on the first tokens of the (shuffled) batch."""
    part = act[:, :1024]
    want = k * part.shape[1]
    hi = part.amax((1, 2)).float()
    lo = torch.zeros_like(hi)
    for _ in range(rounds):
        mid = (lo + hi) / 2
        more = (part > mid[:, None, None].to(part.dtype)).sum((1, 2)) > want
        lo, hi = torch.where(more, mid, lo), torch.where(more, hi, mid)
    return hi


def step(x, w_dec, enc, scale, b_enc, b_dec, k: int, bits: int, tied: bool):
    """x [L, B, d] -> squared error per dictionary, which latents fired, threshold, error, pre-activations."""
    t = torch.bfloat16 if x.is_cuda else torch.float32
    w = through(w_dec, bits).to(t)
    s = (x - b_dec[:, None]).to(t)
    if tied:
        pre = torch.bmm(torch.bmm(s, through(enc, 8 if bits else 0).to(t)), w.transpose(1, 2)) * scale[:, None].to(t) + b_enc[:, None].to(t)
    else:
        pre = torch.baddbmm(b_enc[:, None].to(t), s, enc.to(t))
    act = F.relu(pre)
    threshold = sample_threshold(act.detach(), k)
    kept = act > threshold[:, None, None].to(act.dtype)
    f = torch.where(kept, act, torch.zeros_like(act))
    err = torch.bmm(f, w) + b_dec[:, None] - x
    return err.pow(2).sum(-1).mean(1), kept.any(1), threshold, err.detach(), pre


def aux_loss(pre, err, silent, w_dec, k_aux):
    """Silent latents reconstruct what is left: the largest raw pre-activations, without the decoder's bias, relative to the error's own size."""
    v, i = pre.float().masked_fill(~silent[:, None], float("-inf")).topk(k_aux, dim=-1)
    f = torch.zeros_like(pre, dtype=torch.float32).scatter(-1, i, torch.where(v.isfinite(), v, torch.zeros_like(v)))
    e = (torch.bmm(f, w_dec) + err).pow(2).sum(-1).mean(1) / err.pow(2).sum(-1).mean(1).clamp_min(1e-9)
    return e * (silent.sum(1) / k_aux).clamp_max(1.0)


@torch.no_grad()
def along_rows(w, g):
    """Takes the part of the gradient along the decoder rows away (they are made unit vectors again after the step)."""
    g -= (g * w).sum(-1, keepdim=True) * w


@torch.no_grad()
def unit_rows(w):
    w /= w.norm(dim=-1, keepdim=True)


class Group:
    """Dictionaries of the same width, trained side by side."""

    def __init__(self, hooks, index, n, x0, a, device):
        self.hooks, self.index, self.a, self.n = hooks, index, a, n
        d, L = x0.shape[-1], len(hooks)
        x0 = x0[index].float()
        mean = x0.mean(1)
        self.norm = d ** 0.5 / x0.norm(dim=-1).mean(1)  # to a mean length of sqrt(d); undone at the end
        self.variance = ((x0 - mean[:, None]) * self.norm[:, None, None]).pow(2).sum(-1).mean(1)
        g = torch.Generator(device=device).manual_seed(a.seed)
        self.w_dec = torch.randn(L, n, d, generator=g, device=device)
        unit_rows(self.w_dec)
        self.enc = self.w_dec.transpose(1, 2).clone().contiguous() if a.untied else torch.eye(d, device=device).repeat(L, 1, 1)
        self.scale = torch.ones(L, n, device=device)
        self.b_enc, self.b_dec = torch.zeros(L, n, device=device), (mean * self.norm[:, None]).clone()
        self.params = [self.w_dec, self.enc, self.scale, self.b_enc, self.b_dec]
        for p in self.params:
            p.requires_grad_(True)
        self.opt = torch.optim.Adam(self.params, lr=a.lr, betas=(0.9, a.beta2), fused=device == "cuda")
        self.silent, self.ema = torch.zeros(L, n, device=device), torch.zeros(L, device=device)
        self.limit, self.any_silent = a.dead_after / a.batch, False
        fast = (lambda f: torch.compile(f, dynamic=False)) if a.compile else (lambda f: f)
        self.step, self.along, self.unit = fast(step), fast(along_rows), fast(unit_rows)

    def train(self, x, lr, bits, number):
        a = self.a
        for group in self.opt.param_groups:
            group["lr"] = lr
        x = x[self.index].float() * self.norm[:, None, None]
        sq, fired, threshold, err, pre = self.step(x, *self.params, a.k, bits, not a.untied)
        fvu = sq / self.variance
        loss = fvu.sum()
        if self.any_silent:
            b = min(a.batch, 1024)
            loss = loss + aux_loss(pre[:, :b], err[:, :b], self.silent > self.limit, self.w_dec, min(a.k_aux, self.n)).sum() / 32
        loss.backward()
        self.along(self.w_dec, self.w_dec.grad)
        self.opt.step()
        self.opt.zero_grad(set_to_none=True)
        self.unit(self.w_dec)
        with torch.no_grad():
            self.silent += 1
            self.silent[fired] = 0
            self.ema = threshold if number == 0 else self.ema + 0.003 * (threshold - self.ema)
        return fvu.detach()

    @torch.no_grad()
    def result(self, j):
        """One dictionary in the model's own units."""
        s = self.norm[j]
        enc = {"w_enc": self.enc[j]} if self.a.untied else {"map": self.enc[j], "scale": self.scale[j]}
        out = {"w_dec": self.w_dec[j], **enc, "b_enc": self.b_enc[j] / s, "b_dec": self.b_dec[j] / s, "threshold": (self.ema[j] / s).expand(self.n)}
        return {k: v.detach().float().cpu().clone() for k, v in out.items()}


def rate(p, a):
    """Factor on the learning rate at progress p in 0..1: full until `decay_from`, then linear to zero."""
    return min(1.0, (1 - p) / (1 - a.decay_from))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--hooks", required=True)
    ap.add_argument("--seconds", type=float, default=0, help="length of the run by the clock, after compilation")
    ap.add_argument("--steps", type=int, default=0, help="or by steps")
    ap.add_argument("--d-sae", type=int, default=2560)
    ap.add_argument("--d-sae-mlp", type=int, default=1280)
    ap.add_argument("--bits", type=int, default=6)
    ap.add_argument("--round-from", type=float, default=0.85, help="share of the run after which weights are rounded")
    ap.add_argument("--decay-from", type=float, default=0.4)
    ap.add_argument("--k", type=int, default=32)
    ap.add_argument("--k-aux", type=int, default=160)
    ap.add_argument("--dead-after", type=float, default=2e6, help="tokens without firing")
    ap.add_argument("--batch", type=int, default=4096)
    ap.add_argument("--buffer-rows", type=int, default=1024)
    ap.add_argument("--lr", type=float, default=6e-4)
    ap.add_argument("--beta2", type=float, default=0.999)
    ap.add_argument("--warmup", type=int, default=500)
    ap.add_argument("--untied", action="store_true", help="an encoder of its own, for comparison")
    ap.add_argument("--no-compile", dest="compile", action="store_false")
    ap.add_argument("--seed", type=int, default=0)
    a = ap.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    hooks = [h for h in a.hooks.split(",") if not os.path.exists(os.path.join(a.out, h + ".pt"))]
    if not hooks:
        return print("there already:", a.hooks)
    os.makedirs(a.out, exist_ok=True)
    runner = Runner(a.model, device, a.compile)
    stream = Stream(runner, a.data, hooks, rows=a.buffer_rows, step=128 if device == "cuda" else 4)
    x0, index = stream.refill()
    x0 = x0[:, index[:65536]]
    groups = []
    for n in sorted({a.d_sae, a.d_sae_mlp}, reverse=True):
        at = [j for j, h in enumerate(hooks) if (a.d_sae_mlp if h.endswith("mlp_out") else a.d_sae) == n]
        if at:
            groups.append(Group([hooks[j] for j in at], at, n, x0, a, device))
    del x0
    sync = torch.cuda.synchronize if device == "cuda" else (lambda: None)
    log = {"settings": {k: v for k, v in vars(a).items() if k not in ("model", "data", "out")}, "device": torch.cuda.get_device_name() if device == "cuda" else "cpu", "curve": []}
    for x in stream.batches(a.batch):  # compile both graphs before the clock starts
        keep = [[p.detach().clone() for p in g.params] for g in groups]
        for g, saved in zip(groups, keep):
            for bits in (0, a.bits):
                g.train(x, 0.0, bits, 0)
            g.opt.state.clear()
            with torch.no_grad():
                for p, q in zip(g.params, saved):
                    p.copy_(q)
        break
    sync()
    t0, number, p = time.time(), 0, 0.0
    for x in stream.batches(a.batch):
        if number % 20 == 0:
            sync()
            p = (time.time() - t0) / a.seconds if a.seconds else number / a.steps
            if p >= 1:
                break
        lr = a.lr * min(1.0, (number + 1) / a.warmup) * rate(p, a)
        fvu = [g.train(x, lr, a.bits if p >= a.round_from else 0, number) for g in groups]
        if number % 50 == 0:
            for g in groups:
                g.any_silent = bool((g.silent > g.limit).any())
        if number % 2000 == 0:
            now = {h: [round(float(v), 4), round(float(s), 4)] for g, f in zip(groups, fvu) for h, v, s in zip(g.hooks, f, (g.silent > g.limit).float().mean(1))}
            log["curve"].append({"step": number, "fvu_and_silent": now})
            print(f"{number} {time.time() - t0:.0f}s", " ".join(f"{h.split('.')[1]}{'m' if 'mlp' in h else ''}:{v[0]:.3f}/{v[1]:.3f}" for h, v in now.items()), flush=True)
        number += 1
    log.update(steps=number, tokens=number * a.batch, seconds=round(time.time() - t0, 1))
    print(f"{number} steps, {1000 * (time.time() - t0) / max(1, number):.2f} ms each", flush=True)
    for g in groups:
        for j, h in enumerate(g.hooks):
            torch.save({**g.result(j), "tokens": number * a.batch}, os.path.join(a.out, h + ".pt"))
    with open(os.path.join(a.out, f"log-{'-'.join(h.split('.')[1] + ('m' if 'mlp' in h else '') for h in hooks)}.json"), "w") as f:
        json.dump(log, f, indent=1)


if __name__ == "__main__":
    main()
