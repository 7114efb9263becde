"""Every architecture of sparse dictionary that the app reads, in plain PyTorch: what its encoders, decoders and losses have to reproduce.

Row-vector convention: x [tokens, d], W_enc [d, n], W_dec [n, d]. Any float type; the golden files are computed in float64.
"""
import torch
import torch.nn.functional as F


# ---------------------------------------------------------------- input normalisation
def normalise(x, kind):
    """-> the normalised x and a function that undoes it on reconstructions."""
    if kind == "constant_norm_rescale":
        c = x.shape[-1] ** 0.5 / x.norm(dim=-1, keepdim=True)
        return x * c, lambda y: y / c
    if kind == "layer_norm":  # the unbiased deviation, and eps outside of the root
        mu = x.mean(-1, keepdim=True)
        sd = x.std(-1, keepdim=True)
        return (x - mu) / (sd + 1e-5), lambda y: y * sd + mu
    return x, lambda y: y


def topk(z, k):
    """The k largest of every row, then ReLU; ties don't occur in the data."""
    v, i = z.topk(k, dim=-1)
    return torch.zeros_like(z).scatter(-1, i, v.clamp_min(0))


def batch_topk(z, k):
    """The floor(k * tokens) largest positive values of the whole batch."""
    a = z.clamp_min(0).flatten()
    v, i = a.topk(int(k * len(z)))
    return torch.zeros_like(a).scatter(0, i, v).view_as(z)


# ---------------------------------------------------------------- SAELens
def pre_activations(p, x, subtract):
    return (x - p["b_dec"] if subtract else x) @ p["W_enc"] + p["b_enc"]


def encode(p, x, c):
    """f of a dictionary in SAELens's keys; c: architecture, apply_b_dec_to_input, normalize_activations, k, rescale_acts_by_decoder_norm."""
    x = normalise(x, c.get("normalize_activations", "none"))[0]
    subtract, kind = c["apply_b_dec_to_input"], c["architecture"]
    if kind == "gated":
        s = x - p["b_dec"] if subtract else x
        gate = s @ p["W_enc"] + p["b_gate"]
        return (gate > 0) * F.relu(s @ (p["W_enc"] * p["r_mag"].exp()) + p["b_mag"])
    z = pre_activations(p, x, subtract)
    if c.get("rescale_acts_by_decoder_norm"):
        z = z * p["W_dec"].norm(dim=-1)
    if kind == "topk":
        return topk(z, c["k"])
    if "topk_threshold" in p:  # a checkpoint of the training, used for inference
        return F.relu(z) * (z > p["topk_threshold"])
    if kind in ("batchtopk", "matryoshka_batchtopk"):
        return batch_topk(z, c["k"])
    if kind.startswith("jumprelu"):
        return F.relu(z) * (z > p["threshold"])
    f = F.relu(z)
    return f * p["scaling_factor"] if "scaling_factor" in p else f


def decode(p, f, c, x=None):
    """Reconstruction (or, of a transcoder, the predicted output); x is needed for a skip connection and to undo a normalisation."""
    if c.get("rescale_acts_by_decoder_norm"):
        f = f / p["W_dec"].norm(dim=-1)
    y = f @ p["W_dec"] + p["b_dec"]
    if "W_skip" in p:
        y = y + x @ p["W_skip"].T
    kind = c.get("normalize_activations", "none")
    if kind == "none" or c["architecture"].endswith("transcoder"):  # what a transcoder writes is another activation, which nothing normalised
        return y
    return normalise(x, kind)[1](y)


def fold_decoder_norm(p):
    """The same function with decoder rows of length one."""
    n = p["W_dec"].norm(dim=-1)
    q = {**p, "W_dec": p["W_dec"] / n[:, None], "W_enc": p["W_enc"] * n}
    return {**q, **{k: p[k] * n for k in ("b_enc", "b_gate", "b_mag", "threshold") if k in p}}


