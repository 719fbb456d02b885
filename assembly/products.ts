/**
 * The inner products: rows of numbers broadcast against one group of queries in lanes. Each tile of
 * four rows by a group stays in eight registers; rows are read where they lie, nothing is packed.
 */
import { addGroup, broadcast, multiplyAdd, splat, sumsBytes } from './lanes';

/** Scores of four keys, `step` bytes apart, with a group of queries [width][lanes], written to [4][lanes]. */
export function scoreFour<T>(key: usize, step: usize, query: usize, to: usize): void {
  let low0 = splat<T>(0);
  let high0 = low0;
  let low1 = low0;
  let high1 = low0;
  let low2 = low0;
  let high2 = low0;
  let low3 = low0;
  let high3 = low0;
  let key1 = key + step;
  let key2 = key1 + step;
  let key3 = key2 + step;
  for (const end = key1; key < end; query += 32) {
    const low = v128.load(query);
    const high = v128.load(query, 16);
    let x = broadcast<T>(key);
    low0 = multiplyAdd<T>(low0, x, low);
    high0 = multiplyAdd<T>(high0, x, high);
    x = broadcast<T>(key1);
    low1 = multiplyAdd<T>(low1, x, low);
    high1 = multiplyAdd<T>(high1, x, high);
    x = broadcast<T>(key2);
    low2 = multiplyAdd<T>(low2, x, low);
    high2 = multiplyAdd<T>(high2, x, high);
    x = broadcast<T>(key3);
    low3 = multiplyAdd<T>(low3, x, low);
    high3 = multiplyAdd<T>(high3, x, high);
    key += sizeof<T>();
    key1 += sizeof<T>();
    key2 += sizeof<T>();
    key3 += sizeof<T>();
  }
  v128.store(to, low0);
  v128.store(to, high0, 16);
  v128.store(to, low1, 32);
  v128.store(to, high1, 48);
  v128.store(to, low2, 64);
  v128.store(to, high2, 80);
  v128.store(to, low3, 96);
  v128.store(to, high3, 112);
}

/** out += couplings [keys][lanes] times four columns of the values, which are `step` bytes apart. */
export function mixFour<T>(
  couplings: usize,
  keys: i32,
  value: usize,
  step: usize,
  out: usize,
): void {
  let low0 = splat<T>(0);
  let high0 = low0;
  let low1 = low0;
  let high1 = low0;
  let low2 = low0;
  let high2 = low0;
  let low3 = low0;
  let high3 = low0;
  const end = couplings + ((<usize>keys) << 5);
  for (; couplings < end; couplings += 32, value += step) {
    const low = v128.load(couplings);
    const high = v128.load(couplings, 16);
    let x = broadcast<T>(value);
    low0 = multiplyAdd<T>(low0, x, low);
    high0 = multiplyAdd<T>(high0, x, high);
    x = broadcast<T>(value + sizeof<T>());
    low1 = multiplyAdd<T>(low1, x, low);
    high1 = multiplyAdd<T>(high1, x, high);
    x = broadcast<T>(value + 2 * sizeof<T>());
    low2 = multiplyAdd<T>(low2, x, low);
    high2 = multiplyAdd<T>(high2, x, high);
    x = broadcast<T>(value + 3 * sizeof<T>());
    low3 = multiplyAdd<T>(low3, x, low);
    high3 = multiplyAdd<T>(high3, x, high);
  }
  addGroup<T>(out, low0, high0);
  addGroup<T>(out + sumsBytes<T>(), low1, high1);
  addGroup<T>(out + 2 * sumsBytes<T>(), low2, high2);
  addGroup<T>(out + 3 * sumsBytes<T>(), low3, high3);
}

/** The same for two columns of the values less the queries' own [2][lanes]: differences before products. */
export function mixDifferences<T>(
  couplings: usize,
  keys: i32,
  value: usize,
  step: usize,
  own: usize,
  out: usize,
): void {
  const ownLow0 = v128.load(own);
  const ownHigh0 = v128.load(own, 16);
  const ownLow1 = v128.load(own, 32);
  const ownHigh1 = v128.load(own, 48);
  let low0 = splat<T>(0);
  let high0 = low0;
  let low1 = low0;
  let high1 = low0;
  const end = couplings + ((<usize>keys) << 5);
  for (; couplings < end; couplings += 32, value += step) {
    const low = v128.load(couplings);
    const high = v128.load(couplings, 16);
    let x = broadcast<T>(value);
    low0 = multiplyAdd<T>(low0, low, v128.sub<T>(x, ownLow0));
    high0 = multiplyAdd<T>(high0, high, v128.sub<T>(x, ownHigh0));
    x = broadcast<T>(value + sizeof<T>());
    low1 = multiplyAdd<T>(low1, low, v128.sub<T>(x, ownLow1));
    high1 = multiplyAdd<T>(high1, high, v128.sub<T>(x, ownHigh1));
  }
  addGroup<T>(out, low0, high0);
  addGroup<T>(out + sumsBytes<T>(), low1, high1);
}
