/** The few pictures of the page, drawn. */
import { svg } from './dom.ts';
import type { Theme } from './state.ts';

const upper = 'M23 25C20 13 12 6 5 8c-5 2-3 13 4 17 4 2 10 2 14 0Z';
const lower = 'M23 26c-6 0-12 3-12 8 0 5 5 7 8 5 3-3 4-8 4-13Z';

/** The butterfly; with the class `flying` it moves its wings. */
export function butterfly(): SVGElement {
  const wing = (side: string) =>
    svg(
      'g',
      { class: `wing wing-${side}` },
      svg('path', { class: 'wing-upper', d: upper }),
      svg('path', { class: 'wing-lower', d: lower }),
      svg('circle', { class: 'wing-spot', cx: 11.5, cy: 15.5, r: 2.4 }),
      svg('circle', { class: 'wing-spot', cx: 16.5, cy: 33, r: 1.7 }),
    );
  return svg(
    'svg',
    { class: 'butterfly', viewBox: '0 0 48 48', 'aria-hidden': 'true' },
    wing('left'),
    svg('g', { transform: 'matrix(-1 0 0 1 48 0)' }, wing('right')),
    svg('path', { class: 'body', d: 'M24 19v18M24 19c0-4-2-7-5-9M24 19c0-4 2-7 5-9' }),
  );
}

const themePaths: Readonly<Record<Theme, string>> = {
  system: 'M12 3a9 9 0 0 0 0 18Z',
  light:
    'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  dark: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5Z',
};

export function themeIcon(theme: Theme): SVGElement {
  const icon = lineIcon(themePaths[theme]);
  if (theme !== 'system') return icon;
  icon.classList.add('half');
  icon.append(svg('circle', { cx: 12, cy: 12, r: 9 }));
  return icon;
}

export function playIcon(): SVGElement {
  return solidIcon('M8 5.5v13l11-6.5Z');
}

export function pauseIcon(): SVGElement {
  return solidIcon('M7 5h3.5v14H7ZM13.5 5H17v14h-3.5Z');
}

/** A chevron to the left (−1) or right (1). */
export function stepIcon(direction: -1 | 1): SVGElement {
  return lineIcon(direction < 0 ? 'M15 5l-7 7 7 7' : 'M9 5l7 7-7 7');
}

/** An arrow that turns back (−1) or on again (1). */
export function turnIcon(way: -1 | 1): SVGElement {
  return lineIcon(
    way < 0 ? 'M8 4 4 8l4 4M4 8h10a6 6 0 0 1 0 12H8' : 'M16 4l4 4-4 4M20 8H10a6 6 0 0 0 0 12h6',
  );
}

/** Back to the beginning. */
export function rewindIcon(): SVGElement {
  return lineIcon('M18 5l-8 7 8 7M6 5v14');
}

export function lockIcon(): SVGElement {
  return lineIcon('M6 11h12v9H6ZM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11');
}

/** A box with an arrow out of it. */
export function shareIcon(): SVGElement {
  return lineIcon('M12 14V3.5M8 7l4-4 4 4M7 11H5v9.5h14V11h-2');
}

function lineIcon(d: string): SVGElement {
  return svg(
    'svg',
    { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d }),
  );
}

function solidIcon(d: string): SVGElement {
  const icon = lineIcon(d);
  icon.classList.add('solid');
  return icon;
}
