/** A cloud of perturbed sentences as a table and a figure. Not its numbers. */

import type { Line, Point, Series } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { counted } from '../../numerics/counted.ts';
import { mean } from '../../numerics/statistics.ts';
import { KINDS } from './cloud.ts';
import type { Perturbation, PerturbationLimit } from './perturbations.ts';

export function perturbationReport(limit: PerturbationLimit): Report {
  const { text, model, depth, coupling, perturbations } = limit;
  const column = (
    name: string,
    heading: string,
    value: (one: Perturbation) => number | string,
  ) => ({
    name,
    heading,
    values: perturbations.map(value),
  });
  return {
    title: text,
    settings: `${model} · ${depth === 'ode' ? 'ode' : counted(depth, 'layer')} · ${coupling} coupling · ${counted(perturbations.length, 'perturbation')}`,
    columns: [
      column('kind', 'kind', ({ kind }) => kind),
      column('change', 'change', ({ change }) => change),
      column('start', 'W2 at the start', ({ distances }) => distances[0]),
      column('end', 'at the end', ({ distances }) => last(distances)),
      column('ratio', 'ratio', ({ ratio }) => ratio),
      column('answer_change', 'TV of the answer', (one) => one.answerChange),
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
              kind: 'scatter',
              name: kind,
              colour,
              points: ofKind(perturbations, kind).map(
                (one): Point => [last(one.distances), one.answerChange],
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
  const { perturbations, lipschitz, medianRatio, pairs, correlation } = limit;
  return [
    `W2 grows by at most ${lipschitz.toPrecision(3)} and in the median by ${medianRatio.toPrecision(3)} over ${pairs} pairs: the Lipschitz constant of the flow map is at least the former`,
    ...stretchingFindings(limit),
    ...KINDS.flatMap((kind) => kindFindings(limit, ofKind(perturbations, kind))),
    `replaced, it changes by: ${placesText(limit)}`,
    `rank correlation of W2 at the end with the change of the answer: ${correlation.toFixed(2)}`,
  ];
}

function kindFindings({ answer }: PerturbationLimit, own: readonly Perturbation[]): string[] {
  if (own.length === 0) return [];
  const kept = own.filter((one) => one.answer === answer).length;
  const shrinking = own.filter(({ ratio }) => ratio < 1).length;
  return [
    `${own[0].kind}: ${shrinking} of ${own.length} shrink in W2; the first token stays “${answer}” in ${kept} of ${own.length}, changing by ${mean(own.map((one) => one.answerChange)).toPrecision(2)} in the mean (total variation)`,
  ];
}

/** The mean change of the answer by replaced token. */
function placesText({ perturbations, tokens }: PerturbationLimit): string {
  const replaced = ofKind(perturbations, 'token');
  const places = [...new Set(replaced.map(({ place }) => place as number))];
  return places
    .map((place) => {
      const own = replaced.filter((one) => one.place === place);
      const change = mean(own.map((one) => one.answerChange));
      return `“${tokens[place].trim()}” ${change.toPrecision(2)}`;
    })
    .join(', ');
}

function stretchingFindings({ stretching, tokens }: PerturbationLimit): string[] {
  if (!stretching) return [];
  const { largest, mean: typical } = stretching;
  const each = (value: (i: number) => number) =>
    tokens.map((token, i) => `“${token.trim() || 'start'}” ${value(i).toPrecision(2)}`).join(', ');
  return [
    `small perturbations grow by up to ${largest.toPrecision(4)}, the Lipschitz constant in W2 at this text, and noise by ${typical.toPrecision(3)}`,
    `small noise in one token alone grows by: ${each((i) => stretching.tokens[i].growth)}`,
    `and changes the answer, per radian, by at most: ${each((i) => stretching.tokens[i].answer)}`,
  ];
}
