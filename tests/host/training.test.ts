/** Whole runs on a tiny world, in this process: the same twice, resumed, refused. Needs dist/ for the workers. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { worldCorpus } from '../../src/host/corpus.ts';
import { readFlow } from '../../src/host/models.ts';
import { type TrainingProgress, trainModel } from '../../src/host/training/run.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/language/safetensors.ts';
import { parseTrainingConfig } from '../../src/language/training/config.ts';
import { DamagedFileError, InputError } from '../../src/numerics/errors.ts';
import { tinyConfig, tinyCorpus } from '../language/training/tiny-run.ts';
import { lockOf } from './lock-file.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-training-'));
afterAll(() => rmSync(root, { recursive: true }));

const train = (out: string, changes: Partial<Parameters<typeof trainModel>[0]> = {}) =>
  trainModel({
    corpus: worldCorpus(tinyCorpus),
    config: tinyConfig(),
    out,
    resume: false,
    onProgress: () => {},
    ...changes,
  });
const weights = (out: string) => readFileSync(join(out, 'model.safetensors'));
const losses = (out: string) => readFileSync(join(out, 'training', 'losses.csv'), 'utf8');

const whole = join(root, 'whole');
const progress: TrainingProgress[] = [];
const model = await train(whole, { onProgress: (one) => progress.push(one) });

/** A run that stopped behind step `last`, every step saved. */
async function interrupted(name: string, last: number, config: string): Promise<string> {
  const out = join(root, name);
  const stop = ({ step }: TrainingProgress) => {
    if (step > last) throw new Error('interrupted');
  };
  await expect(train(out, { config, onProgress: stop })).rejects.toThrow('interrupted');
  return out;
}
const ALWAYS = tinyConfig({ checkpointMinutes: 1e-9 });
const half = await interrupted('half', 5, ALWAYS);

/** A copy of the interrupted run, to be spoilt. */
function copy(name: string): string {
  const out = join(root, name);
  cpSync(half, out, { recursive: true });
  return out;
}
const state = (out: string) => join(out, 'training', 'state.safetensors');

