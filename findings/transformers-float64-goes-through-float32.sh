#!/usr/bin/env bash
# transformers 5.24.0, torch 2.13.0: a model in float64 is no float64 reference, family by family.
#
# Models with random weights are turned into float64 (.double()), which gives float64 logits and no warning. All results
# in float32 on the way are counted, and the same weights run by the two ways to attend, eager and sdpa.
# Guessed before running: rotary angles stay float32 (their frequencies are a float32 buffer), the rest is float64, and
# the two ways agree to 1e-15.
# Seen: RMSNorm (Llama, Qwen, Gemma) squares, averages and divides in float32, and eager attention of all families with
# rotary positions takes its softmax in float32, so that the two ways differ by 1e-9 to 1e-7 of the largest logit; GPT-2
# and BERT are float64 throughout, and the two ways agree to 1e-15. Whoever compares another implementation with such a
# reference measures the reference; sdpa is the better one, but for norms and angles.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet torch==2.13.0 transformers==5.24.0 numpy
cat > float64.py <<'EOF'
import torch
import transformers
from torch.utils._python_dispatch import TorchDispatchMode

transformers.logging.set_verbosity_error()
SMALL = dict(vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
    max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
FAMILIES = {
    "gpt2": (transformers.GPT2Config, transformers.GPT2LMHeadModel, {}),
    "bert": (transformers.BertConfig, transformers.BertForMaskedLM, {}),
    "gpt_neox": (transformers.GPTNeoXConfig, transformers.GPTNeoXForCausalLM, {}),
    "modernbert": (transformers.ModernBertConfig, transformers.ModernBertForMaskedLM, dict(cls_token_id=1, sep_token_id=2)),
    "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM, {}),
    "qwen3": (transformers.Qwen3Config, transformers.Qwen3ForCausalLM, dict(head_dim=8, num_key_value_heads=2)),
    "gemma3_text": (transformers.Gemma3TextConfig, transformers.Gemma3ForCausalLM, dict(head_dim=8, num_key_value_heads=2)),
}


class Narrow(TorchDispatchMode):
    """Counts the operations that end in float32."""
    def __init__(self):
        super().__init__()
        self.counts = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor) and out.dtype == torch.float32:
            name = str(func).split(".")[1]
            self.counts[name] = self.counts.get(name, 0) + 1
        return out


found = {}
for family, (config, model, more) in FAMILIES.items():
    logits, counts = {}, {}
    for way in ("eager", "sdpa"):
        torch.manual_seed(1)
        made = model(config(**(SMALL | more), attn_implementation=way)).double().eval()
        with torch.no_grad():
            for weight in made.parameters():
                weight.mul_(4)  # far enough from 0 that attention prefers some tokens
            watch = Narrow()
            with watch:
                logits[way] = made(torch.arange(3, 23)[None]).logits
        counts[way] = watch.counts
        assert logits[way].dtype == torch.float64
    apart = ((logits["eager"] - logits["sdpa"]).abs().max() / logits["eager"].abs().max()).item()
    norms = counts["sdpa"].get("rsqrt", 0)
    softmax = counts["eager"].get("_softmax", 0)
    angles = counts["sdpa"].get("cos", 0)
    found[family] = (norms, softmax, angles)
    print(f"{family:12} in float32: {norms:2} norms, {softmax} softmaxes (eager), {angles} tables of angles; eager against sdpa {apart:.0e}")
    assert (apart < 1e-13) == (softmax == 0), apart
    assert apart < 1e-5

expected = {"gpt2": (0, 0, 0), "bert": (0, 0, 0), "gpt_neox": (0, 2, 1), "modernbert": (0, 2, 2), "llama": (5, 2, 1),
    "qwen3": (9, 2, 1), "gemma3_text": (13, 2, 1)}
assert found == expected, found
EOF
venv/bin/python float64.py
