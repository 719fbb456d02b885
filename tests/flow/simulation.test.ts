/** `simulate` from its options to its report: what it refuses, which frames come, what stops it, and that it goes on exactly. */
import { describe, expect, it } from 'vitest';
import { COUPLING_NAMES } from '../../src/attention/model-coupling.ts';
import { defineDynamics } from '../../src/dynamics/define.ts';
import { simulationEngines } from '../../src/engines/catalogue.ts';
import type { SimulationFrame } from '../../src/flow/frames.ts';
import type { SimulationContinuation } from '../../src/flow/run.ts';
import { openSimulation } from '../../src/flow/simulate.ts';
import { type Simulation, simulate, simulationToJson } from '../../src/flow/simulation.ts';
import { type SimulationOptions, simulationSettings } from '../../src/flow/simulation-settings.ts';
import { modelDynamics } from '../../src/language/model-dynamics.ts';
import { modelOptions, sentenceParticles } from '../../src/language/particles.ts';
import { trace } from '../../src/language/trace.ts';
import { LimitError } from '../../src/numerics/errors.ts';
import { refusal } from '../dynamics/refusal.ts';
import { randomModel } from '../language/random-model.ts';

type Row = readonly [options: Readonly<Record<string, unknown>>, field: string, message: RegExp];

/** As a caller without types gives them. */
const settingsOf = (options: Readonly<Record<string, unknown>>) =>
  simulationSettings(options as SimulationOptions);

function expectRefused([options, field, message]: Row): void {
  const found = refusal(() => settingsOf(options));
  expect(found.field).toBe(field);
  expect(found.message).toMatch(message);
  expect(found.message).not.toContain('\n');
}

describe('names are refused with the nearest', () => {
  it.each<Row>([
    [{ dynamics: 'usaa' }, 'dynamics', /"usaa": did you mean "usa"\? Valid are sa, usa/],
    [{ start: 'unifrom' }, 'start', /"unifrom": did you mean "uniform"/],
    [{ scheme: 'rk5' }, 'scheme', /"rk5": did you mean "rk4"/],
    [{ diagnostics: ['energie'] }, 'diagnostics', /"energie": did you mean "energy"/],
    [{ parameters: { bta: 1 } }, 'bta', /sa has no parameter "bta": did you mean "beta"/],
    [
      { start: 'von_mises_fisher', startParameters: { konzentration: 1 } },
      'konzentration',
      /did you mean "concentration"/,
    ],
    [{ tolerence: 1 }, 'tolerence', /did you mean "tolerance"\? Valid are dynamics, /],
    [{ beta: 4 }, 'beta', /beta is a parameter of dynamics sa: .*parameters: { beta: 4 }/],
    [{ engine: 'wasn' }, 'engine', /"wasn": expected one of auto, mean, reference, wasm/],
    [{ precision: 'float16' }, 'precision', /expected float64 or float32/],
  ])('%o', (...row) => expectRefused(row));
});

