"""What `measure.py` measures, on a text that the app ships, for the app's own analyses to be held against.

    python export_metrics.py --model ../../public/models/lacuna-16m --dictionaries ../../public/dictionaries/lacuna-16m --text ../../src/models/calibration.ts --out ../../src/dictionaries/golden/metrics.json

The text is the template string of that file; its first `--tokens` tokens, id 0 in front, are one piece. Figures belong to the files whose SHA-256 stands beside them.
"""
import argparse
import hashlib
import json
import os
import re

import torch
from tokenizers import Tokenizer

import storage
from activations import Runner, parse
from measure import measure

KEYS = ("explained_variance", "l0", "ce_clean", "ce_sae", "ce_zero", "ce_mean", "delta_ce", "kl", "recovered_zero", "recovered_mean")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--dictionaries", required=True)
    ap.add_argument("--text", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--tokens", type=int, default=160)
    a = ap.parse_args()
    with open(a.text, encoding="utf-8") as f:
        text = re.search(r"`([^`]*)`", f.read().split("*/")[-1]).group(1)
    ids = [0] + Tokenizer.from_file(os.path.join(a.model, "tokenizer.json")).encode(text, add_special_tokens=False).ids[:a.tokens]
    runner = Runner(a.model, "cpu")
    hooks = sorted((h for h in os.listdir(a.dictionaries) if os.path.exists(os.path.join(a.dictionaries, h, "cfg.json"))), key=lambda h: (parse(h)[1], parse(h)[0]))
    rows = []
    for h in hooks:
        folder = os.path.join(a.dictionaries, h)
        with open(os.path.join(folder, "sae_weights.safetensors"), "rb") as f:
            digest = hashlib.sha256(f.read()).hexdigest()
        # the last column is only a target: 0 is none, so that every token of the text is read
        figures = measure(runner, h, storage.load(folder)[0], torch.tensor([ids + [0]]), 1)
        rows.append({"folder": h, "sha256": digest, **{k: round(figures[k], 6) for k in KEYS}})
    with open(a.out, "w") as f:
        json.dump({"ids": ids, "dictionaries": rows}, f, indent=1)
        f.write("\n")


if __name__ == "__main__":
    main()
