"""Tokenizers of every kind and feature, and what the Rust library reads with them: the fixtures of the tests.

pip install tokenizers==0.23.3, then python3 tokenizers.py FOLDER writes into FOLDER (tests/pretrained/tokenizers)
  words.json      what the 2,000 strings are made of, and a hash of them all
  KIND.json       a small tokenizer.json of each kind, and hashes of the ids, offsets and texts of all strings
  features.json   one vocabulary of single characters, and each feature of the format over it
The strings themselves are made again by the test, from words.json, with the same numbers.
"""
import base64
import json
import pathlib
import re
import struct
import sys
import unicodedata

if sys.path[0] == str(pathlib.Path(__file__).parent):
    del sys.path[0]  # this file has the library's name
import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

assert tokenizers.__version__ == "0.23.3", "the fixtures are those of tokenizers 0.23.3"

COUNT = 2000
# Where the library's own offsets are wrong: marks that change their order, a first character that a map takes away.
MISALIGNED = "^\u00ad|[ẛṠṡṨṩ]"

# German, English, French, Greek, Russian, Japanese.
WORDS = """
Mein Lieblingstier ist der Schmetterling weil er über alle grünen Hügel fliegt und ein größeres Straßenfest sieht
my favourite animal is the butterfly because it doesn't fly straight we've seen three don't you'll know
mon animal préféré c'est la chenille où l'été a goûté des œufs très âgés déjà naïve garçon
το αγαπημένο μου ζώο είναι η πεταλούδα γιατί πετάει στους κήπους ΛΌΓΟΣ φως Οδυσσεύς
моё любимое животное бабочка потому что она летает над зелёными холмами йод ещё
私の好きな動物は蝶です なぜなら 花から花へ飛ぶから カタカナ 東京都 がぎぐ
""".split()
ODD = """
İstanbul ﬁnden Ångström ①②③ ㍿ ＡＢＣ ｶﾞｷﾞ ½ 10³ x² ŉ ǆ ẛ̣ ﷺ ｆｕｌｌ zweitausend3 3,14 1.000.000 2024 v2.0 9 42 007
snake_case camelCase https://example.org/a?b=c&d=1 a@b.de C++ #1 50% $5 €7 ¥100 `` '' "zitat" »guillemets« „Gänse“ —
… · • ☃ 🦋 👩‍🚀 ❤️ क्षत्रिय สวัสดี שלום مرحبا 한국어 Việt \u00ad \u200b \ufeff \u0000 \u0085 \u2028 \ufffd ſo K 'ſ
""".split(" ")
MARKS = ". , ! ? ; : - ( ) [ ] { } / \\ ' ’ \" & * + = < > | ~ ^ _ @ # % $ § ° 。 、 「 」 ¿ ¡ !! ... ?! -- ##".split()
SPACES = [" ", " ", " ", " ", " ", " ", "", "  ", "   ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2009", " \n ", "▁"]
TOKENS = ["[MASK]", "<mask>", "[CLS]", "<s>", "</s>", "<|endoftext|>", "<pad>", "[UNK]", "wort", "Wort"]


def vocabulary():
    """All words, in small letters, as names, in capitals, and taken apart into letters and marks."""
    plain = [w for w in WORDS + " ".join(ODD).split() if w]
    forms = [f for w in plain for f in (w, w.lower(), w.capitalize(), w.upper(), unicodedata.normalize("NFD", w))]
    odd = [w for w in ODD if w and not w.isspace()]
    return list(dict.fromkeys(forms + odd + ["\u0085", "\u2028", "\u00ad", "\u200b", "\ufeff", "\u0000", "\u0301"]))


def generator(seed):
    """Whole numbers below n, from a linear congruence whose low bits are left aside."""
    state = seed

    def pick(n):
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return (state >> 8) % n

    return pick


def strings(material, seed, count=COUNT):
    pick = generator(seed)
    result = []
    for _ in range(count):
        text = ""
        for _ in range(1 + pick(9)):
            kind = pick(20)
            source = "tokens" if kind == 0 else "marks" if kind < 5 else "words"
            text += material[source][pick(len(material[source]))]
            text += material["spaces"][pick(len(material["spaces"]))]
        result.append(text)
    return result


