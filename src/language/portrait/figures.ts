/** The figures of a portrait. Not their numbers (weights.ts, sentences.ts) and not their drawing. */
import type { Axis, Figure, Line, Panel, Point } from '../../figures/figure.ts';
import { type CosinePortrait, type LayerPortrait, RELATIONS, type Relation } from './sentences.ts';
import type { KnotPortrait } from './weights.ts';

/** Beyond five, panels of one figure fill more than a page. */
const HISTOGRAMS = 5;
/** Tolerances shown, in radians: the reported ones next to these. */
const SHOWN = [0.2, 0.4, 0.6, 1, 1.25];

const LAYER: Axis = { label: 'layer' };

/** How alike all pairs of tokens are, at five layers from the embedding to the last. */
export function cosineFigure(layers: readonly CosinePortrait[]): Figure {
  const last = layers.length - 1;
  const count = Math.min(HISTOGRAMS, layers.length);
  const shown = Array.from({ length: count }, (_, i) => Math.round((i * last) / (count - 1)));
  const most = Math.max(...shown.flatMap((layer) => layers[layer].cosines));
  return {
    title: 'Cosines of all pairs of tokens',
    caption: 'Share of the pairs, averaged over the sentences; the mean is in the title.',
    panels: shown.map((layer) => cosinePanel(layers[layer], most)),
  };
}

function cosinePanel({ layer, cosines, diagnostics }: CosinePortrait, most: number): Panel {
  const width = 2 / cosines.length;
  return {
    title: `layer ${layer}, mean ${(diagnostics.cosine_mean ?? Number.NaN).toFixed(3)}`,
    x: { label: 'cosine', domain: [-1, 1] },
    y: { label: 'share of pairs', domain: [0, most] },
    series: [
      {
        kind: 'bars',
        width,
        points: cosines.map((share, bin): Point => [-1 + (bin + 0.5) * width, share]),
      },
    ],
  };
}

/** The clusters that are left at every layer, at several tolerances. */
export function clusterFigure(layers: readonly LayerPortrait[]): Figure {
  const tolerances = layers[0].clusters.map(({ tolerance }) => tolerance);
  const levels = SHOWN.map((wanted) => tolerances.indexOf(nearest(tolerances, wanted)));
  return {
    title: 'Clusters over tokens',
    caption: 'Single linkage at several angles: 1 where every token is alone.',
    panels: [
      {
        x: LAYER,
        y: { label: 'clusters / tokens', domain: [0, 1] },
        series: [...new Set(levels)].map((level) =>
          byLayer(layers, `${tolerances[level]} rad`, ({ clusters }) => clusters[level].share),
        ),
      },
    ],
  };
}

/** `wanted` or the tolerance next to it. */
export function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, one) =>
    Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best,
  );
}

/** What the readout says at every layer of the answer that is the last layer's best. */
export function lensFigure(layers: readonly LayerPortrait[]): Figure {
  return {
    title: 'How the answer sharpens',
    caption:
      'Mean probability of the final answer, and how often it is the best candidate already.',
    panels: [
      {
        x: LAYER,
        y: { label: 'share', domain: [0, 1] },
        series: [
          byLayer(layers, 'probability', ({ answer }) => answer ?? Number.NaN),
          byLayer(layers, 'best candidate', ({ decided }) => decided ?? Number.NaN),
        ],
      },
    ],
  };
}

/** What each head looks at, averaged over layers, and how widely, layer by layer. */
export function headFigure(
  layers: readonly LayerPortrait[],
  uniform: Readonly<Record<Relation, number>>,
): Figure {
  const steps = layers.slice(1);
  const heads = steps[0].heads.map((_, head) => head);
  const share = (head: number, relation: Relation) =>
    steps.reduce((sum, step) => sum + step.heads[head].looksAt[relation], 0) / steps.length;
  const rows = [
    ...heads.map((head) => RELATIONS.map((relation) => share(head, relation))),
    RELATIONS.map((relation) => uniform[relation]),
  ];
  const names = [...heads.map((head) => `head ${head}`), 'uniform'];
  return {
    title: 'What the heads look at',
    caption:
      'Above: mean attention over layers, sentences and tokens. Below: entropy of the rows over ln n; 1 listens to all alike.',
    panels: [
      {
        x: { label: 'looks at', ticks: named(RELATIONS) },
        y: { label: '', ticks: named(names) },
        series: [{ kind: 'heat', values: rows, range: [0, 1] }],
      },
      {
        x: { label: 'layer', ticks: named(steps.map(({ layer }) => String(layer))) },
        y: { label: '', ticks: named(names.slice(0, -1)) },
        series: [
          {
            kind: 'heat',
            values: heads.map((head) => steps.map((step) => step.heads[head].entropy)),
            range: [0, 1],
          },
        ],
      },
    ],
  };
}

/** How sharply each head can look along the depth, and whether it draws together or apart. */
export function weightFigure(knots: readonly KnotPortrait[]): Figure {
  const heads = knots[0].heads.map((_, head) => head);
  const lines = (value: (knot: KnotPortrait, head: number) => number) =>
    heads.map((head) => ({
      kind: 'line' as const,
      name: `head ${head}`,
      points: knots.map((knot): Point => [knot.time, value(knot, head)]),
    }));
  const time: Axis = { label: 'depth-time t' };
  return {
    title: 'The heads along the depth',
    caption:
      'Effective β = β‖QKᵀ‖/√d; attraction = tr(VO)/(√k‖VO‖), below 0 a head drives tokens away from what they look at.',
    panels: [
      {
        x: time,
        y: { label: 'effective β' },
        series: lines(({ heads: all }, h) => all[h].effectiveBeta),
      },
      {
        x: time,
        y: { label: 'attraction' },
        series: lines(({ heads: all }, h) => all[h].attraction),
      },
    ],
  };
}

/** Where V·O of all heads together moves a token that every head gives the same value. */
export function spectrumFigure(knots: readonly KnotPortrait[]): Figure {
  return {
    title: 'Spectrum of V·O',
    caption:
      knots[0].eigenvalues === null
        ? 'Head by head, one panel a layer.'
        : 'All heads together, one panel a knot of θ(t).',
    panels: knots.map(({ time, heads, eigenvalues }) => ({
      title: `t = ${time.toFixed(2)}`,
      x: { label: 'real part' },
      y: { label: 'imaginary part' },
      equalUnits: true,
      series: [
        {
          kind: 'scatter',
          points: (eigenvalues ?? heads.flatMap((head) => head.eigenvalues ?? [])).map(
            ({ re, im }): Point => [re, im],
          ),
        },
      ],
    })),
  };
}

function byLayer(
  layers: readonly LayerPortrait[],
  name: string,
  value: (layer: LayerPortrait) => number,
): Line {
  return { kind: 'line', name, points: layers.map((one): Point => [one.layer, value(one)]) };
}

const named = (labels: readonly string[]) => labels.map((label, value) => ({ value, label }));
