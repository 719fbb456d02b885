/** The numbers of a figure as CSV. */
import { expect, test } from 'vitest';
import type { Figure } from '../../src/figures/figure.ts';
import { figureCsv } from '../../src/figures/table.ts';

const axis = (label: string, names: string[] = []) => ({
  label,
  ticks: names.map((name, value) => ({ value, label: name })),
});

test('one panel: columns named by its axes, places by their names, gaps empty', () => {
  const figure: Figure = {
    title: 'answers',
    panels: [
      {
        x: axis('answer', ['der Hund', 'die "Katze"']),
        y: { label: 'probability' },
        series: [
          { kind: 'bars', width: 1, points: [[0, 0.1 + 0.2]] },
          {
            kind: 'line',
            name: 'a, b',
            points: [
              [1, Number.NaN],
              [2.5, -1e-30],
            ],
          },
        ],
      },
    ],
  };
  expect(figureCsv(figure).split('\n')).toEqual([
    'series,answer,probability',
    ',der Hund,0.30000000000000004',
    '"a, b","die ""Katze""",',
    '"a, b",2.5,-1e-30',
    '',
  ]);
});

test('a heat map: a line a cell', () => {
  const figure: Figure = {
    title: 'attention',
    panels: [
      {
        x: axis('at', ['a', 'b']),
        y: axis('from', ['c']),
        series: [{ kind: 'heat', values: [[0.25, 0.75]] }],
      },
    ],
  };
  expect(figureCsv(figure)).toBe('series,at,from,value\n,a,c,0.25\n,b,c,0.75\n');
});

test('a diagram: cells stand in their middles, in units of the axes', () => {
  const area = { x: [0, 4], y: [-5, 15] } as const;
  const values = [
    [1, 2],
    [3, 4],
  ];
  const figure: Figure = {
    title: 'phases',
    panels: [{ x: axis('β'), y: axis('t'), series: [{ kind: 'heat', name: 's', values, area }] }],
  };
  const lines = ['s,1,0,1', 's,3,0,2', 's,1,10,3', 's,3,10,4'];
  expect(figureCsv(figure)).toBe(`series,β,t,value\n${lines.join('\n')}\n`);
});

test('several panels: each line names its own', () => {
  const panel = (title?: string) => ({
    title,
    x: axis('t'),
    y: axis('E'),
    series: [{ kind: 'scatter' as const, name: 's', points: [[1, 2] as const] }],
  });
  const csv = figureCsv({ title: 'two', panels: [panel('energy'), panel()] });
  expect(csv).toBe('panel,series,x,y\nenergy,s,1,2\n2,s,1,2\n');
});

test('points of a path have their step, which is the layer of a way through them', () => {
  const points: [number, number][] = [
    [0.5, 1],
    [0.25, 2],
  ];
  const figure: Figure = {
    title: 'ways',
    panels: [
      {
        x: { label: 'x' },
        y: { label: 'y' },
        series: [
          { kind: 'path', name: 'Hund', points },
          { kind: 'line', name: 'rim', points: [[0, 0]] },
        ],
      },
    ],
  };
  expect(figureCsv(figure)).toBe('series,step,x,y\nHund,0,0.5,1\nHund,1,0.25,2\nrim,,0,0\n');
});
