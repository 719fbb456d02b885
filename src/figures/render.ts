/**
 * A figure as shapes, and as a stand-alone SVG document: vector, labelled, readable at the width of a column.
 * Not how series look (marks.ts) or where ticks lie (scale.ts). No fonts are embedded in SVG, no script is used.
 */
import type { Figure } from './figure.ts';
import { type Theme, themes } from './palette.ts';
import { panelBlock } from './panel.ts';
import { type Block, beside, element, markupOf, type Shape, stacked, text, wrap } from './svg.ts';

/** How a figure is drawn: on which ground, and how wide. */
export interface DrawingOptions {
  readonly theme?: keyof typeof themes;
  /** Pixels; the height follows. */
  readonly width?: number;
}

const margin = 12;

/** A figure as shapes on a ground, in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
}

/** Light theme and 480 pixels wide unless said otherwise. */
export function drawFigure(
  figure: Figure,
  { theme: name = 'light', width = 480 }: DrawingOptions = {},
): Drawing {
  const theme = themes[name];
  const { shapes, height } = stacked([
    { shapes: [], height: margin },
    titleBlock(figure, width, theme),
    ...panelRows(figure, width, theme),
    captionBlock(figure, width, theme),
    { shapes: [], height: margin },
  ]);
  const ground = element('rect', { width, height, fill: theme.background });
  return { width, height, shapes: [ground, ...shapes] };
}

/** Figure → SVG document. */
export function renderSvg(figure: Figure, options: DrawingOptions = {}): string {
  const { width, height, shapes } = drawFigure(figure, options);
  return markupOf(element('svg', root(width, height), [...described(figure), ...shapes]));
}

/** Panels in rows of as many as the figure has columns, each its share of the width. */
function panelRows({ panels, columns = 1 }: Figure, width: number, theme: Theme): Block[] {
  if (columns === 1) return panels.map((panel) => panelBlock(panel, width, theme));
  const share = width / columns;
  const starts = panels.map((_, k) => k).filter((k) => k % columns === 0);
  return starts.map((from) =>
    beside(
      panels.slice(from, from + columns).map((panel) => panelBlock(panel, share, theme)),
      share,
    ),
  );
}

function root(width: number, height: number) {
  return {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'font-family': 'system-ui, Segoe UI, Helvetica, Arial, sans-serif',
  };
}

function described({ title, caption }: Figure): Shape[] {
  const said = (name: string, content: string) => ({ ...element(name, {}), text: content });
  return [said('title', title), ...(caption ? [said('desc', caption)] : [])];
}

function titleBlock({ title }: Figure, width: number, theme: Theme): Block {
  return paragraph(title, 14, width, { fill: theme.ink, 'font-weight': 600 });
}

function captionBlock({ caption = '' }: Figure, width: number, theme: Theme): Block {
  return paragraph(caption, 11, width, { fill: theme.faintInk });
}

function paragraph(
  content: string,
  fontSize: number,
  width: number,
  look: Record<string, string | number>,
): Block {
  const lines = wrap(content, fontSize, width - 2 * margin);
  const shapes = lines.map((line, i) =>
    text(margin, (i + 1) * fontSize * 1.35, line, { 'font-size': fontSize, ...look }),
  );
  return { shapes, height: Math.ceil((lines.length + 0.5) * fontSize * 1.35) };
}
