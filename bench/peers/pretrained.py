"""Small checkpoints with random weights and what the reference library computes from them, in double precision.

python3 pretrained.py [--only NAME …] [--out FOLDER]   writes the fixtures of tests/pretrained/fixtures anew
python3 pretrained.py --check [--only NAME …]          runs them once more, by the library as it is, in float32
python3 pretrained.py --real FOLDER …                  writes references into the folders of real models; then with --check

First: pip install torch==2.13.0 transformers==5.24.0 safetensors==0.8.0. Nothing is fetched. A run writes the same bytes again.

A fixture is a folder as `save_pretrained` writes it (or as older libraries wrote it: see `edit`), and beside it
`reference.safetensors`, for one text:
  ids            [n]                the text (I32); `types` [n] where token types are given
  hidden.0 … L   [n, width]         `hidden_states` (the last one behind the final norm, where there is one)
  last           [n, width]         what goes into the final norm, where there is one
  parts.0 …      [2, n, width]      in some: the stream after attention and after the MLP, block by block; behind the norm in
                                    post-norm models; of a parallel residual input + attention, then the sum
  attention.0 …  [heads, n, n]
  logits         [n, vocabulary]    where there is a head
all F64 but the ids. Further texts have files of the same form, `reference-NAME.safetensors`.

Double precision: the library casts to float32 in norms, softmax and rotary angles whatever the model's type is. Its sources are
read here with these casts turned into casts to float64 (`Lifted`), and no operation of a run may give float32 (`OnlyDouble`).
Where the library loses what config.json says (`meant`), the reference is that of the config which says the same so that it is
heard. Weights depend on names only: on fixture and tensor.
"""
import argparse
import contextlib
import hashlib
import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"
LIFTED = re.compile(r"transformers\.(models\.\w+\.modeling_\w+|modeling_rope_utils|activations)$")


class Lifted(importlib.machinery.SourceFileLoader):
    """A module of the library whose casts to float32 are casts to float64."""

    def get_code(self, name):
        source = self.get_source(name)
        source = re.sub(r"\btorch\.float(32)?\b", "torch.float64", source).replace(".float()", ".double()")
        return compile(source, self.path, "exec", dont_inherit=True)


