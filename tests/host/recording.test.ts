/** A run in a folder: what lies there, that it goes on after any interruption as if there had been none, and what is refused. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readJob, type SimulationFlags } from '../../src/cli/simulation/job.ts';
import { runJob } from '../../src/cli/simulation/run.ts';
import { openSimulation } from '../../src/flow/simulate.ts';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { encodeNpy, npyShape, readNpy } from '../../src/host/npy.ts';
import { readRecording, type Source } from '../../src/host/recording/read.ts';
import { checkRecordingFolder, startRecording } from '../../src/host/recording/write.ts';
import { random } from '../../src/numerics/random.ts';
import { refusal } from '../dynamics/refusal.ts';

const root = mkdtempSync(join(tmpdir(), 'schmetterling-recording-'));
afterAll(() => rmSync(root, { recursive: true }));

let made = 0;
function fresh(): string {
  const folder = join(root, String(made++));
  mkdirSync(folder);
  return folder;
}

/** A run of the command line, in this process. */
const run = async (flags: SimulationFlags) => runJob(await readJob(flags));

const bytes = (folder: string, name: string) => readFileSync(join(folder, name)).toString('latin1');
const json = (folder: string, name = 'run.json') => JSON.parse(bytes(folder, name));

/** All files by name, but for the time that the run took. */
function contents(folder: string): Record<string, unknown> {
  const { seconds } = json(folder);
  expect(seconds).toBeGreaterThanOrEqual(0);
  const files = readdirSync(folder).map((name) => [name, bytes(folder, name)]);
  const run = bytes(folder, 'run.json').replace(`"seconds": ${seconds}`, '"seconds": 0');
  return { ...Object.fromEntries(files), 'run.json': run };
}

/** Options that the flags of a command line give. */
const SMALL: SimulationOptions = { n: 5, time: 1, saveAt: [0, 0.3, 0.6, 1] };
const FLAGS: SimulationFlags = { n: '5', time: '1', saveAt: '0,0.3,0.6,1' };

/** A recording as kill -9 leaves it after so many frames: the last state kept is that of the first. */
async function killed(options: SimulationOptions, frames: number, source: Source = {}) {
  // The copy is what a process that is killed now would leave.
  return recordPart(options, frames, source, (folder) => {
    const left = join(root, String(made++));
    cpSync(folder, left, { recursive: true });
    return left;
  });
}

/** A recording that something else ended after so many frames: the last state kept is that of the last. */
async function ended(options: SimulationOptions, frames: number, source: Source = {}) {
  return recordPart(options, frames, source, (folder, end) => {
    end();
    return folder;
  });
}

async function recordPart(
  options: SimulationOptions,
  frames: number,
  source: Source,
  leave: (folder: string, end: () => void) => string,
): Promise<string> {
  const folder = fresh();
  const settings = simulationSettings(options);
  const recording = startRecording(folder, settings, source);
  const simulation = await openSimulation(settings);
  let written = 0;
  for await (const frame of simulation.frames()) {
    recording.write(frame);
    if (++written === frames)
      return leave(folder, () => recording.end(simulation.report(), 0, 'interrupted'));
  }
  throw new Error(`the run has no ${frames} frames`);
}