describe('values are refused with their range', () => {
  it.each<Row>([
    [{ n: 0 }, 'n', /n is 0: expected a whole number from 1 to 10000000/],
    [{ n: 1.5 }, 'n', /n is 1.5/],
    [{ d: 1 }, 'd', /d is 1: expected a whole number from 2/],
    [{ d: 0, dynamics: 'no_projection' }, 'd', /d is 0: expected a whole number from 1/],
    [{ seed: -1 }, 'seed', /seed is -1: expected a whole number from 0 to 4294967295/],
    [{ time: -1 }, 'time', /time is -1: expected a number from 1e-12/],
    [{ time: Number.NaN }, 'time', /time is NaN/],
    [{ step: 0 }, 'step', /step is 0: expected a number from 1e-12/],
    [{ step: Number.POSITIVE_INFINITY }, 'step', /step is Infinity/],
    [{ tolerance: 0 }, 'tolerance', /tolerance is 0: expected a number from 1e-15 to 1/],
    [{ maximumSteps: 0 }, 'maximumSteps', /maximumSteps is 0: expected a whole number from 1/],
    [{ accuracy: 1 }, 'accuracy', /accuracy is 1: expected a number from 1e-15 to 0.01/],
    [{ threads: 65 }, 'threads', /threads is 65: expected a whole number from 1 to 64/],
    [{ stopBelow: -1 }, 'stopBelow', /stopBelow is -1/],
    [
      { dynamics: 'usa', parameters: { beta: -800 } },
      'beta',
      /beta is -800: expected a number from -700 .*such as 1/,
    ],
    [{ parameters: { beta: Number.NaN } }, 'beta', /beta is NaN/],
    [{ parameters: { beta: 'warm' } }, 'beta', /beta is "warm"/],
    [{ dynamics: 'usa', parameters: { beta: 701 } }, 'beta', /701: expected .* to 700/],
    [{ parameters: 3 }, 'parameters', /expected an object of numbers, choices and matrices/],
    [{ dynamics: 3 }, 'dynamics', /expected the name of dynamics, or dynamics of your own/],
    [{ init: 'file.csv' }, 'init', /init is "file.csv": expected rows of numbers/],
    [{ masses: 'equal' }, 'masses', /masses is "equal": expected numbers, one a particle/],
    [{ n: 2, masses: [1, -1] }, 'masses', /masses.1 is -1: expected a number from 0/],
    [{ normalise: 'yes' }, 'normalise', /expected true or false/],
  ])('%o', (...row) => expectRefused(row));

  it('options that are none', () =>
    expect(() => simulationSettings([7] as SimulationOptions)).toThrow(/expected an object/));

  it('more numbers than memory holds', () =>
    expect(() => simulationSettings({ n: 10_000_000, d: 1000 })).toThrow(LimitError));
});

describe('save times are refused', () => {
  it.each<[unknown, RegExp]>([
    [[0, 11], /save time 11 lies outside of the run: expected times from 0 to 10/],
    [[-1, 0], /save time -1 lies outside/],
    [[1, 0], /1 is followed by 0: sort them/],
    [[1, 1], /save time 1 is there twice: .* leave one out/],
    [[0, Number.NaN], /saveAt is \[0,"NaN"\]: expected times such as/],
    [3, /saveAt is 3: expected times such as/],
    [[], /saveAt is \[\]: expected times such as/],
    ['', /hold "", which is no number/],
    ['0,,1', /"0,,1" hold ""/],
    ['linaer:0:1:3', /unknown kind "linaer": expected .*"linear:0:10:101"/],
    ['linear:0:1', /incomplete: expected linear:FROM:TO:COUNT/],
    ['linear:0:1:1', /count of save times is 1/],
    ['log:0:1:4', /begin at 0: expected a time above 0/],
    ['log:1:121:3', /save time 1[12]\S* lies outside/],
    [[0, 0.55], /0.55 lies within a layer of step 0.1: the nearest .* are 0.5 and 0.6/],
  ])('%o', (saveAt, message) => expectRefused([{ saveAt }, 'saveAt', message]));
});

