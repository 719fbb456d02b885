/** Strings of SVG: escaped text, elements, and an estimate of how wide text will be. No layout. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export type Attributes = Record<string, string | number>;

/** Text as XML: markup escaped; control characters and lone surrogates, which XML 1.0 forbids, left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"]/g, (sign) => entities[sign]);
}

/** `<name …>children</name>`; `children` is markup already. Numbers are rounded to hundredths. */
export function element(name: string, attributes: Attributes, children = ''): string {
  const list = Object.entries(attributes)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escapeXml(value)}"`,
    )
    .join('');
  return children === '' ? `<${name}${list}/>` : `<${name}${list}>${children}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(content));
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
  readonly markup: string;
  readonly height: number;
}

/** Parts one below the other. */
export function stacked(blocks: readonly Block[]): Block {
  let height = 0;
  const parts = blocks.map((block) => {
    const part = element('g', { transform: `translate(0 ${short(height)})` }, block.markup);
    height += block.height;
    return block.markup === '' ? '' : part;
  });
  return { markup: parts.join(''), height: Math.ceil(height) };
}

/** Parts side by side, each so many pixels wide, their upper edges level. */
export function beside(blocks: readonly Block[], width: number): Block {
  const parts = blocks.map(({ markup }, k) =>
    element('g', { transform: `translate(${short(k * width)} 0)` }, markup),
  );
  return { markup: parts.join(''), height: Math.max(0, ...blocks.map(({ height }) => height)) };
}
