/** A survey as a table and histograms of inner products, layer by layer. Not its numbers. */

import { BINS, type CloudNumbers, type SurveyFrame } from '../diagnostics/survey/survey.ts';
import { isUnusual, sinkCourses, spans, UNUSUAL } from '../diagnostics/survey/told.ts';
import type { Panel, Point } from '../figures/figure.ts';
import type { Report, ReportCell } from '../figures/report.ts';
import { counted } from '../numerics/counted.ts';
import { mean } from '../numerics/statistics.ts';
import type { TextSurvey } from './survey-text.ts';

export function surveyReport(found: TextSurvey): Report {
  const { text, model, precision, settings, frames, tokens, centre, reference } = found;
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
    title: text,
    settings: `${model} · ${precision} · ${counted(tokens.length, 'token')} · sinks: norm over ${settings.sinkNorm} × median, or attention over ${settings.sinkAttention} / n · clusters against ${settings.surrogates} surrogates from seed ${settings.seed} · centred by ${centre === 'frame' ? 'the frame’s own mean' : `“${reference}”`}`,
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
      { name: 'energy', values: found.energies.map(({ energy }) => energy) },
      {
        name: 'energy_by_attention',
        heading: 'ΔE attention',
        values: found.energies.map(({ attention }) => attention),
      },
      { name: 'energy_by_mlp', heading: 'MLP', values: found.energies.map(({ mlp }) => mlp) },
      column('unusual', 'p', ({ plain }) => plain.all.clusters?.unusual ?? null),
      inFile('unusual_centred', ({ centred }) => centred?.all.clusters?.unusual ?? null),
      ...Array.from({ length: BINS }, (_, bin) =>
        inFile(`pairs_${bin}`, ({ histograms }) => histograms.plain[bin]),
      ),
    ],
    findings: [...attentionFinding(found), ...sinkFindings(found), ...clusterFindings(found)],
    figure: {
      title: 'Inner products of directions, frame by frame',
      caption: `“${text}”, ${model}: pairs of tokens by ⟨u_i, u_j⟩, as in arXiv 2312.10794.`,
      columns: 4,
      panels: frames.map(histogramOf),
    },
  };
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

/** The share of the first token, in the mean over layers. */
function attentionFinding({ frames, tokens }: TextSurvey): string[] {
  const shares = frames.flatMap(({ firstAttention }) => firstAttention ?? []);
  if (shares.length === 0) return [];
  return [
    `the first token, “${tokens[0]}”, receives ${(100 * mean(shares)).toFixed(0)} % of the attention of all rows but its own (mean over layers and heads)`,
  ];
}

/** Each sink with the frames where it is one. */
function sinkFindings({ frames, tokens }: TextSurvey): string[] {
  const courses = sinkCourses(frames);
  if (courses.length === 0) return ['no token is a sink'];
  return courses.map(
    ({ token, frames: at, norm, attention }) =>
      `sink: token ${token} “${tokens[token]}” in frames ${spans(at)}: norm up to ${norm.toPrecision(3)} × median, attention up to ${attention.toPrecision(3)} / n`,
  );
}

function clusterFindings({ frames, settings }: TextSurvey): string[] {
  if (settings.surrogates === 0) return [];
  const told = (what: string, of: (frame: SurveyFrame) => CloudNumbers | undefined) => {
    const unusual = frames.flatMap((frame, k) => (isUnusual(of(frame)?.clusters) ? [k] : []));
    return unusual.length === 0
      ? `${what}: no clusters beyond chance in any frame`
      : `${what}: clusters beyond chance (p ≤ ${UNUSUAL}) in frames ${spans(unusual)}, none elsewhere`;
  };
  return [
    told('directions', ({ plain }) => plain.withoutSinks),
    told('centred directions', ({ centred }) => centred?.withoutSinks),
  ];
}
