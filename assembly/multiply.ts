/**
 * Products of float64 matrices, row-major: every entry is one sum in the order of the inner index, so it has the
 * bits of the plain loop. Arguments are byte addresses.
 */

const LANES: usize = 16;
/** Bytes of eight numbers: a panel of b is so wide. */
const PANEL: usize = 4 * LANES;

/** out = a · b: a [rows, inner], b [inner, columns], columns a multiple of eight. */
export function multiply(
  a: usize,
  b: usize,
  out: usize,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  const across = (<usize>columns) << 3;
  for (let j: usize = 0; j < across; j += PANEL)
    multiplyPanel(a, b + j, across, out + j, across, rows, inner);
}

/** The same with eight columns of b at a time brought to `panel`, room for 8 · inner numbers: all rows find them close. */
export function multiplyByPanels(
  a: usize,
  b: usize,
  panel: usize,
  out: usize,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  const across = (<usize>columns) << 3;
  for (let j: usize = 0; j < across; j += PANEL) {
    copyPanel(b + j, across, panel, inner);
    multiplyPanel(a, panel, PANEL, out + j, across, rows, inner);
  }
}

/**
 * out = a · ((1 − t) · left + t · right), or a · left where `right` is 0, for matrices that lie in panels of eight
 * columns, [columns / 8, inner, 8], so that they are read in order; `narrow`: as float32. A panel is mixed into
 * `panel`, which has room for 8 · inner numbers, and stays in the first cache for all rows.
 */
export function multiplyPacked(
  a: usize,
  left: usize,
  right: usize,
  t: f64,
  narrow: bool,
  panel: usize,
  out: usize,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  const across = (<usize>columns) << 3;
  const size = <usize>inner * (narrow ? PANEL / 2 : PANEL);
  for (let j: usize = 0; j < across; j += PANEL) {
    if (narrow) mixNarrow(left, right, t, panel, inner);
    else if (right) mixWide(left, right, t, panel, inner);
    const b = narrow || right ? panel : left;
    multiplyPanel(a, b, PANEL, out + j, across, rows, inner);
    left += size;
    if (right) right += size;
  }
}

/** (1 − t) · left + t · right, as (1 − t) · l + t · r is rounded. */
function mixWide(left: usize, right: usize, t: f64, to: usize, inner: i32): void {
  const near = f64x2.splat(1 - t);
  const far = f64x2.splat(t);
  const end = to + <usize>inner * PANEL;
  for (; to < end; to += LANES, left += LANES, right += LANES)
    v128.store(to, f64x2.add(f64x2.mul(near, v128.load(left)), f64x2.mul(far, v128.load(right))));
}

/** The same of float32, which is exact in float64; `left` alone where `right` is 0. */
function mixNarrow(left: usize, right: usize, t: f64, to: usize, inner: i32): void {
  const near = f64x2.splat(1 - t);
  const far = f64x2.splat(t);
  const end = to + <usize>inner * PANEL;
  for (; to < end; to += LANES, left += LANES / 2) {
    const l = f64x2.promote_low_f32x4(v128.load64_zero(left));
    if (right) {
      const r = f64x2.promote_low_f32x4(v128.load64_zero(right));
      v128.store(to, f64x2.add(f64x2.mul(near, l), f64x2.mul(far, r)));
      right += LANES / 2;
    } else v128.store(to, l);
  }
}

function copyPanel(from: usize, across: usize, to: usize, inner: i32): void {
  for (const end = to + <usize>inner * PANEL; to < end; to += PANEL, from += across)
    for (let lane: usize = 0; lane < PANEL; lane += LANES)
      v128.store(to + lane, v128.load(from + lane));
}

/** Eight columns of out = a · b, rows of b `step` bytes apart and those of out `across`. */
function multiplyPanel(
  a: usize,
  b: usize,
  step: usize,
  out: usize,
  across: usize,
  rows: i32,
  inner: i32,
): void {
  const down = (<usize>inner) << 3;
  for (let i = 0; i < rows; i += 2) {
    // past the edge the last row is done again
    const next = min(i + 1, rows - 1);
    tile(
      a + <usize>i * down,
      a + <usize>next * down,
      b,
      inner,
      step,
      out + <usize>i * across,
      out + <usize>next * across,
    );
  }
}

/** Two rows and eight columns: every sum stays in a register. */
function tile(
  a0: usize,
  a1: usize,
  b: usize,
  inner: i32,
  step: usize,
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
    b += step;
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
