"""Steps of a small TopK dictionary by autograd and torch.optim.Adam: what src/dictionaries/page-training is held against.

    python page_training_golden.py ../src/dictionaries/page-training/golden/steps.json

Random activations and weights from a seed. Two steps without dead features, two with the auxiliary loss.
"""
import json
import sys

import torch

D, N, B, K, K_AUX, SEED = 16, 24, 8, 4, 6, 7
DEAD = [1, 5, 11, 17]
LR = 4e-3
COEFFICIENT = 1 / 32


def loss_of(x, W_enc, b_enc, W_dec, b_dec, variance, dead):
    pre = (x - b_dec) @ W_enc.T + b_enc
    value, index = pre.topk(K, dim=-1)
    f = torch.zeros_like(pre).scatter(-1, index, value.relu())
    y = f @ W_dec + b_dec
    fvu = (x - y).pow(2).sum(-1).mean() / variance
    aux = torch.zeros(())
    if dead:
        r = (x - y).detach()
        k = min(K_AUX, len(dead))
        value, index = pre[:, dead].topk(k, dim=-1)
        z = torch.zeros(len(x), len(dead)).scatter(-1, index, value)
        error = (r - z @ W_dec[dead]).pow(2).sum(-1).mean() / r.pow(2).sum(-1).mean()
        aux = COEFFICIENT * min(len(dead) / K_AUX, 1) * error
    return fvu + aux, fvu, (f > 0).sum(-1).float().mean()


def main(out):
    g = torch.Generator().manual_seed(SEED)
    W_dec = torch.nn.functional.normalize(torch.randn(N, D, generator=g), dim=-1)
    start = {"W_enc": W_dec.clone(), "b_enc": 0.1 * torch.randn(N, generator=g), "W_dec": W_dec.clone(), "b_dec": 0.2 * torch.randn(D, generator=g)}
    params = {name: value.clone().requires_grad_(True) for name, value in start.items()}
    adam = torch.optim.Adam(params.values(), lr=LR)
    steps = []
    for number in range(4):
        x = 1.5 * torch.randn(B, D, generator=g) + 0.3
        dead = DEAD if number >= 2 else []
        variance = 2.5 + number
        loss, fvu, l0 = loss_of(x, **params, variance=variance, dead=dead)
        adam.zero_grad()
        loss.backward()
        gradients = {name: p.grad.clone() for name, p in params.items()}
        with torch.no_grad():
            w = params["W_dec"]
            w.grad -= (w.grad * w).sum(-1, keepdim=True) * w
        adam.step()
        with torch.no_grad():
            params["W_dec"].copy_(torch.nn.functional.normalize(params["W_dec"], dim=-1))
        flat = lambda values: {name: [float(f"{v:.8g}") for v in value.detach().flatten().tolist()] for name, value in values.items()}
        steps.append({
            "x": flat({"x": x})["x"], "variance": variance, "dead": dead, "loss": loss.item(), "fvu": fvu.item(), "l0": l0.item(),
            "gradients": flat(gradients), "after": flat(params),
        })
    golden = {"d": D, "dSae": N, "batch": B, "k": K, "kAux": K_AUX, "lr": LR, "start": flat(start), "steps": steps}
    with open(out, "w") as file:
        json.dump(golden, file, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1])
