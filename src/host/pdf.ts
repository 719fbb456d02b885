/**
 * A figure as a PDF of one page: the shapes that its SVG is made of, as vectors, with the glyphs that it uses of an
 * embedded font. The same figure gives the same bytes: no date is written. Not the shapes (figures/render.ts).
 */
import { join } from 'node:path';
import type PDFDocument from 'pdfkit';
import type { Figure } from '../figures/figure.ts';
import { type DrawingOptions, drawFigure } from '../figures/render.ts';
import { type Attributes, type Shape, textWidth } from '../figures/svg.ts';
import { packageRoot } from './package.ts';

/** DejaVu Sans Condensed: Latin, Greek, Cyrillic, subscripts and signs of mathematics. */
const FONT = join(packageRoot, 'data', 'fonts', 'DejaVuSansCondensed.ttf');

/** Points of a pixel. */
const POINTS = 0.75;

type Page = PDFKit.PDFDocument;

/**
 * Figure → PDF, as large as its SVG at 96 pixels an inch. Signs that the font lacks, such as Chinese ones, are empty
 * boxes. pdfkit is loaded when it is first asked.
 */
export async function renderPdf(figure: Figure, options: DrawingOptions = {}): Promise<Uint8Array> {
  const { default: Document } = await import('pdfkit');
  const { width, height, shapes } = drawFigure(figure, options);
  const page = openPage(Document, figure, [width * POINTS, height * POINTS]);
  const chunks: Uint8Array[] = [];
  page.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const whole = new Promise<Uint8Array>((resolve, reject) => {
    page.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    page.on('error', reject);
  });
  page.font(FONT).scale(POINTS);
  for (const shape of shapes) draw(page, shape);
  page.end();
  return whole;
}

function openPage(
  Document: typeof PDFDocument,
  { title, caption = '' }: Figure,
  size: [number, number],
): Page {
  // its identifier is made of the date
  const info = { Title: title, Subject: caption, CreationDate: new Date(0) };
  const page = new Document({ size, margin: 0, info, pdfVersion: '1.4' });
  Reflect.deleteProperty(page.info, 'CreationDate');
  // pdfkit's XMP wants a date, and has titles as they are where XML has signs of its own
  Object.assign(page, { endMetadata: () => {} });
  return page;
}

function draw(page: Page, { name, attributes, text, children }: Shape): void {
  page.save();
  transform(page, attributes.transform);
  if (name === 'g') for (const child of children) draw(page, withGround(child, attributes));
  else if (name === 'text') write(page, text, attributes);
  else {
    outline(page, name, attributes);
    paint(page, attributes);
  }
  page.restore();
}

/** Cells beside each other are drawn a little larger, so that no light comes between them on a screen. */
const withGround = (child: Shape, { 'shape-rendering': rendering }: Attributes): Shape =>
  rendering === 'crispEdges'
    ? {
        ...child,
        attributes: { stroke: child.attributes.fill, 'stroke-width': 0.4, ...child.attributes },
      }
    : child;

/** `translate(x y)` and `rotate(degrees x y)`, one after the other. */
function transform(page: Page, list: string | number = ''): void {
  for (const [, name, values] of String(list).matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [a, b = 0, c = 0] = values.split(/[\s,]+/).map(Number);
    if (name === 'translate') page.translate(a, b);
    else if (name === 'rotate') page.rotate(a, { origin: [b, c] });
    else throw new RangeError(`a shape has the transform ${name}, which no PDF is made of`);
  }
}

function outline(page: Page, name: string, attributes: Attributes): void {
  const [x, y, width, height, cx, cy, r] = numbersOf(attributes, [
    ...['x', 'y', 'width', 'height'],
    ...['cx', 'cy', 'r'],
  ]);
  const [x1, y1, x2, y2] = numbersOf(attributes, ['x1', 'y1', 'x2', 'y2']);
  if (name === 'rect') page.rect(x, y, width, height);
  else if (name === 'circle') page.circle(cx, cy, r);
  else if (name === 'line') page.moveTo(x1, y1).lineTo(x2, y2);
  else if (name === 'path') page.path(String(attributes.d));
  else throw new RangeError(`a figure has the shape ${name}, which no PDF is made of`);
}

const numbersOf = (attributes: Attributes, names: readonly string[]) =>
  names.map((name) => Number(attributes[name] ?? 0));

const colourOf = (value: string | number | undefined) =>
  value === undefined || value === 'none' ? null : String(value);

function paint(page: Page, attributes: Attributes): void {
  const [fill, stroke] = [colourOf(attributes.fill), colourOf(attributes.stroke)];
  page.fillOpacity(Number(attributes['fill-opacity'] ?? 1));
  if (stroke) pen(page, attributes);
  if (fill && stroke) page.fillAndStroke(fill, stroke);
  else if (fill) page.fill(fill);
  else if (stroke) page.stroke(stroke);
}

function pen(page: Page, attributes: Attributes): void {
  const dashes = String(attributes['stroke-dasharray'] ?? 'none');
  page.lineWidth(Number(attributes['stroke-width'] ?? 1));
  if (attributes['stroke-linejoin'] === 'round') page.lineJoin('round');
  if (dashes !== 'none') page.addContent(`[${dashes}] 0 d`);
}

/** Strokes of this share of the size make the one font bold. */
const BOLD = 0.035;

/** Text on its baseline, narrowed where it would be wider than the layout takes it to be. */
function write(page: Page, content: string, attributes: Attributes): void {
  const size = Number(attributes['font-size']);
  const natural = page.fontSize(size).widthOfString(content);
  const width = Math.min(natural, textWidth(content, size));
  const anchor = { start: 0, middle: 0.5, end: 1 }[String(attributes['text-anchor'] ?? 'start')];
  const [x, y] = numbersOf(attributes, ['x', 'y']);
  const left = x - (anchor ?? 0) * width;
  const [ink, halo] = [colourOf(attributes.fill) ?? '#000000', colourOf(attributes.stroke)];
  if (content === '') return;
  // not the text a second time, which would be found and copied twice
  if (halo)
    page
      .fillOpacity(0.75)
      .rect(left - 1, y - 0.8 * size, width + 2, size)
      .fill(halo);
  page.scale(width / natural, 1, { origin: [left, y] });
  page
    .fillOpacity(1)
    .lineWidth(BOLD * size)
    .strokeColor(ink)
    .fillColor(ink);
  const stroke = Number(attributes['font-weight'] ?? 400) >= 600;
  page.text(content, left, y, { lineBreak: false, baseline: 'alphabetic', stroke, fill: true });
}
