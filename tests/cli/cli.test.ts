/** The built command line: what it prints, its exit codes, and its one line about every bad input. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeRandomModel } from '../host/model-folder.ts';
import { cold, command, ENTRY, type Outcome, start } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-cli-'));
const model = writeRandomModel(join(folder, 'model'));
const withModel = (...args: string[]) => [...args, '--model', model];
const QUESTION = 'Mein Lieblingstier ist __';
/** A random model never tires of looking; the tests do. */
const quick = (...args: string[]) => withModel(...args, '--depth', '1');

afterAll(() => rmSync(folder, { recursive: true }));

const withoutText = ({ sequence: _, ...answer }: { sequence: string }) => answer;

function expectOneLine({ stdout, stderr }: Outcome, message: RegExp): void {
  expect(stdout).toBe('');
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
}

describe('predict', () => {
  it('prints one JSON document and nothing else', async () => {
    const { code, stdout, stderr } = await cold(quick('predict', QUESTION, '--json', '--top', '3'));
    const record = JSON.parse(stdout);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(record).toMatchObject({ model: 'random', kind: 'blank', depth: 1, scheme: 'layer' });
    expect(record.predictions).toHaveLength(3);
    expect(record.seconds).toBeGreaterThan(0);
  });

  it('draws bars, and says when it continues a text', async () => {
    const { code, stdout } = await command(quick('predict', 'Mein Lieblingstier', '--top', '2'));
    expect(code).toBe(0);
    expect(stdout).toContain('no blank (__) in the text: next tokens');
    expect(stdout).toMatch(/%\s+█+/);
  });

  it('reads standard input, with or without the last newline', async () => {
    const { stdout } = await cold(quick('predict', '-', '--json'), `${QUESTION}\n`);
    expect(JSON.parse(stdout).text).toBe(QUESTION);
    const wrapped = 'Mein Lieblingstier\r\nist\u00a0__\r\n\r\n';
    const other = await command(quick('predict', '-', '--json'), wrapped);
    expect(JSON.parse(other.stdout).predictions.map(withoutText)).toEqual(
      JSON.parse(stdout).predictions.map(withoutText),
    );
  });

  it('scores answers of one’s own', async () => {
    const args = quick('predict', QUESTION, '--json', '--targets', 'der Hund, Rex');
    const { targets } = JSON.parse((await command(args)).stdout);
    expect(targets.map((target: { token_str: string }) => target.token_str)).toEqual([
      'der Hund',
      'Rex',
    ]);
  });

  it('reads the blank by the whole sentence too, and says so', async () => {
    const args = quick('predict', QUESTION, '--reading', 'both', '--top', '3');
    expect((await command(args)).stdout).toContain('read by the blank and by the sentence');
    const { reading, predictions } = JSON.parse((await command([...args, '--json'])).stdout);
    expect(reading).toBe('both');
    for (const { readings } of predictions)
      expect(Object.keys(readings)).toEqual(['blank', 'sentence']);
  });

  it('answers a file line by line; a bad line is named and the others go on', async () => {
    const path = join(folder, 'questions.jsonl');
    const good = JSON.stringify({ text: QUESTION, top: 1 });
    const latin = Buffer.from([0x22, 0xfc, 0x22]);
    const rest = `\n${JSON.stringify(QUESTION)}\n\n{"text": 3}\n{"text": "_", "txt": 1}\nnonsense\n`;
    writeFileSync(path, Buffer.concat([Buffer.from(`${good}\n`), latin, Buffer.from(rest)]));
    const { code, stdout, stderr } = await command(quick('predict', '--file', path));
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(1);
    expect(records.map(({ line, error }) => [line, error?.field])).toEqual([
      [undefined, undefined],
      [2, 'text'],
      [undefined, undefined],
      [5, 'text'],
      [6, 'txt'],
      [7, 'text'],
    ]);
    expect(records[0].predictions).toHaveLength(1);
    expect(stderr).toContain('line 2: the line is not UTF-8');
    expect(stderr).toContain('4 of 6 lines could not be used');
  });
});

