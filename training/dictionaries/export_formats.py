"""Tiny files in the formats of other packages, written by PyTorch and numpy after the published descriptions of their layouts, for tests of a reader.

    python export_formats.py --out ../../src/dictionaries/golden/formats

Every folder holds the files as the package would leave them and `expected.json`: whose format it is, what has to be found out about it, and x, f, x_hat (y for
transcoders) in float32. `refuse: true` means the file must be refused, for `reason`. What is not documented publicly is marked in `reconstructed`.
"""
import argparse
import json
import os
import pickle
import zipfile

import numpy as np
import torch
from safetensors.torch import save_file

import reference as ref

D, N, T = 6, 16, 4
OUT = None


def normal(seed, *shape, scale=1.0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)) * scale


def double(p):
    return {k: v.double() if v.is_floating_point() else v for k, v in p.items()}


X = normal(900, T, D)


def listed(t):
    """Rows of numbers with the nine digits that give a float32 back exactly."""
    return [[float(f"{v:.9g}") for v in row] for row in t.tolist()]


def expect(name, format, found, f=None, x_hat=None, x=X, **more):
    folder = os.path.join(OUT, name)
    os.makedirs(folder, exist_ok=True)
    values = {} if f is None else {"x": listed(x), "f": listed(f.float()), "x_hat": listed(x_hat.float())}
    with open(os.path.join(folder, "expected.json"), "w") as out:
        json.dump({"format": format, "found": found, **more, **values}, out)
    return folder


def base(seed=1, d_out=D):
    return {"W_enc": normal(seed, D, N, scale=0.6), "b_enc": normal(seed + 1, N, scale=0.2), "W_dec": normal(seed + 2, N, d_out, scale=0.4), "b_dec": normal(seed + 3, d_out, scale=0.3)}


def threshold(seed=5):
    return normal(seed, N).abs() * 0.5 + 0.1


# ---------------------------------------------------------------- SAELens
def sae_lens(name, cfg, p, c, found, x=X, centred=False):
    """`centred`: the mean over d_in is taken away first, and put back after the decoder where that gives x again."""
    mean = x.double().mean(-1, keepdim=True) if centred else torch.zeros(len(x), 1).double()
    f = ref.encode(double(p), x.double() - mean, c)
    y = ref.decode(double(p), f, c, x.double() - mean)
    folder = expect(name, "saelens", found, f, y if c["architecture"].endswith("transcoder") else y + mean, x)
    save_file({k: v.contiguous() for k, v in p.items()}, os.path.join(folder, "sae_weights.safetensors"))
    save_file({"sparsity": normal(70, N).abs().neg()}, os.path.join(folder, "sparsity.safetensors"))
    with open(os.path.join(folder, "cfg.json"), "w") as out:
        json.dump(cfg, out, indent=1)


def version_6(kind, subtract=True, normalisation="none", **more):
    return {"d_in": D, "d_sae": N, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": subtract, "normalize_activations": normalisation, "reshape_activations": "none",
            "metadata": {"sae_lens_version": "6.18.0", "sae_lens_training_version": "6.18.0", "model_name": "made-up", "hook_name": "blocks.1.hook_resid_post", "hook_head_index": None,
                         "context_size": 64, "prepend_bos": True, "seqpos_slice": [None], "exclude_special_tokens": False, "model_from_pretrained_kwargs": {"center_writing_weights": False},
                         "dataset_path": None, "neuronpedia_id": None}, "architecture": kind, **more}


def old(**more):
    return {"model_name": "made-up", "hook_point": "blocks.1.hook_resid_pre", "hook_point_layer": 1, "hook_point_head_index": None, "d_in": D, "d_sae": N, "dtype": "torch.float32",
            "device": "cpu", "activation_fn_str": "relu", "context_size": 64, "prepend_bos": True, **more}


