/**
 * Real orthonormal spherical harmonics on a grid that integrates products of three of them exactly: values
 * from coefficients, and inner products with gradients. Not the equation (sphere.ts).
 *
 * Y_l0 = P̄_l0(cos θ), Y_{l,m} = √2 P̄_lm cos mφ and √2 P̄_lm sin mφ, ∫ Y² dΩ = 1. Coefficients lie in blocks
 * of K + 1 numbers by l: m = 0, then cos 1φ, sin 1φ, cos 2φ, …; those with l < m are 0.
 */
import { cos, sin } from '../../numerics/elementary.ts';

export interface Shape {
  /** K: the largest l. */
  readonly degree: number;
  /** The largest m: 0 for zonal functions. */
  readonly orders: number;
}

export const blockCount = ({ orders }: Shape): number => 2 * orders + 1;
export const coefficientCount = (shape: Shape): number => blockCount(shape) * (shape.degree + 1);
/** m of a block. */
export const orderOf = (block: number): number => Math.ceil(block / 2);

export interface HarmonicGrid extends Shape {
  /** cos θ_g and the weight of its ring in dΩ, per point. */
  readonly heights: Float64Array;
  readonly weights: Float64Array;
  readonly longitudes: number;
  /** f at (θ_g, φ_p), p fastest. */
  values(coefficients: Float64Array): Float64Array;
  /** ∂f/∂θ and (1/sin θ) ∂f/∂φ. */
  gradient(coefficients: Float64Array): { south: Float64Array; east: Float64Array };
  /** ∫ f Y dΩ by coefficient. */
  coefficients(values: Float64Array): Float64Array;
  /** ∫ ⟨F, ∇Y⟩ dΩ by coefficient, of a tangent field. */
  alongGradients(field: { south: Float64Array; east: Float64Array }): Float64Array;
}

const TURN = 2 * Math.PI;

export function harmonicGrid(shape: Shape): HarmonicGrid {
  const { degree, orders } = shape;
  const rings = Math.ceil((3 * degree + 2) / 2);
  const longitudes = orders === 0 ? 1 : 3 * orders + 1;
  const { nodes, weights } = gaussLegendre(rings);
  const tables = legendreTables(shape, nodes);
  const waves = wavesOf(orders, longitudes);
  const area = weights.map((weight) => (weight * TURN) / longitudes);
  const points = { rings, longitudes, blocks: blockCount(shape), degree };
  /** Σ_l of each block on each ring, then Σ over blocks at each longitude. */
  const evaluate = (coefficients: Float64Array, table: Float64Array, turned: boolean) => {
    const sums = overDegrees(coefficients, table, points);
    return overBlocks(sums, turned ? waves.turned : waves.plain, points);
  };
  const project = (values: Float64Array, table: Float64Array, turned: boolean) => {
    const sums = overLongitudes(values, turned ? waves.turned : waves.plain, points, area);
    return overRings(sums, table, points);
  };
  return {
    ...shape,
    heights: nodes,
    weights: area,
    longitudes,
    values: (coefficients) => evaluate(coefficients, tables.plain, false),
    gradient: (coefficients) => ({
      south: evaluate(coefficients, tables.slope, false),
      east: evaluate(coefficients, tables.bySine, true),
    }),
    coefficients: (values) => project(values, tables.plain, false),
    alongGradients({ south, east }) {
      const [along, across] = [
        project(south, tables.slope, false),
        project(east, tables.bySine, true),
      ];
      return along.map((value, at) => value + across[at]);
    },
  };
}

interface Points {
  readonly rings: number;
  readonly longitudes: number;
  readonly blocks: number;
  readonly degree: number;
}

/** [block, ring]; the table is [m, ring, l]. */
function overDegrees(
  coefficients: Float64Array,
  table: Float64Array,
  { rings, blocks, degree }: Points,
): Float64Array {
  const width = degree + 1;
  const sums = new Float64Array(blocks * rings);
  for (let b = 0; b < blocks; b++) {
    const m = orderOf(b);
    for (let g = 0; g < rings; g++) {
      let sum = 0;
      for (let l = m, at = (m * rings + g) * width; l < width; l++)
        sum += coefficients[b * width + l] * table[at + l];
      sums[b * rings + g] = sum;
    }
  }
  return sums;
}

