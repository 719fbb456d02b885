/**
 * Files of every kind that we read, with some of their bytes other than they were. A command refuses such a file in a
 * line, or reads it: with another answer only where a format has no sums, as those of other programs.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeNpy } from '../../dist/host/npy.js';
import { drawing } from './draw.js';
import { contents, difference } from './folders.js';
import { eachCase } from './journal.js';
import { command, messageFault, standing } from './processes.js';
import { pointsCsv, trainingFlags } from './samples.js';

const HERE = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = join(HERE, 'tests', 'pretrained');

/** Ways to change bytes; each gives others. */
const WAYS = {
  bit(bytes, { integer }) {
    bytes[integer(bytes.length)] ^= 1 << integer(8);
    return bytes;
  },
  some(bytes, { integer }) {
    for (let k = 0; k <= integer(8); k++) bytes[integer(bytes.length)] = integer(256);
    return bytes;
  },
  end: (bytes, { integer }) => bytes.subarray(0, integer(bytes.length)),
  zeros(bytes, { integer }) {
    const at = integer(bytes.length);
    return bytes.fill(0, at, Math.min(bytes.length, at + 1 + integer(64)));
  },
  more(bytes, { integer }) {
    const at = integer(bytes.length);
    const piece = Buffer.from(bytes.subarray(at, at + 1 + integer(200)));
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
  },
  less(bytes, { integer }) {
    const at = integer(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + integer(16))]);
  },
  number(bytes, { pick }) {
    const text = bytes.toString('latin1');
    const places = [...text.slice(0, 20_000).matchAll(/\d+(\.\d+)?/g)];
    if (places.length === 0) return bytes.subarray(0, bytes.length - 1);
    const { index, 0: found } = pick(places);
    const other = pick(['-1', '0', '1e999', '99999999999999999999', '4294967295', 'null', '"', '']);
    return Buffer.from(text.slice(0, index) + other + text.slice(index + found.length), 'latin1');
  },
};

/** A Hugging Face folder whose tokenizer has a word for each token. */
function pretrained(from, to) {
  cpSync(join(FIXTURES, 'fixtures', from), to, { recursive: true });
  for (const name of readdirSync(to)) if (name.startsWith('reference')) rmSync(join(to, name));
  const config = JSON.parse(readFileSync(join(to, 'config.json'), 'utf8'));
  const vocab = Object.fromEntries(
    Array.from({ length: config.vocab_size }, (_, id) => [`w${id}`, id]),
  );
  const model = { type: 'WordLevel', vocab, unk_token: 'w0' };
  const parts = {
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
  };
  writeFileSync(
    join(to, 'tokenizer.json'),
    JSON.stringify({ version: '1.0', added_tokens: [], ...parts, decoder: null, model }),
  );
}

/** Kills a command as soon as it leaves a file, however long it takes. */
async function killedWith(file, args, folder) {
  for (let wait = 1000; !existsSync(file); wait = wait > 8000 ? 1000 : wait + 500) {
    rmSync(folder, { recursive: true, force: true });
    await command(args, { killAfter: wait });
  }
}

/**
 * Kinds of files: made in a folder; which of its files are damaged; the command that reads them in a copy; whether a
 * damaged file may give another answer.
 */
