/**
 * The mean-field equation of attention on S² by spherical harmonics: zonal or general densities, with noise
 * or as long as they are smooth. The circle has its own (circle.ts).
 */
import { integrate, type StepView } from '../../integrators/integrate.ts';
import type { FlowProblem } from '../../integrators/problem.ts';
import { cos, exp, sin } from '../../numerics/elementary.ts';
import { ConvergenceError } from '../../numerics/errors.ts';
import { scaledSphericalBesselI } from '../../numerics/special.ts';
import type { MeanField } from './circle.ts';
import { blockCount, coefficientCount, harmonicGrid, orderOf, type Shape } from './harmonics.ts';

/** A density of mass 1 against the area, by its coefficients (harmonics.ts). */
export interface SphereLaw extends Shape {
  readonly coefficients: Float64Array;
}

/** ∫ Y_00 dμ for mass 1. */
const MASS = Math.sqrt(1 / (4 * Math.PI));

/** The law with density ∝ f(x) > 0: zonal (f of cos θ alone) with `orders` 0. Throws RangeError for no mass. */
export function sphereLaw(
  f: (x: readonly [number, number, number]) => number,
  shape: Shape,
): SphereLaw {
  const grid = harmonicGrid(shape);
  const values = new Float64Array(grid.heights.length * grid.longitudes);
  grid.heights.forEach((z, g) => {
    const sine = Math.sqrt(1 - z * z);
    for (let p = 0; p < grid.longitudes; p++) {
      const phi = (2 * Math.PI * p) / grid.longitudes;
      values[g * grid.longitudes + p] = f([sine * cos(phi), sine * sin(phi), z]);
    }
  });
  const found = grid.coefficients(values);
  if (!(found[0] > 0))
    throw new RangeError(`a density of mass ${found[0]}: expected a positive one`);
  const { degree, orders } = shape;
  return { degree, orders, coefficients: found.map((value) => (value * MASS) / found[0]) };
}

/** The law with coefficients cut or filled with zeros. */
export function withShape(law: SphereLaw, { degree, orders }: Shape): SphereLaw {
  const coefficients = new Float64Array(coefficientCount({ degree, orders }));
  const blocks = Math.min(blockCount(law), blockCount({ degree, orders }));
  const width = Math.min(law.degree, degree) + 1;
  for (let b = 0; b < blocks; b++)
    for (let l = 0; l < width; l++)
      coefficients[b * (degree + 1) + l] = law.coefficients[b * (law.degree + 1) + l];
  return { degree, orders, coefficients };
}

/** ∫ x dμ: from the harmonics of degree 1, Y = √(3/4π) (z, x, y). */
export function meanDirection({
  coefficients,
  degree,
  orders,
}: SphereLaw): [number, number, number] {
  const scale = Math.sqrt((4 * Math.PI) / 3);
  const of = (block: number) =>
    block <= 2 * orders ? scale * coefficients[block * (degree + 1) + 1] : 0;
  return [of(1), of(2), of(0)];
}

export interface SphereOptions extends MeanField {
  readonly times: readonly number[];
  /** Of the steps of dopri5. Default 1e-10. */
  readonly tolerance?: number;
  /** Where coefficients of the last eighth of the degrees exceed this, the degree is doubled. Default 1e-9. */
  readonly tail?: number;
  /** … but not beyond this. Default 256 for zonal laws, 64 for others. */
  readonly mostDegree?: number;
}

export interface SphereFrame {
  readonly time: number;
  readonly law: SphereLaw;
}

/**
 * μ_t at the times, of ∂_t μ + div(μ v) = Δμ/κ with v = ∇h/β (USA) or ∇h/(βh) (SA), h(x) = ∫ e^{β⟨x,y⟩} dμ(y),
 * so h_lm = 4π i_l(β) μ_lm (Funk and Hecke). Products are formed on a grid, exactly for USA; the degree 0
 * does not move, which is the mass. Throws ConvergenceError when the tail needs more than `mostDegree`.
 */