def fnv(text):
    """FNV-1a over the bytes of UTF-8, its upper half folded into the lower."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) % 2**32
    return f"{(value >> 16) ^ (value & 0xFFFF):04x}"


def hashes(texts, block=1):
    return "".join(fnv("\n".join(texts[k : k + block])) for k in range(0, len(texts), block))


def units(text):
    """Where each character begins in UTF-16."""
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if ord(character) > 0xFFFF else 1))
    return places


def reading(tokenizer, texts, block=1, offsets=True):
    tokenizer.no_truncation()
    tokenizer.no_padding()
    encodings = [tokenizer.encode(text) for text in texts]
    result = {"ids": hashes([",".join(map(str, e.ids)) for e in encodings], block)}
    if offsets:
        spans = []
        for text, encoding in zip(texts, encodings):
            at = units(text)
            spans.append(
                ""
                if re.search(MISALIGNED, text)
                else ",".join(
                    "-" if special else f"{at[a]}:{at[b]}"
                    for (a, b), special in zip(encoding.offsets, encoding.special_tokens_mask)
                )
            )
        result["offsets"] = hashes(spans, block)
    result["decoded"] = hashes([tokenizer.decode(e.ids) for e in encodings], block)
    return result


def charsmap(entries):
    """SentencePiece's precompiled_charsmap of a few entries: a double array as Darts-clone reads it."""
    replacements, values = b"", {}
    for key, text in entries.items():
        values[key.encode()] = len(replacements)
        replacements += text.encode() + b"\0"
    trie = {}
    for key, value in values.items():
        node = trie
        for byte in key:
            node = node.setdefault(byte, {})
        node["value"] = value
    array = {0: 0}
    used = {0}

    def place(node, at):
        labels = [label for label in node if label != "value"]
        needed = labels + ([0] if "value" in node else [])
        base = next(b for b in range(1, 2**20) if (b ^ at) < 2**21 and all((b ^ label) not in used for label in needed))
        used.update(base ^ label for label in needed)
        array[at] |= (base ^ at) << 10
        if "value" in node:
            array[at] |= 1 << 8
            array[base] = (1 << 31) | node["value"]
        for label in labels:
            array[base ^ label] = label
        for label in labels:
            place(node[label], base ^ label)

    place(trie, 0)
    size = max(array) + 256
    unused = (1 << 31) | 0x7FFFFFFF
    blob = b"".join(struct.pack("<I", array.get(k, unused) & 0xFFFFFFFF) for k in range(size))
    return base64.b64encode(struct.pack("<I", len(blob)) + blob + replacements).decode()


def compatibility(words):
    """The characters of `words` that NFKC changes, as NMT's map does, white space as spaces."""
    entries = {}
    for character in sorted(set("".join(words))):
        text = unicodedata.normalize("NFKC", character)
        if text != character:
            entries[character] = text
    for mark in "\u0301\u0308\u0300\u0302\u030a\u0327":
        for letter in "aeioucAEIOUC":
            text = unicodedata.normalize("NFKC", letter + mark)
            if len(text) == 1:
                entries[letter + mark] = text
    for space in "\t\n\r\u0085\u2028\u200b\ufeff\u3000\u00a0\u2009":
        entries[space] = " "
    entries["\u00ad"] = ""
    return charsmap(entries)


def special(*tokens, **flags):
    return [AddedToken(t, special=True, normalized=False, **flags) for t in tokens]


GPT4 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN = GPT4.replace("{1,3}", "")


