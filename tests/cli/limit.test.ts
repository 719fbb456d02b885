/** `limit` as a user runs it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { particleLimit } from '../../src/limits/particles/particles.ts';
import { stackLimit } from '../../src/limits/stack/stack.ts';
import { cosineAfterLayers, cosineOfFlow } from '../../src/limits/steps/equiangular-map.ts';
import { temperatureLimit } from '../../src/limits/temperature/temperature.ts';
import { resultToJson } from '../../src/numerics/result-json.ts';
import { operationNames } from '../../src/operations/catalogue.ts';
import { command } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'schmetterling-limit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = ['--start', 'orthonormal', '--n', '8', '--d', '8'];
const EQUIANGULAR = ['--dynamics', 'sa', '--beta', '2', ...START, '--time', '1'];
const limit = (...args: string[]) => command(['limit', ...args]);

/** The numbers of the rows of a table of standard output, under a header that is matched. */
function rowsUnder(header: RegExp, stdout: string): number[][] {
  const lines = stdout.split('\n');
  const first = lines.findIndex((line) => header.test(line)) + 1;
  expect(first).toBeGreaterThan(0);
  const rows = lines.slice(first, lines.indexOf('', first));
  return rows.map((row) => row.trim().split(/ +/).map(Number));
}

/** The modified Bessel function I_k(x), by its series. */
function besselI(k: number, x: number): number {
  let term = 1;
  for (let m = 1; m <= k; m++) term *= x / 2 / m;
  let sum = term;
  for (let m = 1; m < 40; m++) {
    term *= (x / 2) ** 2 / (m * (m + k));
    sum += term;
  }
  return sum;
}

/** As many digits as a table shows of most numbers. */
const SHOWN = { relative: 5e-3 };

