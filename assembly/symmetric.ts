/**
 * Symmetric float64 matrices, row-major in memory: a step on the way to three diagonals, and rotations of both sides.
 * Every number is made by the sums of the plain loops (src/numerics/tridiagonal.ts, turns.ts) in their order, so it
 * has their bits. Arguments are byte addresses; lengths are numbers, not bytes.
 */

/** Bytes of two numbers. */
const PAIR: usize = 16;

/**
 * a ← a − (u wᵀ + w uᵀ) and p ← a v, over rows and columns from `first` on, both it and `width` even. Of a only the
 * lower triangle, in squares of two, is read and written; v and p [width].
 */
export function stepDown(
  a: usize,
  v: usize,
  u: usize,
  w: usize,
  p: usize,
  first: i32,
  width: i32,
): void {
  const across = (<usize>width) << 3;
  const begin = (<usize>first) << 3;
  memory.fill(p + begin, 0, across - begin);
  for (let at = begin; at < across; at += PAIR) {
    const row0 = a + (at >> 3) * across;
    const row1 = row0 + across;
    const u0 = v128.load64_splat(u + at);
    const w0 = v128.load64_splat(w + at);
    const v0 = v128.load64_splat(v + at);
    const u1 = v128.load64_splat(u + at, 8);
    const w1 = v128.load64_splat(w + at, 8);
    const v1 = v128.load64_splat(v + at, 8);
    let own0 = f64x2.splat(0);
    let own1 = own0;
    for (let j = begin; j < at; j += PAIR) {
      const uj = v128.load(u + j);
      const wj = v128.load(w + j);
      const vj = v128.load(v + j);
      const x0 = minus(v128.load(row0 + j), u0, wj, w0, uj);
      const x1 = minus(v128.load(row1 + j), u1, wj, w1, uj);
      v128.store(row0 + j, x0);
      v128.store(row1 + j, x1);
      own0 = f64x2.add(own0, f64x2.mul(x0, vj));
      own1 = f64x2.add(own1, f64x2.mul(x1, vj));
      const beside = f64x2.add(v128.load(p + j), f64x2.mul(x0, v0));
      v128.store(p + j, f64x2.add(beside, f64x2.mul(x1, v1)));
    }
    const uj = v128.load(u + at);
    const wj = v128.load(w + at);
    const vj = v128.load(v + at);
    const x0 = minus(v128.load(row0 + at), u0, wj, w0, uj);
    const x1 = minus(v128.load(row1 + at), u1, wj, w1, uj);
    v128.store(row0 + at, x0);
    v128.store(row1 + at, x1);
    own0 = f64x2.add(own0, f64x2.mul(x0, vj));
    own1 = f64x2.add(own1, f64x2.mul(x1, vj));
    store<f64>(p + at, sumLanes(own0));
    store<f64>(p + at, sumLanes(own1), 8);
  }
}

/** x − (a · b + c · d) */
// @inline
function minus(x: v128, a: v128, b: v128, c: v128, d: v128): v128 {
  return f64x2.sub(x, f64x2.add(f64x2.mul(a, b), f64x2.mul(c, d)));
}

// @inline
function sumLanes(x: v128): f64 {
  return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1);
}

/** Columns that are turned together: those of 512 rows, and the turns, stay in the first cache. */
const TOGETHER: usize = 4;

/**
 * out ← (R x)ᵀ for x, out [width, width], width a multiple of four. R is `count` rotations one after the other: rows
 * p, q become c p − s q and s p + c q. places: p, q of each (i32); angles: c, s of each (f64); room for [width, 4].
 */
export function turnRows(
  x: usize,
  out: usize,
  width: i32,
  places: usize,
  angles: usize,
  count: i32,
  room: usize,
): void {
  const across = (<usize>width) << 3;
  const line = TOGETHER << 3;
  for (let column: usize = 0; column < <usize>width; column += TOGETHER) {
    const left = x + (column << 3);
    for (let i: usize = 0; i < <usize>width; i++)
      memory.copy(room + i * line, left + i * across, line);
    for (let k: usize = 0; k < <usize>count; k++) {
      const p = room + <usize>load<i32>(places + (k << 3)) * line;
      const q = room + <usize>load<i32>(places + (k << 3), 4) * line;
      const c = v128.load64_splat(angles + (k << 4));
      const s = v128.load64_splat(angles + (k << 4), 8);
      turnPair(p, q, c, s);
      turnPair(p + PAIR, q + PAIR, c, s);
    }
    const below = out + column * across;
    for (let i: usize = 0; i < <usize>width; i += 2)
      for (let j: usize = 0; j < TOGETHER; j += 2) {
        const upper = v128.load(room + i * line + (j << 3));
        const lower = v128.load(room + (i + 1) * line + (j << 3));
        const to = below + j * across + (i << 3);
        v128.store(to, v128.shuffle<f64>(upper, lower, 0, 2));
        v128.store(to + across, v128.shuffle<f64>(upper, lower, 1, 3));
      }
  }
}

// @inline
function turnPair(p: usize, q: usize, c: v128, s: v128): void {
  const x = v128.load(p);
  const y = v128.load(q);
  v128.store(p, f64x2.sub(f64x2.mul(c, x), f64x2.mul(s, y)));
  v128.store(q, f64x2.add(f64x2.mul(s, x), f64x2.mul(c, y)));
}
