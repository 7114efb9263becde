"""The layout of feature records: src/dictionaries/RECORDS.md says it in words.

`records.bin` holds one row of `stride` bytes a feature; `records.json` names the fields in the order of their bits.
"""
import json
import math
import os

import numpy as np

CONTEXTS, TOP, GROUPS, EACH, RULE = 14, 6, 4, 2, 6  # contexts in all: the top ones, then `EACH` from every interval from high to low; parts of a rule
BINS, HIGHEST, LOWEST, NEAR = 12, 8, 5, 3
SLOTS = ("none", "token", "previous", "before_previous", "earlier", "next", "token_class", "previous_class")


def fields(n, neurons, vocab, tokens):
    """n features, neurons of the layer's MLP, entries of the vocabulary, tokens in excerpts.bin."""
    of = lambda size: max(1, math.ceil(math.log2(size)))
    f, t, m, p = of(n), of(vocab), of(neurons), of(tokens)
    tenth = {"kind": "linear", "low": -1, "high": 1}
    return [
        {"name": "live", "count": 1, "bits": 1, "kind": "uint"},
        {"name": "density", "count": 1, "bits": 12, "kind": "log", "low": 1e-7, "high": 1},
        {"name": "max", "count": 1, "bits": 16, "kind": "float16"},
        {"name": "histogram", "count": BINS, "bits": 4, "kind": "log", "low": 2.75e-5, "high": 1},
        {"name": "top_tokens", "count": HIGHEST, "bits": t, "kind": "uint"},
        {"name": "bottom_tokens", "count": LOWEST, "bits": t, "kind": "uint"},
        {"name": "context_value", "count": CONTEXTS, "bits": 5, "kind": "linear", "low": 0, "high": 1},
        {"name": "context_position", "count": CONTEXTS, "bits": p, "kind": "uint"},
        {"name": "neurons", "count": NEAR, "bits": m, "kind": "uint"},
        {"name": "neurons_pearson", "count": NEAR, "bits": 7, "kind": "linear", **{k: tenth[k] for k in ("low", "high")}},
        {"name": "partners", "count": NEAR, "bits": f, "kind": "uint"},
        {"name": "partners_pearson", "count": NEAR, "bits": 7, **tenth},
        {"name": "nearest", "count": NEAR, "bits": f, "kind": "uint"},
        {"name": "nearest_cosine", "count": NEAR, "bits": 7, **tenth},
        {"name": "map", "count": 2, "bits": 11, "kind": "linear", "low": 0, "high": 1},
        {"name": "rule_slot", "count": RULE, "bits": 3, "kind": "uint"},
        {"name": "rule_value", "count": RULE, "bits": t, "kind": "uint"},
        {"name": "rule_weight", "count": RULE, "bits": 2, "kind": "uint"},
        {"name": "rule_scored", "count": 1, "bits": 1, "kind": "uint"},
        {"name": "rule_auc", "count": 1, "bits": 7, "kind": "uint"},
        {"name": "control_auc", "count": 1, "bits": 7, "kind": "uint"},
    ]


def code(field, values):
    """Values -> whole numbers of `bits` bits."""
    top = (1 << field["bits"]) - 1
    v = np.asarray(values)
    kind = field["kind"]
    if kind == "uint":
        return v.astype(np.int64)
    if kind == "float16":
        return v.astype(np.float16).view(np.uint16).astype(np.int64)
    lo, hi = field["low"], field["high"]
    if kind == "linear":  # both ends are exact
        return np.clip(np.rint((v - lo) / (hi - lo) * top), 0, top).astype(np.int64)
    with np.errstate(divide="ignore"):  # log: 0 means nothing at all
        q = 1 + np.rint((np.log(v) - math.log(lo)) / (math.log(hi) - math.log(lo)) * (top - 1))
    return np.where(v > 0, np.clip(q, 1, top), 0).astype(np.int64)


def value(field, codes):
    """The inverse of `code`."""
    top = (1 << field["bits"]) - 1
    kind = field["kind"]
    if kind == "uint":
        return codes
    if kind == "float16":
        return codes.astype(np.uint16).view(np.float16).astype(np.float64)
    lo, hi = field["low"], field["high"]
    if kind == "linear":
        return lo + codes / top * (hi - lo)
    return np.where(codes > 0, np.exp(math.log(lo) + (codes - 1) / (top - 1) * (math.log(hi) - math.log(lo))), 0.0)


def write(folder, layout, columns, header):
    """columns: name -> [n] or [n, count]. Writes records.bin and records.json."""
    parts = []
    for f in layout:
        c = code(f, columns[f["name"]])
        c = c.reshape(len(c), f["count"])
        assert c.min() >= 0 and c.max() < 1 << f["bits"], f["name"]
        parts.append((c[..., None] >> np.arange(f["bits"]) & 1).astype(np.uint8).reshape(len(c), -1))
    rows = np.packbits(np.concatenate(parts, 1), axis=1, bitorder="little")
    rows.tofile(os.path.join(folder, "records.bin"))
    with open(os.path.join(folder, "records.json"), "w") as out:
        json.dump({"format": "lacuna-feature-records", "version": 1, **header, "features": len(rows), "stride": rows.shape[1], "slots": list(SLOTS), "fields": layout}, out, indent=1)


def read(folder):
    """-> header, columns: name -> [n, count] of decoded values."""
    with open(os.path.join(folder, "records.json")) as f:
        head = json.load(f)
    rows = np.fromfile(os.path.join(folder, "records.bin"), np.uint8).reshape(head["features"], head["stride"])
    stream = np.unpackbits(rows, axis=1, bitorder="little")
    out, at = {}, 0
    for f in head["fields"]:
        bits, count = f["bits"], f["count"]
        c = (stream[:, at:at + bits * count].reshape(len(rows), count, bits).astype(np.int64) << np.arange(bits)).sum(-1)
        out[f["name"]] = value(f, c)
        at += bits * count
    return head, out


def write_excerpts(folder, tokens, length, sets):
    """tokens [excerpts, length] -> excerpts.bin (uint16), excerpts.json. sets: [(name, number of excerpts)] in order."""
    np.ascontiguousarray(tokens, np.uint16).tofile(os.path.join(folder, "excerpts.bin"))
    at, listed = 0, []
    for name, count in sets:
        listed.append({"name": name, "from": at, "to": at + count})
        at += count
    with open(os.path.join(folder, "excerpts.json"), "w") as f:
        json.dump({"format": "lacuna-excerpts", "version": 1, "excerpts": len(tokens), "length": length, "sets": listed}, f, indent=1)