export function solveOnSphere(start: SphereLaw, options: SphereOptions): SphereFrame[] {
  const { times, tail = 1e-9, tolerance = 1e-10 } = options;
  const mostDegree = options.mostDegree ?? (start.orders === 0 ? 256 : 64);
  let shape: Shape = { degree: start.degree, orders: start.orders };
  const grow = ({ time, state }: StepView) => {
    const law = { ...shape, coefficients: state };
    const left = tailOf(law);
    if (left <= tail) return undefined;
    if (2 * shape.degree > mostDegree) throw tooSharp(time, left, tail, shape.degree);
    shape = { degree: 2 * shape.degree, orders: 2 * shape.orders };
    return { state: withShape(law, shape).coefficients, problem: problemOf(options, shape) };
  };
  const frames = integrate(
    problemOf(options, shape),
    start.coefficients.slice(),
    { scheme: 'dopri5', tolerance, end: times[times.length - 1], times },
    { onStep: grow },
  );
  const saved: SphereFrame[] = [];
  for (const { time, state, saved: asked } of frames) {
    // frames come before the next step, which alone changes the shape
    if (asked) saved.push({ time, law: { ...shape, coefficients: state } });
  }
  return saved;
}

/** Laws with the symmetry of a polyhedron have no coefficients at several degrees in a row; small K take a quarter. */
const LEAST_WINDOW = 6;

/** The largest coefficient of the last eighth of the degrees and, where they are fewer, of the orders. */
function tailOf({ degree, orders, coefficients }: SphereLaw): number {
  const last = (most: number) =>
    Math.ceil(most + 1 - Math.max((most + 1) / 8, Math.min(LEAST_WINDOW, (most + 1) / 4)));
  const [lastDegree, lastOrder] = [last(degree), orders === 0 ? 1 : last(orders)];
  let largest = 0;
  for (let b = 0; b <= 2 * orders; b++)
    for (let l = orderOf(b); l <= degree; l++)
      if (l >= lastDegree || orderOf(b) >= lastOrder)
        largest = Math.max(largest, Math.abs(coefficients[b * (degree + 1) + l]));
  return largest;
}

function tooSharp(time: number, left: number, tail: number, degree: number): ConvergenceError {
  return new ConvergenceError(
    `at time ${time.toPrecision(4)} the last of ${degree} degrees of harmonics is ${left.toPrecision(2)}, expected at most ${tail}: the density is too sharp for them; end before, add noise, or follow particles`,
  );
}

function problemOf({ beta, coupling, kappa }: MeanField, shape: Shape): FlowProblem {
  const { degree } = shape;
  const width = degree + 1;
  const grid = harmonicGrid(shape);
  const bessel = scaledSphericalBesselI(beta, degree + 1);
  // i_l/β for the gradient, which exists for β = 0 too: i_{l−1} − i_{l+1} = (2l+1) i_l/β
  const pull = (l: number) => (l === 0 ? 0 : (bessel[l - 1] - bessel[l + 1]) / (2 * l + 1));
  const scale = coupling === 'softmax' ? 1 : exp(Math.abs(beta));
  const times = (state: Float64Array, factor: (l: number) => number) =>
    state.map((value, at) => 4 * Math.PI * factor(at % width) * value);
  return {
    size: coefficientCount(shape),
    velocity(_, state, out) {
      const density = grid.values(state);
      const { south, east } = grid.gradient(times(state, (l) => scale * pull(l)));
      const share = coupling === 'softmax' ? grid.values(times(state, (l) => bessel[l])) : null;
      const carried = (part: Float64Array) =>
        part.map((value, at) => (value * density[at]) / (share ? share[at] : 1));
      out.set(grid.alongGradients({ south: carried(south), east: carried(east) }));
      if (kappa !== undefined)
        for (let at = 0; at < out.length; at++)
          out[at] -= ((at % width) * ((at % width) + 1) * state[at]) / kappa;
      // ∇Y_00 = 0
      out[0] = 0;
    },
  };
}

/** Growth rate of degree l at the uniform law: l(l+1) i_l(β)/β (USA), over i_0 for SA, less l(l+1)/κ. */
export function sphereGrowthRate(degree: number, { beta, coupling, kappa }: MeanField): number {
  const bessel = scaledSphericalBesselI(beta, degree + 1);
  const scale = coupling === 'softmax' ? 1 / bessel[0] : exp(Math.abs(beta));
  const pull = (bessel[degree - 1] - bessel[degree + 1]) / (2 * degree + 1);
  const square = degree * (degree + 1);
  return square * pull * scale - (kappa === undefined ? 0 : square / kappa);
}
