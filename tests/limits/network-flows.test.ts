/** Parts of networks as flows, and their Jacobians: against many small steps, and against matrices in full. */
import { describe, expect, it } from 'vitest';
import { readModel } from '../../src/host/models.ts';
import { modelDepthLimit } from '../../src/limits/depth/model-depth.ts';
import { networkDepthLimit } from '../../src/limits/depth/network-depth.ts';
import { networkDepthReport } from '../../src/limits/depth/network-report.ts';
import { flowedAlone, flowedTogether } from '../../src/limits/depth/part-flows.ts';
import { partJacobian } from '../../src/limits/depth/part-jacobians.ts';
import { matrix } from '../../src/numerics/matrix.ts';
import { eigenvalues, singularValues } from '../../src/numerics/spectrum.ts';
import { unitVector } from '../../src/numerics/vectors.ts';
import type { Tensor } from '../../src/pretrained/arithmetic.ts';
import type { Moved } from '../../src/pretrained/block.ts';
import type { Network, NetworkLayers } from '../../src/pretrained/network.ts';
import { PARTS, type Steps } from '../../src/pretrained/schedule.ts';
import { folderOf } from '../host/pretrained-folder.ts';
import { randomModel } from '../language/random-model.ts';

const TEXT = 'w3 w7 w5 w9';
const open = (name: string) => readModel(folderOf(name), { precision: 'float64' });
const networkOf = (name: string): Network => open(name).network!;
const IDS = [3, 7, 5, 9];

const STEPS: Readonly<Record<Moved, (m: number) => Steps>> = {
  attention: (attention) => ({ attention }),
  mlp: (mlp) => ({ mlp }),
  both: (m) => ({ attention: m, mlp: m }),
  together: (m) => ({ attention: m, mlp: m, together: true }),
};

const movedOf = ({ architecture: { placement, residual } }: Network): Moved[] => [
  ...PARTS,
  // of parallel parts m steps of the one, then m of the other are defined for schedules too
  'both',
  ...(placement === 'post' || residual === 'serial' ? [] : (['together'] as const)),
];

const idle = async () => {};

describe.each(['llama', 'gemma3', 'gpt-neox', 'bert', 'albert-groups', 'modernbert'])(
  '%s',
  (name) => {
    const network = networkOf(name);
    const { states, parts } = network.run(IDS, { parts: true });
    const layers = network.layersFor(IDS.length);

    it.each(movedOf(network))(
      'the flow of %s is what ever smaller steps tend to',
      async (moved) => {
        const { state, course } = await flowedTogether(
          layers,
          states.slice(0, 3),
          [2],
          moved,
          1e-10,
          idle,
        );
        const behind = (m: number) => layers.advanced(states[1], 2, [STEPS[moved](m)]).data;
        // errors of m steps are c/m + d/m²: taken away by those of 2m and 4m
        const [one, two, four] = [behind(100), behind(200), behind(400)];
        const limit = Float64Array.from(one, (value, i) => (value - 6 * two[i] + 8 * four[i]) / 3);
        expect(course).toMatchObject({ ended: true, givenUp: null });
        expect(course.steps).toBeGreaterThan(0);
        expect(state?.data).toBeAllClose(limit, { absolute: 2e-5, relative: 2e-5 });
      },
    );

    it.each(PARTS)('σ and λ of %s are those of the matrix', (part) => {
      const { shape, data } = states[1];
      const middle = { shape, data: parts[1].data.subarray(0, data.length) };
      const parallel = network.architecture.residual === 'parallel';
      const read = part === 'mlp' && !parallel ? middle : states[1];
      const found = partJacobian(layers, 2, part, read);
      const size = data.length;
      const { push, behind } = layers.linearised(2, part, read);
      const matrixOf = (of: (v: Float64Array) => Float64Array) => {
        const rows = Array.from({ length: size }, (_, k) => of(unitVector(k, size)));
        const out = matrix(size, size);
        for (const [k, column] of rows.entries())
          for (let i = 0; i < size; i++) out.data[i * size + k] = column[i];
        return out;
      };
      const full = matrixOf(push);
      const [sigma] = singularValues(full);
      const [lambda] = eigenvalues(full);
      expect(found.converged).toBe(true);
      expect(Math.abs(found.singularValue - sigma) / sigma).toBeLessThan(1e-6);
      expect(Math.abs(found.eigenvalue.re - lambda.re) / sigma).toBeLessThan(1e-3);
      expect(
        Math.max(found.residuals.singularValue, found.residuals.eigenvalue),
      ).toBeLessThanOrEqual(1e-4 * sigma);
      if (network.architecture.placement !== 'post') expect(found.normBehind).toBeNull();
      else {
        const [norm] = singularValues(matrixOf(behind!.push));
        expect(Math.abs((found.normBehind as number) - norm) / norm).toBeLessThan(1e-6);
      }
    });
  },
);

