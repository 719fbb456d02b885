/** Schedules: which blocks a run takes and in how many steps, against plain loops and exchanged checkpoints. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readNetwork } from '../../src/host/pretrained.ts';
import type { Norm, Tensor } from '../../src/pretrained/arithmetic.ts';
import { type Network, openNetwork } from '../../src/pretrained/network.ts';
import { PRECISIONS } from '../../src/pretrained/precision.ts';
import { readHeader, type TensorEntry } from '../../src/pretrained/safetensors.ts';
import type { Stage, Steps } from '../../src/pretrained/schedule.ts';
import { configOf, fixtureFolder, sourceOf } from './fixtures.ts';

const IDS = [3, 17, 5, 22, 9, 30, 11, 2];
const n = IDS.length;
const open = (name: string, precision: Network['precision'] = 'float64'): Network =>
  readNetwork(fixtureFolder(name), { precision });
const CLOSE = { absolute: 1e-12, relative: 1e-12 };

const depthOf = ({ architecture }: Network) => architecture.layers.length;
const everyLayer = (network: Network): Stage[] =>
  Array.from({ length: depthOf(network) }, (_, k) => ({ layer: k + 1 }));

/** A norm as its equation says it. */
function norm(x: Tensor, { kind, gain, bias, epsilon }: Norm): Tensor {
  const d = gain.length;
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < data.length; i += d) {
    const row = Array.from(x.data.subarray(i, i + d));
    const mean = kind === 'layer' ? row.reduce((a, b) => a + b) / d : 0;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / d;
    row.forEach((value, c) => {
      data[i + c] = ((value - mean) / Math.sqrt(variance + epsilon)) * gain[c] + (bias?.[c] ?? 0);
    });
  }
  return { shape: x.shape, data };
}

const plus = (x: Tensor, y: Tensor, h: number): Tensor => ({
  shape: x.shape,
  data: Float64Array.from(x.data, (value, i) => value + h * y.data[i]),
});

/** A layer in steps, as Steps says it, one after the other. */
function plainly(network: Network, x: Tensor, layer: number, steps: Steps): Tensor {
  const { placement, residual } = network.architecture;
  const weights = network.weights.layers[layer - 1];
  const { velocity } = network.layersFor(n);
  const attention = (y: Tensor) => velocity(layer, 'attention', y);
  const mlp = (y: Tensor) => velocity(layer, 'mlp', y);
  const { attention: a = 1, mlp: m = 1, together = false } = steps;
  let y = x;
  if (together) {
    for (let k = 0; k < a; k++) {
      const start = y;
      y = plus(y, attention(y), 1 / a);
      y = plus(y, mlp(residual === 'parallel' ? start : y), 1 / a);
    }
    return y;
  }
  for (let k = 0; k < a; k++) y = plus(y, attention(y), 1 / a);
  if (placement === 'post') y = norm(y, weights.attentionNorm!);
  if (residual === 'parallel') {
    let z = x;
    for (let k = 0; k < m; k++) z = plus(z, mlp(z), 1 / m);
    y = plus(y, plus(z, x, -1), 1);
  } else for (let k = 0; k < m; k++) y = plus(y, mlp(y), 1 / m);
  return placement === 'post' ? norm(y, weights.mlpNorm) : y;
}

/** Pre-norm, sandwich norms, parallel residuals, post-norm, shared layers, a window, learned positions. */
const KINDS = ['llama', 'gemma3', 'gpt-neox', 'bert', 'albert-groups', 'modernbert', 'gpt2'];

