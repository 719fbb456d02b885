#!/usr/bin/env bash
# transformers 5.24.0: a ModernBERT config that says sliding_window beside local_attention loses the latter, unsaid.
#
# The published key is local_attention (the whole window: 128 is 64 to each side); the config turns it into
# sliding_window = local_attention / 2. A config.json with both is believed in sliding_window alone, and
# config.local_attention then answers with twice that, not with what the file says.
# Guessed before running: the published key counts, or both are refused.
# Seen: with local_attention 4 and sliding_window 8 a token in the middle of twelve sees all twelve of a local layer, and
# config.local_attention is 16; with local_attention 4 alone it sees five.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0
cat > windows.py <<'EOF'
import torch
from transformers import ModernBertConfig, ModernBertModel

COMMON = dict(model_type="modernbert", vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=2,
              num_attention_heads=2, global_attn_every_n_layers=3, pad_token_id=0, bos_token_id=1, eos_token_id=2,
              cls_token_id=1, sep_token_id=2)
for windows in ({"local_attention": 4}, {"local_attention": 4, "sliding_window": 8}):
    config = ModernBertConfig.from_dict({**COMMON, **windows})
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    attentions = ModernBertModel(config).eval()(torch.arange(12)[None] + 5, output_attentions=True).attentions
    seen = int((attentions[1][0, 0, 6] > 0).sum())
    print(windows, "local_attention", config.local_attention, "seen by token 6:", seen)
EOF
venv/bin/python windows.py 2> /dev/null | tee seen
grep -qxF "{'local_attention': 4} local_attention 4 seen by token 6: 5" seen
grep -qxF "{'local_attention': 4, 'sliding_window': 8} local_attention 16 seen by token 6: 12" seen
echo "transformers 5.24.0 still lets sliding_window count over ModernBERT's local_attention"
