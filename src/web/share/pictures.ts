/** Pictures as files: PNG, SVG, and their numbers as CSV. */
import type { Figure } from '../../figures/figure.ts';
import { figureCsv } from '../../figures/table.ts';
import { fill, h } from '../dom.ts';
import type { FigureFile } from './files.ts';
import { download, pngOf, svgOf, textFile } from './files.ts';
import type { SharedFigure } from './shared.ts';
import type { ShareWords } from './words.ts';

/** A list of pictures, each small, with its files. */
export function createFigures(words: ShareWords, figures: readonly SharedFigure[]): HTMLElement {
  const failed = h('p', { class: 'hint', role: 'status' });
  const items = figures.map((one) =>
    h(
      'li',
      {},
      h('span', { class: 'shared-picture', 'aria-hidden': 'true' }, drawing(svgOf(one.figure))),
      h('span', {}, one.figure.title),
      createSaveButtons(words, one, failed),
    ),
  );
  return h(
    'section',
    {},
    h('h3', {}, words.pictures),
    h('ul', { class: 'shared' }, ...items),
    failed,
  );
}

/** The files of a picture, made when they are asked for; `failed` says where one could not be. */
export function createSaveButtons(
  words: ShareWords,
  { figure, name }: SharedFigure,
  failed: HTMLElement,
): HTMLElement {
  const save = (kind: FigureFile) => {
    fill(failed);
    fileOf(figure, kind).then(
      (blob) => download(`${name}.${kind}`, blob),
      () => fill(failed, words.failed),
    );
  };
  const buttons = (['png', 'svg', 'csv'] as const).map((kind) =>
    h(
      'button',
      {
        type: 'button',
        class: 'button',
        id: `share-${name}-${kind}`,
        'aria-label': words.file(figure.title, kind.toUpperCase()),
        click: () => save(kind),
      },
      kind.toUpperCase(),
    ),
  );
  return h('span', { class: 'shared-files' }, ...buttons);
}

/** The picture itself, small: as wide as its place, from the top. */
function drawing(svg: string): Element {
  const { documentElement } = new DOMParser().parseFromString(svg, 'image/svg+xml');
  documentElement.setAttribute('preserveAspectRatio', 'xMidYMin slice');
  return documentElement;
}

async function fileOf(figure: Figure, kind: FigureFile): Promise<Blob> {
  if (kind === 'csv') return textFile(figureCsv(figure), 'text/csv');
  const svg = svgOf(figure);
  return kind === 'svg' ? textFile(svg, 'image/svg+xml') : pngOf(svg);
}
