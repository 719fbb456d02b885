/**
 * C = op(A) · op(B) (+ C) over outer × inner batches with strides between them, so that the heads of
 * an attention need no transposes. Blocks for the caches as in Goto & van de Geijn (2008): a panel of
 * B is packed eight columns wide, a transposed A four rows high, and tiles of 4 × 8 stay in registers.
 */
import { loadPart, multiplyAdd, storePart } from './vectors';

const TILE_ROWS: i32 = 4;
const TILE_COLUMNS: i32 = 8;
const TILE_BYTES: usize = 128;
/** Sizes of a block in elements: a tile's strip of B fits the first cache, a block of A or B the second. */
const BLOCK_M: i32 = 128;
const BLOCK_N: i32 = 512;
const BLOCK_K: i32 = 256;

// @inline
function roundUp(size: i32, step: i32): i32 {
  return ((size + step - 1) / step) * step;
}

/** Bytes of packed A: only a transposed one is packed. */
function packedABytes(transA: i32, m: i32, k: i32): usize {
  return transA ? (<usize>(roundUp(min(m, BLOCK_M), TILE_ROWS) * min(k, BLOCK_K))) << 2 : 0;
}

/** Work space for `gemm` of these sizes: one tile, packed A, packed B. */
export function gemmScratchBytes(transA: i32, _transB: i32, m: i32, n: i32, k: i32): usize {
  const packedB = (<usize>(roundUp(min(n, BLOCK_N), TILE_COLUMNS) * min(k, BLOCK_K))) << 2;
  return TILE_BYTES + packedABytes(transA, m, k) + packedB;
}

/**
 * For each outer o and inner i, with op(A) [m × k], op(B) [k × n] and C [m × n], row-major with rows
 * `lda`, `ldb`, `ldc` apart, each starting at o · outer stride + i · inner stride. `scratch` holds
 * gemmScratchBytes(…) bytes; C overlaps neither A nor B.
 */
export function gemm(
  transA: i32,
  transB: i32,
  m: i32,
  n: i32,
  k: i32,
  outer: i32,
  inner: i32,
  a: usize,
  lda: i32,
  aOuter: i32,
  aInner: i32,
  b: usize,
  ldb: i32,
  bOuter: i32,
  bInner: i32,
  c: usize,
  ldc: i32,
  cOuter: i32,
  cInner: i32,
  accumulate: i32,
  scratch: usize,
): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const aAt = a + ((<usize>(o * aOuter + i * aInner)) << 2);
      const bAt = b + ((<usize>(o * bOuter + i * bInner)) << 2);
      const cAt = c + ((<usize>(o * cOuter + i * cInner)) << 2);
      multiply(transA, transB, m, n, k, aAt, lda, bAt, ldb, cAt, ldc, accumulate, scratch);
    }
  }
}

/** One product, block by block. */
function multiply(
  transA: i32,
  transB: i32,
  m: i32,
  n: i32,
  k: i32,
  a: usize,
  lda: i32,
  b: usize,
  ldb: i32,
  c: usize,
  ldc: i32,
  accumulate: i32,
  scratch: usize,
): void {
  const packedA = scratch + TILE_BYTES;
  const packedB = packedA + packedABytes(transA, m, k);
  for (let p = 0; p < k; p += BLOCK_K) {
    const inner = min(BLOCK_K, k - p);
    const add = accumulate | i32(p > 0);
    for (let j = 0; j < n; j += BLOCK_N) {
      const columns = min(BLOCK_N, n - j);
      if (transB) packTransposedB(b + ((<usize>(j * ldb + p)) << 2), ldb, inner, columns, packedB);
      else packB(b + ((<usize>(p * ldb + j)) << 2), ldb, inner, columns, packedB);
      for (let i = 0; i < m; i += BLOCK_M) {
        const rows = min(BLOCK_M, m - i);
        const cAt = c + ((<usize>(i * ldc + j)) << 2);
        if (transA) {
          packTransposedA(a + ((<usize>(p * lda + i)) << 2), lda, inner, rows, packedA);
          blockPacked(packedA, packedB, rows, columns, inner, cAt, ldc, add, scratch);
        } else {
          const aAt = a + ((<usize>(i * lda + p)) << 2);
          blockDirect(aAt, lda, packedB, rows, columns, inner, cAt, ldc, add, scratch);
        }
      }
    }
  }
}

