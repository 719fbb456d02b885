/**
 * Where `AutoTokenizer` of transformers 5.24.0 reads a folder otherwise than its tokenizer.json says. Of some
 * families it makes normalizer and pre-tokenizer by the class of the tokenizer, whatever the file has. We read
 * the file; who compares with transformers is told where it does not.
 */

export type Json = Readonly<Record<string, unknown>>;

/** How Qwen cuts a text: GPT-4's pieces, digits one by one. */
export const GPT4_PIECES =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

interface Parts {
  readonly normalizer: unknown;
  readonly pre_tokenizer: unknown;
}

/** What a class makes of the file's normalizer and of tokenizer_config.json. */
type Class = (config: Json, normalizer: unknown) => Parts;

const bytes = (config: Json, use_regex = true) => ({
  type: 'ByteLevel',
  add_prefix_space: config.add_prefix_space ?? false,
  use_regex,
});

const replace = (text: string, content: string) => ({
  type: 'Replace',
  pattern: { String: text },
  content,
});

/** The map of characters within the file's normalizer, of which the class makes its own. */
const charsmapIn = (normalizer: unknown): unknown[] =>
  flat(normalizer).filter((entry) => Reflect.get(entry, 'type') === 'Precompiled');

const words = (config: Json) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'WhitespaceSplit' },
    {
      type: 'Metaspace',
      replacement: '▁',
      prepend_scheme: config.add_prefix_space === false ? 'never' : 'always',
    },
  ],
});

const BERT: Class = (config) => ({
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: config.tokenize_chinese_chars ?? true,
    strip_accents: config.strip_accents ?? null,
    lowercase: config.do_lower_case ?? true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
});
const GPT2: Class = (config) => ({ normalizer: null, pre_tokenizer: bytes(config) });
const XLM: Class = (config, normalizer) => ({
  normalizer: charsmapIn(normalizer)[0] ?? null,
  pre_tokenizer: words(config),
});

const CLASSES: Readonly<Record<string, Class>> = {
  BertTokenizer: BERT,
  RobertaTokenizer: GPT2,
  GPT2Tokenizer: GPT2,
  XLMRobertaTokenizer: XLM,
  CamembertTokenizer: XLM,
  GPTNeoXTokenizer: (config) => ({ normalizer: { type: 'NFC' }, pre_tokenizer: bytes(config) }),
  AlbertTokenizer: (config, normalizer) => ({
    normalizer: {
      type: 'Sequence',
      normalizers: [
        replace('``', '"'),
        replace("''", '"'),
        ...(config.keep_accents === true ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
        ...(config.do_lower_case === false ? [] : [{ type: 'Lowercase' }]),
        ...charsmapIn(normalizer),
      ],
    },
    pre_tokenizer: words(config),
  }),
  Qwen2Tokenizer: (config) => ({
    normalizer: { type: 'NFC' },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: GPT4_PIECES }, behavior: 'Isolated', invert: false },
        bytes(config, false),
      ],
    },
  }),
  LlamaTokenizer: (config) => ({
    normalizer: null,
    pre_tokenizer: {
      type: 'Metaspace',
      replacement: '▁',
      prepend_scheme: config.add_prefix_space === false ? 'never' : 'first',
      split: false,
    },
  }),
};

/** The class by the model's type, where it is not for tokenizer_config.json to say. */
const OF_TYPE: Readonly<Record<string, string>> = {
  bert: 'BertTokenizer',
  distilbert: 'BertTokenizer',
  roberta: 'RobertaTokenizer',
  'xlm-roberta': 'XLMRobertaTokenizer',
  camembert: 'CamembertTokenizer',
  albert: 'AlbertTokenizer',
  gpt2: 'GPT2Tokenizer',
  gpt_neox: 'GPTNeoXTokenizer',
  qwen2: 'Qwen2Tokenizer',
};

/** Lines on what AutoTokenizer makes otherwise than the tokenizer.json `content` says. */
export function referenceNotes(content: Json, config: Json, modelType: string): string[] {
  const name = className(content, config, modelType);
  const make = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (make === undefined) return [];
  const parts = make(config, content.normalizer);
  return (['normalizer', 'pre_tokenizer'] as const)
    .filter((part) => !same(parts[part], content[part]))
    .map(
      (part) =>
        `tokenizer.json has the ${part} ${summary(content[part])}, which counts; AutoTokenizer of transformers 5.24.0 makes ${summary(parts[part])} of its class ${name}`,
    );
}

function className(content: Json, config: Json, modelType: string): string {
  const given = String(config.tokenizer_class ?? '').replace(/Fast$/, '');
  if (modelType === 'qwen2') return 'Qwen2Tokenizer';
  // the file counts for a class without a family, for Mistral, and for byte-level models of Llama
  if (given === 'PreTrainedTokenizer' || given === 'TokenizersBackend' || modelType === 'mistral')
    return '';
  if (given === 'LlamaTokenizer' && flat(content.pre_tokenizer).some(isByteLevel)) return '';
  return given === '' ? (OF_TYPE[modelType] ?? '') : given;
}

const isByteLevel = (entry: object): boolean => Reflect.get(entry, 'type') === 'ByteLevel';

/** The entries of an entry, which may be a sequence of them. */
function flat(entry: unknown): object[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const inside = Reflect.get(entry, 'normalizers') ?? Reflect.get(entry, 'pretokenizers');
  return Array.isArray(inside) ? inside.flatMap(flat) : [entry];
}

/** Fields that say nothing of the tokens, or that are what they are when absent. */
const ABSENT: Json = {
  trim_offsets: undefined,
  str_rep: undefined,
  use_regex: true,
  strip_accents: null,
  split: true,
  prepend_scheme: 'always',
};

function same(made: unknown, read: unknown): boolean {
  const [a, b] = [flat(made), flat(read)].map((entries) =>
    JSON.stringify(entries.map((entry) => fields(entry as Json))),
  );
  return a === b;
}

/** Without what is as if absent, in the order of the names. */
const fields = (entry: Json): [string, unknown][] =>
  Object.entries(entry)
    .filter(
      ([name, value]) => !(name in ABSENT && (name === 'trim_offsets' || ABSENT[name] === value)),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));

const summary = (entry: unknown): string =>
  flat(entry)
    .map((part) => summaryOf(part as Json))
    .join(', ') || 'none';

/** The type, and in brackets what it says, each value cut short. */
function summaryOf({ type, ...rest }: Json): string {
  const said = fields(rest)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name} ${JSON.stringify(value).slice(0, 24)}`);
  return said.length === 0 ? String(type) : `${type} (${said.join(', ')})`;
}
