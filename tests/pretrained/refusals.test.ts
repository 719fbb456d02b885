/** What cannot be read is refused in one line before any work, and what was decided is said. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readNetwork } from '../../src/host/pretrained.ts';
import { DamagedFileError, InputError, LimitError } from '../../src/numerics/errors.ts';
import { describe as describeConfig } from '../../src/pretrained/families.ts';
import { openNetwork } from '../../src/pretrained/network.ts';
import {
  configOf,
  encode,
  entriesOf,
  fixtureFolder,
  float32Tensor,
  type RawTensor,
  rawTensors,
} from './fixtures.ts';

const SPACE = mkdtempSync(join(tmpdir(), 'schmetterling-pretrained-'));
afterAll(() => rmSync(SPACE, { recursive: true }));

/** A fixture with other fields and tensors; undefined leaves one out. */
function opened(
  name: string,
  config: Record<string, unknown> = {},
  tensors: Record<string, RawTensor | undefined> = {},
) {
  const all = Object.entries({ ...rawTensors(name), ...tensors }).filter(([, one]) => one);
  return openNetwork({
    config: { ...configOf(name), ...config },
    tensors: entriesOf(Object.fromEntries(all) as Record<string, RawTensor>),
    precision: 'float64',
  });
}

const thrown = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('a config', () => {
  const cases: [string, string, Record<string, unknown>, RegExp][] = [
    [
      'of an unknown type',
      'llama',
      { model_type: 'llama4' },
      /model_type is "llama4".*nearest is "llama".*CONTRIBUTING/,
    ],
    ['without a type', 'bert', { model_type: undefined }, /model_type is missing/],
    [
      'with remote code',
      'bert',
      { auto_map: { AutoModel: 'modeling.Model' } },
      /auto_map.*modeling\.Model.*never run/,
    ],
    [
      'of quantised weights',
      'llama',
      { quantization_config: { bits: 4 } },
      /quantization_config is \{"bits":4\}/,
    ],
    [
      'of relative positions',
      'bert',
      { position_embedding_type: 'relative_key' },
      /position_embedding_type is "relative_key".*not supported/,
    ],
    ['of a decoder', 'roberta', { is_decoder: true }, /is_decoder is true/],
    [
      'with an unknown activation',
      'bert',
      { hidden_act: 'gelu_quick' },
      /hidden_act is "gelu_quick": expected one of gelu,/,
    ],
    [
      'with an unknown scaling',
      'llama',
      { rope_parameters: null, rope_scaling: { type: 'su', factor: 2 } },
      /rope type "su" is not known.*longrope/,
    ],
    [
      'with a scaling that lacks its factor',
      'llama',
      { rope_parameters: { rope_type: 'linear' } },
      /factor is missing/,
    ],
    [
      'with positions of kinds that it has not',
      'llama',
      { rope_parameters: { full_attention: {} } },
      /expected one for all layers/,
    ],
    [
      'with a share that it cannot turn',
      'llama',
      { rope_parameters: { partial_rotary_factor: 0.5 } },
      /partial_rotary_factor is 0\.5/,
    ],
    [
      'with heads that do not divide',
      'bert',
      { num_attention_heads: 3 },
      /3 heads do not divide the width 16/,
    ],
    [
      'with key heads that do not divide',
      'llama',
      { num_key_value_heads: 3 },
      /3 key heads do not divide 4 heads/,
    ],
    [
      'with a size that is none',
      'bert',
      { num_hidden_layers: '3' },
      /num_hidden_layers is "3": expected a whole number from 1 to 10000$/,
    ],
    [
      'with too few kinds of layers',
      'qwen2',
      { layer_types: ['full_attention'] },
      /layer_types is .*expected \d entries/,
    ],
    [
      'with an unknown kind of layers',
      'gemma3',
      { layer_types: ['full_attention', 'chunked_attention', 'full_attention'] },
      /layer_types is .*chunked/,
    ],
    [
      'with windows of no length',
      'qwen2',
      {
        use_sliding_window: false,
        layer_types: ['full_attention', 'sliding_attention', 'full_attention'],
      },
      /layers with a window and there is none/,
    ],
    [
      'with windows in some layers and no length',
      'mistral',
      { sliding_window: null, layer_types: ['full_attention', 'sliding_attention'] },
      /layers with a window and there is none/,
    ],
  ];
  it.each(cases)('%s is refused', (_, name, config, message) => {
    const error = thrown(() => opened(name, config));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/^config\.json: /);
    expect(error.message).toMatch(message);
  });

  const FIXTURES = [
    ...['albert', 'bert', 'distilbert', 'gemma3', 'gpt-neox', 'gpt2', 'llama', 'mistral'],
    ...['modernbert', 'qwen2-window', 'qwen3', 'roberta', 'xlm-roberta', 'camembert'],
  ];
  it.each(FIXTURES)('of %s with a number that is none is refused by its name', (name) => {
    const refused = (key: string, value: unknown) => {
      try {
        describeConfig({ ...configOf(name), [key]: value });
      } catch (error) {
        return (error as Error).message;
      }
      return null;
    };
    const numbers = Object.entries(configOf(name)).filter(([, one]) => typeof one === 'number');
    const read = numbers.map(([key]) => key).filter((key) => refused(key, 'x') !== null);
    expect(read.length).toBeGreaterThan(5);
    for (const key of read) {
      const said = (value: unknown) =>
        expect(refused(key, value), `${key} ${value}`).toMatch(
          new RegExp(
            `^config\\.json: ${key} is .*: expected a (whole )?number (from|above) 0|from 1`,
          ),
        );
      for (const value of ['3', -1, true, [2]]) said(value);
      if (/eps|scalar|cap/.test(key)) continue;
      said(2.5);
      said(1e300);
      if (!/pad_token_id|sliding_window|max_window_layers/.test(key)) said(0);
      if (!/pad_token_id|sliding_window|num_key_value_heads|head_dim/.test(key)) said(null);
    }
  });

  it.each([
    [
      'gpt-neox',
      { rope_parameters: null, rotary_pct: -0.5 },
      /rotary_pct is -0\.5: expected a share/,
    ],
    ['llama', { head_dim: 7 }, /heads have 7 numbers, which turn in pairs: expected an even/],
    ['llama', { rope_parameters: { rope_theta: 0 } }, /rope_theta is 0: expected a number above 0/],
    [
      'llama',
      { rope_parameters: { rope_type: 'linear', factor: '2' } },
      /factor is "2": expected a/,
    ],
    ['gemma3', { final_logit_softcapping: 0 }, /softcapping is 0: expected a number above 0/],
    [
      'bert',
      { tie_word_embeddings: 'yes' },
      /tie_word_embeddings is "yes": expected true or false/,
    ],
    ['bert', { hidden_act: null }, /hidden_act is null: expected one of gelu/],
  ])('of %s with %j is refused', (name, config, message) => {
    expect(() => describeConfig({ ...configOf(name), ...config })).toThrow(message);
  });

  it.each([[null], [[]], ['bert']])('that is %j is refused', (config) => {
    expect(() => openNetwork({ config, tensors: new Map(), precision: 'float32' })).toThrow(
      'expected an object with model_type',
    );
  });
});