def kinds(text, words):
    """A tokenizer of each kind, as the models of this kind have it."""

    def trained(model, trainer, normalizer=None, pre=None, decoder=None):
        tokenizer = Tokenizer(model)
        if normalizer is not None:
            tokenizer.normalizer = normalizer
        if pre is not None:
            tokenizer.pre_tokenizer = pre
        if decoder is not None:
            tokenizer.decoder = decoder
        tokenizer.train_from_iterator(text, trainer)
        return tokenizer

    def bert(**options):
        tokenizer = trained(
            models.WordPiece(unk_token="[UNK]"),
            trainers.WordPieceTrainer(vocab_size=700, special_tokens=special("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"), show_progress=False),
            normalizers.BertNormalizer(**options), pre_tokenizers.BertPreTokenizer(), decoders.WordPiece(),
        )
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
        return tokenizer

    def bytes_bpe(names, pre, normalizer=None, **model):
        return trained(
            models.BPE(**model),
            trainers.BpeTrainer(vocab_size=700, special_tokens=names, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False),
            normalizer, pre, decoders.ByteLevel())

    def sentencepiece_bpe(normalizer, pre, decoder):
        names = special("<unk>", "<s>", "</s>", "<pad>")
        tokenizer = trained(
            models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True),
            trainers.BpeTrainer(vocab_size=900, limit_alphabet=120, special_tokens=names + [f"<0x{b:02X}>" for b in range(256)], show_progress=False),
            normalizer, pre, decoder)
        entry = json.loads(tokenizer.to_str())
        entry["added_tokens"] = [t for t in entry["added_tokens"] if not t["content"].startswith("<0x")]
        tokenizer = Tokenizer.from_str(json.dumps(entry))
        tokenizer.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0", pair="<s>:0 $A:0 <s>:1 $B:1", special_tokens=[("<s>", 1)])
        return tokenizer

    def unigram(normalizer, names, decoder=None):
        tokenizer = trained(
            models.Unigram(),
            trainers.UnigramTrainer(vocab_size=600, special_tokens=names, unk_token="<unk>", show_progress=False),
            normalizer, pre_tokenizers.Metaspace(), decoder or decoders.Metaspace())
        return tokenizer

    def precompiled():
        return normalizers.Precompiled(base64.b64decode(compatibility(words)))

    yield "bert-uncased", bert(lowercase=True)
    yield "bert-cased", bert(lowercase=False)
    yield "bert-german", bert(lowercase=False, strip_accents=False)

    gpt2 = bytes_bpe(special("<|endoftext|>"), pre_tokenizers.ByteLevel(add_prefix_space=False))
    gpt2.post_processor = processors.ByteLevel(trim_offsets=False)
    yield "gpt2", gpt2
    roberta = bytes_bpe(special("<s>", "<pad>", "</s>", "<unk>") + special("<mask>", lstrip=True), pre_tokenizers.ByteLevel(add_prefix_space=False))
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    yield "roberta", roberta
    neox = bytes_bpe(special("<|endoftext|>", "<|padding|>"), pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True), normalizers.NFC())
    neox.add_tokens([AddedToken(" " * k, normalized=True) for k in range(8, 1, -1)])
    neox.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=True)
    yield "gpt-neox", neox
    llama3 = bytes_bpe([], pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(GPT4), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]), ignore_merges=True)
    llama3.add_special_tokens(special("<|begin_of_text|>", "<|end_of_text|>"))
    llama3.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin_of_text|>:0 $A:0", pair="<|begin_of_text|>:0 $A:0 <|begin_of_text|>:1 $B:1", special_tokens=[("<|begin_of_text|>", llama3.token_to_id("<|begin_of_text|>"))])])
    yield "llama3", llama3
    qwen = bytes_bpe([], pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN), behavior="isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)]), normalizers.NFC())
    qwen.add_special_tokens(special("<|endoftext|>", "<|im_start|>"))
    qwen.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    yield "qwen2", qwen
    yield "smollm", bytes_bpe(special("<|endoftext|>"), pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]))
    modern = bytes_bpe([], pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True), normalizers.NFC())
    modern.add_special_tokens(special("[UNK]", "[CLS]", "[SEP]", "[PAD]") + special("[MASK]", lstrip=True))
    modern.add_tokens([AddedToken(" " * k, normalized=True) for k in (4, 3, 2)])
    cls, sep = modern.token_to_id("[CLS]"), modern.token_to_id("[SEP]")
    modern.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    yield "modernbert", modern

    llama_decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    yield "llama2", sentencepiece_bpe(normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]), None, llama_decoder)
    yield "mistral", sentencepiece_bpe(None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), llama_decoder)
    yield "gemma", sentencepiece_bpe(normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous"), decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]))

    xlm = unigram(normalizers.Sequence([precompiled(), normalizers.Replace(Regex(" {2,}"), " ")]), special("<s>", "<pad>", "</s>", "<unk>"))
    xlm.add_special_tokens(special("<mask>", lstrip=True))
    xlm.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0 </s>:0", pair="<s>:0 $A:0 </s>:0 </s>:0 $B:0 </s>:0", special_tokens=[("<s>", 0), ("</s>", 2)])
    yield "xlm-roberta", xlm
    camembert = unigram(normalizers.Sequence([normalizers.Replace("\n", " "), precompiled()]), [AddedToken("<s>NOTUSED", normalized=False), *special("<pad>"), AddedToken("</s>NOTUSED", normalized=False), *special("<unk>"), *special("<s>", "</s>")])
    camembert.add_special_tokens(special("<mask>", lstrip=True))
    camembert.post_processor = processors.RobertaProcessing(("</s>", 5), ("<s>", 4), trim_offsets=True, add_prefix_space=True)
    yield "camembert", camembert
    albert = unigram(
        normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), precompiled(), normalizers.Replace(Regex(" {2,}"), " ")]),
        special("<pad>", "<unk>", "[CLS]", "[SEP]"))
    albert.add_special_tokens([AddedToken("[MASK]", special=True, lstrip=True, normalized=False)])
    albert.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    yield "albert", albert


