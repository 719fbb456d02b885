/** A frame as the Lab keeps it. Not how it is drawn (picture/) or measured (measure/). */
import type { DiagnosticNotes, DiagnosticValue } from '../../diagnostics/catalogue.ts';
import type { Matrix } from '../../numerics/matrix.ts';
import type { RunFrame } from '../simulation/messages.ts';
import type { LabSettings } from './settings.ts';

/** The run that a frame is of: what it was set to when it began. */
export interface RunAbout {
  readonly settings: LabSettings;
  /** Positions that were brought in place of a start. */
  readonly init: Matrix | null;
  /** What the particles are called, where they have names. */
  readonly labels: readonly string[] | null;
}

export interface LabFrame {
  readonly of: RunAbout;
  readonly index: number;
  readonly time: number;
  /** [n, d]; null where a run of very many particles has let go of them. */
  readonly positions: Matrix | null;
  /** As the dynamics are looked at; null where that is how they are. */
  readonly view: Matrix | null;
  readonly radii: Float64Array | null;
  /** Where the dynamics change them. */
  readonly masses: Float64Array | null;
  readonly particles: number;
  readonly steps: number;
  /** Share of the particles by angle, where there are too many to draw one by one. */
  readonly shares: Float64Array | null;
  readonly measured: Measured | null;
}

export interface Measured {
  readonly values: Readonly<Record<string, DiagnosticValue>>;
  readonly notes: DiagnosticNotes;
}

/** What there is to see: the view, else the positions. */
export const shownPositions = ({ view, positions }: LabFrame): Matrix | null => view ?? positions;

/** Beyond this a frame's positions are kept only while it is the latest. */
const HEAVY_BYTES = 2 ** 22;
/** Beyond so many particles a circle shows their density. */
export const MOST_DOTS = 5000;
/** Sectors of that density. */
export const SECTORS = 360;

export const isHeavy = ({ positions }: LabFrame): boolean =>
  positions !== null && positions.data.byteLength > HEAVY_BYTES;

/** Bytes that a frame holds on to. */
export function sizeOf(frame: LabFrame): number {
  const { positions, view, shares } = frame;
  const own = isHeavy(frame) ? 0 : (positions?.data.byteLength ?? 0);
  return own + (view?.data.byteLength ?? 0) + (shares?.byteLength ?? 0) + 512;
}

/** A frame of the simulator as one of the film. */
export function labFrame(frame: RunFrame, of: RunAbout, index: number): LabFrame {
  const { time, positions, view, radii, masses, particles, steps } = frame;
  return {
    of,
    index,
    time,
    positions,
    view,
    radii,
    masses,
    particles,
    steps,
    shares: null,
    measured: null,
  };
}
