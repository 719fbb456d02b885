/** What is asked of every JavaScript engine: the hashes of our results, and values of its own `Math`. */
import { portableDigests } from '../../tests/portable/runs.ts';

const COUNT = 100_000;

/** Functions and operators whose digits JavaScript leaves to the engine, with a range of arguments. */
const OWN = {
  exp: [Math.exp, -20, 20],
  expm1: [Math.expm1, -20, 20],
  log: [Math.log, 0, 10],
  log1p: [Math.log1p, -1, 10],
  log2: [Math.log2, 0, 10],
  log10: [Math.log10, 0, 10],
  sin: [Math.sin, -7, 7],
  cos: [Math.cos, -7, 7],
  tan: [Math.tan, -7, 7],
  asin: [Math.asin, -1, 1],
  acos: [Math.acos, -1, 1],
  atan: [Math.atan, -10, 10],
  atan2: [Math.atan2, -1, 1],
  sinh: [Math.sinh, -20, 20],
  cosh: [Math.cosh, -20, 20],
  tanh: [Math.tanh, -5, 5],
  cbrt: [Math.cbrt, -10, 10],
  hypot: [Math.hypot, -10, 10],
  sqrt: [Math.sqrt, 0, 10],
  'x ** 2': [(x) => x ** 2, -10, 10],
  'x ** 3': [(x) => x ** 3, -10, 10],
  'x ** 0.5': [(x) => x ** 0.5, 0, 10],
  'x ** -0.2': [(x) => x ** -0.2, 0, 10],
  'x ** y': [(x, y) => x ** y, 0, 10],
  '2 ** k': [(x) => 2 ** Math.trunc(x), -1000, 1000],
  '10 ** k': [(x) => 10 ** Math.trunc(x), -300, 300],
};

/** Uniform in [0, 1), 31 bits, by integer arithmetic alone. */
function* uniforms() {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    yield (state >>> 1) / 2 ** 31;
  }
}

/** The bits of every value, as text, by function. */
function ownValues() {
  return Object.entries(OWN).map(([name, [apply, low, high]]) => {
    const next = uniforms();
    const drawn = () => low + (high - low) * next.next().value;
    const values = Float64Array.from({ length: COUNT }, () => apply(drawn(), drawn()));
    return [name, Array.from(new BigUint64Array(values.buffer), (bits) => bits.toString(36))];
  });
}

globalThis.askEngine = async () => JSON.stringify([await portableDigests(), ownValues()]);
