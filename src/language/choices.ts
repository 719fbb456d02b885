/** What a question about a text may choose, as names and numbers alone: pages read them without the schemas (options.ts). */

/** Most layers that a caller may ask for. */
export const MAXIMUM_DEPTH = 512;

/** How a blank may be read. */
export const READINGS = ['blank', 'sentence', 'both'] as const;
export type Reading = (typeof READINGS)[number];