/** B [inner × columns] into strips of eight columns, each [inner][8], zeros beyond the last column. */
function packB(b: usize, ldb: i32, inner: i32, columns: i32, to: usize): void {
  const step = (<usize>ldb) << 2;
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    let from = b + ((<usize>j) << 2);
    const end = to + ((<usize>inner) << 5);
    const left = columns - j;
    if (left >= TILE_COLUMNS) {
      for (; to < end; to += 32, from += step) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      }
    } else {
      for (; to < end; to += 32, from += step) {
        v128.store(to, loadPart(from, left));
        v128.store(to, loadPart(from + 16, left - 4), 16);
      }
    }
  }
}

/** The same strips from B stored [columns × inner]; beyond the last column stands a copy of it. */
function packTransposedB(b: usize, ldb: i32, inner: i32, columns: i32, to: usize): void {
  for (let j = 0; j < columns; j += 4) {
    const strip = to + ((<usize>((j >> 3) * inner)) << 5) + ((<usize>(j & 4)) << 2);
    packFourColumns(b, ldb, inner, j, columns - 1, strip);
  }
}

function packFourColumns(b: usize, ldb: i32, inner: i32, j: i32, last: i32, to: usize): void {
  let from0 = b + ((<usize>(j * ldb)) << 2);
  let from1 = b + ((<usize>(min(j + 1, last) * ldb)) << 2);
  let from2 = b + ((<usize>(min(j + 2, last) * ldb)) << 2);
  let from3 = b + ((<usize>(min(j + 3, last) * ldb)) << 2);
  let p = 0;
  for (; p + 4 <= inner; p += 4) {
    transposeFour(v128.load(from0), v128.load(from1), v128.load(from2), v128.load(from3), to);
    from0 += 16;
    from1 += 16;
    from2 += 16;
    from3 += 16;
    to += 128;
  }
  for (; p < inner; p++) {
    store<f32>(to, load<f32>(from0));
    store<f32>(to, load<f32>(from1), 4);
    store<f32>(to, load<f32>(from2), 8);
    store<f32>(to, load<f32>(from3), 12);
    from0 += 4;
    from1 += 4;
    from2 += 4;
    from3 += 4;
    to += 32;
  }
}

/** Writes the columns of four rows, 32 bytes apart. */
// @inline
function transposeFour(r0: v128, r1: v128, r2: v128, r3: v128, to: usize): void {
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}

/** A stored [inner × rows] into strips of four rows, each [inner][4], zeros beyond the last row. */
function packTransposedA(a: usize, lda: i32, inner: i32, rows: i32, to: usize): void {
  const step = (<usize>lda) << 2;
  for (let i = 0; i < rows; i += TILE_ROWS) {
    let from = a + ((<usize>i) << 2);
    const end = to + ((<usize>inner) << 4);
    const left = rows - i;
    if (left >= 4) for (; to < end; to += 16, from += step) v128.store(to, v128.load(from));
    else for (; to < end; to += 16, from += step) v128.store(to, loadPart(from, left));
  }
}

