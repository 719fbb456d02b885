/**
 * Drawing an entry from a table: weights, filters, exclusions.
 * Filtered tables are made once per filter value; an exclusion is arithmetic on their sums, never a retry.
 */
import { log } from '../../numerics/elementary.ts';
import type { Table } from './tables.ts';

/** An entry passes when its value in a column equals a constant or a drawn entry's value. */
export interface Filter {
  readonly values: readonly string[];
  /** The variable to compare with (`others` are its table's values), or −1 for the constant `others[0]`. */
  readonly slot: number;
  readonly others: readonly string[];
}

export interface Draw {
  readonly table: Table;
  readonly weights: Float64Array;
  readonly filters: readonly Filter[];
  /** Variables whose entries may not be drawn again. */
  readonly exclusions: readonly number[];
  /** Filtered tables made so far, by the values of the filters' variables. */
  readonly groups: Map<number, Group>;
  /** Where it stands in the description, for complaints. */
  readonly at: string;
}

/** The entries that pass the filters and have a weight. */
export interface Group {
  readonly entries: Int32Array;
  /** Place of each entry of the table in `entries`, −1 where it is not there. */
  readonly place: Int32Array;
  readonly weights: Float64Array;
  /** Sum of the weights before each place. */
  readonly before: Float64Array;
  readonly total: number;
  /** Σ w log w. */
  readonly moment: number;
}

/** The group to draw from under the entries of the variables, `variables[slot]`. */
export function groupOf(draw: Draw, variables: Int32Array): Group {
  let key = 0;
  for (const { slot, others } of draw.filters)
    if (slot >= 0) key = key * others.length + variables[slot];
  const known = draw.groups.get(key);
  if (known) return known;
  const group = makeGroup(draw, variables);
  draw.groups.set(key, group);
  return group;
}

function makeGroup(draw: Draw, variables: Int32Array): Group {
  const passes = (entry: number) =>
    draw.weights[entry] > 0 &&
    draw.filters.every(
      ({ values, slot, others }) => values[entry] === others[slot < 0 ? 0 : variables[slot]],
    );
  const entries = Int32Array.from({ length: draw.table.size }, (_, entry) => entry).filter(passes);
  const place = new Int32Array(draw.table.size).fill(-1);
  const weights = Float64Array.from(entries, (entry) => draw.weights[entry]);
  const before = new Float64Array(entries.length);
  let [total, moment] = [0, 0];
  for (const [index, weight] of weights.entries()) {
    place[entries[index]] = index;
    before[index] = total;
    total += weight;
    moment += weight * log(weight);
  }
  return { entries, place, weights, before, total, moment };
}

/** Places of the excluded entries in the group: ascending, each once. */
export function excludedPlaces(draw: Draw, group: Group, variables: Int32Array): number[] {
  const places: number[] = [];
  for (const slot of draw.exclusions) {
    const place = group.place[variables[slot]];
    if (place >= 0 && !places.includes(place)) places.push(place);
  }
  return places.length > 1 ? places.sort((a, b) => a - b) : places;
}

/** Sum of the weights that are left. */
export function remainingWeight(group: Group, excluded: readonly number[]): number {
  let weight = group.total;
  for (const place of excluded) weight -= group.weights[place];
  return weight;
}

/** The entry at `uniform` ∈ [0, 1) of the law; exact, without rejection. */
export function drawEntry(draw: Draw, variables: Int32Array, uniform: number): number {
  const group = groupOf(draw, variables);
  const excluded = excludedPlaces(draw, group, variables);
  let target = uniform * remainingWeight(group, excluded);
  for (const place of excluded) if (target >= group.before[place]) target += group.weights[place];
  let place = findPlace(group.before, target);
  // rounding may land on an excluded entry: take its neighbour
  while (excluded.includes(place)) place = (place + 1) % group.entries.length;
  return group.entries[place];
}

/** The last place whose sum-before is not above the target. */
function findPlace(before: Float64Array, target: number): number {
  let [low, high] = [0, before.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (before[middle] <= target) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Entropy of the draw in nats: log W − Σ w log w / W over what is left. */
export function drawEntropy(group: Group, excluded: readonly number[]): number {
  if (group.entries.length - excluded.length <= 1) return 0;
  const weight = remainingWeight(group, excluded);
  let moment = group.moment;
  for (const place of excluded) moment -= group.weights[place] * log(group.weights[place]);
  return log(weight) - moment / weight;
}
