"""Golden files for the app's dictionary code: every architecture with random weights, computed in float64, stored in float32.

    python export_golden.py --out ../../src/dictionaries/golden

Writes `architectures.{json,safetensors}`: for every case its configuration and the tensors `<case>/<name>`: the parameters in the keys of the package, inputs and results. Results of a
training loss are `loss` and `grad.<parameter>`.
"""
import argparse
import json
import os

import torch
from safetensors.torch import save_file

import reference as ref

D, N, T = 8, 24, 6
CASES, TENSORS = [], {}


def normal(seed, *shape, scale=1.0):
    """float32 numbers, held in float64."""
    g = torch.Generator().manual_seed(seed)
    return (torch.randn(*shape, generator=g) * scale).float().double()


def add(name, config, params, inputs, results):
    CASES.append({"name": name, "config": config, "parameters": sorted(params), "inputs": sorted(inputs), "results": sorted(results)})
    for k, v in {**params, **inputs, **results}.items():
        TENSORS[f"{name}/{k}"] = v.detach().to(torch.float32).contiguous().clone() if v.is_floating_point() else v.to(torch.int32)


def base(seed=1, d_out=D, **more):
    p = {"W_enc": normal(seed, D, N, scale=0.6), "b_enc": normal(seed + 1, N, scale=0.2), "W_dec": normal(seed + 2, N, d_out, scale=0.4), "b_dec": normal(seed + 3, d_out, scale=0.3)}
    return {**p, **{k: v for k, v in more.items() if v is not None}}


def positive(seed, n=N):
    return normal(seed, n).abs() * 0.6 + 0.1


def saelens():
    x = normal(100, T, D)
    gated = {k: v for k, v in base().items() if k != "b_enc"} | {"b_gate": normal(11, N, scale=0.2), "b_mag": normal(12, N, scale=0.2), "r_mag": normal(13, N, scale=0.3)}
    cases = [("standard", "standard", base(), {}), ("standard-no-b_dec", "standard", base(), {"apply_b_dec_to_input": False}), ("gated", "gated", gated, {}),
             ("topk", "topk", base(), {"k": 4}), ("topk-rescaled", "topk", base(), {"k": 4, "rescale_acts_by_decoder_norm": True}),
             ("batchtopk", "batchtopk", base(), {"k": 3}), ("jumprelu", "jumprelu", base(threshold=positive(14)), {}),
             ("jumprelu-no-b_dec", "jumprelu", base(threshold=positive(14)), {"apply_b_dec_to_input": False}),
             ("constant-norm", "standard", base(), {"normalize_activations": "constant_norm_rescale"}),
             ("layer-norm", "standard", base(), {"normalize_activations": "layer_norm"}),
             ("layer-norm-topk", "topk", base(), {"normalize_activations": "layer_norm", "k": 5})]
    for name, kind, p, more in cases:
        c = {"architecture": kind, "apply_b_dec_to_input": True, "normalize_activations": "none", **more}
        f = ref.encode(p, x, c)
        add(name, c, p, {"x": x}, {"f": f, "x_hat": ref.decode(p, f, c, x)})
    # the running threshold after one step of training, from zero
    f = ref.encode(base(), x, {"architecture": "batchtopk", "apply_b_dec_to_input": True, "k": 3})
    TENSORS["batchtopk/threshold_after_one_step"] = (0.01 * f[f > 0].min()).float().reshape(1)
    # an average norm, folded away
    p, s = base(), float(D ** 0.5 / x.norm(dim=-1).mean())
    s = torch.tensor([s]).float().double()
    q = {**p, "W_enc": p["W_enc"] * s, "W_dec": p["W_dec"] / s, "b_dec": p["b_dec"] / s}
    c = {"architecture": "standard", "apply_b_dec_to_input": True, "normalize_activations": "none"}
    f = ref.encode(q, x, c)
    add("average-norm-folded", {**c, "before_folding": "expected_average_only_in", "scale": float(s)}, {f"before.{k}": v for k, v in p.items()} | q, {"x": x},
        {"f": f, "x_hat": ref.decode(q, f, c)})
    for name, p in (("standard", base()), ("jumprelu", base(threshold=positive(14))), ("gated", gated)):
        c = {"architecture": name, "apply_b_dec_to_input": True, "normalize_activations": "none"}
        q = ref.fold_decoder_norm(p)
        f, g = ref.encode(p, x, c), ref.encode(q, x, c)
        assert torch.allclose(ref.decode(p, f, c), ref.decode(q, g, c), atol=1e-10)
        add(f"fold-norm-{name}", c, p, {"x": x}, {f"folded.{k}": v for k, v in q.items()} | {"f": f, "f_folded": g, "x_hat": ref.decode(p, f, c)})
    p = base()
    add("absorb-b_dec", {"architecture": "standard"}, p, {"x": x}, {"b_enc_absorbed": p["b_enc"] - p["b_dec"] @ p["W_enc"], "f": ref.encode(p, x, {"architecture": "standard", "apply_b_dec_to_input": True})})
    out = 10
    for name, kind, p in (("transcoder", "transcoder", base(d_out=out)), ("skip_transcoder", "skip_transcoder", base(d_out=out, W_skip=normal(15, out, D, scale=0.3))),
                          ("jumprelu_transcoder", "jumprelu_transcoder", base(d_out=out, threshold=positive(14))),
                          ("jumprelu_skip_transcoder", "jumprelu_skip_transcoder", base(d_out=out, threshold=positive(14), W_skip=normal(15, out, D, scale=0.3)))):
        c = {"architecture": kind, "apply_b_dec_to_input": False, "normalize_activations": "none"}
        f = ref.encode(p, x, c)
        add(name, c, p, {"x": x}, {"f": f, "y": ref.decode(p, f, c, x)})


