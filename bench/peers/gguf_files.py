"""Small GGUF files as llama.cpp's converter writes them, and what the reference library computes from them.

python3 gguf_files.py   writes tests/pretrained/gguf anew: NAME.gguf, NAME.safetensors, NAME.json, types.json

First: pip install torch==2.13.0 transformers==5.24.0 safetensors==0.8.0 gguf==0.19.0. Nothing is fetched.
  NAME.safetensors   references as of pretrained.py, in double, of the model that transformers makes of the file; where it
                     leaves the file's header aside (rope factors and scaling, the scale of Gemma's scores), of a model with
                     the same weights and the settings that the header means
  NAME.json          strings, and their ids by the tokenizer that transformers makes of the file; where that leaves
                     tokenizer.ggml.pre or add_space_prefix aside, by one with what the file says
  types.json         of every type of numbers some blocks, and what the package gguf unpacks of them
"""
import base64
import importlib.util
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path = [path for path in sys.path if pathlib.Path(path or ".").resolve() != HERE]  # a file here has a library's name
import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type


def beside(name):
    spec = importlib.util.spec_from_file_location(f"{name}_beside", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pretrained, strings = beside("pretrained"), beside("tokenizers")
import torch
from tokenizers import pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

OUT = HERE.parent.parent / "tests" / "pretrained" / "gguf"
TYPES = [Type.F16, Type.BF16, Type.Q8_0, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q4_K, Type.Q5_K, Type.Q6_K]
"""Bytes at which each block has its common scales, as float16."""
SCALES = {Type.Q8_0: [0], Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q4_K: [0, 2],
    Type.Q5_K: [0, 2], Type.Q6_K: [208]}


def packed_types():
    """Random bytes in every block, scales that are numbers."""
    random = np.random.default_rng(26)
    out = {}
    for kind in TYPES:
        numbers, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = 8 if numbers == 32 else 3 if numbers == 256 else 64
        if kind in SCALES:
            packed = random.integers(0, 256, (blocks, size), dtype=np.uint8)
            for at in SCALES[kind]:
                packed[:, at:at + 2] = random.normal(0, 1, (blocks, 1)).astype(np.float16).view(np.uint8)
            packed = packed.reshape(-1)
        else:
            packed = gguf.quants.quantize(random.normal(0, 1, blocks).astype(np.float32), kind).view(np.uint8).reshape(-1)
        numbers = gguf.quants.dequantize(packed, kind).astype(np.float32)
        out[kind.name] = {"type": int(kind), "packed": base64.b64encode(packed.tobytes()).decode(),
            "numbers": base64.b64encode(numbers.tobytes()).decode()}
    return out


# --- models ------------------------------------------------------------------------------------------------------------------

PARTS = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
NORMS = {"post_attention_layernorm": "ffn_norm"}
GEMMA_NORMS = {"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm"}
OUTER = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}


def file_name(name, gemma):
    if name in OUTER:
        return OUTER[name]
    _, _, layer, rest = name.split(".", 3)
    part, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{(PARTS | (GEMMA_NORMS if gemma else NORMS))[part]}.{kind}"


def paired(weights, heads):
    """Rows of a head in pairs (k, k + half), as the converter turns those of a Llama."""
    return weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:]).swapaxes(1, 2).reshape(weights.shape)


