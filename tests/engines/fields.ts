/**
 * The conformance suite of the simulator's engines: what an engine's field must fulfil for every dynamics
 * of the catalogue that the engine claims. The trainer's engines have their own (conformance.ts).
 */
import { describe, expect, it } from 'vitest';
import { velocityScale } from '../../src/attention/effective.ts';
import type { Interaction } from '../../src/attention/interaction.ts';
import { dynamics } from '../../src/dynamics/catalogue.ts';
import type { Dynamics } from '../../src/dynamics/dynamics.ts';
import { completeParameters } from '../../src/dynamics/parameters.ts';
import type { Engine, FieldRequest } from '../../src/engines/field.ts';
import { openReferenceField } from '../../src/engines/reference-field.ts';
import {
  type FieldThreadStart,
  hasJoined,
  type SpawnFieldThread,
} from '../../src/engines/wasm/threads.ts';
import { uniformDirection } from '../../src/geometry/uniform.ts';
import { spawnFieldThread } from '../../src/host/field-threads.ts';
import { InputError } from '../../src/numerics/errors.ts';
import { type Matrix, row } from '../../src/numerics/matrix.ts';
import { random } from '../../src/numerics/random.ts';
import { equiangularMap } from './conformance.ts';
import { couplingOf, exactSum, inner, MASSES, reordered, STARTS, scattered } from './particles.ts';

type Kind = 'tangent' | 'ambient';
type Given = Readonly<Record<string, unknown>>;

/** The velocities that are right. */
export type Truth = (
  interaction: Interaction,
  positions: Float64Array,
  masses: Float64Array,
  kind: Kind,
) => Float64Array;

export interface FieldUnderTest {
  readonly engine: Engine;
  readonly precision: FieldRequest['precision'];
  /** The dynamics that it serves at their defaults, by name; it refuses all others. */
  readonly claims: readonly string[];
  /** Dynamics that it serves too, certified in a test of their own. */
  readonly apart?: readonly string[];
  readonly dimensions: readonly number[];
  /** Absolute, for velocities and scores of order one. */
  readonly tolerance: number;
  /** Relative, for a cluster 1e-9 across; null where the engine's error is absolute. */
  readonly clusters: number | null;
  /** The same engine on as many threads as are asked for, and enough particles for three. */
  readonly threaded?: {
    readonly engine: (spawn: SpawnFieldThread) => Engine;
    readonly n: number;
  };
  /** What it is held against; the reference engine unless said. */
  readonly truth?: Truth;
}

/** Of the reference engine: held against the equations in reference-balance.test.ts. */
export const APART = ['sinkhorn', 'residual', 'sinkhorn_residual'];

const NUMBERS = [1, 2, 3, 7, 64, 129];
const ROUND_OFF = { float64: 2 ** -53, float32: 2 ** -24 } as const;

/** The reference engine, which is held against the equations themselves (reference-field.test.ts). */
export const referenceTruth: Truth = (interaction, positions, masses, kind) => {
  const [n, out] = [masses.length, new Float64Array(positions.length)];
  const asked = { interaction, n, d: positions.length / n, accuracy: 0, threads: 1 };
  openReferenceField({ ...asked, precision: 'float64' })[kind](positions, masses, out);
  return out;
};

export function certifyField(subject: FieldUnderTest): void {
  const claimed = dynamics.filter(
    ({ name, interaction }) => interaction && subject.claims.includes(name),
  );
  describe(`the ${subject.engine.name} engine in ${subject.precision}`, () => {
    it('claims what it says, and refuses the rest in words', () => claimsItsOwn(subject));
    it('follows the exact finite-depth map on equiangular tokens', () => followsMap(subject));
    describe.each(claimed.map((entry): [string, Dynamics] => [entry.name, entry]))(
      'runs %s,',
      (_, entry) => certifyEntry(subject, entry),
    );
  });
}

function certifyEntry(subject: FieldUnderTest, entry: Dynamics): void {
  const { rotationEquivariant, permutationEquivariant, causal } = entry.properties;
  it('with any parameters, numbers, dimensions, starts and masses', () => agrees(subject, entry));
  it('at extreme β, finite and right', () => standsExtremes(subject, entry));
  it('at rest where all coincide', () => rests(subject, entry));
  if (rotationEquivariant) it('turning with the particles', () => turns(subject, entry));
  if (permutationEquivariant) it('whatever their order', () => ignoresOrder(subject, entry));
  if (causal) it('deaf to later tokens', () => ignoresLater(subject, entry));
  if (subject.clusters !== null && entry.space === 'sphere')
    it('with a tight cluster’s velocity to relative accuracy', () => keepsClusters(subject, entry));
  if (subject.threaded) it('the same on three threads, bit for bit', () => shares(subject, entry));
}

