/** The colour of each token, the same in every panel and picture of a text, whatever it merges with. */
import type { Trace } from './api.ts';
import { seriesColour } from './colours.ts';

/** Colours of the series in which tokens take turns. */
const TURNS = [0, 2, 3, 4, 5];
const [BLANK, START] = [1, 6];

/** The index of its colour for each particle; the start is grey, and the blank alone is orange. */
export function tokenSeries({ tokens }: Pick<Trace, 'tokens'>): number[] {
  let turn = 0;
  return tokens.map(({ text, start, end }) => {
    if (text === '__') return BLANK;
    return text === '' && start === end ? START : TURNS[turn++ % TURNS.length];
  });
}

/** The same for style sheets. */
export const tokenColours = (trace: Pick<Trace, 'tokens'>): string[] =>
  tokenSeries(trace).map(seriesColour);