def all_sae_lens():
    for kind, p, more in (("standard", base(), {}), ("jumprelu", base() | {"threshold": threshold()}, {}), ("topk", base(), {"k": 4, "rescale_acts_by_decoder_norm": False}),
                          ("gated", {k: v for k, v in base().items() if k != "b_enc"} | {"b_gate": normal(6, N, scale=0.2), "b_mag": normal(7, N, scale=0.2), "r_mag": normal(8, N, scale=0.3)}, {})):
        for subtract in (True, False):
            c = {"architecture": kind, "apply_b_dec_to_input": subtract, **more}
            sae_lens(f"saelens6-{kind}" + ("" if subtract else "-b_dec-not-subtracted"), version_6(kind, subtract, **more), p, c,
                     {"architecture": kind, "apply_b_dec_to_input": subtract, "normalize_activations": "none", "decoder_norm_folded": False, **({"k": 4} if kind == "topk" else {})})
    p = base() | {"threshold": threshold()}
    c = {"architecture": "jumprelu", "apply_b_dec_to_input": True}
    sae_lens("saelens6-jumprelu-norm-folded", version_6("jumprelu"), ref.fold_decoder_norm(p), c, {"architecture": "jumprelu", "apply_b_dec_to_input": True, "normalize_activations": "none", "decoder_norm_folded": True})
    c = {"architecture": "topk", "apply_b_dec_to_input": True, "k": 4, "rescale_acts_by_decoder_norm": True}
    sae_lens("saelens6-topk-rescaled", version_6("topk", k=4, rescale_acts_by_decoder_norm=True), base(), c,
             {"architecture": "topk", "apply_b_dec_to_input": True, "normalize_activations": "none", "k": 4, "rescale_acts_by_decoder_norm": True, "decoder_norm_folded": False})
    for kind in ("constant_norm_rescale", "layer_norm"):
        c = {"architecture": "standard", "apply_b_dec_to_input": True, "normalize_activations": kind}
        sae_lens(f"saelens6-{kind.replace('_', '-')}", version_6("standard", normalisation=kind), base(), c, {"architecture": "standard", "apply_b_dec_to_input": True, "normalize_activations": kind})
    out = 7
    for kind, more in (("transcoder", {}), ("skip_transcoder", {"W_skip": normal(9, out, D, scale=0.3)}), ("jumprelu_transcoder", {"threshold": threshold()})):
        c = {"architecture": kind, "apply_b_dec_to_input": False}
        cfg = version_6(kind, False, d_out=out)
        cfg["metadata"] |= {"hook_name": "blocks.1.ln2.hook_normalized", "hook_name_out": "blocks.1.hook_mlp_out"}
        sae_lens(f"saelens6-{kind.replace('_', '-')}", cfg, base(d_out=out) | more, c, {"architecture": kind, "apply_b_dec_to_input": False, "hook_name_out": "blocks.1.hook_mlp_out", "d_out": out})
    for kind in ("temporal", "matching_pursuit"):
        folder = expect(f"saelens6-{kind.replace('_', '-')}", "saelens", {"architecture": kind}, refuse=True, reason=f"architecture {kind} is not supported")
        save_file(base(), os.path.join(folder, "sae_weights.safetensors"))
        with open(os.path.join(folder, "cfg.json"), "w") as f:
            json.dump(version_6(kind), f, indent=1)
    # before version 6
    c = {"architecture": "standard", "apply_b_dec_to_input": True}
    found = {"architecture": "standard", "apply_b_dec_to_input": True, "hook_name": "blocks.1.hook_resid_pre"}
    sae_lens("saelens-old", old(normalize_activations=False), base(), c, {**found, "normalize_activations": "none", "scaling_factor": "absent"})
    sae_lens("saelens-old-null", old(normalize_activations=None), base(), c, {**found, "normalize_activations": "none", "scaling_factor": "absent"})
    sae_lens("saelens-old-true", old(normalize_activations=True), base(), c, {**found, "normalize_activations": "expected_average_only_in", "scaling_factor": "absent"})
    sae_lens("saelens-old-scaling-ones", old(finetuning_scaling_factor=False), base() | {"scaling_factor": torch.ones(N)}, c, {**found, "normalize_activations": "none", "scaling_factor": "dropped"})
    sae_lens("saelens-old-scaling", old(finetuning_scaling_factor=True), base() | {"scaling_factor": 1 + normal(10, N).abs() * 0.3}, c, {**found, "normalize_activations": "none", "scaling_factor": "applied"})
    folder = expect("saelens-old-scaling-undeclared", "saelens", found, refuse=True, reason="a scaling_factor that is not all ones needs finetuning_scaling_factor")
    save_file(base() | {"scaling_factor": 1 + normal(10, N).abs() * 0.3}, os.path.join(folder, "sae_weights.safetensors"))
    with open(os.path.join(folder, "cfg.json"), "w") as f:
        json.dump(old(), f, indent=1)
    c = {"architecture": "topk", "apply_b_dec_to_input": True, "k": 3}
    sae_lens("saelens-old-topk", old(activation_fn_str="topk", activation_fn_kwargs={"k": 3}), base(), c, {**found, "architecture": "topk", "k": 3})
    cfg = old()
    cfg["hook_point"] = "blocks.1.attn.hook_z"
    sae_lens("saelens-old-hook_z", cfg, base(), {"architecture": "standard", "apply_b_dec_to_input": True}, {**found, "hook_name": "blocks.1.attn.hook_z", "reshape_activations": "hook_z"})


