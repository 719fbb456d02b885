import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../src/figures/figure.ts';
import { rampColour, themes } from '../../src/figures/palette.ts';
import { renderSvg } from '../../src/figures/render.ts';
import { niceTicks } from '../../src/figures/scale.ts';
import { escapeXml, wrap } from '../../src/figures/svg.ts';

const everything: Figure = {
  title: 'All marks < & "quotes"',
  caption: 'A caption',
  panels: [
    {
      title: 'Values',
      x: { label: 'layer' },
      y: { label: 'energy', unit: 'nats' },
      series: [
        {
          kind: 'line',
          name: 'SA',
          points: [
            [0, 1],
            [1, Number.NaN],
            [2, 3],
            [3, 4],
          ],
        },
        {
          kind: 'scatter',
          name: 'dots',
          points: [
            [0, 2],
            [Number.POSITIVE_INFINITY, 1],
          ],
        },
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
      x: { label: 'axis 1' },
      y: { label: 'axis 2' },
      equalUnits: true,
      series: [
        {
          kind: 'path',
          name: '<Mein>',
          points: [
            [0, 0],
            [1, 0.2],
            [1, 1],
          ],
        },
        {
          kind: 'path',
          name: 'tier',
          points: [
            [0.5, 0],
            [1, 1],
          ],
        },
      ],
    },
    {
      x: {
        label: 'key',
        ticks: [
          { value: 0, label: 'ein' },
          { value: 1, label: '__' },
        ],
      },
      y: { label: 'query' },
      series: [
        {
          kind: 'heat',
          name: 'attention',
          values: [
            [1, 0],
            [0.25, Number.NaN],
          ],
        },
      ],
    },
  ],
};

/** Throws unless every element is closed in order and attributes and text hold no bare markup. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)(\/?)>|[^<]+/gy;
  let end = 0;
  for (const match of xml.matchAll(token)) {
    end = match.index + match[0].length;
    const [whole, closing, name, , empty] = match;
    expect(whole.replace(/&(amp|lt|gt|quot);/g, '')).not.toContain('&');
    if (closing) expect(open.pop()).toBe(name);
    else if (name && !empty) open.push(name);
  }
  expect(end).toBe(xml.length);
  expect(open).toEqual([]);
}

/** Colour and corners of the rectangles of a heat map. */
function cellsOf(svg: string) {
  const inside = svg.match(/<g shape-rendering="crispEdges">(.*?)<\/g>/)?.[1] ?? '';
  return [...inside.matchAll(/<path d="([^"]*)" fill="([^"]*)"/g)].flatMap(([, d, fill]) =>
    [...d.matchAll(/M(\S+) (\S+)H(\S+)V(\S+)H\1Z/g)].map(([, ...corners]) => {
      const [left, from, right, to] = corners.map(Number);
      return { fill, left, right, from, to };
    }),
  );
}

/** A diagram of two columns on [0, 4] × [0, 10] under a line from corner to corner. */
function diagram(values: readonly (readonly number[])[]): Figure {
  return {
    title: '',
    panels: [
      {
        x: { label: 'β' },
        y: { label: 't' },
        series: [
          { kind: 'heat', values, area: { x: [0, 4], y: [0, 10] } },
          {
            kind: 'line',
            points: [
              [0, 0],
              [4, 10],
            ],
          },
        ],
      },
    ],
  };
}

describe('a diagram', () => {
  const svg = renderSvg(
    diagram([
      [0, 1],
      [0, 0.5],
    ]),
  );
  const cells = cellsOf(svg);

  it('fills its area from the bottom, so that a line across it joins its corners', () => {
    const [, x1, y1, x2, y2] = svg.match(/<path d="M(\S+) (\S+)L(\S+) (\S+)" fill="none"/) ?? [];
    const edges = (pick: (cell: (typeof cells)[number]) => number[]) => cells.flatMap(pick);
    const across = edges(({ left, right }) => [left, right]);
    const along = edges(({ from, to }) => [from, to]);
    expect([Math.min(...across), Math.max(...across)]).toEqual([Number(x1), Number(x2)]);
    expect([Math.max(...along), Math.min(...along)]).toEqual([Number(y1), Number(y2)]);
    const { ramp } = themes.light;
    const strongest = cells.find(({ fill }) => fill === ramp.at(-1));
    expect(strongest?.from).toBe(Number(y1));
    expect(strongest?.left).toBeCloseTo((Number(x1) + Number(x2)) / 2, 1);
  });

  it('draws equal neighbours of a column as one', () => {
    expect(cells).toHaveLength(3);
    expectWellFormed(svg);
  });

  it('says its units at the axes', () => {
    for (const tick of ['0', '2', '4', '10']) expect(svg).toContain(`>${tick}</text>`);
  });
});

describe('the SVG of a figure', () => {
  it.each([
    ['light', 480],
    ['dark', 340],
    ['light', 900],
  ] as const)('is well-formed and free of NaN (%s, %i px)', (theme, width) => {
    const svg = renderSvg(everything, { theme, width });
    expectWellFormed(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(svg).toContain(`width="${width}"`);
    expect(svg).toContain(themes[theme].background);
  });

  it('shows titles, labels with units, names and ticks, escaped', () => {
    const svg = renderSvg(everything);
    const wanted = [
      'All marks &lt; &amp; &quot;quotes&quot;',
      'A caption',
      'Values',
      'energy (nats)',
    ];
    const names = ['SA', 'dots', 'counts', '&lt;Mein&gt;', 'tier', 'ein', '__', 'attention: 0 … 1'];
    for (const label of [...wanted, ...names, 'layer', 'key', 'query'])
      expect(svg).toContain(`>${label}</text>`);
  });

  it('leaves out what is not finite: a line breaks, dots and cells are missing', () => {
    const svg = renderSvg(everything);
    expect(svg.match(/<path d="M[^ML"]*M[^M"]*"/g)).toHaveLength(1);
    expect(cellsOf(svg)).toHaveLength(3);
  });

  it('draws a figure without data', () => {
    const empty = { title: '', panels: [{ x: { label: 'x' }, y: { label: 'y' }, series: [] }] };
    expectWellFormed(renderSvg(empty));
    expect(renderSvg(empty)).not.toMatch(/NaN|Infinity/);
  });

  it('keeps names of paths that end together apart', () => {
    const points = [
      [0, 0],
      [1, 1],
    ] as const;
    const series = ['ab', 'cd', 'ef'].map((name) => ({ kind: 'path' as const, name, points }));
    const svg = renderSvg({
      title: '',
      panels: [{ x: { label: 'x' }, y: { label: 'y' }, series }],
    });
    const heights = [...svg.matchAll(/ y="([\d.]+)"[^>]*>(?:ab|cd|ef)</g)].map((m) => Number(m[1]));
    const gaps = heights.toSorted((a, b) => a - b).map((y, i, all) => y - (all[i - 1] ?? -100));
    expect(heights).toHaveLength(3);
    expect(Math.min(...gaps)).toBeGreaterThan(11);
  });

  it('has its panels side by side where it has columns', () => {
    const size = (svg: string) => Number(svg.match(/height="(\d+)"/)?.[1]);
    const svg = renderSvg({ ...everything, columns: 3 }, { width: 900 });
    expectWellFormed(svg);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(size(svg)).toBeLessThan(size(renderSvg(everything, { width: 300 })) / 2);
    for (const left of [0, 300, 600]) expect(svg).toContain(`translate(${left} 0)`);
  });

  it('is the same each time', () => {
    expect(renderSvg(everything)).toBe(renderSvg(everything));
  });
});

describe('text in SVG', () => {
  it('is well-formed whatever it holds', { tags: 'slow' }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (title) => {
        expectWellFormed(renderSvg({ title, panels: [] }));
      }),
      { numRuns: 50 },
    );
    expect(escapeXml('a\ud800b\u0000c😀')).toBe('abc😀');
  });

  it('wraps at blanks', () => {
    expect(wrap('one two three', 10, 45)).toEqual(['one two', 'three']);
  });
});

describe('ticks', () => {
  it('are round', () => {
    const labels = niceTicks([-1, 1], 4).map(({ label }) => label);
    expect(labels).toEqual(['−1.0', '−0.5', '0', '0.5', '1.0']);
    expect(niceTicks([0, 9], 9).map(({ label }) => label)[9]).toBe('9');
    expect(niceTicks([0, 3e-7], 3).map(({ label }) => label)).toEqual([
      '0',
      '1e−7',
      '2e−7',
      '3e−7',
    ]);
    expect(niceTicks([2, 2], 5)).toEqual([{ value: 2, label: '2' }]);
  });

  it('lie inside any domain, are distinct and about as many as asked', () => {
    const ends = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(ends, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (low, length) => {
        const ticks = niceTicks([low, low + length], 6);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(8);
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
      }),
    );
  });
});

describe('colours', () => {
  it('of the ramp begin and end with its stops', () => {
    const { ramp } = themes.light;
    expect([rampColour(themes.light, -1), rampColour(themes.light, 1)]).toEqual([
      ramp[0],
      ramp.at(-1),
    ]);
  });
});
