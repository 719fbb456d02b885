/** What every panel of the Layers tab is to the view that holds them. */
import type { Trace } from '../api.ts';

/** A panel: its element, and how it shows a frame of a trace (called on every change). */
export interface Panel {
  readonly element: HTMLElement;
  show(trace: Trace, layer: number): void;
}
