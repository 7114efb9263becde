"""Feature records of all dictionaries from held-out text (../../src/dictionaries/RECORDS.md).

    python records.py --model DIR --corpus DIR --dictionaries DIR --figures FILE.json [--draw any]

`--figures`: what measure.py wrote; goes into index.json. Places on the map are rough ones (two principal components) until map.py has run. Everything random has the seed 0.
"""
import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch

import classes
import excerpts
import record_format as form
import rules
from activations import Runner, parse
from observe import SETS, Text, observe
from tokenizer import load_tokenizer

TOP_VOTES = 16
DRAWN = {"any": "at random", "evenly": "evenly over the strength of the activation"}  # how the contexts of a label are drawn, and how the card says it
_shared = {}


def by_feature(seen):
    """Sorts the activations by feature, then by token. -> starts [n + 1], token, value."""
    order = np.argsort(seen["feature"], kind="stable")  # they come in the order of tokens
    feature = seen["feature"][order]
    return np.searchsorted(feature, np.arange(seen["n"] + 1)), seen["token"][order], seen["value"][order]


def strongest(value, window, offset, count):
    """Places (in these arrays) of the strongest activations, one per window, none too near to its window's beginning."""
    out, used = [], set()
    for k in np.argsort(-value, kind="stable"):
        w = int(window[k])
        if w >= 0 and offset[k] >= excerpts.LEFT and w not in used:
            used.add(w)
            out.append(k)
            if len(out) == count:
                break
    return np.array(out, np.int64)


def votes_of(starts, token, value, n, window, offset):
    """For the choice of excerpts: the strongest contexts of every feature, and a few of the weaker ones."""
    f, w, weight = [], [], []
    for i in range(n):
        a, b = starts[i], starts[i + 1]
        k = a + np.argsort(-value[a:b], kind="stable")[:200]
        k = k[strongest(value[k], window[token[k]], offset[token[k]], TOP_VOTES)]
        f.append(np.full(len(k), i))
        w.append(window[token[k]])
        weight.append(1 / (4 + np.arange(len(k))))
    return np.concatenate(f), np.concatenate(w), np.concatenate(weight)


def contexts(rng, token, value, top, position, window, offset):
    """Positions and values of the contexts of one feature; `position`: place in excerpts.bin of every token, -1 if it isn't shipped."""
    ok = (position[token] >= 0) & (offset[token] >= excerpts.LEFT)
    token, value = token[ok], value[ok]
    where, size = np.zeros(form.CONTEXTS, np.int64), np.zeros(form.CONTEXTS)
    best = strongest(value, window[token], offset[token], form.TOP)
    where[:len(best)], size[:len(best)] = position[token[best]], value[best] / top
    free = np.ones(len(token), bool)
    free[best] = False
    for g in range(form.GROUPS):
        hi = 1 - g / form.GROUPS
        inside = np.flatnonzero(free & (value <= hi * top) & (value > (hi - 1 / form.GROUPS) * top))
        some = rules.draw(rng, inside, form.EACH)
        a = form.TOP + g * form.EACH
        where[a:a + len(some)], size[a:a + len(some)] = position[token[some]], value[some] / top
    return where, np.where(size > 0, np.maximum(size, 1 / 31), 0)


def assemble(hook):
    """All columns of the records of one dictionary. In a process of its own: reads what main put into `_shared`."""
    seen, grouped, views, tokens, position, window, offset = (_shared[k] for k in ("seen", "grouped", "views", "tokens", "position", "window", "offset"))
    seen, (starts, token, value) = seen[hook], grouped[hook]
    n, rng = seen["n"], np.random.default_rng(0)
    counts = np.diff(starts)
    live = counts > 0
    top = np.array([value[a:b].max(initial=0) for a, b in zip(starts[:-1], starts[1:])])
    columns = {"live": live, "density": counts / tokens, "max": top, "histogram": np.zeros((n, form.BINS)), "context_position": np.zeros((n, form.CONTEXTS)), "context_value": np.zeros((n, form.CONTEXTS))}
    for i in np.flatnonzero(live):
        a, b = starts[i], starts[i + 1]
        v = value[a:b]
        columns["histogram"][i] = np.bincount(np.clip(np.ceil(v / top[i] * form.BINS).astype(int) - 1, 0, form.BINS - 1), minlength=form.BINS) / len(v)
        columns["context_position"][i], columns["context_value"][i] = contexts(rng, token[a:b], v, np.float64(np.float16(top[i])), position, window, offset)
    made, own, other = rules.label_all(views, starts, token, value, n, seed=0, evenly=_shared["evenly"])
    scored = ~np.isnan(own)
    columns.update(rules.columns(made), rule_scored=scored, rule_auc=np.rint(np.nan_to_num(own) * 100), control_auc=np.rint(np.nan_to_num(other) * 100))
    for k in ("top_tokens", "bottom_tokens", "nearest", "nearest_cosine"):
        columns[k] = seen[k]
    for k in ("neurons", "neurons_pearson", "partners", "partners_pearson"):
        columns[k] = np.where(live[:, None], seen[k], -1 if k.endswith("pearson") else 0)
    for k in ("neurons_pearson", "partners_pearson"):
        columns[k] = np.where(live[:, None], columns[k], -1)
    return columns, own, other


