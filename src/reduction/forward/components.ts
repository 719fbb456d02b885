/**
 * Principal components of measures: of their quantiles (tangent PCA: the tangent space of W_2 at the mean),
 * and of their densities (linear PCA), which is what it should beat where mass is transported.
 */
import { type Matrix, matrix, row } from '../../numerics/matrix.ts';
import { type PrincipalAxes, principalAxes, projectOnAxes } from '../../numerics/spectrum.ts';
import { densityOf, type Grid, quantilesOfDensity } from '../cells.ts';
import { monotone, quantileDistance } from '../quantiles.ts';

/** The rows [m, N] as mean + the first `count` components. */
function projected(rows: Matrix, model: PrincipalAxes, count: number): Matrix {
  const coordinates = projectOnAxes(rows, model);
  const out = matrix(rows.rows, rows.columns);
  for (let i = 0; i < rows.rows; i++)
    out.data.set(combination(model, row(coordinates, i).subarray(0, count)), i * rows.columns);
  return out;
}

/** mean + Σ_k c_k axis_k */
export function combination(
  { mean, axes }: PrincipalAxes,
  coordinates: ArrayLike<number>,
): Float64Array {
  const out = Float64Array.from(mean);
  for (let k = 0; k < coordinates.length; k++) {
    const axis = row(axes, k);
    for (let c = 0; c < out.length; c++) out[c] += coordinates[k] * axis[c];
  }
  return out;
}

/**
 * Principal components of the quantiles of snapshots [m, N] about their mean (arXiv 1909.06626).
 * Components below 1e-8 of the first are rounding, and zero.
 */
export const tangentModel = (snapshots: Matrix, components: number): PrincipalAxes =>
  principalAxes([snapshots], components);

/** W_2 of each target to its projection on `count` components, made rising again. */
export function tangentErrors(model: PrincipalAxes, count: number, targets: Matrix): number[] {
  const found = projected(targets, model, count);
  return Array.from({ length: targets.rows }, (_, i) =>
    quantileDistance(monotone(row(found, i)), row(targets, i)),
  );
}

/** Densities on a grid, with their components. */
export interface LinearModel {
  readonly grid: Grid;
  readonly axes: PrincipalAxes;
}

export function linearModel(snapshots: Matrix, grid: Grid, components: number): LinearModel {
  return { grid, axes: principalAxes([densities(snapshots, grid)], components) };
}

export interface LinearErrors {
  /** W_2, after what is negative is cut off and mass 1 restored. */
  readonly w2: number[];
  /** L² of the densities. */
  readonly l2: number[];
}

export function linearErrors(
  { grid, axes }: LinearModel,
  count: number,
  targets: Matrix,
): LinearErrors {
  const exact = densities(targets, grid);
  const found = projected(exact, axes, count);
  const width = (grid.high - grid.low) / grid.cells;
  const each = <T>(measure: (i: number) => T) =>
    Array.from({ length: targets.rows }, (_, i) => measure(i));
  return {
    w2: each((i) => throughGrid(row(found, i), grid, row(targets, i))),
    // the mean of squares over the cells, times the length of the grid
    l2: each((i) => quantileDistance(row(found, i), row(exact, i)) * Math.sqrt(width * grid.cells)),
  };
}

/** W_2 of each target to itself seen on the grid: what no linear model on it gets below. */
export function gridErrors(targets: Matrix, grid: Grid): number[] {
  const exact = densities(targets, grid);
  return Array.from({ length: targets.rows }, (_, i) =>
    throughGrid(row(exact, i), grid, row(targets, i)),
  );
}

const throughGrid = (density: Float64Array, grid: Grid, target: Float64Array) =>
  quantileDistance(quantilesOfDensity(density, grid, target.length), target);

function densities(rows: Matrix, grid: Grid): Matrix {
  const out = matrix(rows.rows, grid.cells);
  for (let i = 0; i < rows.rows; i++) out.data.set(densityOf(row(rows, i), grid), i * grid.cells);
  return out;
}
