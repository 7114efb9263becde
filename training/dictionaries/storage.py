"""How a dictionary is stored: decoder rows of a few bits, and an encoder that is the decoder seen through a small map.

    W_dec[i]     = W_dec_scale[i] * (code[i] - 2**(bits - 1))                     code: `W_dec_packed`, see bits.py
    W_enc[:, i]  = encoder_scale[i] * (encoder_map @ W_dec[i])                    encoder_map: int8 with a scale per row
    f            = relu(pre) * [pre > threshold],  pre = (x - b_dec) @ W_enc + b_enc;      x^ = f @ W_dec + b_dec

A layout of SAELens otherwise (`cfg.json`, `sae_weights.safetensors`); `expand.py` writes the ordinary float32 one.
"""
import json
import os

import numpy as np
import torch

import bits as bitpack

HALF = torch.float16


def round_rows(w, bits):
    """Codes and float16 scales of the rows of w [n, d]: nearest of 2**bits - 1 symmetric levels. -> codes in [-(2**(bits-1)-1), ...], scale [n]."""
    top = 2 ** (bits - 1) - 1
    scale = (w.abs().amax(-1) / top).clamp_min(1e-7).to(HALF).float()
    return (w / scale[..., None]).round().clamp(-top, top), scale


def rounded_rows(w, bits):
    """w as it will be read back."""
    q, scale = round_rows(w, bits)
    return q * scale[..., None]


def as_stored(p, bits):
    """The parameters of one dictionary (float tensors) as they will be read back; `p` has w_dec, map, scale, b_enc, b_dec, threshold."""
    return {"w_dec": rounded_rows(p["w_dec"], bits), "map": rounded_rows(p["map"], 8), "b_dec": p["b_dec"].float(),
            **{k: p[k].to(HALF).float() for k in ("scale", "b_enc", "threshold")}}


def encoder(p):
    """W_enc [d, n] of one dictionary."""
    return p["map"] @ p["w_dec"].T * p["scale"]


def save(folder, p, bits, cfg):
    """Writes `cfg.json` and `sae_weights.safetensors`; `p` as in `as_stored`."""
    from safetensors.torch import save_file
    os.makedirs(folder, exist_ok=True)
    p = {k: v.detach().float().cpu() for k, v in p.items()}
    q, scale = round_rows(p["w_dec"], bits)
    m, map_scale = round_rows(p["map"], 8)
    packed = bitpack.pack((q + 2 ** (bits - 1)).to(torch.int64).numpy(), bits)
    save_file({"W_dec_packed": torch.from_numpy(packed), "W_dec_scale": scale.to(HALF), "encoder_map": m.to(torch.int8), "encoder_map_scale": map_scale.to(HALF),
               "encoder_scale": p["scale"].to(HALF), "b_enc": p["b_enc"].to(HALF), "threshold": p["threshold"].to(HALF), "b_dec": p["b_dec"].contiguous()},
              os.path.join(folder, "sae_weights.safetensors"))
    with open(os.path.join(folder, "cfg.json"), "w") as f:
        json.dump(cfg, f, indent=1)


def load(folder):
    """-> parameters as in `as_stored`, cfg."""
    from safetensors.torch import load_file
    t = load_file(os.path.join(folder, "sae_weights.safetensors"))
    with open(os.path.join(folder, "cfg.json")) as f:
        cfg = json.load(f)
    b, d = cfg["lacuna"]["bits"], cfg["d_in"]
    q = torch.from_numpy(bitpack.unpack(t["W_dec_packed"].numpy(), b, d) - 2 ** (b - 1)).float()
    return {"w_dec": q * t["W_dec_scale"].float()[:, None], "map": t["encoder_map"].float() * t["encoder_map_scale"].float()[:, None],
            "scale": t["encoder_scale"].float(), "b_enc": t["b_enc"].float(), "threshold": t["threshold"].float(), "b_dec": t["b_dec"].float()}, cfg


def config(hook, d, n, bits, model, tokens, k, seed, context=512):
    """cfg.json: SAELens's keys, and in `lacuna` what a reader needs to unpack the file."""
    layer = int(hook.split(".")[1])
    return {"architecture": "jumprelu", "d_in": d, "d_sae": n, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": True, "normalize_activations": "none",
            "reshape_activations": "none",
            "metadata": {"sae_lens_version": "6.18.0", "model_name": model, "hook_name": hook, "hook_layer": layer, "hook_head_index": None, "context_size": context,
                         "prepend_bos": True, "exclude_special_tokens": [0], "training_architecture": "batchtopk", "k": k, "training_tokens": int(tokens), "seed": seed},
            "lacuna": {"storage": "tied-map", "version": 1, "bits": bits,
                       "W_dec": "W_dec_scale[i] * (code[i, j] - 2**(bits-1)), code = bits j*bits .. of row i of W_dec_packed, least significant first",
                       "W_enc": "W_enc[:, i] = encoder_scale[i] * (M @ W_dec[i]), M[a, j] = encoder_map_scale[a] * encoder_map[a, j]"}}


def encode(p, x):
    """f [tokens, n] of x [tokens, d]."""
    pre = (x - p["b_dec"]) @ encoder(p) + p["b_enc"]
    return torch.where(pre > p["threshold"], pre, torch.zeros_like(pre)).clamp_min(0)


def decode(p, f):
    return f @ p["w_dec"] + p["b_dec"]


def numbers(t):
    return np.ascontiguousarray(t.detach().cpu().numpy())