/** [ring, longitude]; the waves are [block, longitude]. */
function overBlocks(
  sums: Float64Array,
  waves: Float64Array,
  { rings, blocks, longitudes }: Points,
): Float64Array {
  const values = new Float64Array(rings * longitudes);
  for (let g = 0; g < rings; g++)
    for (let b = 0; b < blocks; b++) {
      const height = sums[b * rings + g];
      if (height === 0) continue;
      for (let p = 0; p < longitudes; p++)
        values[g * longitudes + p] += height * waves[b * longitudes + p];
    }
  return values;
}

/** [block, ring], with the weights of the grid. */
function overLongitudes(
  values: Float64Array,
  waves: Float64Array,
  { rings, blocks, longitudes }: Points,
  area: Float64Array,
): Float64Array {
  const sums = new Float64Array(blocks * rings);
  for (let g = 0; g < rings; g++)
    for (let b = 0; b < blocks; b++) {
      let sum = 0;
      for (let p = 0; p < longitudes; p++)
        sum += values[g * longitudes + p] * waves[b * longitudes + p];
      sums[b * rings + g] = area[g] * sum;
    }
  return sums;
}

/** By coefficient. */
function overRings(
  sums: Float64Array,
  table: Float64Array,
  { rings, blocks, degree }: Points,
): Float64Array {
  const width = degree + 1;
  const coefficients = new Float64Array(blocks * width);
  for (let b = 0; b < blocks; b++) {
    const m = orderOf(b);
    for (let g = 0; g < rings; g++) {
      const height = sums[b * rings + g];
      for (let l = m, at = (m * rings + g) * width; l < width; l++)
        coefficients[b * width + l] += height * table[at + l];
    }
  }
  return coefficients;
}

/** [block, longitude]: 1, √2 cos mφ, √2 sin mφ, and what ∂/∂φ makes of them, over m (the tables hold m). */
function wavesOf(orders: number, longitudes: number) {
  const blocks = 2 * orders + 1;
  const plain = new Float64Array(blocks * longitudes);
  const turned = new Float64Array(blocks * longitudes);
  for (let p = 0; p < longitudes; p++) {
    plain[p] = 1;
    for (let m = 1; m <= orders; m++) {
      const angle = (TURN * m * p) / longitudes;
      const [even, odd] = [(2 * m - 1) * longitudes + p, 2 * m * longitudes + p];
      plain[even] = Math.SQRT2 * cos(angle);
      plain[odd] = Math.SQRT2 * sin(angle);
      turned[even] = -plain[odd];
      turned[odd] = plain[even];
    }
  }
  return { plain, turned };
}

/**
 * P̄_lm(cos θ_g), dP̄_lm/dθ and m P̄_lm/sin θ as [m, ring, l], by the recurrences in l that are stable for
 * normalised functions (Press et al., Numerical Recipes, 3rd ed., §6.7).
 */
function legendreTables({ degree, orders }: Shape, nodes: Float64Array) {
  const width = degree + 1;
  const make = () => new Float64Array((orders + 1) * nodes.length * width);
  const [plain, slope, bySine] = [make(), make(), make()];
  nodes.forEach((height, g) => {
    const sine = Math.sqrt(1 - height * height);
    let top = Math.sqrt(1 / (2 * TURN));
    for (let m = 0; m <= orders; m++) {
      if (m > 0) top *= Math.sqrt((2 * m + 1) / (2 * m)) * sine;
      let [before, own] = [0, top];
      for (let l = m, at = (m * nodes.length + g) * width; l < width; l++) {
        plain[at + l] = own;
        bySine[at + l] = (m * own) / sine;
        const lower = Math.sqrt(((2 * l + 1) * (l * l - m * m)) / Math.max(1, 2 * l - 1));
        slope[at + l] = (l * height * own - lower * before) / sine;
        const [next, square] = [l + 1, m * m];
        const rise = Math.sqrt((4 * next * next - 1) / (next * next - square));
        const fall = l === m ? 0 : Math.sqrt((l * l - square) / (4 * l * l - 1));
        [before, own] = [own, rise * (height * own - fall * before)];
      }
    }
  });
  return { plain, slope, bySine };
}

/** Nodes and weights on [−1, 1], exact to degree 2n − 1: Newton from Tricomi's guesses. */
function gaussLegendre(n: number) {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let x = cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      let [before, value] = [1, x];
      for (let l = 2; l <= n; l++)
        [before, value] = [value, ((2 * l - 1) * x * value - (l - 1) * before) / l];
      if (n === 1) [before, value] = [1, x];
      slope = (n * (x * value - before)) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    nodes[i] = x;
    weights[i] = 2 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