describe('what does not fit together is refused', () => {
  it.each<Row>([
    [{ dynamics: 'kuramoto', d: 3 }, 'd', /d is 3: expected 2 for dynamics kuramoto, set d/],
    [{ start: 'regular_polygon', d: 3 }, 'd', /expected 2 for start regular_polygon/],
    [{ start: 'orthonormal', n: 5 }, 'n', /n is 5 with d = 3: expected at most 3/],
    [{ start: 'box' }, 'start', /start box is off the sphere, on which dynamics sa live/],
    [{ dynamics: 'noisy', scheme: 'layer' }, 'scheme', /layer knows no noise.* expected euler/],
    [
      { kappa: 5, scheme: 'dopri5' },
      'scheme',
      /dopri5 knows no noise.* expected euler, rk4 or heun/,
    ],
    [{ kappa: 5, merge: 0.1 }, 'merge', /the noise of every particle is its own/],
    [{ kappa: 0 }, 'kappa', /kappa is 0: expected a number from 0.000001/],
    [
      { dynamics: 'noisy', parameters: { kappa: 3 }, kappa: 5 },
      'kappa',
      /option kappa is 5, and of dynamics noisy parameter kappa is 3: expected one noise/,
    ],
    [{ step: 0.3 }, 'step', /0.3 does not divide the time 10.* \(33 layers\)/],
    [{ parameters: { value: [[1]] } }, 'value', /value is 1 × 1: expected a 3 × 3 matrix/],
    [{ parameters: { value: 'diagonal:1,2' } }, 'value', /2 numbers .*: expected d = 3/],
    [{ masses: [1] }, 'masses', /1 number of sum 1: expected 32, one a particle/],
    [{ n: 2, masses: [0, 0] }, 'masses', /of sum 0: expected 2, .* of a positive sum/],
    [{ init: [] }, 'init', /init is empty/],
    [{ init: [[1, 0], [1]] }, 'init', /1 number in row 2: expected 2/],
    [{ init: [[Number.NaN, 0]] }, 'init', /NaN in row 1, column 1/],
    [{ init: [[1, 0]], n: 32 }, 'n', /n is 32, and init has 1 particle of 2 .*: .*leave n out/],
    [{ init: [[1, 0]], d: 3 }, 'd', /d is 3, and init has 1 particle of 2 coordinates/],
    [{ init: [[3, 4]] }, 'init', /off the unit sphere by up to 4.00 .*pass --normalise/],
    [{ init: [[0, 0]], normalise: true }, 'init', /length 0 in row 1/],
    [{ dynamics: 'kuramoto', init: [[1, 0, 0]] }, 'd', /d is 3: expected 2/],
    [{ dynamics: modelDynamics(randomModel(1)) }, 'd', /d is 3: expected 16 for dynamics model/],
  ])('%o', (...row) => expectRefused(row));
});

const own = defineDynamics({ name: 'still', velocity: () => {} });

describe('an engine that was asked for refuses', () => {
  const spectral = { engine: 'spectral', d: 2 };
  it.each<[SimulationOptions, RegExp]>([
    [{ ...spectral, d: 5 } as SimulationOptions, /d = 5 has no short series/],
    [{ ...spectral, dynamics: 'causal_sa' } as SimulationOptions, /causal coupling/],
    [{ ...spectral, dynamics: 'hardmax' } as SimulationOptions, /hardmax coupling/],
    [{ ...spectral, dynamics: 'multi_head' } as SimulationOptions, /4 heads/],
    [
      { ...spectral, dynamics: 'no_projection', start: 'box' } as SimulationOptions,
      /particles off the sphere.* use the wasm engine/,
    ],
    [{ ...spectral, parameters: { beta: 1e6 } } as SimulationOptions, /accuracy of 1e-12.*ask for/],
    [{ engine: 'reference', precision: 'float32' }, /in float64 only, not float32: ask for/],
    [
      { precision: 'float32', dynamics: 'usa', parameters: { beta: 200 } },
      /does not fit float32 at β = 200: the largest usable β is 88.7, float64 takes/,
    ],
    [{ engine: 'wasm', dynamics: own }, /wasm cannot run dynamics still, which bring their own/],
    [
      { engine: 'wasm', ...modelOptions(randomModel(1), { dynamics: 'model' }) },
      /wasm cannot run dynamics model, whose weights depend on time: expected auto or reference/,
    ],
  ])('%o', async (options, message) => {
    const refused = simulate({ ...options, time: 1 });
    await expect(refused).rejects.toMatchObject({ name: 'InputError', field: 'engine' });
    await expect(refused).rejects.toThrow(message);
  });
});

const brief = { time: 0.5, diagnostics: [] };

describe('the report says what computed the velocities', () => {
  it.each<[SimulationOptions, string, RegExp, RegExp | null]>([
    [{}, 'reference', /32 particles are few: plain Float64/, null],
    [{ n: 60 }, 'wasm', /60 particles in d = 3: SIMD over pairs/, null],
    [{ n: 1000, d: 2 }, 'spectral', /1000 particles in d = 2: sums over modes/, /K = \d+|degree/],
    [{ engine: 'wasm' }, 'wasm', /asked for/, null],
    [{ engine: 'reference', n: 60 }, 'reference', /asked for/, null],
    [{ engine: 'spectral', d: 2 }, 'spectral', /asked for/, /degree|K = \d+/],
    [{ dynamics: 'kuramoto', d: 2, engine: 'wasm' }, 'wasm', /asked for/, null],
    [
      modelOptions(randomModel(1), { dynamics: 'model' }),
      'reference',
      /the weights of dynamics model depend on time/,
      null,
    ],
  ])('%o', async (options, name, reason, note) => {
    const { engine, notes } = await simulate({ ...brief, ...options });
    expect(engine.name).toBe(name);
    expect(engine.reason).toMatch(reason);
    if (note) expect(notes.engine).toMatch(note);
    else expect(notes).toEqual({});
  });

  it('float32 is as far from float64 as its round-off', async () => {
    const options: SimulationOptions = { ...brief, n: 60, engine: 'wasm' };
    const wide = last(await simulate(options)).positions.data;
    const narrow = last(await simulate({ ...options, precision: 'float32' })).positions.data;
    expect(narrow).toBeAllClose(wide, { absolute: 1e-5 });
    expect([...narrow]).not.toEqual([...wide]);
  });
});

