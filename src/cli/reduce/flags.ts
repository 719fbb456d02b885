/** Flags that the subcommands of `reduce` share. */
import { TOLERANCE_FLAG } from '../flags.ts';

type Flags = readonly (readonly [flag: string, meaning: string])[];

/** Which family. */
export const KIND_FLAGS: Flags = [
  ['--family <name>', 'translations, scalings, gaussian, burgers or flow (default: flow)'],
  ['--attention <name>', 'of the flow: sa or usa (default: sa)'],
  ['--start <name>', 'of the flow: arc or von_mises (default: arc)'],
  ['--arc <radians>', 'half the width of the arc (default: 1.2)'],
  ['--concentration <c>', 'of the von Mises start (default: 8)'],
  [TOLERANCE_FLAG, 'of dopri5, for the flow (default: 1e-10)'],
];

/** And over which parameters. */
export const FAMILY_FLAGS: Flags = [
  ...KIND_FLAGS,
  ['--low <list>', 'least values of its parameters, in their order'],
  ['--high <list>', 'largest values; where both are the same the parameter is fixed'],
];

/** Snapshots that models are made of. */
export const TRAINING_FLAGS: Flags = [
  ...FAMILY_FLAGS,
  ['--levels <N>', 'quantiles of each measure (default: 100)'],
  ['--training <count>', 'snapshots that the models are made of (default: 40)'],
  ['--seed <number>', 'of the parameters that are drawn (default: 1)'],
];

/** And tested on. */
export const SNAPSHOT_FLAGS: Flags = [
  ...TRAINING_FLAGS,
  ['--test <count>', 'others that they are tested on (default: 20)'],
];

export const FAMILY_HELP = `
Families and their parameters: translations (mean), scalings (deviation), gaussian (mean, deviation),
burgers (time, height, width: a box under Burgers' equation), flow (beta, time: attention on the circle,
from a start within an open half circle).`;
