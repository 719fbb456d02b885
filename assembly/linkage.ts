/**
 * Heights of single linkage of points whose products are known but for a change of rank two, float64. The sums are
 * those of the plain loops (src/diagnostics/survey/surrogates.ts) in their order. Arguments are byte addresses.
 */

const PAIR: usize = 16;

/**
 * The n − 1 heights, in the order in which Prim adds points, of points i < n with the cosines
 * s_i s_j (a_ij + x_i y_j + y_i x_j + (b_j + (b_i + m))), heights being −cosines. a [width, width], width even; x, y, b
 * and scales s [width]; room for `nearest` and `inside` [width].
 */
export function linkageHeights(
  a: usize,
  n: i32,
  width: i32,
  x: usize,
  y: usize,
  b: usize,
  mean: f64,
  scales: usize,
  nearest: usize,
  inside: usize,
  heights: usize,
): void {
  const across = (<usize>width) << 3;
  for (let j = 0; j < width; j++) {
    store<f64>(nearest + ((<usize>j) << 3), Infinity);
    store<f64>(inside + ((<usize>j) << 3), j === 0 || j >= n ? Infinity : 0);
  }
  let added: usize = 0;
  for (let edge = 0; edge < n - 1; edge++) {
    const at = added << 3;
    const row = a + added * across;
    const xi = v128.load64_splat(x + at);
    const yi = v128.load64_splat(y + at);
    const bi = f64x2.splat(load<f64>(b + at) + mean);
    const si = f64x2.splat(-load<f64>(scales + at));
    let least = f64x2.splat(Infinity);
    for (let j: usize = 0; j < across; j += PAIR) {
      let value = f64x2.add(v128.load(row + j), f64x2.mul(xi, v128.load(y + j)));
      value = f64x2.add(value, f64x2.mul(yi, v128.load(x + j)));
      value = f64x2.add(value, f64x2.add(v128.load(b + j), bi));
      value = f64x2.mul(value, f64x2.mul(si, v128.load(scales + j)));
      const best = f64x2.pmin(v128.load(nearest + j), value);
      v128.store(nearest + j, best);
      least = f64x2.pmin(least, f64x2.add(best, v128.load(inside + j)));
    }
    const found = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
    added = firstAt(nearest, inside, found);
    store<f64>(inside + (added << 3), Infinity);
    store<f64>(heights + ((<usize>edge) << 3), found);
  }
}

/** The first that is outside and so near. */
function firstAt(nearest: usize, inside: usize, value: f64): usize {
  let j: usize = 0;
  while (load<f64>(inside + (j << 3)) !== 0 || load<f64>(nearest + (j << 3)) !== value) j++;
  return j;
}
