"""Larger standard transformers on the texts of a folder by `bench/teacher.js encode`; the mean of the best writes new ones.

python3 teacher.py DIR SECONDS [CONFIGS] reads NAME.training.u16 and NAME.validation.u16 (token ids, each text ended by 1)
and writes NAME.written.u16. CONFIGS is a JSON list like MEMBERS. Each member trains for the same time, so that what comes out
depends on the machine as well as on the seeds. The texts of several files tell each other apart by what they begin with.
"""
import itertools
import json
import math
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

MEMBERS = [
    {"width": 512, "layers": 6, "heads": 8, "dropout": 0.3, "rate": 1.2e-3},
    {"width": 768, "layers": 6, "heads": 12, "dropout": 0.4, "rate": 8e-4},
    {"width": 640, "layers": 8, "heads": 10, "dropout": 0.35, "rate": 9e-4},
]
PAD, END = 0, 1
LENGTH = 48
BATCH = 1536
WRITING = 0.2  # of the time
WRITTEN_AT_ONCE = 8192

device = "cuda" if torch.cuda.is_available() else "cpu"
half = lambda: torch.autocast(device, torch.bfloat16)


def texts_of(file, start):
    """Ids [texts, LENGTH] that begin with `start`, padded; and the lengths."""
    ids = np.fromfile(file, dtype=np.uint16).astype(np.int64)
    ends = np.flatnonzero(ids == END)
    begins = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - begins + 2
    rows = np.full((len(ends), LENGTH), PAD, dtype=np.int64)
    rows[:, 0] = start
    for row, (begin, length) in enumerate(zip(begins, lengths)):
        rows[row, 1:length] = ids[begin : begin + length - 1]
    return torch.from_numpy(rows).to(device), lengths


