/**
 * Any coupling in any dimension, as in FlashAttention (Dao et al. 2022, arXiv:2205.14135): for each
 * tile of keys the scores, the running maximum, the couplings, and the sums they weigh. Scores and
 * sums are products whose tiles of four rows by one group of queries stay in registers (products.ts).
 */
import type { Job } from './job';
import { HARDMAX, LINEAR, RUNNING } from './job';
import { addGroup, broadcast, groupSize, lanesFrom, scaleVector, splat, sumsBytes } from './lanes';
import { power } from './powers';
import { mixDifferences, mixFour, scoreFour } from './products';

/** Keys in a tile, and bytes of a group's couplings with them, in either precision. */
const TILE: i32 = 128;
export const TILE_BYTES: usize = 4096;

/** Groups first … end − 1 of the job, which share the keys in the first cache; `scratch`: a tile for each. */
export function attend<T>(job: Job, first: i32, end: i32, scratch: usize): void {
  const keys = visibleKeys<T>(job, end - 1);
  for (let g = first; g < end; g++) begin<T>(job, g);
  if (job.form === HARDMAX)
    for (let k = 0; k < keys; k += TILE)
      for (let g = first; g < end; g++) findLargest<T>(job, g, k, scratch);
  for (let k = 0; k < keys; k += TILE) {
    let tile = scratch;
    for (let g = first; g < end; g++, tile += TILE_BYTES) weigh<T>(job, g, k, tile);
    tile = scratch;
    for (let g = first; g < end; g++, tile += TILE_BYTES) mix<T>(job, g, k, tile);
  }
}

/** Keys that some query of the group sees, rounded up to four. */
// @inline
function visibleKeys<T>(job: Job, group: i32): i32 {
  const seen = job.causal ? min(job.n, (group + 1) * groupSize<T>()) : job.n;
  return (seen + 3) & ~3;
}

// @inline
function shiftOf(job: Job, group: i32): usize {
  return job.shift + ((<usize>group) << 5);
}

// @inline
function sumsOf<T>(job: Job, group: i32): usize {
  return job.out + <usize>(group * (job.width + 1)) * sumsBytes<T>();
}

/** Sums at zero. A running maximum begins finite, so that −∞ minus it is −∞ and not NaN. */
function begin<T>(job: Job, group: i32): void {
  memory.fill(sumsOf<T>(job, group), 0, <usize>(job.width + 1) * sumsBytes<T>());
  if (job.form !== RUNNING && job.form !== HARDMAX) return;
  const lowest = splat<T>(sizeof<T>() === 4 ? <T>-3e38 : <T>-1e308);
  v128.store(shiftOf(job, group), lowest);
  v128.store(shiftOf(job, group), lowest, 16);
}

/** The couplings of a tile, [keys][lanes], and their sums. */
function weigh<T>(job: Job, group: i32, k: i32, tile: usize): void {
  const keys = min(TILE, visibleKeys<T>(job, group) - k);
  if (keys <= 0) return;
  scoreTile<T>(job, group, k, keys, tile);
  const bias = job.bias + <usize>k * sizeof<T>();
  const shift = shiftOf(job, group);
  const sums = sumsOf<T>(job, group) + <usize>job.width * sumsBytes<T>();
  if (job.form === RUNNING) raiseShift<T>(job, group, keys, bias, tile);
  if (job.form === LINEAR) linearTile<T>(bias, keys, tile, sums);
  else if (job.form === HARDMAX) largestTile<T>(bias, keys, tile, shift, <T>job.tie, sums);
  else powerTile<T>(bias, keys, tile, shift, sums);
}

/** The scores of a tile, [keys][lanes]; where hidden −∞ (LINEAR: 0). Bias and shift come later. */
function scoreTile<T>(job: Job, group: i32, k: i32, keys: i32, tile: usize): void {
  const query = job.queries + ((<usize>(group * job.width)) << 5);
  const step = <usize>job.width * sizeof<T>();
  let key = job.keys + <usize>k * step;
  for (let j = 0; j < keys; j += 4, key += 4 * step)
    scoreFour<T>(key, step, query, tile + ((<usize>j) << 5));
  if (job.causal) hideLater<T>(job, group, k, keys, tile);
}

/** Hides from each query the keys after it. */
function hideLater<T>(job: Job, group: i32, k: i32, keys: i32, tile: usize): void {
  const first = group * groupSize<T>();
  const hidden = splat<T>(job.form === LINEAR ? <T>0 : <T>-Infinity);
  for (let j = max(k, first + 1); j < k + keys; j++) {
    const at = tile + ((<usize>(j - k)) << 5);
    const low = lanesFrom<T>(j - first);
    const high = lanesFrom<T>(j - first - groupSize<T>() / 2);
    v128.store(at, v128.bitselect(v128.load(at), hidden, low));
    v128.store(at, v128.bitselect(v128.load(at, 16), hidden, high), 16);
  }
}

/** 2^(s + bias − shift) */
function powerTile<T>(bias: usize, keys: i32, tile: usize, shift: usize, sums: usize): void {
  const shiftLow = v128.load(shift);
  const shiftHigh = v128.load(shift, 16);
  let low = splat<T>(0);
  let high = splat<T>(0);
  const end = tile + ((<usize>keys) << 5);
  for (; tile < end; tile += 32, bias += sizeof<T>()) {
    const b = broadcast<T>(bias);
    const p = power<T>(v128.sub<T>(v128.add<T>(v128.load(tile), b), shiftLow));
    const q = power<T>(v128.sub<T>(v128.add<T>(v128.load(tile, 16), b), shiftHigh));
    v128.store(tile, p);
    v128.store(tile, q, 16);
    low = v128.add<T>(low, p);
    high = v128.add<T>(high, q);
  }
  addGroup<T>(sums, low, high);
}

