/**
 * One loop for every scheme: from a start at time 0, or from where another run was, to the end, with
 * frames at the times asked for. Not the steps (a Stepper proposes them), and not what flows.
 *
 * Frames never change the steps of dopri5 (dense output) nor those of noise (a shorter step along the same
 * path); a fixed step without noise is cut at a save time off its grid; the layer, which is never cut, has no
 * such save times.
 */
import { DivergedError, InputError } from '../numerics/errors.ts';
import { checkNumber, entryNamed } from '../numerics/parameters.ts';
import {
  adaptiveStretch,
  checkWholeSteps,
  firstAfter,
  fixedStretch,
  gridIndex,
  type Stretch,
} from './clock.ts';
import { beginPace, collapsed, type Pace } from './collapse.ts';
import { boundedRatio, firstStep, growth, type StepControl, shrinkage } from './controller.ts';
import { crosses, type FlowEvent, locate } from './events.ts';
import { withNoise } from './noise.ts';
import type { FlowProblem } from './problem.ts';
import { checkTimes } from './save-at.ts';
import {
  END,
  MAXIMUM_STEPS,
  type Scheme,
  STEP,
  schemes,
  TOLERANCE,
  takesNoise,
} from './schemes.ts';
import type { Span, Stepper } from './stepper.ts';
import { type WienerPath, wienerPath } from './wiener.ts';

export interface IntegrationSettings {
  /** A name of the catalogue `schemes`. */
  readonly scheme: string;
  /** h of a fixed scheme (required there); the first step that an adaptive one tries, its own choice if absent. */
  readonly step?: number;
  /** Adaptive: bound on the error estimate of a step, per entry x_i in units of max(1, |x_i|). */
  readonly tolerance?: number;
  /** Adaptive: steps are held to this share of the tolerance, which messages name; 1 if absent. */
  readonly toleranceShare?: number;
  /** The end T of the run. */
  readonly end: number;
  /** Rising times in [0, T] at which frames are wanted. */
  readonly times: ArrayLike<number>;
  /** Accepted and rejected steps after which the run is given up. */
  readonly maximumSteps?: number;
  readonly events?: readonly FlowEvent[];
  /** The path of the noise; that of seed 0 if absent. */
  readonly path?: WienerPath;
}

export interface IntegrationFrame {
  readonly time: number;
  /** A copy, [size]. */
  readonly state: Float64Array;
  /** Whether `times` asked for it. */
  readonly saved: boolean;
  /** Why there is a frame besides: the name of an event, what the hook said, 'end', GIVEN_UP; or null. */
  readonly reason: string | null;
  /** Accepted, rejected, and the size of the last accepted step (0 at the start). */
  readonly steps: number;
  readonly rejected: number;
  readonly step: number;
  /** What goes on exactly from here; to be asked for before the next frame. */
  continuation(): Continuation;
}

/**
 * Where a run goes on: numbers only, so that JSON keeps it (with the state as a plain list). The state is
 * that of the step in which the frame lies, which is done again.
 */
export interface Continuation {
  readonly state: ArrayLike<number>;
  readonly time: number;
  /** Frames up to this time were delivered. */
  readonly delivered: number;
  readonly steps: number;
  readonly rejected: number;
  /** The step that comes next, and the error ratio of the one before, of adaptive schemes. */
  readonly step: number;
  readonly previousRatio: number;
}

/** What a hook sees: a state between two steps. */
export interface StepView {
  readonly time: number;
  /** [size], not to be changed, and good only during the call. */
  readonly state: Float64Array;
  readonly steps: number;
  readonly rejected: number;
  /** f(time, state), computed when asked for and then used by the scheme where it can. */
  velocity(): Float64Array;
}

/** What a hook sees of a step that was taken, before it ends. Good only during the call. */
export interface StepInside {
  /** [size], at the end, where θ = 1; not to be changed. */
  readonly next: Float64Array;
  timeAt(theta: number): number;
  /** The state to out; null where a step has no inside, as with noise. */
  readonly at: ((theta: number, out: Float64Array) => void) | null;
}

export interface Reply {
  /** Ends the run here, with a last frame for this reason. */
  readonly stop?: string;
  /** Asks for a frame here for this reason. */
  readonly frame?: string;
  /** Goes on from another state, and with another problem, which may have another size. */
  readonly state?: Float64Array;
  readonly problem?: FlowProblem;
}

