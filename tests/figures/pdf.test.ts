/** Figures as PDF: vectors, an embedded font with every sign, text that can be read back, the same bytes each time. */
import { inflateSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Figure } from '../../src/figures/figure.ts';
import { drawFigure } from '../../src/figures/render.ts';
import type { Shape } from '../../src/figures/svg.ts';
import { renderPdf } from '../../src/host/pdf.ts';

/** The signs of the figures of this project. */
const SIGNS =
  'ÄÖÜäöüß αβγδεθκλμνρσφωΔΣΩ x₀ x₁ log₁₀ t, ẋ = −P_x ∇E, ⟨x_i, x_j⟩ ≥ 1 − δ ≤ ≈ ≠ ∞ √ ∈ ∫ ∂ · × ± → ½ ² ³ ⁻¹ ‖ … – “ ” ’ ° ℓ ∝';

const figure: Figure = {
  title: 'All marks < & "quotes" (1)',
  caption: SIGNS,
  panels: [
    {
      title: 'Values',
      x: { label: 'layer' },
      y: { label: 'energy', unit: 'nats' },
      series: [
        {
          kind: 'line',
          name: 'sa',
          points: [
            [0, 1],
            [1, Number.NaN],
            [2, 3],
            [3, 4],
          ],
        },
        {
          kind: 'line',
          name: 'dashed',
          colour: 21,
          points: [
            [0, 4],
            [3, 1],
          ],
        },
        { kind: 'scatter', name: 'dots', points: [[0, 2]] },
        {
          kind: 'bars',
          name: 'counts',
          width: 1,
          points: [
            [0, 1],
            [1, 3],
          ],
        },
      ],
    },
    {
      x: {
        label: 'key',
        ticks: [
          { value: 0, label: 'Schmetterling' },
          { value: 1, label: 'ist' },
        ],
      },
      y: { label: 'query' },
      series: [
        {
          kind: 'heat',
          name: 'attention',
          values: [
            [1, 0],
            [0.3, 0.7],
          ],
        },
      ],
    },
    {
      x: { label: 'axis 1' },
      y: { label: 'axis 2' },
      equalUnits: true,
      series: [
        {
          kind: 'path',
          name: 'Löwe',
          points: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    },
  ],
};

const textsOf = (shapes: readonly Shape[]): string[] =>
  shapes.flatMap(({ text, children }) => [...(text ? [text] : []), ...textsOf(children)]);

/** Every stream of a PDF, inflated. */
function streamsOf(bytes: Uint8Array): string[] {
  const file = Buffer.from(bytes);
  const streams: string[] = [];
  for (let at = file.indexOf('stream\n'); at >= 0; at = file.indexOf('\nstream\n', at + 1)) {
    const from = file.indexOf('stream\n', at) + 7;
    streams.push(
      inflateSync(file.subarray(from, file.indexOf('\nendstream', from))).toString('latin1'),
    );
  }
  return streams;
}

const hexText = (hex: string) =>
  String.fromCharCode(...(hex.match(/.{4}/g) ?? []).map((code) => Number.parseInt(code, 16)));

/** What a reader gets of the glyphs: by the font's map to Unicode. */
function readBack(content: string, map: string): { texts: string[]; glyphs: string[] } {
  const signs = new Map<number, string>();
  for (const [, first, list] of map.matchAll(/<(\w{4})> <\w{4}> \[([^\]]*)\]/g))
    [...list.matchAll(/<(\w*)>/g)].forEach(([, hex], k) => {
      signs.set(Number.parseInt(first, 16) + k, hexText(hex));
    });
  const runs = [...content.matchAll(/\[([^\]]*)\] TJ/g)].map(([, run]) =>
    [...run.matchAll(/<(\w+)>/g)].flatMap(([, hex]) => hex.match(/.{4}/g) ?? []),
  );
  const texts = runs.map((run) => run.map((g) => signs.get(Number.parseInt(g, 16))).join(''));
  return { texts, glyphs: runs.flat() };
}

describe('a figure as PDF', () => {
  let bytes: Uint8Array;
  let file: string;
  let streams: string[];
  beforeAll(async () => {
    bytes = await renderPdf(figure, { width: 560 });
    file = Buffer.from(bytes).toString('latin1');
    streams = streamsOf(bytes);
  });

  it('is one page of the size of its SVG, with title and without a date', () => {
    const { width, height } = drawFigure(figure, { width: 560 });
    expect(file).toMatch(/^%PDF-1\.4\n/);
    expect(file.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1);
    expect(file).toContain(`/MediaBox [0 0 ${0.75 * width} ${0.75 * height}]`);
    expect(file).toContain('(All marks < & "quotes" \\(1\\))');
    expect(file).not.toMatch(/Date|\/Subtype \/Image/);
  });

  it('embeds the glyphs that it uses of one font', () => {
    expect(file.match(/\/FontFile2/g)).toHaveLength(1);
    const names = [...file.matchAll(/\/(?:BaseFont|FontName) \/(\S+)/g)].map(([, name]) => name);
    for (const name of names) expect(name).toMatch(/^[A-Z]{6}\+DejaVuSansCondensed$/);
    expect(names.length).toBeGreaterThan(1);
    expect(bytes.length).toBeLessThan(60_000);
  });

  it('has every text once, to be read back, and every sign in its font', () => {
    const map = streams.find((stream) => stream.includes('beginbfrange')) ?? '';
    const content = streams.find((stream) => stream.includes(' TJ')) ?? '';
    const { texts, glyphs } = readBack(content, map);
    expect(texts.sort()).toEqual(textsOf(drawFigure(figure, { width: 560 }).shapes).sort());
    expect(texts.join(' ')).toContain('⟨x_i, x_j⟩ ≥ 1 − δ');
    // Glyph 0 is the empty box.
    expect(glyphs).not.toContain('0000');
  });

  it('draws with lines, curves and dashes', () => {
    const content = streams.find((stream) => stream.includes(' TJ')) ?? '';
    expect(content).toContain('[8 3 1.5 3] 0 d');
    expect(content).toMatch(/ c\n/);
    expect(content.match(/^[Bfs]\*?$|^S$/gm)?.length).toBeGreaterThan(20);
  });

  it('is the same bytes each time, and others of another figure', async () => {
    expect(Buffer.compare(await renderPdf(figure, { width: 560 }), bytes)).toBe(0);
    const other = await renderPdf({ ...figure, title: 'Other' }, { width: 560 });
    expect(Buffer.compare(other, bytes)).not.toBe(0);
  });
});
