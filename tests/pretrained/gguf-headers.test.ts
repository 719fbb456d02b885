/** What the header of a GGUF file changes in its network, held against the folder's config that says the same; refusals. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { PretrainedModel } from '../../src/language/pretrained-model.ts';
import { describe as describeConfig } from '../../src/pretrained/families.ts';
import { checkpointOf } from '../../src/pretrained/gguf/architectures.ts';
import { FOLDER_LINES, readGguf } from '../../src/pretrained/gguf/header.ts';
import { dependsOnLength } from '../../src/pretrained/rotary.ts';
import { command } from '../cli/command.ts';
import { sourceOf } from './fixtures.ts';
import { type Field, fieldsOf, ggufFile, type RawGguf } from './gguf-files.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'gguf', `${name}.gguf`));
const files = {
  llama: fieldsOf(fixture('llama')),
  qwen2: fieldsOf(fixture('qwen2')),
  gemma3: fieldsOf(fixture('gemma3')),
};

type Fields = Readonly<Record<string, Field | undefined>>;

/** A file with other entries in its header; those that are undefined are left out. */
function withFields(file: RawGguf, changed: Fields): RawGguf {
  const fields = new Map(file.fields);
  for (const [key, field] of Object.entries(changed))
    if (field) fields.set(key, field);
    else fields.delete(key);
  return { ...file, fields };
}

const whole = (value: number): Field => ({ type: 4, value });
const real = (value: number): Field => ({ type: 6, value });
const text = (value: string): Field => ({ type: 8, value });
const flag = (value: boolean): Field => ({ type: 7, value });

function configOf(file: RawGguf): Record<string, unknown> {
  const source = sourceOf(ggufFile(file), 'model.gguf');
  return { ...checkpointOf(source, readGguf(source)).config };
}
const architectureOf = (file: RawGguf) => describeConfig(configOf(file)).architecture;

/** Of the fixture with these entries in its header, and of the folder of the unchanged fixture with these in its config. */
function both(name: keyof typeof files, fields: Fields, config: Readonly<Record<string, unknown>>) {
  const folder = { ...configOf(files[name]), ...config };
  return [architectureOf(withFields(files[name], fields)), describeConfig(folder).architecture];
}

describe('the header counts', () => {
  const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 16 };
  const yarnFields = {
    'llama.rope.scaling.type': text('yarn'),
    'llama.rope.scaling.factor': real(4),
    'llama.rope.scaling.original_context_length': whole(16),
  };

  it.each<[string, keyof typeof files, Fields, Record<string, unknown>]>([
    ['YaRN', 'llama', yarnFields, { rope_scaling: yarn }],
    [
      'YaRN with a magnitude, by which its own is multiplied',
      'llama',
      { ...yarnFields, 'llama.rope.scaling.attn_factor': real(0.5) },
      { rope_scaling: { ...yarn, attention_factor: 0.5 * (0.1 * Math.log(4) + 1) } },
    ],
    [
      'a linear factor by its older name',
      'qwen2',
      { 'qwen2.rope.scale_linear': real(2.5) },
      { rope_scaling: { rope_type: 'linear', factor: 2.5 } },
    ],
    ['a base', 'qwen2', { 'qwen2.rope.freq_base': real(500) }, { rope_theta: 500 }],
    ['no base, of Gemma', 'gemma3', { 'gemma3.rope.freq_base': undefined }, { rope_theta: 1e6 }],
    [
      'a base of layers with a window',
      'gemma3',
      { 'gemma3.rope.freq_base_swa': real(77) },
      { rope_local_base_freq: 77 },
    ],
    [
      'a linear factor, of Gemma’s full layers',
      'gemma3',
      { 'gemma3.rope.scaling.type': text('linear'), 'gemma3.rope.scaling.factor': real(8) },
      { rope_scaling: { rope_type: 'linear', factor: 8 } },
    ],
    [
      'a scale of scores',
      'gemma3',
      { 'gemma3.attention.scale': real(0.25) },
      { query_pre_attn_scalar: 16 },
    ],
    [
      'every third layer without a window',
      'gemma3',
      { 'gemma3.attention.sliding_window_pattern': whole(3) },
      {
        layer_types: Array.from({ length: 7 }, (_, layer) =>
          layer % 3 === 2 ? 'full_attention' : 'sliding_attention',
        ),
      },
    ],
    [
      'a list of layers with a window',
      'gemma3',
      {
        'gemma3.attention.sliding_window_pattern': {
          type: 9,
          of: 7,
          value: [true, false, false, true, true, false, true],
        },
      },
      {
        layer_types: [1, 0, 0, 1, 1, 0, 1].map((slides) =>
          slides ? 'sliding_attention' : 'full_attention',
        ),
      },
    ],
    [
      'no window, of Gemma',
      'gemma3',
      { 'gemma3.attention.sliding_window': undefined },
      { layer_types: Array(7).fill('full_attention') },
    ],
    [
      'a cap of 0, which is none',
      'gemma3',
      { 'gemma3.final_logit_softcapping': real(0) },
      { final_logit_softcapping: null },
    ],
    [
      'a cap',
      'gemma3',
      { 'gemma3.final_logit_softcapping': real(30) },
      { final_logit_softcapping: 30 },
    ],
    [
      'windows of Qwen',
      'qwen2',
      { 'qwen2.attention.sliding_window': whole(7) },
      {
        use_sliding_window: true,
        sliding_window: 7,
        layer_types: ['sliding_attention', 'sliding_attention'],
      },
    ],
    [
      'windows of a Llama, which make it a Mistral',
      'llama',
      { 'llama.attention.sliding_window': whole(7) },
      { model_type: 'mistral', sliding_window: 7 },
    ],
    ['a window of 0, which is none', 'llama', { 'llama.attention.sliding_window': whole(0) }, {}],
    [
      'what changes nothing',
      'llama',
      {
        'llama.expert_count': whole(0),
        'llama.logit_scale': real(1),
        'llama.attention.causal': flag(true),
        'llama.attention.scale': real(0.25),
      },
      {},
    ],
  ])('%s', (_, name, fields, config) => {
    const [found, wanted] = both(name, fields, config);
    expect(found).toEqual(wanted);
  });

  it('the largest Gemma divides scores by the root of its width over its heads', () => {
    const large = withFields(files.gemma3, { 'gemma3.block_count': whole(62) });
    expect(architectureOf(large).layers[0].scale).toBeCloseTo(1 / Math.sqrt(64 / 4), 14);
  });

  it('factors of wavelengths are the same for texts of any length, which go on from their beginnings', () => {
    const model = readModel(join(import.meta.dirname, 'gguf', 'llama-factors.gguf'));
    expect(model).toBeInstanceOf(PretrainedModel);
    const { network } = model as PretrainedModel;
    expect(network.goesOn).toBe(true);
    const [{ rotary }] = network.architecture.layers;
    if (rotary?.scaling.type !== 'longrope') throw new Error('other angles');
    const long = rotary.scaling.long.with(0, 2);
    expect(dependsOnLength({ ...rotary, scaling: { ...rotary.scaling, long } })).toBe(true);
  });
});