export interface Hooks {
  /**
   * Called for every step before frames of its inside are made. Returns the θ at which it ends, 1 for
   * the whole step; `onStep` then meets the state there.
   */
  withinStep?(step: StepInside): number;
  /** Called at the start and after every step, before a frame is made of the state. */
  onStep?(view: StepView): Reply | undefined;
}

/** Why there is a frame where the steps have become too small. */
export const GIVEN_UP = 'given up';

interface Plan {
  readonly scheme: Scheme;
  readonly step: number | undefined;
  /** As it was asked for. */
  readonly tolerance: number;
  /** What the error of a step is held to. */
  readonly bound: number;
  readonly end: number;
  readonly times: ArrayLike<number>;
  readonly maximumSteps: number;
  readonly events: readonly FlowEvent[];
  readonly path: WienerPath | undefined;
}

/** What changes in the course of a run. */
interface Run {
  problem: FlowProblem;
  stepper: Stepper;
  /** Rising times that no step crosses. */
  stops: Float64Array;
  time: number;
  steps: number;
  rejected: number;
  /** The step to be tried next, and the last one that was accepted. */
  step: number;
  taken: number;
  previousRatio: number;
  /** Of an adaptive scheme, from its first step on. */
  pace: Pace | null;
  /** g of every event at the present state. */
  values: number[];
  readonly delivered: number;
  /** Whether a step was cut short by the end of the run that a longer run takes as a whole. */
  cut: boolean;
  /** Where a continuation begins. Its state is a live buffer, until a step is cut. */
  base: Omit<Continuation, 'delivered' | 'state'> & { readonly state: Float64Array };
}

/**
 * Integrates ẋ = f(t, x) and yields a frame at every one of `times`, at events, where the hook asks for
 * one, and where the run ends. A run continued from a frame gives the frames of the whole run, bit for
 * bit, where settings, problem (as it was in that step) and hooks are the same; only the end may be later.
 *
 * Throws InputError for settings that do not fit, for too many steps and for steps that collapse or become too
 * small (fields `step`, `time`, `saveAt`, `tolerance`, `scheme`, `start`, `maximumSteps`), for these after a frame
 * of the last state for the reason GIVEN_UP. Throws DivergedError at the first value
 * that is not finite. Frames before stay good.
 */
export function integrate(
  problem: FlowProblem,
  start: Float64Array | Continuation,
  settings: IntegrationSettings,
  hooks: Hooks = {},
): Generator<IntegrationFrame, void> {
  // Not a generator itself, so that settings are refused here and not at the first frame.
  const plan = makePlan(problem, settings);
  return frames(beginRun(problem, start, plan), plan, hooks);
}

function* frames(run: Run, plan: Plan, hooks: Hooks): Generator<IntegrationFrame, void> {
  if (run.delivered < 0 && (yield* arrive(run, plan, hooks))) return;
  while (run.time < plan.end) {
    const span = yield* nextStep(run, plan);
    const theta = hooks.withinStep?.(insideOf(run, span)) ?? 1;
    const end = timeWithin(span, theta);
    const { inside, atEnd, values } = momentsOf(run, plan, span, end);
    for (const moment of inside) {
      yield frameWithin(run, span, moment);
      if (moment.stop) return;
    }
    if (theta < 1) cutStep(run, plan, theta, end);
    else run.stepper.accept();
    Object.assign(run, { time: end, ...(theta === 1 && { values }) });
    if (yield* arrive(run, plan, hooks, atEnd)) return;
  }
}

/** One step; where steps become too small instead, the last state before the error. More steps may be allowed later. */
function* nextStep(run: Run, plan: Plan): Generator<IntegrationFrame, Span> {
  try {
    const { control } = plan.scheme;
    return control ? adaptiveStep(run, plan, control) : fixedStep(run, plan);
  } catch (error) {
    const tooSmall = error instanceof InputError && error.field === 'tolerance';
    if (tooSmall && !isSaved(run, plan))
      yield frameOf(run, run.time, Float64Array.from(run.stepper.state), false, GIVEN_UP);
    throw error;
  }
}

const isSaved = ({ time }: Run, { times }: Plan) => times[firstAfter(times, time) - 1] === time;

