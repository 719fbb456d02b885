#!/usr/bin/env bash
# transformers 5.24.0: a rotary share of a GPT-NeoX head that comes to an odd number turns one number more than it says.
#
# rotary_pct 0.4 of heads of 8 is floor(3.2) = 3. The frequencies are base^(-k/3) for k = 0, 2: two of them, each twice,
# so four numbers of each head are turned, halves of two against two. An implementation that turns floor(8 * 0.4) = 3
# numbers, or that rounds down to 2, has other states. Nothing is said.
# Guessed before running: 3 is refused, or rounded down to 2.
# Seen: inv_freq of two entries, 1 and base^(-2/3), and cos and sin of width 4.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0
cat > rotary.py <<'EOF'
import torch
from transformers import GPTNeoXConfig, GPTNeoXModel

config = GPTNeoXConfig(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=1,
                       num_attention_heads=2, rotary_pct=0.4, rotary_emb_base=1000)
model = GPTNeoXModel(config)
rotary = model.rotary_emb
print("frequencies", [round(value, 6) for value in rotary.inv_freq.tolist()])
cos, sin = rotary(torch.zeros(1, 5, 16), torch.arange(5)[None])
print("width", cos.shape[-1])
EOF
venv/bin/python rotary.py 2> /dev/null | tee seen
grep -qxF "frequencies [1.0, 0.01]" seen
grep -qxF "width 4" seen
echo "transformers 5.24.0 still turns four numbers where the share is three"
