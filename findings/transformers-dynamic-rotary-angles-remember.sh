#!/usr/bin/env bash
# transformers 5.24.0: with rope_type "dynamic" the states of a text depend on which text was run before it.
#
# Angles are stretched for texts longer than max_position_embeddings and go back for shorter ones; for a text of exactly
# that length they stay as the text before left them. References made in one process over several texts differ from
# those made one by one.
# Guessed before running: the same text has the same states in whatever order.
# Seen (8 positions): a text of 7 tokens is the same before and after one of 16, a text of 8 tokens is not; its second
# frequency is 100^(-1/4) = 0.3162 before and 0.1849 after.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0
cat > order.py <<'EOF'
import torch
from transformers import LlamaConfig, LlamaModel

torch.manual_seed(0)
config = LlamaConfig(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2,
                     max_position_embeddings=8,
                     rope_parameters={"rope_type": "dynamic", "factor": 4.0, "rope_theta": 100.0})
model = LlamaModel(config).eval()


def run(tokens):
    states = model(torch.arange(tokens)[None]).last_hidden_state.detach()
    return states, round(float(model.rotary_emb.inv_freq[1]), 4)


for tokens in (7, 8):
    before, angle = run(tokens)
    run(16)
    after, later = run(tokens)
    print(tokens, "tokens:", "same" if torch.equal(before, after) else "differ", angle, later)
EOF
venv/bin/python order.py 2> /dev/null | tee seen
grep -qxF "7 tokens: same 0.3162 0.3162" seen
grep -qxF "8 tokens: differ 0.3162 0.1849" seen
echo "transformers 5.24.0 still keeps stretched angles for a text of exactly max_position_embeddings"