def checkpoints_and_mistakes():
    """What SAELens leaves besides finished files, and files that contradict themselves."""
    for rescaled in (False, True):
        p = base(100) | {"topk_threshold": torch.tensor(0.61, dtype=torch.double)}
        c = {"architecture": "batchtopk", "apply_b_dec_to_input": True, "k": 3.5, "rescale_acts_by_decoder_norm": rescaled}
        sae_lens("saelens6-batchtopk-checkpoint" + ("-rescaled" if rescaled else ""), version_6("batchtopk", k=3.5, rescale_acts_by_decoder_norm=rescaled), p, c,
                 {"architecture": "batchtopk", "apply_b_dec_to_input": True, "normalize_activations": "none", "decoder_norm_folded": rescaled})
    c = {"architecture": "standard", "apply_b_dec_to_input": True}
    almost = torch.ones(N)
    almost[3] += 1e-6
    sae_lens("saelens-old-scaling-almost-ones", old(), base() | {"scaling_factor": almost}, c, {"architecture": "standard", "apply_b_dec_to_input": True, "scaling_factor": "dropped"})
    mistakes = (("saelens6-transcoder-b_dec", version_6("transcoder", True, d_out=D), "b_dec of a transcoder belongs to its output"), ("saelens6-topk-too-large", version_6("topk", k=N + 1), "k is larger than the number of features"),
                ("saelens-without-cfg", None, "cfg.json is missing"))
    for name, cfg, reason in mistakes:
        folder = expect(name, "saelens", {}, refuse=True, reason=reason)
        save_file(base(), os.path.join(folder, "sae_weights.safetensors"))
        if cfg is not None:
            if "transcoder" in name:
                cfg["metadata"] |= {"hook_name": "blocks.1.ln2.hook_normalized", "hook_name_out": "blocks.1.hook_mlp_out"}
            with open(os.path.join(folder, "cfg.json"), "w") as f:
                json.dump(cfg, f, indent=1)


def edges():
    """Where a reader can be wrong without anybody noticing in random numbers: values that lie on a threshold, and transcoders of normalised or centred inputs."""
    copy = {"W_enc": torch.eye(D, N), "b_enc": torch.zeros(N), "W_dec": normal(130, N, D, scale=0.4), "b_dec": torch.zeros(D)}
    x = torch.tensor([[0.5] * D, [0.75] * D, [0.0] * D])
    c = {"architecture": "jumprelu", "apply_b_dec_to_input": True}
    sae_lens("saelens6-jumprelu-at-threshold", version_6("jumprelu"), copy | {"threshold": torch.full((N,), 0.5)}, c, {"apply_b_dec_to_input": True}, x)
    c = {"architecture": "gated", "apply_b_dec_to_input": True}
    gate = {k: v for k, v in copy.items() if k != "b_enc"} | {"b_gate": torch.full((N,), -0.5), "b_mag": torch.ones(N), "r_mag": torch.zeros(N)}
    sae_lens("saelens6-gated-at-zero", version_6("gated"), gate, c, {"apply_b_dec_to_input": True}, x)
    for kind, normalisation, more in (("transcoder", "layer_norm", {}), ("skip_transcoder", "constant_norm_rescale", {"W_skip": normal(131, 7, D, scale=0.3)}), ("skip_transcoder", "centred", {"W_skip": normal(132, 7, D, scale=0.3)})):
        centred = normalisation == "centred"
        kept = "none" if centred else normalisation
        cfg = version_6(kind, False, kept, d_out=7)
        cfg["metadata"] |= {"hook_name": "blocks.1.ln2.hook_normalized", "hook_name_out": "blocks.1.hook_mlp_out", "model_from_pretrained_kwargs": {"center_writing_weights": centred}}
        sae_lens(f"saelens6-{kind.replace('_', '-')}-{normalisation.replace('_', '-')}", cfg, base(133, d_out=7) | more, {"architecture": kind, "apply_b_dec_to_input": False, "normalize_activations": kept},
                 {"apply_b_dec_to_input": False, "normalize_activations": kept, "hook_name_out": "blocks.1.hook_mlp_out"}, centred=centred)
    cfg = version_6("standard", normalisation="layer_norm")
    cfg["metadata"]["model_from_pretrained_kwargs"] = {"center_writing_weights": True}
    sae_lens("saelens6-centred-layer-norm", cfg, base(137), {"architecture": "standard", "apply_b_dec_to_input": True, "normalize_activations": "layer_norm"}, {"apply_b_dec_to_input": True}, centred=True)
    cfg = version_6("standard")
    cfg["metadata"]["model_from_pretrained_kwargs"] = {"center_writing_weights": True}
    sae_lens("saelens6-centred", cfg, base(137), {"architecture": "standard", "apply_b_dec_to_input": True}, {"apply_b_dec_to_input": True}, centred=True)


