/** A layer alone as a table and a figure. Not its numbers. */
import { isUnusual, UNUSUAL } from '../../diagnostics/survey/told.ts';
import type { Panel, Point } from '../../figures/figure.ts';
import type { Report } from '../../figures/report.ts';
import { log10 } from '../../numerics/elementary.ts';
import type { Attractor } from './attractor.ts';
import type { LayerFlow, LayerFrame } from './layer.ts';

export function layerReport(flow: LayerFlow): Report {
  const { model, text, layer, block, precision, frames } = flow;
  const column = (name: string, heading: string, of: (frame: LayerFrame) => number | null) => ({
    name,
    heading,
    values: frames.map(of),
  });
  return {
    title: text,
    settings: `${model} · layer ${layer} (${block}) · ${precision} · ${motionText(flow)}`,
    columns: [
      column('time', flow.scheme === 'layer' ? 'times' : 'time', ({ time }) => time),
      column('least_norm', 'least length', ({ norms }) => norms.least),
      column('median_norm', 'median', ({ norms }) => norms.median),
      column('largest_norm', 'largest', ({ norms }) => norms.most),
      column('cosine', 'mean cosine', ({ cosine }) => cosine),
      column('clusters', 'clusters', ({ clusters }) => clusters),
      column('unusual', 'p', ({ chance }) => chance?.unusual ?? null),
      column('speed', 'speed', ({ speed }) => speed),
      column('turning', 'turning', ({ turning }) => turning),
    ],
    findings: [
      ...(flow.ended ? [] : [`given up at time ${flow.time.toPrecision(4)}: ${flow.reason}`]),
      clusterText(flow),
      ...chanceTexts(flow),
      attractorText(flow.attractor, flow),
      `a motion counts as none below ${flow.settings.settled} of a token's length; directions are together within ${flow.settings.angle} rad`,
      workText(flow),
    ],
    figure: {
      title: `“${text}”, layer ${layer} alone`,
      caption: `${model}: tokens under ${motionText(flow)}.`,
      panels: [
        panelOf(flow, 'log₁₀ length', [
          ['least', ({ norms }) => log10(norms.least)],
          ['median', ({ norms }) => log10(norms.median)],
          ['largest', ({ norms }) => log10(norms.most)],
        ]),
        ...(frames[0].cosine === null
          ? []
          : [panelOf(flow, 'mean cosine', [['cosine', ({ cosine }) => cosine as number]])]),
        panelOf(flow, 'clusters', [['clusters', ({ clusters }) => clusters]]),
      ],
    },
  };
}

const motionText = ({ scheme, velocity, part }: LayerFlow) =>
  scheme === 'dopri5'
    ? `ẋ = ${velocity}`
    : `the layer${part === 'both' ? '' : `, its ${part} alone,`} repeated`;

function panelOf(
  { frames, scheme }: LayerFlow,
  label: string,
  curves: readonly [string, (frame: LayerFrame) => number][],
): Panel {
  return {
    x: { label: scheme === 'layer' ? 'repetitions' : 'time' },
    y: { label },
    series: curves.map(([name, of]) => ({
      kind: 'line' as const,
      name,
      points: frames.map((frame): Point => [frame.time, of(frame)]),
    })),
  };
}

function clusterText({ clusters: { start, end }, tokens, time }: LayerFlow): string {
  const shown = end
    .filter((members) => members.length > 1)
    .map((members) => members.map((i) => `"${tokens[i]}"`).join(' '));
  const told = shown.length === 0 ? '' : `: ${shown.join(' · ')}`;
  return `${start.length} clusters of ${tokens.length} tokens at the start, ${end.length} at time ${time.toPrecision(4)}${told}`;
}

/** At the start and at the end, as a survey tells it. */
function chanceTexts({ frames, settings }: LayerFlow): string[] {
  if (settings.surrogates === 0) return [];
  return [frames[0], frames[frames.length - 1]].flatMap(({ time, chance }) => {
    if (chance === null || chance.unusual === null) return [];
    const { count, from, to, unusual } = chance;
    if (to === from) return [`time ${time.toPrecision(4)}: all directions are within ${from} rad`];
    const told = isUnusual(chance)
      ? 'clusters beyond chance'
      : `no clusters beyond chance (p ≤ ${UNUSUAL})`;
    return [
      `time ${time.toPrecision(4)}: ${told}: ${count} last longest, from ${from.toPrecision(3)} to ${to.toPrecision(3)} rad, p = ${unusual.toPrecision(2)} of ${settings.surrogates} surrogates`,
    ];
  });
}

function attractorText(
  { kind, motion, growth, returned }: Attractor,
  { ended }: LayerFlow,
): string {
  const moves = `speed ${motion.speed.toPrecision(2)}, turning ${motion.turning.toPrecision(2)}, median length × ${growth.toPrecision(3)} since the first half`;
  const back = returned
    ? `; closest return after ${returned.period.toPrecision(4)}, at ${returned.residual.toPrecision(2)} of the way that it had gone`
    : '';
  return `${kind}${ended || kind !== 'not decided' ? '' : ' where it was given up'}: ${moves}${back}`;
}

const workText = ({ scheme, steps, rejected }: LayerFlow) =>
  scheme === 'layer' ? `${steps} repetitions` : `${steps} steps, ${rejected} rejected`;
