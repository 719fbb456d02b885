/** What the survey's charts show: its numbers over the layers, with all tokens and without the sinks. */
import { mean } from '../../../numerics/statistics.ts';
import type { SurveyReply } from '../../api.ts';
import type { Lines, Series } from '../../charts.ts';
import type { Page } from '../../page.ts';
import type { Words } from '../../words.ts';

export type SurveyChart = keyof Words['survey']['charts'];

export const surveyCharts: readonly SurveyChart[] = [
  'cosine',
  'rank',
  'norm',
  'chance',
  'energy',
  'heads',
];

type Frame = SurveyReply['frames'][number];
type Numbers = Frame['plain']['all'];
type LayerEnergies = NonNullable<SurveyReply['log_energies']>[number];
type Number = (numbers: Numbers) => number | null;

/** What is drawn of a chart; of a text without sinks only one line of two that are the same. */
export function surveyLines({ words }: Page, found: SurveyReply, chart: SurveyChart): Lines {
  return {
    title: words.survey.charts[chart].title,
    x: found.frames.map((_, k) => k),
    xTitle: words.layerAxis,
    legend: true,
    series: SERIES[chart](words, found),
  };
}

const SERIES: Readonly<Record<SurveyChart, (words: Words, found: SurveyReply) => Series[]>> = {
  cosine: (words, found) => clouds(words, found, ({ cosine_mean }) => cosine_mean),
  rank: (words, found) => clouds(words, found, ({ effective_rank }) => effective_rank),
  norm: ({ survey: { series } }, { frames }) => [
    {
      label: series.norm,
      values: frames.map(({ norm_ratio }) => Math.log10(norm_ratio)),
      colour: 0,
    },
    {
      label: series.attention,
      values: frames.map(({ first_attention }) => first_attention),
      colour: 1,
    },
  ],
  chance: ({ survey: { series } }, { frames }) => [
    {
      label: series.plain,
      values: frames.map(({ plain }) => plain.without_sinks.clusters?.unusual ?? null),
      colour: 0,
    },
    {
      label: series.centred,
      values: frames.map(({ centred }) => centred?.without_sinks.clusters?.unusual ?? null),
      colour: 1,
    },
  ],
  energy: ({ survey: { series } }, { energies }) => [
    { label: series.attentionPart, values: energies.map(({ attention }) => attention), colour: 0 },
    { label: series.mlp, values: energies.map(({ mlp }) => mlp), colour: 1 },
  ],
  heads: ({ survey: { series } }, { log_energies: layers }) => {
    const shares = (of: (head: LayerEnergies['heads'][number]) => number) => [
      null,
      ...(layers ?? []).map(({ heads }) => mean(heads.map(of))),
    ];
    return [
      { label: series.attentionPart, values: shares(({ attention }) => attention), colour: 0 },
      { label: series.mlp, values: shares(({ mlp }) => mlp), colour: 1 },
      { label: series.norms, values: shares(({ normalisation }) => normalisation), colour: 2 },
    ];
  },
};

function clouds({ survey: { series } }: Words, { frames }: SurveyReply, of: Number): Series[] {
  const sinks = frames.some((frame) => frame.sinks.length > 0);
  const line = (label: string, colour: number, numbers: (frame: Frame) => Numbers | undefined) => ({
    label,
    colour,
    values: frames.map((frame) => {
      const own = numbers(frame);
      return own ? of(own) : null;
    }),
  });
  return [
    line(series.plain, 0, ({ plain }) => plain.all),
    ...(sinks ? [line(series.plainRest, 5, ({ plain }) => plain.without_sinks)] : []),
    line(series.centred, 1, ({ centred }) => centred?.all),
    ...(sinks ? [line(series.centredRest, 3, ({ centred }) => centred?.without_sinks)] : []),
  ];
}
