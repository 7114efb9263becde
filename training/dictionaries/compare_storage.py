"""What storing costs: explained variance and L0 of stage-one dictionaries (with an encoder of their own, or tied through a map), rounded to so many bits.

    python compare_storage.py --model DIR --data DIR --starts DIR,DIR --out FILE.json [--rows 48]
"""
import argparse
import json
import os

import torch

import storage
from activations import Runner, valid_rows
from corpus import SETS


def rounded(p, bits):
    """The parameters as they would be read back; `bits` None: as trained."""
    if bits is None:
        return p
    if "w_enc" in p:
        return {**p, "w_dec": storage.rounded_rows(p["w_dec"], bits), "w_enc": storage.rounded_rows(p["w_enc"].T, bits).T}
    return storage.as_stored(p, bits)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--data", required=True)
    ap.add_argument("--starts", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--rows", type=int, default=48, help="held-out pieces of every set")
    a = ap.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    runner = Runner(a.model, device)
    texts = torch.cat([valid_rows(a.data, s, a.rows) for s in SETS])[:, :-1].to(device)
    out = []
    for folder in a.starts.split(","):
        for file in sorted(f for f in os.listdir(folder) if f.endswith(".pt")):
            p = {k: v.to(device) for k, v in torch.load(os.path.join(folder, file), weights_only=True).items() if torch.is_tensor(v)}
            with torch.no_grad():
                x = torch.cat([runner.capture(part, [file[:-3]])[0][part != 0] for part in texts.split(16)])
                variance = (x - x.mean(0)).pow(2).sum()
                for bits in (None, 8, 6, 5, 4):
                    q = rounded(p, bits)
                    w = q["w_enc"] if "w_enc" in q else storage.encoder(q)
                    pre = (x - q["b_dec"]) @ w + q["b_enc"]
                    f = torch.where(pre > q["threshold"], pre, torch.zeros_like(pre))
                    row = {"run": os.path.basename(folder.rstrip("/")), "hook": file[:-3], "encoder": "own" if "w_enc" in q else "map", "bits": bits, "tokens": len(x),
                           "explained_variance": round(1 - float((f @ q["w_dec"] + q["b_dec"] - x).pow(2).sum() / variance), 4), "l0": round(float((f > 0).sum() / len(x)), 2)}
                    out.append(row)
                    print(row, flush=True)
    with open(a.out, "w") as f:
        json.dump(out, f, indent=1)


if __name__ == "__main__":
    main()