it('the command line takes a file as a model', async () => {
  const path = join(import.meta.dirname, 'gguf', 'llama.gguf');
  const { code, stdout } = await command(['predict', 'der', '--model', path, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ model: 'llama', kind: 'next-token', depth: 2 });
  const missing = await command(['predict', 'der', '--model', './none.gguf']);
  expect(missing.stderr).toContain('expected a folder with config.json, or a GGUF file');
});

const SPACE = mkdtempSync(join(tmpdir(), 'gguf-'));
afterAll(() => rmSync(SPACE, { recursive: true }));

/** Opens the fixture of Llama, changed. */
function opened(change: (file: RawGguf) => RawGguf | Uint8Array): () => unknown {
  const changed = change(files.llama);
  const path = join(SPACE, 'changed.gguf');
  writeFileSync(path, changed instanceof Uint8Array ? changed : ggufFile(changed));
  return () => readModel(path);
}
const fields = (changed: Fields) => (file: RawGguf) => withFields(file, changed);
type Tensor = RawGguf['tensors'][number];
const tensors = (change: (tensor: Tensor, index: number) => Tensor) => (file: RawGguf) => ({
  ...file,
  tensors: file.tensors.map(change),
});
const renamed = (from: string, to: Partial<Tensor>) =>
  tensors((tensor) => (tensor.name === from ? { ...tensor, ...to } : tensor));