SPLITS = ("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous")
PATTERNS = [
    r"\s+", r"\w+|[^\w\s]+", r"[\w']+", r"(?i:'s|'t|ich|k)", r"\p{L}+|\p{N}", r"[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+", r"(?>e|ei)n", r"\bi", r"e\B", r"^\S+", r"\S+$",
    r"\A\w", r"\w\z", r".", r"(?<=a)l|(?<!a)n", r"(?=\p{Lu})", r"(?!e)\w", r"[[:alpha:]]+|[[:digit:]]", r"[\p{L}&&[^aeiou]]+", r"[a-z&&[b-y]&&\w]+", r"[^[a-e][x-z]]", r"\p{Han}+|\p{Hiragana}+|\p{Katakana}+",
    r"[一-龥぀-ゟ゠-ヿ]+", r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|\s?\p{P}+", r"[^(\s|[.,!?…。，、।۔،])]+", r"\h{2}|\d\D", r" ?(?:\p{Ll}{2,3}?|\p{Lu}{,2})x*", r"\p{^L}+", r"\P{L}|\p{Nd}", r"\x41|\u0065|\x{1F98B}", r"(a|e)(n|r)?", r"[]a]+|[-e]|[e\-]",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
]


def features(words):
    """Each feature and option of the format, as (name, part of the file, entry)."""
    flags = (True, False)
    for clean in flags:
        for chinese in flags:
            for accents in (None, True, False):
                for lower in flags:
                    yield "normalizer", {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}
    for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"):
        yield "normalizer", {"type": name}
    for left in flags:
        for right in flags:
            yield "normalizer", {"type": "Strip", "strip_left": left, "strip_right": right}
    yield "normalizer", {"type": "Prepend", "prepend": "▁x"}
    for pattern, content in (({"String": "e"}, "«»"), ({"String": " "}, ""), ({"Regex": " {2,}"}, "▁"), ({"Regex": r"\s+"}, " "), ({"Regex": r"(?<=\p{L})\p{N}+"}, "0"), ({"String": "."}, "·")):
        yield "normalizer", {"type": "Replace", "pattern": pattern, "content": content}
    yield "normalizer", {"type": "Precompiled", "precompiled_charsmap": compatibility(words)}
    yield "normalizer", {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Prepend", "prepend": "▁"}, {"type": "Strip", "strip_left": True, "strip_right": True}]}

    for name in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit"):
        yield "pre_tokenizer", {"type": name}
    for individual in flags:
        yield "pre_tokenizer", {"type": "Digits", "individual_digits": individual}
    for behavior in SPLITS:
        yield "pre_tokenizer", {"type": "Punctuation", "behavior": behavior}
    yield "pre_tokenizer", {"type": "Punctuation"}
    for delimiter in (" ", "e", "."):
        yield "pre_tokenizer", {"type": "CharDelimiterSplit", "delimiter": delimiter}
    for length in (1, 3, 5):
        yield "pre_tokenizer", {"type": "FixedLength", "length": length}
    for prefix in flags:
        for regex in flags:
            yield "pre_tokenizer", {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}
    for scheme in ("first", "never", "always"):
        for splits in flags:
            yield "pre_tokenizer", {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": splits}
    yield "pre_tokenizer", {"type": "Metaspace", "replacement": "_", "add_prefix_space": True, "str_rep": "_"}
    for behavior in SPLITS:
        for invert in flags:
            for pattern in ({"String": "e"}, {"Regex": r"\w+"}, {"Regex": r"\s"}):
                yield "pre_tokenizer", {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}
    for pattern in PATTERNS:
        yield "pre_tokenizer", {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    yield "pre_tokenizer", {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "MergedWithPrevious"}, {"type": "Digits", "individual_digits": True}]}

    for single in flags:
        for left in flags:
            for right in flags:
                for normalized in flags:
                    yield "added_tokens", [{"content": c, "single_word": single, "lstrip": left, "rstrip": right, "normalized": normalized, "special": c != "wort"} for c in ("[MASK]", "wort", "en", "</s>", "  ")]
    for merged in ({"unk_token": "[UNK]", "fuse_unk": True}, {"unk_token": "[UNK]", "fuse_unk": False}, {"unk_token": None}, {"byte_fallback": True, "unk_token": "[UNK]", "fuse_unk": True}, {"ignore_merges": True, "unk_token": "[UNK]"}, {"end_of_word_suffix": "</w>", "unk_token": "[UNK]"}, {"continuing_subword_prefix": "##", "unk_token": "[UNK]"}, {"continuing_subword_prefix": "", "end_of_word_suffix": "", "dropout": 0.0, "unk_token": "[UNK]"}):
        yield "model", {"type": "BPE", **merged}
    for longest in (100, 4):
        yield "model", {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": longest}
    yield "model", {"type": "WordLevel", "unk_token": "[UNK]"}
    for fallback in flags:
        yield "model", {"type": "Unigram", "unk_id": 0, "byte_fallback": fallback}

    for prefix, cleanup in (("##", True), ("##", False), ("e", True)):
        yield "decoder", {"type": "WordPiece", "prefix": prefix, "cleanup": cleanup}
    for scheme in ("first", "never", "always"):
        yield "decoder", {"type": "Metaspace", "replacement": "e", "prepend_scheme": scheme, "split": True}
    yield "decoder", {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}
    yield "decoder", {"type": "BPEDecoder", "suffix": "n"}
    yield "decoder", {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "e"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    yield "decoder", {"type": "Replace", "pattern": {"Regex": r"[aeiou]"}, "content": "·"}
    yield "decoder", {"type": "Strip", "content": "e", "start": 2, "stop": 0}
    yield "decoder", {"type": "Fuse"}

    for trim in flags:
        for prefix in flags:
            yield "post_processor", {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": True}
            yield "post_processor", {"type": "RobertaProcessing", "sep": ["</s>", 9], "cls": ["<s>", 8], "trim_offsets": trim, "add_prefix_space": prefix}
    yield "post_processor", {"type": "BertProcessing", "sep": ["[SEP]", 7], "cls": ["[CLS]", 6]}
    yield "post_processor", {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "a", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 1}}, {"SpecialToken": {"id": "b", "type_id": 2}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}], "special_tokens": {"a": {"id": "a", "ids": [3, 4], "tokens": ["x", "y"]}, "b": {"id": "b", "ids": [5], "tokens": ["z"]}}}


def feature_file(shared, part, entry):
    """The whole tokenizer.json of a feature: over single characters, those inside a piece marked."""
    file = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None}
    file["model"] = {"type": "BPE", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "vocab": shared["marked"], "merges": []}
    if part == "model":
        pieces = shared["pieces"]
        if entry["type"] == "Unigram":
            file["model"] = {**entry, "vocab": [[piece, -len(piece) ** 0.5 - (k % 7) / 8] for k, piece in enumerate(pieces)]}
        else:
            file["model"] = {**entry, "vocab": {piece: k for k, piece in enumerate(pieces)}}
        if entry["type"] == "BPE":
            file["model"]["merges"] = [m for m in shared["merges"] if not ("suffix" in str(entry) and entry.get("end_of_word_suffix"))]
            if entry.get("continuing_subword_prefix"):
                file["model"]["merges"] = shared["marked_merges"]
        file["pre_tokenizer"] = {"type": "WhitespaceSplit"}
    elif part == "added_tokens":
        file["normalizer"] = {"type": "Lowercase"}
        taken = len(shared["marked"])
        file[part] = [{"id": shared["marked"].get(t["content"], taken + sum(c["content"] not in shared["marked"] for c in entry[:k])), **t} for k, t in enumerate(entry)]
    else:
        file[part] = entry
        if part in ("decoder", "post_processor"):
            file["pre_tokenizer"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True} if "ByteLevel" in str(entry) or "Roberta" in str(entry) else None
    return file


