"""Jacobians of parts of blocks by torch.func, of checkpoints in tests/pretrained/fixtures.

Writes tests/pretrained/jacobians.json: J v and the transpose times u for every part of every layer of a few
fixtures, at the network's own frames, in double precision, with v_i = sin(i + 1) and u_i = cos(i + 1).

    python -P bench/peers/jacobians.py     (torch 2.13, transformers 5.24)
"""

import json
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
from pretrained import FIXTURES  # first: it turns the library's casts to float32 into casts to float64

import torch
from transformers import AutoModel

IDS = [3, 17, 5, 22, 9, 30]


def open_model(name):
    model = AutoModel.from_pretrained(FIXTURES / name, dtype=torch.float64, attn_implementation="eager")
    return model.eval()


def inputs_of(model, layers):
    """What each layer was called with."""
    seen = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, args, kwargs: seen.append((args, kwargs)), with_kwargs=True)
        for layer in layers
    ]
    with torch.no_grad():
        model(torch.tensor([IDS]), **({} if "encoder" in dict(model.named_children()) else {"use_cache": False}))
    for hook in hooks:
        hook.remove()
    return seen


def llama_parts(layer, x, kwargs):
    """Pre-norm and sandwich norms: A(x) with the norms inside."""
    sandwich = hasattr(layer, "pre_feedforward_layernorm")
    called = {k: v for k, v in kwargs.items() if k not in ("past_key_values", "use_cache")}

    def attention(y):
        out = layer.self_attn(hidden_states=layer.input_layernorm(y), **called)[0]
        return layer.post_attention_layernorm(out) if sandwich else out

    def mlp(y):
        if sandwich:
            return layer.post_feedforward_layernorm(layer.mlp(layer.pre_feedforward_layernorm(y)))
        return layer.mlp(layer.post_attention_layernorm(y))

    return {"attention": (attention, x), "mlp": (mlp, x + attention(x))}


def bert_parts(layer, x, kwargs):
    """Post-norm: A(x) without the norm behind the sum."""

    def attention(y):
        return layer.attention.output.dense(layer.attention.self(y)[0])

    def mlp(y):
        return layer.output.dense(layer.intermediate(y))

    middle = layer.attention.output.LayerNorm(x + attention(x))
    return {"attention": (attention, x), "mlp": (mlp, middle)}


def products(parts):
    told = {}
    for part, (f, x) in parts.items():
        places = torch.arange(1, x.numel() + 1, dtype=torch.float64)
        v, u = places.sin().reshape(x.shape), places.cos().reshape(x.shape)
        _, pushed = torch.func.jvp(f, (x.detach(),), (v,))
        _, pull = torch.func.vjp(f, x.detach())
        told[part] = {
            "x": x.detach().flatten().tolist(),
            "pushed": pushed.detach().flatten().tolist(),
            "pulled": pull(u)[0].detach().flatten().tolist(),
        }
    return told


def main():
    told = {}
    for name, parts_of in [("gemma3", llama_parts), ("qwen3", llama_parts), ("bert", bert_parts)]:
        model = open_model(name)
        layers = model.encoder.layer if name == "bert" else model.layers
        layers = list(layers)[:2]
        told[name] = [
            products(parts_of(layer, (args[0] if args else kwargs["hidden_states"]).detach(), {k: v for k, v in kwargs.items() if k != "hidden_states"}))
            for layer, (args, kwargs) in zip(layers, inputs_of(model, layers))
        ]
    path = FIXTURES.parent / "jacobians.json"
    path.write_text(json.dumps({"ids": IDS, "products": told}) + "\n")


main()
