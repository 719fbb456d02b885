"""Small checkpoints with random weights and what the reference library computes from them, in double precision.

python3 pretrained.py [--only NAME …] [--out FOLDER]   writes the fixtures of tests/pretrained/fixtures anew
python3 pretrained.py --check [--only NAME …]          runs them once more, by the library as it is, in float32
python3 pretrained.py --real FOLDER [MODEL …]          writes references beside real models: FOLDER/MODEL/reference*.safetensors

First: pip install torch==2.13.0 transformers==5.24.0 safetensors==0.8.0. Nothing is fetched. A run writes the same bytes again.

A fixture is a folder as `save_pretrained` writes it (or as older libraries wrote it: see `edit`), and beside it
`reference.safetensors`, for one text:
  ids            [n]                the text (I32); `types` [n] where token types are given
  hidden.0 … L   [n, width]         `hidden_states` (the last one behind the final norm, where there is one)
  last           [n, width]         what goes into the final norm, where there is one
  parts.0 …      [2, n, width]      the stream after attention and after the MLP, block by block; behind the norm in post-norm
                                    models; of a parallel residual input + attention, then the sum
  attention.0 …  [heads, n, n]
  logits         [n, vocabulary]    where there is a head
all F64 but the ids. Further texts have files of the same form, `reference-NAME.safetensors`.

Double precision: the library casts to float32 in norms, softmax and rotary angles whatever the model's type is. Its sources are
read here with these casts turned into casts to float64 (`Lifted`), and no operation of a run may give float32 (`OnlyDouble`).
Where the library loses what config.json says (`meant`), the reference is that of the config which says the same so that it is
heard. Weights depend on names only: on fixture and tensor.
"""
import argparse
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
from safetensors.numpy import load_file
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

DTYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64, "I32": torch.int32, "BOOL": torch.bool, "U8": torch.uint8}
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


def read_tensors(file):
    from safetensors.torch import load_file as load

    return load(file)


# --- weights -----------------------------------------------------------------------------------------------------------------


def random_weight(fixture, name, tensor, gemma):
    """Weights at which attention is far from uniform, norms are not 1 and biases not 0."""
    seed = int.from_bytes(hashlib.sha256(f"{fixture}/{name}".encode()).digest()[:8], "little")
    normal = np.random.default_rng(seed).standard_normal(tuple(tensor.shape))
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
    "qwen2": ("post_attention_layernorm", True),
    "qwen3": ("post_attention_layernorm", True),
    "gemma3_text": ("pre_feedforward_layernorm", True),
}
BLOCKS = re.compile(r"(encoder\.layer|layers|transformer\.layer|h|albert_layers)\.\d+$")
FINALS = re.compile(r"(^|\.)(final_norm|ln_f|final_layer_norm|model\.norm|norm)$")


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
            module.register_forward_hook(lambda m, args, out: seen["parts"].append(torch.stack([seen["middle"][0], first(out)[0]])))
        elif FINALS.search(name) and "embeddings" not in name:
            module.register_forward_pre_hook(lambda m, args: seen.update(last=args[0][0]))


def run(model, ids, types=None):
    """The tensors of a reference file."""
    seen = {"parts": []}
    model.seen.clear()
    model.seen.update(seen)
    inputs = {"input_ids": torch.tensor([ids])}
    if types is not None:
        inputs["token_type_ids"] = torch.tensor([types])
    if "use_cache" in model.config.to_dict() or model.config.model_type in ("gpt2", "gpt_neox"):
        inputs["use_cache"] = False
    with torch.no_grad():
        if DOUBLE:
            with OnlyDouble():
                out = model(**inputs, output_hidden_states=True, output_attentions=True)
        else:
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


def head_of(kind):
    return AutoModelForMaskedLM if kind in MASKED else AutoModelForCausalLM


MASKED = ("bert", "roberta", "xlm-roberta", "camembert", "distilbert", "albert", "modernbert")


def read_model(folder, headless, surplus=(), missing=()):
    """The model of a folder, in the precision of this run; no weight may be missing."""
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    auto = AutoModel if headless else head_of(kind)
    model, info = auto.from_pretrained(folder, dtype=NUMBER, attn_implementation="eager", output_loading_info=True)
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


def fixture(name, kind, what, config, texts=None, n=12, edit=None, tensors=None, meant=None, headless=False, dtype=None, shard=None, surplus=(), missing=(), types=None):
    """One fixture.

    config   arguments of the library's config class
    texts    {name: ids or length}; the text without a name is the one of reference.safetensors
    edit     config.json as written → the older form that is put into the folder
    tensors  the tensors as written → those that are put into the file
    meant    config.json of the folder → the config whose reading by the library is what the folder means
    dtype    of the file; shard: bytes a file; surplus: patterns of tensors that the library leaves aside
    """
    FIXTURE[name] = dict(name=name, kind=kind, what=what, config=config, texts=texts or {"": n}, edit=edit, tensors=tensors, meant=meant,
                         headless=headless, dtype=dtype, shard=shard, surplus=surplus, missing=missing, types=types)


