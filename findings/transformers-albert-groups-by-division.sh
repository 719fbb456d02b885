#!/usr/bin/env bash
# transformers 5.24.0: which group of weights a layer of ALBERT has depends on the rounding of a division.
#
# A layer's group is int(layer / (layers / groups)) in floating point. With 18 layers in 14 groups, layer 9 is
# 9 * 14 / 18 = 7 exactly, but 18 / 14 is rounded up, 9 / that is 6.999…, and the layer runs with group 6. Whoever writes
# layer * groups // layers, as is natural in a language with integers, has other states in such networks; for most
# numbers of layers and groups both agree (the published ones have one group).
# Guessed before running: group 7, by an exact rule.
# Seen: group 6 runs twice behind layer 7, and group 7 once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0
cat > groups.py <<'EOF'
import torch
from transformers import AlbertConfig, AlbertModel

LAYERS, GROUPS = 18, 14
config = AlbertConfig(vocab_size=30, embedding_size=8, hidden_size=8, num_hidden_layers=LAYERS, num_hidden_groups=GROUPS,
                      num_attention_heads=2, intermediate_size=8, max_position_embeddings=16)
model = AlbertModel(config).eval()
used = []
for number, group in enumerate(model.encoder.albert_layer_groups):
    group.register_forward_hook(lambda module, inputs, outputs, number=number: used.append(number))
model(torch.arange(5)[None])
exact = [layer * GROUPS // LAYERS for layer in range(LAYERS)]
print("differ", [(layer, used[layer], exact[layer]) for layer in range(LAYERS) if used[layer] != exact[layer]])
EOF
venv/bin/python groups.py 2> /dev/null | tee seen
grep -qxF "differ [(9, 6, 7)]" seen
echo "transformers 5.24.0 still gives layer 9 of 18 the weights of group 6 of 14"