const last = ({ frames }: Pick<Simulation, 'frames'>) => frames[frames.length - 1];

describe('a run slower than its engine can tell', () => {
  const collapsing: SimulationOptions = { d: 2, time: 60, diagnostics: [] };

  it('says so, and stays with an engine that was asked for', async () => {
    const { notes, engine } = await simulate({ ...collapsing, engine: 'spectral' });
    expect(engine).toMatchObject({ name: 'spectral', reason: 'asked for' });
    expect(notes.floor).toMatch(
      /at time [\d.]+ the fastest particle has speed \S+, which the spectral engine cannot tell from its error of \S+$/,
    );
  });

  it('goes over from modes to pairs where the choice was free, and follows them further', async () => {
    const { notes, engine, frames } = await simulate({ ...collapsing, n: 1000 });
    expect(engine).toMatchObject({
      name: 'wasm',
      reason: 'slower than the spectral engine can tell',
    });
    expect(notes.floor).toContain('the spectral engine cannot tell');
    const { positions } = last({ frames });
    const gaps = Array.from(positions.data, (value, i) => value - positions.data[i % 2]);
    expect(Math.max(...gaps.map(Math.abs))).toBeLessThan(1e-14);
  });

  it('says when nothing moves at all', async () => {
    const { notes, engine } = await simulate({ ...brief, dynamics: own });
    expect(engine).toMatchObject({ name: 'own', reason: 'dynamics still bring their velocity' });
    expect(notes).toEqual({ floor: 'from time 0 on nothing moves' });
  });
});

describe('frames come', () => {
  const timesOf = async (options: SimulationOptions) =>
    (await simulate({ ...brief, ...options })).frames.map(({ time }) => time);

  it('at the start and the end', async () => expect(await timesOf({})).toEqual([0, 0.5]));

  it.each<[SimulationOptions['saveAt'], readonly number[]]>([
    [[0.2], [0.2]],
    [
      [0.1, 0.5],
      [0.1, 0.5],
    ],
    ['0, 0.3', [0, 0.3]],
    ['linear:0:0.5:6', [0, 0.1, 0.2, 0.3, 0.4, 0.5]],
  ])('at %o', async (saveAt, expected) => expect(await timesOf({ saveAt })).toEqual(expected));

  it('at logarithmic times over eight decades', async () => {
    const found = await timesOf({ time: 100, saveAt: 'log:1e-6:100:9', scheme: 'dopri5' });
    expect([found[0], found[8]]).toEqual([1e-6, 100]);
    expect(found).toBeAllClose(
      Array.from({ length: 9 }, (_, k) => 10 ** (k - 6)),
      { absolute: 0, relative: 1e-13 },
    );
  });

  it.each(['euler', 'rk4', 'heun', 'dopri5'])('%s: at times between its steps', async (scheme) => {
    const saveAt = [0.03, 0.11, Math.PI / 10];
    const { frames } = await simulate({ ...brief, scheme, saveAt, step: 0.01 });
    const dense = await simulate({ ...brief, scheme: 'dopri5', tolerance: 1e-12, saveAt });
    expect(frames.map(({ time }) => time)).toEqual(saveAt);
    frames.forEach((frame, k) => {
      expect(frame.positions.data).toBeAllClose(dense.frames[k].positions.data, { absolute: 5e-3 });
    });
  });

  it('with the settings, complete and as plain data', async () => {
    const found = await simulate({ n: 4, time: 1, parameters: { value: 'wigner:7' } });
    const record = JSON.parse(JSON.stringify(simulationToJson(found)));
    expect(record).toMatchObject({
      settings: {
        dynamics: 'sa',
        scheme: 'layer',
        n: 4,
        d: 3,
        seed: 1,
        masses: 'equal',
        parameters: { beta: 1, value: { ensemble: 'wigner', seed: 7 } },
        saveAt: [0, 1],
      },
      engine: { name: 'reference' },
      times: [0, 1],
      stopped: 'end',
      steps: 10,
      rejected: 0,
      masses: [0.25, 0.25, 0.25, 0.25],
      particles: [4, 4],
    });
    expect(record.positions).toHaveLength(2);
    expect(record.diagnostics.energy).toHaveLength(2);
    const { masses: _, ...again } = record.settings;
    expect(last(await simulate(again)).positions.data).toEqual(last(found).positions.data);
  });
});

