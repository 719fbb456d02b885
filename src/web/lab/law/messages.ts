/** What the page and the worker of the mean field tell each other. */
import type { MeanField } from '../../../limits/mean-field/circle.ts';

/** The start of the law: a recipe of the catalogue whose law is known. */
export interface LawStart {
  readonly name: 'uniform' | 'von_mises_fisher' | 'perturbed_circle';
  readonly values: Readonly<Record<string, number | string>>;
  readonly seed: number;
}

export interface LawQuestion extends MeanField {
  readonly start: LawStart;
  /** Rising; the first is 0. */
  readonly times: readonly number[];
}

export type LawReply =
  /** Per radian, at equal angles from −π on. */
  | { readonly kind: 'law'; readonly time: number; readonly density: Float64Array }
  /** Beyond `until` the law is too sharp for Fourier modes. */
  | { readonly kind: 'end'; readonly until: number };
