/**
 * Hardmax attention as a flow. Its field jumps where scores tie; where either leader would make the other one lead,
 * particles slide along the tie, by the convex combination of both that keeps it (Filippov, Differential Equations
 * with Discontinuous Righthand Sides, 1988). It is the limit β → ∞ of softmax, whose weights within a tie follow
 * Ȧ_ij = β A_ij (ṡ_ij − Σ_k A_ik ṡ_ik), fast, and rest where all that are listened to have scores that grow alike
 * and no slower than the others: a Nash equilibrium of the game with the payoffs ṡ_ij. Not the layer, which takes
 * what leads, and jumps to and fro.
 *
 * For Σ_j A_ij = 1: s_ij = x_iᵀ M x_j, v_i = Σ_h Σ_j A^h_ij U_h x_j, and ṡ_ij = ẋ_iᵀ M x_j + x_iᵀ M ẋ_j is affine in
 * the weights of all that tie.
 */
import type { Interaction } from '../attention/interaction.ts';
import { dot } from '../numerics/vectors.ts';

export interface SlidingField {
  tangent(positions: Float64Array, masses: Float64Array, out: Float64Array): void;
  ambient(positions: Float64Array, masses: Float64Array, out: Float64Array): void;
}

/** Rate at which scores that tie but for rounding and errors of steps are brought together. */
const RETURN = 1;

/** Particle i listens to several with head h. */
interface Game {
  readonly i: number;
  readonly h: number;
  /** That tie; the leader first. */
  readonly players: readonly number[];
}

/** d × d matrices of a head, row-major. */
interface Head {
  /** s_ij = x_iᵀ M x_j */
  readonly scoring: Float64Array;
  /** What j passes on is U x_j. */
  readonly passing: Float64Array;
  /** Frobenius norm of M. */
  readonly size: number;
}

/**
 * The field of a hardmax interaction; scores within `width` (for unit M and x) of the largest tie with it. It has to
 * be wider than the steps with which an integrator comes upon a jump.
 */
export function slidingField(
  interaction: Interaction,
  d: number,
  onSphere: boolean,
  width: number,
): SlidingField {
  const heads = headsOf(interaction, d);
  const evaluate =
    (tangent: boolean) => (positions: Float64Array, masses: Float64Array, out: Float64Array) => {
      const state = listen({ interaction, heads, d, onSphere, width, positions, masses });
      out.set(state.velocity);
      if (tangent && !onSphere) projectRows(positions, out, d);
      if (!tangent && onSphere) out.set(state.ambient);
    };
  return { tangent: evaluate(true), ambient: evaluate(false) };
}

interface Place {
  readonly interaction: Interaction;
  readonly heads: readonly Head[];
  readonly d: number;
  readonly onSphere: boolean;
  readonly width: number;
  readonly positions: Float64Array;
  readonly masses: Float64Array;
}

/** v [n, d] as it is, and ẋ [n, d]. */
interface Listening {
  readonly ambient: Float64Array;
  readonly velocity: Float64Array;
}

function listen(place: Place): Listening {
  const { heads, d, positions, masses, interaction } = place;
  const n = masses.length;
  const ambient = new Float64Array(n * d);
  const games: Game[] = [];
  const passed = heads.map(({ passing }) => mapRows(passing, positions, d));
  const row = (values: Float64Array, i: number) => values.subarray(i * d, (i + 1) * d);
  for (const [h, head] of heads.entries())
    for (let i = 0; i < n; i++) {
      const players = tied(place, head, i);
      if (players.length === 0) continue;
      add(row(ambient, i), row(passed[h], players[0]), 1);
      if (interaction.relative) add(row(ambient, i), row(passed[h], i), -1);
      if (players.length === 1) continue;
      games.push({ i, h, players });
    }
  const velocity = ambient.slice();
  if (place.onSphere) projectRows(positions, velocity, d);
  play(place, games, passed, { ambient, velocity });
  return { ambient, velocity };
}

/** Those whose scores are the largest of row i, the leader first; of those at one place, the first that leads. */
function tied(place: Place, { scoring, size }: Head, i: number): number[] {
  const { d, positions, masses, width, interaction } = place;
  const n = masses.length;
  const own = positions.subarray(i * d, (i + 1) * d);
  const asked = mapTransposed(scoring, own, d);
  const last = interaction.causal ? i + 1 : n;
  const scores = new Float64Array(last).fill(Number.NEGATIVE_INFINITY);
  let leader = -1;
  let longest = 1;
  for (let j = 0; j < last; j++) {
    if (masses[j] === 0) continue;
    const x = positions.subarray(j * d, (j + 1) * d);
    scores[j] = dot(asked, x);
    longest = Math.max(longest, dot(x, x));
    if (leader < 0 || scores[j] > scores[leader]) leader = j;
  }
  const least = scores[leader] - Math.max(interaction.tie, width * size * longest);
  const near = Array.from(scores.keys())
    .filter((j) => j !== leader && scores[j] >= least)
    .sort((a, b) => scores[b] - scores[a]);
  const players: number[] = leader < 0 ? [] : [leader];
  for (const j of near) {
    const apart = players.every((k) => farApart(positions, j, k, d, width));
    if (apart) players.push(j);
  }
  return players;
}

