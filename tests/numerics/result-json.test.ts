/** Names of results in memory and in JSON. */
import { expect, expectTypeOf, it } from 'vitest';
import { type ResultJson, resultToJson } from '../../src/numerics/result-json.ts';

it('names are snake_case at every depth, but for those of settings', () => {
  const result = {
    spinUp: 1,
    log10Constant: null,
    settings: { maximumSteps: 3 },
    rows: [{ w1Low: [0.5], atEnd: true }],
    schemes: { rk4_cut: { positionMax: 'aB' } },
  };
  expect(resultToJson(result)).toEqual({
    spin_up: 1,
    log10_constant: null,
    settings: { maximumSteps: 3 },
    rows: [{ w1_low: [0.5], at_end: true }],
    schemes: { rk4_cut: { position_max: 'aB' } },
  });
  expect(Object.keys(resultToJson(result))[1]).toBe('log10_constant');
});

it('types say so too', () => {
  interface Result {
    readonly spinUp?: number;
    readonly settings: { readonly maximumSteps: number };
    readonly span: readonly [fewest: number, most: number];
    readonly rows: readonly { readonly w1Low: string | null }[];
  }
  expectTypeOf<ResultJson<Result>>().toEqualTypeOf<{
    readonly spin_up?: number;
    readonly settings: { readonly maximumSteps: number };
    readonly span: readonly [fewest: number, most: number];
    readonly rows: readonly { readonly w1_low: string | null }[];
  }>();
});
