"""A tiny made-up set of all the files, random but of the right form, for tests of a reader.

    python sample.py --out ../../src/dictionaries/golden/records-sample
"""
import argparse
import json
import os

import numpy as np
import torch

import classes
import record_format as form
import storage

OTHER = {"histogram": {"count": 16}, "top_tokens": {"count": 10}, "bottom_tokens": {"count": 10}, "context_value": {"bits": 6}, "map": {"bits": 12}}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    d, n, vocab, neurons, excerpts, length, bits = 16, 64, 512, 24, 32, 40, 6
    hook = "blocks.0.hook_resid_post"
    rng, g = np.random.default_rng(0), torch.Generator().manual_seed(0)
    folder = os.path.join(a.out, hook)
    p = {"w_dec": torch.randn(n, d, generator=g), "map": torch.eye(d) + 0.1 * torch.randn(d, d, generator=g), "scale": 0.05 + 0.02 * torch.rand(n, generator=g),
         "b_enc": 0.1 * torch.randn(n, generator=g), "b_dec": torch.randn(d, generator=g), "threshold": 0.3 + torch.rand(n, generator=g)}
    storage.save(folder, p, bits, storage.config(hook, d, n, bits, "made-up", 0, 8, 0))
    stored, _ = storage.load(folder)
    x = torch.randn(4, d, generator=g) * 3
    f = storage.encode(stored, x)
    layout = form.fields(n, neurons, vocab, excerpts * length)
    for field in layout:  # other numbers and widths than in the shipped records: a reader must take them from the file
        field.update(OTHER.get(field["name"], {}))
    columns = {}
    for field in layout:
        top = (1 << field["bits"]) - 1
        columns[field["name"]] = form.value(field, rng.integers(0, top + 1, (n, field["count"])))
    columns["max"] = np.float16(rng.random((n, 1)) * 8)
    columns["live"] = (rng.random((n, 1)) < 0.9).astype(int)
    columns["context_position"] = rng.integers(0, excerpts * length, (n, form.CONTEXTS))
    columns["neurons"] = rng.integers(0, neurons, (n, form.NEAR))
    columns["rule_slot"] = rng.integers(0, len(form.SLOTS), (n, form.RULE))
    is_class = columns["rule_slot"] >= form.SLOTS.index("token_class")
    columns["rule_value"] = np.where(is_class, rng.integers(0, len(classes.CLASSES), is_class.shape), rng.integers(1, vocab, is_class.shape))
    columns["rule_auc"], columns["control_auc"] = rng.integers(50, 101, (n, 1)), rng.integers(30, 71, (n, 1))
    form.write(folder, layout, columns, {"hook": hook, "model": "made-up", "tokens": 12345, "classes": classes.listed()})
    form.write_excerpts(a.out, rng.integers(1, vocab, (excerpts, length)), length, [("stories", 20), ("news", 12)])
    with open(os.path.join(a.out, "index.json"), "w") as out:
        json.dump({"format": "lacuna-dictionaries", "version": 1, "model": "made-up", "dictionaries": [
            {"hook": hook, "layer": 0, "d_in": d, "d_sae": n, "live": int(columns["live"].sum()), "l0": 8.0, "explained_variance": 0.5, "folder": hook}]}, out, indent=1)
    _, back = form.read(folder)
    with open(os.path.join(a.out, "expected.json"), "w") as out:  # what a reader has to find
        json.dump({"x": x.tolist(), "f": f.tolist(), "x_hat": storage.decode(stored, f).tolist(), "W_dec_row_3": stored["w_dec"][3].tolist(),
                   "W_enc_column_3": storage.encoder(stored)[:, 3].tolist(), "records": [{k: v[i].tolist() for k, v in back.items()} for i in (0, 3, n - 1)], "record_indices": [0, 3, n - 1]},
                  out)


if __name__ == "__main__":
    main()