def other_packages():
    x = normal(101, T, D)
    enc, dec, b, bias = normal(21, N, D, scale=0.6), normal(22, D, N, scale=0.4), normal(23, N, scale=0.2), normal(24, D, scale=0.3)
    linear = {"encoder.weight": enc, "encoder.bias": b, "decoder.weight": dec}
    p = {"pre_bias": bias, "encoder.weight": enc, "latent_bias": b, "decoder.weight": dec}
    for name, c in (("openai-v1", {"activation": "ReLU", "normalize": False}), ("openai-v5", {"activation": "TopK", "k": 5, "normalize": True})):
        f, y = ref.openai(p, x, c)
        add(name, c, p, {"x": x}, {"f": f, "x_hat": y})
    jump = {"W_enc": enc.T.contiguous(), "b_enc": b, "W_dec": dec.T.contiguous(), "b_dec": bias, "threshold": positive(25)}
    gated = {"decoder_bias": bias, "encoder.weight": enc, "r_mag": normal(26, N, scale=0.3), "gate_bias": normal(27, N, scale=0.2), "mag_bias": normal(28, N, scale=0.2), "decoder.weight": dec}
    for kind, p, more in (("AutoEncoder", linear | {"bias": bias}, {}), ("AutoEncoderNew", linear | {"decoder.bias": bias}, {}), ("GatedAutoEncoder", gated, {}),
                          ("JumpReluAutoEncoder", jump, {}), ("AutoEncoderTopK", linear | {"b_dec": bias}, {"k": 4}),
                          ("BatchTopKSAE", linear | {"b_dec": bias, "threshold": torch.tensor([0.7]).double()}, {"k": 4})):
        c = {"dict_class": kind, **more}
        f, y = ref.dictionary_learning(p, x, c)
        add(f"dictionary_learning-{kind}", c, p, {"x": x}, {"f": f, "x_hat": y})
    p = {"encoder.weight": enc, "encoder.bias": b, "W_dec": dec.T.contiguous(), "b_dec": bias}
    for name, more, skip in (("sparsify", {}, False), ("sparsify-transcoder", {"transcode": True}, False), ("sparsify-skip-transcoder", {"transcode": True}, True)):
        c = {"k": 4, "transcode": False, "skip_connection": skip, **more}
        q = p | ({"W_skip": normal(29, D, D, scale=0.3)} if skip else {})
        f, y = ref.sparsify(q, x, c)
        add(name, c, q, {"x": x}, {"f": f, "y": y})
    p = {"w_enc": enc.T.contiguous(), "b_enc": b, "w_dec": dec.T.contiguous(), "b_dec": bias, "threshold": positive(25)}
    for name, more in (("gemma-scope", {}), ("gemma-scope-2-affine", {"affine_skip_connection": normal(30, D, D, scale=0.3)})):
        f, y = ref.gemma_scope(p | more, x)
        add(name, {"architecture": "jump_relu"}, p | more, {"x": x}, {"f": f, "y": y})
    p = {"W_enc": enc, "b_enc": b, "W_dec": dec, "b_dec": bias}
    for subtract in (False, True):
        f, y = ref.qwen_scope(p, x, 4, subtract)
        add("qwen-scope" + ("-b_dec" if subtract else ""), {"k": 4, "subtract_b_dec": subtract}, p, {"x": x}, {"f": f, "x_hat": y})
    p = {"W_enc": normal(31, 2, D, N, scale=0.4), "b_enc": b, "W_dec": normal(32, N, 2, D, scale=0.4), "b_dec": normal(33, 2, D, scale=0.3)}
    xs = normal(102, T, 2, D)
    f, y = ref.crosscoder(p, xs)
    norms = p["W_dec"].norm(dim=-1)
    add("crosscoder", {"sites": 2}, p, {"x": xs}, {"f": f, "x_hat": y, "relative_norm": norms[:, 1] / norms.sum(-1)})
    p, g = base(), normal(103, T, D)
    for beta in (0.0, 1.5):
        f = ref.gradient_topk(p, x, g, 4, beta)
        add(f"g-sae-beta-{beta}", {"k": 4, "beta": beta}, p, {"x": x, "gradient": g}, {"f": f, "x_hat": f @ p["W_dec"] + p["b_dec"]})
    p, noise = base(W_var=normal(34, D, N, scale=0.3), b_var=normal(35, N, scale=0.3) - 2), normal(104, T, N)
    for name, e in (("vsae", None), ("vsae-training", noise)):
        f, y, kl = ref.vsae(p, x, 4, e)
        add(name, {"k": 4}, p, {"x": x} | ({} if e is None else {"noise": e}), {"f": f, "x_hat": y, "kl": kl})


