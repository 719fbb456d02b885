/**
 * Elementary functions whose results are the same bits everywhere: in every version of Node, in every
 * browser, on every machine. JavaScript leaves the rounding of its own (`Math.exp`, `**` and the rest) to the
 * engine, and engines differ in up to a sixth of all arguments (`node bench/portable.js` counts them).
 * Compiled from assembly/elementary.ts, within 1 unit in the last place, and no slower.
 * Not what IEEE 754 rounds for all alike: + − · /, `Math.sqrt`, `Math.floor`, `Math.max`; nor `x ** 2` and
 * `2 ** k` for a whole k, which are exact or rounded once.
 */
import { elementaryFunctions } from './elementary-functions.generated.ts';

type Elementary = Pick<
  Math,
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'log2'
  | 'log10'
  | 'pow'
  | 'cbrt'
  | 'sin'
  | 'cos'
  | 'asin'
  | 'atan2'
  | 'tanh'
>;

/** Where WebAssembly is not to be had, the engine's own functions serve, and last digits are its own. */
function compiled(): Elementary {
  try {
    const bytes = Uint8Array.from(atob(elementaryFunctions), (letter) => letter.charCodeAt(0));
    const memory = new WebAssembly.Memory({ initial: 1 });
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory },
    });
    return exports as unknown as Elementary;
  } catch {
    return Math;
  }
}

export const { exp, expm1, log, log1p, log2, log10, pow, cbrt, sin, cos, asin, atan2, tanh } =
  compiled();

/** √(Σ x²), scaled by the largest, so that nothing overflows, and with Kahan's sum. */
export function hypot(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return largest;
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const share = values[i] / largest;
    const term = share * share - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
  }
  return largest * Math.sqrt(sum);
}
