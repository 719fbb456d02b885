/** Layers with weights of their own in m steps: effects, cells and judgement against runs of schedules, one by one. */
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import type { LanguageModel } from '../../src/language/model.ts';
import { modelDepthLimit } from '../../src/limits/depth/model-depth.ts';
import {
  type NetworkDepthLimit,
  type NetworkDepthOptions,
  networkDepthLimit,
  type RefinedEffect,
  refinementWork,
} from '../../src/limits/depth/network-depth.ts';
import { networkDepthReport } from '../../src/limits/depth/network-report.ts';
import { loadOperation } from '../../src/operations/catalogue.ts';
import type { Stage, Steps } from '../../src/pretrained/schedule.ts';
import { folderOf, plainOf, single, textOf } from '../host/pretrained-folder.ts';
import { randomModel } from '../language/random-model.ts';

const CLOSE = { absolute: 1e-11, relative: 1e-9 };

/** A fixture in double precision, and a text of it. */
function given(name: string): { model: LanguageModel; text: string } {
  const { ids } = plainOf(name);
  const plain = readModel(folderOf(name), { precision: 'float64' });
  if (!plain.masks) return { model: plain, text: textOf(ids) };
  const place = single(ids);
  const model = readModel(folderOf(name, ids[place]), { precision: 'float64' });
  return { model, text: textOf(ids, place) };
}