/** A request of the entry at time 0, and what it is about. */
function asking(
  { precision }: FieldUnderTest,
  entry: Dynamics,
  given: Given,
  n: number,
  d: number,
): FieldRequest {
  const interaction = entry.interaction?.(completeParameters(entry, given, d), d, 0);
  if (!interaction) throw new Error(`${entry.name} has no interaction`);
  return { interaction, n, d, space: entry.space, precision, accuracy: 1e-12, threads: 1 };
}

const dimensionsOf = ({ dimensions }: FieldUnderTest, { dimension }: Dynamics) =>
  dimension === undefined ? dimensions : [dimension];

async function claimsItsOwn({ engine, ...subject }: FieldUnderTest): Promise<void> {
  const apart = (entry: Dynamics) => subject.apart?.includes(entry.name);
  for (const entry of dynamics.filter((one) => one.interaction && !apart(one)))
    for (const d of dimensionsOf({ engine, ...subject }, entry)) {
      const request = asking({ engine, ...subject }, entry, {}, 10, d);
      const clause = engine.refusal(request);
      expect([entry.name, d, clause === null]).toEqual([
        ...[entry.name, d, subject.claims.includes(entry.name)],
      ]);
      if (clause !== null) await expectRefused(engine, request, clause);
    }
}

/** Opening throws the refusal: one line that says why, and after a colon what to do or what it takes. */
async function expectRefused(engine: Engine, request: FieldRequest, clause: string) {
  expect(clause).toMatch(/^[^\n]{20,}: (it takes|use|ask|the largest usable)[^\n]{5,}$/);
  const found = await engine.open(request).catch((error: unknown) => error);
  expect(found).toBeInstanceOf(InputError);
  expect(found).toMatchObject({
    field: 'engine',
    message: `the ${engine.name} engine refuses: ${clause}`,
  });
}

/** The velocities of a request that is served, and how far they may be off. */
interface Evaluation {
  readonly velocities: Readonly<Record<Kind, Float64Array>>;
  readonly floor: number;
}

async function evaluate(
  engine: Engine,
  request: FieldRequest,
  positions: Float64Array,
  masses: Float64Array,
): Promise<Evaluation> {
  const field = await engine.open(request);
  const velocities = {
    tangent: new Float64Array(positions.length),
    ambient: new Float64Array(positions.length),
  };
  const before = [...positions, ...masses];
  // Off the sphere there are no tangents.
  if (request.space !== 'euclidean') field.tangent(positions, masses, velocities.tangent);
  field.ambient(positions, masses, velocities.ambient);
  expect([...positions, ...masses]).toEqual(before);
  field.close();
  return { velocities, floor: field.floor };
}

const largest = (values: Float64Array) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Round-off of the scores moves couplings by as much, relatively; velocities are sums of them. */
function allowedFor(
  { tolerance, precision }: FieldUnderTest,
  { interaction, d }: FieldRequest,
  positions: Float64Array,
  velocities: Float64Array,
): number {
  const scores = largestScore(interaction, positions, d);
  return (tolerance + 4 * ROUND_OFF[precision] * scores) * Math.max(1, largest(velocities));
}

/** max_h |β_h| max_i |Q_h x_i| max_j |K_h x_j| */
function largestScore({ beta, weights }: Interaction, x: Float64Array, d: number): number {
  const longest = (w: Matrix | undefined, h: number) => {
    const size = w ? w.columns / beta.length : d;
    let most = 0;
    for (let i = 0; i < x.length; i += d) {
      let square = 0;
      for (let c = h * size; c < (h + 1) * size; c++) {
        const part = w
          ? inner(
              x.subarray(i, i + d),
              Float64Array.from({ length: d }, (_, l) => row(w, l)[c]),
            )
          : x[i + c];
        square += part ** 2;
      }
      most = Math.max(most, Math.sqrt(square));
    }
    return most;
  };
  return Math.max(
    ...beta.map((b, h) => Math.abs(b) * longest(weights?.query, h) * longest(weights?.key, h)),
  );
}