function makePlan(problem: FlowProblem, settings: IntegrationSettings): Plan {
  const { end, times, tolerance = TOLERANCE.default, toleranceShare = 1, events = [] } = settings;
  const scheme = entryNamed('scheme', schemes, settings.scheme);
  checkNumber(END, end);
  checkTimes(times, end);
  if (problem.noise && !takesNoise(scheme))
    throw new InputError(
      'scheme',
      `scheme ${scheme.name} knows no noise, which this flow has: choose heun`,
    );
  const step =
    scheme.adaptive && settings.step === undefined ? undefined : checkNumber(STEP, settings.step);
  if (scheme.whole && step !== undefined) checkWholeSteps(step, end, times);
  return {
    scheme,
    step,
    tolerance: scheme.adaptive ? checkNumber(TOLERANCE, tolerance) : tolerance,
    bound: Math.max(TOLERANCE.minimum, toleranceShare * tolerance),
    end,
    times,
    maximumSteps: checkNumber(MAXIMUM_STEPS, settings.maximumSteps ?? MAXIMUM_STEPS.default),
    events,
    path: settings.path,
  };
}

function beginRun(problem: FlowProblem, start: Float64Array | Continuation, plan: Plan): Run {
  const fresh = start instanceof Float64Array;
  const state = Float64Array.from(fresh ? start : start.state);
  if (state.length !== problem.size)
    throw new InputError(
      'start',
      `the start has ${state.length} numbers: expected ${problem.size}, give that many`,
    );
  const from = fresh
    ? { time: 0, delivered: -1, steps: 0, rejected: 0, step: plan.step ?? 0, previousRatio: 1 }
    : start;
  const { time, delivered, steps, rejected, previousRatio } = from;
  const step = plan.scheme.adaptive ? from.step : (plan.step ?? 0);
  const counters = { time, steps, rejected, step, previousRatio };
  return {
    ...opened(problem, state, plan, time),
    ...counters,
    taken: 0,
    pace: null,
    delivered,
    cut: false,
    base: { ...counters, state },
  };
}

/** What hangs on the problem and the state. */
function opened(problem: FlowProblem, state: Float64Array, plan: Plan, time: number) {
  return {
    problem,
    stepper: openStepper(problem, state, plan),
    stops: stopsOf(problem, plan),
    values: plan.events.map((event) => event.value(time, state)),
  };
}

function openStepper(problem: FlowProblem, state: Float64Array, plan: Plan): Stepper {
  const { noise } = problem;
  const { scheme, step = STEP.default } = plan;
  if (!noise) return scheme.open(problem, state);
  const path = plan.path ?? wienerPath(0, step, noise.width);
  return withNoise({ ...problem, noise }, state, scheme.open, path);
}

/** Breakpoints, the end, and where fixed steps are cut; rising. */
function stopsOf(
  { breakpoints = [], noise }: FlowProblem,
  { scheme, times, end, step }: Plan,
): Float64Array {
  const inside = scheme.whole ? [] : breakpoints.filter((time) => time > 0 && time < end);
  const onGrid = (time: number) => step !== undefined && gridIndex(time, step) !== null;
  const cuts = scheme.adaptive ? [] : noise ? Array.from(times).filter(onGrid) : times;
  const stops = new Float64Array(inside.length + cuts.length + 1);
  stops.set(inside);
  stops.set(cuts, inside.length);
  stops[stops.length - 1] = end;
  return stops.sort();
}

/** One step of a scheme with a fixed step. */
function fixedStep(run: Run, plan: Plan): Span {
  checkCount(run, plan);
  const span = spanOf(run, fixedStretch(run.time, run.step, run.stops));
  // With noise the longer run takes the whole step.
  const isCut = span.end === plan.end && gridIndex(plan.end, run.step) === null;
  if (run.problem.noise && isCut && !run.cut) keepBase(run);
  const error = run.stepper.attempt(span);
  if (error > 0) throw diverged(run, `take a step below ${span.h}${otherScheme(run)}`);
  run.steps++;
  run.taken = span.h;
  return span;
}