describe('decisions are said', () => {
  it.each([
    [
      'llama',
      { rope_theta: 7 },
      /rope_theta 7 and inside rope_parameters rope_theta 10000: the inner one counts/,
    ],
    [
      'llama',
      { rope_scaling: { rope_type: 'linear', factor: 2 } },
      /rope_scaling and rope_parameters: what rope_scaling names counts/,
    ],
    [
      'gemma3',
      { rope_parameters: { rope_theta: 7 } },
      /rope_parameters without full_attention and sliding_attention/,
    ],
    // as in the reference library, which sets the common name behind the family's own
    ['gpt2', { n_embd: 24, hidden_size: 16 }, /n_embd 24 and hidden_size 16: hidden_size counts/],
    [
      'gpt2',
      { n_head: 8, num_attention_heads: 2 },
      /n_head 8 and num_attention_heads 2: num_attention_heads counts/,
    ],
    ['distilbert', { dim: 24, hidden_size: 16 }, /dim 24 and hidden_size 16: hidden_size counts/],
    [
      'modernbert',
      { sliding_window: 1 },
      /local_attention 6 and sliding_window 1: sliding_window counts/,
    ],
  ])('%s with %j', (name, config, note) => {
    expect(opened(name, config).notes).toEqual([expect.stringMatching(note)]);
  });

  it.each([
    ['gpt2', 'n_head'],
    ['distilbert', 'n_heads'],
  ])('%s has as many heads as its num_attention_heads says', (name, own) => {
    const config = { [own]: 1, num_attention_heads: 8 };
    expect(opened(name, config).architecture.heads).toBe(8);
  });

  it.each(['bert', 'gpt2', 'llama', 'gemma3'])('%s has nothing to say', (name) => {
    expect(opened(name).notes).toEqual([]);
  });

  it('a head that differs, two biases, and what is left aside', () => {
    const [head, bias] = opened('bert-head-differs').notes;
    expect(head).toMatch(
      'cls.predictions.bias differs from cls.predictions.decoder.bias: the latter counts',
    );
    expect(bias).toMatch('the head in the file differs from the embedding');
    expect(opened('bert-old').notes).toEqual([
      expect.stringMatching(/^left aside: .*bert\.pooler\.dense\.weight/),
    ]);
  });

  it('a head that holds the embedding is the embedding', () => {
    const { weights, notes } = opened('bert-old');
    expect(weights.head!.decoder.weight).toBe(weights.token);
    expect(notes.join()).not.toMatch('differs');
  });
});

