/** The colours of the theme for a canvas, read once a theme. */
import { colour } from '../../colours.ts';

export interface Inks {
  readonly ink: string;
  readonly quiet: string;
  readonly faint: string;
  readonly line: string;
  readonly card: string;
  readonly sunk: string;
  readonly wing: string;
  readonly spark: string;
  /** Around the colour circle, so that neighbours in angle are neighbours in colour. */
  readonly wheel: readonly string[];
}

/** The series colours in the order of their hues: blue, cyan, green, yellow, orange, magenta, violet. */
const WHEEL = ['--series-0', '--series-5', '--series-2', '--series-4', '--series-1', '--series-3'];

export function readInks(): Inks {
  return {
    ink: colour('--ink'),
    quiet: colour('--ink-2'),
    faint: colour('--ink-3'),
    line: colour('--line'),
    card: colour('--card'),
    sunk: colour('--sunk'),
    wing: colour('--wing'),
    spark: colour('--spark-bright'),
    wheel: [...WHEEL, '--iris'].map(colour),
  };
}
