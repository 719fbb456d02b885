/** Cosines of a trained model's tokens drift to 1 with depth (claim C20). */
import { z } from 'zod';
import type { Figure, Point } from '../figures/figure.ts';
import { runWithCache } from '../language/interventions.ts';
import type { LanguageModel } from '../language/model.ts';
import { cosineFigure } from '../language/portrait/figures.ts';
import { cosinePortrait } from '../language/portrait/sentences.ts';
import type { Trace } from '../language/trace.ts';
import { bootstrap } from '../numerics/bootstrap.ts';
import { wholeNumber } from '../numerics/options.ts';
import { mean } from '../numerics/statistics.ts';
import { experiment } from './experiment.ts';
import { LONGER_TEXTS, TEXTS } from './texts.ts';

const ALL = [...TEXTS, ...LONGER_TEXTS];

const schema = z.strictObject({
  model: z.string().optional().describe('Name of an installed model; the default one if absent'),
  texts: wholeNumber(2, ALL.length).default(ALL.length),
  depth: wholeNumber(2, 512).default(24).describe('Layers; the paper shows a model of 24'),
  silent: z.boolean().default(false).describe('Switches all heads off'),
});
type Settings = z.output<typeof schema>;

const RISE = 'mean cosine, last layer minus embedding (mean of texts)';
const STEPS = 'share of layers that raise the mean cosine (mean of texts)';
const PEAK = 'largest mean cosine of all layers (mean of texts)';

export const cosinesExperiment = experiment({
  id: 'c20-cosines',
  title: 'Layer by layer the cosines of a trained model’s tokens drift to 1.',
  citation: 'arXiv 2312.10794, figure 1',
  schema,
  quick: { texts: 6, depth: 8 },
  tiny: { texts: 3, depth: 8, model: 'lieblingstier' },
  broken: { silent: true },
  predict: () => [
    {
      quantity: RISE,
      expected: { low: 0.02, high: 2 },
      why: 'a drift leaves the tokens nearer at the end; cosines of independent directions deviate by d^{−1/2} ≈ 0.1, their mean over the 15 pairs or more of a text by 0.03, and over three texts or more by less than 0.02',
    },
    {
      quantity: STEPS,
      expected: { low: 0.6, high: 1 },
      why: 'a drift rises at nearly every layer; without one a layer raises it as often as not',
    },
    {
      quantity: PEAK,
      expected: { low: 0.5, high: 1 },
      why: 'what drifts from 0 to 1 passes the middle; at any layer, as the last ones may spread tokens again for the readout (seen in lieblingstier before, docs/learned-flow.md)',
    },
  ],
  async measure(settings, { signal, onProgress, readModel }) {
    if (!readModel) throw new RangeError('this experiment needs a trained model: pass readModel');
    const model = readModel(settings.model);
    const traces: Trace[] = [];
    for (const text of ALL.slice(0, settings.texts)) {
      signal?.throwIfAborted();
      traces.push(read(model, text, settings));
      onProgress?.(traces.length / settings.texts);
    }
    const curves = traces.map(({ diagnostics }) => diagnostics.cosine_mean.map(Number));
    const over = (value: (curve: readonly number[]) => number) => ({
      ...bootstrap(curves.map(value), mean),
      samples: curves.length,
    });
    const column = (
      name: string,
      heading: string,
      value: (curve: readonly number[]) => number,
    ) => ({
      name,
      heading,
      values: curves.map(value),
    });
    return {
      values: {
        [RISE]: over((curve) => endOf(curve) - curve[0]),
        [STEPS]: over(risingShare),
        [PEAK]: over((curve) => Math.max(...curve)),
      },
      columns: [
        { name: 'text', heading: 'text', values: ALL.slice(0, settings.texts) },
        column('start', 'embedding', ([first]) => first),
        column('end', 'last layer', endOf),
        column('peak', 'largest', (curve) => Math.max(...curve)),
        column('rising', 'rising layers', risingShare),
      ],
      figure: figureOf(traces, curves, model.name),
      notes: [
        `mean cosine of model ${model.name} at layers 0 … ${settings.depth}: ${meanCurve(curves)
          .map((value) => value.toFixed(3))
          .join(', ')}`,
      ],
    };
  },
});

/** One look behind the beginnings of answers: the layers are what is wanted. */
function read(model: LanguageModel, text: string, { depth, silent }: Settings): Trace {
  const heads = Array.from({ length: silent ? model.sizes.heads : 0 }, (_, head) => ({ head }));
  return runWithCache(model, text, { depth, ablate: heads, maximumExpansions: 1 });
}

const endOf = (curve: readonly number[]) => curve[curve.length - 1];

function risingShare(curve: readonly number[]): number {
  return mean(curve.slice(1).map((value, k) => (value > curve[k] ? 1 : 0)));
}

const meanCurve = (curves: readonly (readonly number[])[]) =>
  curves[0].map((_, layer) => mean(curves.map((curve) => curve[layer])));

/** The mean over layers, and the histograms of five of them below it. */
function figureOf(
  traces: readonly Trace[],
  curves: readonly (readonly number[])[],
  name: string,
): Figure {
  const points = (curve: readonly number[]) => curve.map((value, k): Point => [k, value]);
  const { title, panels } = cosineFigure(cosinePortrait(traces));
  return {
    title,
    caption: `Model ${name}, ${traces.length} texts: the mean by layer, and shares of the pairs, averaged over the texts.`,
    panels: [
      {
        x: { label: 'layer' },
        y: { label: 'mean cosine', domain: [Math.min(0, ...meanCurve(curves)), 1] },
        series: [
          { kind: 'line', name: 'mean of texts', points: points(meanCurve(curves)) },
          { kind: 'scatter', name: 'each text', points: curves.flatMap(points) },
        ],
      },
      ...panels,
    ],
  };
}