describe('tensors', () => {
  const ROW = 'bert.encoder.layer.1.attention.self.key.weight';

  it('that are missing, unknown, misshapen or whole numbers are all named at once', () => {
    const error = thrown(() =>
      opened(
        'bert',
        {},
        {
          [ROW]: undefined,
          'bert.embeddings.LayerNorm.bias': undefined,
          'bert.encoder.layer.0.output.dense.bias': float32Tensor([3], [0, 0, 0]),
          'bert.encoder.layer.0.intermediate.dense.bias': {
            dtype: 'I32',
            shape: [24],
            bytes: new Uint8Array(96),
          },
          'bert.encoder.layer.9.output.dense.bias': float32Tensor([1], [0]),
          'cls.predictions.transform.dense.weight': undefined,
        },
      ),
    );
    expect(error).toBeInstanceOf(DamagedFileError);
    expect(error.message.split(': ')[1].split('; ')).toEqual([
      'missing bert.embeddings.LayerNorm.bias [16]',
      'bert.encoder.layer.0.intermediate.dense.bias of type I32, expected F64, F32, F16, BF16',
      'bert.encoder.layer.0.output.dense.bias [3], expected [16]',
      `missing ${ROW} [16,16]`,
      'missing cls.predictions.transform.dense.weight [16,16]',
      'unknown bert.encoder.layer.9.output.dense.bias [1]',
    ]);
  });

  it('that are many are counted, in a message that is not long', () => {
    const error = thrown(() => opened('llama', { num_hidden_layers: 90 }, {}));
    expect(error.message).toMatch(/; and \d{3} more: check that both belong together$/);
    expect(error.message.length).toBeLessThan(1000);
  });

  it('of an untied head that is not there leave a network without one', () => {
    const network = opened('llama', {}, { 'lm_head.weight': undefined });
    expect(network.hasHead).toBe(false);
    const { states } = network.run([1, 2, 3]);
    expect(() => network.logits(states[1])).toThrow(/no head that scores tokens/);
  });

  it('under two names are refused', () => {
    const { [ROW]: tensor } = rawTensors('bert');
    expect(() => opened('bert', {}, { [ROW.slice(5)]: tensor })).toThrow(
      /same tensor under two names: .*key\.weight and/,
    );
  });

  it('that are not finite are refused', () => {
    const values = new Array(16).fill(1);
    values[5] = Number.NaN;
    expect(() =>
      opened('bert', {}, { 'bert.embeddings.LayerNorm.weight': float32Tensor([16], values) }),
    ).toThrow('holds NaN at place 5');
  });

  it('of language models inside others are not taken for their own', () => {
    const inside = Object.fromEntries(
      Object.entries(rawTensors('gemma3')).map(([name, tensor]) => [
        `language_model.${name}`,
        tensor,
      ]),
    );
    const open = () =>
      openNetwork({ config: configOf('gemma3'), tensors: entriesOf(inside), precision: 'float32' });
    expect(open).toThrow(
      /missing embed_tokens\.weight .*unknown language_model\.model\.embed_tokens\.weight/,
    );
  });
});

