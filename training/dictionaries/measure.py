"""The figures of dictionaries as they are shipped (read back from their files), on held-out text, in float32.

    python measure.py --model DIR --data DIR --dictionaries DIR --out FILE.json [--hooks ...] [--rows N] [--train-tokens 10e6]

Explained variance is 1 - sum |x - x^|^2 / sum |x - mean|^2 over all tokens but the separator (id 0); L0, cosine and the reconstruction bias over the same tokens. The losses are nats per token,
with the activation of every token but the separator replaced by the reconstruction, by zero, and by the mean; the last token of a text predicts nothing. Dead: never fired in `train-tokens` tokens of training text.
"""
import argparse
import json
import os

import torch
import torch.nn.functional as F

import storage
from activations import Rows, Runner, parse, valid_rows
from corpus import SETS


@torch.no_grad()
def measure(runner, hook, p, texts, batch):
    """texts int64 [rows, 513] (padded with 0)."""
    layer, _ = parse(hook)
    d = len(p["b_dec"])
    device = runner.device
    total = {k: 0.0 for k in ("tokens", "square", "error", "l0", "cosine", "xx", "xy")}
    mean, fired = torch.zeros(d, dtype=torch.float64, device=device), torch.zeros(len(p["b_enc"]), dtype=torch.float64, device=device)
    w = storage.encoder(p)
    encode = lambda x: (lambda pre: torch.where(pre > p["threshold"], pre, torch.zeros_like(pre)).clamp_min(0))((x - p["b_dec"]) @ w + p["b_enc"])
    parts = [texts[k:k + batch] for k in range(0, len(texts), batch)]
    for part in parts:
        ids = part[:, :-1].to(device)
        x = runner.capture(ids, [hook])[0][ids != 0]
        f = encode(x)
        y = storage.decode(p, f)
        mean += x.double().sum(0)
        fired += (f > 0).double().sum(0)
        for k, v in (("tokens", len(x)), ("square", x.double().pow(2).sum()), ("error", (y - x).double().pow(2).sum()), ("l0", (f > 0).sum()),
                     ("cosine", F.cosine_similarity(x, y, dim=-1).double().sum()), ("xx", y.double().pow(2).sum()), ("xy", (x * y).double().sum())):
            total[k] += float(v)
    n = total["tokens"]
    mean /= n
    variance = total["square"] - n * float(mean.pow(2).sum())
    loss, kl, count = {k: 0.0 for k in ("clean", "sae", "zero", "mean")}, 0.0, 0
    for part in parts:
        ids, target = part[:, :-1].to(device), part[:, 1:].to(device)
        act, post = runner.up_to(ids, hook)
        real, use = ids != 0, target != 0
        x = act[real]
        clean = None
        for k, y in (("clean", x), ("sae", storage.decode(p, encode(x))), ("zero", torch.zeros_like(x)), ("mean", mean.float().expand_as(x))):
            delta = torch.zeros_like(post)
            delta[real] = y - x
            logits = F.log_softmax(runner.go_on(post + delta, layer)[use], -1)
            loss[k] += float(F.nll_loss(logits, target[use], reduction="sum").double())
            if k == "clean":
                clean = logits
            elif k == "sae":
                kl += float(F.kl_div(logits, clean, log_target=True, reduction="sum").double())
        count += int(use.sum())
    ce = {k: v / count for k, v in loss.items()}
    density = fired / n
    return {"hook": hook, "explained_variance": 1 - total["error"] / variance, "l0": total["l0"] / n, "cosine": total["cosine"] / n, "reconstruction_bias": total["xx"] / total["xy"],
            "ce_clean": ce["clean"], "ce_sae": ce["sae"], "ce_zero": ce["zero"], "ce_mean": ce["mean"], "delta_ce": ce["sae"] - ce["clean"], "kl": kl / count,
            "recovered_zero": (ce["zero"] - ce["sae"]) / (ce["zero"] - ce["clean"]), "recovered_mean": (ce["mean"] - ce["sae"]) / (ce["mean"] - ce["clean"]),
            "silent_in_text": float((fired == 0).double().mean()), "dense_share": float((density > 0.1).double().mean()), "median_density": float(density.median()), "tokens": int(n),
            "targets": count}


@torch.no_grad()
def dead_share(runner, hooks, ps, data, tokens, step):
    """Share of latents that never fire in `tokens` tokens of training text, by hook."""
    rows, seen = Rows(data, 77), 0
    ws = [storage.encoder(p) for p in ps]
    fired = [torch.zeros(len(p["b_enc"]), dtype=torch.bool, device=runner.device) for p in ps]
    while seen < tokens:
        ids = rows.take(step).to(runner.device)
        real = ids != 0
        for j, h in enumerate(runner.capture(ids, hooks)):
            fired[j] |= ((h[real] - ps[j]["b_dec"]) @ ws[j] + ps[j]["b_enc"] > ps[j]["threshold"]).any(0)
        seen += int(real.sum())
    return [float((~f).double().mean()) for f in fired], seen


def rounded(row):
    return {k: round(v, 5) if isinstance(v, float) else v for k, v in row.items()}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--dictionaries", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--hooks")
    ap.add_argument("--rows", type=int, help="pieces of every set (default: all)")
    ap.add_argument("--train-tokens", type=float, default=10e6)
    a = ap.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    runner = Runner(a.model, device)
    hooks = a.hooks.split(",") if a.hooks else sorted((h for h in os.listdir(a.dictionaries) if os.path.exists(os.path.join(a.dictionaries, h, "cfg.json"))), key=lambda h: (parse(h)[1], parse(h)[0]))
    ps = [{k: v.to(device) for k, v in storage.load(os.path.join(a.dictionaries, h))[0].items()} for h in hooks]
    texts = torch.cat([valid_rows(a.data, s, a.rows) for s in SETS])
    texts = texts[(texts != 0).sum(1).argsort(stable=True)]  # like lengths together
    out = [measure(runner, h, p, texts, 64 if device == "cuda" else 4) for h, p in zip(hooks, ps)]
    if a.train_tokens:
        dead, seen = dead_share(runner, hooks, ps, a.data, a.train_tokens, 64 if device == "cuda" else 4)
        for row, d in zip(out, dead):
            row.update(dead=d, dead_tokens=seen)
    with open(a.out, "w") as f:
        json.dump([rounded(r) for r in out], f, indent=1)
    for r in out:
        print(f"{r['hook']} EV {r['explained_variance']:.4f} L0 {r['l0']:.2f} dead {r.get('dead', float('nan')):.4f} CE {r['ce_clean']:.4f} +{r['delta_ce']:.4f} zero {r['ce_zero']:.3f} mean {r['ce_mean']:.3f} "
              f"recovered {r['recovered_zero']:.4f} {r['recovered_mean']:.4f} bias {r['reconstruction_bias']:.3f}", flush=True)


if __name__ == "__main__":
    main()