describe('trace', () => {
  it('prints a table of layers', async () => {
    const { code, stdout } = await command(withModel('trace', QUESTION, '--depth', '3'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *layer +time +Energy/m);
    expect(stdout.match(/^ +[0-3] +\d\.\d\d /gm)).toHaveLength(4);
  });

  it('prints the record as JSON', async () => {
    const { stdout } = await command(withModel('trace', QUESTION, '--depth', '2', '--json'));
    const record = JSON.parse(stdout);
    expect(record.hidden_states).toHaveLength(3);
    expect(record.attentions[1][0]).toHaveLength(record.tokens.length);
    expect(record.logit_lens).toHaveLength(3);
  });

  it('writes a folder of files, whole and with nothing beside them', async () => {
    const out = join(folder, 'a', 'run');
    const { code, stdout } = await command(
      withModel('trace', QUESTION, '--depth', '2', '--out', out),
    );
    expect(code).toBe(0);
    expect(stdout).toContain('hidden_states.npy');
    expect(readdirSync(out).sort()).toEqual([
      'attentions.npy',
      'diagnostics.csv',
      'hidden_states.npy',
      'lens.csv',
      'run.json',
      'tokens.csv',
      'trace.json',
      'trajectories.svg',
    ]);
    const npy = readFileSync(join(out, 'hidden_states.npy'), 'latin1');
    expect(npy).toContain("'shape': (3, 8, 16)");
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'));
    expect(run).toMatchObject({
      version: expect.any(String),
      settings: { depth: 2, text: QUESTION },
    });
  });

  it('surveys the layers, too', async () => {
    const out = join(folder, 'surveyed');
    const asked = withModel('trace', QUESTION, '--survey', '--surrogates', '2');
    const { code, stdout } = await command([...asked, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/best answer[\s\S]*clusters against 2 surrogates[\s\S]*frame +norm/);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['survey.csv', 'survey.svg']));
    const record = JSON.parse((await command([...asked, '--json'])).stdout);
    expect(record.survey.frames).toHaveLength(record.hidden_states.length);
    expectOneLine(
      await command(withModel('trace', QUESTION, '--reference', 'x')),
      /reference is for a survey/,
    );
  });

  it('refuses a folder that cannot be made', async () => {
    const out = join(model, 'config.json', 'below');
    const outcome = await command(withModel('trace', QUESTION, '--out', out));
    expect(outcome.code).toBe(2);
    expectOneLine(outcome, /cannot make the folder/);
  });
});

