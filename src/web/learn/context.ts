/** What every step is made of, and the particle that it speaks of. */
import type { Trace } from '../api.ts';
import type { Panel } from '../layers/panel.ts';
import type { Page } from '../page.ts';
import { selectedToken } from '../page.ts';
import type { Reader, State } from '../state.ts';
import type { LearnWords } from './words.ts';

/** A number of the sentence at hand: its symbol, what it is, its value. */
export interface Fact {
  readonly tex: string;
  readonly name: string;
  readonly value: string;
}

export interface Context {
  readonly page: Page;
  readonly words: LearnWords;
  readonly trace: Trace;
  readonly layer: number;
}

/** A question that a button answers: the state to set, and what to compare before and after. */
export interface Trial {
  readonly patch: (page: Page) => Partial<State>;
  /** null where there is nothing to measure. */
  readonly measure: (page: Page, words: LearnWords) => string | null;
}

export interface Step {
  readonly formulas: Readonly<Record<Reader, readonly string[]>>;
  readonly createView: (page: Page, words: LearnWords) => Panel;
  readonly facts: (context: Context) => Fact[];
  readonly trial: Trial;
  /** What stands below the step, in cards of its own. */
  readonly createMore?: (page: Page, words: LearnWords) => HTMLElement;
}

/** The particle spoken of: the one selected, else the blank's, else the last. */
export function spokenOf(page: Page, { tokens }: Trace): number {
  const chosen = selectedToken(page);
  if (chosen !== null && chosen < tokens.length) return chosen;
  const blank = tokens.findIndex(({ text }) => text === '__');
  return blank < 0 ? tokens.length - 1 : blank;
}

/** The angle between two vectors of one length, in degrees; exact for small ones too. */
export function degreesBetween(a: readonly number[], b: readonly number[]): number {
  const apart = Math.hypot(...a.map((value, k) => value - b[k]));
  const along = Math.hypot(...a.map((value, k) => value + b[k]));
  return (2 * Math.atan2(apart, along) * 180) / Math.PI;
}