# ---------------------------------------------------------------- other packages
def openai(p, x, c):
    """-> f, reconstruction. v5: TopK and layer norm; v1, v4: ReLU."""
    x, undo = normalise(x, "layer_norm" if c["normalize"] else "none")
    z = (x - p["pre_bias"]) @ p["encoder.weight"].T + p["latent_bias"]
    f = topk(z, c["k"]) if c["activation"] == "TopK" else F.relu(z)
    return f, undo(f @ p["decoder.weight"].T + p["pre_bias"])


def dictionary_learning(p, x, c):
    """-> f, reconstruction, by `dict_class`."""
    kind = c["dict_class"]
    if kind == "JumpReluAutoEncoder":
        z = x @ p["W_enc"] + p["b_enc"]
        f = F.relu(z) * (z > p["threshold"])
        return f, f @ p["W_dec"] + p["b_dec"]
    if kind == "GatedAutoEncoder":
        e = (x - p["decoder_bias"]) @ p["encoder.weight"].T
        f = (e + p["gate_bias"] > 0) * F.relu(p["r_mag"].exp() * e + p["mag_bias"])
        return f, f @ p["decoder.weight"].T + p["decoder_bias"]
    if kind == "MatryoshkaBatchTopKSAE":
        z = F.relu((x - p["b_dec"]) @ p["W_enc"] + p["b_enc"])
        f = z * (z > p["threshold"])
        return f, f @ p["W_dec"] + p["b_dec"]
    before = {"AutoEncoder": "bias", "AutoEncoderTopK": "b_dec", "BatchTopKSAE": "b_dec"}.get(kind)
    z = F.relu((x - p[before] if before else x) @ p["encoder.weight"].T + p["encoder.bias"])
    f = topk(z, c["k"]) if kind == "AutoEncoderTopK" else z * (z > p["threshold"]) if kind == "BatchTopKSAE" else z
    return f, f @ p["decoder.weight"].T + p[before or "decoder.bias"]


def sparsify(p, x, c):
    """-> f, output."""
    z = F.relu((x if c["transcode"] else x - p["b_dec"]) @ p["encoder.weight"].T + p["encoder.bias"])
    f = topk(z, c["k"])
    y = f @ p["W_dec"] + p["b_dec"]
    return f, y + x @ p["W_skip"].T if c["skip_connection"] else y


def gemma_scope(p, x):
    """-> f, output. b_dec is not subtracted; `affine_skip_connection` (version 2) is applied as x @ W."""
    z = x @ p["w_enc"] + p["b_enc"]
    f = F.relu(z) * (z > p["threshold"])
    y = f @ p["w_dec"] + p["b_dec"]
    return f, y + x @ p["affine_skip_connection"] if "affine_skip_connection" in p else y


def qwen_scope(p, x, k, subtract):
    """-> f, reconstruction; W_enc [n, d] and W_dec [d, n]. Whether b_dec is subtracted is not documented."""
    f = topk((x - p["b_dec"] if subtract else x) @ p["W_enc"].T + p["b_enc"], k)
    return f, f @ p["W_dec"].T + p["b_dec"]


def circuit_tracer(p, x):
    """-> f, output; W_enc and W_dec [n, d]. A transcoder, with thresholds and a skip connection where the file has them."""
    z = x @ p["W_enc"].T + p["b_enc"]
    f = F.relu(z) * (z > p["activation_function.threshold"]) if "activation_function.threshold" in p else F.relu(z)
    y = f @ p["W_dec"] + p["b_dec"]
    return f, y + x @ p["W_skip"].T if "W_skip" in p else y


def llama_scope(p, x, c):
    """-> f, reconstruction. Made for activations of mean norm sqrt(d); SAELens's loader takes the threshold to be in units of the other norm and scales it too."""
    s = x.shape[-1] ** 0.5 / c["dataset_average_activation_norm"]["in"]
    z = (s * x) @ p["encoder.weight"].T + p["encoder.bias"]
    f = F.relu(z) * (z > s * c["jump_relu_threshold"])
    return f, (f @ p["decoder.weight"].T + p["decoder.bias"]) / s


