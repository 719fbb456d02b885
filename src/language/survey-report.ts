/** A survey as a table and histograms of inner products, layer by layer. Not its numbers. */

import {
  BINS,
  type CloudNumbers,
  type Survey,
  type SurveyFrame,
} from '../diagnostics/survey/survey.ts';
import { isUnusual, sinkCourses, spans, UNUSUAL } from '../diagnostics/survey/told.ts';
import type { Panel, Point } from '../figures/figure.ts';
import type { Report, ReportCell, ReportColumn, ReportTable } from '../figures/report.ts';
import { counted } from '../numerics/counted.ts';
import { mean } from '../numerics/statistics.ts';
import type { EnergySteps, LayerEnergies } from './survey-energies.ts';
import type { TextSurvey } from './survey-text.ts';

/** What was surveyed, in words; of a text in a model with its energies. */
export interface Surveyed extends Partial<Pick<TextSurvey, 'energies' | 'logEnergies'>> {
  readonly title: string;
  /** What the states are of. */
  readonly source: string;
  readonly tokens: readonly string[];
  /** By whose mean directions are centred; null: their own. */
  readonly reference: string | null;
}

/** The report of a text in a model. */
export const textSurveyReport = (found: TextSurvey): Report =>
  surveyReport(found, {
    ...found,
    title: found.text,
    source: `${found.model} · ${found.precision}`,
  });

export function surveyReport(found: Survey, of: Surveyed): Report {
  const { settings, frames } = found;
  const { title, source, tokens, reference, logEnergies } = of;
  const column = (name: string, heading: string, value: (frame: SurveyFrame) => ReportCell) => ({
    name,
    heading,
    values: frames.map(value),
  });
  const inFile = (name: string, value: (frame: SurveyFrame) => ReportCell) => ({
    name,
    values: frames.map(value),
  });
  const both = (name: string, heading: string, value: (numbers: CloudNumbers) => ReportCell) => [
    column(name, heading, ({ plain }) => value(plain.all)),
    column(`${name}_without_sinks`, 'without sinks', ({ plain }) => value(plain.withoutSinks)),
    inFile(`${name}_centred`, ({ centred }) => centred && value(centred.all)),
    inFile(
      `${name}_centred_without_sinks`,
      ({ centred }) => centred && value(centred.withoutSinks),
    ),
  ];
  return {
    title,
    settings: `${source} · ${counted(tokens.length, 'token')} · sinks: norm over ${settings.sinkNorm} × median, or attention over ${settings.sinkAttention} / n · clusters against ${settings.surrogates} surrogates from seed ${settings.seed} · centred by ${reference === null ? 'the frame’s own mean' : `“${reference}”`}`,
    columns: [
      { name: 'frame', heading: 'frame', values: frames.map((_, k) => k) },
      column('norm_ratio', 'norm', ({ normRatio }) => normRatio),
      inFile('first_attention', ({ firstAttention }) => firstAttention),
      inFile('sinks', ({ sinks }) => sinks.map(({ token }) => token).join(' ')),
      ...both('cosine_mean', 'mean cosine', ({ cosineMean }) => cosineMean),
      ...both('effective_rank', 'rank', ({ effectiveRank }) => effectiveRank),
      ...both('participation_ratio', '', (one) => one.participationRatio).map(
        ({ name, values }) => ({ name, values }),
      ),
      ...both('clusters', 'clusters', ({ clusters }) => clusters?.count ?? null),
      inFile('clusters_from', ({ plain }) => plain.all.clusters?.from ?? null),
      inFile('clusters_to', ({ plain }) => plain.all.clusters?.to ?? null),
      ...energyColumns(of),
      column('unusual', 'p', ({ plain }) => plain.all.clusters?.unusual ?? null),
      inFile('unusual_centred', ({ centred }) => centred?.all.clusters?.unusual ?? null),
      ...Array.from({ length: BINS }, (_, bin) =>
        inFile(`pairs_${bin}`, ({ histograms }) => histograms.plain[bin]),
      ),
    ],
    ...(logEnergies && { more: [headTable(logEnergies)] }),
    findings: [
      ...attentionFinding(found, of),
      ...sinkFindings(found, of),
      ...clusterFindings(found),
      ...(logEnergies ? energyFindings(logEnergies) : []),
    ],
    figure: {
      title: 'Inner products of directions, frame by frame',
      caption: `“${title}”, ${source}: pairs of tokens by ⟨u_i, u_j⟩, as in arXiv 2312.10794.`,
      columns: 4,
      panels: frames.map(histogramOf),
    },
  };
}

/** What changes an energy, in the order in which it is told. */
const SHARES = ['attention', 'mlp', 'normalisation'] as const;

/** One value a frame: of the layer that led there, so none before the first. */
const behindLayers = <T>(layers: readonly T[], value: (layer: T) => number): ReportCell[] => [
  null,
  ...layers.map(value),
];

