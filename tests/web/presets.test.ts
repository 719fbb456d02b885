/** Every preset of the Lab, and the defaults of every dynamics, run to their end: what their words promise is there. */
import { describe, expect, test } from 'vitest';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import type { SimulationFrame } from '../../src/flow/frames.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { framePlan, optionsAt } from '../../src/web/lab/options.ts';
import { presets } from '../../src/web/lab/presets.ts';
import { type LabSettings, readSettings, usualSettings } from '../../src/web/lab/settings.ts';

/** Frames at shares of the run's time. */
async function framesOf(settings: LabSettings, shares: readonly number[], finer = {}) {
  const { end } = framePlan(settings);
  const saveAt = shares.map((share) => share * end);
  const options = { ...optionsAt(settings, null), ...finer, time: end, saveAt };
  return (await simulate(options)).frames;
}

const number = ({ diagnostics }: SimulationFrame, name: string) => diagnostics[name] as number;
const mode = ({ diagnostics }: SimulationFrame, m: number) =>
  (diagnostics.fourier_modes as readonly number[])[m - 1];
const oneCluster = (frame: SimulationFrame) =>
  expect(number(frame, 'cosine_min')).toBeGreaterThan(0.99);

interface Promised {
  readonly shares: readonly number[];
  /** Other settings, which must change nothing of what is promised. */
  readonly with?: Partial<LabSettings>;
  check(...frames: readonly SimulationFrame[]): void;
}

const PROMISED: Readonly<Record<string, Promised>> = {
  metastability: {
    shares: [1e-6, 1e-3, 1],
    check(early, middle, late) {
      const counts = [early, middle, late].map(({ particles }) => particles);
      expect(counts[0]).toBeLessThan(20);
      expect(counts[0]).toBeGreaterThan(counts[2]);
      expect(counts[2]).toBeGreaterThan(1);
      expect(number(late, 'energy')).toBeGreaterThan(number(early, 'energy'));
    },
  },
  one_cluster: { shares: [0, 1], check: (_, end) => oneCluster(end) },
  mode_three: {
    shares: [0, 1],
    check(start, end) {
      expect(mode(start, 3)).toBeLessThan(0.001);
      expect(mode(end, 3)).toBeGreaterThan(0.9);
      expect(number(end, 'cluster_count')).toBe(3);
    },
  },
  causal: {
    shares: [0, 1],
    check(start, end) {
      oneCluster(end);
      const [first, same] = [start, end].map(({ positions }) => positions.data.slice(0, 2));
      expect(first).toBeAllClose(same, { absolute: 1e-12 });
    },
  },
  causal_centres: {
    shares: [0.8, 1],
    check(before, end) {
      expect(number(end, 'cluster_count')).toBeGreaterThan(3);
      expect(number(before, 'cosine_mean')).toBeLessThan(0.1);
      expect(number(end, 'cosine_mean')).toBeLessThan(0.1);
    },
  },
  kuramoto: {
    shares: [0, 0.5, 1],
    check(start, middle, end) {
      expect(number(middle, 'mean_resultant')).toBeGreaterThan(number(start, 'mean_resultant'));
      expect(number(end, 'mean_resultant')).toBeGreaterThan(0.99);
    },
  },
  repulsion: {
    shares: [0, 1],
    check(start, end) {
      expect(number(end, 'energy')).toBeLessThan(number(start, 'energy'));
      expect(number(end, 'mean_resultant')).toBeLessThan(0.001);
      expect(number(end, 'cluster_count')).toBe(60);
    },
  },
  orthonormal: {
    shares: [0.5, 1],
    check(middle, end) {
      expect(number(middle, 'cosine_min')).toBeCloseTo(number(middle, 'cosine_mean'), 10);
      oneCluster(end);
    },
  },
  random_weights: { shares: [0, 1], check: (_, end) => oneCluster(end) },
  hemisphere: { shares: [0, 1], check: (_, end) => oneCluster(end) },
  hyperplanes: {
    shares: [0, 1],
    check(_, { view }) {
      // of V's transpose: lines of equal ⟨leading, z⟩
      const leading = [0.658, 0.753];
      const places = Array.from({ length: 40 }, (_, i) => {
        const [x, y] = [view?.data[2 * i] ?? 0, view?.data[2 * i + 1] ?? 0];
        return leading[0] * x + leading[1] * y;
      });
      const lines = places.filter(
        (one, i) => !places.slice(0, i).some((o) => Math.abs(o - one) < 0.3),
      );
      expect(lines.length).toBeLessThanOrEqual(3);
    },
  },
  polytope: {
    shares: [0.5, 1],
    check(middle, end) {
      expect(number(end, 'cluster_count')).toBe(4);
      expect(number(end, 'radius_mean')).toBeCloseTo(number(middle, 'radius_mean'), 1);
    },
  },
  pre_norm: {
    shares: [0, 0.5, 1],
    check(_, middle, end) {
      expect(number(end, 'radius_mean')).toBeGreaterThan(number(middle, 'radius_mean'));
      expect(number(end, 'cosine_mean')).toBeGreaterThan(0.95);
      expect(number(end, 'cosine_mean')).toBeLessThan(0.999);
    },
  },
  noise: {
    shares: [0, 0.5, 1],
    check(...frames) {
      for (const frame of frames) expect(number(frame, 'mean_resultant')).toBeGreaterThan(0.75);
    },
  },
  svgd: {
    shares: [0, 1],
    check(_, { positions }) {
      const near = [0, 0, 0];
      for (let i = 0; i < positions.rows; i++) {
        const turn = Math.atan2(positions.data[2 * i + 1], positions.data[2 * i]) / (2 * Math.PI);
        near[Math.round((turn + 1) * 3) % 3]++;
      }
      expect(Math.min(...near)).toBeGreaterThan(25);
    },
  },
  birth_death: {
    shares: [0, 1],
    check(_, { masses }) {
      expect(Math.max(...(masses ?? []))).toBeGreaterThan(3 / 60);
    },
  },
  million: {
    shares: [0, 1],
    with: { n: 50_000 },
    check: (_, end) => expect(mode(end, 3)).toBeGreaterThan(0.8),
  },
};