def rough_map(rows):
    """Two principal components of all unit decoder rows, 0 to 1, as places until map.py has run."""
    w = np.concatenate(rows)
    w = w / np.linalg.norm(w, axis=1, keepdims=True)
    _, _, v = np.linalg.svd(w[:: max(1, len(w) // 8000)] - w.mean(0), full_matrices=False)
    xy = (w - w.mean(0)) @ v[:2].T
    rank = xy.argsort(0).argsort(0) / (len(xy) - 1)
    return np.split(rank, np.cumsum([len(r) for r in rows])[:-1])


def label_report(columns, own, other):
    """How the labels of one dictionary score; shares are of the live features."""
    live, scored = columns["live"].astype(bool), ~np.isnan(own)
    hist = np.histogram(own[scored], bins=[0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001])[0]
    return {"live": int(live.sum()), "scored": int(scored.sum()), "with_label": int((own[scored] >= 0.695).sum()), "label_share": round(float((own[scored] >= 0.695).sum() / max(1, live.sum())), 4),
            "median_auc": round(float(np.median(own[scored])), 4), "control_mean_auc": round(float(np.nanmean(other)), 4), "control_label_share": round(float((other[scored] >= 0.695).mean()), 4),
            "auc_below_0.5_0.6_0.7_0.8_0.9_1": [int(x) for x in hist]}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--model", required=True)
    ap.add_argument("--corpus", required=True)
    ap.add_argument("--dictionaries", required=True)
    ap.add_argument("--figures", required=True, help="what measure.py wrote; the label figures are put beside it")
    ap.add_argument("--hooks")
    ap.add_argument("--limit-bytes", type=int)
    ap.add_argument("--draw", choices=tuple(DRAWN), default="evenly", help="which firing tokens make and score a label: any, or evenly from the quarters of the range")
    ap.add_argument("--windows", type=int, default=excerpts.WINDOWS)
    ap.add_argument("--correlate-every", type=int, default=1, help="correlations over every so-many-th batch only")
    ap.add_argument("--workers", type=int, default=min(16, os.cpu_count()))
    a = ap.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with open(a.figures) as f:
        figures = json.load(f)
    hooks = a.hooks.split(",") if a.hooks else [r["hook"] for r in figures]
    text = Text(a.corpus, a.model, a.limit_bytes)
    tokens = len(text.row)
    print(tokens, "tokens of held-out text", flush=True)
    runner = Runner(a.model, device)
    seen = dict(zip(hooks, observe(runner, hooks, a.dictionaries, text, batch=64 if device == "cuda" else 8, correlate_every=a.correlate_every)))
    print("observed", flush=True)
    window, offset, starts = excerpts.grid(text)
    grouped = {h: by_feature(s) for h, s in seen.items()}
    chosen = excerpts.choose([votes_of(*grouped[h], seen[h]["n"], window, offset) for h in hooks], len(starts), min(a.windows, len(starts)))
    rank = np.full(len(starts) + 1, -1)
    rank[chosen] = np.arange(len(chosen))
    position = np.where(rank[window] >= 0, rank[window] * excerpts.LENGTH + offset, -1)
    table = load_tokenizer(a.model)
    vocab = table.get_vocab_size()
    views = rules.Views(text, classes.table([table.decode([i], skip_special_tokens=False) for i in range(vocab)]), vocab)
    _shared.update(seen=seen, grouped=grouped, views=views, tokens=tokens, position=position, window=window, offset=offset, evenly=a.draw == "evenly")
    flat = text.around(0)
    form.write_excerpts(a.dictionaries, flat[starts[chosen][:, None] + np.arange(excerpts.LENGTH)], excerpts.LENGTH,
                        [(s, int((text.set[starts[chosen]] == k).sum())) for k, s in enumerate(SETS)])
    places = dict(zip(hooks, rough_map([seen[h]["w_dec"] for h in hooks])))
    with ProcessPoolExecutor(a.workers, get_context("fork")) as pool:
        made = dict(zip(hooks, pool.map(assemble, hooks)))
    labels = {}
    for h in hooks:
        columns, own, other = made[h]
        columns["map"] = places[h]
        form.write(os.path.join(a.dictionaries, h), form.fields(seen[h]["n"], runner.model.c.d_ff, vocab, len(chosen) * excerpts.LENGTH), columns,
                   {"hook": h, "model": "lacuna-16m", "tokens": tokens, "classes": classes.listed()})
        labels[h] = {"drawn": DRAWN[a.draw], **label_report(columns, own, other)}
        print(h, labels[h], flush=True)
    write_index(a.dictionaries, figures, labels)


def write_index(folder, figures, labels):
    """index.json, and `labels.json` (for the card) beside the figures."""
    listed = [{"hook": r["hook"], "layer": parse(r["hook"])[0], "d_in": c["d_in"], "d_sae": c["d_sae"], "live": labels[r["hook"]]["live"], "l0": round(r["l0"], 2),
               "explained_variance": round(r["explained_variance"], 4), "folder": r["hook"]}
              for r in figures if r["hook"] in labels for c in [json.load(open(os.path.join(folder, r["hook"], "cfg.json")))]]
    with open(os.path.join(folder, "index.json"), "w") as f:
        json.dump({"format": "lacuna-dictionaries", "version": 1, "model": "lacuna-16m", "dictionaries": listed}, f, indent=1)
    with open(os.path.join(folder, "labels.json"), "w") as f:
        json.dump(labels, f, indent=1)


if __name__ == "__main__":
    main()