const kindsOf = ({ space }: Dynamics): Kind[] =>
  space === 'sphere' ? ['tangent', 'ambient'] : ['ambient'];

interface Case {
  readonly given: Given;
  readonly n: number;
  readonly d: number;
  readonly start: keyof typeof STARTS;
  readonly masses: keyof typeof MASSES;
}

/** Holds one case against the truth; false where the engine refuses it, in words. */
async function compare(subject: FieldUnderTest, entry: Dynamics, one: Case): Promise<boolean> {
  const { engine, truth = referenceTruth } = subject;
  const request = asking(subject, entry, one.given, one.n, one.d);
  const clause = engine.refusal(request);
  if (clause !== null) {
    await expectRefused(engine, request, clause);
    return false;
  }
  const x = STARTS[one.start](entry.space, one.n, one.d);
  const masses = MASSES[one.masses](one.n);
  const { velocities, floor } = await evaluate(engine, request, x, masses);
  expect(floor).toBeLessThanOrEqual(subject.tolerance * velocityScale(request.interaction, one.d));
  const ambient = truth(request.interaction, x, masses, 'ambient');
  const absolute = floor + allowedFor(subject, request, x, ambient);
  for (const kind of kindsOf(entry)) {
    const expected = kind === 'ambient' ? ambient : truth(request.interaction, x, masses, kind);
    expect(velocities[kind], JSON.stringify({ kind, ...one })).toBeAllClose(expected, { absolute });
  }
  return true;
}

/** Parameters to go through: the defaults, β from none to sharp, every choice, general and signed matrices. */
function variations({ parameters }: Dynamics): Given[] {
  const given = (type: string) => parameters.filter((parameter) => parameter.type === type);
  const all = (value: (index: number) => unknown, kinds = given('matrix')) =>
    Object.fromEntries(kinds.map(({ name }, index) => [name, value(index)]));
  const plain = all(() => 'identity');
  const beta = parameters.find(({ name }) => name === 'beta');
  const signed = beta?.type === 'number' && beta.minimum < 0 ? [-1e-3, -3, -60] : [];
  const betas = beta ? [0, 1e-3, 3, 60, ...signed] : [];
  const choices = parameters.flatMap((one) =>
    one.type === 'choice' ? one.choices.map((choice) => ({ ...plain, [one.name]: choice })) : [],
  );
  const matrices = [
    all((index) => `ginibre:${index + 1}`),
    all((index) => `wigner:${index + 5}`),
    all((index) => (index % 2 ? -0.5 : 2)),
    { ...plain, ...all(() => -1, given('matrix').slice(-1)) },
  ];
  const heads = parameters.some(({ name }) => name === 'heads') ? [{ heads: 1 }, { heads: 3 }] : [];
  const sharp = betas.flatMap((beta) => [
    { ...plain, beta },
    ...(Math.abs(beta) > 1 && Math.abs(beta) < 10 ? matrices.map((one) => ({ ...one, beta })) : []),
  ]);
  return [{}, plain, ...sharp, ...choices, ...matrices, ...heads];
}

/** Every number of particles with every variation; dimensions, starts and masses take turns. */
async function agrees(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  const dimensions = dimensionsOf(subject, entry);
  const [starts, masses] = [STARTS, MASSES].map((of) => Object.keys(of));
  let turn = 0;
  const take = (from: readonly string[], step: number) =>
    from[Math.floor(turn / step) % from.length];
  for (const given of variations(entry))
    for (const n of NUMBERS) {
      const d = dimensions[turn % dimensions.length];
      const one = { given, n, d, start: take(starts, 1), masses: take(masses, 2) };
      const served = await compare(subject, entry, one as Case);
      if (Object.keys(given).length === 0) expect(served).toBe(true);
      turn++;
    }
  for (const start of starts)
    for (const mass of masses)
      for (const d of dimensions)
        await compare(subject, entry, { given: {}, n: 7, d, start, masses: mass } as Case);
}