describe('a preset keeps its promise:', () => {
  test.each(presets.map((one) => [one.name, one.query] as const))(
    '%s',
    { timeout: 60_000 },
    async (name, query) => {
      const promised = PROMISED[name];
      const settings = { ...readSettings(query), ...promised.with };
      promised.check(...(await framesOf(settings, promised.shares)));
    },
  );
});

test('noise below the critical κ dissolves the cluster, as the preset says', async () => {
  const { query } = presets.find(({ name }) => name === 'noise') as (typeof presets)[number];
  const settings = readSettings(query.replace('p.kappa=8', 'p.kappa=4'));
  const [start, end] = await framesOf(settings, [0, 1]);
  expect(number(start, 'mean_resultant')).toBeGreaterThan(0.8);
  expect(number(end, 'mean_resultant')).toBeLessThan(0.3);
});

/** What a run at its default step says of all particles together; who leads under hardmax changes with the step. */
const OFF: Readonly<Record<string, number>> = { hardmax: 0.1 };

describe('the defaults are what the flow does:', () => {
  const quiet = dynamics.filter(({ noise }) => noise === undefined);

  test.each(quiet.map((entry) => [entry.name, entry] as const))(
    '%s',
    { timeout: 60_000 },
    async (name, entry) => {
      const off = OFF[name] ?? 0.02;
      const settings = usualSettings(entry);
      const [[end], [finer]] = [
        await framesOf(settings, [1]),
        await framesOf(settings, [1], { step: settings.step / 5, tolerance: 1e-10 }),
      ];
      for (const what of ['cosine_mean', 'mean_resultant', 'radius_mean']) {
        const [value, right] = [number(end, what), number(finer, what)];
        if (Number.isFinite(right))
          expect(Math.abs(value - right)).toBeLessThan(off + off * Math.abs(right));
      }
    },
  );
});