describe('a recording', () => {
  it('is a folder of whole files', async () => {
    const folder = fresh();
    await run({ ...FLAGS, out: folder });
    expect(readdirSync(folder).sort()).toEqual([
      'continue.json',
      'diagnostics.csv',
      'diagnostics.jsonl',
      'diagnostics.svg',
      'positions.npy',
      'run.json',
      'state-4.npy',
      'times.npy',
      'trajectories.svg',
    ]);
    expect(npyShape(join(folder, 'positions.npy'), 'x')).toEqual([4, 5, 3]);
    expect([...readNpy(join(folder, 'times.npy'), 'x').data]).toEqual([0, 0.3, 0.6, 1]);
    expect(npyShape(join(folder, 'state-4.npy'), 'x')).toEqual([15]);
  });

  it('has what the library computes', async () => {
    const folder = fresh();
    const { report } = await run({ ...FLAGS, out: folder });
    const settings = simulationSettings(SMALL);
    const expected: number[] = [];
    const rows: string[][] = [];
    for await (const frame of (await openSimulation(settings)).frames()) {
      expected.push(...frame.positions.data);
      const { time, particles, steps, diagnostics } = frame;
      rows.push([time, particles, steps, diagnostics.energy].map(String));
    }
    expect([...readNpy(join(folder, 'positions.npy'), 'x').data]).toEqual(expected);
    const [header, ...lines] = bytes(folder, 'diagnostics.csv').trim().split('\n');
    expect(header).toMatch(/^frame,time,particles,steps,rejected,merge_error,energy,cosine_mean,/);
    const cells = lines.map((line) => line.split(','));
    expect(
      cells.map(([, time, particles, steps, , , energy]) => [time, particles, steps, energy]),
    ).toEqual(rows);
    expect(cells.map(([frame]) => frame)).toEqual(['0', '1', '2', '3']);
    const records = bytes(folder, 'diagnostics.jsonl').trim().split('\n');
    const names = settings.chosen.map(({ name }) => name);
    for (const line of records) expect(Object.keys(JSON.parse(line))).toEqual(['time', ...names]);
    expect(json(folder)).toMatchObject({
      command: 'simulate',
      status: 'done',
      frames: 4,
      source: {},
      settings: { dynamics: 'sa', seed: 1, n: 5, d: 3, saveAt: [0, 0.3, 0.6, 1] },
      ...JSON.parse(JSON.stringify(report)),
    });
    expect(json(folder).version).toMatch(/^\d+\.\d+/);
  });

  it('has views, radii and masses where there are any', async () => {
    const [rescaled, regulated] = [fresh(), fresh()];
    const masses = join(root, 'masses.csv');
    writeFileSync(masses, '1\n1\n2\n');
    await run({
      dynamics: 'no_projection',
      start: 'box',
      n: '3',
      masses,
      time: '1',
      out: rescaled,
    });
    await run({ dynamics: 'normalised', n: '3', time: '1', out: regulated });
    expect(npyShape(join(rescaled, 'view.npy'), 'x')).toEqual([2, 3, 3]);
    expect([...readNpy(join(rescaled, 'masses.npy'), 'x').data]).toEqual([0.25, 0.25, 0.5]);
    expect(json(rescaled).settings.masses).toBe('given');
    expect(npyShape(join(regulated, 'radii.npy'), 'x')).toEqual([2, 3]);
    expect(existsSync(join(regulated, 'masses.npy'))).toBe(false);
    expect(existsSync(join(regulated, 'view.npy'))).toBe(false);
  });

  it('is readable and says that it runs, until it has ended', async () => {
    const left = await killed(SMALL, 2);
    expect(json(left)).toMatchObject({ status: 'running', settings: { n: 5 } });
    expect(npyShape(join(left, 'positions.npy'), 'x')).toEqual([2, 5, 3]);
    expect(readNpy(join(left, 'positions.npy'), 'x').data).toHaveLength(30);
    expect(bytes(left, 'diagnostics.csv').split('\n')).toHaveLength(4);
  });

  it('keeps its frames and says why where a run diverges', async () => {
    const folder = fresh();
    const { failure } = await run({
      dynamics: 'no_projection',
      start: 'box',
      n: '3',
      value: '1000',
      scheme: 'euler',
      step: '1',
      time: '500',
      saveAt: '0,1,2,500',
      diagnostics: 'none',
      out: folder,
    });
    expect(failure?.name).toBe('DivergedError');
    const record = json(folder);
    expect(record).toMatchObject({ status: 'interrupted', frames: 3, failure: failure?.message });
    expect(npyShape(join(folder, 'positions.npy'), 'x')).toEqual([3, 3, 3]);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'keeps its frames and says why where the disk is full',
    async () => {
      const folder = fresh();
      const settings = simulationSettings(SMALL);
      const recording = startRecording(folder, settings, {});
      const simulation = await openSimulation(settings);
      const record = async () => {
        for await (const frame of simulation.frames()) {
          recording.write(frame);
          rmSync(join(folder, 'diagnostics.csv'), { force: true });
          symlinkSync('/dev/full', join(folder, 'diagnostics.csv'));
        }
      };
      await expect(record()).rejects.toThrow(
        /cannot write frame 1 to ".*" \(ENOSPC\): 1 frame before it is kept, make room and go on/,
      );
      recording.end(simulation.report(), 0, 'full');
      expect(json(folder)).toMatchObject({ status: 'interrupted', frames: 1, failure: 'full' });
    },
  );

  it('that cannot be finished says so, unless something else ended it', async () => {
    const settings = simulationSettings(SMALL);
    for (const failure of [undefined, 'full']) {
      const folder = fresh();
      const recording = startRecording(folder, settings, {});
      const simulation = await openSimulation(settings);
      rmSync(folder, { recursive: true });
      const end = () => recording.end(simulation.report(), 0, failure);
      if (failure) expect(end).not.toThrow();
      else
        expect(end).toThrow(/cannot finish the run in ".*" \(ENOENT\): .* go on with --continue/);
    }
  });
});

/** What a state has to hold, and a file besides. */
const RUNS: Readonly<Record<string, SimulationFlags>> = {
  layers: {},
  'an adaptive scheme': { scheme: 'dopri5' },
  noise: { dynamics: 'noisy' },
  mergers: { d: '2', n: '40', beta: '25', scheme: 'dopri5', merge: '0.1' },
  radii: { dynamics: 'normalised', normalisation: 'peri', scheme: 'rk4' },
  'a view': { dynamics: 'no_projection', start: 'gaussian', value: 'wigner:3' },
  threads: { n: '60', dynamics: 'usa', key: 'diagonal:1,2,0.5' },
  modes: { n: '40', d: '2', engine: 'spectral' },
  'float32, and few diagnostics': { n: '60', precision: 'float32', diagnostics: 'energy' },
};

describe('an interrupted run goes on to the same files, byte for byte', () => {
  it.each(Object.entries(RUNS))('%s', async (_, flags) => {
    const whole = fresh();
    const { report } = await run({ ...FLAGS, ...flags, out: whole });
    if (flags.merge) expect(report.merges.length).toBeGreaterThan(1);
    const { settings, source } = json(whole);
    const left = await killed(optionsOf(settings), 3, source);
    for (const name of ['positions.npy', 'times.npy', 'view.npy', 'radii.npy', 'diagnostics.csv'])
      if (existsSync(join(left, name))) appendFileSync(join(left, name), 'half');
    appendFileSync(join(left, 'diagnostics.jsonl'), '{"time": 0.');
    for (const part of [left, await ended(optionsOf(settings), 3, source)]) {
      await run({ continue: part });
      expect(contents(part)).toEqual(contents(whole));
    }
  });

  /** The settings as options again. */
  const optionsOf = (record: Record<string, unknown>): SimulationOptions => {
    const { masses: _, ...options } = record;
    return options as SimulationOptions;
  };

  it('with positions and masses of its own', async () => {
    const init = join(root, 'init.npy');
    writeFileSync(init, encodeNpy([3, 2], [Float64Array.of(1, 0, 0, 1, -0.6, 0.8)]));
    const masses = join(root, 'three.csv');
    writeFileSync(masses, '1,2,4\n');
    const [whole, part] = [fresh(), fresh()];
    const flags = { init, masses, saveAt: '0,0.5,1,2' };
    await run({ ...flags, time: '2', out: whole });
    await run({ ...flags, saveAt: '0,0.5,1', time: '1', out: part });
    rmSync(init);
    rmSync(masses);
    await run({ continue: part, time: '2' });
    expect(contents(part)).toEqual(contents(whole));
  });

  it('where the newest state was not yet named when it was killed', async () => {
    const whole = fresh();
    await run({ ...FLAGS, out: whole });
    const left = await killed(SMALL, 3);
    writeFileSync(join(left, 'state-3.npy'), 'half');
    await run({ continue: left });
    expect(contents(left)).toEqual(contents(whole));
  });

  it('with nothing half written beside them', async () => {
    const whole = fresh();
    await run({ ...FLAGS, out: whole });
    const left = await killed(SMALL, 2);
    // No process has this number.
    for (const name of ['run.json', 'state-2.npy', 'continue.json'])
      writeFileSync(join(left, `${name}.99999999-3.tmp`), 'half');
    await run({ continue: left });
    expect(contents(left)).toEqual(contents(whole));
  });

  it('after any frame', async () => {
    const whole = fresh();
    await run({ ...FLAGS, scheme: 'dopri5', out: whole });
    for (let count = 1; count < 4; count++) {
      const left = await killed({ ...SMALL, scheme: 'dopri5' }, count);
      await run({ continue: left });
      expect(contents(left)).toEqual(contents(whole));
    }
  });
});

describe('a finished run becomes longer', () => {
  it('up to a later end', async () => {
    const [whole, part] = [fresh(), fresh()];
    await run({ n: '5', time: '3', saveAt: '0,1,2,3', out: whole });
    await run({ n: '5', time: '1', out: part });
    const { count, frames } = await run({ continue: part, time: '2' });
    expect([count, frames.length]).toEqual([3, 1]);
    await run({ continue: part, time: '3' });
    expect(contents(part)).toEqual(contents(whole));
  });

  it('with the times asked for', async () => {
    const part = fresh();
    await run({ n: '5', time: '1', scheme: 'dopri5', out: part });
    await run({ continue: part, time: '3', saveAt: 'linear:0:3:7' });
    const times = [0, 1, 1.5, 2, 2.5, 3];
    expect([...readNpy(join(part, 'times.npy'), 'x').data]).toEqual(times);
    expect(json(part)).toMatchObject({ frames: 6, time: 3, settings: { time: 3, saveAt: times } });
  });

  it('not up to an earlier one, nor to where it is', async () => {
    const part = fresh();
    await run({ n: '5', time: '1', out: part });
    const before = contents(part);
    for (const flags of [{}, { time: '1' }, { time: '0.5' }])
      await expect(run({ continue: part, ...flags })).rejects.toMatchObject({
        field: 'time',
        message: expect.stringMatching(
          /the run has reached 1 already: expected a later end, such as 2/,
        ),
      });
    expect(contents(part)).toEqual(before);
  });

  it('with no other settings', async () => {
    const part = fresh();
    await run({ n: '5', time: '1', out: part });
    for (const [flag, value] of Object.entries({ beta: '2', step: '0.01', out: 'x', seed: '1' }))
      await expect(run({ continue: part, [flag]: value })).rejects.toMatchObject({
        field: flag,
        message: expect.stringContaining(`option ${flag} cannot change in a run that goes on`),
      });
  });
});

describe('a folder is refused', () => {
  it('that holds a run', async () => {
    const folder = fresh();
    await run({ ...FLAGS, out: folder });
    const before = contents(folder);
    await expect(run({ ...FLAGS, out: folder })).rejects.toMatchObject({
      field: 'out',
      message: expect.stringMatching(/holds a run already, expected an empty folder: .*--continue/),
    });
    expect(contents(folder)).toEqual(before);
  });

  it('that has no room', () => {
    const settings = { ...simulationSettings(SMALL), n: 1e12 };
    const found = refusal(() => checkRecordingFolder(root, settings));
    expect(found.field).toBe('out');
    expect(found.message).toMatch(
      /the frames take 9.60e\+4 GB and ".*" has \S+ GB left: save fewer/,
    );
  });

  it('but not one with other files, which stay', async () => {
    const folder = fresh();
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    // Of a run whose run.json was removed.
    for (const name of [
      'masses.npy',
      'view.npy',
      'continue.json',
      'diagnostics.csv',
      'state-9.npy',
    ])
      writeFileSync(join(folder, name), 'old\n');
    await run({ ...FLAGS, out: folder });
    const whole = fresh();
    await run({ ...FLAGS, out: whole });
    expect(contents(folder)).toEqual({ ...contents(whole), 'notes.txt': 'mine' });
  });
});

/** As versions wrote it that kept no sums. */
function withoutSums(folder: string): void {
  for (const name of ['run.json', 'continue.json']) {
    const { sha256: _, sums: __, ...rest } = json(folder, name);
    writeFileSync(join(folder, name), JSON.stringify(rest));
  }
}

it('a recording of a version that kept no sums goes on, and has them then', async () => {
  const [whole, left] = [fresh(), await killed(SMALL, 2)];
  await run({ ...FLAGS, out: whole });
  expect(readRecording(left).checked).toBe(true);
  withoutSums(left);
  expect(readRecording(left).checked).toBe(false);
  await run({ continue: left });
  expect(contents(left)).toEqual(contents(whole));
  expect(readRecording(left).checked).toBe(true);
});

describe('what cannot go on is refused', () => {
  const damaged = (change: (folder: string) => void) => async () => {
    const folder = await killed(SMALL, 2);
    change(folder);
    const before = readdirSync(folder);
    const error = await run({ continue: folder }).then(
      () => null,
      (found: unknown) => found,
    );
    expect(readdirSync(folder)).toEqual(before);
    return error as Error & { field?: string };
  };
  const write = (name: string, text: string) => (folder: string) =>
    writeFileSync(join(folder, name), text);
  const edit = (name: string, changes: object) => (folder: string) => {
    withoutSums(folder);
    writeFileSync(join(folder, name), JSON.stringify({ ...json(folder, name), ...changes }));
  };
  const remove = (name: string) => (folder: string) => rmSync(join(folder, name));

  it.each<[string, (folder: string) => void, string, RegExp]>([
    ['no run.json', remove('run.json'), 'InputError', /run\.json": there is no such file/],
    ['run.json of text', write('run.json', 'text'), 'DamagedFileError', /run\.json is damaged/],
    ['half a run.json', write('run.json', '{"settings": {'), 'DamagedFileError', /is damaged/],
    [
      'run.json of another command',
      write('run.json', '{"command": "trace", "settings": {}}'),
      'DamagedFileError',
      /run\.json is damaged, expected the JSON that simulate wrote: begin a new run/,
    ],
    [
      'settings that no run has',
      edit('run.json', { settings: { saveAt: [0, 1], scheme: 'rk5' } }),
      'InputError',
      /did you mean "rk4"/,
    ],
    ['no state', remove('continue.json'), 'InputError', /interrupted before there was a state/],
    ['half a state', write('continue.json', '{"frames": 1'), 'DamagedFileError', /is damaged/],
    ['a state of no frame', edit('continue.json', { frames: 0 }), 'DamagedFileError', /damaged/],
    [
      'a state of a frame that is not there',
      edit('continue.json', { frames: 3 }),
      'DamagedFileError',
      /positions\.npy has no row 2, expected 3 or more/,
    ],
    ['no array of the state', remove('state-1.npy'), 'InputError', /state-1\.npy": there is no/],
    [
      'half an array of the state',
      (folder) => truncateSync(join(folder, 'state-1.npy'), 140),
      'DamagedFileError',
      /state-1\.npy holds 12 bytes of numbers, expected 120/,
    ],
    [
      'a state of other particles',
      (folder) => writeFileSync(join(folder, 'state-1.npy'), encodeNpy([6], [new Float64Array(6)])),
      'DamagedFileError',
      /state-1\.npy holds 6 numbers, expected 15 for 5 particles/,
    ],
    [
      'no frames',
      (folder) => truncateSync(join(folder, 'positions.npy'), 200),
      'DamagedFileError',
      /positions\.npy has no row 0, expected 1 or more/,
    ],
    ['no times', remove('times.npy'), 'InputError', /times\.npy": there is no such file/],
    [
      'times cut off',
      (folder) => truncateSync(join(folder, 'times.npy'), 128),
      'DamagedFileError',
      /times\.npy has no row 0/,
    ],
    [
      'a table cut off',
      write('diagnostics.csv', 'frame,time'),
      'DamagedFileError',
      /diagnostics\.csv has 0 whole lines, expected 2 or more: begin a new run/,
    ],
    ['no table', remove('diagnostics.jsonl'), 'InputError', /diagnostics\.jsonl": there is no/],
  ])('%s', async (_, change, name, message) => {
    const error = await damaged(change)();
    expect(error.name).toBe(name);
    expect(error.message).toMatch(message);
    if (name === 'InputError') expect(error.field).toMatch(/continue|scheme/);
  });

  it('a number that is none, where there are no sums', async () => {
    for (const name of ['state-1.npy', 'positions.npy']) {
      const error = await damaged((folder) => {
        withoutSums(folder);
        const path = join(folder, name);
        const bytes = readFileSync(path);
        bytes.writeDoubleLE(Number.NaN, bytes.length - 8);
        if (name === 'positions.npy') bytes.writeDoubleLE(Number.NaN, 128 + 16);
        writeFileSync(path, bytes);
      })();
      expect(error.name).toBe('DamagedFileError');
      expect(error.message).toMatch(/holds NaN at \d+, expected finite numbers: begin a new run/);
    }
  });

  it('one bit of what it goes on from that is another', async () => {
    const masses = join(root, 'damaged-masses.csv');
    writeFileSync(masses, '1,2,1,1,3\n');
    const folder = fresh();
    await run({ ...FLAGS, dynamics: 'normalised', masses, out: folder });
    const drawn = random(7);
    const names = readdirSync(folder).filter((name) => !name.endsWith('.svg'));
    expect(names).toContain('masses.npy');
    for (const name of names) {
      const path = join(folder, name);
      const whole = readFileSync(path);
      for (let k = 0; k < 12; k++) {
        const other = Buffer.from(whole);
        const at = drawn.integer(whole.length);
        other[at] ^= 1 << drawn.integer(8);
        writeFileSync(path, other);
        const found = readOrRefuse(folder);
        // what nobody reads, such as the spaces of a header, may be another
        if (typeof found !== 'string') expect(found).toEqual(readAs(folder, path, whole));
      }
      writeFileSync(path, whole);
    }
  });

  const readOrRefuse = (folder: string) => {
    try {
      const { sums: _, ...found } = readRecording(folder);
      return found;
    } catch (error) {
      return (error as Error).name;
    }
  };

  /** With the whole file, which is taken away again. */
  function readAs(folder: string, path: string, whole: Buffer) {
    const other = readFileSync(path);
    writeFileSync(path, whole);
    const found = readOrRefuse(folder);
    writeFileSync(path, other);
    return found;
  }

  it('a folder that is not there, which is not made', async () => {
    const folder = join(root, 'none');
    expect(refusal(() => readRecording(folder))).toMatchObject({ field: 'continue' });
    await expect(run({ continue: folder })).rejects.toThrow('there is no such file');
    expect(existsSync(folder)).toBe(false);
  });
});
