/** Colours that scripts need. They are custom properties in base.css, so that a theme is one place. */

/** How many colours are told apart; more series begin again. */
export const seriesCount = 7;

/** The custom property of the index-th series, for style sheets. */
export function seriesColour(index: number): string {
  return `var(--series-${index % seriesCount})`;
}

/** The value of a custom property now, for canvases. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