describe('a text', () => {
  const bert = opened('bert');
  const roberta = opened('roberta');
  const rows = bert.architecture.positions.rows!;

  it.each([
    ['without tokens', bert, [], InputError, /no tokens/],
    [
      'with an id that is none',
      bert,
      [1, 40],
      InputError,
      /token id 40 is not there: .* from 0 to 39/,
    ],
    ['with a part of an id', bert, [1.5], InputError, /token id 1\.5/],
    ['with a negative id', bert, [-1], InputError, /token id -1/],
    [
      'longer than the positions',
      bert,
      new Array(rows + 1).fill(3),
      LimitError,
      /25 tokens, this BERT has 24 positions/,
    ],
    [
      'longer than positions behind the padding',
      roberta,
      new Array(roberta.architecture.positions.rows! - 1).fill(3),
      LimitError,
      /positions: shorten/,
    ],
  ])('%s is refused', (_, network, ids, kind, message) => {
    const error = thrown(() => network.run(ids));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(message);
  });

  it('as long as the positions is run', () => {
    expect(bert.run(new Array(rows).fill(3)).states[0].shape).toEqual([rows, 16]);
  });

  it('with token types or positions that there are none of is refused', () => {
    expect(() => bert.run([1, 2], { typeIds: [0, 2] })).toThrow(/token type 2 .* from 0 to 1/);
    expect(() => bert.run([1, 2], { typeIds: [0] })).toThrow(
      /2 tokens with 2 positions and 1 token types/,
    );
    expect(() => bert.run([1, 2], { positions: [0, rows] })).toThrow(/position 24/);
    expect(() => opened('distilbert').run([1], { typeIds: [1] })).toThrow(/token type 1 /);
  });

  it('of rotary positions without scaling is as long as the config says', () => {
    const network = opened('llama', { max_position_embeddings: 5 });
    expect(() => network.run([1, 2, 3, 4, 5, 6])).toThrow(/6 tokens, this Llama has 5 positions/);
    expect(network.run([1, 2, 3, 4, 5]).states).toHaveLength(4);
  });
});

