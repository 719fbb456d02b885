/** The parts of the Lab that need no browser: settings and their link, film, scales, words, presets, exports. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnoseFrame, diagnostics } from '../../src/diagnostics/catalogue.ts';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import { matrixText, readMatrixValue } from '../../src/dynamics/matrices.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { simulationSettings } from '../../src/flow/simulation-settings.ts';
import { starts } from '../../src/geometry/catalogue.ts';
import { schemes } from '../../src/integrators/schemes.ts';
import { type Matrix, matrix, toRows } from '../../src/numerics/matrix.ts';
import { isTranslated, type Kind } from '../../src/web/lab/catalogue-words.ts';
import { scaleOf } from '../../src/web/lab/controls/scale.ts';
import { programOf } from '../../src/web/lab/exports/code.ts';
import { commandLine } from '../../src/web/lab/exports/command.ts';
import { measuredCsv, positionsCsv, runJson } from '../../src/web/lab/exports/tables.ts';
import { createFilm } from '../../src/web/lab/film.ts';
import { type LabFrame, labFrame } from '../../src/web/lab/frame.ts';
import { fitsLink, readGiven, writeGiven } from '../../src/web/lab/given.ts';
import { matrixOption } from '../../src/web/lab/matrix-text.ts';
import type { Measurer } from '../../src/web/lab/measure/client.ts';
import { measuredFrames, namesFor } from '../../src/web/lab/measure/question.ts';
import { sectorShares } from '../../src/web/lab/measure/shares.ts';
import { framePlan, runOptions } from '../../src/web/lab/options.ts';
import { turnOf } from '../../src/web/lab/picture/ball.ts';
import { extentOf } from '../../src/web/lab/picture/plane.ts';
import { presets, presetWords } from '../../src/web/lab/presets.ts';
import { leadingCoordinates } from '../../src/web/lab/sentence.ts';
import {
  type LabSettings,
  numbers,
  readSettings,
  usualSettings,
  withDynamics,
  withStart,
  writeSettings,
} from '../../src/web/lab/settings.ts';
import { defaults, readFragment, writeFragment } from '../../src/web/state.ts';

describe('settings of the Lab', () => {
  test('are nothing to say where they are usual, and come back from a link', () => {
    expect(writeSettings(readSettings(''))).toBe('');
    const set: LabSettings = {
      ...withDynamics(readSettings(''), 'multi_head'),
      n: 100,
      d: 3,
      seed: 7,
      scheme: 'dopri5',
      tolerance: 1e-6,
      step: 0.01,
      time: 1e5,
      pace: 'log',
      merge: 0.001,
      stopClusters: 2,
      stopBelow: 1e-9,
      speed: 2,
      at: 12,
      yaw: -40,
      pitch: 80,
      engine: 'wasm',
      precision: 'float32',
      parameters: {
        heads: 2,
        beta: 2.5,
        query: 'diagonal:1,-0.5,2',
        key: 'wigner:3',
        output: 'identity',
        value: '[[0,1,0],[1,0,0],[0,0,1],[1,0,0],[0,1,0],[0,0,1]]',
      },
    };
    const link = writeFragment({ ...defaults, tab: 'lab', lab: writeSettings(set) }, defaults);
    expect(link).toContain('lab.p.beta=2.5');
    expect(readSettings(readFragment(`#${link}`, defaults).lab)).toEqual(set);
  });

  test.each(dynamics.map((entry) => [entry.name, entry] as const))(
    'of %s are usual, valid and complete',
    (_, entry) => {
      const usual = usualSettings(entry);
      expect(readSettings(writeSettings(usual))).toEqual(usual);
      expect(() => simulationSettings(runOptions({ ...usual, n: 8 }, null))).not.toThrow();
    },
  );

  test.each([
    'dynamics=betta',
    'n=0&d=1&seed=-1&step=x&time=&speed=0&at=-3',
    'scheme=magic&pace=log&engine=quantum&precision=int8',
    'p.beta=-1e7&p.query=diagonal%3A1%2C2%2C3&p.nothing=4&s.amplitude=9',
    'start=given&given=nonsense',
    'start=box',
  ])('what is not valid in %s is what is usual', (text) => {
    expect(readSettings(text)).toEqual(readSettings(''));
  });

  test('other dynamics keep what was changed and fits, and put the rest right', () => {
    const changed = { ...readSettings(''), n: 50, d: 3, seed: 9 };
    const kept = { ...changed, parameters: { ...changed.parameters, beta: 3 } };
    expect(withDynamics(kept, 'usa').parameters.beta).toBe(3);
    expect(withDynamics(changed, 'usa').parameters.beta).toBe(1);
    expect(withDynamics(kept, 'kuramoto')).toMatchObject({ d: 2, n: 50, seed: 9 });
    expect(withDynamics(kept, 'noisy').scheme).toBe('heun');
    expect(withDynamics(withDynamics(kept, 'noisy'), 'sa').scheme).toBe('layer');
    expect(withDynamics(kept, 'svgd').start).toBe('gaussian');
    expect(withDynamics(withDynamics(kept, 'svgd'), 'sa').start).toBe('uniform');
    expect(withStart(kept, 'perturbed_circle').start).toBe('uniform');
    expect(withStart({ ...kept, d: 2 }, 'perturbed_circle').startParameters).toEqual({
      amplitude: 0.001,
      modes: 10,
    });
  });

  test('frames end with a whole step, or lie evenly in the logarithm', () => {
    const usual = readSettings('');
    expect(framePlan(usual)).toEqual({ end: 20, last: 200, saveAt: 'linear:0:20:201' });
    expect(framePlan({ ...usual, step: 0.3, time: 1 })).toMatchObject({ last: 3 });
    expect(framePlan({ ...usual, step: 50 })).toMatchObject({ end: 50, last: 1 });
    const log = framePlan({ ...usual, scheme: 'dopri5', pace: 'log', time: 1e8, step: 0.01 });
    expect([log.saveAt[0], log.saveAt[1], log.saveAt.at(-1), log.saveAt.length]).toEqual([
      ...[0, 0.01, 1e8, 301],
    ]);
  });
});

describe('positions in a link', () => {
  test('come back bit for bit, few of them', () => {
    const positions = matrix(3, 2, Float64Array.of(1, 0, -0.6, 0.8, Math.SQRT1_2, -1e-300));
    const text = writeGiven(positions);
    expect(text).toMatch(/^[\w-]+$/);
    expect(readGiven(text, 2)).toEqual(positions);
    expect(readGiven(text, 4)).toBeNull();
    expect(readGiven(text.slice(1), 2)).toBeNull();
  });

  test('many are held in the page alone', () => {
    const many = matrix(1000, 2);
    expect(fitsLink(many)).toBe(false);
    const name = writeGiven(many);
    expect(readGiven(name, 2)).toBe(many);
    for (let i = 0; i < 4; i++) writeGiven(matrix(1000, 2));
    expect(readGiven(name, 2)).toBeNull();
  });
});

describe('the film', () => {
  const film = (most: number, bytes: number) =>
    createFilm<{ index: number; size: number }>({ most, bytes, sizeOf: ({ size }) => size });
  const indices = (one: ReturnType<typeof film>) => one.frames().map(({ index }) => index);

  test('keeps all frames while they are few, then evenly fewer, always the first and the latest', () => {
    const long = film(8, Number.POSITIVE_INFINITY);
    for (let index = 0; index < 8; index++) long.push({ index, size: 1 });
    expect(indices(long)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (let index = 8; index <= 1001; index++) {
      long.push({ index, size: 1 });
      expect(long.frames().length).toBeLessThanOrEqual(8);
      expect(long.latest()?.index).toBe(index);
      expect(long.at(0)?.index).toBe(0);
    }
    const [first, second, ...rest] = indices(long);
    const stride = second - first;
    for (const index of rest.slice(0, -1)) expect(index % stride).toBe(0);
    expect(long.at(stride + 1)?.index).toBe(stride);
    expect(long.after(stride)?.index).toBe(2 * stride);
    expect(long.after(1001)).toBeNull();
  });

  test('holds no more than its bytes, whatever a frame takes', () => {
    const heavy = film(1000, 100);
    for (let index = 0; index < 200; index++) {
      heavy.push({ index, size: 1 + (index % 7) });
      const held = heavy.frames().reduce((sum, { size }) => sum + size, 0);
      expect(held).toBeLessThanOrEqual(100);
    }
    expect(heavy.put({ index: 0, size: 90 })).toBe(true);
    expect(heavy.put({ index: -1, size: 1 })).toBe(false);
    heavy.push({ index: 200, size: 1 });
    expect(indices(heavy).length).toBeLessThanOrEqual(12);
  });
});

describe('sliders', () => {
  const parameters = [...dynamics.flatMap((one) => one.parameters), ...Object.values(numbers)];
  const ranges = parameters.flatMap((one) => (one.type === 'number' ? [one] : []));
  test.each(ranges.map((one) => [one.name, one] as const))(
    'of %s rise and stay in range',
    (_, one) => {
      const scale = scaleOf(one);
      const values = Array.from({ length: 101 }, (_, k) => scale.value(k / 100));
      for (const [k, value] of values.entries()) {
        expect(value).toBeGreaterThanOrEqual(Math.max(one.minimum, values[k - 1] ?? -Infinity));
        expect(value).toBeLessThanOrEqual(one.maximum);
        if (one.integer) expect(Number.isInteger(value)).toBe(true);
        expect(scale.value(scale.share(value))).toBe(value);
      }
      expect(one.default).toBeGreaterThanOrEqual(scale.low);
      expect(one.default).toBeLessThanOrEqual(scale.high);
    },
  );
});

describe('words', () => {
  const parameters = [...dynamics, ...starts].flatMap((one) => one.parameters);
  const measured = [...namesFor(readSettings('')), ...namesFor(readSettings('d=3'))];
  test.each<[Kind, readonly { name: string }[]]>([
    ['dynamics', dynamics],
    ['starts', starts],
    ['schemes', schemes],
    ['parameters', parameters],
    ['diagnostics', diagnostics.filter(({ name }) => measured.includes(name))],
  ])('German has all %s', (kind, entries) => {
    expect(entries.map(({ name }) => name).filter((name) => !isTranslated(kind, name))).toEqual([]);
  });

  test('a parameter that means something else elsewhere has words of its own', () => {
    const all = [...dynamics, ...starts].flatMap(({ name: owner, parameters }) =>
      parameters.map(({ name, help }) => ({ owner, name, help })),
    );
    const usual = new Map(
      all.map(({ name, help }) => [name, help]).reverse() as [string, string][],
    );
    const other = all.filter(({ name, help }) => usual.get(name) !== help);
    const missing = other.filter(
      ({ owner, name }) => !isTranslated('parameters', `${owner}.${name}`),
    );
    expect(missing).toEqual([]);
  });
});

test('matrices are text and back', () => {
  const parameters = dynamics.flatMap((one) => one.parameters);
  for (const one of parameters)
    if (one.type === 'matrix')
      expect(readMatrixValue(one.name, matrixOption(matrixText(one.default)), 3)).toEqual(
        one.default,
      );
  expect(matrixOption('[[1, 2], [3, 4]]')).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(matrixOption('[[1, 2')).toBe('[[1, 2');
});

describe('presets', () => {
  test.each(presets.map((one) => [one.name, one] as const))(
    '%s says nothing that is not valid, in both languages',
    async (name, { query }) => {
      const settings = readSettings(query);
      const sorted = (text: string) => [...new URLSearchParams(text)].map(String).sort();
      expect(sorted(writeSettings(settings))).toEqual(sorted(query));
      for (const language of ['de', 'en'] as const)
        expect(presetWords(language, name).title.length).toBeGreaterThan(3);
      const { saveAt: _, ...options } = runOptions(settings, null);
      const few = { ...options, n: Math.min(settings.n, 40), time: settings.step };
      const { frames } = await simulate(few);
      expect(frames[1].positions.data.every(Number.isFinite)).toBe(true);
    },
  );
});

test('sectors count all particles, each once', () => {
  const angles = [-Math.PI, -Math.PI + 1e-9, -1e-9, 0, 1e-9, Math.PI - 1e-9, Math.PI];
  const points = matrix(7, 2, Float64Array.from(angles.flatMap((a) => [Math.cos(a), Math.sin(a)])));
  const shares = sectorShares(points, null, 4);
  const expected = [3, 1, 2, 1].map((count) => count / 7);
  expect(shares).toBeAllClose(expected, { absolute: 1e-12 });
  const weighted = sectorShares(points, [0, 0, 0, 1, 0, 0, 0], 4);
  expect([...weighted]).toEqual([0, 0, 1, 0]);
});

test('a turn is a rotation', () => {
  const rows = turnOf(37, -21);
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, one, k) => sum + one * b[k], 0);
  for (const [i, a] of rows.entries())
    for (const [j, b] of rows.entries()) expect(product(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
});

test('the scale of the plane holds all points, and rests while they fit', () => {
  const points = (most: number) => matrix(2, 2, Float64Array.of(0, -most, most / 2, 0));
  expect(extentOf(points(4.2), null)).toBe(5);
  expect(extentOf(points(2), 5)).toBe(5);
  expect(extentOf(points(0.1), 5)).toBeLessThan(0.2);
  expect(extentOf(points(1e9), 5)).toBeGreaterThan(1e9);
});

test('the leading coordinates keep the products of what lies in a plane', () => {
  const plane = [
    [1, 2, 2, 0],
    [0, 3, 1, 1],
    [1, -1, 1, -1],
  ].map(([a, b]) => [a, b, a + b, a - b]);
  const points = matrix(3, 4, Float64Array.from(plane.flat()));
  const seen = leadingCoordinates(points, 2);
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      const [a, b] = [plane[i], plane[j]];
      const inside = a.reduce((sum, one, k) => sum + one * b[k], 0);
      const outside =
        seen.data[2 * i] * seen.data[2 * j] + seen.data[2 * i + 1] * seen.data[2 * j + 1];
      expect(outside).toBeCloseTo(inside, 9);
    }
});

/** A frame as the Lab has it, from the run that the Lab asks for. */
async function frameOf(
  settings: LabSettings,
  init: Matrix | null,
  index: number,
): Promise<LabFrame> {
  const { frames } = await simulate({
    ...runOptions(settings, init),
    diagnostics: ['energy', 'fourier_modes'],
  });
  const {
    time,
    positions,
    view,
    radii,
    masses,
    particles,
    steps,
    diagnostics: values,
  } = frames[index];
  const of = { settings, init, labels: null };
  const measured = { values, notes: {} };
  return {
    of,
    index,
    time,
    positions,
    view,
    radii,
    masses,
    particles,
    steps,
    shares: null,
    measured,
  };
}

