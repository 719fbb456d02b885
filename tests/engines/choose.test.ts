/** Which engine auto takes, and that it says so; and that what is asked for but cannot serve is refused. */
import { describe, expect, it } from 'vitest';
import { COUPLING_KINDS } from '../../src/attention/coupling.ts';
import type { Interaction } from '../../src/attention/interaction.ts';
import { simulationEngines } from '../../src/engines/catalogue.ts';
import { chooseEngine } from '../../src/engines/choose.ts';
import type { FieldRequest } from '../../src/engines/field.ts';
import { simulate } from '../../src/flow/simulation.ts';
import { matrix } from '../../src/numerics/matrix.ts';

const engines = simulationEngines();
const ONE = matrix(2, 2, Float64Array.of(1, 0, 0, 1));
const SOFTMAX: Interaction = {
  coupling: 'softmax',
  causal: false,
  beta: [4],
  weights: null,
  sign: 1,
  tie: 0,
};

function asking(n: number, d: number, asked: Partial<FieldRequest> = {}): FieldRequest {
  return {
    interaction: SOFTMAX,
    n,
    d,
    precision: 'float64',
    accuracy: 1e-12,
    threads: 1,
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

  const sinkhorn: Interaction = { ...SOFTMAX, coupling: 'sinkhorn' };
  const turned: Interaction = {
    ...sinkhorn,
    weights: {
      query: matrix(2, 2, Float64Array.of(0, 1, -1, 0)),
      key: ONE,
      value: ONE,
      output: ONE,
    },
  };
  it.each<[string, FieldRequest, string]>([
    ['at most as many as are few', asking(48, 2), 'reference'],
    ['one more', asking(49, 2), 'wasm'],
    ['as many as modes are worth', asking(999, 2), 'wasm'],
    ['β = 0', asking(5_000, 2, { interaction: { ...SOFTMAX, beta: [0] } }), 'mean'],
    ['what no kernel serves', asking(300, 2, { interaction: turned }), 'reference'],
    ['what kernels balance', asking(300, 2, { interaction: sinkhorn }), 'wasm'],
  ])('where the cheapest changes: %s', (_, request, name) => {
    expect(chooseEngine('auto', request, engines).engine.name).toBe(name);
  });

  it('says why nothing serves in the words of the most general engine', () => {
    const sharp = { interaction: { ...SOFTMAX, coupling: 'exponential', beta: [800] } } as const;
    const narrow = {
      precision: 'float32',
      interaction: { ...sharp.interaction, beta: [200] },
    } as const;
    const choose = (n: number, asked: object) => () =>
      chooseEngine('auto', asking(n, 2, asked), engines);
    expect(choose(2_000, sharp)).toThrow('engine reference refuses: e^β does not fit float64');
    expect(choose(32, narrow)).toThrow('engine wasm refuses: e^β does not fit float32');
  });

  it('goes from an absolute error to a relative one', () => {
    const request = asking(5_000, 2);
    expect(chooseEngine('auto', request, engines).engine.absolute).toBe(true);
    expect(chooseEngine('auto', request, engines, { relative: true }).engine.name).toBe('wasm');
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

describe('every engine', () => {
  it.each(Object.entries(engines))(
    '%s says what it is and refuses a coupling that it does not know',
    (name, engine) => {
      expect(engine.name).toBe(name);
      expect(engine.help).toMatch(/\.$/);
      const unknown = COUPLING_KINDS.filter((coupling) => !engine.couplings.includes(coupling));
      for (const coupling of unknown)
        expect(
          engine.refusal(asking(10, 2, { interaction: { ...SOFTMAX, coupling } })),
        ).not.toBeNull();
      expect(engine.couplings.every((coupling) => COUPLING_KINDS.includes(coupling))).toBe(true);
    },
  );
});
