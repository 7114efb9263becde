"""Puts what a run measured into `figures/`: metrics.json (with labels, widths and bits), and the curves of the passes.

    python gather_figures.py --run DIR --out figures      # DIR: the folder make_dictionaries.py wrote

`--at-random`: the labels.json of a run of records.py with `--draw any`, put beside the shipped ones. Without it those that `figures` has already stay.
"""
import argparse
import glob
import json
import os


def read(path):
    with open(path) as f:
        return json.load(f)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--run", required=True)
    ap.add_argument("--out", required=True)
    ap.add_argument("--at-random")
    a = ap.parse_args()
    at = lambda *p: os.path.join(a.run, *p)
    os.makedirs(a.out, exist_ok=True)
    figures = os.path.join(a.out, "metrics.json")
    random = read(a.at_random) if a.at_random else {r["hook"]: r.get("labels_at_random") for r in read(figures)} if os.path.exists(figures) else {}
    labels, rows = read(at("shipped", "labels.json")), read(at("metrics.json"))
    for r in rows:
        cfg = read(at("shipped", r["hook"], "cfg.json"))
        r.update(d_sae=cfg["d_sae"], bits=cfg["lacuna"]["bits"], training_tokens=cfg["metadata"]["training_tokens"], labels=labels[r["hook"]])
        if random.get(r["hook"]):
            r["labels_at_random"] = random[r["hook"]]
    with open(figures, "w") as f:
        json.dump(rows, f, indent=1)
    for name, pattern in (("train", ("stage1", "log-*.json")), ("finish", ("finished", "log-*.json")), ("refine", ("shipped", "log-*.json"))):
        logs = {os.path.basename(p)[4:-5]: read(p) for p in sorted(glob.glob(at(*pattern)))}
        if logs:
            with open(os.path.join(a.out, name + ".json"), "w") as f:
                json.dump(logs, f)


if __name__ == "__main__":
    main()
