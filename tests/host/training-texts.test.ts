/** Runs on text files and on mixtures: only the training part, resumed exactly, recorded, refused. Needs dist/. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Corpus, readCorpus, worldCorpus } from '../../src/host/corpus.ts';
import { prepareCorpus, type WorkerPart } from '../../src/host/training/preparation.ts';
import { type TrainingProgress, trainAndMeasure, trainModel } from '../../src/host/training/run.ts';
import { modelTensors, type TrainedModel } from '../../src/language/checkpoint.ts';
import { type TextLoss, textLoss } from '../../src/language/evaluation/causal.ts';
import { heldOutTexts } from '../../src/language/evaluation/held-out.ts';
import { evaluateTexts } from '../../src/language/evaluation/texts.ts';
import { asFlow } from '../../src/language/model.ts';
import { createTokenizer, type Tokenizer } from '../../src/language/tokenizer.ts';
import { parseTrainingConfig } from '../../src/language/training/config.ts';
import { nearDuplicateGroups } from '../../src/language/training/near-duplicates.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { tinyConfig, tinyCorpus } from '../language/training/tiny-run.ts';
import { tinySentences } from '../language/training/tiny-text.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-texts-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}
const SENTENCES = tinySentences(400, 21);
const text = readCorpus(write('text.txt.gz', gzipSync(SENTENCES.join('\n'))));
const plainText = {
  languages: ['en'],
  leaveOut: ['the moon'],
  replace: { Tom: ['Ben', 'Leo'] },
  split: { seed: 5, validation: 0.1, test: 0.2 },
};
const changes = { plainText, vocabularySize: 60, evenTokens: true, checkpointMinutes: 1e-9 };
const CONFIG = tinyConfig(changes);
const mixed: Corpus = {
  parts: [{ ...text.parts[0], weight: 3 }, ...worldCorpus(tinyCorpus).parts],
};

const train = (name: string, given: Partial<Parameters<typeof trainModel>[0]> = {}) =>
  trainModel({
    corpus: mixed,
    config: CONFIG,
    out: join(root, name),
    resume: false,
    onProgress() {},
    ...given,
  });
const losses = (name: string) => readFileSync(join(root, name, 'training', 'losses.csv'), 'utf8');
const weights = (name: string) => readFileSync(join(root, name, 'model.safetensors'));

let prepared: Awaited<ReturnType<typeof prepareCorpus>>;
let tokenizer: Tokenizer;
let trained: string[];
beforeAll(async () => {
  prepared = await prepareCorpus(mixed, parseTrainingConfig(CONFIG));
  tokenizer = createTokenizer(prepared.vocabulary);
  trained = textsOf(prepared.parts[0]);
});

function textsOf(part: WorkerPart): string[] {
  if (part.kind === 'world') return [];
  const { tokens, starts } = part;
  return Array.from({ length: starts.length - 1 }, (_, i) =>
    tokenizer.decode(tokens.subarray(starts[i], starts[i + 1])),
  );
}

describe('what workers get', () => {
  it('is the training part, cleaned, in memory that they share', () => {
    const [record] = prepared.records;
    expect(trained).toHaveLength(record.training ?? 0);
    expect(trained.every((one) => !/the moon|Tom/.test(one))).toBe(true);
    expect(trained.some((one) => /^(Ben|Leo) /.test(one))).toBe(true);
    const [part] = prepared.parts;
    expect(part.kind === 'text' && part.tokens.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('is counted without a rest', () => {
    const [record] = prepared.records;
    const { lines, training = 0, validation = 0, test = 0, left_out = 0, too_long = 0 } = record;
    expect(lines).toBe(400);
    expect(training + validation + test + left_out + too_long).toBe(400);
    expect([validation > 10, test > 30, left_out > 10, too_long]).toEqual([true, true, true, 0]);
    expect(prepared.records.map(({ name, share }) => [name, share])).toEqual([
      ['text.txt.gz', 0.75],
      ['world', 0.25],
    ]);
  });

  it('speaks the languages and has the determiners of both', () => {
    expect(prepared.languages).toEqual(['en', 'de']);
    expect(prepared.determiners).toEqual(expect.arrayContaining(['the', 'a', 'des', 'das']));
    expect(new Set(prepared.determiners).size).toBe(prepared.determiners.length);
  });

  it('has a vocabulary of the size asked for, the bytes and ancestors on top', async () => {
    const free = await prepareCorpus(mixed, parseTrainingConfig(tinyConfig({ plainText })));
    expect(prepared.vocabulary.length).toBeGreaterThan(256);
    expect(prepared.vocabulary.length).toBeLessThan(free.vocabulary.length);
    expect(prepared.vocabulary.filter((rank) => String(rank).length > 2).length).toBeGreaterThan(
      20,
    );
    const unheard = 'Zwölf Boxkämpfer jagen Viktor – 犬 🦋';
    expect(tokenizer.decode(tokenizer.encodeIds(unheard))).toBe(unheard);
  });

  it('leaves out lines too long for the positions, and says how many', async () => {
    const long = `${'Ein sehr langer Satz. '.repeat(30)}\n`;
    const path = write('long.txt', `${long}${SENTENCES.join('\n')}\n${'x'.repeat(10_000)}`);
    const split = { seed: 1, validation: 0, test: 0 };
    const config = parseTrainingConfig(tinyConfig({ plainText: { split } }));
    const { records } = await prepareCorpus(readCorpus(path), config);
    expect(records[0]).toMatchObject({ lines: 402, training: 400, too_long: 2 });
  });
});

describe('a run on a mixture', () => {
  const seen: TrainingProgress[] = [];
  let model: TrainedModel;
  beforeAll(async () => {
    model = await train('whole', { onProgress: (one) => seen.push(one) });
  });

  it('learns, and records what it was trained on', () => {
    expect(seen[11].causal).toBeLessThan(0.95 * seen[0].causal);
    expect(model.config).toMatchObject({ languages: ['en', 'de'], name: 'tiny' });
    expect(model.config.training).toMatchObject({ corpora: prepared.records });
    expect(JSON.stringify(model.config)).not.toContain(root);
  });

  it('goes on after an interruption to the same losses and weights', async () => {
    const stop = ({ step }: TrainingProgress) => {
      if (step > 5) throw new Error('interrupted');
    };
    await expect(train('half', { onProgress: stop })).rejects.toThrow('interrupted');
    await train('half', { resume: true });
    expect(losses('half')).toBe(losses('whole'));
    expect(weights('half').equals(weights('whole'))).toBe(true);
  });

  it('is not resumed with other weights of the parts', async () => {
    const stop = ({ step }: TrainingProgress) => {
      if (step > 2) throw new Error('interrupted');
    };
    await expect(train('other', { onProgress: stop })).rejects.toThrow('interrupted');
    const even = { parts: mixed.parts.map((part) => ({ ...part, weight: 1 })) };
    await expect(train('other', { resume: true, corpus: even })).rejects.toThrow(
      /another corpus: resume with that one/,
    );
  });

  it('is evaluated on what training left out, with nothing alike in training', () => {
    const [part] = text.parts;
    if (part.kind !== 'text') throw new Error('no text');
    const held = heldOutTexts(model, part);
    expect(held).toMatchObject({ trainedOn: true, split: prepared.records[0].split });
    expect(held.texts).toHaveLength(prepared.records[0].test ?? 0);
    expect(held.texts.filter((one) => trained.includes(one))).toEqual([]);
    expect(held.training).toEqual(trained);
    const groups = nearDuplicateGroups(SENTENCES);
    const groupsWith = (texts: readonly string[]) => {
      const original = (one: string) => one.replace(/\b(?:Ben|Leo)\b/, 'Tom');
      const places = texts.flatMap((one) =>
        SENTENCES.flatMap((sentence, i) => (sentence === original(one) ? [groups[i]] : [])),
      );
      return new Set(places);
    };
    const inTraining = groupsWith(trained);
    expect([...groupsWith(held.texts)].filter((group) => inTraining.has(group))).toEqual([]);
  });

  it('is evaluated in finite numbers, the same for the same seed', () => {
    const [part] = text.parts;
    if (part.kind !== 'text') throw new Error('no text');
    const held = heldOutTexts(model, part);
    const { texts } = held;
    const settings = {
      seed: 3,
      texts: 10,
      depthTexts: 4,
      blankTexts: 6,
      depthBlankTexts: 3,
      depths: [2, 3, 'ode'] as const,
    };
    const result = evaluateTexts(model, held, settings);
    expect(result).toMatchObject({ model: 'tiny', texts: 10 });
    expect(Object.keys(result.depths)).toEqual(['2', '3', 'ode']);
    for (const loss of [result, ...Object.values(result.depths)]) {
      expect(loss.natsPerToken).toBeGreaterThan(1);
      expect(loss.natsPerToken).toBeLessThan(8);
      expect(loss.bitsPerByte).toBeLessThan(8);
    }
    expect(evaluateTexts(model, held, settings)).toEqual(result);
    const perByte = (loss: typeof result) => loss.natsPerText / Math.LN2 / loss.bitsPerByte;
    const all = { ...settings, texts: 1000, blankTexts: 0, depths: [] };
    const bytes = perByte(evaluateTexts(model, held, all));
    const own = texts.reduce((sum, one) => sum + Buffer.byteLength(one), 0) / texts.length;
    expect(bytes).toBeCloseTo(own, 6);
  });

  it('is not evaluated on a file that it was trained on with another split', () => {
    const [part] = text.parts;
    if (part.kind !== 'text') throw new Error('no text');
    const config = parseTrainingConfig(
      tinyConfig({ plainText: { ...plainText, split: { ...plainText.split, seed: 6 } } }),
    );
    const training = { ...model.config.training, config };
    const other = { ...model, config: { ...model.config, training } };
    expect(() => heldOutTexts(other, part)).toThrow(/was trained on another split of this file/);
    expect(heldOutTexts(other, { ...part, sha256: 'another' }).trainedOn).toBe(false);
    const further = (from: object) => ({
      ...model,
      config: { ...model.config, training: { config: {}, corpora: [], from: { training: from } } },
    });
    expect(heldOutTexts(further(model.config.training), part)).toEqual(heldOutTexts(model, part));
    expect(() => heldOutTexts(further(training), part)).toThrow(/another split of this file/);
    const record = { ...model, config: { ...model.config, training: {} } };
    expect(heldOutTexts(record, part).trainedOn).toBe(false);
  });
});

describe('a run on texts refuses', () => {
  it.each<[string, Partial<Parameters<typeof trainModel>[0]>, RegExp]>([
    [
      'a file whose lines are all too long',
      { corpus: readCorpus(write('all-long.txt', 'Ein langer Satz. '.repeat(40))) },
      /all-long\.txt leaves no text to train on \(of 1 lines 0 were left out, 1 take more/,
    ],
    [
      'a file whose lines are all left out',
      { corpus: readCorpus(write('moon.txt', 'the moon\nThe moon!')) },
      /of 2 lines 2 were left out, 0 take more than the 48 positions/,
    ],
    [
      'a part with next to no weight',
      { corpus: { parts: [mixed.parts[0], { ...mixed.parts[1], weight: 1e-4 }] } },
      /corpus 2 has a share of .*, which is none of 64 texts/,
    ],
    [
      'an unknown setting for texts',
      { config: tinyConfig({ plainText: { split: { seed: 1 } } }) },
      /plainText\.split\.validation/,
    ],
  ])('%s', async (name, given, message) => {
    const error: Error = await train(name, given).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});

it.each([
  ['lieblingstier', 'lieblingstier'],
  ['alltag', 'alltag'],
  ['alltag-further', 'alltag'],
])('%s is a config of %s', (file, name) => {
  const path = new URL(`../../data/training/${file}.json`, import.meta.url);
  expect(parseTrainingConfig(readFileSync(path, 'utf8')).name).toBe(name);
});

it('the second run of alltag has the texts and the shape of the first', () => {
  const [first, further] = ['alltag', 'alltag-further'].map((name) => {
    const path = new URL(`../../data/training/${name}.json`, import.meta.url);
    const { model, plainText, blanks, vocabularySize } = JSON.parse(readFileSync(path, 'utf8'));
    return { model, plainText, blanks, vocabularySize };
  });
  expect(further).toEqual(first);
});

describe('a comparison with a standard transformer', () => {
  const measured = (name: string, model: object = {}) => {
    const { model: tiny, ...rest } = JSON.parse(CONFIG);
    const config = JSON.stringify({ ...rest, model: { ...tiny, ...model } });
    const out = join(root, name);
    return trainAndMeasure({ corpus: mixed, config, out, resume: false, onProgress() {} });
  };

  it('measures the flow as the evaluation does, and the other one beside it', async () => {
    const model = await train('compared');
    const { texts } = heldOutTexts(model, text.parts[0] as never);
    const exact = texts.map((one) => textLoss(model, one, model.config.depth));
    const sum = (pick: (loss: TextLoss) => number) =>
      exact.reduce((total, loss) => total + pick(loss), 0);
    const expected = sum(({ nats }) => nats) / sum(({ tokens }) => tokens);
    const flow = await measured('flow');
    expect([flow.natsPerToken['text.txt.gz']]).toBeAllClose([expected], { relative: 1e-5 });
    const bytes = texts.reduce((total, one) => total + Buffer.byteLength(one), 0);
    const bits = sum(({ nats }) => nats) / Math.LN2 / bytes;
    expect([flow.bitsPerByte['text.txt.gz']]).toBeAllClose([bits], { relative: 1e-5 });
    const standard = await measured('standard', { standard: { layers: 2, hidden: 12 } });
    expect(standard.steps).toBe(flow.steps);
    expect(standard.natsPerToken['text.txt.gz']).toBeGreaterThan(0);
    expect(standard.natsPerToken['text.txt.gz']).toBeLessThan(Math.log(tokenizer.size));
  });

  it('trains with one table for embedding and readout, which the model writes once', async () => {
    const { model: tiny, ...rest } = JSON.parse(CONFIG);
    const config = JSON.stringify({ ...rest, model: { ...tiny, tied: true } });
    const model = asFlow(await train('tied', { config }), 'this test');
    expect(Object.keys(modelTensors(model))).not.toContain('output');
    const start = Object.keys(modelTensors(await train('untied')));
    expect(start).toContain('output');
    const tied = await measured('tied-measured', { tied: true });
    const untied = await measured('untied-measured');
    const { dimension: d } = model.config;
    const saved = model.weights.output.shape[0] * d - d * d;
    expect(untied.parameters - tied.parameters).toBe(saved);
  });
});
