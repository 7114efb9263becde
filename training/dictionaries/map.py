"""Places of all features on one two-dimensional map: UMAP (umap-js, in node) on the directions of their decoder rows; puts them into the records.

    npm install --prefix SOMEWHERE umap-js@1.4.0
    python map.py --dictionaries DIR --umap SOMEWHERE

15 nearest neighbours by cosine, among all dictionaries (exact), minimal distance 0.1, 200 rounds, seed 0. Each axis is stretched to 0..1, the outermost 0.1% lie on the border.
"""
import argparse
import json
import os
import subprocess
import tempfile

import numpy as np
import torch

import record_format as form
import storage

NEIGHBOURS = 15


def nearest(w, k, part=2048):
    """Indices and cosine distances of the k nearest rows of w [n, d] (unit rows), each row first among its own."""
    index, distance = [], []
    for rows in torch.arange(len(w)).split(part):
        c = w[rows] @ w.T
        c[torch.arange(len(rows)), rows] = 2
        v, i = c.topk(k, dim=1)
        v[:, 0] = 1
        index.append(i)
        distance.append((1 - v).clamp_min(0))
    return torch.cat(index).to(torch.int32).numpy(), torch.cat(distance).float().numpy()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--dictionaries", required=True)
    ap.add_argument("--umap", required=True)
    a = ap.parse_args()
    with open(os.path.join(a.dictionaries, "index.json")) as f:
        folders = [os.path.join(a.dictionaries, d["folder"]) for d in json.load(f)["dictionaries"]]
    w = [torch.nn.functional.normalize(storage.load(f)[0]["w_dec"], dim=1) for f in folders]
    index, distance = nearest(torch.cat(w), NEIGHBOURS)
    with tempfile.TemporaryDirectory() as work:
        index.tofile(os.path.join(work, "indices.i32"))
        distance.tofile(os.path.join(work, "distances.f32"))
        subprocess.run(["node", os.path.join(os.path.dirname(os.path.abspath(__file__)), "map.mjs"), work, str(len(index)), str(NEIGHBOURS)], cwd=a.umap, check=True)
        xy = np.fromfile(os.path.join(work, "xy.f32"), np.float32).reshape(-1, 2)
    lo, hi = np.quantile(xy, 0.001, axis=0), np.quantile(xy, 0.999, axis=0)
    xy = np.clip((xy - lo) / (hi - lo), 0, 1)
    place(folders, xy)


def place(folders, xy):
    """Writes the records again with these places [all features, 2]; all other fields stay as they are, bit by bit."""
    at = 0
    for folder in folders:
        head, columns = form.read(folder)
        columns["map"] = xy[at:at + head["features"]]
        at += head["features"]
        form.write(folder, head["fields"], columns, {k: head[k] for k in ("hook", "model", "tokens", "classes")})


if __name__ == "__main__":
    main()
