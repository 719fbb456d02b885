#!/usr/bin/env bash
# transformers 5.24.0: the older name of a rope scaling's kind, "type", is heard in Llama and lost in Gemma 3 and ModernBERT.
#
# {"rope_scaling": {"type": "linear", "factor": 4}} stretches the positions of a Llama. In the two families with a rope
# for each kind of layer "rope_type": "default" is filled in before the older name is looked at, so the model runs with
# unscaled positions; the only sign is a warning that the key 'factor' is not recognized. With "rope_type" all three scale.
# Guessed before running: one reader of rope_scaling for all families, so "type" counts in all or in none.
# Seen: Llama linear by either name; Gemma 3 and ModernBERT default by "type" and linear by "rope_type".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0
cat > scaling.py <<'EOF'
from transformers import Gemma3TextConfig, LlamaConfig, ModernBertConfig

small = dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2)
for config in (LlamaConfig, Gemma3TextConfig, ModernBertConfig):
    for name in ("type", "rope_type"):
        rope = config(**small, rope_scaling={name: "linear", "factor": 4.0}).rope_parameters
        kinds = rope.get("full_attention", rope)
        print(config.__name__, name, kinds["rope_type"])
EOF
venv/bin/python scaling.py 2> /dev/null | tee seen
grep -qxF "LlamaConfig type linear" seen
grep -qxF "LlamaConfig rope_type linear" seen
for family in Gemma3TextConfig ModernBertConfig; do
  grep -qxF "$family type default" seen
  grep -qxF "$family rope_type linear" seen
done
echo "transformers 5.24.0 still loses the older name in Gemma 3 and ModernBERT"
