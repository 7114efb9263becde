"""Steps of a small variational dictionary (VSAETopK) by autograd: what src/dictionaries/page-training is held against.

    python page_training_vsae.py ../../src/dictionaries/page-training/golden/variational.json

Needs torch only, on the CPU. Random activations, weights and noise from a seed. Two steps with a learned variance, the second with
dead features, each clipped and followed by torch.optim.Adam; and the gradients of the second batch where the variance is 1. Latents
are rows, [n, d], also of the encoder.
"""
import json
import sys

import torch

D, N, B, K, K_AUX, SEED = 8, 12, 8, 3, 2, 11
DEAD = [1, 4, 9]
LR, KL_WEIGHT, AUX = 4e-3, 0.3, 1 / 32
NAMES = ["W_enc", "b_enc", "W_dec", "b_dec", "W_var", "b_var"]


def keep(z, k):
    """The k entries of each row that are largest in magnitude, with their signs."""
    index = z.abs().topk(k, dim=-1)[1]
    return torch.zeros_like(z).scatter(-1, index, z.gather(-1, index))


def loss_of(p, x, noise, dead, learns):
    centred = x - p["b_dec"]
    mu = (centred @ p["W_enc"].T + p["b_enc"]).relu()
    if learns:
        log_var = (centred @ p["W_var"].T + p["b_var"]).clamp(-6, 2)
        z = mu + noise * (log_var / 2).exp()
        kl = 0.5 * (mu.clamp(-10, 10) ** 2 + log_var.exp() - 1 - log_var).sum(-1).mean()
    else:
        z = mu + noise
        kl = 0.5 * z.pow(2).sum(-1).mean()
    y = keep(z, K) @ p["W_dec"] + p["b_dec"]
    squared = (x - y).pow(2).sum(-1).mean()
    aux = torch.zeros(())
    if dead:
        r = (x - y).detach()
        r_hat = keep(z[:, dead], min(K_AUX, len(dead))) @ p["W_dec"][dead]
        aux = (r - r_hat).pow(2).sum(-1).mean() / ((r - r.mean(0)).pow(2).sum(-1).mean() + 1e-8)
    return squared + KL_WEIGHT * kl + AUX * aux, squared, kl


def flat(tensor):
    return [float(f"{v:.7g}") for v in tensor.detach().flatten().tolist()]


def all_flat(tensors):
    return {name: flat(tensor) for name, tensor in tensors.items()}


def main(out):
    g = torch.Generator().manual_seed(SEED)
    normal = lambda *shape: torch.randn(*shape, generator=g)
    W_dec = 0.6 * torch.nn.functional.normalize(normal(N, D), dim=-1)
    start = {"W_enc": W_dec + 0.1 * normal(N, D), "b_enc": 0.1 * normal(N), "W_dec": W_dec, "b_dec": 0.2 * normal(D), "W_var": 0.8 * normal(N, D), "b_var": 0.5 * normal(N) - 2}
    # Some means lie beyond 10, and some logarithms of variances beyond both ends of what they are held to.
    start["b_enc"][2] = 11.0
    params = {name: start[name].clone().requires_grad_(True) for name in NAMES}
    adam = torch.optim.Adam(params.values(), lr=LR)
    steps = []
    for number in range(2):
        x, noise, dead = 1.5 * normal(B, D) + 0.3, normal(B, N), DEAD if number == 1 else []
        step = {"x": flat(x), "noise": flat(noise), "dead": dead}
        if number == 1:
            fixed = {name: start[name].clone().requires_grad_(True) for name in NAMES[:4]}
            loss, squared, kl = loss_of(fixed, x, noise, dead, False)
            loss.backward()
            step["unit"] = {"loss": loss.item(), "squared": squared.item(), "kl": kl.item(), "gradients": all_flat({name: p.grad for name, p in fixed.items()})}
        loss, squared, kl = loss_of(params, x, noise, dead, True)
        adam.zero_grad()
        loss.backward()
        step |= {"loss": loss.item(), "squared": squared.item(), "kl": kl.item(), "gradients": all_flat({name: p.grad for name, p in params.items()})}
        step["norm"] = torch.nn.utils.clip_grad_norm_(params.values(), 1.0).item()
        adam.step()
        steps.append(step)
    golden = {"d": D, "dSae": N, "batch": B, "k": K, "kAux": K_AUX, "lr": LR, "klWeight": KL_WEIGHT, "start": all_flat(start), "steps": steps, "after": all_flat(params)}
    with open(out, "w") as file:
        json.dump(golden, file, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1])
