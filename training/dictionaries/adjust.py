"""Sets the thresholds of finished dictionaries so that L0 on held-out text is `l0`: one factor for all thresholds of a dictionary.

    python adjust.py --model DIR --data DIR --dictionaries DIR --figures FILE.json [--l0 32.9]

The held-out L0 is the one that measure.py found; how much a factor changes it is read off training text. So one number for each dictionary comes from held-out text. A dictionary
that is within 0.1 below `l0` stays as it is. The figures have to be measured again afterwards.
"""
import argparse
import json
import os

import torch
from safetensors.torch import load_file, save_file

import storage
from activations import Rows, Runner
from finish import activations_of


@torch.no_grad()
def factor(p, x, ratio):
    """The factor on the thresholds that changes L0 on x by `ratio`."""
    pre = (x - p["b_dec"]) @ storage.encoder(p) + p["b_enc"]
    l0 = lambda f: float((pre > (p["threshold"] * f).to(torch.float16).float()).sum()) / len(x)
    want = l0(1.0) * ratio
    lo, hi = 0.7, 1.4
    for _ in range(16):
        mid = (lo + hi) / 2
        lo, hi = (mid, hi) if l0(mid) > want else (lo, mid)
    return hi


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--dictionaries", required=True)
    ap.add_argument("--figures", required=True)
    ap.add_argument("--l0", type=float, default=32.9)
    a = ap.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    runner = Runner(a.model, device)
    with open(a.figures) as f:
        figures = json.load(f)
    for row in figures:
        if a.l0 - 0.1 <= row["l0"] <= a.l0:
            continue
        file = os.path.join(a.dictionaries, row["hook"], "sae_weights.safetensors")
        p = {k: v.to(device) for k, v in storage.load(os.path.dirname(file))[0].items()}
        x = activations_of(runner, Rows(a.data, 99), row["hook"], 100_000 if device == "cuda" else 2000, device)
        by = factor(p, x, a.l0 / row["l0"])
        tensors = load_file(file)
        tensors["threshold"] = (tensors["threshold"].float() * by).to(torch.float16)
        save_file(tensors, file)
        print(f"{row['hook']}: thresholds times {by:.4f}", flush=True)


if __name__ == "__main__":
    main()