/** C += A · B on one block, A as it lies in memory. A row beyond the last repeats the first of its tile. */
function blockDirect(
  a: usize,
  lda: i32,
  b: usize,
  rows: i32,
  columns: i32,
  inner: i32,
  c: usize,
  ldc: i32,
  add: i32,
  tile: usize,
): void {
  const step = (<usize>lda) << 2;
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    const strip = b + ((<usize>(j * inner)) << 2);
    for (let i = 0; i < rows; i += TILE_ROWS) {
      const a0 = a + <usize>i * step;
      const a1 = i + 1 < rows ? a0 + step : a0;
      const a2 = i + 2 < rows ? a0 + 2 * step : a0;
      const a3 = i + 3 < rows ? a0 + 3 * step : a0;
      const to = c + ((<usize>(i * ldc + j)) << 2);
      if (rows - i >= TILE_ROWS && columns - j >= TILE_COLUMNS) {
        multiplyTile(a0, a1, a2, a3, 4, strip, inner, to, (<usize>ldc) << 2, add);
      } else {
        multiplyTile(a0, a1, a2, a3, 4, strip, inner, tile, 32, 0);
        copyTile(tile, to, (<usize>ldc) << 2, min(TILE_ROWS, rows - i), columns - j, add);
      }
    }
  }
}

/** The same with A in packed strips of four rows. */
function blockPacked(
  a: usize,
  b: usize,
  rows: i32,
  columns: i32,
  inner: i32,
  c: usize,
  ldc: i32,
  add: i32,
  tile: usize,
): void {
  for (let j = 0; j < columns; j += TILE_COLUMNS) {
    const strip = b + ((<usize>(j * inner)) << 2);
    for (let i = 0; i < rows; i += TILE_ROWS) {
      const at = a + ((<usize>(i * inner)) << 2);
      const to = c + ((<usize>(i * ldc + j)) << 2);
      if (rows - i >= TILE_ROWS && columns - j >= TILE_COLUMNS) {
        multiplyTile(at, at + 4, at + 8, at + 12, 16, strip, inner, to, (<usize>ldc) << 2, add);
      } else {
        multiplyTile(at, at + 4, at + 8, at + 12, 16, strip, inner, tile, 32, 0);
        copyTile(tile, to, (<usize>ldc) << 2, min(TILE_ROWS, rows - i), columns - j, add);
      }
    }
  }
}

/** A 4 × 8 tile of C: four rows of A, `aStep` bytes from one column to the next, times a strip of B. */
function multiplyTile(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  aStep: usize,
  b: usize,
  inner: i32,
  c: usize,
  cStep: usize,
  add: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (const end = b + ((<usize>inner) << 5); b < end; b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = multiplyAdd(c00, x, b0);
    c01 = multiplyAdd(c01, x, b1);
    x = v128.load32_splat(a1);
    c10 = multiplyAdd(c10, x, b0);
    c11 = multiplyAdd(c11, x, b1);
    x = v128.load32_splat(a2);
    c20 = multiplyAdd(c20, x, b0);
    c21 = multiplyAdd(c21, x, b1);
    x = v128.load32_splat(a3);
    c30 = multiplyAdd(c30, x, b0);
    c31 = multiplyAdd(c31, x, b1);
    a0 += aStep;
    a1 += aStep;
    a2 += aStep;
    a3 += aStep;
  }
  storeEight(c, c00, c01, add);
  storeEight(c + cStep, c10, c11, add);
  storeEight(c + 2 * cStep, c20, c21, add);
  storeEight(c + 3 * cStep, c30, c31, add);
}

// @inline
function storeEight(to: usize, low: v128, high: v128, add: i32): void {
  v128.store(to, add ? f32x4.add(v128.load(to), low) : low);
  v128.store(to, add ? f32x4.add(v128.load(to, 16), high) : high, 16);
}

/** The part of a tile [4 × 8] that lies inside C. */
function copyTile(tile: usize, c: usize, cStep: usize, rows: i32, columns: i32, add: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < min(columns, TILE_COLUMNS); j += 4) {
      const to = c + <usize>i * cStep + ((<usize>j) << 2);
      const values = v128.load(tile + ((<usize>(i * TILE_COLUMNS + j)) << 2));
      const sum = add ? f32x4.add(loadPart(to, columns - j), values) : values;
      storePart(to, sum, columns - j);
    }
  }
}
