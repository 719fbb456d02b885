/**
 * Whether the steps of an adaptive scheme have collapsed, as they do where f jumps and the solution slides along
 * the jump: then every step is as small as the tolerance, and the run would not end. Not the choice of a step.
 */

/** So many tries are looked at together. */
const WINDOW = 10_000;
/** Of the first step that the flow itself suggests: smaller ones come of stiffness that grew, or of jumps. */
const SMALL = 1e-3;

export interface Pace {
  /** The first step that the flow itself suggests. */
  readonly natural: number;
  /** Where the window begins. */
  since: { readonly tries: number; readonly time: number };
}

export const beginPace = (natural: number, time: number, tries: number): Pace => ({
  natural,
  since: { tries, time },
});

/** How far the last tries have come. */
export interface Collapse {
  readonly tries: number;
  readonly advance: number;
  /** Tries that the rest would take. */
  readonly ahead: number;
}

/**
 * Looked at after every window: collapsed where steps are small, and the rest at this pace would take more than
 * `most` tries. null where not, and within a window.
 */
export function collapsed(
  pace: Pace,
  { tries, time, end }: { readonly tries: number; readonly time: number; readonly end: number },
  most: number,
): Collapse | null {
  const { natural, since } = pace;
  if (tries - since.tries < WINDOW) return null;
  const advance = time - since.time;
  pace.since = { tries, time };
  const ahead = (WINDOW * (end - time)) / advance;
  const small = advance < SMALL * natural * WINDOW;
  return small && ahead > most ? { tries: WINDOW, advance, ahead } : null;
}
