/** The histograms of all inner products, a column a layer: the darker, the more of its pairs. */
import { fill, setAttribute, setVariable, svg } from '../../dom.ts';
import type { Page } from '../../page.ts';
import { goToFrame } from '../../page.ts';
import { roundTicks } from '../geometry.ts';
import { shade } from '../heads.ts';

const SIZE = { width: 640, height: 220, left: 34, right: 6, top: 8, foot: 34 };

export interface Bands {
  readonly element: SVGSVGElement;
  /** Counts by layer, from −1 to 1 in equal bins; `frame` is looked at. */
  show(histograms: readonly (readonly number[])[], label: string, frame: number): void;
}

export function createBands(page: Page): Bands {
  const mark = svg('rect', { class: 'band-mark' });
  const { width, height, left, right, top, foot } = SIZE;
  const element = svg('svg', {
    class: 'bands',
    role: 'img',
    viewBox: `0 0 ${width} ${height}`,
  });
  const y = (cosine: number) => top + ((1 - cosine) / 2) * (height - top - foot);
  let drawn: readonly (readonly number[])[] | null = null;
  return {
    element,
    show(histograms, label, frame) {
      const step = (width - left - right) / histograms.length;
      const x = (layer: number) => left + layer * step;
      if (drawn !== histograms) {
        drawn = histograms;
        setAttribute(element, 'aria-label', label);
        fill(
          element,
          ...histograms.flatMap((counts, layer) => column(counts, x(layer), step, y)),
          ...[-1, 0, 1].map((cosine) =>
            svg(
              'text',
              { class: 'grid-text', x: left - 6, y: y(cosine) + 4, 'text-anchor': 'end' },
              String(cosine).replace('-', '−'),
            ),
          ),
          ...roundTicks(0, histograms.length - 1, 8).map((layer) =>
            svg(
              'text',
              {
                class: 'grid-text',
                x: x(layer) + step / 2,
                y: height - foot + 15,
                'text-anchor': 'middle',
              },
              String(layer),
            ),
          ),
          svg(
            'text',
            { class: 'grid-text band-axis', x: width / 2, y: height - 3, 'text-anchor': 'middle' },
            page.words.layerAxis,
          ),
          mark,
          ...histograms.map((_, layer) =>
            svg('rect', {
              class: 'band-hit',
              x: x(layer),
              y: top,
              width: step,
              height: height - top - foot,
              click: () => goToFrame(page, layer),
            }),
          ),
        );
      }
      for (const [name, value] of Object.entries({
        x: x(frame),
        y: top,
        width: step,
        height: height - top - foot,
      }))
        setAttribute(mark, name, value);
    },
  };
}

function column(
  counts: readonly number[],
  x: number,
  width: number,
  y: (cosine: number) => number,
): SVGElement[] {
  const most = Math.max(...counts, 1);
  const bin = 2 / counts.length;
  return counts.flatMap((count, k) => {
    if (count === 0) return [];
    const above = y(-1 + (k + 1) * bin);
    const mark = svg('rect', {
      class: 'cell',
      x,
      y: above,
      width,
      height: y(-1 + k * bin) - above,
    });
    setVariable(mark, '--weight', shade(count / most).toFixed(3));
    return mark;
  });
}