def with_gradients(name, config, params, inputs, loss):
    p = {k: v.clone().requires_grad_(True) for k, v in params.items()}
    parts = loss(p)
    parts["loss"].backward()
    add(name, config, params, inputs, {k: v.reshape(1) for k, v in parts.items()} | {f"grad.{k}": torch.zeros_like(v) if v.grad is None else v.grad for k, v in p.items()})


def training():
    x = normal(105, T, D)
    dead = torch.zeros(N, dtype=torch.bool)
    dead[[2, 5, 9, 17, 20]] = True
    topk = {"architecture": "topk", "apply_b_dec_to_input": True, "k": 4}

    def topk_loss(which, c):
        def loss(p):
            y = ref.decode(p, ref.encode(p, x, c), c)
            a, b = ref.mse(x, y), ref.aux_k(p, x, y, ref.pre_activations(p, x, True), which)
            return {"mse": a, "aux": b, "loss": a + b}
        return loss

    with_gradients("train-topk", {**topk, "aux_loss_coefficient": 1.0, "dead": [int(i) for i in dead.nonzero()]}, base(41), {"x": x}, topk_loss(dead, topk))
    with_gradients("train-topk-two-dead", {**topk, "aux_loss_coefficient": 1.0, "dead": [2, 5]}, base(41), {"x": x}, topk_loss(dead & (torch.arange(N) < 6), topk))
    with_gradients("train-topk-none-dead", {**topk, "aux_loss_coefficient": 1.0, "dead": []}, base(41), {"x": x}, topk_loss(dead & False, topk))
    batch = {**topk, "architecture": "batchtopk", "k": 3}
    with_gradients("train-batchtopk", {**batch, "aux_loss_coefficient": 1.0, "dead": [int(i) for i in dead.nonzero()]}, base(41), {"x": x}, topk_loss(dead, batch))
    c = {"architecture": "standard", "apply_b_dec_to_input": True, "l1_coefficient": 0.5}

    def standard(p):
        f = ref.encode(p, x, c)
        a, b = ref.mse(x, ref.decode(p, f, c)), 0.5 * (f * p["W_dec"].norm(dim=-1)).sum(-1).mean()
        return {"mse": a, "l1": b, "loss": a + b}

    with_gradients("train-standard", c, base(42), {"x": x}, standard)
    g = {"architecture": "gated", "apply_b_dec_to_input": True, "l1_coefficient": 0.5}

    def gated(p):
        a = ref.mse(x, ref.decode(p, ref.encode(p, x, g), g))
        pi = ((x - p["b_dec"]) @ p["W_enc"] + p["b_gate"]).clamp_min(0)
        b, e = 0.5 * (pi * p["W_dec"].norm(dim=-1)).sum(-1).mean(), ref.mse(x, pi @ p["W_dec"] + p["b_dec"])
        return {"mse": a, "l1": b, "aux": e, "loss": a + b + e}

    q = {k: v for k, v in base(42).items() if k != "b_enc"} | {"b_gate": normal(43, N, scale=0.2), "b_mag": normal(44, N, scale=0.2), "r_mag": normal(45, N, scale=0.3)}
    with_gradients("train-gated", g, q, {"x": x}, gated)
    p = base(46, log_threshold=positive(47).log())

    def jump(kind, coefficient, bandwidth):
        def loss(p):
            z, t = ref.pre_activations(p, x, True), p["log_threshold"].exp()
            f = ref.JumpReLU.apply(z, t, bandwidth)
            a = ref.mse(x, f @ p["W_dec"] + p["b_dec"])
            each = ref.Step.apply(z, t, bandwidth) if kind == "step" else (4 * f * p["W_dec"].norm(dim=-1)).tanh()
            b = coefficient * each.sum(-1).mean()
            return {"mse": a, "l0": b, "loss": a + b}
        return loss

    for kind, coefficient, bandwidth in (("step", 0.3, 0.5), ("tanh", 0.3, 2.0)):
        with_gradients(f"train-jumprelu-{kind}", {"architecture": "jumprelu", "apply_b_dec_to_input": True, "l0_coefficient": coefficient, "bandwidth": bandwidth}, p, {"x": x},
                       jump(kind, coefficient, bandwidth))
    widths = [4, 12, N]
    m = {"architecture": "matryoshka_batchtopk", "apply_b_dec_to_input": True, "k": 3, "widths": widths}

    def matryoshka(p):
        f = ref.encode(p, x, m)
        parts = [ref.mse(x, f[:, :w] @ p["W_dec"][:w] + p["b_dec"]) for w in widths]
        return {"mse": parts[-1], "prefixes": sum(parts[:-1]), "loss": sum(parts)}

    with_gradients("train-matryoshka", m, base(48), {"x": x}, matryoshka)
    f = ref.encode(base(48), x, m)
    threshold = f[f > 0].min() * 0.999
    saved = {**m, "architecture": "jumprelu"}
    q = base(48, threshold=threshold.expand(N).float().double().contiguous())
    f = ref.encode(q, x, saved)
    add("matryoshka-saved", saved, q, {"x": x}, {"f": f, "x_hat": ref.decode(q, f, saved)})
    noise = normal(106, T, N)

    def variational(p):
        _, y, kl = ref.vsae(p, x, 4, noise)
        a, b = ref.mse(x, y), 0.02 * kl.mean()
        return {"mse": a, "kl": b, "loss": a + b}

    with_gradients("train-vsae", {"k": 4, "kl_coefficient": 0.02}, base(49, W_var=normal(50, D, N, scale=0.3), b_var=normal(51, N, scale=0.3) - 2), {"x": x, "noise": noise}, variational)
    xs = normal(107, T, 2, D)

    def cross(p):
        f, y = ref.crosscoder(p, xs)
        a, b = (y - xs).pow(2).sum((1, 2)).mean(), 0.3 * (f * p["W_dec"].norm(dim=-1).sum(-1)).sum(-1).mean()
        return {"mse": a, "sparsity": b, "loss": a + b}

    with_gradients("train-crosscoder", {"sites": 2, "l1_coefficient": 0.3},
                   {"W_enc": normal(52, 2, D, N, scale=0.4), "b_enc": normal(53, N, scale=0.2), "W_dec": normal(54, N, 2, D, scale=0.4), "b_dec": normal(55, 2, D, scale=0.3)}, {"x": xs}, cross)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", required=True)
    a = ap.parse_args()
    saelens()
    other_packages()
    training()
    os.makedirs(a.out, exist_ok=True)
    save_file(TENSORS, os.path.join(a.out, "architectures.safetensors"))
    with open(os.path.join(a.out, "architectures.json"), "w") as f:
        json.dump({"d": D, "n": N, "tokens": T, "cases": CASES}, f, indent=1)
    print(len(CASES), "cases")


if __name__ == "__main__":
    main()