def text_of(one, name, vocabulary):
    """Random ids, the special ones among them now and then."""
    length = one["texts"][name]
    if not isinstance(length, int):
        return length
    seed = int.from_bytes(hashlib.sha256(f"{one['name']}/text/{name}".encode()).digest()[:8], "little")
    return [int(i) for i in np.random.default_rng(seed).integers(0, vocabulary, length)]


def write_folder(one, folder):
    """The checkpoint: by the library, then as `edit` and `tensors` have it."""
    folder.mkdir(parents=True)
    config = AutoConfig.for_model(one["kind"], **one["config"])
    model = (AutoModel if one["headless"] else head_of(one["kind"])).from_config(config, dtype=torch.float32)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(random_weight(one["name"], name, parameter, one["kind"] == "gemma3_text"))
    model.tie_weights()
    if one["dtype"]:
        model.to(DTYPES[one["dtype"]])
    model.save_pretrained(folder, **({"max_shard_size": one["shard"]} if one["shard"] else {}))
    if one["tensors"]:
        file = folder / "model.safetensors"
        write_tensors(file, one["tensors"](read_tensors(file)), {"format": "pt"})
    if one["edit"]:
        file = folder / "config.json"
        file.write_text(json.dumps(one["edit"](json.loads(file.read_text())), indent=2) + "\n")
    return config


def write_references(one, folder):
    """The reference files beside the checkpoint."""
    with tempfile.TemporaryDirectory() as place:
        read = folder
        if one["meant"]:
            read = pathlib.Path(place) / "meant"
            shutil.copytree(folder, read)
            config = json.loads((read / "config.json").read_text())
            (read / "config.json").write_text(json.dumps(one["meant"](config)))
        model = read_model(read, one["headless"], one["surplus"], one["missing"])
        for name in one["texts"]:
            ids = text_of(one, name, model.config.vocab_size)
            tensors = run(model, ids, one["types"])
            metadata = {"family": one["kind"], "what": one["what"], **VERSIONS}
            write_tensors(folder / (f"reference-{name}.safetensors" if name else "reference.safetensors"), tensors, metadata)


def check(one, folder):
    """The largest distance of the library's own float32 run from the references, in units of each tensor's largest entry."""
    worst = (0.0, "")
    with tempfile.TemporaryDirectory() as place:
        read = folder
        if one["meant"]:
            read = pathlib.Path(place) / "meant"
            shutil.copytree(folder, read)
            config = json.loads((read / "config.json").read_text())
            (read / "config.json").write_text(json.dumps(one["meant"](config)))
        model = read_model(read, one["headless"], one["surplus"], one["missing"])
        for name in one["texts"]:
            reference = read_tensors(folder / (f"reference-{name}.safetensors" if name else "reference.safetensors"))
            again = run(model, reference["ids"].tolist(), one["types"])
            for key in again:
                if again[key].is_floating_point():
                    error = float((again[key] - reference[key]).abs().max() / reference[key].abs().max())
                    worst = max(worst, (error, key))
    return worst


BERT = dict(vocab_size=60, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24, max_position_embeddings=24, type_vocab_size=2)
LLAMA = dict(vocab_size=60, hidden_size=16, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, intermediate_size=24, max_position_embeddings=64, bos_token_id=1, eos_token_id=2)

fixture("bert", "bert", "defaults: erf GELU, epsilon 1e-12, head tied", BERT)
fixture("llama", "llama", "defaults: grouped heads, no biases, head of its own", LLAMA)


# --- real models -------------------------------------------------------------------------------------------------------------


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="names of fixtures")
    parser.add_argument("--out", type=pathlib.Path, default=FIXTURES)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    found = {"transformers": transformers.__version__, "torch": torch.__version__.split("+")[0]}
    if found != VERSIONS:
        raise SystemExit(f"the references are those of {VERSIONS}; installed is {found}")
    torch.set_num_threads(1)
    if DOUBLE:
        torch.set_default_dtype(torch.float64)
    for name, one in FIXTURE.items():
        if args.only and name not in args.only:
            continue
        folder = args.out / name
        if args.check:
            error, key = check(one, folder)
            print(f"{name:40} {error:.1e} {key}")
            continue
        shutil.rmtree(folder, ignore_errors=True)
        write_folder(one, folder)
        write_references(one, folder)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        print(f"{name:40} {size / 1024:6.0f} KiB")


main()
