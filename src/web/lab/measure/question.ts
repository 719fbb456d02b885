/** What is measured of a frame: of those that are shown as they go, and of all where a file is made of them. */
import { energyBetaOf } from '../../../dynamics/dynamics.ts';
import type { LabFrame, Measured } from '../frame.ts';
import { shownPositions } from '../frame.ts';
import type { Session } from '../session.ts';
import { entryOf, type LabSettings } from '../settings.ts';
import type { Measurer } from './client.ts';
import type { MeasureQuestion, MeasureReply } from './messages.ts';

/** A chart shows one diagnostic, or two on one scale. */
export const CHARTS = [
  ['energy'],
  ['cluster_count'],
  ['cosine_mean', 'cosine_min'],
  ['mean_resultant'],
] as const;

type Diagnose = Extract<MeasureQuestion, { kind: 'diagnose' }>;
type Diagnosed = Extract<MeasureReply, { kind: 'diagnosed' }>;

/** null where the frame is measured already, or its positions are no longer kept. */
export function questionOf(session: Pick<Session, 'film'>, frame: LabFrame): Diagnose | null {
  const positions = shownPositions(frame);
  if (frame.measured || !positions) return null;
  const { settings } = frame.of;
  const entry = entryOf(settings);
  const first = session.film()[0];
  return {
    kind: 'diagnose',
    positions,
    masses: frame.masses,
    radii: frame.radii,
    space: entry.space,
    initial: entry.space === 'euclidean' && first ? shownPositions(first) : null,
    beta: energyBetaOf(entry, settings.parameters),
    names: namesFor(settings),
  };
}

export const measuredOf = ({ values, notes }: Diagnosed): Measured => ({ values, notes });

/** All frames of the run that there are, measured as far as their positions are kept. */
export async function measuredFrames(
  session: Pick<Session, 'film' | 'keep'>,
  measurer: Pick<Measurer, 'measure'>,
  { of }: LabFrame,
): Promise<readonly LabFrame[]> {
  const frames = session.film().filter((frame) => frame.of === of);
  const found = frames.map(async (frame): Promise<LabFrame> => {
    const question = questionOf(session, frame);
    if (!question) return frame;
    const measured = measuredOf(await measurer.measure(question));
    session.keep(frame, measured);
    return { ...frame, measured };
  });
  return Promise.all(found);
}

/** What is measured of such a run. */
export function namesFor(settings: LabSettings): string[] {
  const mode = modesOf(settings);
  return [...CHARTS.flat(), ...(mode ? [mode] : [])];
}

/** The diagnostic of modes that fits the sphere. */
export function modesOf({ d, dynamics }: LabSettings): 'fourier_modes' | 'harmonic_power' | null {
  if (entryOf({ dynamics }).space !== 'sphere') return null;
  return d === 2 ? 'fourier_modes' : d === 3 ? 'harmonic_power' : null;
}