describe('refused', () => {
  it('is not the file as it is written here', () => {
    expect(opened((file) => file)()).toBeInstanceOf(PretrainedModel);
  });

  it.each<[string, (file: RawGguf) => RawGguf | Uint8Array, RegExp]>([
    [
      'another architecture',
      fields({ 'general.architecture': text('phi3') }),
      /changed\.gguf: general\.architecture is "phi3".*expected llama, qwen2, qwen3, gemma3.*\n.*from transformers/,
    ],
    [
      'no architecture',
      fields({ 'general.architecture': undefined }),
      /general\.architecture is missing/,
    ],
    [
      'part of a split model',
      fields({ 'split.no': whole(1), 'split.count': whole(3) }),
      /part 2 of 3 of a split model.*llama-gguf-split --merge/,
    ],
    [
      'experts',
      fields({ 'llama.expert_count': whole(8) }),
      /llama\.expert_count is 8: expected 0, or no such key/,
    ],
    [
      'scaled logits',
      fields({ 'llama.logit_scale': real(0.5) }),
      /llama\.logit_scale is 0\.5: expected 0 or 1/,
    ],
    [
      'tokens that see both sides',
      fields({ 'llama.attention.causal': flag(false) }),
      /llama\.attention\.causal is false: expected true/,
    ],
    [
      'another scale of scores',
      fields({ 'llama.attention.scale': real(0.5) }),
      /attention\.scale is 0\.5: expected 0\.25/,
    ],
    [
      'an unknown scaling',
      fields({ 'llama.rope.scaling.type': text('su') }),
      /rope\.scaling\.type is "su": expected none, linear, yarn, longrope/,
    ],
    [
      'key heads that do not divide the heads',
      fields({ 'llama.attention.head_count_kv': whole(3) }),
      /head_count_kv is 3: expected a divisor of the 4 heads/,
    ],
    [
      'a part of a head that turns',
      fields({ 'llama.rope.dimension_count': whole(8), 'llama.attention.key_length': whole(16) }),
      /rope\.dimension_count is 8 of heads of 16/,
    ],
    [
      'values of another size',
      fields({ 'llama.attention.value_length': whole(8) }),
      /attention\.value_length 8: expected one size/,
    ],
    [
      'no number of layers',
      fields({ 'llama.block_count': undefined }),
      /llama\.block_count is missing: expected a number/,
    ],
    [
      'half a layer',
      fields({ 'llama.block_count': real(1.5) }),
      /llama\.block_count is 1\.5: expected a whole number from 1 on/,
    ],
    [
      'a text for a number',
      fields({ 'llama.embedding_length': text('64') }),
      /llama\.embedding_length is "64": expected a number/,
    ],
    [
      'another way to cut texts',
      fields({ 'tokenizer.ggml.pre': text('viking') }),
      /tokenizer\.ggml\.pre is "viking".*expected gpt-2/,
    ],
    [
      'another kind of tokenizer',
      fields({ 'tokenizer.ggml.model': text('bert') }),
      /tokenizer\.ggml\.model is "bert": expected "gpt2"/,
    ],
    ['no vocabulary', fields({ 'tokenizer.ggml.tokens': undefined }), /tokenizer\.ggml\.tokens/],
    [
      'types of fewer tokens',
      fields({ 'tokenizer.ggml.token_type': { type: 9, of: 4, value: [1, 1] } }),
      /2 entries in tokenizer\.ggml\.token_type: expected as many/,
    ],
    ['version 1', (file) => ({ ...file, version: 1 }), /of version 1: expected version 2 or 3/],
    [
      'the other order of bytes',
      (file) => ({ ...file, version: 3 * 2 ** 24 }),
      /other order of bytes/,
    ],
    [
      'a tensor twice',
      (file) => ({ ...file, tensors: [...file.tensors, file.tensors[0]] }),
      /has tensor "[^"]+" twice/,
    ],
    [
      'a type that is not read',
      renamed('blk.1.ffn_up.weight', { type: 20 }),
      /"blk\.1\.ffn_up\.weight" is of type IQ4_NL.*expected F32, F16, .*Q6_K.*llama-quantize[\s\S]*load_state_dict/,
    ],
    [
      'a type that there is not',
      tensors((tensor) => ({ ...tensor, type: 99 })),
      /is of type number 99/,
    ],
    [
      'tensors that overlap',
      tensors((tensor, i) => (i === 1 ? { ...tensor, offset: 0 } : tensor)),
      /begins at byte 0 of the data, expected/,
    ],
    [
      'a tensor far away',
      tensors((tensor, i) => (i === 1 ? { ...tensor, offset: 2 ** 40 } : tensor)),
      /begins at byte 1099511627776 of the data, expected/,
    ],
    [
      'a tensor that is missing',
      renamed('blk.1.attn_v.weight', { name: 'blk.1.ssm_a' }),
      /missing blk\.1\.attn_v\.weight \(model\.layers\.1\.self_attn\.v_proj\.weight\) \[.*unknown blk\.1\.ssm_a \[/,
    ],
    [
      'a tensor outside the layers that is missing',
      renamed('output_norm.weight', { name: 'rope.x' }),
      /missing output_norm\.weight \(model\.norm\.weight\) \[/,
    ],
    [
      'a tensor of another shape',
      renamed('blk.1.attn_norm.weight', { shape: [32] }),
      /expected|begins/,
    ],
    [
      'a flag that is 2',
      (file) => withFields(file, { 'llama.note': { type: 7, value: 2 } }),
      /of its header is 2, expected 0 or 1/,
    ],
    [
      'a pointer of Git LFS',
      () => Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
      /pointer of Git LFS.*git lfs pull/,
    ],
    ['another format', () => Buffer.from('{"model_type": "llama"}'), /is no GGUF file/],
    ['an empty file', () => new Uint8Array(), /is no GGUF file/],
  ])('%s', (_, change, message) => {
    expect(opened(change)).toThrow(message);
  });

  it.each([5, 20, 200, 5000, 60_000])('a file cut off at byte %d', (length) => {
    const bytes = fixture('llama');
    expect(opened(() => bytes.subarray(0, length))).toThrow(/cut off/);
  });

  it('numbers that are not finite', () => {
    const change = (file: RawGguf) => {
      const { offset } = file.tensors.find(({ name }) => name === 'output_norm.weight') as Tensor;
      const data = Uint8Array.from(file.data);
      data.set(new Uint8Array(Float32Array.of(Number.NaN).buffer), offset + 8);
      return { ...file, data };
    };
    expect(opened(change)).toThrow(
      /tensor output_norm\.weight \(model\.norm\.weight\) of shape \[64\] holds NaN at place 2/,
    );
  });

  it('comes with lines whose folder is no quantised one', () => {
    expect(FOLDER_LINES('a.gguf')).toContain('config.__dict__.pop("quantization_config", None)');
  });
});