class Lift(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if not LIFTED.match(name):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        spec.loader = Lifted(name, spec.origin)
        return spec


DOUBLE = "--check" not in sys.argv
if DOUBLE:
    sys.meta_path.insert(0, Lift())

import numpy as np
import torch
import transformers
from safetensors.torch import load_file
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForMaskedLM

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "tests" / "pretrained" / "fixtures"
NUMBER = torch.float64 if DOUBLE else torch.float32
VERSIONS = {"transformers": "5.24.0", "torch": "2.13.0"}


class OnlyDouble(TorchDispatchMode):
    """Refuses every operation that gives numbers of fewer bits."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and tensor.dtype != torch.float64:
                raise TypeError(f"{function} gives {tensor.dtype}")
        return result


# --- files -------------------------------------------------------------------------------------------------------------------

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64,
    "I32": torch.int32, "BOOL": torch.bool, "U8": torch.uint8}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


def write_tensors(file, tensors, metadata):
    """A safetensors file whose bytes depend on its content only: names in order, the header padded to 8 bytes."""
    header, offset, chunks = {"__metadata__": metadata}, 0, []
    for name in sorted(tensors):
        tensor = tensors[name].detach().contiguous()
        data = tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
        chunks.append(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))


# --- weights -----------------------------------------------------------------------------------------------------------------


def random_weight(fixture, name, tensor, gemma):
    """Weights at which attention is far from uniform, norms are not 1 and biases not 0."""
    normal = seeded(fixture, name).standard_normal(tuple(tensor.shape))
    if tensor.ndim == 1:
        is_norm = name.endswith("weight")
        normal = 0.3 * normal + (1 if is_norm and not gemma else 0)
    elif re.search(r"embed|wte|wpe", name) and "mapping" not in name:
        normal *= 0.5
    else:
        queries = re.search(r"q_proj|k_proj|query|key|q_lin|k_lin|c_attn|qkv", name)
        fan_in = tensor.shape[0] if re.search(r"c_attn|c_proj|c_fc", name) else tensor.shape[1]
        normal *= (1.4 if queries else 1.1) / np.sqrt(fan_in)
    return torch.from_numpy(normal).to(torch.float32)


# --- runs --------------------------------------------------------------------------------------------------------------------

# Of a block: the module whose input (or output) is the stream after attention, and whether it is the input.
MIDDLES = {
    "bert": ("attention.output", False),
    "roberta": ("attention.output", False),
    "xlm-roberta": ("attention.output", False),
    "camembert": ("attention.output", False),
    "distilbert": ("sa_layer_norm", False),
    "albert": ("attention", False),
    "modernbert": ("mlp_norm", True),
    "gpt2": ("ln_2", True),
    "gpt_neox": ("post_attention_layernorm", True),
    "llama": ("post_attention_layernorm", True),
    "mistral": ("post_attention_layernorm", True),
    "ministral": ("post_attention_layernorm", True),
    "qwen2": ("post_attention_layernorm", True),
    "qwen3": ("post_attention_layernorm", True),
    "gemma3_text": ("pre_feedforward_layernorm", True),
}
BLOCKS = re.compile(r"(encoder\.layer|layers|transformer\.layer|h|albert_layers)\.\d+$")
FINALS = re.compile(r"((^|\.)(final_norm|ln_f|final_layer_norm)|^(model\.)?norm)$")


def first(value):
    return value[0] if isinstance(value, tuple) else value


def watch(model, seen):
    """Hooks that keep the parts of each block and the input of the final norm; blocks in the order in which they run."""
    kind = model.config.model_type
    middle, is_input = MIDDLES[kind]
    parallel = kind == "gpt_neox" and model.config.use_parallel_residual
    for name, module in model.named_modules():
        if BLOCKS.search(name):
            if parallel:
                module.register_forward_pre_hook(lambda m, args: seen.update(input=first(args)))
                module.attention.register_forward_hook(lambda m, args, out: seen.update(middle=seen["input"] + first(out)))
            elif is_input:
                module.get_submodule(middle).register_forward_pre_hook(lambda m, args: seen.update(middle=args[0]))
            else:
                module.get_submodule(middle).register_forward_hook(lambda m, args, out: seen.update(middle=first(out)))
            module.register_forward_hook(
                lambda m, args, out: seen["parts"].append(torch.stack([seen["middle"][0], first(out)[0]])))
        elif FINALS.search(name):
            module.register_forward_pre_hook(lambda m, args: seen.update(last=args[0][0]))


def run(model, ids, types=None):
    """The tensors of a reference file."""
    model.seen.clear()
    model.seen.update(parts=[])
    inputs = {"input_ids": torch.tensor([ids])}
    if types is not None:
        inputs["token_type_ids"] = torch.tensor([types])
    if hasattr(model.config, "use_cache"):
        inputs["use_cache"] = False
    with torch.no_grad(), OnlyDouble() if DOUBLE else contextlib.nullcontext():
        out = model(**inputs, output_hidden_states=True, output_attentions=True)
    tensors = {"ids": torch.tensor(ids, dtype=torch.int32)}
    if types is not None:
        tensors["types"] = torch.tensor(types, dtype=torch.int32)
    for i, hidden in enumerate(out.hidden_states):
        tensors[f"hidden.{i}"] = hidden[0]
    for i, attention in enumerate(out.attentions):
        tensors[f"attention.{i}"] = attention[0]
    for i, parts in enumerate(model.seen["parts"]):
        tensors[f"parts.{i}"] = parts
    if "last" in model.seen:
        tensors["last"] = model.seen["last"]
    if hasattr(out, "logits"):
        tensors["logits"] = out.logits[0]
    layers = len(out.attentions)
    if len(out.hidden_states) != layers + 1 or len(model.seen["parts"]) != layers:
        raise ValueError(f"{len(out.hidden_states)} states, {layers} attentions, {len(model.seen['parts'])} blocks")
    behind = tensors.get("last", tensors[f"hidden.{layers}"])
    if not torch.equal(behind, tensors[f"parts.{layers - 1}"][1]):
        raise ValueError("the last block does not give what the final norm takes")
    return {name: tensor.to(torch.float64) if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}


MASKED = ("bert", "roberta", "xlm-roberta", "camembert", "distilbert", "albert", "modernbert")


def class_of(kind, headless):
    return AutoModel if headless else AutoModelForMaskedLM if kind in MASKED else AutoModelForCausalLM


def read_model(folder, headless, surplus=(), missing=()):
    """The model of a folder, in the precision of this run; no weight may be missing."""
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    options = dict(dtype=NUMBER, attn_implementation="eager", output_loading_info=True)
    model, info = class_of(kind, headless).from_pretrained(folder, **options)
    if set(info["missing_keys"]) - set(missing) or info["mismatched_keys"]:
        raise ValueError(f"missing {info['missing_keys']}, of other shape {info['mismatched_keys']}")
    unknown = [key for key in info["unexpected_keys"] if not any(re.search(one, key) for one in surplus)]
    if unknown:
        raise ValueError(f"unexpected {unknown}")
    model.eval()
    model.seen = {}
    watch(model, model.seen)
    return model


# --- fixtures ----------------------------------------------------------------------------------------------------------------

FIXTURE = {}


def fixture(name, kind, what, config, texts=9, **more):
    """One fixture.

    config    arguments of the library's config class
    texts     {name: text}, or one text; the text without a name is that of reference.safetensors. A text is a length, or ids,
              or a pair with "types" when random token types are given
    edit      config.json as written → the older form that is put into the folder
    tensors   the tensors as written → those that are put into the file
    meant     config.json of the folder → the config whose reading by the library is what the folder means
    headless  the body alone
    dtype     of the file; shard: the largest size of a file in bytes
    surplus   patterns of tensors that the library leaves aside; missing: of those that a run does not need
    extra     {path: JSON} of further files of the folder
    parts     whether the references have parts
    """
    options = dict(edit=None, tensors=None, meant=None, headless=False, dtype=None, shard=None, surplus=(), missing=(), extra={},
        parts=False)
    if set(more) - set(options) or name in FIXTURE:
        raise ValueError(f"{name}: {set(more) - set(options)}")
    texts = texts if isinstance(texts, dict) else {"": texts}
    FIXTURE[name] = dict(name=name, kind=kind, what=what, config=config, texts=texts, **{**options, **more})


def seeded(*names):
    return np.random.default_rng(int.from_bytes(hashlib.sha256("/".join(names).encode()).digest()[:8], "little"))


def text_of(one, name, config):
    """Ids and token types (or None) of a text."""
    text = one["texts"][name]
    text, typed = text if isinstance(text, tuple) else (text, None)
    random = seeded(one["name"], "text", name)
    ids = [int(i) for i in random.integers(0, config.vocab_size, text)] if isinstance(text, int) else text
    return ids, [int(i) for i in random.integers(0, config.type_vocab_size, len(ids))] if typed else None


def write_folder(one, folder):
    """The checkpoint: by the library, then as `edit` and `tensors` have it."""
    folder.mkdir(parents=True)
    config = AutoConfig.for_model(one["kind"], **one["config"])
    model = class_of(one["kind"], one["headless"]).from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(random_weight(one["name"], name, parameter, one["kind"] == "gemma3_text"))
    model.tie_weights()
    if one["dtype"]:
        model.to(DTYPES[one["dtype"]])
    model.save_pretrained(folder, **({"max_shard_size": one["shard"]} if one["shard"] else {}))
    if one["tensors"]:
        file = folder / "model.safetensors"
        write_tensors(file, one["tensors"](load_file(file)), {"format": "pt"})
    if one["edit"]:
        file = folder / "config.json"
        file.write_text(json.dumps(one["edit"](json.loads(file.read_text())), indent=2) + "\n")
    for path, value in one["extra"].items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(json.dumps(value, indent=2) + "\n")
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)


def reference_file(name):
    return f"reference-{name}.safetensors" if name else "reference.safetensors"


def runs_of(one, folder):
    """The texts' names with what a model gives that has seen no other text (dynamic scalings remember)."""
    with tempfile.TemporaryDirectory() as place:
        read = folder
        if one["meant"]:
            read = pathlib.Path(place) / "meant"
            shutil.copytree(folder, read)
            config = json.loads((read / "config.json").read_text())
            (read / "config.json").write_text(json.dumps(one["meant"](config)))
        for name in one["texts"]:
            model = read_model(read, one["headless"], one["surplus"], one["missing"])
            yield name, run(model, *text_of(one, name, model.config))


def write_references(one, folder):
    for name, tensors in runs_of(one, folder):
        if not one["parts"]:
            tensors = dropped("^parts")(tensors)
        write_tensors(folder / reference_file(name), tensors, {"family": one["kind"], "what": one["what"], **VERSIONS})


def distance(tensors, references):
    """The largest distance, in units of each tensor's largest entry, and the tensor's name."""
    numbers = [key for key in references if references[key].is_floating_point()]
    return max((float((tensors[key] - references[key]).abs().max() / references[key].abs().max()), key) for key in numbers)


def check(one, folder):
    return max(distance(tensors, load_file(folder / reference_file(name))) for name, tensors in runs_of(one, folder))


# Older forms of a config: keys taken away, keys set.
def form(*dropped, **put):
    return lambda config: {**{key: value for key, value in config.items() if key not in dropped}, **put}


# Older contents of a file: one change after the other.
def changed(*changes):
    def change(tensors):
        for one in changes:
            tensors = one(tensors)
        return tensors

    return change


def renamed(pattern, replacement):
    return lambda tensors: {re.sub(pattern, replacement, name): tensor for name, tensor in tensors.items()}


def dropped(pattern):
    return lambda tensors: {name: tensor for name, tensor in tensors.items() if not re.search(pattern, name)}


def added(**shapes):
    """Further tensors: random ones of a shape, or as they are; in names __ stands for a dot."""
    def one(name, value):
        if not isinstance(value, tuple):
            return value
        return torch.from_numpy(seeded("added", name).standard_normal(value) * 0.3).to(torch.float32)

    return lambda tensors: {**tensors, **{name.replace("__", "."): one(name, value) for name, value in shapes.items()}}


def copied(**sources):
    """A tensor stored once more under another name, as older libraries did with tied ones."""
    return lambda tensors: {**tensors, **{name.replace("__", "."): tensors[source].clone() for name, source in sources.items()}}


OLD = dict(transformers_version="4.35.2", torch_dtype="float32")  # beside form("dtype", …)
POSITIONS = torch.arange(24).reshape(1, 24)


def causal_mask(n, dtype):
    return torch.tril(torch.ones(n, n)).reshape(1, 1, n, n).to(dtype)


# BERT

BERT = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
    max_position_embeddings=24, type_vocab_size=2)