/** The largest β of the parameter and sharp ones below, on starts that try a softmax. */
async function standsExtremes(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  const beta = entry.parameters.find(({ name }) => name === 'beta');
  const { maximum: most, minimum: least } =
    beta?.type === 'number' ? beta : { maximum: 0, minimum: 0 };
  const plain = variations(entry)[1];
  const sizes = [300, 1e3, 1e4, most].filter((value) => value <= most);
  const sharp = [...sizes, ...(least < 0 ? sizes.map((value) => -value) : [])];
  for (const given of beta ? sharp.map((value) => ({ ...plain, beta: value })) : [plain])
    for (const start of Object.keys(STARTS))
      for (const masses of ['uneven', 'vast'] as const)
        for (const d of dimensionsOf(subject, entry))
          await compare(subject, entry, { given, n: 9, d, start, masses } as Case);
}

/** With V = I nothing pulls along the sphere where all particles are one point. */
async function rests(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  if (entry.space !== 'sphere') return;
  for (const d of dimensionsOf(subject, entry)) {
    const request = asking(subject, entry, variations(entry)[1], 30, d);
    const x = STARTS['one point']('sphere', 30, d);
    const { velocities, floor } = await evaluate(subject.engine, request, x, MASSES.uneven(30));
    expect(largest(velocities.tangent)).toBeLessThanOrEqual(subject.clusters === null ? floor : 0);
  }
}

async function turns(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  for (const d of dimensionsOf(subject, entry)) {
    const n = 64;
    const request = asking(subject, entry, variations(entry)[1], n, d);
    const [x, masses] = [STARTS.scattered(entry.space, n, d), MASSES.uneven(n)];
    const mirrors = [1, 2].map((seed) => uniformDirection(d, random(seed, d)));
    const turn = (rows: Float64Array) => mirrors.reduce(reflected, rows);
    const before = await evaluate(subject.engine, request, x, masses);
    const after = await evaluate(subject.engine, request, turn(x), masses);
    for (const kind of kindsOf(entry))
      expect(after.velocities[kind]).toBeAllClose(turn(before.velocities[kind]), {
        absolute: 2 * before.floor + allowedFor(subject, request, x, before.velocities.ambient),
      });
  }
}

/** Every row x − 2⟨x, m⟩ m. */
function reflected(rows: Float64Array, mirror: Float64Array): Float64Array {
  const d = mirror.length;
  return rows.map((value, at) => {
    const start = at - (at % d);
    return value - 2 * inner(rows.subarray(start, start + d), mirror) * mirror[at - start];
  });
}

async function ignoresOrder(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  for (const d of dimensionsOf(subject, entry)) {
    const n = 64;
    const request = asking(subject, entry, {}, n, d);
    const [x, masses] = [STARTS.scattered(entry.space, n, d), MASSES.uneven(n)];
    const order = Array.from({ length: n }, (_, i) => (i * 27 + 5) % n);
    const before = await evaluate(subject.engine, request, x, masses);
    const moved = [reordered(x, order, d), reordered(masses, order, 1)] as const;
    const after = await evaluate(subject.engine, request, ...moved);
    for (const kind of kindsOf(entry))
      expect(after.velocities[kind]).toBeAllClose(reordered(before.velocities[kind], order, d), {
        absolute: 2 * before.floor + allowedFor(subject, request, x, before.velocities.ambient),
      });
  }
}

/** Not bit for bit: an engine may look at all particles for what it subtracts before it rounds. */
async function ignoresLater(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  for (const d of dimensionsOf(subject, entry)) {
    const [n, kept] = [64, 37];
    const request = asking(subject, entry, {}, n, d);
    const [x, masses] = [STARTS.scattered(entry.space, n, d), MASSES.uneven(n)];
    const changed = Float64Array.from(x, (value, at) => (at < kept * d ? value : -value));
    const before = await evaluate(subject.engine, request, x, masses);
    const after = await evaluate(subject.engine, request, changed, masses);
    for (const kind of kindsOf(entry)) {
      const [was, is] = [before, after].map(({ velocities }) => velocities[kind]);
      const first = (values: Float64Array) => values.subarray(0, kept * d);
      expect(first(is)).toBeAllClose(first(was), {
        absolute: 2 * before.floor + allowedFor(subject, request, x, before.velocities.ambient),
      });
      expect(is.subarray(kept * d)).not.toEqual(was.subarray(kept * d));
    }
  }
}