/** What a run of stages does, by itself. */
function effectOf({ model, text }: ReturnType<typeof given>, schedule: Stage[]): RefinedEffect {
  const layout = model.layOut(text);
  const [own, changed] = [undefined, schedule].map((stages) => {
    const { frames } = model.run(layout, { schedule: stages });
    return frames[frames.length - 1].positions;
  });
  const [n, d] = own.shape;
  const row = (x: Float64Array, i: number) => x.slice(i * d, (i + 1) * d);
  const length = (x: Float64Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  let [angle, distance] = [0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [row(changed.data, i), row(own.data, i)];
    const cosine = a.reduce((sum, value, c) => sum + value * b[c], 0) / (length(a) * length(b));
    angle += Math.acos(Math.min(1, cosine)) / n;
    distance += length(a.map((value, c) => value - b[c])) / length(b) / n;
  }
  if (!model.reads) return { kl: null, answer: null, angle, distance };
  const [p, q] = [own, changed].map(({ data }) =>
    model.tokenProbabilities(row(data, layout.readAt)),
  );
  const kl = p.reduce((sum, value, k) => sum + value * Math.log(value / q[k]), 0);
  const best = q.indexOf(Math.max(...q));
  return { kl, answer: model.tokenizer.decode([best]), angle, distance };
}

function expectEffect(found: RefinedEffect, wanted: RefinedEffect): void {
  expect(found.answer).toBe(wanted.answer);
  if (wanted.kl === null) expect(found.kl).toBeNull();
  else expect([found.kl]).toBeAllClose([wanted.kl], CLOSE);
  expect([found.distance]).toBeAllClose([wanted.distance], CLOSE);
  // an arc cosine near 1 has half of the digits
  expect([found.angle]).toBeAllClose([wanted.angle], { absolute: 1e-7 });
}

const STEPS: Readonly<Record<string, (m: number) => Steps>> = {
  attention: (m) => ({ attention: m }),
  mlp: (m) => ({ mlp: m }),
  both: (m) => ({ attention: m, mlp: m }),
  together: (m) => ({ attention: m, mlp: m, together: true }),
};

/** Every layer, those of the list in steps. */
const refining = (limit: NetworkDepthLimit, layers: readonly number[], part: string, m: number) =>
  Array.from({ length: limit.depth }, (_, k): Stage => {
    const own = layers.includes(k + 1) ? STEPS[part](m) : {};
    return { layer: k + 1, ...own };
  });

describe.each([
  ['llama', {}],
  ['gemma3', { parts: ['attention', 'together'] }],
  ['gpt-neox', {}],
  ['bert', {}],
  ['albert-groups', { layers: [2, 3] }],
  ['llama-headless', { layers: [1] }],
] as [string, NetworkDepthOptions][])('%s', (name, options) => {
  it('every effect and cell is that of a run by itself', async () => {
    const own = given(name);
    const limit = await networkDepthLimit(own.model, own.text, {
      steps: [1, 3, 2],
      alone: 4,
      ...options,
    });
    expect(limit.steps).toEqual([1, 2, 3]);
    for (const { part, effects, angles, distances } of limit.parts)
      for (const [k, m] of limit.steps.entries()) {
        expectEffect(effects[k], effectOf(own, refining(limit, limit.layers, part, m)));
        expect(angles[k]).toHaveLength(limit.depth + 1);
        expect(distances[k].at(-1)).toBe(effects[k].distance);
        if (m === 1)
          expect(effects[k]).toMatchObject({ distance: 0, kl: own.model.reads ? 0 : null });
      }
    const cells = limit.layers.flatMap((layer) => limit.parts.map(({ part }) => [layer, part]));
    expect(limit.matrix.cells.map(({ layer, part }) => [layer, part])).toEqual(cells);
    for (const { layer, part, ...effect } of limit.matrix.cells)
      expectEffect(effect, effectOf(own, refining(limit, [layer], part, 4)));
  });
});

describe('what is taken in steps where nothing is said', () => {
  it.each([
    ['llama', ['attention', 'mlp', 'both']],
    ['gpt-neox', ['attention', 'mlp', 'together']],
    ['bert', ['attention', 'mlp', 'both']],
  ])('%s: %j', async (name, parts) => {
    const { model, text } = given(name);
    const limit = await networkDepthLimit(model, text, { steps: [2], alone: 2 });
    expect(limit.parts.map(({ part }) => part)).toEqual(parts);
  });
});

/** What the parts of all layers add, times factors. */
function scaleAdded({ network }: LanguageModel, attention: number, mlp: number): void {
  for (const { output, down } of network!.weights.layers)
    for (const [{ weight }, factor] of [
      [output, attention],
      [down, mlp],
    ] as const)
      for (let i = 0; i < weight.data.length; i++) weight.data[i] *= factor;
}

describe('convergence', () => {
  it('small steps settle with order 1', async () => {
    const { model, text } = given('llama');
    scaleAdded(model, 0.1, 0.1);
    const { parts } = await networkDepthLimit(model, text, { steps: [4, 8, 16, 32, 64] });
    for (const { settling } of parts) {
      expect(settling.converges).toBe(true);
      expect(settling.order.order).toBeCloseTo(1, 1);
    }
  });

  it('steps that are too large do not, and the report says so', async () => {
    const { model, text } = given('llama');
    scaleAdded(model, 1, 3000);
    const limit = await networkDepthLimit(model, text, { steps: [2, 4, 8, 16], parts: ['mlp'] });
    expect(limit.parts[0].settling.converges).toBe(false);
    const { findings } = networkDepthReport(limit);
    expect(findings.join('\n')).toContain('MLP: does not converge up to m = 16');
  });

  it('few numbers of steps say nothing', async () => {
    const { model, text } = given('llama');
    const limit = await networkDepthLimit(model, text, { steps: [2, 3, 5], parts: ['mlp'] });
    const { findings } = networkDepthReport(limit);
    expect(findings.join('\n')).toContain('3 numbers of steps say nothing of convergence');
    expect(limit.parts[0].settling.order).toMatchObject({ order: null });
  });
});

describe('what is refused', () => {
  it.each<[string, NetworkDepthOptions, string]>([
    ['llama', { layers: [4] }, 'layer 4 is not there: this Llama has layers 1 to 3'],
    ['llama', { layers: [0] }, 'expected a list of layers from 1 on'],
    ['llama', { layers: [] }, 'layers'],
    ['llama', { steps: [0] }, 'expected a whole number from 1 to 64'],
    ['llama', { steps: [65] }, 'expected a whole number from 1 to 64'],
    ['llama', { alone: 0 }, 'expected a whole number from 1 to 64'],
    ['llama', { parts: ['heads' as 'mlp'] }, 'expected names of attention, mlp, both, together'],
    ['gpt-neox', { parts: ['both'] }, 'read the same input'],
    ['bert', { parts: ['together'] }, 'has a norm between attention and MLP'],
  ])('%s %j', async (name, options, said) => {
    const { model, text } = given(name);
    await expect(modelDepthLimit(model, text, options)).rejects.toThrow(said);
  });

  it('options of the other kind of model, by name', async () => {
    const { model, text } = given('llama');
    await expect(modelDepthLimit(model, text, { depths: [4] })).rejects.toThrow(
      'option depths is for a flow that is cut into layers',
    );
    await expect(modelDepthLimit(randomModel(1), 'Das __', { steps: [4] })).rejects.toThrow(
      'option steps is for layers with weights of their own',
    );
  });

  it('a flow, which has no layers of its own', async () => {
    await expect(networkDepthLimit(randomModel(1), 'Das __')).rejects.toThrow('is a flow');
  });
});

it('the work of a request grows as its layers, cells and steps do', () => {
  const { model } = given('llama');
  const network = model.network!;
  const work = (options: NetworkDepthOptions) => refinementWork(network, options);
  const once = work({ steps: [1], alone: 1, parts: ['attention'], layers: [3] });
  const [{ query, key, value, output, gate, up, down }] = network.weights.layers;
  const size = (maps: (typeof gate)[]) =>
    maps.reduce((sum, map) => sum + (map?.weight.data.length ?? 0), 0);
  const [attention, mlp] = [size([query, key, value, output]), size([gate, up, down])];
  // every layer of the one run, and the last layer of the one cell
  expect(once).toBe(4 * (attention + mlp));
  expect(work({ steps: [1], alone: 1, parts: ['attention'], layers: [1] })).toBe(
    6 * (attention + mlp),
  );
  expect(work({ steps: [5], alone: 1, parts: ['attention'], layers: [3] })).toBe(
    once + 4 * attention,
  );
});

it('a server takes no request that would keep others waiting', async () => {
  const { model, text } = given('llama');
  const record = await loadOperation('limit', 'depth');
  const options = record.served instanceof Object ? record.served.parse({}) : {};
  expect(() => record.admit?.(options, { model, text })).not.toThrow();
  const network = model.network!;
  const [layer] = network.weights.layers;
  const { up } = layer;
  // as many numbers as a large model has
  const large = { ...up, weight: { ...up.weight, data: { length: 1e9 } } };
  const layers = [{ ...layer, up: large }];
  const deep = { ...network, weights: { ...network.weights, layers } };
  const larger = Object.create(model, { network: { value: deep } });
  expect(() => record.admit?.({ ...options, layers: [1] }, { model: larger, text })).toThrow(
    'ask for fewer steps, parts or layers',
  );
});