describe.each(KINDS)('%s', (name) => {
  const network = open(name);
  const { states, attentions, parts } = network.run(IDS, { attentions: true, parts: true });
  const postNorm = network.architecture.placement === 'post';

  it('every layer once is the network, bit for bit', () => {
    for (const precision of PRECISIONS) {
      const own = open(name, precision);
      const schedule = everyLayer(own).map((stage) => ({ ...stage, attention: 1, mlp: 1 }));
      const plain = own.run(IDS, { attentions: true, parts: true });
      const run = own.run(IDS, { attentions: true, parts: true, schedule });
      expect(run).toEqual(plain);
    }
  });

  it('the velocities of its parts are what they add', () => {
    const { residual } = network.architecture;
    const { velocity } = network.layersFor(n);
    for (const [k, part] of parts.entries()) {
      const weights = network.weights.layers[k];
      const x = states[k];
      const middle = { shape: x.shape, data: part.data.slice(0, x.data.length) };
      const attended = plus(x, velocity(k + 1, 'attention', x), 1);
      const read = residual === 'parallel' ? x : middle;
      const moved = plus(middle, velocity(k + 1, 'mlp', read), 1);
      const [first, second] = postNorm
        ? [norm(attended, weights.attentionNorm!), norm(moved, weights.mlpNorm)]
        : [attended, moved];
      expect(first.data).toBeAllClose(middle.data, CLOSE);
      expect(second.data).toBeAllClose(states[k + 1].data, CLOSE);
    }
  });

  const cuts: Steps[] = [
    { attention: 4 },
    { mlp: 3 },
    { attention: 2, mlp: 5 },
    { attention: 0 },
    { mlp: 0 },
    ...(postNorm ? [] : [{ attention: 3, mlp: 3, together: true }]),
  ];

  it('steps of parts are plain loops over their velocities', () => {
    for (const steps of cuts) {
      const schedule = everyLayer(network).map((stage) => ({ ...stage, ...steps }));
      const run = network.run(IDS, { schedule });
      let x = states[0];
      for (const [k, state] of run.states.slice(1).entries()) {
        x = plainly(network, x, k + 1, steps);
        expect(state.data).toBeAllClose(x.data, CLOSE);
      }
    }
  });

  it.each(PRECISIONS)(
    'texts that run together are each as alone, bit for bit, in %s',
    (precision) => {
      const own = open(name, precision);
      const frames = own.run(IDS).states;
      const texts = [frames[0], frames[1], frames[0], frames[frames.length - 1]];
      const numbers = texts.flatMap(({ data }) => [...data]);
      const data =
        precision === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers);
      const all = { shape: [texts.length * n, texts[0].shape[1]], data };
      for (let layer = 1; layer <= depthOf(own); layer++) {
        const steps = [cuts[0], {}, cuts[1], cuts[cuts.length - 1]];
        const together = own.layersFor(n).advanced(all, layer, steps);
        const alone = texts.flatMap((text, t) => [
          ...own.layersFor(n).advanced(text, layer, [steps[t]]).data,
        ]);
        expect([...together.data]).toEqual(alone);
        expect(own.layersFor(n).advanced(frames[layer - 1], layer, [{}])).toEqual(frames[layer]);
      }
    },
  );

  it('a part that is left out hears nobody, or says nothing', () => {
    const [first] = network.run(IDS, {
      attentions: true,
      schedule: [{ layer: 1, attention: 0 }],
    }).attentions;
    expect(first.shape).toEqual(attentions[0].shape);
    expect(first.data.every((value) => value === 0)).toBe(true);
    const silent = network.run(IDS, { schedule: [{ layer: 1, attention: 0, mlp: 0 }] }).states;
    const { attentionNorm, mlpNorm } = network.weights.layers[0];
    const wanted = postNorm ? norm(norm(states[0], attentionNorm!), mlpNorm) : states[0];
    expect(silent[1].data).toBeAllClose(wanted.data, CLOSE);
  });
});

/** A fixture whose file and config have two of its layers in each other's place. */
function exchanged(name: string, prefix: string, [a, b]: readonly [number, number]): Network {
  const config = structuredClone(configOf(name));
  const types = config.layer_types;
  if (Array.isArray(types)) [types[a - 1], types[b - 1]] = [types[b - 1], types[a - 1]];
  const bytes = readFileSync(join(fixtureFolder(name), 'model.safetensors'));
  const { entries } = readHeader(sourceOf(bytes));
  const places = new Map([
    [`${prefix}${a - 1}.`, `${prefix}${b - 1}.`],
    [`${prefix}${b - 1}.`, `${prefix}${a - 1}.`],
  ]);
  const tensors = new Map<string, TensorEntry>();
  for (const [key, entry] of entries) {
    const from = [...places.keys()].find((place) => key.startsWith(place));
    tensors.set(from ? key.replace(from, places.get(from)!) : key, entry);
  }
  return openNetwork({ config, tensors, precision: 'float64' });
}

