/**
 * What figures are drawn with: elements of SVG as data, their markup, and an estimate of how wide text will be. Other
 * formats are made from the same elements (host/pdf.ts). No layout.
 */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export type Attributes = Record<string, string | number>;

/** Text as XML: markup escaped; control characters and lone surrogates, which XML 1.0 forbids, left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (sign) => entities[sign]);
}

/** An element of SVG: its name, attributes, and what stands in it. */
export interface Shape {
  readonly name: string;
  readonly attributes: Attributes;
  /** Text as it is read, not yet escaped. */
  readonly text: string;
  readonly children: readonly Shape[];
}

export function element(
  name: string,
  attributes: Attributes,
  children: readonly Shape[] = [],
): Shape {
  return { name, attributes, text: '', children };
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): Shape {
  return { name: 'text', attributes: { x, y, ...attributes }, text: content, children: [] };
}

/** `<name …>children</name>`. Numbers are rounded to hundredths. */
export function markupOf({ name, attributes, text: content, children }: Shape): string {
  const list = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeXml(value)}"`,
    )
    .join('');
  const inside = escapeXml(content) + children.map(markupOf).join('');
  return inside === '' ? `<${name}${list}/>` : `<${name}${list}>${inside}</${name}>`;
}

/** Hundredths of a pixel: short files, and the same file everywhere. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100 || 0);
}

/** Width of text set in a usual sans-serif, in pixels: an estimate, for no font is at hand here. */
export function textWidth(content: string, fontSize: number): number {
  let ems = 0;
  for (const character of content) ems += character > '\u2e7f' ? 1 : 0.56;
  return ems * fontSize;
}

/** Breaks text at blanks into lines that fit a width. */
export function wrap(content: string, fontSize: number, width: number): string[] {
  const lines: string[] = [];
  for (const word of content.split(/\s+/).filter(Boolean)) {
    const joint = lines.length > 0 ? `${lines.at(-1)} ${word}` : word;
    if (lines.length > 0 && textWidth(joint, fontSize) <= width) lines[lines.length - 1] = joint;
    else lines.push(word);
  }
  return lines;
}

/** A drawn part and the height it takes, in pixels. */
export interface Block {
  readonly shapes: readonly Shape[];
  readonly height: number;
}

/** Parts one below the other. */
export function stacked(blocks: readonly Block[]): Block {
  let height = 0;
  const parts = blocks.flatMap((block) => {
    const part = element('g', { transform: `translate(0 ${short(height)})` }, block.shapes);
    height += block.height;
    return block.shapes.length === 0 ? [] : [part];
  });
  return { shapes: parts, height: Math.ceil(height) };
}

/** Parts side by side, each so many pixels wide, their upper edges level. */
export function beside(blocks: readonly Block[], width: number): Block {
  const parts = blocks.map(({ shapes }, k) =>
    element('g', { transform: `translate(${short(k * width)} 0)` }, shapes),
  );
  return { shapes: parts, height: Math.max(0, ...blocks.map(({ height }) => height)) };
}
