#!/usr/bin/env bash
# transformers 5.24.0: a config.json with model_type "mistral" and a key layer_types is opened as another architecture.
#
# AutoConfig changes the class to MinistralConfig, whose window counts in the layers that layer_types names only; a
# Mistral's own class reads no layer_types, and its window counts in all. So one key changes the numbers of a model
# whose weights and type stay the same, and at the usual level nothing is said.
# Guessed before running: the key is ignored, as MistralConfig has no such field.
# Seen: MinistralConfig and MinistralForCausalLM; without the key MistralConfig; the last states differ.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0
cat > opened.py <<'EOF'
import json, torch
from transformers import AutoConfig, AutoModelForCausalLM, MistralConfig, MistralForCausalLM

torch.manual_seed(1)
config = MistralConfig(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
                       num_attention_heads=2, num_key_value_heads=2, sliding_window=3)
MistralForCausalLM(config).save_pretrained("model")
ids = torch.arange(1, 11)[None]

def opened(**changes):
    with open("model/config.json") as file:
        values = json.load(file)
    with open("model/config.json", "w") as file:
        json.dump({**values, **changes}, file)
    model = AutoModelForCausalLM.from_pretrained("model", dtype=torch.float64, attn_implementation="eager")
    print(type(AutoConfig.from_pretrained("model")).__name__, type(model).__name__, sorted(changes))
    with torch.no_grad():
        return model(ids).logits

plain = opened()
named = opened(layer_types=["full_attention", "sliding_attention"])
print("numbers differ:", bool((plain - named).abs().max() > 1e-3 * plain.abs().max()))
EOF
venv/bin/python opened.py 2> /dev/null | tee seen
grep -qF "MistralConfig MistralForCausalLM []" seen
grep -qF "MinistralConfig MinistralForCausalLM ['layer_types']" seen
grep -qF "numbers differ: True" seen
echo "transformers 5.24.0 still opens a Mistral with layer_types as a Ministral"
