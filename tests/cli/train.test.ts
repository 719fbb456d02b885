/** `train` and `evaluate` as a user runs them: killed and resumed, refused, measured. Needs dist/. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { worldCorpus } from '../../src/host/corpus.ts';
import { trainModel } from '../../src/host/training/run.ts';
import { tinyConfig, tinyCorpus } from '../language/training/tiny-run.ts';
import { tinySentences } from '../language/training/tiny-text.ts';
import { command, type Outcome, start } from './command.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-train-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
for (const [path, content] of Object.entries(tinyCorpus)) write(join('world', path), content);
const corpus = join(root, 'world');
// saved at every step, and long enough to be killed on the way
const config = write('config.json', tinyConfig({ steps: 40, checkpointMinutes: 1e-9 }));
const out = (name: string) => join(root, name);

const flags = (to: string, changes: { corpus?: string; config?: string } = {}) => {
  const given = { corpus, config, ...changes };
  return ['train', '--corpus', given.corpus, '--config', given.config, '--out', to];
};

function expectOneLine({ code, stdout, stderr }: Outcome, expected: number, message: RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect([code, stdout]).toEqual([expected, '']);
}

/** Starts a run and kills it (SIGKILL) as soon as five steps are saved. */
async function killed(to: string): Promise<void> {
  const child = start(flags(to));
  const ended = new Promise((done) => child.once('close', done));
  const losses = join(to, 'training', 'losses.csv');
  const steps = () =>
    existsSync(losses) ? readFileSync(losses, 'utf8').split('\n').length - 2 : 0;
  while (child.exitCode === null && steps() < 5) await setTimeout(2);
  child.kill('SIGKILL');
  await ended;
  expect([child.exitCode, child.signalCode]).toEqual([null, 'SIGKILL']);
}

const half = out('half');

it('Ctrl-C ends a run behind its step, with its state saved', async () => {
  const long = write('long.json', tinyConfig({ steps: 100_000, checkpointMinutes: 60 }));
  const child = start(flags(out('long'), { config: long }));
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
    if (/step 100\//.test(text)) child.kill('SIGINT');
  });
  const code = await new Promise((done) => child.once('close', done));
  expect(said).toMatch(
    /ended behind step \d{3} of 100000: the state is in .*training, go on with --resume\n$/,
  );
  expect(code).toBe(75);
  const saved = readdirSync(join(out('long'), 'training')).sort();
  expect(saved).toEqual(['losses.csv', 'state.safetensors']);
  expect(readdirSync(out('long'))).toEqual(['training']);
});

describe('a killed run', () => {
  beforeAll(() => killed(half));

  it('is refused to a new one, to another config and when damaged', async () => {
    expectOneLine(await command(flags(half)), 2, /interrupted run: go on with --resume/);
    const other = write('other.json', tinyConfig({ seed: 9 }));
    const changed = await command([...flags(half, { config: other }), '--resume']);
    expectOneLine(changed, 2, /was begun with another config/);
    const state = join(half, 'training', 'state.safetensors');
    const damaged = write('damaged/training/state.safetensors', '');
    writeFileSync(damaged, readFileSync(state).subarray(0, 1000));
    const cut = await command([...flags(out('damaged')), '--resume']);
    expectOneLine(cut, 1, /state\.safetensors: found .*, expected .*: /);
  });

  it('goes on to the losses and weights of one that never stopped, and is measured', async () => {
    const whole = out('whole');
    await trainModel({
      corpus: worldCorpus(tinyCorpus),
      config: readFileSync(config, 'utf8'),
      out: whole,
      resume: false,
      onProgress: () => {},
    });
    const { code, stdout, stderr } = await command([...flags(half), '--resume']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/step 40\/40 {2}loss [\d.]+ nats\/token, blanks [\d.]+/);
    expect(stderr).toMatch(/exact entropy/);
    for (const file of ['training/losses.csv', 'model.safetensors'])
      expect(readFileSync(join(half, file)).equals(readFileSync(join(whole, file))), file).toBe(
        true,
      );
    expect(existsSync(join(half, 'training', 'state.safetensors'))).toBe(false);
    expect(JSON.parse(readFileSync(join(half, 'evaluation.json'), 'utf8')).texts).toBe(100);
  });

  it('goes on where it was killed between the model and what it measures of it', async () => {
    const whole = out('measured');
    const ended = out('unmeasured');
    const corpusOf = worldCorpus(tinyCorpus);
    const job = { corpus: corpusOf, config: readFileSync(config, 'utf8'), onProgress: () => {} };
    const full = 'the disk is full';
    const onWritten = () => Promise.reject(new Error(full));
    await expect(trainModel({ ...job, out: ended, resume: false, onWritten })).rejects.toThrow(
      full,
    );
    expect(readdirSync(ended).sort()).toEqual(['config.json', 'model.safetensors', 'training']);
    const again = await command([...flags(ended), '--resume']);
    expect(again.code).toBe(0);
    expect(await command(flags(whole))).toMatchObject({ code: 0 });
    for (const file of ['training/losses.csv', 'model.safetensors', 'evaluation.json'])
      expect(readFileSync(join(ended, file), 'utf8')).toBe(readFileSync(join(whole, file), 'utf8'));
  });

  it('leaves a model that answers and can be evaluated', async () => {
    const model = ['--model', half];
    const answer = await command(['predict', 'Ich mag __', '--json', '--top', '2', ...model]);
    expect(JSON.parse(answer.stdout)).toMatchObject({ model: 'tiny', depth: 3 });
    const numbers = ['evaluate', '--corpus', corpus, '--texts', '3', '--json', ...model];
    const { code, stdout } = await command(numbers);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'tiny', corpus: 'tiny', texts: 3 });
  });
});