def shared_vocabulary(texts, words):
    """Characters with and without the mark of a continued piece, and pieces of two and more."""
    seen = set("".join(texts)) | set("".join(words)) | set("▁x«»·0")
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        seen |= set(unicodedata.normalize(form, "".join(sorted(seen))))
    seen |= set("".join(sorted(seen)).lower()) | set(pre_tokenizers.ByteLevel.alphabet())
    # some are left out, so that there are unknown ones
    characters = [c for c in sorted(seen) if c not in "🦋สวัสดีж"]
    marked = {}
    for piece in ["[UNK]", *characters, *("##" + c for c in characters)]:
        marked.setdefault(piece, len(marked))
    syllables = [a + b for a in "aeioudlmnrst" for b in "aeinrstl"]
    longer = ["ein", "est", "ist", "the", "Mein", "fliegt", "tte"]
    small = sorted(set("".join(WORDS)) - set("żж東京"))
    pieces = ["[UNK]", *small, *syllables, *longer, "tt"]
    pieces += ["##" + p for p in [*small, *syllables, *longer]] + [p + "</w>" for p in "eintsrl."]
    pieces += [f"<0x{b:02X}>" for b in range(256)]
    pieces = list(dict.fromkeys(pieces))
    merges = [[a, b] for a in "aeioudlmnrst" for b in "aeinrstl"] + [["e", "in"], ["es", "t"], ["is", "t"], ["t", "t"], ["tt", "e"], ["M", "ein"]]
    return {"marked": marked, "pieces": pieces, "merges": [m for m in merges if "".join(m) in pieces], "marked_merges": [["##" + a, "##" + b] for a, b in merges if "##" + a in pieces and "##" + b in pieces and "##" + a + b in pieces]}