function energyColumns({ energies, logEnergies }: Surveyed): ReportColumn[] {
  return [
    ...(energies
      ? [
          { name: 'energy', values: energies.map(({ energy }) => energy) },
          {
            name: 'energy_by_attention',
            heading: 'ΔE attention',
            values: energies.map(({ attention }) => attention),
          },
          { name: 'energy_by_mlp', heading: 'MLP', values: energies.map(({ mlp }) => mlp) },
        ]
      : []),
    ...(logEnergies
      ? [
          ...SHARES.map((share) => ({
            name: `log_energy_by_${share}`,
            values: behindLayers(logEnergies, ({ directions }) => directions[share]),
          })),
          ...SHARES.map((share) => ({
            name: `head_energy_by_${share}`,
            heading: HEADINGS[share],
            values: behindLayers(logEnergies, ({ heads }) => mean(heads.map((one) => one[share]))),
          })),
        ]
      : []),
  ];
}

const HEADINGS = { attention: 'heads: attention', mlp: 'MLP', normalisation: 'norms' };

/** A line a head of each layer, in files. */
function headTable(layers: readonly LayerEnergies[]): ReportTable {
  const lines = layers.flatMap(({ heads }, k) =>
    heads.map((steps, head) => ({ layer: k + 1, head, ...steps })),
  );
  const names = ['layer', 'head', 'before', ...SHARES, 'after'] as const;
  return {
    name: 'heads',
    title: 'Energies of the heads',
    columns: names.map((name) => ({ name, values: lines.map((line) => line[name]) })),
  };
}

/** Of all heads of all layers, in how many each share raises the head's own energy. */
function energyFindings(layers: readonly LayerEnergies[]): string[] {
  const heads = layers.flatMap((layer) => layer.heads);
  const raised = (of: (steps: EnergySteps) => number) =>
    `${((100 * heads.filter((steps) => of(steps) > 0).length) / heads.length).toFixed(0)} %`;
  return [
    `energies with the heads’ own Q, K and β rise over ${raised(({ before, after }) => after - before)} of heads and layers; attention raises ${raised(({ attention }) => attention)}, the MLP ${raised(({ mlp }) => mlp)}, norms ${raised(({ normalisation }) => normalisation)}`,
  ];
}

function histogramOf({ histograms }: SurveyFrame, frame: number): Panel {
  const points = histograms.plain.map(
    (count, bin): Point => [-1 + (2 * (bin + 0.5)) / BINS, count],
  );
  return {
    title: `frame ${frame}`,
    x: { label: '', domain: [-1, 1] },
    y: { label: 'pairs' },
    series: [{ kind: 'bars', width: 2 / BINS, points }],
  };
}

/** A token before every text has no text of its own. */
const nameOf = (token: string) => token || '(start)';

/** The share of the first token, in the mean over layers. */
function attentionFinding({ frames }: Survey, { tokens }: Surveyed): string[] {
  const shares = frames.flatMap(({ firstAttention }) => firstAttention ?? []);
  if (shares.length === 0) return [];
  return [
    `the first token, “${nameOf(tokens[0])}”, receives ${(100 * mean(shares)).toFixed(0)} % of the attention of all rows but its own (mean over layers and heads)`,
  ];
}

/** Each sink with the frames where it is one. */
function sinkFindings({ frames }: Survey, { tokens }: Surveyed): string[] {
  const courses = sinkCourses(frames);
  if (courses.length === 0) return ['no token is a sink'];
  return courses.map(
    ({ token, frames: at, norm, attention }) =>
      `sink: token ${token} “${nameOf(tokens[token])}” in frames ${spans(at)}: norm up to ${norm.toPrecision(3)} × median, attention up to ${attention.toPrecision(3)} / n`,
  );
}

function clusterFindings({ frames, settings: { surrogates } }: Survey): string[] {
  if (surrogates === 0) return [];
  if (1 / (1 + surrogates) > UNUSUAL)
    return [
      `clusters: against ${counted(surrogates, 'surrogate')} p is ${(1 / (1 + surrogates)).toPrecision(2)} at least, which says nothing at ${UNUSUAL}: take ${Math.ceil(1 / UNUSUAL) - 1} or more`,
    ];
  const told = (what: string, of: (frame: SurveyFrame) => CloudNumbers | undefined) => {
    const found = frames.map((frame) => of(frame)?.clusters);
    if (!found.some((clusters) => clusters))
      return `${what}: fewer than three have no clusters between all apart and all in one`;
    const unusual = found.flatMap((clusters, k) => (isUnusual(clusters) ? [k] : []));
    return unusual.length === 0
      ? `${what}: no clusters beyond chance in any frame`
      : `${what}: clusters beyond chance (p ≤ ${UNUSUAL}) in frames ${spans(unusual)}, none elsewhere`;
  };
  return [
    told('directions', ({ plain }) => plain.withoutSinks),
    frames.some(({ centred }) => centred)
      ? told('centred directions', ({ centred }) => centred?.withoutSinks)
      : `centred directions: ${frames[0].tree.size} tokens cannot be centred by their own mean, give a longer text or a reference text`,
  ];
}