# ---------------------------------------------------------------- Gemma Scope, sparsify
def gemma():
    b = base(20)
    p = {"w_enc": b["W_enc"], "b_enc": b["b_enc"], "w_dec": b["W_dec"], "b_dec": b["b_dec"], "threshold": threshold(24)}
    f, y = ref.gemma_scope(double(p), X.double())
    found = {"architecture": "jumprelu", "apply_b_dec_to_input": False, "normalize_activations": "none"}
    for name, writer in (("gemma-scope-1", np.savez), ("gemma-scope-1-compressed", np.savez_compressed)):
        folder = expect(name, "gemma-scope-1", found, f, y)
        writer(os.path.join(folder, "params.npz"), **{k: v.numpy() for k, v in p.items()})
    folder = expect("gemma-scope-1-fortran", "gemma-scope-1", {**found, "fortran_order": True}, f, y)
    np.savez(os.path.join(folder, "params.npz"), **{k: np.asfortranarray(v.numpy()) for k, v in p.items()})
    for name, skip in (("gemma-scope-2", None), ("gemma-scope-2-affine", normal(25, D, D, scale=0.3))):
        q = p if skip is None else p | {"affine_skip_connection": skip}
        f, y = ref.gemma_scope(double(q), X.double())
        folder = expect(name, "gemma-scope-2", {**found, "affine_connection": skip is not None}, f, y, **({} if skip is None else {"reconstructed": "affine_skip_connection is applied as x @ W"}))
        save_file({k: v.contiguous() for k, v in q.items()}, os.path.join(folder, "params.safetensors"))
        with open(os.path.join(folder, "config.json"), "w") as out:
            json.dump({"architecture": "jump_relu", "model_name": "google/gemma-3-270m-pt", "hf_hook_point_in": "model.layers.1.output" if skip is None else "model.layers.1.pre_feedforward_layernorm.output",
                       "hf_hook_point_out": "model.layers.1.output" if skip is None else "model.layers.1.post_feedforward_layernorm.output", "width": N, "affine_connection": skip is not None}, out, indent=1)


def eleuther():
    b = base(30)
    p = {"encoder.weight": b["W_enc"].T.contiguous(), "encoder.bias": b["b_enc"], "W_dec": b["W_dec"], "b_dec": b["b_dec"]}
    for name, transcode, skip in (("sparsify", False, False), ("sparsify-transcoder", True, False), ("sparsify-skip-transcoder", True, True)):
        q = p | ({"W_skip": normal(34, D, D, scale=0.3)} if skip else {})
        f, y = ref.sparsify(double(q), X.double(), {"k": 4, "transcode": transcode, "skip_connection": skip})
        folder = expect(name, "sparsify", {"architecture": "topk", "k": 4, "apply_b_dec_to_input": not transcode, "transcoder": transcode, "skip": skip, "d_sae": N}, f, y)
        save_file(q, os.path.join(folder, "sae.safetensors"))
        with open(os.path.join(folder, "cfg.json"), "w") as out:  # the expansion is wrong on purpose: shapes decide
            json.dump({"activation": "topk", "expansion_factor": 32, "normalize_decoder": True, "num_latents": 0, "k": 4, "multi_topk": False, "skip_connection": skip, "transcode": transcode, "d_in": D},
                      out, indent=1)


