/** The files of a recording. */
import type { SimulationFrame } from '../../flow/frames.ts';
import type { SimulationSettings } from '../../flow/simulation-settings.ts';

export const RUN = 'run.json';
export const STATE = 'continue.json';
export const TABLE = 'diagnostics.csv';
export const LINES = 'diagnostics.jsonl';
/** [n], where they are not equal at the start. */
export const MASSES = 'masses.npy';

/** An array of frames. */
export interface FrameArray {
  readonly name: string;
  /** Whether there are runs without it. */
  readonly isOptional: boolean;
  /** Whether a run with these settings has it. */
  readonly isKept: (settings: SimulationSettings) => boolean;
  /** Of one frame. */
  readonly shape: (settings: SimulationSettings) => readonly number[];
  readonly row: (frame: SimulationFrame) => Float64Array;
}

/** All there are. The times come last, so that a time stands for a whole frame. */
export const FRAME_ARRAYS: readonly FrameArray[] = [
  {
    name: 'positions.npy',
    isOptional: false,
    isKept: () => true,
    shape: ({ n, d }) => [n, d],
    row: ({ positions }) => positions.data,
  },
  {
    name: 'view.npy',
    isOptional: true,
    isKept: ({ entry }) => entry.view !== undefined,
    shape: ({ n, d }) => [n, d],
    row: ({ view, positions }) => (view ?? positions).data,
  },
  {
    name: 'radii.npy',
    isOptional: true,
    isKept: ({ entry, parameters }) => Boolean(entry.normalisation?.(parameters)),
    shape: ({ n }) => [n],
    row: ({ radii }) => radii ?? new Float64Array(0),
  },
  {
    name: 'frame_masses.npy',
    isOptional: true,
    isKept: ({ entry }) => entry.reaction !== undefined,
    shape: ({ n }) => [n],
    row: ({ masses }) => masses ?? new Float64Array(0),
  },
  {
    name: 'times.npy',
    isOptional: false,
    isKept: () => true,
    shape: () => [],
    row: ({ time }) => Float64Array.of(time),
  },
];

/** What a run with these settings leaves for other programs. */
export const recordedFiles = (settings: SimulationSettings): string[] => [
  ...FRAME_ARRAYS.filter(({ isKept }) => isKept(settings)).map(({ name }) => name),
  ...(hasMasses(settings) ? [MASSES] : []),
  ...[TABLE, LINES, RUN],
];

/** Whether they are not equal. */
export const hasMasses = ({ masses }: SimulationSettings) =>
  masses.some((mass) => mass !== masses[0]);