function farApart(x: Float64Array, j: number, k: number, d: number, width: number): boolean {
  for (let c = 0; c < d; c++) if (Math.abs(x[j * d + c] - x[k * d + c]) > width) return true;
  return false;
}

/**
 * Weights of all games at once. A payoff is affine in them: ṡ_ij = c_ij + Σ of what every weight adds to ẋ_i and ẋ_j;
 * scores that tie but for rounding come together at the rate RETURN.
 */
function play(
  place: Place,
  games: readonly Game[],
  passed: readonly Float64Array[],
  { ambient, velocity }: Listening,
): void {
  if (games.length === 0) return;
  const { heads, d, positions, onSphere } = place;
  const row = (values: Float64Array, i: number) => values.subarray(i * d, (i + 1) * d);
  const moves = games.map(({ i, h, players }) =>
    players.map((j) => {
      const move = row(passed[h], j).slice();
      if (onSphere) projectRows(row(positions, i), move, d);
      return move;
    }),
  );
  // without those that are played for
  games.forEach(({ i, h, players }, g) => {
    add(row(velocity, i), moves[g][0], -1);
    add(row(ambient, i), row(passed[h], players[0]), -1);
  });
  const asked = games.map(({ i, h }) => mapTransposed(heads[h].scoring, row(positions, i), d));
  const payoffs = games.map(({ i, h, players }, g) =>
    players.map((j) => {
      const slope = mapRows(heads[h].scoring, row(positions, j), d);
      const rest = dot(slope, row(velocity, i)) + dot(asked[g], row(velocity, j));
      const constant = rest + RETURN * dot(asked[g], row(positions, j));
      const of = games.map((other, o) =>
        moves[o].map(
          (move) =>
            (other.i === i ? dot(slope, move) : 0) + (other.i === j ? dot(asked[g], move) : 0),
        ),
      );
      return { constant, of };
    }),
  );
  const weights = equilibria(payoffs);
  games.forEach(({ i, h, players }, g) => {
    players.forEach((j, k) => {
      add(row(ambient, i), row(passed[h], j), weights[g][k]);
      add(row(velocity, i), moves[g][k], weights[g][k]);
    });
  });
}

/** What a player's score gains: a constant, and of every weight of every game. */
export interface Payoff {
  readonly constant: number;
  readonly of: readonly (readonly number[])[];
}

/**
 * Weights a^g ≥ 0 of sum 1, a^g_j > 0 only where the payoff is the largest of game g: the equilibrium of a polymatrix
 * game by complementary pivoting (Howson, Management Science 18, 1972). With costs C = largest − payoff > 0 it is
 * w = C a − E y ≥ 0, Eᵀ a ≥ 1, and 0 = w a = (Eᵀ a − 1) y, y the least cost of each game.
 */
export function equilibria(games: readonly (readonly Payoff[])[]): Float64Array[] {
  const offsets = games.map((_, g) => games.slice(0, g).reduce((sum, own) => sum + own.length, 0));
  const count = games.reduce((sum, own) => sum + own.length, 0);
  const size = count + games.length;
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  games.forEach((own, g) => {
    own.forEach(({ constant, of }, j) => {
      const costs = matrix[offsets[g] + j];
      of.forEach((weights, o) => {
        // What all players gain alike changes nothing, and is taken off for the digits of the rest.
        weights.forEach((gain, k) => {
          costs[offsets[o] + k] =
            own[0].of[o][k] - gain + (o === g ? own[0].constant - constant : 0);
        });
      });
      costs[count + g] = -1;
      matrix[count + g][offsets[g] + j] = 1;
    });
  });
  games.forEach((own, g) => {
    // Games with small stakes are played as exactly as others.
    const costs = matrix.slice(offsets[g], offsets[g] + own.length);
    const largest = Math.max(
      ...costs.map((row) => Math.max(...row.subarray(0, count).map(Math.abs))),
    );
    for (const row of costs)
      for (let c = 0; c < count; c++) row[c] = 2 + (largest > 0 ? row[c] / largest : 0);
  });
  const q = Float64Array.from({ length: size }, (_, r) => (r < count ? 0 : -1));
  const z = lemke(matrix, q);
  return games.map((own, g) => {
    const found = z?.slice(offsets[g], offsets[g] + own.length);
    const total = found?.reduce((sum, value) => sum + value, 0) ?? 0;
    return found && total > 0
      ? found.map((value) => value / total)
      : Float64Array.from(own, (_, k) => (k === 0 ? 1 : 0));
  });
}