/** Tries steps until one meets the tolerance. */
function adaptiveStep(run: Run, plan: Plan, control: StepControl): Span {
  const { state } = run.stepper;
  if (!run.step) run.step = firstStep(state, run.stepper.velocity(run.time));
  run.pace ??= beginPace(firstStep(state, run.stepper.velocity(run.time)), run.time, tries(run));
  // As it was before any step was tried, for then the same steps are tried again.
  if (!run.cut) run.base = { ...run.base, step: run.step };
  let largest = 5;
  let error = 0;
  for (;;) {
    checkCount(run, plan);
    checkPace(run, run.pace, plan);
    // Also where it is NaN. Below a few units in the last place the time would not be kept.
    if (!(run.step > 4 * Number.EPSILON * run.time)) throw tooSmall(run, plan, error);
    const span = spanOf(run, adaptiveStretch(run.time, run.step, run.stops));
    if (span.end === plan.end && !run.cut) keepBase(run);
    error = run.stepper.attempt(span);
    const ratio = error / plan.bound;
    if (ratio <= 1)
      return acceptSize(
        run,
        span,
        ratio,
        Math.min(largest, growth(control, ratio, run.previousRatio)),
      );
    run.rejected++;
    run.step = span.h * shrinkage(control, ratio);
    largest = 1;
  }
}

/**
 * From here on the end of the run decides how long steps are, and those that are tried after a rejected one too: a run
 * that is continued goes on from here.
 */
function keepBase(run: Run): void {
  run.cut = true;
  run.base = { ...run.base, state: Float64Array.from(run.base.state) };
}

/** Sets the size of the next step. A step that was cut short says nothing against the size proposed. */
function acceptSize(run: Run, span: Span, ratio: number, factor: number): Span {
  const next = span.h * factor;
  run.step = span.h < run.step ? Math.max(next, run.step) : next;
  run.previousRatio = boundedRatio(ratio);
  run.steps++;
  run.taken = span.h;
  return span;
}

function spanOf({ problem, steps }: Run, stretch: Stretch): Span {
  const smooth = !problem.breakpoints?.includes(stretch.end);
  return { ...stretch, smooth, index: steps };
}

const tries = ({ steps, rejected }: Run) => steps + rejected;

function checkPace(run: Run, pace: Pace, { end, maximumSteps, tolerance }: Plan) {
  const { time } = run;
  const found = collapsed(pace, { tries: tries(run), time, end }, maximumSteps);
  if (!found) return;
  throw new InputError(
    'tolerance',
    `at time ${time} the steps have collapsed: ${found.tries} tries came ${found.advance.toPrecision(3)} farther, and the rest would take about ${found.ahead.toPrecision(2)}, for the flow jumps or is stiff there: loosen the tolerance ${tolerance}, choose a scheme with a fixed step, or end the run before`,
  );
}

function checkCount({ time, steps, rejected }: Run, { maximumSteps, scheme, tolerance }: Plan) {
  if (steps + rejected < maximumSteps) return;
  const remedy = scheme.adaptive ? `loosen the tolerance ${tolerance}` : 'take a larger step';
  throw new InputError(
    'maximumSteps',
    `the run stopped at time ${time} after ${steps} steps and ${rejected} rejected ones, expected at most ${maximumSteps}: ${remedy}, end it before, or allow more steps`,
  );
}

const otherScheme = ({ problem }: Run) => (problem.noise ? '' : ' or the scheme dopri5');

function diverged({ time, steps }: Run, remedy: string): DivergedError {
  return new DivergedError(
    time,
    steps,
    `after time ${time} (step ${steps}) the flow has values that are not finite: ${remedy}`,
  );
}

function tooSmall(run: Run, { tolerance }: Plan, error: number): Error {
  if (!Number.isFinite(error + run.step)) return diverged(run, 'end the run before');
  return new InputError(
    'tolerance',
    `at time ${run.time} the steps became too small to count for tolerance ${tolerance}: loosen it, or end the run before, for the flow may be singular there`,
  );
}

/** A frame within a step. */
interface Moment {
  readonly time: number;
  readonly saved: boolean;
  readonly reason: string | null;
  readonly stop: boolean;
}

interface Moments {
  /** Before the end of the step, rising, up to an event that stops the run. */
  readonly inside: Moment[];
  readonly atEnd: Moment | undefined;
  /** g of every event at the end. */
  readonly values: number[];
}

