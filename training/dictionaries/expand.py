"""Writes shipped dictionaries as ordinary SAELens folders: float32, W_enc in full.

    python expand.py --dictionaries ../../public/dictionaries/lacuna-16m --out DIR [--hooks blocks.6.hook_resid_post]
"""
import argparse
import json
import os

from safetensors.torch import save_file

import storage


def expand(source, target):
    p, cfg = storage.load(source)
    os.makedirs(target, exist_ok=True)
    tensors = {"W_enc": storage.encoder(p), "b_enc": p["b_enc"], "W_dec": p["w_dec"], "b_dec": p["b_dec"], "threshold": p["threshold"]}
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(target, "sae_weights.safetensors"))
    with open(os.path.join(target, "cfg.json"), "w") as f:
        json.dump({k: v for k, v in cfg.items() if k != "lacuna"}, f, indent=1)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--dictionaries", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--hooks")
    a = ap.parse_args()
    with open(os.path.join(a.dictionaries, "index.json")) as f:
        folders = [d["folder"] for d in json.load(f)["dictionaries"]]
    for folder in a.hooks.split(",") if a.hooks else folders:
        expand(os.path.join(a.dictionaries, folder), os.path.join(a.out, folder))


if __name__ == "__main__":
    main()