/** s · mass */
function linearTile<T>(masses: usize, keys: i32, tile: usize, sums: usize): void {
  let low = splat<T>(0);
  let high = splat<T>(0);
  const end = tile + ((<usize>keys) << 5);
  for (; tile < end; tile += 32, masses += sizeof<T>()) {
    const mass = broadcast<T>(masses);
    const p = v128.mul<T>(v128.load(tile), mass);
    const q = v128.mul<T>(v128.load(tile, 16), mass);
    v128.store(tile, p);
    v128.store(tile, q, 16);
    low = v128.add<T>(low, p);
    high = v128.add<T>(high, q);
  }
  addGroup<T>(sums, low, high);
}

/** The mass where the score is within `tie` of the largest. */
function largestTile<T>(
  masses: usize,
  keys: i32,
  tile: usize,
  shift: usize,
  tie: T,
  sums: usize,
): void {
  const leastLow = v128.sub<T>(v128.load(shift), splat<T>(tie));
  const leastHigh = v128.sub<T>(v128.load(shift, 16), splat<T>(tie));
  let low = splat<T>(0);
  let high = splat<T>(0);
  const end = tile + ((<usize>keys) << 5);
  for (; tile < end; tile += 32, masses += sizeof<T>()) {
    const mass = broadcast<T>(masses);
    const p = v128.and(mass, v128.ge<T>(v128.load(tile), leastLow));
    const q = v128.and(mass, v128.ge<T>(v128.load(tile, 16), leastHigh));
    v128.store(tile, p);
    v128.store(tile, q, 16);
    low = v128.add<T>(low, p);
    high = v128.add<T>(high, q);
  }
  addGroup<T>(sums, low, high);
}

/** HARDMAX, first pass: the largest scores of the queries. Keys without mass are heard by nobody. */
function findLargest<T>(job: Job, group: i32, k: i32, tile: usize): void {
  const keys = min(TILE, visibleKeys<T>(job, group) - k);
  if (keys <= 0) return;
  scoreTile<T>(job, group, k, keys, tile);
  const shift = shiftOf(job, group);
  let mass = job.bias + <usize>k * sizeof<T>();
  let low = v128.load(shift);
  let high = v128.load(shift, 16);
  const end = tile + ((<usize>min(keys, job.n - k)) << 5);
  for (; tile < end; tile += 32, mass += sizeof<T>()) {
    if (load<T>(mass) === <T>0) continue;
    low = v128.pmax<T>(low, v128.load(tile));
    high = v128.pmax<T>(high, v128.load(tile, 16));
  }
  v128.store(shift, low);
  v128.store(shift, high, 16);
}

/** RUNNING: lifts the shift to the largest score so far and scales down what was summed below it. */
function raiseShift<T>(job: Job, group: i32, keys: i32, bias: usize, tile: usize): void {
  const shift = shiftOf(job, group);
  const oldLow = v128.load(shift);
  const oldHigh = v128.load(shift, 16);
  let low = oldLow;
  let high = oldHigh;
  const end = tile + ((<usize>keys) << 5);
  for (; tile < end; tile += 32, bias += sizeof<T>()) {
    const b = broadcast<T>(bias);
    low = v128.pmax<T>(low, v128.add<T>(v128.load(tile), b));
    high = v128.pmax<T>(high, v128.add<T>(v128.load(tile, 16), b));
  }
  v128.store(shift, low);
  v128.store(shift, high, 16);
  const raised = v128.or(v128.gt<T>(low, oldLow), v128.gt<T>(high, oldHigh));
  if (v128.any_true(raised))
    scaleSums<T>(job, group, v128.sub<T>(oldLow, low), v128.sub<T>(oldHigh, high));
}

/** Multiplies all sums of a group by 2^low and 2^high. */
function scaleSums<T>(job: Job, group: i32, low: v128, high: v128): void {
  const factorLow = power<T>(low);
  const factorHigh = power<T>(high);
  let at = sumsOf<T>(job, group);
  for (let c = 0; c <= job.width; c++, at += sumsBytes<T>()) {
    scaleVector<T>(at, factorLow);
    scaleVector<T>(at + sumsBytes<T>() / 2, factorHigh);
  }
}

/** Adds what the keys of a tile give: couplings times values, or times differences of values. */
function mix<T>(job: Job, group: i32, k: i32, tile: usize): void {
  const keys = min(TILE, visibleKeys<T>(job, group) - k);
  if (keys <= 0) return;
  const step = <usize>job.width * sizeof<T>();
  let value = job.values + <usize>k * step;
  let out = sumsOf<T>(job, group);
  if (job.own) {
    let own = job.own + ((<usize>(group * job.width)) << 5);
    for (let c = 0; c < job.width; c += 2, own += 64, out += 2 * sumsBytes<T>()) {
      mixDifferences<T>(tile, keys, value, step, own, out);
      value += 2 * sizeof<T>();
    }
  } else {
    for (let c = 0; c < job.width; c += 4, out += 4 * sumsBytes<T>()) {
      mixFour<T>(tile, keys, value, step, out);
      value += 4 * sizeof<T>();
    }
  }
}
