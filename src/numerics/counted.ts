/** A number of things in English: one of them has no plural. */

/** `1 token`, `2 tokens`; other plurals than by s are given. */
export const counted = (count: number, name: string, plural = `${name}s`): string =>
  `${count} ${count === 1 ? name : plural}`;
