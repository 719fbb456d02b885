/** A cloud of perturbed sentences as a table and a figure. Not its numbers. */
import type { Line, Point, Series } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { mean } from '../../numerics/statistics.ts';
import type { Perturbation, PerturbationLimit } from './perturbations.ts';

const KINDS = ['noise', 'token', 'swap'] as const;

export function perturbationReport(limit: PerturbationLimit): Report {
  const { text, model, depth, coupling, perturbations } = limit;
  const column = (
    name: string,
    heading: string,
    value: (one: Perturbation) => number | string,
  ) => ({
    ...{ name, heading },
    values: perturbations.map(value),
  });
  return {
    title: text,
    settings: `${model} · ${depth === 'ode' ? 'ode' : `${depth} layers`} · ${coupling} coupling · ${perturbations.length} perturbations`,
    columns: [
      column('kind', 'kind', ({ kind }) => kind),
      column('change', 'change', ({ change }) => change),
      column('start', 'W2 at the start', ({ distances }) => distances[0]),
      column('end', 'at the end', ({ distances }) => last(distances)),
      column('ratio', 'ratio', ({ ratio }) => ratio),
      column('answer_change', 'TV of the answer', (one) => one.answer_change),
      column('answer', 'first token', ({ answer }) => answer),
    ],
    findings: findings(limit),
    figure: {
      title: 'Perturbed sentences in the flow',
      caption: `“${text}”: W2 between the particles of the sentence and of its perturbations, and what becomes of the answer.`,
      panels: [
        {
          x: { label: depthLabel(limit) },
          y: { label: 'mean W2 to the sentence' },
          series: KINDS.flatMap((kind) => paths(perturbations, kind)),
        },
        {
          x: { label: 'W2 at the end' },
          y: { label: 'total variation of the answer', domain: [0, 1] },
          series: KINDS.map(
            (kind, colour): Series => ({
              ...{ kind: 'scatter', name: kind, colour },
              points: ofKind(perturbations, kind).map(
                (one): Point => [last(one.distances), one.answer_change],
              ),
            }),
          ),
        },
      ],
    },
  };
}

const last = (values: readonly number[]) => values[values.length - 1];
const ofKind = (all: readonly Perturbation[], kind: string) =>
  all.filter((one) => one.kind === kind);

const depthLabel = ({ depth }: PerturbationLimit) => (depth === 'ode' ? 'frame' : 'layer');

/** The mean distance by layer. */
function paths(all: readonly Perturbation[], kind: (typeof KINDS)[number]): Line[] {
  const own = ofKind(all, kind);
  if (own.length === 0) return [];
  const points = own[0].distances.map(
    (_, k): Point => [k, mean(own.map(({ distances }) => distances[k]))],
  );
  return [{ kind: 'line', name: kind, colour: KINDS.indexOf(kind), points }];
}

function findings(limit: PerturbationLimit): string[] {
  const { perturbations, lipschitz, median_ratio, pairs, correlation, answer } = limit;
  const lines = KINDS.flatMap((kind) => {
    const own = ofKind(perturbations, kind);
    if (own.length === 0) return [];
    const kept = own.filter((one) => one.answer === answer).length;
    const shrinking = own.filter(({ ratio }) => ratio < 1).length;
    return [
      `${kind}: ${shrinking} of ${own.length} shrink in W2; the first token stays “${answer}” in ${kept} of ${own.length}`,
    ];
  });
  return [
    `W2 grows by at most ${lipschitz.toPrecision(3)} and in the median by ${median_ratio.toPrecision(3)} over ${pairs} pairs: the Lipschitz constant of the flow map is at least the former`,
    ...lines,
    `rank correlation of W2 at the end with the change of the answer: ${correlation.toFixed(2)}`,
  ];
}
