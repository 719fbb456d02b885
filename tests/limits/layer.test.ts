/** A layer alone: what it tends to where that is known, and as other runs of the same network have it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import type { LanguageModel } from '../../src/language/model.ts';
import {
  follow,
  type LayerFlowOptions,
  layerFlow,
  layerFlowSchema,
  type Mover,
} from '../../src/limits/layer/layer.ts';
import { layerReport } from '../../src/limits/layer/report.ts';
import { norm } from '../../src/numerics/vectors.ts';
import { writeRandomModel } from '../host/model-folder.ts';
import { folderOf } from '../host/pretrained-folder.ts';

const asked = (options: LayerFlowOptions) => layerFlowSchema.parse(options);

/** Tokens in the plane, by a velocity on each. */
function planar(of: (x: number, y: number) => [number, number]): Mover {
  const velocity = (x: Float64Array) => {
    const out = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += 2) out.set(of(x[i], x[i + 1]), i);
    return out;
  };
  return { velocity, once: (x) => velocity(x).map((v, i) => x[i] + v), width: 2 };
}

const START = Float64Array.of(1, 0, 0.2, 0.9);
const tends = (of: (x: number, y: number) => [number, number], options: LayerFlowOptions = {}) =>
  follow(planar(of), START, asked({ time: 50, tolerance: 1e-8, ...options }));

describe('what it tends to', () => {
  it('is a fixed point where all decays', () => {
    const { attractor, time, ended } = tends((x, y) => [1 - x, 2 - y]);
    expect([attractor.kind, time, ended]).toEqual(['fixed point', 50, true]);
  });

  it('is periodic on circles, with their period', () => {
    const { attractor } = tends((x, y) => [-0.5 * y, 0.5 * x]);
    expect(attractor.kind).toBe('periodic');
    expect(attractor.returned?.period).toBeCloseTo(4 * Math.PI, 5);
    expect(attractor.returned?.residual).toBeLessThan(1e-5);
  });

  it('is the cycle of a Van der Pol oscillator, whatever the start', () => {
    const { attractor } = tends((x, y) => [y, (1 - x * x) * y - x], { time: 100 });
    expect(attractor.kind).toBe('periodic');
    // Urabe (1960): the period for μ = 1
    expect(attractor.returned?.period).toBeCloseTo(6.6632868593, 4);
  });

  it('is not decided on a slow spiral, and the way back is told', () => {
    const { attractor } = tends((x, y) => [-0.01 * x - y, x - 0.01 * y], { settled: 1e-2 });
    expect(attractor.kind).toBe('not decided');
    // nearer by e^{−0.02π} a turn, and 2 away in between; the best of all turns is the last
    expect(attractor.returned?.residual).toBeGreaterThan(0.01);
  });

  it('is growth, along rays where directions rest', () => {
    expect(tends(() => [3, 4]).attractor.kind).toBe('growing along rays');
    const outward = tends((x, y) => [0.1 * x - y, x + 0.1 * y], { time: 20 });
    expect(outward.attractor.kind).toBe('growing');
    // cos = 0.1 / √1.01
    expect(outward.attractor.motion.turning).toBeCloseTo(1 / Math.sqrt(1.01), 9);
  });

  it('is a cycle of a map with its length, of a fixed one none', () => {
    const turn =
      (angle: number) =>
      (x: number, y: number): [number, number] => [
        Math.cos(angle) * x - Math.sin(angle) * y - x,
        Math.sin(angle) * x + Math.cos(angle) * y - y,
      ];
    const { attractor } = tends(turn((2 * Math.PI) / 7), { scheme: 'layer' });
    expect(attractor).toMatchObject({ kind: 'periodic', returned: { period: 7 } });
    expect(tends((x, y) => [-x / 2, 1 - y], { scheme: 'layer' }).attractor.kind).toBe(
      'fixed point',
    );
    // an irrational turn comes back never
    expect(tends(turn(1), { scheme: 'layer' }).attractor.kind).toBe('not decided');
  });
});

