/** Colours: the palette of Okabe and Ito, distinguishable with any colour vision, on light and dark grounds. */

export interface Theme {
  readonly background: string;
  readonly ink: string;
  /** Captions and tick labels. */
  readonly faintInk: string;
  readonly grid: string;
  /** Okabe and Ito, Color Universal Design (2008); their black is the theme's ink. */
  readonly palette: readonly string[];
  /** Heat maps go from the first to the last. */
  readonly ramp: readonly string[];
}

export const themes: { readonly light: Theme; readonly dark: Theme } = {
  light: {
    background: '#ffffff',
    ink: '#1b1f24',
    faintInk: '#57606a',
    grid: '#e4e8ec',
    palette: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#1b1f24'],
    ramp: ['#f5f8fb', '#9ecae1', '#3182bd', '#08306b'],
  },
  dark: {
    background: '#14171c',
    ink: '#eef1f4',
    faintInk: '#a3adb8',
    grid: '#2b3139',
    palette: ['#56b4e9', '#e69f00', '#2cc295', '#cc79a7', '#f0e442', '#d55e00', '#eef1f4'],
    ramp: ['#1b2027', '#1f5f8b', '#56b4e9', '#e8f4fb'],
  },
};

/** Dashes tell series apart that share a colour, once the palette is used up. */
const dashes = ['none', '5 3', '1.5 2.5', '8 3 1.5 3'];

export function colourOf(theme: Theme, index: number): string {
  return theme.palette[index % theme.palette.length];
}

export function dashOf(theme: Theme, index: number): string {
  return dashes[Math.floor(index / theme.palette.length) % dashes.length];
}

/** The ramp at t ∈ [0, 1], linear between its stops. */
export function rampColour({ ramp }: Theme, t: number): string {
  const place = Math.min(1, Math.max(0, t)) * (ramp.length - 1);
  const stop = Math.min(ramp.length - 2, Math.floor(place));
  const mixed = [1, 3, 5].map((at) => {
    const [from, to] = [ramp[stop], ramp[stop + 1]].map((hex) =>
      Number.parseInt(hex.slice(at, at + 2), 16),
    );
    const level = Math.round(from + (place - stop) * (to - from));
    return level.toString(16).padStart(2, '0');
  });
  return `#${mixed.join('')}`;
}
