"""All dictionaries and records of the built-in model: one command.

    python make_dictionaries.py --corpus DIR [--out ../out/dictionaries] [--until STEP] [--quick]

Hooks are shared out over the GPUs there are; without one everything runs on the processor (`--quick` does it with very little). Whatever is there already is not done again, so an interrupted
run goes on where it stopped. The result is `<out>/shipped`, ready for public/dictionaries/lacuna-16m; places on the map come from map.py.
"""
import argparse
import json
import os
import subprocess
import sys
import time

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "..", "..", "public", "models", "lacuna-16m")
RESIDUAL = [f"blocks.{l}.hook_resid_post" for l in range(12)]
MLP = [f"blocks.{l}.hook_mlp_out" for l in (2, 6, 10)]
STEPS = ("data", "train", "finish", "refine", "measure", "adjust", "records")
# Last pass: bits of the decoder as shipped, wanted L0 on training text (a little apart from that on held-out text), weight of the KL, share of the time.
PLAN = {**{h: {"bits": b, "l0": l0, "gamma": g, "share": s} for h, b, l0, g, s in zip(
            RESIDUAL, (4, 4, 4) + (5,) * 9, (32.1, 32.35, 32.2, 32.55, 32.75, 32.7, 32.75) + (32.9,) * 5, (0.5,) * 5 + (2.0,) * 7, (0.4,) * 5 + (1.0,) * 7)},
        **{h: {"bits": 5, "l0": 32.9, "gamma": 0.5, "share": 0.4} for h in MLP}}


def call(script, *args, gpu=None, where=HERE):
    env = dict(os.environ) if gpu is None else {**os.environ, "CUDA_VISIBLE_DEVICES": str(gpu)}
    return subprocess.Popen([sys.executable, os.path.join(where, script), *map(str, args)], env=env)


def together(jobs):
    if any([j.wait() for j in jobs]):
        sys.exit("a step failed")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--corpus", required=True)
    ap.add_argument("--out", default=os.path.join(HERE, "..", "out", "dictionaries"))
    ap.add_argument("--until", choices=STEPS, default="records")
    ap.add_argument("--steps", help="only these, with commas between them")
    ap.add_argument("--seconds", type=float, default=520, help="of the first stage, by GPU")
    ap.add_argument("--finish-seconds", type=float, default=16, help="of the second stage's first pass, by dictionary")
    ap.add_argument("--refine-seconds", type=float, default=50, help="of its second pass, two dictionaries at a time on a GPU; some take a share of it")
    ap.add_argument("--lr", default="2e-3")
    ap.add_argument("--quick", action="store_true")
    a = ap.parse_args()
    q, steps = a.quick, a.steps.split(",") if a.steps else STEPS[:STEPS.index(a.until) + 1]
    at = lambda *p: os.path.join(a.out, *p)
    gpus = max(1, torch.cuda.device_count())
    residual, mlp = (RESIDUAL[:2], MLP[:1]) if q else (RESIDUAL, MLP)
    shares = [[h for i, h in enumerate(residual) if i % gpus == g] + [h for i, h in enumerate(mlp) if (gpus - 1 - i) % gpus == g] for g in range(gpus)]
    shares = [s for s in shares if s]
    hooks = residual + mlp
    model, t0 = ["--model", MODEL], time.time()
    if "data" in steps and not os.path.exists(at("data", "pool.json")):
        together([call("prepare.py", "--corpus", a.corpus, "--tokenizer", MODEL, "--out", at("data"), "--packings", 1,
                       *(("--limit-bytes", 200000, "--generated", 0.001, "--chunks", 1) if q else ("--generated", 0.02)), where=os.path.join(HERE, ".."))])
    data = ["--data", at("data")]
    if "train" in steps:
        together([call("train_dictionaries.py", *model, *data, "--out", at("stage1"), "--hooks", ",".join(s), "--lr", a.lr,
                       *(("--steps", 20, "--batch", 512, "--buffer-rows", 8, "--no-compile") if q else ("--seconds", a.seconds)), gpu=g) for g, s in enumerate(shares)])
    if "finish" in steps:
        together([call("finish.py", *model, *data, "--start", at("stage1"), "--out", at("finished"), "--hooks", ",".join(s),
                       *(("--steps", 11, "--rows", 1) if q else ("--seconds", a.finish_seconds)), gpu=g) for g, s in enumerate(shares)])
    if "refine" in steps:
        with open(at("plan.json"), "w") as f:
            json.dump({h: {**{k: v for k, v in p.items() if k != "share"}, **({} if q else {"seconds": a.refine_seconds * p["share"]})} for h, p in PLAN.items()}, f, indent=1)
        queues = [[] for _ in range(2 * gpus)]
        for h in sorted(hooks, key=lambda h: -PLAN[h]["share"]):
            min(queues, key=lambda r: sum(PLAN[x]["share"] for x in r)).append(h)
        together([call("finish.py", *model, *data, "--start", at("finished"), "--out", at("shipped"), "--hooks", ",".join(r), "--plan", at("plan.json"), "--lr", "3e-4", "--seed", 1,
                       *(("--steps", 11, "--rows", 1) if q else ()), gpu=i % gpus) for i, r in enumerate(queues) if r])
    def measure():
        together([call("measure.py", *model, *data, "--dictionaries", at("shipped"), "--out", at(f"measured-{g}.json"), "--hooks", ",".join(s), *(("--rows", 2, "--train-tokens", 2000) if q else ()), gpu=g)
                  for g, s in enumerate(shares)])
        rows = {r["hook"]: r for g in range(len(shares)) for r in json.load(open(at(f"measured-{g}.json")))}
        with open(at("metrics.json"), "w") as f:
            json.dump([rows[h] for h in hooks], f, indent=1)

    if "measure" in steps:
        measure()
    if "adjust" in steps:
        together([call("adjust.py", *model, *data, "--dictionaries", at("shipped"), "--figures", at("metrics.json"))])
        measure()
    if "records" in steps:
        together([call("records.py", *model, "--corpus", a.corpus, "--dictionaries", at("shipped"), "--figures", at("metrics.json"), *(("--limit-bytes", 20000, "--windows", 100) if q else ()))])
    print(f"{steps[-1]}: {time.time() - t0:.0f} s", flush=True)


if __name__ == "__main__":
    main()