describe('help', () => {
  it.each(['predict', 'trace', 'models', 'serve'])('of %s has examples', async (name) => {
    const { code, stdout } = await cold([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Examples:\n  schmetterling ${name}`);
  });

  it('--version is the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await command(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists the models', async () => {
    const { code, stdout } = await command(['models', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      default: 'alltag',
      models: expect.any(Array),
    });
  });
});

describe('wrong usage ends with 2 and one line', () => {
  const long = 'Mein '.repeat(2_000);
  it.each<[string, string[], RegExp]>([
    ['no text', ['predict'], /no text is given/],
    ['an empty text', withModel('predict', ''), /the text is empty.*write one/],
    ['three blanks', withModel('predict', '__ mag __ und __'), /found 3 blanks.*keep one/],
    ['a glued blank', withModel('predict', 'Haus__'), /"__" at offset 4 is glued.*put a space/],
    [
      '10,000 characters',
      withModel('predict', `${long}__`),
      /the text has 10002 characters.*shorten/,
    ],
    ['nothing on standard input', withModel('predict', '-'), /the text is empty/],
    [
      'an unknown model',
      ['predict', '_', '--model', 'lieblingtier'],
      /unknown model "lieblingtier"/,
    ],
    ['no model folder', ['predict', '_', '--model', './none'], /no model folder at ".\/none"/],
    ['an unknown depth', withModel('predict', '_', '--depth', 'deep'), /depth is "deep".*"ode"/],
    ['depth 0', withModel('trace', '_', '--depth', '0'), /depth is 0: expected.*1 to 512/],
    [
      'an unknown reading',
      withModel('predict', '_', '--reading', 'twice'),
      /"twice": expected "blank", "sentence" or "both"/,
    ],
    [
      'a second reading without a blank',
      withModel('predict', 'Mein', '--reading', 'both'),
      /reading "both" needs a blank.*write __/,
    ],
    ['a reading of a trace', withModel('trace', '_', '--reading', 'both'), /--reading/],
    [
      'an unknown coupling',
      withModel('predict', '_', '--coupling', 'ful'),
      /"ful": expected "full"/,
    ],
    [
      'an unknown option',
      ['predict', '_', '--dept', '3'],
      /'--dept' \(Did you mean --depth\?\).*--top/,
    ],
    ['an unknown command', ['predct', '_'], /'predct' \(Did you mean predict\?\).*serve/],
    [
      'an option without value',
      ['predict', '_', '--top'],
      /--top <count>.*see schmetterling predict/,
    ],
    ['a text and a file', withModel('predict', '_', '--file', 'x'), /both a text "_" and --file/],
    [
      'no such file',
      withModel('predict', '--file', 'none.jsonl'),
      /"none.jsonl": there is no such/,
    ],
    ['a bad port', ['serve', '--port', '65536'], /port is "65536": expected.*0 to 65535/],
  ])('%s', async (_, args, message) => {
    const outcome = await command(args);
    expect(outcome.code).toBe(2);
    expectOneLine(outcome, message);
  });

  it('invalid UTF-8 on standard input', async () => {
    const outcome = await cold(withModel('predict', '-'), Buffer.from('M\u00e4use __', 'latin1'));
    expect(outcome.code).toBe(2);
    expectOneLine(outcome, /standard input is not UTF-8: byte 0xe4 at offset 1.*convert it/);
  });
});

describe('what cannot be done ends with 1 and one line', () => {
  it.each([
    ['config.json', /config\.json is missing/],
    ['model.safetensors', /model\.safetensors is missing/],
  ])('a model without %s', async (file, message) => {
    const damaged = writeRandomModel(join(folder, `without-${file}`));
    rmSync(join(damaged, file));
    const outcome = await command(['predict', '_', '--model', damaged]);
    expect(outcome.code).toBe(1);
    expectOneLine(outcome, message);
  });

  it('altered weights', async () => {
    const damaged = writeRandomModel(join(folder, 'altered'));
    const path = join(damaged, 'model.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(path, bytes);
    const outcome = await command(['predict', '_', '--model', damaged]);
    expect(outcome.code).toBe(1);
    expectOneLine(outcome, /model\.safetensors: found sha256/);
  });

  it('a port in use', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as AddressInfo;
    const outcome = await command(withModel('serve', '--port', String(port)));
    other.close();
    expect(outcome.code).toBe(1);
    expectOneLine(outcome, new RegExp(`port ${port} on 127.0.0.1 is in use: choose another`));
  });

  it('serving a damaged model', async () => {
    const damaged = writeRandomModel(join(folder, 'unserved'));
    rmSync(join(damaged, 'model.safetensors'));
    const outcome = await cold(['serve', '--port', '0', '--workers', '1', '--model', damaged]);
    expect(outcome.code).toBe(1);
    expectOneLine(outcome, /model\.safetensors is missing/);
  });
});

it('without a build it names the remedy', async () => {
  const place = join(folder, 'unbuilt');
  mkdirSync(join(place, 'bin'), { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"type": "module"}');
  copyFileSync(ENTRY, join(place, 'bin', 'schmetterling.js'));
  const outcome = await cold(['models'], '', { entry: join(place, 'bin', 'schmetterling.js') });
  expect(outcome.code).toBe(1);
  expectOneLine(outcome, /dist\/ is missing: run `npm ci`/);
});

it('serve says where it is and stops at a signal', async () => {
  const child = start(withModel('serve', '--port', '0', '--workers', '1'));
  const url = await new Promise<string>((found) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      const match = /http:\/\/localhost:\d+/.exec(chunk.toString());
      if (match) found(match[0]);
    });
  });
  const health = await fetch(`${url.replace('localhost', '127.0.0.1')}/api/health`);
  expect(health.status).toBe(200);
  const ended = new Promise((done) => child.once('close', done));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
});
