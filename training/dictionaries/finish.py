"""Stage two: one dictionary at a time, inside the model and as it will be stored.

    python finish.py --model DIR --data DIR --start DIR --out DIR --hooks ... --seconds 40 --gamma 0.5 [--plan FILE.json]

Continues from `<start>/<hook>.pt` (stage one) or `<start>/<hook>/` (an earlier pass of this) with the weights rounded in every step (straight-through gradient), a threshold for each latent (gradient by the rectangle kernel of JumpReLU training; the
mean threshold follows from the wanted L0, so the gradient is taken relative to the mean one), and the loss

    FVU + gamma * KL(model || model with the reconstruction), the KL scaled to the size of the FVU.

At the end all thresholds are multiplied by one factor so that L0 on training text is `l0`. `--plan` may set bits, gamma, l0 and seconds for single hooks. Writes `<out>/<hook>/` (storage.py).
"""
import argparse
import json
import math
import os
import time

import torch
import torch.nn.functional as F

import storage
from activations import Rows, Runner, parse
from reference import JumpReLU
from train_dictionaries import through


def forward(p, x, tau, level, bits, bandwidth):
    """x [tokens, d] -> f, reconstruction, pre-activations, thresholds."""
    w = through(p["w_dec"], bits)
    pre = ((x - p["b_dec"]) @ through(p["map"], 8)) @ w.T * p["scale"] + p["b_enc"]
    theta = (level + tau).exp()
    f = JumpReLU.apply(pre, theta, bandwidth)
    return f, f @ w + p["b_dec"], pre, theta


@torch.no_grad()
def activations_of(runner, rows, hook, count, device):
    """About `count` real activations of training text [tokens, d], float32."""
    out, have = [], 0
    while have < count:
        ids = rows.take(32 if device == "cuda" else 2).to(device)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            h = runner.capture(ids, [hook])[0]
        out.append(h[ids != 0].float())
        have += len(out[-1])
    return torch.cat(out)


@torch.no_grad()
def calibrate(p, x, target):
    """The factor on the thresholds that gives L0 `target` on x; p as it is stored."""
    pre = lambda part: (part - p["b_dec"]) @ storage.encoder(p) + p["b_enc"]
    lo, hi = math.log(0.3), math.log(3.0)
    for _ in range(14):
        mid = (lo + hi) / 2
        q = storage.as_stored({**p, "threshold": p["threshold"] * math.exp(mid)}, 8)["threshold"]
        l0 = sum(float((pre(part) > q).sum()) for part in x.split(65536)) / len(x)
        lo, hi = (mid, hi) if l0 > target else (lo, mid)
    return math.exp(hi)


