/** Elementary functions against arithmetic of 400 bits. That their bits are the same everywhere: tests/portable.test.ts. */
import { describe, expect, it } from 'vitest';
import * as elementary from '../../src/numerics/elementary.ts';

const { hypot, ...functions } = elementary;
type Name = keyof typeof functions;

/** Arguments, and the nearest double to the right value (mpmath, 400 bits). */
const VALUES: Record<Name, [number[], number][]> = {
  exp: [
    [[-69.81967179664332], 4.761039782890414e-31],
    [[-2.6613399482179547], 0.06985455751620172],
    [[-0.8528567837486732], 0.42619564236976243],
    [[-1.0], 0.36787944117144233],
  ],
  expm1: [
    [[13.241699270143435], 563373.1606566552],
    [[-0.8582746112747961], -0.5761071683644541],
    [[-0.0016204142304851996], -0.0016191020681905338],
    [[1e-300], 1e-300],
  ],
  log: [
    [[2.885036401133904e281], 648.0859486485847],
    [[1.5206558630969713], 0.41914173067321475],
    [[0.9951829483353025], -0.00482869105146238],
    [[1e-310], -713.8013788281542],
  ],
  log1p: [
    [[2.5174453605403357], 1.2577349762796004],
    [[0.03568734542314472], 0.03506530815738556],
    [[4.6920851239678765e-6], 4.692074116170904e-6],
  ],
  log2: [
    [[1.8055615444347322e20], 67.29100949462617],
    [[1.7794613748301547], 0.8314406179020597],
    [[5e-324], -1074.0],
  ],
  log10: [
    [[6.851005672340098e-48], -47.164245672903185],
    [[0.7521604213418223], -0.12368952287463626],
    [[1e23], 23.0],
  ],
  cbrt: [
    [[-2.1638648960517424e-131], -2.786613352888615e-44],
    [[5.90391884259561], 1.8073688500750713],
  ],
  sin: [
    [[-3.9801576985471514], 0.7436845745061418],
    [[206790.3330986821], -0.9579761241630613],
    [[1e22], -0.8522008497671888],
    [[Math.PI], 1.2246467991473532e-16],
  ],
  cos: [
    [[-1.3010844074430352], 0.266453781880107],
    [[-554410.3194883997], 0.6235360121199066],
    [[1e22], 0.523214785395139],
    [[Math.PI / 2], 6.123233995736766e-17],
  ],
  asin: [
    [[0.5594541440992558], 0.593727092313491],
    [[-0.0010362389565555796], -0.0010362391420063771],
    [[0.9999999999], 1.5707821846586878],
  ],
  tanh: [
    [[1.3764074476333459], 0.8801442556370106],
    [[-0.17246443645120313], -0.1707746120940413],
    [[13.100952546654126], 0.99999999999165],
  ],
  atan2: [
    [[-0.2738152060789365, 0.9941196276628994], -0.26877045706682823],
    [[7.731618908100329e-7, -2.1988850446199577], 3.1415923019743723],
    [[-1e-300, -1.0], -Math.PI],
  ],
  pow: [
    [[4.417636773373623, -0.2], 0.7429541263486316],
    [[0.6382983469354321, -0.17], 1.0793094203426414],
    [[8.4932474643765, -8.045073304131268], 3.353770574409655e-8],
    [[1.0000001, 100000000.0], 22026.454910182532],
    [[3.1431379958522e-10, 7.0], 3.030708314631588e-67],
  ],
};

/** The place of a double in the order of all doubles: neighbours differ by 1. */
function place(x: number): bigint {
  const bits = new BigInt64Array(Float64Array.of(x).buffer)[0];
  return bits < 0n ? -(bits & 0x7fff_ffff_ffff_ffffn) : bits;
}

const stepsBetween = (x: number, y: number) => Math.abs(Number(place(x) - place(y)));

describe('elementary functions', () => {
  it.each(Object.entries(VALUES))('%s is within a unit in the last place', (name, values) => {
    const apply = functions[name as Name] as (...args: number[]) => number;
    for (const [args, right] of values)
      expect(stepsBetween(apply(...args), right), `${name}(${args})`).toBeLessThanOrEqual(1);
  });

  it('are those of WebAssembly, not of the engine', () => {
    for (const name of Object.keys(VALUES) as Name[])
      expect(functions[name], name).not.toBe(Math[name]);
  });

  it('are exact where the right value is a double', () => {
    const { exp, log, log2, log10, pow, cbrt } = functions;
    expect([exp(0), log(1), cbrt(27), pow(7, 3), pow(0.1, 0), pow(0, 0)]).toEqual([
      1, 0, 3, 343, 1, 1,
    ]);
    for (let k = -1022; k < 1024; k++) {
      expect(log2(2 ** k)).toBe(k);
      expect(pow(2, k)).toBe(2 ** k);
    }
    for (let k = 0; k < 23; k++)
      expect([pow(10, k), log10(Number(`1e${k}`))]).toEqual([Number(`1e${k}`), k]);
  });

  it('end where they must', () => {
    const { exp, log, pow, tanh, sin, atan2 } = functions;
    expect([exp(710), exp(-746), exp(-Infinity), log(0), pow(0, -1), tanh(400)]).toEqual([
      Infinity,
      0,
      0,
      -Infinity,
      Infinity,
      1,
    ]);
    expect([log(-1), exp(NaN), sin(Infinity), pow(-8, 1 / 3)]).toEqual([NaN, NaN, NaN, NaN]);
    expect([sin(-0), atan2(-0, 1), atan2(-0, -1)]).toEqual([-0, -0, -Math.PI]);
  });

  it('hypot neither overflows nor loses what is small', () => {
    expect(stepsBetween(hypot([3e200, -4e200]), 5e200)).toBeLessThanOrEqual(1);
    expect(stepsBetween(hypot([3e-200, 4e-200]), 5e-200)).toBeLessThanOrEqual(1);
    expect(hypot([])).toBe(0);
    expect(hypot([0, -0])).toBe(0);
    expect(hypot([1, Number.NEGATIVE_INFINITY])).toBe(Infinity);
    expect(hypot([1, NaN])).toBe(NaN);
    expect(hypot(new Float64Array(1_000_000).fill(1))).toBe(1000);
  });
});