describe('train refuses, in one line and with code 2,', () => {
  const changed = (name: string, changes: Record<string, unknown>) =>
    write(`${name}.json`, tinyConfig(changes));
  const { model } = JSON.parse(tinyConfig());

  it.each<[string, string[], RegExp]>([
    [
      'an unknown corpus',
      flags(out('a'), { corpus: out('no') }),
      /there is no .*: give the folder of a world/,
    ],
    ['a config that is not there', flags(out('a'), { config: out('no') }), /no such file/],
    [
      'an unknown key',
      flags(out('a'), { config: changed('key', { epochs: 3 }) }),
      /training config: .*"epochs"; correct it there/,
    ],
    [
      'a wrong type',
      flags(out('a'), { config: changed('type', { steps: '12' }) }),
      /training config: steps: .*number/,
    ],
    [
      'heads that do not divide',
      flags(out('a'), { config: changed('heads', { model: { ...model, heads: 3 } }) }),
      /heads is 3, which does not divide model\.dimension 8; choose a divisor/,
    ],
    ['text that is no JSON', flags(out('a'), { config: write('no.json', '{\n"') }), /not JSON/],
    ['to resume nothing', [...flags(out('a')), '--resume'], /no interrupted run to resume/],
    ['a missing flag', ['train', '--corpus', corpus], /--config <file>.*not specified; see/],
  ])('%s', async (_, args, message) => {
    expectOneLine(await command(args), 2, message);
    expect(existsSync(out('a'))).toBe(false);
  });
});

describe('evaluate refuses', () => {
  it.each<[string, string[], RegExp]>([
    ['an unknown corpus', ['--corpus', out('no')], /there is no/],
    ['no texts', ['--corpus', corpus, '--texts', '0'], /texts/],
    ['half a text', ['--corpus', corpus, '--texts', 'many'], /texts/],
    ['an unknown model', ['--corpus', corpus, '--model', 'noone'], /unknown model "noone"/],
  ])('%s', async (_, args, message) => {
    expectOneLine(await command(['evaluate', ...args]), 2, message);
  });
});

describe('a text file', () => {
  const sentences = write('sentences.txt', tinySentences(300).join('\n'));
  const short = write('short.json', tinyConfig({ steps: 8 }));

  it('is trained on and evaluated with nothing but its path', async () => {
    const to = out('from text');
    const trained = await command(flags(to, { corpus: sentences, config: short }));
    expect([trained.code, trained.stdout]).toEqual([0, '']);
    expect(trained.stderr).toMatch(/sentences\.txt: \d+ texts to train on, \d+ \+ \d+ held out/);
    expect(trained.stderr).toMatch(/nats a token/);
    const measured = JSON.parse(readFileSync(join(to, 'evaluation.json'), 'utf8'));
    expect(measured).toMatchObject({ corpus: 'sentences.txt', trained_on: true, model: 'tiny' });
    const numbers = ['evaluate', '--model', to, '--corpus', sentences, '--texts', '3'];
    const document = JSON.parse((await command([...numbers, '--json'])).stdout);
    expect(document).toMatchObject({ texts: 3, split: measured.split });
    expect(document.depths.ode.nats_per_token).toBeGreaterThan(0);
    const shown = await command(numbers);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/L = ode +\d/)]);
  });

  it('is mixed with a world by weight', async () => {
    const to = out('mixed');
    const parts = ['--corpus', `${sentences}:3`, '--corpus', `${corpus}:1`];
    const rest = ['--config', short, '--out', to];
    const { code, stderr } = await command(['train', ...parts, ...rest]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/held out, 0 left out, 0 too long, 75\.0 % of the texts/);
    expect(stderr).toMatch(/world: a world, 25\.0 % of the texts/);
    const { corpora } = JSON.parse(readFileSync(join(to, 'evaluation.json'), 'utf8'));
    expect(corpora.map((one: { corpus: string }) => one.corpus)).toEqual(['sentences.txt', 'tiny']);
  });

  it.each<[string, string, RegExp]>([
    ['empty', write('empty.txt', '\n'), /holds no text/],
    ['short', write('two.txt', 'One line.\nAnother.'), /of 2 lines none is held out/],
  ])('is refused to evaluate when %s', async (_, path, message) => {
    const { code, stdout, stderr } = await command(['evaluate', '--corpus', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
  });
});
