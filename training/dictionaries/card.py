"""The card of the dictionaries, written from the figures.

    python card.py --figures figures --out ../../public/dictionaries/lacuna-16m/README.md
"""
import argparse
import json
import os

AIMS = (("explained_variance", "explained variance ≥ 0.85", lambda r: r["explained_variance"] >= 0.85), ("l0", "L0 ≤ 33", lambda r: r["l0"] <= 33),
        ("recovered_zero", "loss recovered ≥ 0.975 against zero", lambda r: r["recovered_zero"] >= 0.975), ("recovered_mean", "loss recovered ≥ 0.975 against the mean", lambda r: r["recovered_mean"] >= 0.975),
        ("dead", "dead ≤ 1%", lambda r: r["dead"] <= 0.01), ("label", "label with AUC ≥ 0.7 for half of the features", lambda r: r["labels"]["label_share"] >= 0.5))
TEXT = """# Dictionaries of lacuna-16m

Sparse autoencoders on the residual stream after each of the {layers} layers ({n} features each) and on the outputs of the MLPs in layers {mlp} ({n_mlp} features each) of `../../models/lacuna-16m`, with records of what
their features do. SAELens layout; the files are described in `src/dictionaries/RECORDS.md` of the source repository, and `training/dictionaries/expand.py` writes them as ordinary float32 SAELens folders.

JumpReLU with a threshold for each feature, trained as BatchTopK (k = 32) and finished inside the model (fit and KL divergence), on {least:.0f} to {most:.0f} million tokens in all; `k` in cfg.json is
the L0 that the last pass aimed at, rounded. Decoder rows are stored with 4 or 5 bits an entry; the
encoder is the decoder seen through a 320 × 320 map (decision 0007 in `docs/decisions/`). The separator `<|endoftext|>` (id 0) was left out of training and of all figures, and keeps its activation in patched passes.

## Figures

From the files as they are, in float32, on all held-out text ({valid} tokens; {targets} predicted). EV: explained variance 1 − Σ|x−x̂|²/Σ|x−x̄|². CE: nats per token of the model as it is ({clean:.4f}), with the
reconstruction instead of the activation (ΔCE: difference), with zero, and with the mean activation. Recovered: share of the loss between ablation and clean that the reconstruction keeps. Dead: never fired in
{dead_tokens:.1f} million tokens of training text. Of the held-out text the training saw one number for each dictionary: a factor on its thresholds that sets L0. Labelled: share of the live features whose label has an AUC ≥ 0.7
(rounded to two digits, as the records have it). **Bold: misses its aim.**

| hook | bits | EV | L0 | dead | CE with x̂ | ΔCE | CE zero | CE mean | recovered (zero) | recovered (mean) | labelled |
|---|---|---|---|---|---|---|---|---|---|---|---|
{rows}

Aims: {aims}.

{misses}

MLP outputs add little each, so ablating one costs about 0.15 nats: the share recovered is of a small number there.

## Labels

A label is a rule on tokens: a weighted list of at most six parts (this token, the one before, two before, three to eight before, the next one, or a class of tokens). It is proposed from one half of the held-out
documents; in the other half it alone has to separate 50 positions where the feature fires from 50 where it doesn't, the firing ones drawn {drawn}. Below an AUC of 0.7 the app says *no label*. The label of
another feature is the control.{random}

| hook | labelled | median AUC | below .5 | .5-.6 | .6-.7 | .7-.8 | .8-.9 | above .9 | control: mean AUC | control: ≥ 0.7 | labelled, drawn at random | median AUC, drawn at random |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
{labels}

A rule says where a feature fires, not why; a feature without one may still mean something that isn't a matter of single tokens.

## Limits

The dictionaries know the text that they were trained on: children's stories, service dialogues, news, and an encyclopedia of 2015, US-centric and not checked line by line. `W_dec·W_U` in the records leaves the final norm
out and is no logit. Activations in the records are of a token in its whole text; on the 40 tokens of an excerpt alone they differ a little.

## Licence

CC BY-SA 4.0; sources of the text in `NOTICE`. The code is under the MIT licence.
"""


