/** What a page that stands alone and its workers tell each other. */
import type { ProblemDetails } from '../problem-details.ts';

/** The options of the library, mostly with a text and the model's name. */
export interface Body {
  readonly text: string;
  readonly model?: string;
}

/** A question as it would go to the server. */
export interface Asked {
  readonly path: string;
  readonly body: Body;
}

export type Told = { readonly document: object } | { readonly failure: ProblemDetails };
