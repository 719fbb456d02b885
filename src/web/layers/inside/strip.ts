/** A vector as a strip of shades, one a number: blue above 0, orange below, full at the largest of its kind. */
import { h, setVariable, svg } from '../../dom.ts';
import { decimal } from '../../format.ts';
import type { Page } from '../../page.ts';
import { shadeOf } from '../heat-map.ts';

export interface Strips {
  /** `most`: the size of the fullest shade. */
  strip(name: string, values: readonly number[], most: number): HTMLElement;
}

/** Strips whose numbers `tell` says while the pointer is on them. */
export function createStrips(
  page: Page,
  tell: (name: string, numbers: string) => void,
  labelOf: (name: string, size: number) => string,
): Strips {
  const { language } = page.state.get();
  return {
    strip(name, values, most) {
      const numbers = () => values.map((value) => decimal(value, language, 3)).join('  ');
      const picture = svg('svg', {
        class: 'strip-cells',
        viewBox: `0 0 ${values.length} 1`,
        preserveAspectRatio: 'none',
      });
      picture.append(
        ...values.map((value, k) => {
          const kind = value < 0 ? 'cell negative' : 'cell';
          const cell = svg('rect', { class: kind, x: k + 0.04, y: 0, width: 0.92, height: 1 });
          setVariable(cell, '--weight', shadeOf(value, most).toFixed(3));
          return cell;
        }),
      );
      const said = { role: 'img', 'aria-label': labelOf(name, values.length) };
      return h(
        'span',
        { class: 'strip', ...said, pointerenter: () => tell(name, numbers()) },
        picture,
      );
    },
  };
}

/** The largest size among numbers, for a common shade. */
export const mostOf = (...vectors: readonly (readonly number[])[]): number =>
  Math.max(0, ...vectors.map((vector) => Math.max(0, ...vector.map(Math.abs))));
