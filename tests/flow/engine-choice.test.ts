/** Which engine auto takes, and that it says so; and that what is asked for but cannot serve is refused. */
import { describe, expect, it } from 'vitest';
import type { Interaction } from '../../src/attention/interaction.ts';
import type { FieldRequest } from '../../src/engines/field.ts';
import { chooseEngine } from '../../src/flow/engine-choice.ts';
import { simulationEngines } from '../../src/flow/engines.ts';
import { simulate } from '../../src/flow/simulation.ts';

const engines = simulationEngines();
const SOFTMAX: Interaction = {
  ...{ coupling: 'softmax', causal: false, beta: [4], weights: null, sign: 1, tie: 0 },
};

function asking(n: number, d: number, asked: Partial<FieldRequest> = {}): FieldRequest {
  return {
    ...{ interaction: SOFTMAX, n, d, precision: 'float64', accuracy: 1e-12, threads: 1 },
    ...asked,
  };
}

describe('auto', () => {
  const causal = { interaction: { ...SOFTMAX, causal: true } };
  it.each<[string, FieldRequest, string]>([
    ['few particles', asking(20, 2), 'reference'],
    ['few in float32', asking(20, 2, { precision: 'float32' }), 'wasm'],
    ['many in R^d', asking(20_000, 16), 'wasm'],
    ['many on the circle', asking(1_000, 2), 'spectral'],
    ['many on S²', asking(2_000, 3), 'spectral'],
    ['fewer on S²', asking(1_000, 3), 'wasm'],
    ['many on the circle, causal', asking(1_000, 2, causal), 'wasm'],
    ['many in the plane', asking(1_000, 2, { space: 'euclidean' }), 'wasm'],
    ['many, beyond the round-off of harmonics', asking(1_000, 2, { accuracy: 1e-15 }), 'wasm'],
  ])('%s', (_, request, name) => {
    const { engine, reason } = chooseEngine('auto', request, engines);
    expect(engine.name).toBe(name);
    expect(reason).toMatch(`${request.n} particles`);
  });

  it('takes many particles in the plane as it takes few', async () => {
    const options = { dynamics: 'no_projection', n: 1_000, d: 2, start: 'gaussian' };
    const { engine } = await simulate({ ...options, time: 0.1, diagnostics: [] });
    expect(engine.name).toBe('wasm');
  });
});

it('an engine that is asked for says itself why it cannot', () => {
  const refused = () => chooseEngine('spectral', asking(10, 5), engines);
  expect(refused).toThrow('engine spectral refuses: d = 5 has no short series');
  expect(chooseEngine('wasm', asking(10, 5), engines).reason).toBe('asked for');
});