/** Smaller pivots are round-off. */
const LEAST_PIVOT = 1e-11;
/** Sets right sides of ratio tests apart, which else tie, so that no basis comes again. */
const APART = 1e-9;

/**
 * z ≥ 0 with w = M z + q ≥ 0 and zᵀw = 0 by Lemke's algorithm (Cottle, Pang & Stone, The Linear Complementarity
 * Problem, 4.4); null where it does not find one.
 */
export function lemke(matrix: readonly Float64Array[], q: Float64Array): Float64Array | null {
  const size = q.length;
  // Basic variables as rows, the others as columns: z₀ and z, then q and q set apart. Variables are w, z, z₀ by number.
  const tableau = matrix.map((own, r) =>
    Float64Array.of(1, ...own, q[r], q[r] + (APART * (r + 1)) / size),
  );
  const [exact, apart] = [size + 1, size + 2];
  const rows = Array.from({ length: size }, (_, r) => r);
  const columns = [2 * size, ...rows.map((r) => size + r)];
  let leaving = rows.reduce((best, r) => (tableau[r][apart] < tableau[best][apart] ? r : best), 0);
  if (tableau[leaving][apart] >= 0) return new Float64Array(size);
  let entering = 0;
  for (let pivots = 0; pivots < 100 * size; pivots++) {
    const left = rows[leaving];
    exchange(tableau, leaving, entering);
    [rows[leaving], columns[entering]] = [columns[entering], left];
    if (left === 2 * size) {
      const z = new Float64Array(size);
      rows.forEach((variable, r) => {
        if (variable >= size) z[variable - size] = Math.max(0, tableau[r][exact]);
      });
      return z;
    }
    entering = columns.indexOf(left < size ? left + size : left - size);
    leaving = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let r = 0; r < size; r++) {
      const falls = -tableau[r][entering];
      if (falls > LEAST_PIVOT && tableau[r][apart] / falls < least)
        [leaving, least] = [r, tableau[r][apart] / falls];
    }
    if (leaving < 0) return null;
  }
  return null;
}

/** Solves the equation of a row for the variable of a column, and puts it into the others. */
function exchange(tableau: readonly Float64Array[], leaving: number, entering: number): void {
  const own = tableau[leaving];
  const factor = -1 / own[entering];
  own[entering] = -1;
  for (let c = 0; c < own.length; c++) own[c] *= factor;
  for (let r = 0; r < tableau.length; r++) {
    const row = tableau[r];
    const times = row[entering];
    if (r === leaving || times === 0) continue;
    row[entering] = 0;
    for (let c = 0; c < row.length; c++) row[c] += times * own[c];
  }
}

/** M and U of every head, with β and the sign. Weights are of row vectors: x W. */
function headsOf({ weights, beta, sign }: Interaction, d: number): Head[] {
  return beta.map((own, h) => {
    const scoring = new Float64Array(d * d);
    const passing = new Float64Array(d * d);
    const width = weights ? weights.query.columns / beta.length : d;
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) {
        if (!weights) {
          scoring[a * d + b] = a === b ? own : 0;
          passing[a * d + b] = a === b ? sign : 0;
          continue;
        }
        const { query, key, value, output } = weights;
        for (let c = h * width; c < (h + 1) * width; c++) {
          scoring[a * d + b] +=
            own * query.data[a * query.columns + c] * key.data[b * key.columns + c];
          passing[a * d + b] += sign * value.data[b * value.columns + c] * output.data[c * d + a];
        }
      }
    return { scoring, passing, size: Math.sqrt(dot(scoring, scoring)) };
  });
}

/** M x for every row x of d entries. */
function mapRows(matrix: Float64Array, x: Float64Array, d: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let from = 0; from < x.length; from += d)
    for (let a = 0; a < d; a++)
      for (let b = 0; b < d; b++) out[from + a] += matrix[a * d + b] * x[from + b];
  return out;
}

/** Mᵀ x for one x. */
function mapTransposed(matrix: Float64Array, x: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d);
  for (let a = 0; a < d; a++) for (let b = 0; b < d; b++) out[b] += matrix[a * d + b] * x[a];
  return out;
}

function add(out: Float64Array, x: Float64Array, factor: number): void {
  for (let k = 0; k < out.length; k++) out[k] += factor * x[k];
}

/** v_i ← v_i − ⟨x_i, v_i⟩ x_i, in place. */
function projectRows(x: Float64Array, v: Float64Array, d: number): void {
  for (let from = 0; from < v.length; from += d) {
    const along = dot(x.subarray(from, from + d), v.subarray(from, from + d));
    for (let k = from; k < from + d; k++) v[k] -= along * x[k];
  }
}