it('holds its clusters against chance', () => {
  // directions come to 0 or π/2: θ̇ = −sin 4θ
  const gather = planar((x, y) => {
    const speed = -Math.sin(4 * Math.atan2(y, x));
    return [-speed * y, speed * x];
  });
  const angles = [-0.6, -0.3, -0.1, 0.2, 0.55, 0.9, 1.2, 1.5, 1.8, 2.1];
  const start = Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
  const { frames, clusters } = follow(gather, start, asked({ time: 20, tolerance: 1e-8 }));
  const end = frames[frames.length - 1];
  expect(clusters.end).toHaveLength(2);
  expect(end.chance).toMatchObject({ count: 2, unusual: 1 / 21 });
  expect(end.chance?.to).toBeCloseTo(Math.PI / 2, 6);
  expect(frames[0].chance?.unusual).toBeGreaterThan(0.05);
  const again = follow(gather, start, asked({ time: 20, surrogates: 0 }));
  expect(again.frames[0].chance).toMatchObject({ chance: null, unusual: null });
  // two tokens have no clusters between them
  expect(follow(gather, START, asked({ time: 1 })).frames[0].chance).toBeNull();
});

it('is given up with time, reason and what was reached', () => {
  // ẋ = x² from 1 is infinite at time 1
  const singular = tends((x, y) => [x * x, -y], { time: 2 });
  expect(singular.ended).toBe(false);
  expect(singular.time).toBeCloseTo(1, 3);
  expect(singular.reason).toMatch(/at time 0\.99|after time 0\.99|at time 1\.0/);
  expect(singular.attractor.kind).toBe('not decided');
  expect(singular.frames.at(-1)?.time).toBe(singular.time);
  const few = tends((x, y) => [-1e4 * x, y], { time: 20, maximumSteps: 50 });
  expect(few).toMatchObject({ ended: false, attractor: { kind: 'not decided' } });
  expect(few.steps + few.rejected).toBe(50);
  expect(few.reason).toMatch(/expected at most 50/);
  expect(few.time).toBeGreaterThan(0);
  const infinite = tends((x, y) => [x * x, y], { scheme: 'layer' });
  expect(infinite).toMatchObject({ ended: false });
  expect(infinite.reason).toMatch(/values that are not finite/);
  expect(infinite.frames.at(-1)?.norms.most).toBeLessThan(Number.POSITIVE_INFINITY);
});

const TEXT = 'w3 w7 w5 w9';

describe.each(['llama', 'gemma3', 'gpt-neox', 'albert', 'bert'])('a layer of %s', (name) => {
  let model: LanguageModel;
  beforeAll(() => {
    model = readModel(folderOf(name), { precision: 'float64' });
  });
  const network = () => model.network!;

  it('repeated is what a schedule repeats', () => {
    const { frames } = layerFlow(model, TEXT, { layer: 2, scheme: 'layer', time: 3, moments: 3 });
    const ids = model.layOut(TEXT).tokens.map(({ id }) => id);
    const { states } = network().run(ids, {
      schedule: [{ layer: 1 }, { layer: 2 }, { layer: 2 }, { layer: 2 }],
    });
    const { width } = network().architecture;
    const lengths = (k: number) =>
      ids.map((_, i) => norm(states[k].data.subarray(i * width, (i + 1) * width)));
    for (const { time, norms } of frames) {
      expect(norms.most).toBeCloseTo(Math.max(...lengths(1 + time)), 10);
      expect(norms.least).toBeCloseTo(Math.min(...lengths(1 + time)), 10);
    }
    expect(frames.map(({ time }) => time)).toEqual(
      [0, 1, 2, 3].filter((t) => frames.some((f) => f.time === t)),
    );
    expect(frames.at(-1)?.time).toBe(3);
  });

  it('flows as many small steps of its parts do', () => {
    const { frames } = layerFlow(model, TEXT, { layer: 1, time: 1, moments: 2, tolerance: 1e-9 });
    const ids = model.layOut(TEXT).tokens.map(({ id }) => id);
    const { states } = network().run(ids);
    const { velocity, advanced } = network().layersFor(ids.length);
    const post = network().architecture.placement === 'post';
    const { shape } = states[0];
    const field = (data: Float64Array) => {
      if (post) return advanced({ shape, data }, 1, [{}]).data.map((value, i) => value - data[i]);
      const [a, m] = (['attention', 'mlp'] as const).map(
        (part) => velocity(1, part, { shape, data }).data,
      );
      return a.map((value, i) => value + m[i]);
    };
    // the midpoint rule in 400 steps: an error of order 1e-6
    let x = Float64Array.from(states[0].data);
    for (let k = 0; k < 400; k++) {
      const half = field(x).map((v, i) => x[i] + v / 800);
      const v = field(Float64Array.from(half));
      x = x.map((value, i) => value + v[i] / 400);
    }
    const { width } = network().architecture;
    const most = Math.max(...ids.map((_, i) => norm(x.subarray(i * width, (i + 1) * width))));
    expect(frames.at(-1)?.norms.most).toBeCloseTo(most, 4);
  });

  it('moves by one part alone where asked', () => {
    const { frames } = layerFlow(model, TEXT, {
      part: 'mlp',
      scheme: 'layer',
      time: 1,
      moments: 2,
    });
    const ids = model.layOut(TEXT).tokens.map(({ id }) => id);
    const { states } = network().run(ids, { schedule: [{ layer: 1, attention: 0 }] });
    expect(frames.at(-1)?.norms.most).toBeCloseTo(
      Math.max(...ids.map((_, i) => norm(rowOf(states[1].data, i, network().architecture.width)))),
      10,
    );
  });
});