it('depth of dynamics: a table, orders, and a folder of files', async () => {
  const out = join(folder, 'depth');
  const depths = ['--depths', '10,20,40,80,160'];
  const { code, stdout } = await limit('depth', ...EQUIANGULAR, ...depths, '--out', out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/L +layer +extrapolated +euler +rk4/);
  expect(stdout).toMatch(/layer: order 0\.9\d\d \(95 %: .* from L = 10, 20, 40, 80, 160/);
  expect(readdirSync(out).sort()).toEqual(['depth.csv', 'depth.json', 'depth.svg']);
  const [header, ...rows] = readFileSync(join(out, 'depth.csv'), 'utf8').trim().split('\n');
  expect(header).toMatch(/^layers,layer_position_max,/);
  expect(rows).toHaveLength(5);
  const record = JSON.parse(readFileSync(join(out, 'depth.json'), 'utf8'));
  expect(Number(rows[4].split(',')[1])).toBe(record.schemes.layer.errors.position_max[4]);
  // Equiangular tokens turn towards their mean, at an angle whose cosine is √((1 + (n − 1)ρ)/n).
  const tokens = { n: 8, beta: 2, sign: 1 } as const;
  const angle = (rho: number) => Math.acos(Math.sqrt((1 + 7 * rho) / 8));
  const exact = [10, 20, 40, 80, 160].map((layers) => {
    const [end, flow] = [
      cosineAfterLayers(0, 1 / layers, layers, tokens),
      cosineOfFlow(0, 1, tokens),
    ];
    return 2 * Math.sin(Math.abs(angle(end) - angle(flow)) / 2);
  });
  const written = rows.map((line) => Number(line.split(',')[1]));
  expect(written).toBeAllClose(exact, { absolute: 1e-11 });
  const shown = rowsUnder(/L +layer/, stdout);
  expect(shown.map(([layers]) => layers)).toEqual([10, 20, 40, 80, 160]);
  expect(shown.map(([, layer]) => layer)).toBeAllClose(exact, SHOWN);
});

it('depth of a model: logits and the answer', async () => {
  const args = ['--model', 'lieblingstier', '--depths', '4,8', '--schemes', 'layer', '--json'];
  const { code, stdout, stderr } = await limit('depth', 'Mein Lieblingstier ist __', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const record = JSON.parse(stdout);
  expect(record).toMatchObject({
    model: 'lieblingstier',
    depths: [4, 8],
    breakpoints: [1.25, 2.5, 3.75],
  });
  expect(record.schemes.layer.errors.logits_kl[1]).toBeGreaterThan(0);
  expect(record.schemes.layer.order).toMatchObject({ order: null });
  const ask = ['Mein Lieblingstier ist __', '--model', 'lieblingstier', '--depth', '8', '--json'];
  const { predictions } = JSON.parse((await command(['predict', ...ask])).stdout);
  expect(record.answer.by_depth[1]).toBe(predictions[0].token_str);
});

it('particles: distances by n and time, and a folder of files', async () => {
  const out = join(folder, 'particles');
  const sizes = ['--n', '50,200,800', '--times', '0,0.5', '--seeds', '3'];
  const { errors } = await particleLimit({ beta: 1, n: [50, 200, 800], times: [0, 0.5], seeds: 3 });
  const { code, stdout, stderr } = await limit('particles', '--beta', '1', ...sizes, '--out', out);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/n +W1 at 0 +between runs +W1 at 0\.5/);
  expect(stdout).toMatch(/t = 0: order 0\.\d+ .* from n = 50, 200, 800/);
  expect(readdirSync(out).sort()).toEqual(['particles.csv', 'particles.json', 'particles.svg']);
  const record = JSON.parse(readFileSync(join(out, 'particles.json'), 'utf8'));
  expect(record.errors).toEqual(resultToJson(errors));
  const shown = rowsUnder(/n +W1 at 0/, stdout);
  expect(shown.map(([n]) => n)).toEqual([50, 200, 800]);
  for (const [t, column] of [1, 3].entries())
    expect(shown.map((row) => row[column])).toBeAllClose(errors.w1[t], SHOWN);
});

it('stack: errors by L for each stack', async () => {
  const { code, stdout } = await limit(
    'stack',
    '--stacks',
    'smooth,relu_sde',
    '--depths',
    '8,16,32,64',
  );
  expect(code).toBe(0);
  const { stacks } = await stackLimit({
    stacks: ['smooth', 'relu_sde'],
    depths: [8, 16, 32, 64],
  });
  const shown = rowsUnder(/L +smooth +relu_sde/, stdout);
  expect(shown.map(([layers]) => layers)).toEqual([8, 16, 32, 64]);
  stacks.forEach(({ errors }, s) => {
    expect(shown.map((row) => row[1 + s])).toBeAllClose(errors, SHOWN);
  });
  expect(stdout).toMatch(/smooth: .* order (0\.9|1\.0)/);
  expect(stdout).toMatch(/relu_sde: .* there is no limit/);
});

it('steps: what large layers change', async () => {
  const { code, stdout } = await limit(
    'steps',
    '--value',
    'minus',
    '--steps',
    '0.5,2.5',
    '--seeds',
    '2',
  );
  expect(code).toBe(0);
  const shown = rowsUnder(/h +layers +cosine +of the flow +collapse factor/, stdout);
  expect(shown.map(([h, layers]) => [h, layers])).toEqual([
    [0.5, 40],
    [2.5, 8],
  ]);
  // of collapsed tokens and V = −I: 1/|1 − h| in layers, e^h in the flow
  expect(shown.map((row) => row[4])).toBeAllClose([2, 1 / 1.5], SHOWN);
  expect(shown.map((row) => row[5])).toBeAllClose([Math.exp(0.5), Math.exp(2.5)], SHOWN);
  expect(stdout).toMatch(/from h = 2\.5: collapsed tokens are stable/);
});

it('temperature: softmax against hardmax, and clusters', async () => {
  const few = ['--betas', '8,32,128', '--cluster-betas', '9,25', '--cluster-seeds', '2'];
  const { code, stdout } = await limit('temperature', ...few);
  expect(code).toBe(0);
  const { hardmax, clusters } = await temperatureLimit({
    betas: [8, 32, 128],
    clusterBetas: [9, 25],
    clusterSeeds: 2,
  });
  const shown = rowsUnder(/β +to hardmax +same leader +clusters/, stdout);
  expect(shown.map(([beta]) => beta)).toEqual([8, 32, 128, 9, 25]);
  expect(shown.slice(0, 3).map((row) => row[1])).toBeAllClose(hardmax.error, SHOWN);
  expect(shown.slice(0, 3).map((row) => row[2])).toBeAllClose(hardmax.sameLeader, SHOWN);
  expect(shown.slice(3).map((row) => row[3])).toBeAllClose(clusters.mean, SHOWN);
  const [, gap] = stdout.match(/predicted the gap of scores, ([\d.]+)/) ?? [];
  expect([Number(gap)]).toBeAllClose([hardmax.betweenTies.gap], SHOWN);
});

it('steps: the exact errors of finite depth, to six digits (docs/theory.md §4.1)', async () => {
  const tokens = ['--beta', '2', '--n', '8', '--time', '1', '--seeds', '1', '--json'];
  const { stdout } = await limit('steps', '--steps', '0.1,0.05,0.025,0.0125,0.00625', ...tokens);
  const { h, cosine, cosine_flow } = JSON.parse(stdout).effects;
  const errors = cosine.map((value: number, i: number) => value - cosine_flow[i]);
  expect(h).toEqual([0.00625, 0.0125, 0.025, 0.05, 0.1]);
  const exact = [-0.001712, -0.003401, -0.00671, -0.013063, -0.024804];
  expect(errors).toBeAllClose(exact, { absolute: 5e-7 });
});

it('tangent: exponents of dynamics and of a model', async () => {
  const flow = ['--dynamics', 'sa', '--n', '3', '--d', '2', '--time', '30', '--vectors', '3'];
  const { code, stdout } = await limit('tangent', ...flow);
  expect(code).toBe(0);
  const shown = rowsUnder(/direction +exponent +stretching +eigenvalue/, stdout);
  // Three tokens that have met: n − 1 differences fall at the rate 1, the turn of all is neutral.
  expect(shown.map((row) => row[3])).toBeAllClose([0, -1, -1], { absolute: 1e-6 });
  expect(stdout).toMatch(/0 directions unstable, 1 neutral, 2 stable/);
  const text = [
    'Mein Lieblingstier ist __',
    '--model',
    'lieblingstier',
    '--vectors',
    '1',
    '--json',
  ];
  const record = JSON.parse((await limit('tangent', ...text, '--tolerance', '1e-4')).stdout);
  expect(record).toMatchObject({ model: 'lieblingstier', spectrum: null });
  expect(record.exponents).toHaveLength(1);
});

it('mean-field: resultants, rates, and densities in a file', async () => {
  const out = join(folder, 'mean-field');
  const start = ['--attention', 'usa', '--beta', '5', '--mode', '3', '--amplitude', '0.01'];
  const { code, stdout } = await limit('mean-field', ...start, '--times', '0,0.02', '--out', out);
  expect(code).toBe(0);
  expect(stdout).toMatch(/t = 0\.02: mean resultant 0\.000000, \d+ modes/);
  // Mode k of the uniform law grows at the rate k² I_k(β)/β, without noise.
  const rate = (9 * besselI(3, 5)) / 5;
  const [, told] = stdout.match(/mode 3 grows fastest, at the rate ([\d.]+)/) ?? [];
  expect([Number(told)]).toBeAllClose([rate], { absolute: 5e-5 });
  const [, stable] = stdout.match(/stable below κ = ([\d.]+)/) ?? [];
  expect([Number(stable)]).toBeAllClose([5 / besselI(1, 5)], { absolute: 5e-7 });
  const [header, ...rows] = readFileSync(join(out, 'mean-field.csv'), 'utf8').trim().split('\n');
  expect(header).toBe('angle,density_t0,density_t0.02');
  expect(rows).toHaveLength(256);
  const numbers = rows.map((line) => line.split(',').map(Number));
  const law =
    (amplitude: number) =>
    ([angle]: number[]) =>
      (1 + amplitude * Math.cos(3 * angle)) / (2 * Math.PI);
  expect(numbers.map(([, density]) => density)).toBeAllClose(numbers.map(law(0.01)));
  // What is not linear is of second order in the amplitude.
  const grown = numbers.map(law(0.01 * Math.exp(0.02 * rate)));
  expect(numbers.map(([, , density]) => density)).toBeAllClose(grown, { absolute: 1e-4 });
});

it('mean-field stops where the density becomes too sharp', async () => {
  const soon = ['--attention', 'usa', '--times', '0,20'];
  const { code, stderr } = await limit('mean-field', ...soon);
  expect(code).toBe(1);
  expect(stderr).toMatch(/Fourier modes is .*follow quantiles/);
});

it('depth takes any time', async () => {
  const flow = ['--dynamics', 'sa', '--n', '4', '--time', '1.05', '--schemes', 'layer'];
  const { code, stderr } = await limit('depth', ...flow, '--depths', '4,8,16');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it.each([
  [
    'an unknown limit',
    ['depht'],
    `unknown command 'depht' (Did you mean depth?); valid are ${operationNames('limit').join(', ')}`,
  ],
  ['odd numbers of layers', ['stack', '--depths', '10'], /expected powers of two/],
  ['Q = I', ['temperature', '--query', 'identity'], /nothing moves/],
  [
    'too many vectors',
    ['tangent', '--dynamics', 'sa', '--n', '2', '--d', '2', '--vectors', '9'],
    /differ in 2 directions/,
  ],
  ['unsorted times', ['particles', '--times', '1,0'], /expected rising times/],
  ['an unknown law', ['particles', '--law', 'gauss'], /expected one of cosine, von_mises/],
  ['no text', ['depth'], /no text is given/],
  [
    'no layers',
    ['depth', ...EQUIANGULAR, '--depths', '0'],
    /depths\.0 is 0: expected a whole number/,
  ],
  ['no scheme', ['depth', 'Hallo', '--schemes', 'dopri5'], /expected names of layer, euler, rk4/],
  ['a flag of dynamics for a text', ['depth', 'Hallo', '--n', '5'], /option n is for dynamics/],
  [
    'noise',
    ['depth', '--dynamics', 'noisy'],
    /dynamics noisy have noise, and their limit is no flow/,
  ],
  [
    'an unknown flag',
    ['depth', '--dynamic', 'sa'],
    /unknown option '--dynamic'.*valid are --dynamics/,
  ],
])('is refused: %s', async (_, args, message) => {
  const { code, stderr } = await limit(...args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