def sparse_mlp(p, x):
    """TinyModel -> f, output: two Linears."""
    f = F.relu(x @ p["encoder.weight"].T + p["encoder.bias"])
    return f, f @ p["decoder.weight"].T + p["decoder.bias"]


def kissane(p, x):
    """-> f, reconstruction."""
    f = F.relu((x - p["b_dec"]) @ p["W_enc"] + p["b_enc"])
    return f, f @ p["W_dec"] + p["b_dec"]


def crosscoder(p, x):
    """x [tokens, sites, d] -> f [tokens, n], reconstruction [tokens, sites, d]; W_enc [sites, d, n], W_dec [n, sites, d]."""
    f = F.relu(torch.einsum("tmd,mdn->tn", x, p["W_enc"]) + p["b_enc"])
    return f, torch.einsum("tn,nmd->tmd", f, p["W_dec"]) + p["b_dec"]


def gradient_topk(p, x, g, k, beta):
    """g-SAE: the selection is biased by the first-order effect of every latent (the combination is reconstructed, not published)."""
    z = pre_activations(p, x, True)
    q = z + beta * z * (g @ p["W_dec"].T).abs()
    i = q.topk(k, dim=-1)[1]
    return torch.zeros_like(z).scatter(-1, i, z.gather(-1, i).clamp_min(0))


def vsae(p, x, k, noise=None):
    """VSAETopK with learned variance -> f, reconstruction, KL per token. `noise` [tokens, n]: a training pass; None: z = mu."""
    mu = F.relu(x @ p["W_enc"] + p["b_enc"])
    log_var = (x @ p["W_var"] + p["b_var"]).clamp(-6, 2)
    z = mu if noise is None else mu + noise * (log_var / 2).exp()
    i = z.abs().topk(k, dim=-1)[1]
    f = torch.zeros_like(z).scatter(-1, i, z.gather(-1, i))
    m = mu.clamp(-10, 10)
    kl = 0.5 * (m ** 2 + log_var.exp() - 1 - log_var).sum(-1)
    return f, f @ p["W_dec"] + p["b_dec"], kl


# ---------------------------------------------------------------- training losses
def mse(x, y):
    """Summed over dimensions, mean over tokens."""
    return (y - x).pow(2).sum(-1).mean()


def aux_k(p, x, y, z, dead):
    """SAELens: dead latents (bool [n]) with the largest raw pre-activations reconstruct what is left, b_dec included."""
    n_dead = int(dead.sum())
    if n_dead == 0:
        return x.new_zeros(())
    r = (x - y).detach()
    k = x.shape[-1] // 2
    v, i = z.masked_fill(~dead, float("-inf")).topk(min(k, n_dead), dim=-1)
    f = torch.zeros_like(z).scatter(-1, i, v)
    return min(n_dead / k, 1.0) * mse(r, f @ p["W_dec"] + p["b_dec"])


class JumpReLU(torch.autograd.Function):
    """x where x > threshold; straight-through gradient to the threshold with a rectangle of width `bandwidth`."""

    @staticmethod
    def forward(ctx, x, threshold, bandwidth):
        ctx.save_for_backward(x, threshold)
        ctx.bandwidth = bandwidth
        return x * (x > threshold)

    @staticmethod
    def backward(ctx, g):
        x, t = ctx.saved_tensors
        near = ((x - t) / ctx.bandwidth).abs() < 0.5
        return (x > t) * g, (-(t / ctx.bandwidth) * near * g).sum(0), None


class Step(torch.autograd.Function):
    """1 where x > threshold; the same kernel, no gradient to x."""

    @staticmethod
    def forward(ctx, x, threshold, bandwidth):
        ctx.save_for_backward(x, threshold)
        ctx.bandwidth = bandwidth
        return (x > threshold).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        x, t = ctx.saved_tensors
        near = ((x - t) / ctx.bandwidth).abs() < 0.5
        return torch.zeros_like(x), (-(1 / ctx.bandwidth) * near * g).sum(0), None
