/** What the page and the worker that measures tell each other. Not how either works. */
import type { DiagnosticNotes, DiagnosticValue } from '../../../diagnostics/catalogue.ts';
import type { Space } from '../../../diagnostics/diagnostic.ts';
import type { Matrix } from '../../../numerics/matrix.ts';

/** Diagnostics of one frame, or the share of the particles by angle. */
export type MeasureQuestion =
  | {
      readonly kind: 'diagnose';
      readonly positions: Matrix;
      readonly initial: Matrix | null;
      readonly masses: Float64Array | null;
      readonly radii: Float64Array | null;
      readonly beta: number;
      readonly space: Space;
      readonly names: readonly string[];
    }
  /** The positions' buffer is handed over, and comes back with the answer. */
  | { readonly kind: 'count'; readonly positions: Matrix; readonly bins: number };

export type MeasureReply =
  | {
      readonly kind: 'diagnosed';
      readonly values: Readonly<Record<string, DiagnosticValue>>;
      readonly notes: DiagnosticNotes;
    }
  | { readonly kind: 'counted'; readonly positions: Matrix; readonly shares: Float64Array };