fixture("bert", "bert", "defaults: erf GELU, epsilon 1e-12, tied head; token types given in the second text",
    {**BERT, "num_hidden_layers": 3}, {"": 10, "types": (8, "types")}, parts=True)
fixture("bert-relu", "bert",
    "relu, also in the head; epsilon 0.03; four heads; three token types; a text as long as the positions",
    {**BERT, "hidden_act": "relu", "layer_norm_eps": 0.03, "num_attention_heads": 4, "type_vocab_size": 3,
        "max_position_embeddings": 10}, 10)
fixture("bert-old", "bert",
    "a file of 2019: LayerNorm.gamma and beta, head stored beside the embedding, position ids, pooler, next-sentence head; "
        "config without dtype, epsilon, activation and tie", BERT,
    edit=form("dtype", "layer_norm_eps", "hidden_act", "tie_word_embeddings", "use_cache", "is_decoder", "add_cross_attention",
        "transformers_version", position_embedding_type="absolute", gradient_checkpointing=False),
    tensors=changed(copied(cls__predictions__decoder__weight="bert.embeddings.word_embeddings.weight"),
        added(bert__embeddings__position_ids=POSITIONS, bert__pooler__dense__weight=(16, 16), bert__pooler__dense__bias=(16,),
        cls__seq_relationship__weight=(2, 16), cls__seq_relationship__bias=(2,)), renamed(r"LayerNorm\.weight", "LayerNorm.gamma"),
        renamed(r"LayerNorm\.bias", "LayerNorm.beta")), surplus=("position_ids", "pooler", "seq_relationship"))
