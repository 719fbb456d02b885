"""Folders for bench/pretrained.js: BERT with random weights, and any folder exported for onnxruntime.

python3 checkpoints.py --make minilm|bert-base FOLDER   writes config.json, model.safetensors of that size, F32, seeded,
                                                        and a vocabulary of made words
python3 checkpoints.py --export FOLDER FILE.onnx        the folder's network, all hidden states and attentions as outputs

First: pip install torch==2.13.0 transformers==5.24.0 onnx==1.23.2 onnxscript==0.7.2. Nothing is fetched.
"""
import argparse
import itertools
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
# the folder of this script holds files of the names of libraries
sys.path.pop(0)

import torch
from transformers import AutoModel, BertConfig, BertForMaskedLM, BertModel

SIZES = {
    "minilm": (BertModel, {"hidden_size": 384, "num_hidden_layers": 6, "intermediate_size": 1536}),
    "bert-base": (BertForMaskedLM, {"hidden_size": 768, "num_hidden_layers": 12, "intermediate_size": 3072}),
}


def make(size, folder):
    kind, fields = SIZES[size]
    torch.manual_seed(1)
    config = BertConfig(num_attention_heads=12, **fields)
    kind(config).save_pretrained(folder)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "."]
    made = ("".join(word) for length in range(1, 5) for word in itertools.product("etaoinsrhldu", repeat=length))
    words = (word if n % 2 else f"##{word}" for n, word in enumerate(w for w in made for _ in range(2)))
    with open(os.path.join(folder, "vocab.txt"), "w") as file:
        file.writelines(f"{word}\n" for word in itertools.islice(itertools.chain(special, words), config.vocab_size))


class AllStates(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        out = self.model(input_ids=ids, output_hidden_states=True, output_attentions=True)
        return (*out.hidden_states, *out.attentions)


def export(folder, file):
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    layers = model.config.num_hidden_layers
    names = [f"hidden.{k}" for k in range(layers + 1)] + [f"attention.{k}" for k in range(layers)]
    torch.onnx.export(
        AllStates(model),
        (torch.arange(1000, 1012)[None],),
        file,
        input_names=["ids"],
        output_names=names,
        dynamic_shapes={"ids": {1: torch.export.Dim("tokens", min=2, max=512)}},
        external_data=False,
        dynamo=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--make", nargs=2)
    parser.add_argument("--export", nargs=2)
    given = parser.parse_args()
    if given.make:
        make(*given.make)
    if given.export:
        export(*given.export)