class Block(nn.Module):
    """Attention and an MLP of four times the width, both behind a norm; x [batch, time, width]."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norms = nn.ModuleList(nn.LayerNorm(width, bias=False) for _ in range(2))
        self.read = nn.Linear(width, 3 * width, bias=False)
        self.write = nn.Linear(width, width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def drop(self, x, share):
        return functional.dropout(x, share, self.training)

    def forward(self, x, past, place):
        batch, tokens, width = x.shape
        rows = self.read(self.norms[0](x)).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = rows.permute(2, 0, 3, 1, 4)
        if past is not None:
            for kept, new in zip(past, (k, v)):
                kept[:, :, place : place + 1] = new
            k, v = (kept[:, :, : place + 1] for kept in past)
        dropped = 0.1 if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=past is None, dropout_p=dropped)
        x = x + self.drop(self.write(mixed.transpose(1, 2).reshape(x.shape)), self.dropout)
        hidden = self.drop(functional.gelu(self.up(self.norms[1](x))), self.dropout / 2)
        return x + self.drop(self.down(hidden), self.dropout)


class Transformer(nn.Module):
    """Logits [batch, time, vocabulary]; the readout is the embedding's table."""

    def __init__(self, vocabulary, width, layers, heads, dropout):
        super().__init__()
        self.dropout = dropout
        self.embedding = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(LENGTH, width)
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width, bias=False)
        for name, p in self.named_parameters():
            if p.dim() > 1:
                last = name.endswith(("write.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * layers if last else 1))

    def forward(self, ids, pasts=None, place=0):
        x = self.embedding(ids) + self.positions.weight[place : place + ids.shape[1]]
        x = functional.dropout(x, self.dropout, self.training)
        for i, block in enumerate(self.blocks):
            x = block(x, pasts and pasts[i], place)
        return functional.linear(self.norm(x), self.embedding.weight)


def batches(lengths, draws):
    """Rows of a pass, texts of about one length together."""
    order = draws.permutation(len(lengths))
    pools = [order[i : i + 32 * BATCH] for i in range(0, len(order), 32 * BATCH)]
    pools = [pool[np.argsort(lengths[pool], kind="stable")] for pool in pools]
    found = [pool[i : i + BATCH] for pool in pools for i in range(0, len(pool), BATCH)]
    draws.shuffle(found)
    return found


def train(member, seed, vocabulary, ids, lengths, seconds):
    """AdamW; the rate falls along a cosine of the time that has passed."""
    torch.manual_seed(seed)
    draws = np.random.default_rng(seed)
    sizes = {name: member[name] for name in ("width", "layers", "heads", "dropout")}
    model = Transformer(vocabulary, **sizes).to(device)
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 0.1},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=device == "cuda")
    begun, steps, waiting = time.time(), 0, []
    while (done := (time.time() - begun) / seconds) < 1:
        waiting = waiting or batches(lengths, draws)
        rows = waiting.pop()
        rate = member["rate"] * min(1, (steps + 1) / 300) * (0.02 + 0.49 * (1 + math.cos(math.pi * done)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        text = ids[torch.from_numpy(rows).to(device), : int(lengths[rows].max())]
        with half():
            logits = model(text[:, :-1])
        loss = functional.cross_entropy(logits.float().flatten(0, 1), text[:, 1:].flatten(), ignore_index=PAD)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        steps += 1
        if steps % 20 == 0:
            loss.item()  # else the queue runs ahead of the clock
    print(f"{member}: {sum(p.numel() for p in model.parameters())} numbers, {steps} steps", flush=True)
    return model.eval()


@torch.no_grad()
def mean_probabilities(models, ids, pasts=None, place=0):
    total = 0
    for i, model in enumerate(models):
        with half():
            logits = model(ids, pasts and pasts[i], place)
        total = total + functional.softmax(logits.float(), -1) / len(models)
    return total


def measure(models, ids, lengths):
    """Nats a token. What it is to be told the file by the first token is not taken off."""
    total, order = 0, np.argsort(lengths)
    for i in range(0, len(order), 512):
        rows = order[i : i + 512]
        text = ids[torch.from_numpy(rows).to(device), : int(lengths[rows].max())]
        p = mean_probabilities(models, text[:, :-1]).gather(-1, text[:, 1:, None])[..., 0]
        total -= (p.clamp_min(1e-30).log() * (text[:, 1:] != PAD)).sum().item()
    return total / (lengths - 1).sum()


@torch.no_grad()
def write(models, start, count):
    """`count` texts drawn token by token from the models' mean: ids, each text with its end."""
    ids = torch.full((count, LENGTH), PAD, device=device)
    ids[:, 0] = start
    room = lambda b: torch.zeros(count, b.heads, LENGTH, b.read.in_features // b.heads, dtype=torch.bfloat16, device=device)
    pasts = [[(room(b), room(b)) for b in model.blocks] for model in models]
    ended = torch.zeros(count, dtype=torch.bool, device=device)
    for t in range(LENGTH - 1):
        p = mean_probabilities(models, ids[:, t : t + 1], pasts, t)[:, 0]
        p[:, PAD] = 0
        # the first of as many exponential clocks
        drawn = (p / torch.empty_like(p).exponential_().clamp_min_(1e-20)).argmax(-1)
        ids[:, t + 1] = torch.where(ended, PAD, drawn)
        ended |= drawn == END
    whole = ids[ended][:, 1:]
    return whole[whole != PAD].cpu().numpy().astype(np.uint16)


def main():
    begun = time.time()
    folder, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
    members = json.loads(sys.argv[3]) if len(sys.argv) > 3 else MEMBERS
    torch.set_float32_matmul_precision("high")
    names = sorted(file.name.split(".")[0] for file in folder.glob("*.training.u16"))
    largest = max(int(np.fromfile(folder / f"{name}.training.u16", dtype=np.uint16).max()) for name in names)
    starts = {name: largest + 1 + i for i, name in enumerate(names)}
    part = lambda kind: {name: texts_of(folder / f"{name}.{kind}.u16", starts[name]) for name in names}
    training, validation = part("training"), part("validation")
    ids = torch.cat([rows for rows, _ in training.values()])
    lengths = np.concatenate([lengths for _, lengths in training.values()])
    vocabulary = largest + 1 + len(names)
    each = ((1 - WRITING) * seconds - (time.time() - begun)) / len(members)
    models = [train(member, 1 + i, vocabulary, ids, lengths, each) for i, member in enumerate(members)]

    best, chosen = math.inf, []
    for size in range(1, len(models) + 1):
        for some in itertools.combinations(range(len(models)), size):
            losses = {name: measure([models[i] for i in some], *validation[name]) for name in names}
            print("mean of", some, {name: f"{loss:.4f}" for name, loss in losses.items()}, flush=True)
            if sum(losses.values()) < best:
                best, chosen = sum(losses.values()), [models[i] for i in some]

    files = {name: open(folder / f"{name}.written.u16", "wb") for name in names}
    counts = dict.fromkeys(names, 0)
    for name in itertools.cycle(names):
        if time.time() - begun > seconds:
            break
        drawn = write(chosen, starts[name], WRITTEN_AT_ONCE)
        drawn.tofile(files[name])
        counts[name] += int((drawn == END).sum())
    for file in files.values():
        file.close()
    print("texts written:", counts)


if __name__ == "__main__":
    main()