def finish(runner, hook, start, a, device):
    layer, _ = parse(hook)
    rows = Rows(a.data, a.seed + 1000 + layer)
    p = {k: v.to(device) for k, v in start.items() if torch.is_tensor(v)}
    sample = activations_of(runner, rows, hook, 65536 if device == "cuda" else 2048, device)
    norm = float(sample.shape[-1] ** 0.5 / sample.norm(dim=-1).mean())
    variance = float(((sample - sample.mean(0)) * norm).pow(2).sum(-1).mean())
    for k in ("b_enc", "b_dec", "threshold"):
        p[k] = p[k] * norm
    logs = p.pop("threshold").log()
    level = float(logs.mean())
    p = {k: v.clone().requires_grad_(True) for k, v in p.items()}
    tau = (logs - level).clone().requires_grad_(True)
    opt = torch.optim.Adam([{"params": list(p.values()), "rate": a.lr}, {"params": [tau], "rate": a.lr_threshold}], betas=(0.9, 0.999))
    t0, n, done, curve, kl_mean = time.time(), 0, 0.0, [], None
    while True:
        if n % 10 == 0:
            if device == "cuda":
                torch.cuda.synchronize()
            done = (time.time() - t0) / a.seconds if a.seconds else n / a.steps
            if done >= 1:
                break
        for g in opt.param_groups:
            g["lr"] = g["rate"] * min(1.0, (n + 1) / 100) * (1 - done)
        ids = rows.take(a.rows).to(device)
        real = ids != 0
        with torch.no_grad(), torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            act, post = runner.up_to(ids, hook)
            clean = F.log_softmax(runner.go_on(post, layer)[real].float(), -1) if a.gamma else None
        x = act[real].float() * norm
        f, y, pre, theta = forward(p, x, tau, level, a.bits, math.exp(level) * a.bandwidth)
        fvu = (y - x).pow(2).sum(-1).mean() / variance
        loss = fvu
        if a.gamma:
            delta = torch.zeros_like(post)
            delta[real] = ((y - x) / norm).to(post.dtype)
            with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
                logits = runner.go_on(post + delta, layer)
            kl = F.kl_div(F.log_softmax(logits[real].float(), -1), clean, log_target=True, reduction="batchmean")
            if n % 10 == 0:
                kl_mean = float(kl.detach()) if kl_mean is None else kl_mean + 0.1 * (float(kl.detach()) - kl_mean)
            loss = fvu + a.gamma * kl * (fvu.detach() / kl_mean)
        loss.backward()
        with torch.no_grad():
            near = (((pre - theta) / (math.exp(level) * a.bandwidth)).abs() < 0.5).float().mean(0) * theta
            tau.grad -= tau.grad.sum() / near.sum().clamp_min(1e-9) * near
            l0 = float((pre > theta).float().sum(-1).mean()) if n % 10 == 0 else None
        opt.step()
        opt.zero_grad(set_to_none=True)
        if l0 is not None:
            level += 0.1 * math.log(l0 / a.l0)
        if n % 200 == 0:
            curve.append({"step": n, "fvu": round(float(fvu.detach()), 4), "kl": round(float(kl.detach()), 4) if a.gamma else None, "l0": round(l0, 2), "tau": round(float(tau.detach().std()), 3)})
            print(hook, f"{time.time() - t0:.0f}s", curve[-1], flush=True)
        n += 1
    with torch.no_grad():
        out = {"w_dec": p["w_dec"], "map": p["map"], "scale": p["scale"], "b_enc": p["b_enc"] / norm, "b_dec": p["b_dec"] / norm, "threshold": (level + tau).exp() / norm}
        out = {k: v.detach() for k, v in out.items()}
        stored = storage.as_stored(out, a.bits)
        x = activations_of(runner, rows, hook, 600_000 if device == "cuda" else 4096, device)
        out["threshold"] = out["threshold"] * calibrate(stored, x, a.l0)
        # a latent that never fires above its threshold may still be shipped; it counts as dead
    c = runner.model.c
    storage.save(os.path.join(a.out, hook), out, a.bits,
                 storage.config(hook, c.d_model, len(out["b_enc"]), a.bits, a.name, start["tokens"] + n * a.rows * 512, round(a.l0), a.seed, c.ctx))
    return {"steps": n, "seconds": round(time.time() - t0, 1), "curve": curve}


def starting(folder, hook):
    """The parameters to go on from, and `tokens` seen so far."""
    if os.path.exists(os.path.join(folder, hook + ".pt")):
        return torch.load(os.path.join(folder, hook + ".pt"), weights_only=True)
    p, cfg = storage.load(os.path.join(folder, hook))
    return {**p, "tokens": cfg["metadata"]["training_tokens"]}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--start", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--hooks", required=True)
    ap.add_argument("--seconds", type=float, default=0)
    ap.add_argument("--steps", type=int, default=0)
    ap.add_argument("--rows", type=int, default=16)
    ap.add_argument("--bits", type=int, default=6)
    ap.add_argument("--gamma", type=float, default=0.5)
    ap.add_argument("--lr", type=float, default=2e-4)
    ap.add_argument("--lr-threshold", type=float, default=2e-3)
    ap.add_argument("--bandwidth", type=float, default=0.3, help="width of the kernel, relative to the mean threshold")
    ap.add_argument("--l0", type=float, default=32.4)
    ap.add_argument("--plan")
    ap.add_argument("--name", default="lacuna-16m")
    ap.add_argument("--seed", type=int, default=0)
    a = ap.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_float32_matmul_precision("high")
    runner = Runner(a.model, device)
    plan = {}
    if a.plan:
        with open(a.plan) as f:
            plan = json.load(f)
    for hook in a.hooks.split(","):
        if os.path.exists(os.path.join(a.out, hook, "cfg.json")):
            print("there already:", hook)
            continue
        b = argparse.Namespace(**{**vars(a), **plan.get(hook, {})})
        log = finish(runner, hook, starting(a.start, hook), b, device)
        with open(os.path.join(a.out, f"log-{hook}.json"), "w") as f:
            json.dump({"settings": {k: v for k, v in vars(b).items() if k not in ("model", "data", "out", "start", "plan")}, **log}, f)


if __name__ == "__main__":
    main()
