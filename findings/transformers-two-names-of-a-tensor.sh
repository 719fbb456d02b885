#!/usr/bin/env bash
# transformers 5.24.0: a file that has a tensor twice, with and without the prefix of the base model: the alphabet decides.
#
# Checkpoints of a base model lack the prefix ("norm.weight"), those of a model with a head have it ("model.norm.weight");
# from_pretrained takes either. A merged or converted file may hold both, with other numbers.
# Guessed before running: the exact name wins and the other is said to be unexpected.
# Seen: of the two names the one that comes first in the alphabet wins: "model.norm.weight" and
# "bert.embeddings…" beat the bare names, "transformer.ln_f.weight" loses against "ln_f.weight". No warning, and neither
# name is among the unexpected keys.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0 safetensors==0.8.0 numpy
cat > twice.py <<'EOF'
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForMaskedLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
SMALL = dict(vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=1, num_attention_heads=4,
    max_position_embeddings=64, bos_token_id=1, eos_token_id=2)
CASES = [
    (LlamaForCausalLM, LlamaConfig(**SMALL), "model.", "norm.weight", "prefixed"),
    (BertForMaskedLM, BertConfig(**SMALL), "bert.", "embeddings.word_embeddings.weight", "prefixed"),
    (GPT2LMHeadModel, GPT2Config(**SMALL), "transformer.", "ln_f.weight", "bare"),
]
for model, config, prefix, name, expected in CASES:
    model(config).save_pretrained(".")
    tensors = load_file("model.safetensors")
    prefixed = tensors[prefix + name]
    save_file(tensors | {name: prefixed + 7}, "model.safetensors", metadata={"format": "pt"})
    read, info = model.from_pretrained(".", output_loading_info=True)
    got = read.state_dict()[prefix + name]
    winner = "prefixed" if torch.equal(got, prefixed) else "bare" if torch.equal(got, prefixed + 7) else "neither"
    print(f"{prefix + name} and {name}: {winner}; {({k: list(v) for k, v in info.items() if v})}")
    assert winner == expected
    assert not info["unexpected_keys"] and not info["mismatched_keys"]
EOF
venv/bin/python twice.py