# ---------------------------------------------------------------- .pt
def openai():
    b = base(40)
    p = {"pre_bias": b["b_dec"], "latent_bias": b["b_enc"], "encoder.weight": b["W_enc"].T.contiguous(), "decoder.weight": b["W_dec"].T.contiguous(),
         "stats_last_nonzero": torch.zeros(N, dtype=torch.int64)}
    for name, extra, c in (("openai-v1", {"activation": "ReLU"}, {"activation": "ReLU", "normalize": False}),
                           ("openai-v5", {"activation": "TopK", "activation_state_dict": {"k": 4, "postact_fn": "ReLU"}, "normalize": True}, {"activation": "TopK", "k": 4, "normalize": True}),
                           ("openai-v5-no-flag", {"activation": "TopK", "activation_state_dict": {"k": 4, "postact_fn": "ReLU"}}, {"activation": "TopK", "k": 4, "normalize": True})):
        f, y = ref.openai(double(p), X.double(), c)
        folder = expect(name, "openai", {"architecture": "topk" if "k" in c else "standard", "apply_b_dec_to_input": True, "normalize_activations": "layer_norm" if c["normalize"] else "none"}, f, y,
                        **({"reconstructed": "TopK without the flag means layer norm"} if name.endswith("flag") else {}))
        torch.save({**p, **extra}, os.path.join(folder, "autoencoder.pt"))


def dictionary_learning():
    b = base(50)
    enc, dec, bias = b["W_enc"].T.contiguous(), b["W_dec"].T.contiguous(), b["b_dec"]
    linear = {"encoder.weight": enc, "encoder.bias": b["b_enc"], "decoder.weight": dec}
    gated = {"decoder_bias": bias, "encoder.weight": enc, "r_mag": normal(54, N, scale=0.3), "gate_bias": normal(55, N, scale=0.2), "mag_bias": normal(56, N, scale=0.2), "decoder.weight": dec}
    jump = {"W_enc": b["W_enc"], "b_enc": b["b_enc"], "W_dec": b["W_dec"], "b_dec": bias, "threshold": threshold(57)}
    matryoshka = {"group_sizes": torch.tensor([4, 12]), "k": torch.tensor(4, dtype=torch.int), "threshold": torch.tensor(0.7), "W_enc": b["W_enc"], "b_enc": b["b_enc"], "W_dec": b["W_dec"], "b_dec": bias}
    found = {"AutoEncoder": ("standard", True), "AutoEncoderNew": ("standard", False), "GatedAutoEncoder": ("gated", True), "JumpReluAutoEncoder": ("jumprelu", False),
             "AutoEncoderTopK": ("topk", True), "BatchTopKSAE": ("jumprelu", True), "MatryoshkaBatchTopKSAE": ("jumprelu", True)}
    for kind, p in (("AutoEncoder", {"bias": bias, **linear}), ("AutoEncoderNew", linear | {"decoder.bias": bias}), ("GatedAutoEncoder", gated), ("JumpReluAutoEncoder", jump),
                    ("AutoEncoderTopK", {"b_dec": bias, "k": torch.tensor(4), "threshold": torch.tensor(-1.0), **linear}), ("BatchTopKSAE", {"b_dec": bias, "k": torch.tensor(4), "threshold": torch.tensor(0.7), **linear}), ("MatryoshkaBatchTopKSAE", matryoshka)):
        c = {"dict_class": kind, "k": 4}
        f, y = ref.dictionary_learning(double(p), X.double(), c)
        folder = expect(f"dictionary_learning-{kind}", "dictionary_learning", {"dict_class": kind, "architecture": found[kind][0], "apply_b_dec_to_input": found[kind][1]}, f, y)
        torch.save(p, os.path.join(folder, "ae.pt"))
        with open(os.path.join(folder, "config.json"), "w") as out:
            json.dump({"trainer": {"trainer_class": "made-up", "dict_class": kind, "lr": 0.001, "steps": 10, "activation_dim": D, "dict_size": N, **({"k": 4} if "TopK" in kind else {}),
                                   "device": "cpu", "layer": 1, "lm_name": "made-up", "submodule_name": "resid_post_layer_1"}, "buffer": {"d_submodule": D, "ctx_len": 64}}, out, indent=1)


    # the file alone: a Matryoshka dictionary has the names of a JumpReLU one, and k besides; of the tensors of TopK and BatchTopK nothing tells which they are
    f, y = ref.dictionary_learning(double(matryoshka), X.double(), {"dict_class": "MatryoshkaBatchTopKSAE"})
    folder = expect("dictionary_learning-no-config", "dictionary_learning", {"dict_class": "MatryoshkaBatchTopKSAE", "architecture": "jumprelu", "apply_b_dec_to_input": True}, f, y)
    torch.save(matryoshka, os.path.join(folder, "ae.pt"))


