/** A stream of "random" numbers that says what it is told to, for tests that choose. */
import type { Random } from '../../../src/numerics/random.ts';

export function scripted(script: { integers?: number[]; uniforms?: number[] }): Random {
  const next = (numbers: number[] = []) => {
    const [value] = numbers.splice(0, 1);
    if (value === undefined) throw new Error('the script has no more numbers of this kind');
    return value;
  };
  const [integers, uniforms] = [[...(script.integers ?? [])], [...(script.uniforms ?? [])]];
  return {
    uniform: () => next(uniforms),
    integer: () => next(integers),
    gaussian: () => next(),
  };
}