const kindsOf = (shared) => {
  const hugging = (name) => ({
    make: async (to) => pretrained(name, to),
    files: /\.(json|safetensors)$/,
    args: (at) => ['inspect', '--model', at, '--text', 'w3 w7 w5 w9', '--json'],
    mayDiffer: true,
  });
  const table = (name, bytes) => ({
    make: async (to) => writeFileSync(join(to, name), bytes),
    files: /./,
    args: (at) => [
      'simulate',
      '--init',
      join(at, name),
      '--time',
      '1',
      '--json',
      '--diagnostics',
      'energy',
    ],
    mayDiffer: true,
  });
  const points = Float64Array.from({ length: 60 }, (_, k) =>
    k % 2 === 0 ? Math.cos(k) : Math.sin(k - 1),
  );
  const sweep = [
    'sweep',
    '--grid',
    'beta=1:4:1',
    '--seeds',
    '2',
    '--n',
    '6',
    '--time',
    '1',
    '--threads',
    '1',
  ];
  const run = ['simulate', '--n', '6', '--time', '2', '--save-at', '0,1,2', '--threads', '1'];
  const experiment = ['experiment', 'run', 'c09-repulsion', '--quick'];
  return {
    bert: hugging('bert'),
    gpt2: hugging('gpt2'),
    llama: hugging('llama'),
    ...Object.fromEntries(
      ['llama', 'gemma3', 'qwen2', 'qwen3'].map((name) => [
        `${name}.gguf`,
        {
          make: async (to) =>
            cpSync(join(FIXTURES, 'gguf', `${name}.gguf`), join(to, 'model.gguf')),
          files: /gguf$/,
          args: (at) => [
            'inspect',
            '--model',
            join(at, 'model.gguf'),
            '--text',
            'a bc w1',
            '--json',
          ],
          mayDiffer: true,
        },
      ]),
    ),
    npy: table('points.npy', encodeNpy([30, 2], [points])),
    csv: table('points.csv', pointsCsv(30)),
    'german csv': table('points.csv', pointsCsv(20).replaceAll(',', ';').replaceAll('.', ',')),
    world: {
      make: async (to) =>
        cpSync(join(HERE, 'data', 'worlds', 'lieblingstier'), to, { recursive: true }),
      files: /\.(csv|json)$/,
      args: (at) => [
        'evaluate',
        '--model',
        'lieblingstier',
        '--corpus',
        at,
        '--texts',
        '2',
        '--json',
      ],
      mayDiffer: true,
    },
    'own model': {
      make: async (to) => cpSync(join(HERE, 'models', 'lieblingstier'), to, { recursive: true }),
      files: /\.(json|safetensors)$/,
      args: (at) => [
        'predict',
        'Mein Lieblingstier ist __',
        '--model',
        at,
        '--depth',
        '4',
        '--json',
      ],
    },
    recording: {
      make: async (to) => command([...run, '--out', to]),
      files: /(\.npy|\.json|\.csv|\.jsonl)$/,
      args: (at) => ['simulate', '--continue', at, '--time', '4', '--threads', '1'],
      comparesFolder: true,
    },
    training: {
      make: (to) =>
        killedWith(
          join(to, 'training', 'state.safetensors'),
          ['train', ...trainingFlags(shared, { steps: 400 }), '--out', to],
          to,
        ),
      files: /(losses\.csv|\.safetensors)$/,
      args: (at) => [
        'train',
        ...trainingFlags(shared, { steps: 400 }),
        '--out',
        at,
        '--resume',
        '--interim',
      ],
      comparesFolder: true,
    },
    sweep: {
      make: async (to) => command([...sweep, '--out', to]),
      files: /\.(json|csv|jsonl)$/,
      args: (at) => [...sweep, '--out', at],
      mayDiffer: true,
    },
    lock: {
      async make(to) {
        await command([...sweep, '--out', to]);
        writeFileSync(
          join(to, '.lock'),
          JSON.stringify({
            host: 'elsewhere',
            process: 1,
            since: '2026-01-01T00:00:00.000Z',
            nonce: 'a',
          }),
        );
      },
      files: /\.lock$/,
      args: (at) => [...sweep, '--out', at],
      mayDiffer: true,
    },
    experiment: {
      make: async (to) => command([...experiment, '--out', to]),
      files: /\.json$/,
      args: (at) => ['experiment', 'report', at, '--out', join(at, 'page')],
      mayDiffer: true,
    },
    'cells of an experiment': {
      make: (to) =>
        killedWith(join(to, 'c09-repulsion', 'cells.jsonl'), [...experiment, '--out', to], to),
      files: /cells\.jsonl$/,
      args: (at) => [...experiment, '--out', at],
      comparesFolder: true,
    },
    config: {
      make: async (to) => void trainingFlags(to, { steps: 2 }),
      files: /config\.json$/,
      args: (at) => [
        ...['train', '--corpus', join(at, 'sentences.txt'), '--config', join(at, 'config.json')],
        '--out',
        join(at, 'out'),
      ],
      mayDiffer: true,
    },
  };
};

const filesOf = (folder, pattern) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => pattern.test(name) && statSync(join(folder, name)).isFile())
    .filter((name) => statSync(join(folder, name)).size > 0)
    .sort();

/** What is compared of a command that ended well: what it printed, or what it left. */
const answerOf = ({ comparesFolder }, at, { stdout }) =>
  comparesFolder
    ? contents(at)
    : new Map([['what it prints', stdout.replace(/"seconds": ?[\d.e-]+/g, '')]]);

export async function run({ seed, count, atOnce, folder, journal }) {
  const shared = join(folder, 'shared');
  mkdirSync(shared, { recursive: true });
  const kinds = kindsOf(shared);
  const names = Object.keys(kinds);
  const known = {};
  for (const [name, kind] of Object.entries(kinds)) {
    const whole = join(folder, 'whole', name);
    rmSync(whole, { recursive: true, force: true });
    mkdirSync(whole, { recursive: true });
    await kind.make(whole);
    // the same place for all, because answers name it
    const at = join(folder, 'place');
    rmSync(at, { recursive: true, force: true });
    cpSync(whole, at, { recursive: true });
    const found = await command(kind.args(at));
    if (found.code !== 0 && name !== 'lock') throw new Error(`${name}: ${found.stderr}`);
    known[name] = { whole, files: filesOf(whole, kind.files), answer: answerOf(kind, at, found) };
  }
  const hosts = Array.from({ length: atOnce }, standing);
  await eachCase({ count, atOnce, journal }, async (number) => {
    const draw = drawing(seed, number);
    const name = names[number % names.length];
    const { whole, files, answer } = known[name];
    const host = hosts.pop();
    const at = join(folder, `place-${number}`);
    rmSync(at, { recursive: true, force: true });
    cpSync(whole, at, { recursive: true });
    const file = draw.pick(files);
    const way = draw.pick(Object.keys(WAYS));
    const before = readFileSync(join(at, file));
    const after = WAYS[way](Buffer.from(before), draw);
    writeFileSync(join(at, file), after);
    const found = await host.run(kinds[name].args(at));
    hosts.push(host);
    const what = `${relative(folder, at)}/${file}, ${way}`;
    const kind = kinds[name];
    const fault = messageFault(found);
    const named = (text) => text.replaceAll(at, join(folder, 'place'));
    const other =
      found.code === 0 &&
      difference(
        new Map([...answerOf(kind, at, found)].map(([key, text]) => [key, named(text)])),
        answer,
      );
    const outcome = found.code !== 0 ? 'refused' : other ? 'other' : 'same';
    const unseen = outcome === 'other' && !kind.mayDiffer && !after.equals(before);
    const said = fault ?? (unseen ? `another answer: ${other}` : null);
    if (!said) rmSync(at, { recursive: true, force: true });
    return { kind: name, outcome, fault: said ? `${what}: ${said}` : undefined };
  });
  for (const host of hosts) host.end();
}