def written(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main(folder):
    words = vocabulary()
    material = {"words": words, "marks": MARKS, "spaces": SPACES, "tokens": TOKENS}
    texts = strings(material, 25)
    written(folder / "words.json", {**material, "seed": 25, "count": COUNT, "misaligned": MISALIGNED, "strings": fnv("\n".join(texts))})
    text = strings({**material, "tokens": WORDS}, 7, 1500) + [" ".join(WORDS)] * 20
    for name, tokenizer in kinds(text, words):
        file = json.loads(tokenizer.to_str())
        written(folder / f"{name}.json", {"tokenizer": file, "reading": reading(Tokenizer.from_str(json.dumps(file)), texts)})
    shared = shared_vocabulary(texts, words)
    listed = []
    for part, entry in features(words):
        file = feature_file(shared, part, entry)
        try:
            read = reading(Tokenizer.from_str(json.dumps(file)), texts, 20, offsets=part != "model")
        except Exception as error:
            raise SystemExit(f"{part} {json.dumps(entry)[:200]}: {error}")
        listed.append({"part": part, "entry": entry, "file": {k: v for k, v in file.items() if v not in (None, []) and k not in ("version",)}, "reading": read})
    for item in listed:
        if item["file"]["model"].get("vocab") is shared["marked"]:
            item["file"]["model"] = "marked"
        else:
            item["file"]["model"] = {**{k: v for k, v in item["file"]["model"].items() if k not in ("vocab", "merges")}, "vocab": "pieces", **({"merges": "marked_merges" if item["entry"].get("continuing_subword_prefix") else "none" if item["entry"].get("end_of_word_suffix") else "merges"} if item["entry"]["type"] == "BPE" else {})}
        del item["entry"]
    written(folder / "features.json", {**shared, "features": listed})


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