describe('exports', () => {
  const root = new URL('../..', import.meta.url).pathname;
  const moved = matrix(3, 2, Float64Array.of(1, 0, 0, 1, Math.cos(2.5), Math.sin(2.5)));
  const kinds: [string, LabSettings, Matrix | null, number][] = [
    ['a dragged circle', readSettings('p.beta=2'), moved, 37],
    ['a start that is drawn, adaptive', readSettings('n=20&d=3&scheme=dopri5&time=3'), null, 17],
    [
      'rows, noise and a start with parameters',
      readSettings(
        'dynamics=noisy&n=12&start=von_mises_fisher&s.concentration=3&time=2&p.value=%5B%5B1%2C2%5D%2C%5B0%2C-1%5D%5D',
      ),
      null,
      20,
    ],
  ];

  test.each(kinds)(
    'as command line and as code give the positions shown: %s',
    async (_, settings, init, index) => {
      const frame = await frameOf(settings, init, index);
      const folder = mkdtempSync(join(tmpdir(), 'schmetterling-lab-'));
      try {
        const { line, files } = commandLine(frame);
        for (const { name, text } of files) writeFileSync(join(folder, name), text());
        const inFolder = line.replace('bin/schmetterling.js', join(root, 'bin/schmetterling.js'));
        const run = JSON.parse(
          execFileSync('sh', ['-c', inFolder], { cwd: folder, encoding: 'utf8' }),
        );
        expect(run.times.at(-1)).toBe(frame.time);
        expect(run.positions.at(-1).flat()).toBeAllClose(frame.positions?.data ?? [], {
          absolute: 1e-10,
        });
        const program = programOf(frame)
          .replace("'positions.csv'", JSON.stringify(join(folder, 'positions.csv')))
          .replace(
            'console.log(frames.at(-1).positions)',
            'console.log(JSON.stringify([...frames.at(-1).positions.data]))',
          );
        const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
          cwd: root,
          encoding: 'utf8',
        });
        expect(JSON.parse(printed)).toBeAllClose(frame.positions?.data ?? [], { absolute: 1e-10 });
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );

  test('a file has numbers of every frame, also of those that were not measured as they went by', async () => {
    const { frames } = await simulate({
      n: 5,
      d: 2,
      time: 1,
      saveAt: [0, 0.5, 1],
      diagnostics: [],
    });
    const about = { settings: readSettings('n=5&time=1'), init: null, labels: null };
    const film = frames.map((frame, i) => labFrame(frame, about, i));
    const measurer = {
      async measure({ names, kind, ...frame }: Parameters<Measurer['measure']>[0]) {
        const chosen = diagnostics.filter(({ name }) => names.includes(name));
        return { kind: 'diagnosed', ...diagnoseFrame(frame, chosen) } as const;
      },
    };
    const kept: number[] = [];
    const session = { film: () => film, keep: ({ index }: LabFrame) => kept.push(index) };
    const all = await measuredFrames(session, measurer, film[0]);
    expect(kept).toEqual([0, 1, 2]);
    const rows = measuredCsv(all).trim().split('\n').slice(1);
    expect(rows.map((line) => line.split(',').every((cell) => cell !== ''))).toEqual([
      true,
      true,
      true,
    ]);
    expect(JSON.parse(runJson(all, null)).diagnostics.energy).not.toContain(null);
    const [none] = measuredCsv([{ ...film[0], positions: null }, all[1]])
      .split('\n')
      .slice(1);
    expect(none).toMatch(/^0,0,5,,/);
  });

  test('tables hold all digits', async () => {
    const frame = await frameOf(readSettings('n=5&time=1'), null, 10);
    const positions = frame.positions ?? matrix(0, 0);
    const [header, ...rows] = positionsCsv(positions).trim().split('\n');
    expect(header).toBe('x1,x2');
    expect(rows.map((line) => line.split(',').map(Number))).toEqual(toRows(positions));
    const [names, values] = measuredCsv([frame]).trim().split('\n');
    expect(names).toBe(
      `time,steps,particles,energy,${[1, 2, 3, 4, 5, 6, 7, 8].map((k) => `fourier_modes_${k}`)}`,
    );
    const modes = frame.measured?.values.fourier_modes;
    expect(values.split(',').map(Number)).toEqual([
      ...[1, 10, 5, frame.measured?.values.energy],
      ...(Array.isArray(modes) ? modes : []),
    ]);
    const run = JSON.parse(runJson([frame], null));
    expect(run.positions).toEqual([toRows(positions)]);
    expect(run.times).toEqual([1]);
    expect(run.diagnostics.energy).toEqual([frame.measured?.values.energy]);
    const { saveAt: _, ...settings } = run.settings;
    expect(() => simulationSettings(settings)).not.toThrow();
  });
});