describe('a run stops', () => {
  const endless: SimulationOptions = { ...brief, n: 200, time: 1e6, step: 1e-3 };

  it('at a signal, and closes its engine', async () => {
    let closed = 0;
    const { wasm, ...engines } = simulationEngines();
    const open: typeof wasm.open = async (request) => {
      const field = await wasm.open(request);
      return { ...field, close: () => closed++ };
    };
    const controller = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 100);
    const seen: number[] = [];
    const run = simulate(endless, {
      engines: { ...engines, wasm: { ...wasm, open } },
      signal: controller.signal,
      onProgress: ({ time, end, steps }) => seen.push(time, end, steps),
    });
    await expect(run).rejects.toBe(reason);
    expect(closed).toBe(1);
    expect(seen.slice(0, 3)).toEqual([0, 1e6, 0]);
    expect(seen.length).toBeGreaterThan(3);
  });

  it('at once where the signal was there before', () =>
    expect(simulate(endless, { signal: AbortSignal.abort('no') })).rejects.toBe('no'));

  it('where the one who reads the frames leaves', async () => {
    const simulation = await openSimulation(simulationSettings(endless));
    for await (const { time } of simulation.frames()) if (time === 0) break;
    expect(simulation.report()).toMatchObject({ time: 0, steps: 0 });
  });

  it.each(['layer', 'dopri5'])('%s: where no particle is faster than asked', async (scheme) => {
    const found = await simulate({ n: 8, time: 1e4, step: 0.5, scheme, stopBelow: 1e-3 });
    expect(found.stopped).toBe('stationary');
    expect(found.time).toBeLessThan(100);
    expect(last(found)).toMatchObject({ time: found.time, steps: found.steps });
    const before = await simulate({ n: 8, time: 1e4, step: 0.5, scheme, stopBelow: 1e-2 });
    expect(before.time).toBeLessThan(found.time);
  });

  it('where dopri5 chatters, and keeps where it came to', async () => {
    const chattering = defineDynamics({
      name: 'chatter',
      space: 'euclidean',
      velocity: ({ positions }, _, __, out) => {
        positions.forEach((value, k) => {
          out[k] = -Math.sign(value);
        });
      },
    });
    const init = [[0.25], [-0.5]];
    const options = { dynamics: chattering, init, scheme: 'dopri5', tolerance: 1e-7, time: 100 };
    const simulation = await openSimulation(simulationSettings({ ...options, diagnostics: [] }));
    const frames: SimulationFrame[] = [];
    const run = async () => {
      for await (const frame of simulation.frames()) frames.push(frame);
    };
    await expect(run()).rejects.toThrow(/at time 0\.2.* steps have collapsed.* the tolerance 1e-7/);
    expect(frames.map(({ time }) => time)).toEqual([0, simulation.report().time]);
    expect(simulation.report()).toMatchObject({ stopped: 'given up' });
    expect(frames[1].positions.data[0]).toBeCloseTo(0, 6);
    expect(frames[1].positions.data[1]).toBeCloseTo(frames[1].time - 0.5, 6);
  });

  it('at a save time beyond the end by rounding, which is the end, for layers too', async () => {
    const saveAt = [1, 1.1, 1.2000000000000002, 1.3000000000000003];
    for (const scheme of ['layer', 'rk4', 'dopri5']) {
      const { frames } = await simulate({ n: 4, time: 1.3, scheme, saveAt, diagnostics: [] });
      expect(frames.map(({ time }) => time)).toEqual([1, 1.1, 1.2000000000000002, 1.3]);
    }
  });

  it('after as many steps as allowed, and keeps the frames before', async () => {
    const options = { maximumSteps: 4, time: 1, saveAt: [0, 0.3, 1] };
    const simulation = await openSimulation(simulationSettings(options));
    const times: number[] = [];
    const run = async () => {
      for await (const { time } of simulation.frames()) times.push(time);
    };
    await expect(run()).rejects.toThrow(/at time 0.4 after 4 steps .*expected at most 4: take a/);
    expect(times).toEqual([0, 0.3]);
    expect(simulation.report()).toMatchObject({ time: 0.3, steps: 3 });
  });

  it('at the first value that is not finite', async () => {
    const growing: SimulationOptions = {
      dynamics: 'no_projection',
      start: 'box',
      parameters: { value: 1000 },
      scheme: 'euler',
      step: 1,
      time: 1000,
      diagnostics: [],
    };
    const failure = expect(simulate(growing)).rejects;
    await failure.toMatchObject({ name: 'DivergedError' });
    await failure.toThrow(
      /after time \d+ \(step \d+\) .* take a step below 1 or the scheme dopri5/,
    );
  });
});