it('cells fly from the own frame and go on as the network does', async () => {
  const network = networkOf('llama');
  const { states } = network.run(IDS);
  const layers = network.layersFor(IDS.length);
  const found = await flowedAlone(layers, states, [1, 3], PARTS, 1e-8, idle);
  expect(found).toHaveLength(4);
  const { state } = await flowedTogether(layers, states, [1], 'mlp', 1e-8, idle);
  expect(found[1].state?.data).toBeAllClose(state!.data, { absolute: 1e-12, relative: 1e-12 });
});

it('a flow that ends nowhere is given up with layer, part, time and reason', async () => {
  const shape = [1, 2];
  const start: Tensor = { shape, data: Float64Array.of(2, -1) };
  // ẋ = x², infinite at time 1/2
  const square = ({ data }: Tensor): Tensor => ({
    shape,
    data: data.map((value) => value * value),
  });
  const layers = {
    flowed: (x, _, __, flow) => flow('mlp', square, x),
    advanced: (x: Tensor) => x,
  } as Partial<NetworkLayers> as NetworkLayers;
  const { course, state } = await flowedTogether(
    layers,
    [start, start, start],
    [2],
    'mlp',
    1e-6,
    idle,
  );
  expect(state).toBeNull();
  expect(course).toMatchObject({ ended: false, givenUp: { layer: 2, part: 'mlp' } });
  expect(course.givenUp?.time).toBeCloseTo(0.5, 3);
  expect(course.givenUp?.reason).toMatch(
    /steps became too small|not finite|expected at most 2000|collapsed/,
  );
  const cells = await flowedAlone(layers, [start, start, start], [1, 2], ['mlp'], 1e-6, idle);
  expect(cells.map(({ state: end }) => end)).toEqual([null, null]);
});

describe('limit depth', () => {
  it('tells both where asked, and neither else', async () => {
    const model = open('llama');
    const options = { steps: [2, 4], alone: 4, parts: ['attention', 'both'] as const };
    const plain = await networkDepthLimit(model, TEXT, { ...options, parts: [...options.parts] });
    expect([plain.jacobians, plain.dopri5]).toEqual([null, null]);
    const asked = { ...options, parts: [...options.parts], jacobians: true, dopri5: 1e-8 };
    const found = await networkDepthLimit(model, TEXT, asked);
    expect(found.parts).toEqual(plain.parts);
    expect(found.jacobians?.map(({ layer, part }) => `${layer} ${part}`)).toEqual(
      [1, 2, 3].flatMap((layer) => [`${layer} attention`, `${layer} mlp`]),
    );
    expect(found.dopri5?.cells.map(({ layer, part }) => `${layer} ${part}`)).toEqual(
      [1, 2, 3].flatMap((layer) => [`${layer} attention`, `${layer} both`]),
    );
    for (const { ended, effect } of found.dopri5!.parts) {
      expect(ended).toBe(true);
      expect(effect?.kl).toBeGreaterThan(0);
    }
    const report = networkDepthReport(found);
    expect(report.more?.map(({ name }) => name)).toEqual(['matrix', 'jacobians', 'dopri5']);
    expect(report.findings.join('\n')).toMatch(
      /attention: step × Lipschitz constant is above 1 in \d of 3 layers/,
    );
    expect(report.findings.join('\n')).toMatch(
      /both as flows \(dopri5, tolerance 1e-8\): \S+ nats/,
    );
  });

  it.each([
    [{ dopri5: 1e-8 }, 'dopri5', /finer than what float32 computes/],
    [{ dopri5: 1 }, 'dopri5', /expected a tolerance from 1e-8 to 0\.1/],
    [{ jacobians: 3 as unknown as boolean }, 'jacobians', /expected true or false/],
  ])('refuses %j', async (options, field, message) => {
    await expect(networkDepthLimit(readModel(folderOf('llama')), TEXT, options)).rejects.toThrow(
      expect.objectContaining({ field, message: expect.stringMatching(message) }),
    );
  });

  it('refuses them of a flow', async () => {
    for (const options of [{ jacobians: true }, { dopri5: 1e-4 }])
      await expect(modelDepthLimit(randomModel(3), 'Anna mag __', options)).rejects.toThrow(
        /is for layers with weights of their own/,
      );
  });
});
