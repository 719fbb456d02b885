"""Training the same particle flow in torch on two threads, where it is installed.

python3 training.py '{"dimension": 96, "heads": 8, "knots": 5, "horizon": 5, "texts": 32, "layers": 4}' prints
one JSON line: tokens per second of AdamW on random tokens, or which library is absent.
"""
import json
import sys
import time

VOCABULARY = 4000
LENGTH = 20
STEPS = 12


def main():
    try:
        import torch
    except ImportError:
        return {"absent": "torch"}
    torch.set_num_threads(2)
    torch.manual_seed(1)
    a = json.loads(sys.argv[1])
    d, heads, knots, layers = a["dimension"], a["heads"], a["knots"], a["layers"]
    # as many texts at once as two workers take in their causal and blank batches
    batch = 4 * a["texts"]
    parameter = lambda *shape, spread: torch.nn.Parameter(spread * torch.randn(*shape))
    embedding = parameter(VOCABULARY, d, spread=0.2)
    positions = parameter(LENGTH, d, spread=0.1)
    weights = parameter(knots, 4, d, d, spread=d**-0.5)
    output = parameter(VOCABULARY, d, spread=0.5 * d**-0.5)
    bias = torch.nn.Parameter(torch.zeros(VOCABULARY))
    optimiser = torch.optim.AdamW([embedding, positions, weights, output, bias], lr=1e-3)
    functional = torch.nn.functional

    def attend(x, theta):
        q, k, v = (
            (x @ w).view(batch, LENGTH, heads, d // heads).transpose(1, 2) for w in theta[:3]
        )
        scale = d / (d / heads) ** 0.5
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale)
        return mixed.transpose(1, 2).reshape(batch, LENGTH, d) @ theta[3]

    def theta(t):
        place = t * (knots - 1)
        left = min(int(place), knots - 2)
        return torch.lerp(weights[left], weights[left + 1], place - left)

    def step(ids):
        x = functional.normalize(embedding[ids] + positions, dim=-1)
        for layer in range(layers):
            v = attend(x, theta((layer + 0.5) / layers))
            x = functional.normalize(x + a["horizon"] / layers * v, dim=-1)
        logits = d**0.5 * x[:, :-1] @ output.T + bias
        loss = functional.cross_entropy(logits.reshape(-1, VOCABULARY), ids[:, 1:].reshape(-1))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    ids = torch.randint(VOCABULARY, (STEPS + 2, batch, LENGTH))
    for warm in ids[:2]:
        step(warm)
    begun = time.perf_counter()
    for tokens in ids[2:]:
        step(tokens)
    seconds = time.perf_counter() - begun
    return {"tokens_per_second": STEPS * batch * LENGTH / seconds}


if __name__ == "__main__":
    print(json.dumps(main()))