/** A frame without its function, comparable bit for bit. */
const plain = ({ continuation: _, ...frame }: SimulationFrame) => frame;
const seenAs = ({ view, positions }: SimulationFrame) => view ?? positions;

/** As a file keeps it. */
function throughJson(from: SimulationContinuation): SimulationContinuation {
  const { integrator } = from;
  const state = Array.from(integrator.state);
  return JSON.parse(JSON.stringify({ ...from, integrator: { ...integrator, state } }));
}

/** Reads frames of a run up to one of them, leaves it, and goes on from there with the run of `whole`. */
async function inHalves(begun: SimulationOptions, whole: SimulationOptions, cut: number) {
  const frames: SimulationFrame[] = [];
  const first = await openSimulation(simulationSettings(begun));
  for await (const frame of first.frames()) {
    frames.push(frame);
    if (frames.length < cut) continue;
    const from = throughJson(frame.continuation());
    const seen = { first: seenAs(frames[0]), last: seenAs(frame) };
    const rest = await simulate(whole, { from, reference: seen });
    return { ...rest, frames: [...frames, ...rest.frames] };
  }
  throw new Error(`the run has no ${cut} frames`);
}

const resultOf = ({ frames, seconds: _, settings: __, ...report }: Simulation) => ({
  ...report,
  frames: frames.map(plain),
});

/** Everything that a run may have to remember. */
const RUNS: Readonly<Record<string, SimulationOptions>> = {
  layer: {},
  euler: { scheme: 'euler', saveAt: [0, 0.55, 1, Math.PI / 2, 2] },
  rk4: { scheme: 'rk4', dynamics: 'usa', n: 60 },
  dopri5: { scheme: 'dopri5', saveAt: [0.1, 0.15, 0.9, 1, 1.7, 2] },
  noise: { dynamics: 'noisy', parameters: { kappa: 4 } },
  'noise off the grid of steps': { kappa: 2, dynamics: 'sa', saveAt: [0.03, 0.5, 0.61, 1.5, 2] },
  'noise in R^d': { dynamics: 'no_projection', start: 'gaussian', kappa: 4 },
  'noise on the circle, by modes': { dynamics: 'noisy', d: 2, engine: 'spectral' },
  radii: { dynamics: 'normalised', parameters: { normalisation: 'peri', initial_radius: 2 } },
  'radii, rk4': { dynamics: 'normalised', parameters: { normalisation: 'pre' }, scheme: 'rk4' },
  view: { dynamics: 'no_projection', start: 'gaussian', scheme: 'dopri5' },
  merges: { d: 2, n: 60, parameters: { beta: 25 }, scheme: 'dopri5', merge: 0.05 },
  'merges, fixed steps': { d: 2, n: 60, parameters: { beta: 25 }, scheme: 'rk4', merge: 0.05 },
  'mergers of mergers, whose masses may be added in several orders': {
    ...{ dynamics: 'usa', parameters: { beta: 6 }, n: 60, d: 3, seed: 3, merge: 0.05 },
    ...{ scheme: 'dopri5', time: 40, saveAt: [0, 5, 12, 17, 30, 40] },
  },
  masses: { n: 3, masses: [1, 2, 4], parameters: { value: 'ginibre:3' } },
  float32: { n: 60, precision: 'float32' },
  kuramoto: { dynamics: 'kuramoto', d: 2, scheme: 'dopri5' },
  own: { dynamics: own },
  model: { ...modelOptions(randomModel(1), { dynamics: 'model' }), n: 6, scheme: 'dopri5' },
};

