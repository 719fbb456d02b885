/**
 * Every command that writes, on file systems of many sizes: where the disk is full it says so in a line that names the
 * file, leaves no half of one, and with room it goes on to the bytes of the undisturbed run. Needs root, for tmpfs.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawing } from './draw.js';
import { contents, difference } from './folders.js';
import { eachCase } from './journal.js';
import { command, messageFault } from './processes.js';
import { pointsCsv, trainingFlags } from './samples.js';

const TEXT = 'Mein Lieblingstier ist __';

/** Commands by name: their words for a folder as it is. */
const commandsOf = (shared) => {
  const [a, b] = ['a.csv', 'b.csv'].map((name) => join(shared, name));
  writeFileSync(a, pointsCsv(8));
  writeFileSync(b, pointsCsv(12));
  const training = trainingFlags(shared, { steps: 8 });
  const sweep = [
    'sweep',
    '--grid',
    'beta=1:4:1',
    '--seeds',
    '3',
    '--n',
    '6',
    '--time',
    '1',
    '--threads',
    '1',
  ];
  const onto =
    (...words) =>
    (out) => [...words, '--out', out];
  return {
    train(out) {
      const saved = existsSync(join(out, 'training', 'state.safetensors'));
      return ['train', ...training, '--out', out, ...(saved ? ['--resume'] : [])];
    },
    simulate(out) {
      if (existsSync(join(out, 'continue.json')))
        return ['simulate', '--continue', out, '--threads', '1'];
      rmSync(out, { recursive: true, force: true });
      return [
        'simulate',
        '--n',
        '20',
        '--time',
        '2',
        '--save-at',
        'linear:0:2:21',
        '--threads',
        '1',
        '--out',
        out,
      ];
    },
    sweep: onto(...sweep),
    'sweep --positions': onto(...sweep, '--positions', '--save-at', '0,1'),
    'experiment run': onto('experiment', 'run', 'c09-repulsion', '--quick'),
    trace: onto('trace', TEXT, '--depth', '4'),
    portrait: onto('portrait', TEXT),
    effects: onto('effects', TEXT, '--of', 'heads'),
    'inside layer': onto('inside', 'layer', TEXT, '--layer', '1'),
    'inside nearest': onto('inside', 'nearest', TEXT),
    survey: onto('survey', TEXT),
    'inspect --text': onto('inspect', '--model', 'lieblingstier', '--text', TEXT),
    'limit depth': onto('limit', 'depth', TEXT, '--depths', '2,4'),
    'limit perturbations': onto('limit', 'perturbations', TEXT, '--draws', '1'),
    'limit stack': onto(
      'limit',
      'stack',
      '--depths',
      '8,16',
      '--n',
      '2',
      '--d',
      '2',
      '--seeds',
      '2',
    ),
    'limit mean-field': onto('limit', 'mean-field', '--times', '0,0.1'),
    'reduce snapshot': onto('reduce', 'snapshot'),
    'reduce barycentre': onto('reduce', 'barycentre', a, b),
    'reduce distance': onto('reduce', 'distance', a, b),
    'reduce forward': onto('reduce', 'forward', '--training', '4', '--test', '2'),
    transport: onto('transport', a, b, '--metric', 'w2'),
  };
};

/** Time that a command goes on when it has room again, at most. */
const ATTEMPTS = 3;

export async function run({ seed, count, folder, journal }) {
  const shared = join(folder, 'shared');
  mkdirSync(shared, { recursive: true });
  const place = join(folder, 'disk');
  mkdirSync(place, { recursive: true });
  const mount = (...options) => execFileSync('mount', options, { stdio: 'pipe' });
  try {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place);
    execFileSync('umount', [place]);
  } catch (error) {
    journal.add({
      case: 0,
      kind: 'all',
      outcome: 'left out',
      note: `no file system can be mounted here: ${error.message}`,
    });
    return;
  }
  const commands = commandsOf(shared);
  const names = Object.keys(commands);
  const out = join(place, 'out');
  const wholes = {};
  const onDisk = async (size, work) => {
    mount('-t', 'tmpfs', '-o', `size=${size},nr_inodes=4000`, 'tmpfs', place);
    try {
      return await work();
    } finally {
      execFileSync('umount', [place]);
    }
  };
  const wholeOf = (name) =>
    onDisk('64m', async () => {
      const found = await command(commands[name](out));
      if (found.code !== 0) throw new Error(`${name}: ${found.stderr}`);
      const [, used] = execFileSync('df', ['--output=used', '-B1', place], {
        encoding: 'utf8',
      }).split('\n');
      return { files: contents(out), bytes: Number(used) };
    });
  await eachCase({ count, atOnce: 1, journal }, async (number) => {
    const name = names[number % names.length];
    wholes[name] ??= await wholeOf(name);
    const { files, bytes } = wholes[name];
    // pages of 4 KB, from none to what it takes
    const pages = 1 + drawing(seed, number).integer(Math.ceil(bytes / 4096));
    const kept = join(folder, 'kept');
    rmSync(kept, { recursive: true, force: true });
    const { code, fault } = await onDisk(`${pages * 4096}`, async () => {
      const found = await command(commands[name](out));
      if (existsSync(out)) cpSync(out, kept, { recursive: true });
      const said = messageFault(found);
      const isTold = found.code === 0 || /ENOSPC|disk|room|space| left/.test(found.stderr);
      return {
        code: found.code,
        fault: said ?? (isTold ? null : `it says ${found.stderr.slice(-300)}`),
      };
    });
    if (fault) return { kind: name, outcome: 'fault', fault: `${pages} pages: ${fault}` };
    const again = await onDisk('64m', async () => {
      if (existsSync(kept)) cpSync(kept, out, { recursive: true });
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const found = await command(commands[name](out));
        if (found.code === 0 || /has reached .* already|holds a model/.test(found.stderr))
          return difference(contents(out), files);
        if (attempt === ATTEMPTS - 1) return `with room: ${found.stderr.slice(-300)}`;
      }
    });
    return {
      kind: name,
      outcome: code === 0 ? 'had room' : 'said so',
      fault: again ? `${pages} pages, then ${again}` : undefined,
    };
  });
}
