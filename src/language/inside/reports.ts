/** The inside of a flow as tables and figures: a particle in a layer, nearest words, two answers. Not their numbers. */
import type { Report, ReportCell } from '../../figures/report.ts';
import { trajectoriesFigure } from '../../flow/figures.ts';
import { counted } from '../../numerics/counted.ts';
import { norm } from '../../numerics/vectors.ts';
import type { Contrast } from './contrast.ts';
import type { InsideLayer } from './layer.ts';
import type { Nearest } from './nearest.ts';

const percent = (p: number) => `${(100 * p).toPrecision(3)} %`;
const named = (tokens: readonly string[], i: number) => tokens[i].trim() || '·';
const ticksOf = (names: readonly string[]) => names.map((label, value) => ({ value, label }));

export function insideLayerReport(found: InsideLayer): Report {
  const { model, text, tokens, layer, token, time, step, heads } = found;
  const strongest = heads.map(({ weights }) => weights.indexOf(Math.max(...weights)));
  const column = (name: string, heading: string, values: readonly ReportCell[]) => ({
    name,
    heading,
    values,
  });
  return {
    title: text,
    settings: `${model} · layer ${layer} · particle ${token} “${named(tokens, token)}”`,
    columns: [
      column(
        'head',
        'head',
        heads.map((_, h) => h),
      ),
      column(
        'beta',
        'β',
        heads.map(({ beta }) => beta),
      ),
      column(
        'most',
        'attends to',
        strongest.map((j) => named(tokens, j)),
      ),
      column(
        'weight',
        'weight',
        heads.map(({ weights }, h) => weights[strongest[h]]),
      ),
      column(
        'added',
        '|added|',
        heads.map(({ added }) => norm(added)),
      ),
    ],
    findings: [
      `weights at t = ${time}, step h = ${step}`,
      `the velocity has ${found.radial.toPrecision(4)} along the particle, which the normalisation takes back, and ${found.tangential.toPrecision(4)} across it`,
      `the particle turns by ${found.angle.toPrecision(4)} rad`,
    ],
    figure: {
      title: `What particle ${token} attends to in layer ${layer}`,
      caption: `“${text}”, ${model}: A_ij of each head.`,
      panels: [
        {
          x: { label: '', ticks: ticksOf(tokens.map((_, j) => named(tokens, j))) },
          y: { label: 'head', ticks: ticksOf(heads.map((_, h) => `${h}`)) },
          series: [{ kind: 'heat', values: heads.map(({ weights }) => [...weights]) }],
        },
      ],
    },
  };
}

export function nearestReport({ model, text, by, tokens, layers, words }: Nearest): Report {
  const rows = layers.flatMap((layer, k) =>
    tokens.flatMap((_, i) => words[k][i].map((word, rank) => ({ layer, i, rank, ...word }))),
  );
  const value = by === 'embedding' ? 'cosine' : 'probability';
  const best = words.map((frame) => frame.map(([first]) => first.value));
  return {
    title: text,
    settings: `${model} · by ${by} · ${counted(layers.length, 'frame')}`,
    columns: [
      { name: 'layer', heading: 'layer', values: rows.map(({ layer }) => layer) },
      { name: 'token', values: rows.map(({ i }) => i) },
      { name: 'text', heading: 'particle', values: rows.map(({ i }) => named(tokens, i)) },
      { name: 'rank', heading: 'rank', values: rows.map(({ rank }) => rank + 1) },
      { name: 'word', heading: 'word', values: rows.map(({ token }) => token) },
      { name: value, heading: value, values: rows.map((row) => row.value) },
    ],
    findings: tokens.map((_, i) => {
      const [first] = words[words.length - 1][i];
      return `${named(tokens, i)} ends nearest to “${first.token}”, ${value} ${first.value.toPrecision(3)}`;
    }),
    figure: {
      title: 'Nearest words',
      caption: `“${text}”, ${model}: the ${value} of the nearest word of each particle.`,
      panels: [
        {
          x: { label: '', ticks: ticksOf(tokens.map((_, i) => named(tokens, i))) },
          y: { label: 'layer', ticks: ticksOf(layers.map(String)) },
          series: [{ kind: 'heat', name: value, values: best }],
        },
      ],
    },
  };
}

export function contrastReport(found: Contrast): Report {
  const { model, text, settings, tokens, compared, positions, explained, logOdds } = found;
  const [a, b] = compared;
  const rows = positions.flatMap((frame, layer) => frame.map((at, i) => ({ layer, i, at })));
  const names = tokens.map((_, i) => named(tokens, i));
  const paths = trajectoriesFigure(
    { points: positions.map((frame) => frame.map((at) => [...at])), explained: [...explained] },
    names,
  );
  const [panel] = paths.panels;
  return {
    title: text,
    settings: `${model} · “${settings.answers[0]}” against “${settings.answers[1]}”, by their tokens “${a}” and “${b}”`,
    columns: [
      { name: 'layer', heading: 'layer', values: rows.map(({ layer }) => layer) },
      { name: 'token', values: rows.map(({ i }) => i) },
      { name: 'text', heading: 'particle', values: rows.map(({ i }) => names[i]) },
      { name: 'x', heading: 'x', values: rows.map(({ at }) => at[0]) },
      { name: 'y', heading: 'y', values: rows.map(({ at }) => at[1]) },
      {
        name: 'log_odds',
        heading: `ln p(“${b}”)/p(“${a}”)`,
        values: rows.map(({ layer, i }) => logOdds[layer][i]),
      },
    ],
    findings: [
      `the readout directions have the cosine ${found.cosine.toPrecision(3)}; their plane has ${percent(explained[0] + explained[1])} of the variance`,
      `both are equally likely at x = ${found.even.toPrecision(4)}`,
    ],
    figure: {
      title: `“${a}” against “${b}”`,
      caption: `“${text}”, ${model}: to the right the logit of “${b}” is the larger, from x = ${found.even.toPrecision(3)} on.`,
      panels: [
        {
          ...panel,
          x: { label: `“${b}” against “${a}”`, unit: percent(explained[0]) },
          y: { label: 'both', unit: percent(explained[1]) },
        },
      ],
    },
  };
}