/** Particles 1e-9 apart: with V = I, for the identity and for general Q and K. */
async function keepsClusters(subject: FieldUnderTest, entry: Dynamics): Promise<void> {
  const names = entry.parameters.map(({ name }) => name);
  const those = (given: Given) =>
    Object.fromEntries(Object.entries(given).filter(([name]) => names.includes(name)));
  const plain = { ...variations(entry)[1], ...those({ beta: 4, tie: 0 }) };
  const turned = { ...plain, ...those({ query: 'ginibre:3', key: 'wigner:4' }) };
  for (const d of dimensionsOf(subject, entry))
    for (const given of [plain, turned]) {
      const request = asking(subject, entry, given, 30, d);
      if (subject.engine.refusal(request) !== null) continue;
      const x = STARTS['a tight cluster']('sphere', 30, d);
      const masses = MASSES.uneven(30);
      const { velocities } = await evaluate(subject.engine, request, x, masses);
      const expected = clusterVelocity(request.interaction, x, masses);
      const absolute = Number(subject.clusters) * largest(expected);
      expect(velocities.tangent, JSON.stringify({ d, given })).toBeAllClose(expected, { absolute });
    }
}

/** P Σ_h c_h Σ_j A^h_ij (x_j − x_i) where V_h O_h = c_h I, each sum as good as one in twice the precision. */
function clusterVelocity(
  interaction: Interaction,
  x: Float64Array,
  masses: Float64Array,
): Float64Array {
  const n = masses.length;
  const d = x.length / n;
  const couplings = couplingOf(interaction, x, masses);
  const { weights, sign } = interaction;
  const factor = couplings.map((_, h) =>
    weights ? row(weights.value, 0)[h * d] * row(weights.output, h * d)[0] : 1,
  );
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const own = x.subarray(i * d, (i + 1) * d);
    const pull = own.map((value, c) =>
      exactSum(
        couplings.flatMap((a, h) =>
          Array.from(row(a, i), (share, j) => sign * factor[h] * share * (x[j * d + c] - value)),
        ),
      ),
    );
    const along = inner(pull, own);
    out.set(
      pull.map((value, c) => value - along * own[c]),
      i * d,
    );
  }
  return out;
}

async function shares({ threaded, ...subject }: FieldUnderTest, entry: Dynamics): Promise<void> {
  if (!threaded) return;
  const { n } = threaded;
  const d = Math.max(...dimensionsOf(subject, entry));
  const request = asking(subject, entry, {}, n, d);
  const [x, masses] = [STARTS.scattered(entry.space, n, d), MASSES.equal(n)];
  const alone = await subject.engine.open(request);
  const threads: FieldThreadStart[] = [];
  const engine = threaded.engine((start) => {
    threads.push(start);
    return spawnFieldThread(start);
  });
  const field = await engine.open({ ...request, threads: 3 });
  expect(threads).toHaveLength(2);
  await expect.poll(() => threads.every(hasJoined), { interval: 5 }).toBe(true);
  const [out, expected] = [new Float64Array(n * d), new Float64Array(n * d)];
  for (let round = 0; round < 8; round++)
    for (const kind of kindsOf(entry)) {
      field[kind](x, masses, out);
      alone[kind](x, masses, expected);
      expect(Buffer.compare(bytes(out), bytes(expected))).toBe(0);
    }
  field.close();
  alone.close();
}

const bytes = (values: Float64Array) => Buffer.from(values.buffer);

/** docs/theory.md §4.1: layers x ← normalise(x + h v) of three tokens on S², their cosines by the exact map. */
async function followsMap(subject: FieldUnderTest): Promise<void> {
  const [n, beta, h] = [3, 2, 0.2];
  const entry = dynamics.find(({ name }) => name === 'sa');
  if (!entry) throw new Error('expected sa in the catalogue');
  const request = asking(subject, entry, { beta }, n, n);
  const x = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const close = { absolute: 10 * subject.tolerance };
  for (let [layer, rho] = [0, 0]; layer < 8; layer++) {
    const { velocities } = await evaluate(subject.engine, request, x, MASSES.equal(n));
    x.set(scattered(n, n, (i, c) => x[i * n + c] + h * velocities.ambient[i * n + c]));
    rho = equiangularMap(rho, n, beta, h);
    const tokens = [0, 1, 2].map((i) => x.subarray(i * n, (i + 1) * n));
    const cosines = [0, 1, 2].map((i) => inner(tokens[i], tokens[(i + 1) % n]));
    expect(cosines).toBeAllClose([rho, rho, rho], close);
  }
}