describe('a run that goes on is the run that was never left', () => {
  const complete = (options: SimulationOptions): SimulationOptions => ({
    n: 12,
    time: 2,
    saveAt: [0, 0.5, 0.6, 1.2, 1.5, 2],
    ...options,
  });

  it.each(Object.entries(RUNS))('%s', async (_, options) => {
    const settings = complete(options);
    const whole = resultOf(await simulate(settings));
    for (const cut of [1, 3, (settings.saveAt as number[]).length - 1])
      expect(resultOf(await inHalves(settings, settings, cut))).toEqual(whole);
    expect(whole.frames).toHaveLength((settings.saveAt as number[]).length);
    if (settings.merge) expect(whole.merges.length).toBeGreaterThan(1);
  });

  /** Of two runs, frame by frame: what does not compare with the frame before. */
  const states = ({ frames }: Pick<Simulation, 'frames'>) =>
    frames.map(({ time, positions, radii, view, steps, rejected }) => ({
      time,
      positions,
      radii,
      view,
      steps,
      rejected,
    }));

  const unmerged = Object.entries(RUNS).filter(
    ([, { merge, scheme }]) => !merge || scheme === 'rk4',
  );
  it.each(unmerged)('%s: also behind an earlier end', async (_, options) => {
    const settings = complete(options);
    const times = settings.saveAt as number[];
    const begun = { ...settings, time: times[3], saveAt: times.slice(0, 4) };
    const whole = await simulate(settings);
    const halves = await inHalves(begun, settings, 4);
    // There dopri5 ended with a step that the whole run does not take: but for that frame all are the same.
    const but = settings.scheme === 'dopri5' ? 3 : -1;
    const others = (run: Pick<Simulation, 'frames'>) => states(run).toSpliced(but, but < 0 ? 0 : 1);
    expect(others(halves)).toEqual(others(whole));
    expect(halves.frames[3].positions.data).toBeAllClose(whole.frames[3].positions.data, {
      absolute: 1e-7,
    });
  });

  it('stops and says what it would have', async () => {
    const options: SimulationOptions = {
      d: 2,
      n: 12,
      scheme: 'dopri5',
      time: 1e5,
      saveAt: [0, 1, 1e5],
      merge: 1e-3,
      stopBelow: 1e-6,
    };
    const whole = resultOf(await simulate(options));
    expect(whole.stopped).toBe('stationary');
    expect(resultOf(await inHalves(options, options, 2))).toEqual(whole);
  });

  it.each(['dopri5', 'rk4', 'layer'])(
    'stops where so few are left, whoever met before: %s',
    async (scheme) => {
      const options: SimulationOptions = {
        d: 2,
        n: 30,
        parameters: { beta: 9 },
        scheme,
        time: 1e3,
        merge: 0.05,
        stopClusters: 4,
        saveAt: [...Array.from({ length: 60 }, (_, k) => k / 10), 1e3],
      };
      const whole = resultOf(await simulate(options));
      expect(whole.stopped).toBe('clusters');
      expect(whole.frames.length).toBeGreaterThan(20);
      expect(whole.merges.length).toBeGreaterThan(3);
      for (const cut of [1, 12, 13, 17, 20])
        expect(resultOf(await inHalves(options, options, cut))).toEqual(whole);
    },
  );

  it('keeps to the engine that it had gone over to', async () => {
    const options: SimulationOptions = {
      n: 1000,
      d: 2,
      time: 50,
      saveAt: [0, 45, 50],
      diagnostics: [],
    };
    const whole = resultOf(await simulate(options));
    expect(whole.engine.name).toBe('wasm');
    expect(resultOf(await inHalves(options, options, 2))).toEqual(whole);
  });

  it('is refused where it has been already, or compares with a run it does not know', async () => {
    const [frame] = (await simulate({ ...brief, saveAt: [0.5] })).frames;
    const from = frame.continuation();
    const again = simulate(brief, { from });
    await expect(again).rejects.toMatchObject({ field: 'time' });
    await expect(again).rejects.toThrow(/time is 0.5, and the run has reached 0.5 .*such as 1$/);
    const compared = simulate({ time: 2, merge: 0.1, mergeError: true }, { from });
    await expect(compared).rejects.toMatchObject({ field: 'mergeError' });
  });
});