def row(r):
    def show(key, text):
        met = next((ok(r) for k, _, ok in AIMS if k == key), True)
        return text if met else f"**{text}**"
    return "| " + " | ".join((f"`{r['hook']}`", str(r["bits"]), show("explained_variance", f"{r['explained_variance']:.3f}"), show("l0", f"{r['l0']:.2f}"), show("dead", f"{100 * r['dead']:.2f}%"), f"{r['ce_sae']:.3f}",
                              f"{r['delta_ce']:.3f}", f"{r['ce_zero']:.3f}", f"{r['ce_mean']:.3f}", show("recovered_zero", f"{r['recovered_zero']:.4f}"), show("recovered_mean", f"{r['recovered_mean']:.4f}"),
                              show("label", f"{100 * r['labels']['label_share']:.0f}%"))) + " |"


def random_note(rows):
    """What the labels make of themselves where all firings count alike, which is most of them weak."""
    share = lambda some: "{:.0f}% to {:.0f}%".format(*(100 * f(r["labels_at_random"]["label_share"] for r in some) for f in (min, max)))
    if not all("labels_at_random" in r for r in rows):
        return ""
    residual, mlp = [[r for r in rows if kind in r["hook"]] for kind in ("resid", "mlp")]
    return (f"\n\n**How the contexts are drawn matters.** Most firings are weak, and a rule tells strong ones best. With contexts drawn at random among all firings (for the proposal, too; measured before the last change of the "
            f"thresholds,\nwhich is by a few percent), {share(residual)} of the features of a residual dictionary had a label, and {share(mlp)} of those of an MLP: the last two columns.\n"
            "So a label says what a feature answers to over its whole range, not what most of its weak firings are.")


def label_row(r):
    l, random = r["labels"], r.get("labels_at_random")
    return "| " + " | ".join((f"`{r['hook']}`", f"{100 * l['label_share']:.0f}%", f"{l['median_auc']:.2f}", *(str(x) for x in l["auc_below_0.5_0.6_0.7_0.8_0.9_1"]), f"{l['control_mean_auc']:.2f}", f"{100 * l['control_label_share']:.1f}%",
                              *((f"{100 * random['label_share']:.0f}%", f"{random['median_auc']:.2f}") if random else ("", "")))) + " |"


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--figures", required=True)
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    with open(os.path.join(a.figures, "metrics.json")) as f:
        rows = json.load(f)
    short = lambda r: r["hook"].replace("blocks.", "").replace(".hook_resid_post", "").replace(".hook_mlp_out", " (MLP)")
    residual, mlp = [r for r in rows if "resid" in r["hook"]], [r for r in rows if "mlp" in r["hook"]]
    missed = [(text, [short(r) for r in rows if not ok(r)]) for _, text, ok in AIMS]
    lines = [f"- {text}: missed by layers {', '.join(who)}" for text, who in missed if who]
    first = rows[0]
    with open(a.out, "w") as f:
        f.write(TEXT.format(layers=len(residual), n=first["d_sae"], mlp=", ".join(short(r).split()[0] for r in mlp), n_mlp=mlp[0]["d_sae"], least=min(r["training_tokens"] for r in rows) / 1e6, most=max(r["training_tokens"] for r in rows) / 1e6, valid=f"{first['tokens']:,}",
                            targets=f"{first['targets']:,}", clean=first["ce_clean"], dead_tokens=first["dead_tokens"] / 1e6, rows="\n".join(row(r) for r in rows), labels="\n".join(label_row(r) for r in rows),
                            aims="; ".join(t for _, t, _ in AIMS), drawn=first["labels"]["drawn"], random=random_note(rows),
                            misses="Missed:\n\n" + "\n".join(lines) if lines else "All are met."))


if __name__ == "__main__":
    main()