const rowOf = (data: ArrayLike<number>, i: number, width: number) =>
  Float64Array.from({ length: width }, (_, c) => data[i * width + c]);

describe('of ALBERT', () => {
  it('all tokens become one that goes round for ever', () => {
    const model = readModel(folderOf('albert'), { precision: 'float64' });
    const flow = layerFlow(model, TEXT, { time: 200, tolerance: 1e-6 });
    expect(flow.velocity).toBe('layer(x) − x');
    expect([flow.clusters.start.length, flow.clusters.end]).toEqual([4, [[0, 1, 2, 3]]]);
    expect(flow.attractor.kind).toBe('periodic');
    expect(flow.attractor.returned?.period).toBeCloseTo(10.62, 1);
    expect(flow.frames.at(-1)?.cosine).toBeCloseTo(1, 6);
    expect(layerReport(flow).findings.join('\n')).toMatch(/periodic: .*closest return after 10\.6/);
  });
});

describe('is refused', () => {
  const model = () => readModel(folderOf('llama'));
  it.each<[string, LayerFlowOptions, string, RegExp]>([
    [
      'a layer that is not there',
      { layer: 9 },
      'layer',
      /layer 9 is not there: this Llama has layers 1 to 3/,
    ],
    [
      'a part that is not there',
      { part: 'head' as 'mlp' },
      'part',
      /expected one of both, attention, mlp/,
    ],
    ['no time', { time: 0 }, 'time', /expected a time above 0/],
    ['layer 0', { layer: 0 }, 'layer', /whole number from 1/],
    [
      'a tolerance beyond float32',
      { tolerance: 1e-8 },
      'tolerance',
      /finer than what float32 computes/,
    ],
  ])('%s', (_, options, field, message) => {
    expect(() => layerFlow(model(), TEXT, options)).toThrow(
      expect.objectContaining({ field, message: expect.stringMatching(message) }),
    );
  });

  it('of a flow', () => {
    const flow = readModel(writeRandomModel(folderOf('llama', 5).replace(/[^/]*$/, 'flow')));
    expect(() => layerFlow(flow, 'Anna mag __')).toThrow(/needs layers with weights of their own/);
  });
});

it('of one token has no pairs', () => {
  const { frames, clusters } = layerFlow(readModel(folderOf('llama')), 'w3', { time: 2 });
  expect(frames[0].cosine).toBeNull();
  expect(clusters.end).toEqual([[0]]);
  expect(
    layerReport(layerFlow(readModel(folderOf('llama')), 'w3', { time: 2 })).figure.panels,
  ).toHaveLength(2);
});
