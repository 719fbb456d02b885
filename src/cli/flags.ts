/** Flags that several commands share, and their way into the library's options, which alone say what is valid. */
import type { Command } from 'commander';
import { COUPLING_NAMES } from '../attention/model-coupling.ts';
import { ENGINE_CHOICES } from '../engines/catalogue.ts';
import { NOISE_SCHEME, SCHEME } from '../integrators/schemes.ts';
import { InputError } from '../numerics/errors.ts';
import { either } from '../numerics/parameters.ts';

import { PRECISIONS, type Precision } from '../pretrained/precision.ts';

export interface AnswerFlags {
  readonly model?: string;
  readonly top?: string;
  readonly depth?: string;
  readonly coupling?: string;
  readonly targets?: string;
  /** Of `predict` alone: a trace is of one flow. */
  readonly reading?: string;
  readonly slots?: string;
  readonly precision?: string;
  readonly threads?: string;
  readonly json?: boolean;
}

/** dopri5's, wherever it is asked for; the library calls it `tolerance`. Others, such as that of clusters, are not. */
export const TOLERANCE_FLAG = '--tol, --tolerance <number>';

/** Of --coupling, where a text is read. */
export const COUPLING_HELP = `${either(COUPLING_NAMES)} (default: full for a blank, else causal)`;

/** What a pretrained model computes with. */
export const PRECISION_FLAG = [
  '--precision <name>',
  'float32 or float64, of a Hugging Face folder or a standard transformer (default: float32)',
] as const;

/** How many threads it multiplies with. */
export const THREADS_FLAG = [
  '--threads <count>',
  'that multiply in the float32 numbers of a Hugging Face model, which stay the same (default: 1)',
] as const;

/** How a model of such flags is read. Throws InputError for what is no precision. */
export const readingOf = (flags: Pick<AnswerFlags, 'precision' | 'threads'>) => ({
  precision: precisionOf(flags),
  threads: numberIfOne(flags.threads) as number | undefined,
});

/** Of commands that take any model. */
export const MODEL_FLAG = [
  '--model <name>',
  'name of an installed model, or the path of a model folder, of a Hugging Face one too, or of a GGUF file',
] as const;

/** Of commands that need a flow, which neither of the others is. */
export const FLOW_FLAG = [
  '--model <name>',
  'name of an installed model that is a flow, or the path of its folder',
] as const;

/** Adds --model, --top, --depth, --coupling, --targets and --json. */
export function withAnswerFlags(command: Command): Command {
  return command
    .option(...MODEL_FLAG)
    .option('--top <count>', 'how many answers to list (default: 10)')
    .option('--depth <layers>', 'number of layers, or ode (default: as the model was trained)')
    .option('--coupling <name>', COUPLING_HELP)
    .option('--targets <answers>', 'answers to score as well, separated by commas')
    .option(...PRECISION_FLAG)
    .option(...THREADS_FLAG)
    .option('--json', 'print one JSON document and nothing else');
}

/** Adds what particles flow and where they begin: --dynamics, --start, --init, --text, --n and their like. */
export function withParticleFlags(
  command: Command,
  model: readonly [string, string] = FLOW_FLAG,
): Command {
  return command
    .option('--dynamics <name|file>', 'a name of the catalogue, model, or a module (default: sa)')
    .option('--set <name=value>', 'a parameter of dynamics of your own; may be repeated', gather)
    .option('--start <name>', 'how the particles begin (default: uniform)')
    .option('--init <file>', 'positions of your own instead, a row a particle, .csv or .npy')
    .option('--normalise', 'bring the positions of --init onto the sphere')
    .option('--text <text>', 'the tokens of this sentence as particles, embedded by --model')
    .option(...model)
    .option('--coupling <name>', `of --dynamics model: ${either(COUPLING_NAMES)}`)
    .option('--n <count>', 'particles (default: 32)')
    .option('--d <count>', 'coordinates of a particle (default: 3)')
    .option(
      '--kappa <number>',
      'inverse noise: Brownian motion Δ/κ beside (default: none; noisy: 10)',
    )
    .option('--masses <file>', 'masses of the particles, .csv or .npy (default: equal)')
    .option('--seed <number>', 'of the start and the noise (default: 1)');
}

/** Adds how particles are followed, and what is seen of them: --time, --scheme, --save-at, --merge and their like. */
export function withRunFlags(command: Command): Command {
  return command
    .option('--time <T>', 'the end of the run (default: 10)')
    .option(
      '--scheme <name>',
      `${either(SCHEME.choices)} (default: ${SCHEME.default}; ${NOISE_SCHEME} with noise; no_projection: rk4, svgd_sphere: dopri5)`,
    )
    .option('--step <h>', 'step of the schemes with a fixed one (default: 0.1)')
    .option(TOLERANCE_FLAG, 'error per step of dopri5 (default: 1e-8)')
    .option('--maximum-steps <count>', 'after which a run is given up (default: 10,000,000)')
    .option('--save-at <times>', '0,1,2 or linear:0:10:11 or log:1e-2:1e8:200 (default: 0,T)')
    .option('--engine <name>', `${either(ENGINE_CHOICES)} (default: auto)`)
    .option(
      '--precision <name>',
      'float64 or float32, of the arithmetic of pairs (default: float64)',
    )
    .option('--accuracy <number>', 'of a velocity, where the engine approximates (default: 1e-12)')
    .option(
      '--merge <angle>',
      'make one of particles no two of which are farther apart than this, and no other closer',
    )
    .option('--merge-error', 'run without merging beside it and report how far the two are apart')
    .option('--stop-clusters <count>', 'stop when merging has left so many')
    .option('--stop-below <speed>', 'stop when no particle is faster')
    .option(
      '--diagnostics <names>',
      'separated by commas, modules with those of your own among them; none for none (default: all)',
    )
    .option('--delta <number>', 'pair_share is of pairs with cosine ≥ 1 − δ (default: 0.001)');
}

/**
 * Refuses a flag with a value that is given twice, unless it gathers: of two values the first would be lost
 * without a word. Flags that are there by now.
 */
export function once(command: Command): Command {
  for (const option of command.options) {
    if (option.parseArg || option.variadic || !(option.required || option.optional)) continue;
    let before: string | undefined;
    option.argParser((value: string) => {
      if (before !== undefined)
        throw new InputError(
          option.attributeName(),
          `option ${option.attributeName()} is given twice, as ${JSON.stringify(before)} and as ${JSON.stringify(value)}: expected it once, leave one out`,
        );
      before = value;
      return value;
    });
  }
  return command;
}

export const gather = (pair: string, before: readonly string[] = []) => [...before, pair];

/** The flags as options of the library, unchecked: absent ones are left out. */
export function answerOptions({ top, depth, coupling, targets, reading, slots }: AnswerFlags) {
  const given = {
    top: numberIfOne(top),
    depth: numberIfOne(depth),
    coupling,
    reading,
    slots: numberIfOne(slots),
    targets: targets?.split(',').map((target) => target.trim()),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What a model computes with. Throws InputError for what is no precision. */
export function precisionOf({ precision }: Pick<AnswerFlags, 'precision'>): Precision | undefined {
  const known = PRECISIONS.find((name) => name === precision);
  if (precision === undefined || known) return known;
  throw new InputError(
    'precision',
    `option precision is "${precision}": expected ${PRECISIONS.join(' or ')}`,
  );
}

/** Numbers become numbers; anything else stays as it is, so that the check can show it. */
export function numberIfOne(value: string | undefined): string | number | undefined {
  if (value === undefined || value.trim() === '') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}