def write_model(path, name, architecture, config, kinds, tokenizer, header):
    """The file; matrices have the types of `kinds` in turn."""
    gemma = architecture == "gemma3"
    model = AutoModelForCausalLM.from_config(config)
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(name)
    values = {"context_length": config.max_position_embeddings, "embedding_length": config.hidden_size,
        "block_count": config.num_hidden_layers, "feed_forward_length": config.intermediate_size,
        "attention.head_count": config.num_attention_heads, "attention.head_count_kv": config.num_key_value_heads,
        **header}
    for key, value in values.items():
        add = writer.add_string if isinstance(value, str) else writer.add_uint32 if isinstance(value, int) else writer.add_float32
        add(f"{architecture}.{key}", value)
    tokenizer(writer)
    factors = header_factors(config)
    if factors is not None:
        writer.add_tensor("rope_freqs.weight", factors)
    number = 0
    for own, tensor in model.state_dict().items():
        if own == "lm_head.weight" and config.tie_word_embeddings:
            continue
        weights = pretrained.random_weight(name, own, tensor, gemma).numpy()
        if architecture == "llama" and ("q_proj" in own or "k_proj" in own):
            weights = paired(weights, config.num_attention_heads if "q_proj" in own else config.num_key_value_heads)
        if gemma and weights.ndim == 1:
            weights = weights + np.float32(1)
        weights = np.ascontiguousarray(weights)
        kind = kinds[number % len(kinds)] if weights.ndim == 2 else Type.F32
        number += weights.ndim == 2
        data = weights if kind == Type.F32 else gguf.quants.quantize(weights, kind)
        writer.add_tensor(file_name(own, gemma), data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def header_factors(config):
    """Llama 3's wavelengths as the converter writes them: what each frequency is divided by."""
    rope = config.rope_parameters
    if rope.get("rope_type") != "llama3":
        return None
    plain = rope["rope_theta"] ** (-np.arange(0, config.head_dim, 2, dtype=np.float32) / config.head_dim)
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    turned, _ = ROPE_INIT_FUNCTIONS["llama3"](config, "cpu")
    return (plain / turned.numpy()).astype(np.float32)


def byte_tokens(merges):
    """The alphabet of bytes, and what pairs of it become."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    alphabet = list(bytes_to_unicode().values())
    return alphabet + list(dict.fromkeys("".join(pair) for pair in merges))


MERGES = [("t", "h"), ("Ġ", "th"), ("e", "r"), ("i", "s"), ("Ġ", "d"), ("Ġd", "er"), ("1", "2"), ("0", "0"), ("l", "l"), ("'", "ll"),
    ("Ġ", "is"), ("e", "i"), ("ei", "n"), ("S", "t"), ("Ġ", "Ġ"), ("Ċ", "Ċ"), ("b", "er"), ("Ã", "¼"), ("Ã¼", "ber"), ("h", "e")]
MARKS = ["<|endoftext|>", "<|im_start|>", "wort"]
PIECES = ["▁", "e", "n", "i", "s", "t", "r", "a", "d", "u", "l", "g", "h", "m", "b", "1", "2", "er", "en", "ein", "ie", "in", "is", "st",
    "▁d", "▁e", "▁der", "▁die", "▁ein", "▁is", "▁ist", "der", "ist", "ü", "▁ü", "über", "ber", "▁über", "▁▁", "▁▁▁", ".", ",", "th",
    "the", "▁th", "▁the", "он", "о", "н", "蝶", "di", "il", "ill", "ll", "12", "121"]


def byte_level(pre, begins=None):
    def add(writer):
        tokens = byte_tokens(MERGES) + MARKS
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(tokens)
        writer.add_token_types([1] * (len(tokens) - 3) + [3, 3, 4])
        writer.add_token_merges([" ".join(pair) for pair in MERGES])
        writer.add_bos_token_id(len(tokens) - 3)
        writer.add_eos_token_id(len(tokens) - 2)
        if begins is not None:
            writer.add_add_bos_token(begins)

    return add, len(byte_tokens(MERGES)) + len(MARKS)


def sentence_piece(gemma, space=None):
    def add(writer):
        # Gemma's runs of spaces are written as spaces
        pieces = [piece.replace("▁", " ") if gemma and piece in ("▁▁", "▁▁▁") else piece for piece in PIECES]
        tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)] + pieces + ["wort"]
        scores = [0.0] * 259 + [-float(k // 2) for k in range(len(pieces))] + [0.0]
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(tokens)
        writer.add_token_scores(scores)
        writer.add_token_types([2, 3, 3] + [6] * 256 + [1] * len(pieces) + [4])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_add_bos_token(True)
        if space is not None:
            writer.add_add_space_prefix(space)

    return add, 260 + len(PIECES)


def settings(**more):
    return {"hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "max_position_embeddings": 64, **more}


def models():
    """Name: architecture, type of the config, config, types of matrices, tokenizer, header, what the reference needs besides."""
    base = {"attention.layer_norm_rms_epsilon": 1e-5}
    llama3 = {"rope_type": "llama3", "rope_theta": 500.0, "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 16}
    linear = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 3.0}
    yield ("llama", "llama", "llama", dict(rope_parameters={"rope_type": "default", "rope_theta": 1000.0}, tie_word_embeddings=True),
        [Type.Q8_0, Type.Q4_1, Type.Q5_0], byte_level("smollm"), {**base, "rope.freq_base": 1000.0, "rope.dimension_count": 16}, {})
    yield ("llama-factors", "llama", "llama", dict(rope_parameters=llama3, head_dim=16), [Type.F16, Type.Q4_0], sentence_piece(False, False),
        {**base, "rope.freq_base": 500.0, "rope.dimension_count": 16}, {})
    yield ("llama-linear", "llama", "llama", dict(rope_parameters=linear, num_key_value_heads=4), [Type.BF16, Type.Q5_1], byte_level("llama-bpe", True),
        {**base, "rope.freq_base": 10000.0, "rope.scaling.type": "linear", "rope.scaling.factor": 3.0}, {"rope_parameters": linear})
    yield ("qwen2", "qwen2", "qwen2", dict(rope_parameters={"rope_type": "default", "rope_theta": 1e6}), [Type.Q8_0], byte_level("qwen2"),
        {**base, "rope.freq_base": 1e6}, {})
    yield ("qwen3", "qwen3", "qwen3", dict(rope_parameters={"rope_type": "default", "rope_theta": 1e6}, head_dim=128, num_attention_heads=2,
        num_key_value_heads=1, tie_word_embeddings=True), [Type.Q5_1, Type.Q8_0], byte_level("qwen2"),
        {**base, "rope.freq_base": 1e6, "attention.key_length": 128, "attention.value_length": 128}, {})
    yield ("gemma3", "gemma3", "gemma3_text", dict(head_dim=32, query_pre_attn_scalar=32, sliding_window=5, num_hidden_layers=7),
        [Type.Q8_0, Type.Q4_0], sentence_piece(True), {**base, "rope.freq_base": 1e6, "attention.key_length": 32,
            "attention.value_length": 32, "attention.sliding_window": 5}, {"query_pre_attn_scalar": 32})


def write_fixture(name, architecture, kind, own, kinds, tokenizer, header, meant):
    add, vocabulary = tokenizer
    config = AutoConfig.for_model(kind, vocab_size=vocabulary, rms_norm_eps=1e-5, **settings(**own))
    path = OUT / f"{name}.gguf"
    write_model(path, name, architecture, config, kinds, add, header)
    read = AutoModelForCausalLM.from_pretrained(OUT, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager")
    heard = read.config.to_dict() | meant
    factors = header_factors(config)
    if factors is not None:  # to the bits of the file
        heard["rope_parameters"] = {"rope_type": "longrope", "rope_theta": config.rope_parameters["rope_theta"], "factor": 1.0,
            "attention_factor": 1.0, "short_factor": factors.tolist(), "long_factor": factors.tolist(),
            "original_max_position_embeddings": config.max_position_embeddings}
    heard.pop("model_type", None)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(kind, **heard), attn_implementation="eager")
    model.load_state_dict(read.state_dict())
    model = model.to(torch.float64).eval()
    model.seen = {}
    pretrained.watch(model, model.seen)
    tensors = pretrained.run(model, np.random.default_rng(3).integers(0, vocabulary, 12).tolist())
    pretrained.write_tensors(OUT / f"{name}.safetensors", tensors, dict(pretrained.VERSIONS, gguf="0.19.0"))
    write_tokens(name, header)


def write_tokens(name, header):
    library = AutoTokenizer.from_pretrained(OUT, gguf_file=f"{name}.gguf").backend_tokenizer
    if name == "llama":
        library.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])
    if name == "llama-factors":
        library.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="never", split=False)
    material = {"words": strings.vocabulary() + ["der", "12121", "1200", "über", "the", "she'll", "ein"] * 40, "marks": strings.MARKS,
        "spaces": strings.SPACES, "tokens": MARKS + ["<s>", "</s>", "<0x41>"]}
    texts = strings.strings(material, 26, 400)
    ids = [library.encode(text).ids for text in texts]
    (OUT / f"{name}.json").write_text(json.dumps({"texts": texts, "ids": ids}, ensure_ascii=False, separators=(",", ":")) + "\n")


OUT.mkdir(exist_ok=True)
(OUT / "types.json").write_text(json.dumps(packed_types(), indent=1) + "\n")
for model in models():
    write_fixture(*model)
    print(model[0])
