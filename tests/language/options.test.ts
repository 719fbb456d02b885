/** What callers are told about options that cannot be used. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fillSchema, traceSchema } from '../../src/language/options.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { parseOptions } from '../../src/numerics/options.ts';

const request = fillSchema.extend({ text: z.string() });

describe('an unknown name', () => {
  it('is told before the name that is missing because of it', () => {
    const parse = () => parseOptions(request, { txt: '_' });
    expect(parse).toThrow(InputError);
    expect(parse).toThrow(/^unknown option "txt": did you mean "text"\?/);
  });

  it('is told before a value out of range', () => {
    expect(() => parseOptions(fillSchema, { top: 0, dept: 3 })).toThrow(/did you mean "depth"/);
  });
});

describe('a number out of range', () => {
  const whole = 'expected a whole number from 1 to';
  it.each([
    [{ top: 0 }, `option top is 0: ${whole} 1000`],
    [{ top: 1001 }, `option top is 1001: ${whole} 1000`],
    [{ top: 2.5 }, `option top is 2.5: ${whole} 1000`],
    [{ top: 'ten' }, `option top is "ten": ${whole} 1000`],
    [{ top: 1e300 }, `option top is 1e+300: ${whole} 1000`],
    [{ top: null }, `option top is null: ${whole} 1000`],
    [{ maximumExpansions: 0 }, `option maximumExpansions is 0: ${whole} 100000`],
    [{ firstTokens: 101 }, `option firstTokens is 101: ${whole} 100`],
    [
      { maximumUnexplored: -0.1 },
      'option maximumUnexplored is -0.1: expected a number from 0 to 1',
    ],
    [
      { maximumUnexplored: '5 %' },
      'option maximumUnexplored is "5 %": expected a number from 0 to 1',
    ],
    [
      { tolerances: [0.1, 4] },
      'option tolerances.1 is 4: expected an angle in radians, above 0 and at most π',
    ],
    [{ depth: 0 }, 'option depth is 0: expected a whole number of layers from 1 to 512, or "ode"'],
  ])('%j is told in one sentence', (options, message) => {
    expect(() => parseOptions(traceSchema, options)).toThrow(
      new InputError(Object.keys(options)[0], message),
    );
  });

  it('leaves the defaults alone', () => {
    expect(parseOptions(fillSchema, undefined)).toEqual({
      reading: 'blank',
      top: 10,
      targets: [],
      maximumUnexplored: 0.05,
      maximumExpansions: 128,
    });
  });
});