fixture("bert-no-prefix", "bert", "the body's names without bert., the head's as always", BERT, tensors=renamed(r"^bert\.", ""))
fixture("bert-headless", "bert", "a folder of sentence-transformers: the body alone, without prefix, with its pooler", BERT,
    headless=True,
    extra={"modules.json": [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1,
        "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}],
        "sentence_bert_config.json": {"max_seq_length": 16, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": 16, "pooling_mode_mean_tokens": True}})
fixture("bert-headless-prefix", "bert", "the body alone, its names with bert., no pooler", BERT, headless=True,
        tensors=changed(dropped("pooler"), renamed("^", "bert.")), missing=("pooler.dense.weight", "pooler.dense.bias"))
fixture("bert-head-differs", "bert",
    "tied by the config, but the file has a head of its own; both biases in the file, and different: decoder.bias counts", BERT,
    tensors=added(cls__predictions__decoder__weight=(40, 16), cls__predictions__decoder__bias=(40,)))
fixture("bert-decoder-bias", "bert", "the head's bias under cls.predictions.decoder.bias alone", BERT,
        tensors=renamed(r"predictions\.bias", "predictions.decoder.bias"))
fixture("bert-untied", "bert", "tie_word_embeddings false", {**BERT, "tie_word_embeddings": False})
fixture("bert-bfloat16", "bert", "a file of BF16", BERT, dtype="BF16")
fixture("bert-shards", "bert", "shards and their index", BERT, shard=12000)

# RoBERTa and its kind

ROBERTA = {**BERT, "layer_norm_eps": 1e-5, "type_vocab_size": 1}

fixture("roberta", "roberta", "positions count from pad id + 1; the pad id within the text has the pad's position", ROBERTA,
    [0, 17, 5, 1, 30, 31, 1, 1, 9, 2, 12], parts=True)
fixture("roberta-pad", "roberta",
    "pad id 3; relu in the blocks, erf GELU in the head as always; two token types; a text of all positions",
    {**ROBERTA, "pad_token_id": 3, "hidden_act": "relu", "type_vocab_size": 2, "max_position_embeddings": 14},
    {"": [0, 3, 7, 8, 9, 3, 11, 2, 20, 21], "types": ([0, 4, 5, 6, 7, 8, 9, 10, 11, 2], "types")})
fixture("roberta-old", "roberta",
    "an older file: decoder.weight and decoder.bias beside their twins, position ids, pooler; epsilon absent",
    {**ROBERTA, "layer_norm_eps": 1e-12}, edit=form("dtype", "tie_word_embeddings", "layer_norm_eps", "hidden_act", **OLD),
    tensors=changed(copied(lm_head__decoder__weight="roberta.embeddings.word_embeddings.weight",
        lm_head__decoder__bias="lm_head.bias"), added(roberta__embeddings__position_ids=POSITIONS,
        roberta__pooler__dense__weight=(16, 16), roberta__pooler__dense__bias=(16,))), surplus=("position_ids", "pooler"))
fixture("xlm-roberta", "xlm-roberta", "as RoBERTa, float16", ROBERTA, [0, 17, 1, 5, 30, 31, 9, 2], dtype="F16")
fixture("xlm-roberta-head-differs", "xlm-roberta", "tied by the config, but the file has a head of its own", ROBERTA,
    tensors=added(lm_head__decoder__weight=(40, 16)))
fixture("xlm-roberta-headless", "xlm-roberta", "the body alone, without prefix", ROBERTA, headless=True)
fixture("camembert", "camembert", "as RoBERTa; gelu_new in the blocks", {**ROBERTA, "hidden_act": "gelu_new"},
    [5, 17, 1, 30, 31, 9, 6])
fixture("camembert-untied", "camembert", "tie_word_embeddings false, the body's names without roberta.",
    {**ROBERTA, "tie_word_embeddings": False}, tensors=renamed(r"^roberta\.", ""))

# DistilBERT

DISTIL = dict(vocab_size=40, dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=24)

fixture("distilbert", "distilbert", "defaults: no token types, epsilon 1e-12 fixed", {**DISTIL, "n_layers": 3}, 11, parts=True)
fixture("distilbert-relu", "distilbert",
    "relu, also in the head; hidden_size, num_attention_heads, num_hidden_layers in the config; sinusoidal_pos_embds "
        "(positions are in the file all the same); untied",
    {**DISTIL, "activation": "relu", "sinusoidal_pos_embds": True, "tie_word_embeddings": False, "n_heads": 4},
    edit=form("dim", "n_heads", "n_layers", "dtype", hidden_size=16, num_attention_heads=4, num_hidden_layers=2,
        tie_weights_=True, **OLD))
fixture("distilbert-head-differs", "distilbert", "tied by default, but the file has a head of its own; position ids", DISTIL,
    edit=form("tie_word_embeddings"),
    tensors=added(vocab_projector__weight=(40, 16), distilbert__embeddings__position_ids=POSITIONS), surplus=("position_ids",))
fixture("distilbert-headless", "distilbert", "the body alone, without prefix", DISTIL, headless=True)

# ALBERT

ALBERT = dict(vocab_size=40, embedding_size=6, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=24,
    max_position_embeddings=24)

fixture("albert", "albert", "one layer run four times; factorised embeddings; gelu_new", ALBERT,
    {"": 10, "types": (8, "types")}, parts=True)
fixture("albert-groups", "albert", "three groups over four layers (0 0 1 2), two inner layers; erf GELU; epsilon 0.01",
    {**ALBERT, "num_hidden_groups": 3, "inner_group_num": 2, "hidden_act": "gelu", "layer_norm_eps": 0.01}, 8, parts=True)
fixture("albert-rounding", "albert",
    "14 groups over 18 layers: the library divides, 9 / (18 / 14) is 6.999…, so layer 9 is of group 6 and not of 7",
    {**ALBERT, "hidden_size": 8, "embedding_size": 4, "intermediate_size": 8, "vocab_size": 24, "num_hidden_layers": 18,
        "num_hidden_groups": 14}, 6)
fixture("albert-old", "albert",
    "an older file: decoder.weight and decoder.bias beside their twins, position ids, pooler, sentence-order head; activation "
        "and sizes of groups absent", ALBERT,
    edit=form("dtype", "hidden_act", "num_hidden_groups", "inner_group_num", "layer_norm_eps", "tie_word_embeddings",
        net_structure_type=0, down_scale_factor=1, gap_size=0, num_memory_blocks=0, **OLD),
    tensors=changed(copied(predictions__decoder__weight="albert.embeddings.word_embeddings.weight",
        predictions__decoder__bias="predictions.bias"), added(albert__embeddings__position_ids=POSITIONS,
        albert__pooler__weight=(16, 16), albert__pooler__bias=(16,), sop_classifier__classifier__weight=(2, 16),
        sop_classifier__classifier__bias=(2,))), surplus=("position_ids", "pooler", "sop_classifier"))
fixture("albert-headless", "albert", "the body alone, without prefix, with its pooler", {**ALBERT, "num_hidden_groups": 2},
    headless=True)

# ModernBERT

MODERN = dict(vocab_size=40, hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=20,
    max_position_embeddings=64, local_attention=6, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1,
    sep_token_id=2)

fixture("modernbert", "modernbert", "layers 0 and 3 full, others see 3 to each side; two bases", MODERN, 11, parts=True)
fixture("modernbert-biases", "modernbert",
    "all biases but the decoder's; silu, relu in the head; odd local_attention; layer_types of its own; linear scaling of the "
        "full layers",
    {**MODERN, "num_hidden_layers": 3, "attention_bias": True, "mlp_bias": True, "norm_bias": True, "classifier_bias": True,
        "decoder_bias": False, "hidden_activation": "silu", "classifier_activation": "relu", "local_attention": 7, "norm_eps": 0.01,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
        "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 4.0, "rope_theta": 500.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}}, 11)
fixture("modernbert-old", "modernbert",
    "the older form: global_rope_theta, local_rope_theta, global_attn_every_n_layers; a rope_theta that counts for nothing; "
        "head of its own",
    {**MODERN, "num_hidden_layers": 3, "tie_word_embeddings": False, "layer_types": ["full_attention", "sliding_attention",
        "full_attention"], "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 900.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 30.0}}}, 11,
    edit=form("dtype", "layer_types", "rope_parameters", global_rope_theta=900.0, local_rope_theta=30.0,
        global_attn_every_n_layers=2, rope_theta=7.0, **OLD))
fixture("modernbert-absent", "modernbert",
    "bases, layers, epsilon, biases, activation and tie absent; sliding_window 2 instead of local_attention 4; rope_scaling "
        "applies to both kinds",
    {**MODERN, "local_attention": 4, "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 2.0,
        "rope_theta": 160000.0}, "sliding_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 10000.0}}}, 11,
    edit=form("layer_types", "local_attention", "rope_parameters", "norm_eps", "norm_bias", "attention_bias", "mlp_bias",
        "decoder_bias", "classifier_bias", "classifier_activation", "hidden_activation", "tie_word_embeddings", sliding_window=2,
        rope_scaling={"rope_type": "linear", "factor": 2.0}))
fixture("modernbert-type-lost", "modernbert",
    "rope_scaling with type and without rope_type: the library stays with the default, the file does not mean that",
    {**MODERN, "num_hidden_layers": 2, "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 900.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 30.0}}},
    edit=form("rope_parameters", global_rope_theta=900.0, local_rope_theta=30.0, rope_scaling={"type": "linear",
        "factor": 2.0}), meant=form(rope_scaling={"rope_type": "linear", "factor": 2.0}))
fixture("modernbert-headless", "modernbert", "the body alone, without prefix", {**MODERN, "num_hidden_layers": 2},
    headless=True)

# GPT-2

GPT2 = dict(vocab_size=40, n_embd=16, n_layer=2, n_head=2, n_positions=24, bos_token_id=0, eos_token_id=0)

fixture("gpt2", "gpt2", "defaults: gelu_new, tied", {**GPT2, "n_layer": 3}, 11, parts=True)
fixture("gpt2-scales", "gpt2", "scale_attn_by_inverse_layer_idx, scale_attn_weights false; n_inner 20; relu",
    {**GPT2, "n_layer": 3, "n_head": 4, "scale_attn_by_inverse_layer_idx": True, "scale_attn_weights": False, "n_inner": 20,
        "activation_function": "relu"})
fixture("gpt2-inverse", "gpt2", "scale_attn_by_inverse_layer_idx, reorder_and_upcast_attn; erf GELU; epsilon 0.01",
    {**GPT2, "n_layer": 3, "scale_attn_by_inverse_layer_idx": True, "reorder_and_upcast_attn": True,
        "activation_function": "gelu", "layer_norm_epsilon": 0.01})
fixture("gpt2-old", "gpt2",
    "a file of 2019: no transformer. prefix, stored masks; n_ctx; activation, epsilon and scales absent", GPT2,
    edit=form("dtype", "activation_function", "layer_norm_epsilon", "n_inner", "scale_attn_weights",
        "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "tie_word_embeddings", "add_cross_attention",
        "transformers_version", n_ctx=24),
    tensors=changed(renamed(r"^transformer\.", ""), added(h__0__attn__bias=causal_mask(24, torch.float32),
        h__1__attn__bias=causal_mask(24, torch.float32), h__1__attn__masked_bias=torch.tensor(-1e4))), surplus=("masked_bias",))
fixture("gpt2-head-differs", "gpt2",
    "tied by the config, but the file has a head of its own; hidden_size, num_hidden_layers, num_attention_heads, "
        "max_position_embeddings in the config; masks as bytes", GPT2,
    edit=form("n_embd", "n_layer", "n_head", "n_positions", hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=24),
    tensors=added(lm_head__weight=(40, 16), transformer__h__0__attn__bias=causal_mask(24, torch.uint8),
        transformer__h__1__attn__bias=causal_mask(24, torch.bool)))
fixture("gpt2-headless", "gpt2", "the body alone, without prefix; quick_gelu", {**GPT2, "activation_function": "quick_gelu"},
    headless=True)

# GPT-NeoX

NEOX = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
    max_position_embeddings=64)


def rope(kind="default", theta=10000.0, **more):
    return {"rope_parameters": {"rope_type": kind, "rope_theta": theta, **more}}


fixture("gpt-neox", "gpt_neox", "parallel residual, a quarter of each head turned", {**NEOX, "num_hidden_layers": 3}, 11,
    parts=True)
fixture("gpt-neox-serial", "gpt_neox", "serial residual, 0.3 of 8 numbers turned: two; base 100",
    {**NEOX, "use_parallel_residual": False, **rope(theta=100.0, partial_rotary_factor=0.3)}, parts=True)
fixture("gpt-neox-odd", "gpt_neox",
    "0.4 of 8 numbers is three: two frequencies with exponents 0 and 2 / 3, four numbers turned; no attention biases; relu; "
        "tied",
    {**NEOX, "attention_bias": False, "hidden_act": "relu", "tie_word_embeddings": True, "layer_norm_eps": 0.01,
        **rope(theta=100.0, partial_rotary_factor=0.4)})
fixture("gpt-neox-old", "gpt_neox",
    "the older form: rotary_pct, rotary_emb_base, embed_out.weight, stored masks and frequencies, a rope_theta that counts for "
        "nothing; float16", {**NEOX, **rope(theta=500.0, partial_rotary_factor=0.5)}, dtype="F16",
    edit=form("dtype", "rope_parameters", "attention_bias", "hidden_act", "layer_norm_eps", "tie_word_embeddings",
        rotary_pct=0.5, rotary_emb_base=500, rope_theta=7.0, transformers_version="4.24.0", torch_dtype="float16"),
    tensors=changed(renamed(r"^lm_head\.weight", "embed_out.weight"),
        added(**{f"gpt_neox__layers__{i}__attention__{name}": value for i in range(2) for name, value in {"bias": causal_mask(64,
        torch.bool), "masked_bias": torch.tensor(-1e9), "rotary_emb__inv_freq": torch.tensor([1.0, 0.1])}.items()})))
fixture("gpt-neox-absent", "gpt_neox", "share and base absent: 0.25 and 10000; lm_head.weight; residual and biases absent",
    NEOX, edit=form("rope_parameters", "use_parallel_residual", "attention_bias"),
    tensors=renamed(r"^embed_out\.weight", "lm_head.weight"))
fixture("gpt-neox-dynamic", "gpt_neox",
    "dynamic scaling of a part of each head; a text longer than the positions and one within them",
    {**NEOX, "max_position_embeddings": 8, **rope("dynamic", 100.0, factor=2.0, partial_rotary_factor=0.5)},
    {"": 14, "within": 8})
fixture("gpt-neox-both", "gpt_neox",
    "rope_scaling beside rope_parameters: the library loses base and share, the file does not mean that",
    {**NEOX, **rope(theta=100.0, partial_rotary_factor=0.5)}, edit=form(rope_scaling={"type": "linear", "factor": 3.0}),
    meant=form("rope_scaling", **rope("linear", 100.0, factor=3.0, partial_rotary_factor=0.5)))
fixture("gpt-neox-headless", "gpt_neox", "the body alone, without prefix; gelu_fast", {**NEOX, "hidden_act": "gelu_fast"},
    headless=True)

# Llama

LLAMA = dict(vocab_size=40, hidden_size=16, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
    intermediate_size=24, max_position_embeddings=64, bos_token_id=1, eos_token_id=2)
LONG = {**LLAMA, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8}

fixture("llama", "llama", "defaults: grouped heads, no biases, head of its own", {**LLAMA, "num_hidden_layers": 3}, 11,
    parts=True)
fixture("llama-biases", "llama",
    "biases of attention and MLP; relu; epsilon 0.01; tied; head size other than width / heads; one key head",
    {**LLAMA, "attention_bias": True, "mlp_bias": True, "hidden_act": "relu", "rms_norm_eps": 0.01, "tie_word_embeddings": True,
        "head_dim": 6, "num_key_value_heads": 1})
fixture("llama-linear", "llama", "linear scaling", {**LONG, **rope("linear", 500.0, factor=2.5)})
fixture("llama-dynamic", "llama", "dynamic scaling; a text longer than the positions, one as long, one shorter",
    {**LONG, "max_position_embeddings": 8, **rope("dynamic", 100.0, factor=2.0)}, {"": 14, "equal": 8, "shorter": 5})
fixture("llama-llama3", "llama", "llama3 scaling: frequencies of all three kinds",
    {**LONG, **rope("llama3", 100.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=32)}, 11)
fixture("llama-yarn", "llama", "yarn scaling, original_max_position_embeddings absent",
    {**LONG, "head_dim": 12, **rope("yarn", 100.0, factor=4.0)}, 11)
fixture("llama-yarn-mscale", "llama",
    "yarn scaling with mscale and mscale_all_dim, betas, truncate false; a factor other than max / original",
    {**LONG, "head_dim": 12, **rope("yarn", 100.0, factor=8.0, original_max_position_embeddings=32, mscale=0.9,
        mscale_all_dim=0.5, beta_fast=3.0, beta_slow=0.4, truncate=False)}, 11)
fixture("llama-yarn-mscale-alone", "llama", "yarn scaling with mscale alone, which counts for nothing",
    {**LONG, **rope("yarn", 100.0, factor=4.0, original_max_position_embeddings=16, mscale=0.7, beta_fast=4)}, 11)
fixture("llama-yarn-attention", "llama", "yarn scaling with an attention_factor, which beats mscale",
    {**LONG, **rope("yarn", 100.0, factor=4.0, original_max_position_embeddings=16, attention_factor=1.3, mscale=0.9,
        mscale_all_dim=0.5)}, 11)
FACTORS = {"short_factor": [1.0, 1.1, 1.3, 1.7], "long_factor": [1.5, 2.0, 4.0, 6.0]}
fixture("llama-longrope", "llama",
    "longrope: long factors for a text beyond original_max_position_embeddings, short ones for one as long",
    {**LONG, **rope("longrope", 100.0, original_max_position_embeddings=8, **FACTORS)}, {"": 13, "equal": 8})
fixture("llama-longrope-factor", "llama", "longrope with a factor",
    {**LONG, **rope("longrope", 100.0, original_max_position_embeddings=8, factor=3.0, **FACTORS)})
fixture("llama-longrope-attention", "llama",
    "longrope in the older form with an attention_factor; original_max_position_embeddings beside rope_scaling, where it beats "
        "the one within",
    {**LONG, **rope("longrope", 100.0, original_max_position_embeddings=8, attention_factor=1.2, **FACTORS)},
    {"": 10, "within": 6},
    edit=form("rope_parameters", "dtype", rope_theta=100.0, original_max_position_embeddings=8,
        rope_scaling={"type": "longrope", "attention_factor": 1.2, "original_max_position_embeddings": 32, **FACTORS}, **OLD))
fixture("llama-old", "llama",
    "the older form: rope_theta, rope_scaling with type, torch_dtype; head size, key heads, epsilon, biases, activation, tie "
        "absent; stored frequencies", {**LLAMA, "num_key_value_heads": 4, **rope("linear", 300.0, factor=2.0)},
    edit=form("dtype", "rope_parameters", "head_dim", "num_key_value_heads", "rms_norm_eps", "attention_bias", "mlp_bias",
        "hidden_act", "tie_word_embeddings", rope_theta=300.0, rope_scaling={"type": "linear", "factor": 2.0}, pretraining_tp=1,
        **OLD),
    tensors=added(**{f"model__layers__{i}__self_attn__rotary_emb__inv_freq": torch.tensor([1.0, 0.01]) for i in range(2)}))
fixture("llama-absent", "llama", "no base anywhere: 10000; rope_scaling null", LLAMA,
    edit=form("rope_parameters", rope_scaling=None))
fixture("llama-both", "llama", "rope_theta beside rope_parameters, differing: rope_parameters count; torch_dtype beside dtype",
    {**LLAMA, **rope(theta=300.0)}, edit=form(rope_theta=7.0, torch_dtype="float16", rope_scaling=None))
fixture("llama-theta-above", "llama", "rope_parameters without a base: rope_theta counts",
    {**LLAMA, **rope("linear", 300.0, factor=2.0)},
    edit=form("rope_parameters", rope_theta=300.0, rope_parameters={"rope_type": "linear", "factor": 2.0}))
fixture("llama-theta-lost", "llama",
    "rope_scaling beside rope_parameters: the library loses the base, the file does not mean that",
    {**LLAMA, **rope(theta=300.0)}, edit=form(rope_scaling={"type": "linear", "factor": 2.0}),
    meant=form("rope_scaling", **rope("linear", 300.0, factor=2.0)))
fixture("llama-theta-within", "llama", "a base within rope_scaling beats rope_theta; rope_type beats type",
    {**LLAMA, **rope("linear", 300.0, factor=2.0)},
    edit=form("rope_parameters", rope_theta=7.0, rope_scaling={"type": "dynamic", "rope_type": "linear", "factor": 2.0,
        "rope_theta": 300.0}))
fixture("llama-head-differs", "llama", "tied by the config, but the file has a head of its own",
    {**LLAMA, "tie_word_embeddings": True}, tensors=added(lm_head__weight=(40, 16)))
fixture("llama-head-only", "llama", "tied by the config, and the file has the matrix under the head's name alone",
    {**LLAMA, "tie_word_embeddings": True}, tensors=renamed(r"^model\.embed_tokens\.weight", "lm_head.weight"))
fixture("llama-no-prefix", "llama", "the body's names without model., the head's as always", LLAMA,
    tensors=renamed(r"^model\.", ""))
fixture("llama-headless", "llama", "the body alone, without prefix", LLAMA, headless=True)
fixture("llama-shards", "llama", "shards of float16 and their index", LLAMA, dtype="F16", shard=6000)


def mixed(tensors):
    """BF16 but for norms and a matrix in which float32 would lose something."""
    def one(name, tensor):
        if tensor.ndim == 1:
            return tensor
        return tensor.double() * 1.000000001 if name.endswith("layers.0.mlp.up_proj.weight") else tensor.bfloat16()

    return {name: one(name, tensor) for name, tensor in tensors.items()}


fixture("llama-mixed", "llama", "BF16 with norms in F32 and one F64 matrix, each read as it is", LLAMA,
    tensors=mixed, edit=form("dtype", torch_dtype="bfloat16"))

# Mistral

MISTRAL = {**LLAMA, "sliding_window": 4}

fixture("mistral", "mistral", "a window of four keys, with itself", MISTRAL, 12, parts=True)
fixture("mistral-old", "mistral", "the older form: rope_theta, no head size; window absent (4096); key heads absent (8)",
    {**MISTRAL, "num_attention_heads": 8, "num_key_value_heads": 8, "sliding_window": 4096, **rope(theta=300.0)},
    edit=form("dtype", "rope_parameters", "head_dim", "sliding_window", "num_key_value_heads", rope_theta=300.0, **OLD))
fixture("mistral-full", "mistral", "no window; head size other than width / heads; gelu; tied; bfloat16",
    {**MISTRAL, "sliding_window": None, "head_dim": 6, "hidden_act": "gelu", "tie_word_embeddings": True}, dtype="BF16")
fixture("mistral-layers", "mistral",
    "layer_types beside mistral: the library opens it as ministral, with a window in the sliding layers only", MISTRAL, 11,
    edit=form(layer_types=["full_attention", "sliding_attention"]))
fixture("mistral-theta-lost", "mistral", "rope_scaling beside rope_parameters: the library loses the base",
    {**MISTRAL, **rope(theta=300.0)}, 11,
    edit=form(rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}),
    meant=form("rope_scaling", **rope("yarn", 300.0, factor=4.0, original_max_position_embeddings=16)))

# Qwen2

fixture("qwen2", "qwen2", "biases of q, k and v; sliding_window without use_sliding_window",
    {**LLAMA, "num_hidden_layers": 3, "sliding_window": 3, "max_window_layers": 1}, 11,
    edit=form("layer_types", use_sliding_window=False, sliding_window=3, max_window_layers=1), parts=True)
fixture("qwen2-window", "qwen2", "use_sliding_window: layers from max_window_layers on see three keys; tied",
    {**LLAMA, "num_hidden_layers": 3, "use_sliding_window": True, "sliding_window": 3, "max_window_layers": 1,
        "tie_word_embeddings": True}, 11, edit=form("layer_types"))
fixture("qwen2-layers", "qwen2", "layer_types against max_window_layers: layer_types count",
    {**LLAMA, "num_hidden_layers": 3, "use_sliding_window": True, "sliding_window": 3, "max_window_layers": 3,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}, 11)
fixture("qwen2-old", "qwen2", "the older form: rope_theta, rope_scaling yarn; key heads absent (32)",
    {**LLAMA, "hidden_size": 64, "intermediate_size": 8, "num_attention_heads": 32, "num_key_value_heads": 32,
        "num_hidden_layers": 1, **rope("yarn", 300.0, factor=4.0, original_max_position_embeddings=16)}, 6,
    edit=form("dtype", "rope_parameters", "layer_types", "num_key_value_heads", "use_sliding_window", "max_window_layers",
        rope_theta=300.0, sliding_window=4, rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
        **OLD))
fixture("qwen2-head-size", "qwen2", "a head size in the config other than width / heads; dynamic scaling",
    {**LLAMA, "head_dim": 6, "max_position_embeddings": 8, **rope("dynamic", 100.0, factor=3.0)}, 11)
fixture("qwen2-theta-lost", "qwen2", "rope_scaling beside rope_parameters: the library loses the base",
    {**LLAMA, **rope(theta=300.0)}, edit=form(rope_scaling={"rope_type": "linear", "factor": 2.0}),
    meant=form("rope_scaling", **rope("linear", 300.0, factor=2.0)))

# Qwen3

QWEN3 = {**LLAMA, "head_dim": 6}

fixture("qwen3", "qwen3", "norms of queries and keys before the rope; head size 6 with width 16",
    {**QWEN3, "num_hidden_layers": 3}, 11, parts=True)
fixture("qwen3-window", "qwen3", "biases of attention; windows; tied; epsilon 0.01, also of the queries' and keys' norms",
    {**QWEN3, "attention_bias": True, "use_sliding_window": True, "sliding_window": 3, "max_window_layers": 1,
        "rms_norm_eps": 0.01, "tie_word_embeddings": True}, 11)
fixture("qwen3-absent", "qwen3", "head size absent (128), biases, epsilon, activation and tie absent; the older form with yarn",
    {**LLAMA, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 128,
        **rope("yarn", 1e6, factor=4.0, original_max_position_embeddings=32)},
    edit=form("dtype", "rope_parameters", "layer_types", "head_dim", "attention_bias", "rms_norm_eps", "hidden_act",
        "tie_word_embeddings", "use_sliding_window", "sliding_window", "max_window_layers", rope_theta=1000000,
        rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}, **OLD))
fixture("qwen3-theta-lost", "qwen3", "rope_scaling beside rope_parameters: the library loses the base",
    {**QWEN3, **rope(theta=300.0)}, edit=form(rope_scaling={"rope_type": "linear", "factor": 2.0}),
    meant=form("rope_scaling", **rope("linear", 300.0, factor=2.0)))

# Gemma 3

GEMMA = dict(vocab_size=40, hidden_size=24, num_hidden_layers=3, num_attention_heads=2, num_key_value_heads=1, head_dim=8,
    intermediate_size=24, max_position_embeddings=64, sliding_window=4, query_pre_attn_scalar=12,
    layer_types=["sliding_attention", "full_attention", "sliding_attention"])

fixture("gemma3", "gemma3_text",
    "windows of four keys in two of three layers; query_pre_attn_scalar 12; embeddings times the root of 24", GEMMA, 11,
    parts=True)
fixture("gemma3-caps", "gemma3_text",
    "final_logit_softcapping 4; attn_logit_softcapping, which counts for nothing; biases; epsilon 0.01; a head of its own",
    {**GEMMA, "final_logit_softcapping": 4.0, "attn_logit_softcapping": 1.0, "attention_bias": True, "rms_norm_eps": 0.01,
        "tie_word_embeddings": False})
fixture("gemma3-bidirectional", "gemma3_text",
    "use_bidirectional_attention: the window of 7 in the config sees three to each side",
    {**GEMMA, "use_bidirectional_attention": True, "sliding_window": 7}, 11, edit=form(sliding_window=7))
fixture("gemma3-old", "gemma3_text",
    "the older form: rope_theta, rope_local_base_freq, rope_scaling (full layers only), sliding_window_pattern; hidden_act, "
        "which counts for nothing",
    {**GEMMA, "num_hidden_layers": 4, "layer_types": ["sliding_attention", "full_attention"] * 2,
        "rope_parameters": {"full_attention": {"rope_type": "linear", "rope_theta": 1000.0, "factor": 8.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}}, 10,
    edit=form("dtype", "layer_types", "rope_parameters", rope_theta=1000.0, rope_local_base_freq=50.0,
        rope_scaling={"rope_type": "linear", "factor": 8.0}, sliding_window_pattern=2, hidden_act="relu", **OLD))
fixture("gemma3-absent", "gemma3_text",
    "head size and query_pre_attn_scalar absent (256), activation, bases, layers (every sixth full), tie absent",
    dict(vocab_size=32, hidden_size=2, num_hidden_layers=6, num_attention_heads=1, num_key_value_heads=1, intermediate_size=4,
        max_position_embeddings=64, sliding_window=3), 8,
    edit=form("head_dim", "query_pre_attn_scalar", "hidden_activation", "layer_types", "rope_parameters", "tie_word_embeddings",
        "rms_norm_eps", "attention_bias"))
fixture("gemma3-ropes", "gemma3_text", "scalings of both kinds of layers; bfloat16",
    {**GEMMA, "rope_parameters": {"full_attention": {"rope_type": "yarn", "rope_theta": 300.0, "factor": 4.0,
        "original_max_position_embeddings": 16}, "sliding_attention": {"rope_type": "linear", "rope_theta": 40.0, "factor": 2.0}}},
    11, dtype="BF16")
fixture("gemma3-flat", "gemma3_text",
    "flat rope_parameters, which count for nothing, beside bases in the older form; a head in the file that differs",
    {**GEMMA, "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 1000.0},
        "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}}},
    edit=form("rope_parameters", rope_parameters={"rope_type": "default", "rope_theta": 7.0}, rope_theta=1000.0,
        rope_local_base_freq=50.0), tensors=added(lm_head__weight=(40, 24)))
fixture("gemma3-type-lost", "gemma3_text",
    "rope_scaling with type and without rope_type: the library stays with the default, the file does not mean that",
    {**GEMMA, "num_hidden_layers": 2, "layer_types": ["sliding_attention", "full_attention"]},
    edit=form("rope_parameters", rope_theta=1000.0, rope_local_base_freq=50.0, rope_scaling={"type": "linear", "factor": 8.0}),
    meant=form(rope_scaling={"rope_type": "linear", "factor": 8.0}))
fixture("gemma3-headless", "gemma3_text", "the body alone, without prefix",
    {**GEMMA, "num_hidden_layers": 2, "layer_types": ["sliding_attention", "full_attention"]}, headless=True)


# --- real models -------------------------------------------------------------------------------------------------------------

SENTENCES = [
    "Mein Lieblingstier ist der Schmetterling, weil er so leicht fliegt.",
    "The capital of France is Paris, and the capital of Germany is",
    "Die Mannschaft gewann, obwohl sie in der zweiten Halbzeit mit zehn Spielern auf dem Platz stand; niemand hatte es erwartet.",
    "In 1905, Einstein published four papers: on the photoelectric effect, Brownian motion, special relativity, and E = mc².",
    "Grüße aus Köln! Straße, Übermut, naïve café — 3,14 € …",
]
KEPT = 20  # logits a token


def write_real(folder):
    """References of a real model: `reference-K.safetensors` in double, `float32-K.safetensors` by the library as it is.

    As those of the fixtures, with the greatest logits only (`top.logits`, `top.ids` [n, 20]), ids by the library `tokenizers`.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    config = json.loads((folder / "config.json").read_text())
    headless = not config["architectures"][0].endswith(("ForCausalLM", "ForMaskedLM"))
    model = read_model(folder, headless, ("position_ids",))
    for k, sentence in enumerate(SENTENCES):
        tensors = run(model, tokenizer.encode(sentence).ids, None)
        if "logits" in tensors:
            logits = tensors.pop("logits")
            if DOUBLE:
                tensors["top.logits"], top = logits.topk(KEPT, dim=-1)
                tensors["top.ids"] = top.to(torch.int32)
            else:
                tensors["top.ids"] = load_file(folder / f"reference-{k}.safetensors")["top.ids"]
                tensors["top.logits"] = logits.gather(-1, tensors["top.ids"].long())
        metadata = {"family": config["model_type"], "text": sentence, **VERSIONS}
        write_tensors(folder / f"{'reference' if DOUBLE else 'float32'}-{k}.safetensors", tensors, metadata)
        if not DOUBLE:
            references = load_file(folder / f"reference-{k}.safetensors")
            error, key = distance(tensors, references)
            print(f"{folder.name:10} {len(tensors['ids']):3} tokens, float32 off by {error:.1e} ({key})", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="names of fixtures")
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    parser.add_argument("--check", action="store_true", help="in float32, by the library as it is")
    parser.add_argument("--real", type=pathlib.Path, nargs="*", help="folders of real models instead")
    args = parser.parse_args()
    found = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
    if found != VERSIONS:
        raise SystemExit(f"the references are those of {VERSIONS}; installed is {found}")
    torch.set_num_threads(1)
    if DOUBLE:
        torch.set_default_dtype(torch.float64)
    for folder in args.real or []:
        write_real(folder)
    if args.real is not None:
        return
    for name, one in FIXTURE.items():
        if args.only and name not in args.only:
            continue
        folder = args.out / name
        if args.check:
            error, key = check(one, folder)
            print(f"{name:30} {error:.1e} {key}")
            continue
        shutil.rmtree(folder, ignore_errors=True)
        write_folder(one, folder)
        write_references(one, folder)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print(f"{name:30} {size / 1024:4.0f} KiB")


if __name__ == "__main__":
    main()