describe('layers in another order', () => {
  it.each([
    ['gemma3', 'model.layers.', [1, 2], [2, 1, 3]],
    ['llama', 'model.layers.', [1, 2], [2, 1]],
    ['modernbert', 'model.layers.', [2, 3], [1, 3, 2]],
  ] as const)('of %s take angles, window and weights along', (name, prefix, pair, order) => {
    const network = open(name);
    const rest = everyLayer(network).slice(order.length);
    const schedule = [...order.map((layer) => ({ layer })), ...rest];
    const { states, attentions } = network.run(IDS, { schedule, attentions: true });
    const other = exchanged(name, prefix, pair).run(IDS, { attentions: true });
    expect(states).toEqual(other.states);
    expect(attentions).toEqual(other.attentions);
    expect(states).not.toEqual(network.run(IDS).states);
  });

  it('a layer twice is its block twice, one that is left out has no frame', () => {
    const network = open('llama');
    const { states } = network.run(IDS, { schedule: [{ layer: 1 }, { layer: 1 }] });
    const once = network.layersFor(n).advanced(states[0], 1, [{}]);
    expect(states.slice(1)).toEqual([once, network.layersFor(n).advanced(once, 1, [{}])]);
    expect(network.run(IDS, { schedule: [{ layer: 2 }] }).states).toEqual([
      states[0],
      network.layersFor(n).advanced(states[0], 2, [{}]),
    ]);
  });

  it('layers alone are those of a run whose tokens stand elsewhere and see both sides', () => {
    const network = open('gemma3');
    const places = { positions: [4, 5, 6, 7, 8, 9, 10, 12], bothSides: true };
    const { states } = network.run(IDS, places);
    const layers = network.layersFor(n, places);
    for (const [k, state] of states.slice(1).entries())
      expect(layers.advanced(states[k], k + 1, [{}])).toEqual(state);
    expect(network.layersFor(n).advanced(states[0], 1, [{}])).not.toEqual(states[1]);
  });

  it('hooks act on the layer whose block it is', () => {
    const network = open('llama');
    const schedule = [{ layer: 2 }, { layer: 1, mlp: 3 }];
    const silenced = {
      mlp: (layer: number, { data }: Tensor) => void (layer === 0 && data.fill(0)),
    };
    const { states } = network.run(IDS, { schedule, hooks: silenced });
    const without = network.run(IDS, { schedule: [{ layer: 2 }, { layer: 1, mlp: 0 }] });
    expect(states).toEqual(without.states);
  });

  it.each(['llama', 'gpt2', 'gpt-neox', 'gemma3'])(
    '%s goes on from the beginning of a text in the same steps',
    (name) => {
      const network = open(name);
      const schedule = [
        { layer: 2, attention: 3 },
        { layer: 1, attention: 0 },
        { layer: 1, mlp: 2 },
      ];
      const whole = network.run(IDS, { schedule, attentions: true });
      const { kept } = network.run(IDS.slice(0, 5), { schedule });
      const rest = network.run(IDS.slice(5), { schedule, past: kept, attentions: true });
      for (const [k, { data }] of rest.states.entries())
        expect(data).toBeAllClose(whole.states[k].data.slice(-data.length), CLOSE);
      expect(rest.attentions.map(({ shape }) => shape[2])).toEqual([n, n, n]);
    },
  );
});

describe('schedules that are none', () => {
  it.each<[string, Stage[], string]>([
    ['llama', [], 'no stages'],
    ['llama', [{ layer: 0 }], 'layer 0 is not there: this Llama has layers 1 to 3'],
    ['llama', [{ layer: 1.5 }], 'layer 1.5 is not there'],
    ['llama', [{ layer: 1, attention: -1 }], '-1 steps of attention'],
    ['llama', [{ layer: 1, mlp: 0.5 }], '0.5 steps of mlp'],
    ['llama', [{ layer: 1, attention: 2, together: true }], 'as many of both'],
    ['llama', [{ layer: 1, attention: 0, mlp: 0, together: true }], 'at least one'],
    ['bert', [{ layer: 1, attention: 2, mlp: 2, together: true }], 'behind attention'],
  ])('%s %j', (name, schedule, said) => {
    expect(() => open(name).run(IDS, { schedule })).toThrow(said);
  });
});
