#!/usr/bin/env bash
# transformers 5.24.0: what the header of a GGUF file says of rotary positions and heads is left aside.
#
# Two files with the same tensors, one whose header asks for linear scaling of rotary positions by 8, as llama.cpp
# writes and reads it: from_pretrained(gguf_file=...) gives both the same config and the same numbers, and says nothing.
# Of a Qwen3 it does not read attention.key_length either, and refuses a file whose heads are not 128 numbers wide.
# Guessed before running: the scaling becomes rope_parameters, the length head_dim, as of a folder.
# Seen: rope_type default in both and equal logits; RuntimeError for heads of 32.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0 gguf==0.19.0 accelerate==1.15.0
cat > read.py <<'EOF'
import numpy as np, torch
from gguf import GGUFWriter, RopeScalingType
from transformers import AutoModelForCausalLM


def write(path, architecture, head, scaled=False):
    random = np.random.default_rng(1)
    writer = GGUFWriter(path, architecture)
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(32)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_freq_base(1000.0)
    writer.add_vocab_size(40)
    if scaled:
        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(8.0)
    q, layer = 2 * head, "blk.0."
    shapes = {"token_embd.weight": (40, 32), "output_norm.weight": (32,), layer + "attn_norm.weight": (32,),
        layer + "ffn_norm.weight": (32,), layer + "attn_q.weight": (q, 32), layer + "attn_k.weight": (q, 32),
        layer + "attn_v.weight": (q, 32), layer + "attn_output.weight": (32, q), layer + "ffn_gate.weight": (32, 32),
        layer + "ffn_up.weight": (32, 32), layer + "ffn_down.weight": (32, 32)}
    if architecture == "qwen3":
        shapes |= {layer + "attn_q_norm.weight": (head,), layer + "attn_k_norm.weight": (head,)}
    else:
        shapes |= {layer + f"attn_{part}.bias": (q,) for part in "qkv"}
    for name, shape in shapes.items():
        writer.add_tensor(name, random.standard_normal(shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def read(file):
    return AutoModelForCausalLM.from_pretrained(".", gguf_file=file, dtype=torch.float64)


write("plain.gguf", "qwen2", 16)
write("scaled.gguf", "qwen2", 16, scaled=True)
write("heads.gguf", "qwen3", 32)
ids = torch.arange(20)[None]
with torch.no_grad():
    plain, scaled = (read(file) for file in ("plain.gguf", "scaled.gguf"))
    print("scaling read:", scaled.config.rope_parameters["rope_type"])
    print("same numbers:", torch.equal(plain(ids).logits, scaled(ids).logits))
try:
    read("heads.gguf")
    print("heads of 32: read")
except RuntimeError as error:
    print("heads of 32:", type(error).__name__)
EOF
venv/bin/python read.py 2> /dev/null | tee seen
grep -qF "scaling read: default" seen
grep -qF "same numbers: True" seen
grep -qF "heads of 32: RuntimeError" seen
echo "transformers 5.24.0 still leaves scaling and the length of keys in a GGUF header aside"