describe('a run', () => {
  it('reports every step, with losses that are numbers', () => {
    expect(progress.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    for (const { causal, blank, gradientLength, tokens } of progress)
      expect(
        [causal, blank, gradientLength, tokens].every((n) => Number.isFinite(n) && n > 0),
      ).toBe(true);
    expect(progress.at(-1)).toMatchObject({ steps: 12, secondsLeft: 0 });
  });

  it('learns', () => {
    expect(progress[11].causal).toBeLessThan(0.9 * progress[0].causal);
  });

  it('writes a model that can be read, its record, and its losses', () => {
    const read = readFlow(whole);
    expect(read.config).toEqual(model.config);
    expect(read.config).toMatchObject({ name: 'tiny', languages: ['de', 'en'], depth: 3 });
    expect(read.config.training).toMatchObject({ steps: 12, config: { seed: 4 } });
    const lines = losses(whole).trim().split('\n');
    expect(lines).toHaveLength(13);
    const { step, causal, blank, gradientLength } = progress[11];
    expect(lines[12]).toBe([step, causal, blank, gradientLength].join(','));
  });

  it('leaves nothing else behind', () => {
    expect(readdirSync(whole).sort()).toEqual(['config.json', 'model.safetensors', 'training']);
    expect(readdirSync(join(whole, 'training'))).toEqual(['losses.csv']);
  });

  it('is the same with the same seed, and another with another', async () => {
    const [again, other] = [join(root, 'again'), join(root, 'other')];
    await train(again);
    await train(other, { config: tinyConfig({ seed: 5 }) });
    expect(weights(again).equals(weights(whole))).toBe(true);
    expect(losses(again)).toBe(losses(whole));
    expect(weights(other).equals(weights(whole))).toBe(false);
  });

  it('does without the blank objective', async () => {
    const seen: number[] = [];
    const blanks = { weight: 0, most: 1, cutAtBlank: 0, cutAnywhere: 0 };
    await train(join(root, 'causal'), {
      config: tinyConfig({ blanks, steps: 2 }),
      onProgress: (one) => seen.push(one.blank),
    });
    expect(seen).toEqual([0, 0]);
  });
});

describe('an interrupted run', () => {
  it('goes on to the same weights and losses', async () => {
    const out = copy('resumed');
    const steps: number[] = [];
    await train(out, { config: ALWAYS, resume: true, onProgress: ({ step }) => steps.push(step) });
    expect(steps).toEqual([6, 7, 8, 9, 10, 11, 12]);
    expect(losses(out)).toBe(losses(whole));
    expect(weights(out).equals(weights(whole))).toBe(true);
  });

  it('clears away files that were half written when it was killed', async () => {
    const out = copy('littered');
    const { pid } = spawnSync(process.execPath, ['--version']);
    const places = ['model.safetensors', 'training/state.safetensors', 'training/losses.csv'];
    for (const file of places) writeFileSync(join(out, `${file}.${pid}-7.tmp`), 'half');
    await train(out, { config: ALWAYS, resume: true });
    expect(readdirSync(out).sort()).toEqual(['config.json', 'model.safetensors', 'training']);
    expect(readdirSync(join(out, 'training'))).toEqual(['losses.csv']);
  });

  it('goes on when the losses were written and the state was not', async () => {
    const out = copy('ahead');
    const file = join(out, 'training', 'losses.csv');
    writeFileSync(file, `${readFileSync(file, 'utf8')}6,9,9,9\n`);
    await train(out, { config: ALWAYS, resume: true });
    expect(losses(out)).toBe(losses(whole));
  });
});

describe('a folder', () => {
  it('with a model is left alone, unless that is to be replaced', async () => {
    const out = join(root, 'finished');
    cpSync(whole, out, { recursive: true });
    const config = tinyConfig({ seed: 5 });
    await expect(train(out, { config })).rejects.toThrow(
      /finished holds a model: choose another --out, or replace it .* with --overwrite/,
    );
    expect(weights(out).equals(weights(whole))).toBe(true);
    await train(out, { config, overwrite: true });
    expect(weights(out).equals(weights(whole))).toBe(false);
  });

  it('has one writer', async () => {
    const out = join(root, 'shared');
    mkdirSync(out);
    writeFileSync(join(out, '.lock'), lockOf(process.ppid));
    await expect(train(out)).rejects.toThrow(
      /shared" is being written by process \d+ on .* since 2026/,
    );
    expect(readdirSync(out).sort()).toEqual(['.lock', 'training']);
  });

  it('that cannot be made is refused', async () => {
    await expect(train('/proc/schmetterling')).rejects.toThrow(/cannot make the folder/);
  });
});

describe('a run that starts from a model', () => {
  const { optimiser } = parseTrainingConfig(ALWAYS);
  const still = tinyConfig({ steps: 2, optimiser: { ...optimiser, learningRate: 1e-30 } });

  it('begins with its weights and vocabulary, and records whence', async () => {
    const further = await train(join(root, 'further'), { from: model, config: still });
    expect(further.config.vocabulary).toEqual(model.config.vocabulary);
    expect(weights(join(root, 'further')).equals(weights(whole))).toBe(true);
    expect(further.config.training).toMatchObject({
      from: { name: 'tiny', training: { steps: 12 } },
    });
  });

  it('learns on, where it was', async () => {
    const seen: number[] = [];
    const onProgress = ({ causal }: TrainingProgress) => seen.push(causal);
    await train(join(root, 'on'), { from: model, onProgress });
    expect(seen[0]).toBeLessThan(0.9 * progress[0].causal);
    expect(seen[11]).toBeLessThan(progress[11].causal);
  });

  it('goes on after an interruption, with the same model only', async () => {
    const out = join(root, 'further, cut');
    const stop = ({ step }: TrainingProgress) => {
      if (step > 5) throw new Error('interrupted');
    };
    const job = { config: ALWAYS, from: model };
    await expect(train(out, { ...job, onProgress: stop })).rejects.toThrow('interrupted');
    await expect(train(out, { config: ALWAYS, resume: true })).rejects.toThrow(
      /begun with another model to start from: resume with that one/,
    );
    await train(out, { ...job, resume: true });
    await train(join(root, 'further, whole'), job);
    expect(losses(out)).toBe(losses(join(root, 'further, whole')));
  });

  it('is refused when the shapes differ', async () => {
    const config = tinyConfig({ model: { ...parseTrainingConfig(ALWAYS).model, knots: 4 } });
    await expect(train(join(root, 'misfit'), { from: model, config })).rejects.toThrow(
      /model.knots is 4, and tiny, which the run starts from, has 3: take over that/,
    );
    expect(existsSync(join(root, 'misfit'))).toBe(false);
  });
});

describe('what a run refuses', () => {
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.unreachable('it was accepted'),
      (error: Error) => error,
    );

  it.each<[string, () => ReturnType<typeof train>, RegExp]>([
    ['a folder with an interrupted run', () => train(half), /interrupted run: go on with --resume/],
    [
      'to resume nothing',
      () => train(join(root, 'nothing'), { resume: true }),
      /no interrupted run to resume/,
    ],
    ['to resume a finished run', () => train(whole, { resume: true }), /no interrupted run/],
    [
      'to resume with another config',
      () => train(half, { config: tinyConfig({ seed: 7 }), resume: true }),
      /another config: resume with that one/,
    ],
    [
      'to resume with another corpus',
      () =>
        train(half, {
          config: ALWAYS,
          resume: true,
          corpus: worldCorpus({ ...tinyCorpus, 'en/person.csv': 'name\nCarl\n' }),
        }),
      /another corpus: resume with that one/,
    ],
    [
      'a file for a folder',
      () => train(join(whole, 'config.json')),
      /is a file, expected a folder/,
    ],
    [
      'too few positions for its texts',
      () =>
        train(join(root, 'short'), {
          config: tinyConfig({
            model: { ...parseTrainingConfig(ALWAYS).model, maximumPositions: 6 },
          }),
        }),
      /model.maximumPositions is 6, and a text with its blanks takes \d+; raise it/,
    ],
  ])('%s', async (_, attempt, message) => {
    const error = await refusal(attempt());
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(message);
  });

  it('texts that have no place before any step, and writes nothing', async () => {
    const steps: number[] = [];
    const model = { ...parseTrainingConfig(ALWAYS).model, maximumPositions: 20 };
    const config = tinyConfig({ model, steps: 1, seed: 1 });
    const attempt = train(join(root, 'tight'), {
      config,
      onProgress: ({ step }) => steps.push(step),
    });
    expect((await refusal(attempt)).message).toMatch(/takes \d+; raise it/);
    expect([steps, existsSync(join(root, 'tight'))]).toEqual([[], false]);
  });

  it('a saved run of which one bit has changed, or a number is none', async () => {
    const out = copy('one bit');
    const bytes = readFileSync(state(out));
    bytes[bytes.length - 9] ^= 1;
    writeFileSync(state(out), bytes);
    const error = await refusal(train(out, { config: ALWAYS, resume: true }));
    expect(error).toBeInstanceOf(DamagedFileError);
    expect(error.message).toMatch(/state.safetensors: found other numbers than were written/);
    const { tensors, metadata } = decodeSafetensors(readFileSync(state(half)), 'state');
    const { sha256: _, ...described } = metadata;
    tensors.mean.data[3] = Number.NaN;
    writeFileSync(state(out), encodeSafetensors(tensors, described));
    const other = await refusal(train(out, { config: ALWAYS, resume: true }));
    expect(other.message).toMatch(/tensor mean of shape .* holds NaN at place 3/);
  });

  it('no saved run of a version without sums, with a note', async () => {
    const out = copy('older');
    const { tensors, metadata } = decodeSafetensors(readFileSync(state(out)), 'state');
    const { sha256, ...described } = metadata;
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    writeFileSync(state(out), encodeSafetensors(tensors, described));
    const notes: string[] = [];
    await train(out, { config: ALWAYS, resume: true, onNote: (note) => notes.push(note) });
    expect(notes).toEqual([expect.stringMatching(/saved by a version that kept no sum of it/)]);
    expect(losses(out)).toBe(losses(whole));
  });

  it.each<[string, (out: string) => void, RegExp]>([
    [
      'cut off',
      (out) => writeFileSync(state(out), readFileSync(state(out)).subarray(0, 4000)),
      /state/,
    ],
    ['empty', (out) => writeFileSync(state(out), ''), /found 0 bytes/],
    [
      'a model instead',
      (out) => cpSync(join(whole, 'model.safetensors'), state(out)),
      /step "undefined"/,
    ],
    [
      'without losses',
      (out) => rmSync(join(out, 'training', 'losses.csv')),
      /found 0 steps where the state has 5/,
    ],
    [
      'with another loss',
      (out) =>
        writeFileSync(join(out, 'training', 'losses.csv'), losses(out).replace(/\d\n/, '\n')),
      /losses\.csv: found other losses than were written/,
    ],
  ])('a saved run that is damaged: %s', async (name, spoil, message) => {
    const out = copy(`damaged ${name}`);
    spoil(out);
    const error = await refusal(train(out, { config: ALWAYS, resume: true }));
    expect(error).toBeInstanceOf(DamagedFileError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});

describe('a config', () => {
  const base = JSON.parse(tinyConfig());
  const refused = (changes: object) => () =>
    parseTrainingConfig(JSON.stringify({ ...base, ...changes }));

  it.each<[string, object, RegExp]>([
    ['an unknown key', { epochs: 3 }, /the file: .*"epochs"/],
    ['an unknown key further down', { model: { ...base.model, layers: 3 } }, /model: .*"layers"/],
    ['a wrong type', { steps: 'many' }, /steps: .*expected number/],
    ['a missing entry', { seed: undefined }, /seed: /],
    [
      'heads that do not divide',
      { model: { ...base.model, heads: 3 } },
      /heads is 3, which does not divide model.dimension 8/,
    ],
    [
      'too few positions',
      { model: { ...base.model, maximumPositions: 4 } },
      /more than the 4 slots/,
    ],
    ['a decay of 1', { optimiser: { ...base.optimiser, beta2: 1 } }, /optimiser.beta2: /],
  ])('is refused with %s', (_, changes, message) => {
    expect(refused(changes)).toThrow(InputError);
    expect(refused(changes)).toThrow(message);
  });

  it('is refused when it is no JSON', () => {
    expect(() => parseTrainingConfig('{"steps": ')).toThrow(/not JSON .*correct it there/);
  });
});