const timeWithin = ({ time, h, end }: Span, theta: number) => (theta < 1 ? time + theta * h : end);

function insideOf({ stepper, problem }: Run, span: Span): StepInside {
  const at = problem.noise ? null : (stepper.interpolate ?? null);
  return { next: stepper.next, timeAt: (theta) => timeWithin(span, theta), at };
}

/** Ends the step that was just taken before its end. */
function cutStep(run: Run, plan: Plan, theta: number, end: number): void {
  const state = new Float64Array(run.problem.size);
  run.stepper.interpolate?.(theta, state);
  run.taken = end - run.time;
  Object.assign(run, opened(run.problem, state, plan, end));
}

/** What happens until `end` in a step that was just taken. */
function momentsOf(run: Run, plan: Plan, span: Span, end: number): Moments {
  const values = plan.events.map((event) => event.value(span.end, run.stepper.next));
  const events = eventsWithin(run, plan, span, values);
  const inside = [...savesWithin(plan.times, span), ...events]
    .filter(({ time }) => time > run.delivered && time < end)
    .sort((a, b) => a.time - b.time);
  const last = inside.findIndex(({ stop }) => stop);
  const atEnd = events.filter(({ time }) => time === end);
  return {
    inside: last < 0 ? inside : inside.slice(0, last + 1),
    atEnd: atEnd.find(({ stop }) => stop) ?? atEnd[0],
    values,
  };
}

function savesWithin(times: ArrayLike<number>, { time, end }: Span): Moment[] {
  const moments: Moment[] = [];
  for (let i = firstAfter(times, time); i < times.length && times[i] < end; i++)
    moments.push({ time: times[i], saved: true, reason: null, stop: false });
  return moments;
}

function eventsWithin(
  { stepper, values }: Run,
  { events }: Plan,
  span: Span,
  after: readonly number[],
): Moment[] {
  return events.flatMap((event, e) => {
    if (!crosses(values[e], after[e])) return [];
    const theta = locate(event, stepper, span, values[e]);
    return [{ time: timeWithin(span, theta), saved: false, reason: event.name, stop: event.stop }];
  });
}

function frameWithin(run: Run, span: Span, { time, saved, reason }: Moment): IntegrationFrame {
  const state = new Float64Array(run.problem.size);
  run.stepper.interpolate?.((time - span.time) / span.h, state);
  return frameOf(run, time, state, saved, reason);
}

/**
 * Between two steps: the hook, what it changes, and the frame. `event` is what happened just there.
 * Returns whether the run ends here.
 */
function* arrive(
  run: Run,
  plan: Plan,
  hooks: Hooks,
  event?: Moment,
): Generator<IntegrationFrame, boolean> {
  const reply = hooks.onStep?.(viewOf(run)) ?? {};
  const changed = change(run, plan, reply);
  const ended = run.time >= plan.end;
  if (changed || !run.cut) run.base = baseOf(run);
  const saved = isSaved(run, plan);
  const reason = reply.stop ?? event?.reason ?? reply.frame ?? (ended ? 'end' : null);
  if ((saved || reason !== null) && run.time > run.delivered)
    yield frameOf(run, run.time, Float64Array.from(run.stepper.state), saved, reason);
  return reply.stop !== undefined || event?.stop === true;
}

function change(run: Run, plan: Plan, { problem, state }: Reply): boolean {
  if (!problem && !state) return false;
  const next = Float64Array.from(state ?? run.stepper.state);
  Object.assign(run, opened(problem ?? run.problem, next, plan, run.time));
  return true;
}

function viewOf(run: Run): StepView {
  const { time, steps, rejected, stepper } = run;
  const velocity = () => stepper.velocity(time);
  return { time, state: stepper.state, steps, rejected, velocity };
}

function baseOf({ time, steps, rejected, step, previousRatio, stepper }: Run): Run['base'] {
  return { time, steps, rejected, step, previousRatio, state: stepper.state };
}

function frameOf(
  { steps, rejected, taken, base }: Run,
  time: number,
  state: Float64Array,
  saved: boolean,
  reason: string | null,
): IntegrationFrame {
  const continuation = () => ({ ...base, state: Float64Array.from(base.state), delivered: time });
  return { time, state, saved, reason, steps, rejected, step: taken, continuation };
}
