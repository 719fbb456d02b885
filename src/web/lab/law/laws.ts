/**
 * The law that infinitely many particles would follow beside a run on the circle, where it is known and
 * cheap: solved in a worker, at the times of the run's frames. Not the solver (limits/mean-field).
 */
import { parseSaveAt } from '../../../integrators/save-at.ts';
import type { MeanField } from '../../../limits/mean-field/circle.ts';
import type { LabFrame, RunAbout } from '../frame.ts';
import { matrixOption } from '../matrix-text.ts';
import { framePlan } from '../options.ts';
import { entryOf, type LabSettings, type Values } from '../settings.ts';
import type { LawQuestion, LawReply, LawStart } from './messages.ts';

/** Fewer particles are no law. */
const LEAST = 500;
/** Times at which a law is asked for; between them it is interpolated. */
const MOST_TIMES = 400;
/** Sharper attention needs too many modes. */
const MOST_BETA = 100;
const MOST_CONCENTRATION = 200;

export interface Laws {
  /** Solves for the run of this frame, unless it did already. */
  follow(frame: LabFrame): void;
  /** Density per radian at the frame's time, or null. */
  at(frame: LabFrame): Float64Array | null;
  /** The time beyond which it is too sharp; null where that is not known, or never. */
  until(frame: LabFrame): number | null;
}

/** `changed` is called when more is known. */
export function createLaws(changed: () => void): Laws {
  let of: RunAbout | null = null;
  let worker: Worker | null = null;
  let times: number[] = [];
  let densities: Float64Array[] = [];
  let end: number | null = null;

  function hear(reply: LawReply): void {
    if (reply.kind === 'end') end = reply.until;
    else {
      times.push(reply.time);
      densities.push(reply.density);
    }
    changed();
  }

  return {
    follow(frame) {
      if (frame.of === of) return;
      of = frame.of;
      worker?.terminate();
      [worker, times, densities, end] = [null, [], [], null];
      const question = lawQuestion(frame.of);
      if (!question) return;
      worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
      worker.addEventListener('message', ({ data }: MessageEvent<LawReply>) => hear(data));
      worker.postMessage(question);
    },
    at: (frame) => (frame.of === of ? between(times, densities, frame.time) : null),
    until: (frame) => (frame.of === of ? end : null),
  };
}

/** Linear between the times; null beyond the last. */
function between(
  times: readonly number[],
  values: readonly Float64Array[],
  time: number,
): Float64Array | null {
  const next = times.findIndex((one) => one >= time);
  if (next < 0) return null;
  if (next === 0 || times[next] === time) return values[next];
  const share = (time - times[next - 1]) / (times[next] - times[next - 1]);
  return values[next].map((value, g) => share * value + (1 - share) * values[next - 1][g]);
}

/** What to ask the worker; null where the law is not known. */
export function lawQuestion({ settings, init }: RunAbout): LawQuestion | null {
  const field = fieldOf(settings);
  const start = startOf(settings);
  if (init || !field || !start || settings.d !== 2 || settings.n < LEAST) return null;
  return { ...field, start, times: lawTimes(settings) };
}

function lawTimes(settings: LabSettings): number[] {
  const { saveAt, end } = framePlan(settings);
  const all = typeof saveAt === 'string' ? parseSaveAt(saveAt, end) : saveAt;
  const stride = Math.ceil(all.length / MOST_TIMES);
  return Array.from(all).filter((_, i) => i % stride === 0 || i === all.length - 1);
}

function fieldOf(settings: LabSettings): MeanField | null {
  const { parameters } = settings;
  const { name } = entryOf(settings);
  const noise = settings.kappa > 0 ? { kappa: settings.kappa } : {};
  const matrices = ['query', 'key', 'value'].map((one) => parameters[one]);
  if (!matrices.every((one) => one === undefined || isOne(one))) return null;
  if (name === 'kuramoto') return { beta: 0, coupling: 'softmax', ...noise };
  const beta = Number(parameters.beta);
  if (Math.abs(beta) > MOST_BETA) return null;
  if (name === 'sa') return { beta, coupling: 'softmax', ...noise };
  if (name === 'usa') return { beta, coupling: 'exponential', ...noise };
  if (name !== 'noisy') return null;
  const coupling = parameters.attention === 'usa' ? 'exponential' : 'softmax';
  return { beta, coupling, kappa: Number(parameters.kappa) };
}

const isOne = (text: Values[string]) =>
  text === 'identity' || Number(matrixOption(String(text))) === 1;

function startOf({ start, startParameters: values, seed }: LabSettings): LawStart | null {
  if (start === 'uniform' || start === 'perturbed_circle') return { name: start, values, seed };
  if (start !== 'von_mises_fisher' || Number(values.concentration) > MOST_CONCENTRATION)
    return null;
  return { name: start, values, seed };
}