def qwen():
    b = base(60)
    p = {"W_enc": b["W_enc"].T.contiguous(), "W_dec": b["W_dec"].T.contiguous(), "b_enc": b["b_enc"], "b_dec": b["b_dec"]}
    found = {"architecture": "topk", "transposed": True}

    def write(name, q, file="layer1.sae.pt", dtype=None, **more):
        f, y = ref.qwen_scope(double({k: v.float() for k, v in q.items()}), X.double(), 4, False)
        folder = expect(name, "qwen-scope", {**found, **more}, f, y, k=4, subtract_b_dec=False, reconstructed="b_dec is not subtracted; the card does not say")
        return os.path.join(folder, file)

    torch.save(p, write("qwen-scope", p))
    half = {k: v.to(torch.bfloat16) for k, v in p.items()}
    torch.save(half, write("qwen-scope-bfloat16", half))
    # the same numbers as views with strides: W_enc is a transposed view, W_dec every second column of a wider tensor, b_enc starts inside its storage
    wide = torch.zeros(D, 2 * N)
    wide[:, ::2] = p["W_dec"]
    long = torch.cat([torch.full((3,), 9.0), p["b_enc"]])
    views = {"W_enc": b["W_enc"].T, "W_dec": wide[:, ::2], "b_enc": long[3:], "b_dec": p["b_dec"]}
    assert not views["W_enc"].is_contiguous() and not views["W_dec"].is_contiguous()
    torch.save(views, write("pt-strided", views, strided=True))
    torch.save({"state_dict": p, "step": 3}, write("pt-nested", p))
    torch.save({k: torch.nn.Parameter(v) for k, v in p.items()}, write("pt-parameters", p))
    folder = expect("pt-legacy", "qwen-scope", {}, refuse=True, reason="not a zip: the old PyTorch format is a bare pickle")
    torch.save(p, os.path.join(folder, "layer1.sae.pt"), _use_new_zipfile_serialization=False)
    folder = expect("pt-malicious", "qwen-scope", {}, refuse=True, reason="the pickle names a function that is not on the list (os.system)")
    torch.save({**p, "extra": Evil()}, os.path.join(folder, "layer1.sae.pt"))
    folder = expect("pt-malicious-global", "qwen-scope", {}, refuse=True, reason="the pickle names a function that is not on the list (builtins.eval)")
    path = os.path.join(folder, "layer1.sae.pt")
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("archive/data.pkl", pickle.dumps({"W_enc": Evaluates()}, 2))
        z.writestr("archive/version", "3\n")
    folder = expect("pt-outside-storage", "qwen-scope", {}, refuse=True, reason="a tensor reaches outside its storage")
    good = os.path.join(folder, "whole.pt")
    torch.save(p, good)
    with zipfile.ZipFile(good) as a, zipfile.ZipFile(os.path.join(folder, "layer1.sae.pt"), "w") as z:
        for item in a.infolist():
            data = a.read(item.filename)
            z.writestr(item.filename, data[: len(data) // 2] if "/data/" in item.filename else data)
    os.remove(good)


def small_formats():
    """Formats that say little of themselves. `drop`: the name under which the folder has to be given, where it says the place in the model."""
    b = base(110)
    t = {k: v.T.contiguous() for k, v in b.items() if k.startswith("W")}
    found = {"apply_b_dec_to_input": False}
    for name, more in (("circuit-tracer", {}), ("circuit-tracer-threshold-skip", {"activation_function.threshold": threshold(114), "W_skip": normal(115, D, D, scale=0.3)})):
        p = {"W_enc": t["W_enc"], "W_dec": b["W_dec"], "b_enc": b["b_enc"], "b_dec": b["b_dec"], **more}
        f, y = ref.circuit_tracer(double(p), X.double())
        folder = expect(name, "circuit-tracer", {**found, "hook_name": "blocks.7.ln2.hook_out", "hook_name_out": "blocks.7.hook_mlp_out"}, f, y)
        save_file(p, os.path.join(folder, "layer_7.safetensors"))
    linear = {"encoder.weight": t["W_enc"], "encoder.bias": b["b_enc"], "decoder.weight": t["W_dec"], "decoder.bias": b["b_dec"]}
    c = {"d_model": D, "d_sae": N, "hook_point_in": "blocks.2.hook_resid_post", "hook_point_out": "blocks.2.hook_resid_post", "jump_relu_threshold": 0.5, "act_fn": "jumprelu",
         "dataset_average_activation_norm": {"in": 2.0, "out": 2.0}}
    half = {k: v.bfloat16() for k, v in linear.items()}
    f, y = ref.llama_scope(double({k: v.float() for k, v in half.items()}), X.double(), c)
    folder = expect("llama-scope", "llama-scope", {**found, "hook_name": c["hook_point_in"]}, f, y)
    save_file(half, os.path.join(folder, "final.safetensors"))
    with open(os.path.join(folder, "hyperparams.json"), "w") as out:
        json.dump(c, out, indent=1)
    f, y = ref.sparse_mlp(double(linear), X.double())
    folder = expect("tinymodel", "tinymodel", {**found, "hook_name": "blocks.0.ln2.hook_out", "hook_name_out": "blocks.0.hook_mlp_out"}, f, y, drop="mlp_map_test/M0_S-3_R1_P0")
    torch.save(linear, os.path.join(folder, "model.pt"))
    f, y = ref.kissane(double(b), X.double())
    folder = expect("kissane", "kissane", {"apply_b_dec_to_input": True, "hook_name": "blocks.4.attn.hook_z"}, f, y)
    torch.save(b, os.path.join(folder, "gpt2-small_L4_Hcat_z.pt"))
    with open(os.path.join(folder, "gpt2-small_L4_Hcat_z_cfg.json"), "w") as out:
        json.dump({"act_name": "blocks.4.attn.hook_z", "act_size": D, "dict_size": N, "seed": 1, "model_name": "gpt2-small"}, out, indent=1)
    folder = expect("crosscoder", "crosscoder", {}, refuse=True, reason="it reads two models at once")
    torch.save({"W_enc": normal(120, 2, D, N), "W_dec": normal(121, N, 2, D), "b_enc": b["b_enc"], "b_dec": normal(122, 2, D)}, os.path.join(folder, "cc_weights.pt"))
    folder = expect("log-threshold", "llama-scope", {}, refuse=True, reason="thresholds under a name that is not known: without them the dictionary would be another one")
    save_file(linear | {"log_jumprelu_threshold": normal(123, N)}, os.path.join(folder, "sae_weights.safetensors"))


class Evil:
    """Unpickled by Python, this would run a command. Nothing here unpickles it."""

    def __reduce__(self):
        return os.system, ("echo this must never run",)


class Evaluates:
    def __reduce__(self):
        return eval, ("1 + 1",)


def wrong_shapes():
    p = base(80)
    folder = expect("wrong-shape", "saelens", {}, refuse=True, reason="W_dec does not match W_enc")
    save_file(p | {"W_dec": normal(81, N + 1, D)}, os.path.join(folder, "sae_weights.safetensors"))
    with open(os.path.join(folder, "cfg.json"), "w") as f:
        json.dump(version_6("standard"), f, indent=1)
    square = {"W_enc": normal(82, D, D), "W_dec": normal(83, D, D), "b_enc": normal(84, D), "b_dec": normal(85, D)}
    folder = expect("square-pt", "qwen-scope", {}, refuse=True, reason="as many features as dimensions: the orientation can't be told")
    torch.save(square, os.path.join(folder, "layer1.sae.pt"))


def main():
    global OUT
    ap = argparse.ArgumentParser()
    ap.add_argument("--out", required=True)
    OUT = ap.parse_args().out
    for part in (all_sae_lens, checkpoints_and_mistakes, edges, gemma, eleuther, openai, dictionary_learning, qwen, small_formats, wrong_shapes):
        part()
    with open(os.path.join(OUT, "index.json"), "w") as f:
        json.dump(sorted(n for n in os.listdir(OUT) if os.path.isdir(os.path.join(OUT, n))), f, indent=1)
    print(len(os.listdir(OUT)) - 1, "folders")


if __name__ == "__main__":
    main()
