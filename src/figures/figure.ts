/**
 * A figure as data: what is drawn and what the axes mean. Nothing here knows SVG, a canvas or a theme,
 * so the same figure can be shown live and exported.
 */

export interface Axis {
  readonly label: string;
  /** Shown in brackets behind the label. */
  readonly unit?: string;
  /** Least and greatest value; taken from the data when absent. */
  readonly domain?: readonly [number, number];
  /** Named places instead of numbers, e.g. the tokens of a heat map. */
  readonly ticks?: readonly { readonly value: number; readonly label: string }[];
}

/** x and y; a value that is not finite breaks a line and leaves out a dot or bar. */
export type Point = readonly [number, number];

interface Named {
  /** Named lines, scatters and bars are listed in the legend; a path carries its name at its end. */
  readonly name?: string;
  /** Index into the palette; the position in the panel when absent. */
  readonly colour?: number;
}

/** Values of a variable in order. */
export interface Line extends Named {
  readonly kind: 'line';
  readonly points: readonly Point[];
}

/** Separate dots. */
export interface Scatter extends Named {
  readonly kind: 'scatter';
  readonly points: readonly Point[];
}

/** The way of one thing: an open circle where it starts, a full one where it ends, dots between. */
export interface Path extends Named {
  readonly kind: 'path';
  readonly points: readonly Point[];
}

/** Upright bars from 0. */
export interface Bars extends Named {
  readonly kind: 'bars';
  /** x: the middle of a bar. */
  readonly points: readonly Point[];
  /** In units of x. */
  readonly width: number;
}

/**
 * Cells of equal size in rows. A matrix, without an area: cell (i, j), row i from the top, covers
 * [j − ½, j + ½] × [i − ½, i + ½], and the y axis points down. A diagram, with an area in units of the axes:
 * rows fill it from the bottom, and the y axis points up as for all else, so that lines lie on top.
 */
export interface HeatMap extends Named {
  readonly kind: 'heat';
  readonly values: readonly (readonly number[])[];
  readonly area?: Area;
  /** Values of the faintest and the strongest colour; taken from the data when absent. */
  readonly range?: readonly [number, number];
}

/** From the least to the greatest value along both axes. */
export interface Area {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

export type Series = Line | Scatter | Path | Bars | HeatMap;

export interface Panel {
  readonly title?: string;
  readonly x: Axis;
  readonly y: Axis;
  /** One unit of x is as long as one unit of y: for maps, where distances and angles mean something. */
  readonly equalUnits?: boolean;
  readonly series: readonly Series[];
}

/** Panels with a title and a caption; `renderSvg` and `renderPdf` draw it. */
export interface Figure {
  readonly title: string;
  readonly caption?: string;
  readonly panels: readonly Panel[];
  /** So many panels side by side; 1 if absent, all one below the other. */
  readonly columns?: number;
}
