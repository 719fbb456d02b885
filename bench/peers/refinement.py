"""Each part of each layer of a Llama refined alone, by the reference library: every cell is a whole pass from the embedding.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 transformers==5.24.0
    .venv/bin/python bench/peers/refinement.py FOLDER --text "The capital of France is" --steps 16 --threads 2

Reads lines from the standard input and answers each with one of JSON: seconds, seconds of processor time, and the
nats of every cell, layer by layer, attention before MLP. bench/refinement.js asks.
"""

import argparse
import json
import sys
import time

# this folder has a tokenizers.py of its own
sys.path.pop(0)

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

arguments = argparse.ArgumentParser()
arguments.add_argument("folder")
arguments.add_argument("--text", default="The capital of France is")
arguments.add_argument("--steps", type=int, default=16)
arguments.add_argument("--threads", type=int, default=2)
given = arguments.parse_args()

torch.set_num_threads(given.threads)
model = AutoModelForCausalLM.from_pretrained(given.folder, dtype=torch.float32).eval()
ids = AutoTokenizer.from_pretrained(given.folder)(given.text, return_tensors="pt").input_ids


def refined(layer, part):
    """The forward pass of a decoder layer whose part takes steps."""

    def forward(hidden, position_embeddings=None, attention_mask=None, **rest):
        def attention(x):
            y = layer.input_layernorm(x)
            added, _ = layer.self_attn(
                hidden_states=y, position_embeddings=position_embeddings, attention_mask=attention_mask, **rest
            )
            return added

        def mlp(x):
            return layer.mlp(layer.post_attention_layernorm(x))

        for name, velocity in (("attention", attention), ("mlp", mlp)):
            steps = given.steps if name == part else 1
            for _ in range(steps):
                hidden = hidden + velocity(hidden) / steps
        return hidden

    return forward


def law():
    """log p of the next token."""
    logits = model(ids, use_cache=False, logits_to_keep=1).logits[0, -1]
    return torch.log_softmax(logits.double(), -1)


@torch.inference_mode()
def cells():
    exact = law()
    nats = []
    for layer in model.model.layers:
        own = layer.forward
        for part in ("attention", "mlp"):
            layer.forward = refined(layer, part)
            nats.append(float((exact.exp() * (exact - law())).sum()))
        layer.forward = own
    return nats


with torch.inference_mode():
    law()
for _ in sys.stdin:
    begun, used = time.perf_counter(), time.process_time()
    nats = cells()
    told = {"seconds": time.perf_counter() - begun, "processor": time.process_time() - used, "nats": nats}
    print(json.dumps(told), flush=True)
