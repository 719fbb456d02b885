/**
 * Paths of Wiener processes as functions of time, from a seed: what drives noise, without a memory. Not what the
 * noise does to a state.
 *
 * The increment over a cell [kh, (k + 1)h] of a particle is a function of the seed, the process, k and the
 * particle's number alone: neither its companions nor their number, the save times, or where a run was
 * continued change it, and steps of 2h see the sum of two. Within a cell the path is the Brownian bridge
 * of repeated halving (Lévy's construction; as a tree without a memory: Li, Wong, Chen, Duvenaud,
 * arXiv 2001.01328, section 4), so that W is one path for every set of times.
 */
import { gaussianRows } from '../numerics/random.ts';
import { gridIndex } from './clock.ts';

/**
 * Writes W(to) − W(from) of one of two independent processes to out, rows of a number a coordinate for every
 * particle: variance to − from each.
 */
export type WienerPath = (process: 0 | 1, from: number, to: number, out: Float64Array) => void;

/** Tells this stream apart from others of the same seed. */
const STREAM = 0x6e6f;
/** A bridge is a straight line where it is this short, in cells. */
const SHORTEST = 2 ** -24;

/** Paths with cells of length `step`, for particles of `width` coordinates. */
export function wienerPath(seed: number, step: number, width: number): WienerPath {
  /** `out` is overwritten by normals: address 0 is the increment of the cell, the others halve it. */
  const draw = (process: number, cell: number, address: number, out: Float64Array) =>
    gaussianRows([seed, STREAM, process, cell, address], width, out);

  /** Adds sign · (W at θ of the cell − W at its beginning). */
  function addWithin(
    process: number,
    cell: number,
    theta: number,
    sign: number,
    out: Float64Array,
  ) {
    const { length } = out;
    const left = new Float64Array(length);
    const right = new Float64Array(length);
    const normal = new Float64Array(length);
    draw(process, cell, 0, right);
    for (let i = 0; i < length; i++) right[i] *= Math.sqrt(step);
    let [from, to, address] = [0, 1, 1];
    while (from < theta && theta < to && to - from > SHORTEST) {
      const middle = (from + to) / 2;
      const deviation = Math.sqrt(((to - from) * step) / 4);
      draw(process, cell, address, normal);
      const before = theta < middle;
      const moved = before ? right : left;
      for (let i = 0; i < length; i++) moved[i] = (left[i] + right[i]) / 2 + deviation * normal[i];
      if (before) to = middle;
      else from = middle;
      address = 2 * address + (before ? 0 : 1);
    }
    const share = (theta - from) / (to - from);
    for (let i = 0; i < length; i++) out[i] += sign * (left[i] + share * (right[i] - left[i]));
  }

  let increment = new Float64Array(0);
  return (process, from, to, out) => {
    const begin = gridIndex(from, step) ?? from / step;
    const end = gridIndex(to, step) ?? to / step;
    if (increment.length !== out.length) increment = new Float64Array(out.length);
    out.fill(0);
    for (let cell = Math.floor(begin); cell < end; cell++) {
      if (begin <= cell && cell + 1 <= end) {
        draw(process, cell, 0, increment);
        for (let i = 0; i < out.length; i++) out[i] += Math.sqrt(step) * increment[i];
        continue;
      }
      if (end < cell + 1) addWithin(process, cell, end - cell, 1, out);
      else addWithin(process, cell, 1, 1, out);
      if (begin > cell) addWithin(process, cell, begin - cell, -1, out);
    }
  };
}