describe('a folder', () => {
  let made = 0;
  const folderOf = (name: string): string => {
    const folder = join(SPACE, String(made++));
    cpSync(fixtureFolder(name), folder, { recursive: true });
    return folder;
  };

  it('that is not there, or has no config.json or weights', () => {
    expect(() => readNetwork(join(SPACE, 'none'))).toThrow('there is no such folder');
    const folder = folderOf('bert');
    rmSync(join(folder, 'model.safetensors'));
    expect(() => readNetwork(folder)).toThrow(/neither model\.safetensors nor/);
    rmSync(join(folder, 'config.json'));
    expect(() => readNetwork(folder)).toThrow(`${folder}: config.json is missing`);
  });

  it('with pytorch_model.bin only names the conversion', () => {
    const folder = folderOf('bert');
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'pytorch_model.bin'), '');
    expect(() => readNetwork(folder)).toThrow(
      `python3 -c "from transformers import BertForMaskedLM as M; M.from_pretrained('${folder}').save_pretrained('${folder}')"`,
    );
  });

  const FROM = 'python3 -c "from transformers import BertForMaskedLM as M; M.from_pretrained(';
  it.each([
    ['pytorch_model.bin.index.json', [FROM, 'any code']],
    ['tf_model.h5', [FROM, 'from_tf=True', '"transformers<5" torch tensorflow']],
    ['flax_model.msgpack', [FROM, 'from_flax=True', '"transformers<5" torch flax']],
    ['model.onnx', ['without the weights’ names', 'fetch model.safetensors']],
    ['onnx/model.onnx', ['fetch model.safetensors of the same model']],
    ['rust_model.ot', ['rust-bert', 'fetch model.safetensors']],
    ['adapter_model.safetensors', ['another model’s weights', 'merge_and_unload()']],
  ])('with %s only says what to do', (file, parts) => {
    const folder = folderOf('bert');
    rmSync(join(folder, 'model.safetensors'));
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
    const error = thrown(() => readNetwork(folder));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).not.toContain('\n');
    for (const part of [`${folder}: its weights are ${file}, `, ...parts])
      expect(error.message).toContain(part);
  });

  it('with shards that are missing names them', () => {
    const folder = folderOf('bert-shards');
    const { weight_map: map } = JSON.parse(
      readFileSync(join(folder, 'model.safetensors.index.json'), 'utf8'),
    );
    const [first, second] = [...new Set(Object.values<string>(map))].sort();
    rmSync(join(folder, second));
    expect(() => readNetwork(folder)).toThrow(new RegExp(`one is missing, ${second}`));
    rmSync(join(folder, first));
    expect(() => readNetwork(folder)).toThrow(new RegExp(`2 are missing, ${first}, ${second}`));
  });

  it('with an index that does not tell the truth', () => {
    const folder = folderOf('bert-shards');
    const file = join(folder, 'model.safetensors.index.json');
    const { weight_map: map } = JSON.parse(readFileSync(file, 'utf8'));
    const write = (changed: object) => writeFileSync(file, JSON.stringify({ weight_map: changed }));
    const [name, shard] = Object.entries<string>(map)[0];
    const { [name]: _, ...fewer } = map;
    write(fewer);
    expect(() => readNetwork(folder)).toThrow(`${shard} holds tensor ${name}, which`);
    write({ ...map, more: shard });
    expect(() => readNetwork(folder)).toThrow(`names more in ${shard}, which is not there`);
    write({ ...map, [name]: '../outside' });
    expect(() => readNetwork(folder)).toThrow('names ../outside: expected names without a folder');
    writeFileSync(file, '{}');
    expect(() => readNetwork(folder)).toThrow('expected weight_map');
  });

  it('of sentence-transformers opens as the transformer inside', () => {
    const outer = join(SPACE, 'sentence');
    mkdirSync(outer);
    cpSync(fixtureFolder('bert'), join(outer, '0_Transformer'), { recursive: true });
    const modules = (type: string, path: string) =>
      writeFileSync(
        join(outer, 'modules.json'),
        JSON.stringify([{ idx: 0, name: '0', path, type }]),
      );
    modules('sentence_transformers.models.Transformer', '0_Transformer');
    expect(readNetwork(outer).architecture.family).toBe('BERT');
    modules('sentence_transformers.models.WordEmbeddings', '0_Transformer');
    expect(() => readNetwork(outer)).toThrow('expected a Transformer as its first module');
    modules('sentence_transformers.models.Transformer', '../0');
    expect(() => readNetwork(outer)).toThrow('expected a Transformer as its first module');
  });

  it('whose weights are cut off', () => {
    const folder = folderOf('bert');
    const file = join(folder, 'model.safetensors');
    writeFileSync(file, encode(rawTensors('bert')).subarray(0, -4));
    expect(() => readNetwork(folder)).toThrow(
      /model\.safetensors: found \d+ bytes of data, expected/,
    );
  });
});