describe('a trained model as dynamics', () => {
  const model = randomModel(1, { slots: 2 });
  const { depth, horizon } = model.config;
  const grid = Array.from({ length: depth + 1 }, (_, k) => (horizon * k) / depth);
  const quick = { maximumExpansions: 1 };

  it.each([
    ['full', 'Mein Lieblingstier ist __'],
    ['causal', 'Mein Lieblingstier ist der'],
  ] as const)('%s: its layers are the steps of the scheme layer', async (coupling, text) => {
    const expected = trace(model, text, quick);
    const options = modelOptions(model, { text, dynamics: 'model' });
    const settings = { time: horizon, step: horizon / depth, saveAt: grid };
    const found = await simulate({ ...options, ...settings });
    expect(sentenceParticles(model, text).coupling).toBe(coupling);
    expect(found.settings.entry.properties.causal).toBe(coupling === 'causal');
    expect(found.frames).toHaveLength(depth + 1);
    found.frames.forEach(({ positions, time }, k) => {
      expect(time).toBeCloseTo(expected.times[k], 12);
      expect(positions.data).toBeAllClose(expected.hiddenStates[k].data, {
        absolute: 1e-12,
        relative: 0,
      });
    });
  });

  it.each(COUPLING_NAMES)('%s: its depth ode is the scheme dopri5', async (coupling) => {
    const text = 'Mein Lieblingstier ist __';
    const expected = trace(model, text, { ...quick, coupling, depth: 'ode' });
    const options = modelOptions(model, { text, dynamics: 'model', coupling });
    const exact = { scheme: 'dopri5', tolerance: 1e-10, time: horizon, saveAt: grid };
    const { frames } = await simulate({ ...options, ...exact, diagnostics: [] });
    frames.forEach(({ positions }, k) => {
      expect(positions.data).toBeAllClose(expected.hiddenStates[k].data, {
        absolute: 1e-6,
        relative: 0,
      });
    });
  });

  it('a blank may be seen causally as well', async () => {
    const text = 'Mein Lieblingstier ist __';
    const expected = trace(model, text, { ...quick, coupling: 'causal' });
    const options = modelOptions(model, { text, dynamics: 'model', coupling: 'causal' });
    const found = await simulate({ ...options, time: horizon, step: horizon / depth });
    expect(last(found).positions.data).toBeAllClose(expected.hiddenStates[depth].data, {
      absolute: 1e-12,
      relative: 0,
    });
  });

  it('its flow is what the schemes come to', async () => {
    const text = 'Mein Lieblingstier ist __';
    const options = modelOptions(model, { text, dynamics: 'model' });
    const expected = trace(model, text, { ...quick, depth: 'ode' });
    const found = await simulate({ ...options, time: horizon, scheme: 'dopri5', tolerance: 1e-12 });
    expect(last(found).positions.data).toBeAllClose(
      expected.hiddenStates[expected.hiddenStates.length - 1].data,
      { absolute: 1e-7 },
    );
  });

  it('its tokens flow under dynamics of the catalogue, too', async () => {
    const text = 'Mein Lieblingstier ist __';
    const { settings } = await simulate({ ...modelOptions(model, { text }), ...brief });
    const { tokens, positions } = sentenceParticles(model, text);
    expect(settings).toMatchObject({ n: tokens.length, d: 16, given: true });
    expect(settings.positions.data).toBeAllClose(positions.data, { absolute: 1e-15 });
  });
});
