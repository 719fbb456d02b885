/**
 * out = a · b in float64, row-major: a [rows, inner], b [inner, columns], columns a multiple of eight. Every
 * entry is one sum in the order of `inner`, so it has the bits of the plain loop. Arguments are byte addresses.
 */

const LANES: usize = 16;

export function multiply(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  const across = (<usize>columns) << 3;
  const down = (<usize>inner) << 3;
  for (let j: usize = 0; j < across; j += 4 * LANES)
    for (let i = 0; i < rows; i += 2) {
      // past the edge the last row is done again
      const next = min(i + 1, rows - 1);
      tile(
        a + <usize>i * down,
        a + <usize>next * down,
        b + j,
        inner,
        across,
        out + <usize>i * across + j,
        out + <usize>next * across + j,
      );
    }
}

/** Two rows and eight columns: every sum stays in a register. */
function tile(
  a0: usize,
  a1: usize,
  b: usize,
  inner: i32,
  across: usize,
  out0: usize,
  out1: usize,
): void {
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s02 = s00;
  let s03 = s00;
  let s10 = s00;
  let s11 = s00;
  let s12 = s00;
  let s13 = s00;
  for (let l = 0; l < inner; l++) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, LANES);
    const b2 = v128.load(b, 2 * LANES);
    const b3 = v128.load(b, 3 * LANES);
    const x0 = v128.load64_splat(a0);
    const x1 = v128.load64_splat(a1);
    s00 = f64x2.add(s00, f64x2.mul(x0, b0));
    s01 = f64x2.add(s01, f64x2.mul(x0, b1));
    s02 = f64x2.add(s02, f64x2.mul(x0, b2));
    s03 = f64x2.add(s03, f64x2.mul(x0, b3));
    s10 = f64x2.add(s10, f64x2.mul(x1, b0));
    s11 = f64x2.add(s11, f64x2.mul(x1, b1));
    s12 = f64x2.add(s12, f64x2.mul(x1, b2));
    s13 = f64x2.add(s13, f64x2.mul(x1, b3));
    b += across;
    a0 += 8;
    a1 += 8;
  }
  v128.store(out0, s00);
  v128.store(out0, s01, LANES);
  v128.store(out0, s02, 2 * LANES);
  v128.store(out0, s03, 3 * LANES);
  v128.store(out1, s10);
  v128.store(out1, s11, LANES);
  v128.store(out1, s12, 2 * LANES);
  v128.store(out1, s13, 3 * LANES);
}
