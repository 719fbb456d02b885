/**
 * What has to be the same bits in every version of Node and in every browser, as one hash for each kind of
 * result. `node bench/portable.js` runs it in other engines, tests/web/simulation.test.ts in Chromium.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { diagnostics } from '../../src/diagnostics/catalogue.ts';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import { simulate } from '../../src/flow/simulation.ts';
import type { SimulationOptions } from '../../src/flow/simulation-settings.ts';
import { drawStart, starts } from '../../src/geometry/catalogue.ts';
import { schemes } from '../../src/integrators/schemes.ts';
import { densityLimit } from '../../src/limits/mean-field/density.ts';
import * as elementary from '../../src/numerics/elementary.ts';
import { once } from '../../src/numerics/once.ts';
import { random } from '../../src/numerics/random.ts';
import { resultToJson } from '../../src/numerics/result-json.ts';
import { wassersteinOnCircle } from '../../src/transport/circle.ts';
import { wassersteinOnLine } from '../../src/transport/line.ts';
import { sinkhornDivergence } from '../../src/transport/sinkhorn.ts';

const { hypot, ...functions } = elementary;

/** Twenty thousand arguments a function: of every size, then near 1. */
function elementaryValues(): Float64Array[] {
  const { uniform } = random(11);
  const sizes = Array.from(
    { length: 10_000 },
    () => (uniform() - 0.5) * elementary.pow(2, 40 * uniform() - 20),
  );
  const near = Array.from({ length: 10_000 }, () => 2 * uniform());
  const x = [...sizes, ...near];
  const pairs = x.map((value, i) => hypot([value, x[(i + 1) % x.length]]));
  const each = Object.entries(functions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, apply]: [string, (x: number, y: number) => number]) =>
      x.map((value, i) => apply(value, x[(i + 7) % x.length])),
    );
  return [pairs, ...each].map((values) => Float64Array.from(values));
}

/** Positions of all frames, and the diagnostics that are asked for, whose digits JSON writes in full. */
async function simulated(options: SimulationOptions): Promise<unknown[]> {
  const { frames } = await simulate({ n: 16, time: 1, threads: 1, diagnostics: [], ...options });
  return frames.flatMap(({ time, positions, diagnostics }) => [time, positions.data, diagnostics]);
}

function transported(): unknown[] {
  const { uniform, gaussian } = random(5);
  const [a, b] = [0, 1].map(() => ({
    values: Array.from({ length: 30 }, gaussian),
    masses: Array.from({ length: 30 }, () => 0.1 + uniform()),
  }));
  const [x, y] = [a, b].map(({ values, masses }) => ({
    points: { rows: 10, columns: 3, data: Float64Array.from(values) },
    masses: masses.slice(0, 10),
  }));
  return [
    ...[1, 2, 3.5].flatMap((p) => [wassersteinOnLine(a, b, p), wassersteinOnCircle(a, b, p)]),
    sinkhornDivergence(x, y, { epsilon: 0.1 }),
  ];
}

const NOISE: SimulationOptions = { dynamics: 'noisy', scheme: 'heun', parameters: { kappa: 4 } };
const STRONG: SimulationOptions = { n: 64, parameters: { beta: 4 }, diagnostics: ['energy'] };

/** Between them they define every diagnostic: on the circle, on the sphere with radii and masses, off it. */
const MEASURED: readonly SimulationOptions[] = [
  { d: 2 },
  { d: 3, dynamics: 'normalised', masses: Array.from({ length: 16 }, (_, i) => 1 + i) },
  { d: 3, dynamics: 'no_projection' },
];

const measured = once(() =>
  Promise.all(
    MEASURED.map(async (options) => {
      const { frames } = await simulate({ n: 16, time: 1, threads: 1, ...options });
      return frames;
    }),
  ),
);

type Make = () => unknown | Promise<unknown>;

/** A kind for each entry of a catalogue, so that a new one changes none of the others. */
const named = <T extends { readonly name: string }>(
  kind: string,
  entries: readonly T[],
  make: (entry: T) => unknown,
): Record<string, Make> =>
  Object.fromEntries(entries.map((entry) => [`${kind} ${entry.name}`, () => make(entry)]));

const KINDS: Record<string, Make> = {
  'elementary functions': elementaryValues,
  'random numbers': () => {
    const { gaussian, uniform } = random(1, 2);
    return Float64Array.from({ length: 10_000 }, (_, i) => (i % 3 === 0 ? uniform() : gaussian()));
  },
  ...named('start', starts, (start) =>
    drawStart(start, {}, { n: 12, d: start.dimension ?? 16, seed: 3 }),
  ),
  ...named('dynamics', dynamics, ({ name, dimension }) =>
    simulated({ dynamics: name, d: dimension ?? 3 }),
  ),
  ...named('diagnostic', diagnostics, async ({ name }) =>
    (await measured()).map((frames) => frames.map((frame) => frame.diagnostics[name])),
  ),
  ...named('scheme', schemes, ({ name }) => simulated({ scheme: name, ...STRONG })),
  noise: () => simulated({ ...NOISE, step: 0.05 }),
  merging: () =>
    simulated({ ...STRONG, scheme: 'dopri5', time: 8, merge: 0.05, saveAt: 'log:0.01:8:9' }),
  'engine reference': () => simulated({ ...STRONG, engine: 'reference' }),
  'engine wasm': () => simulated({ ...STRONG, engine: 'wasm' }),
  'engine wasm in float32': () => simulated({ ...STRONG, engine: 'wasm', precision: 'float32' }),
  'engine spectral': () => simulated({ ...STRONG, engine: 'spectral' }),
  'limit of infinitely many': async () => resultToJson(await densityLimit({ times: [0, 1] })),
  transport: transported,
};

/** JSON writes all digits of a number (not the sign of 0), but typed arrays as objects. */
const plain = (_: string, value: unknown) =>
  ArrayBuffer.isView(value) ? [...(value as Float64Array)] : value;

/** The hash of every kind, in hexadecimal. */
export async function portableDigests(): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const [kind, make] of Object.entries(KINDS)) {
    const text = JSON.stringify(await make(), plain);
    digests[kind] = bytesToHex(sha256(new TextEncoder().encode(text)));
  }
  return digests;
}
