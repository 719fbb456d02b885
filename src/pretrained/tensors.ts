/**
 * The tensors of a checkpoint against those that its network needs: missing, unknown and misshapen ones are all
 * named in one error before any number is read. Not what they mean: weights.ts.
 */
import { DamagedFileError } from '../numerics/errors.ts';
import { shapeSize, sumOf } from '../numerics/vectors.ts';
import type { Architecture } from './architecture.ts';
import type { Arithmetic } from './arithmetic.ts';
import { labelOf, type TensorEntry } from './safetensors.ts';
import { FLOAT_TYPES, isFloatType, sameNumbers } from './stored.ts';
import {
  assembled,
  type HeadPlaces,
  type Names,
  type NetworkWeights,
  type Take,
} from './weights.ts';

/** A checkpoint's tensors by name, of all its files. */
export interface Entries extends ReadonlyMap<string, TensorEntry> {
  /** What its file would call a tensor that is not there, where that is something else. */
  readonly storedName?: (name: string) => string;
}

export interface ReadWeights {
  readonly weights: NetworkWeights;
  /** What was decided, and which tensors were left aside. */
  readonly notes: readonly string[];
}

/** Older names of a norm's two vectors. */
const OLDER = [
  [/(LayerNorm|layer_norm)\.gamma$/, '$1.weight'],
  [/(LayerNorm|layer_norm)\.beta$/, '$1.bias'],
] as const;

/** Names as families give them: without the base prefix, of today. */
interface Shelf {
  readonly byName: ReadonlyMap<string, TensorEntry>;
  /** As the file has it, or would have it. */
  readonly fileName: (name: string) => string;
}

function shelve(entries: Entries, { base, head }: Names): Shelf {
  const byName = new Map<string, TensorEntry>();
  const twice: string[] = [];
  for (const [given, entry] of entries) {
    const name = OLDER.reduce<string>(
      (text, [pattern, today]) => text.replace(pattern, today),
      given.startsWith(base) ? given.slice(base.length) : given,
    );
    if (byName.has(name)) twice.push(`${labelOf(byName.get(name)!)} and ${given}`);
    byName.set(name, entry);
  }
  if (twice.length > 0)
    throw new DamagedFileError(
      `the checkpoint holds the same tensor under two names: ${twice.join(', ')}: expected one of each`,
    );
  const prefixed = [...entries.keys()].some((name) => name.startsWith(base));
  const ofHead = new Set(headNames(head));
  const fileName = (given: string) => {
    const entry = byName.get(given);
    if (entry) return labelOf(entry);
    const name = prefixed && !ofHead.has(given) ? base + given : given;
    return labelOf({ name, stored: entries.storedName?.(name) });
  };
  return { byName, fileName };
}

/** A tied matrix that stands under the head's name alone, as some tools keep it, is the embedding. */
function withEmbedding(shelf: Shelf, { head }: Architecture, names: Names): Shelf {
  const stored = names.head.decoder.find((name) => shelf.byName.has(name));
  if (!head.tied || !stored || shelf.byName.has(names.token)) return shelf;
  const byName = new Map(shelf.byName);
  byName.set(names.token, byName.get(stored)!);
  byName.delete(stored);
  return { ...shelf, byName };
}

const headNames = ({ dense, norm, decoder, bias = [] }: Names['head']): string[] => [
  ...[dense, norm].flatMap((name) => (name ? [`${name}.weight`, `${name}.bias`] : [])),
  ...decoder,
  ...bias,
];

/** What the names and shapes of a checkpoint's tensors say before any number is read. */
export interface CheckpointTensors {
  /** Numbers that the network has, those of a tied head once. */
  readonly parameters: number;
  /** Where the head is in the file; null: nowhere. */
  readonly head: HeadPlaces | null;
  /** Known tensors of other tasks, left aside. */
  readonly extras: readonly string[];
}

/** Throws DamagedFileError that names the first tensors that are missing, unknown or of another shape or type. */
export const checkTensors = (architecture: Architecture, names: Names, entries: Entries) =>
  checkShelf(architecture, names, shelved(architecture, names, entries));

const shelved = (architecture: Architecture, names: Names, entries: Entries) =>
  withEmbedding(shelve(entries, names), architecture, names);

/** Faults of each kind that a message names. */
const MOST_NAMED = 6;

const firstOf = (faults: readonly string[]) =>
  faults.length > MOST_NAMED
    ? [...faults.slice(0, MOST_NAMED), `and ${faults.length - MOST_NAMED} more`]
    : faults;

function checkShelf(architecture: Architecture, names: Names, shelf: Shelf): CheckpointTensors {
  const head = headPlaces(architecture, names, shelf);
  const { take, wanted, faults } = checker(shelf);
  assembled({ architecture, names, head, take });
  for (const name of [head?.decoder, head?.bias]) if (name) wanted.add(name);
  const { unknown, extras } = leftOver(shelf, names, wanted, head !== null);
  const all = [...firstOf(faults), ...firstOf(unknown)];
  if (all.length > 0)
    throw new DamagedFileError(
      `the tensors are not those of ${architecture.family} as its config describes it: ${all.join('; ')}: check that both belong together`,
    );
  if (architecture.head.tied && head?.decoder) wanted.delete(head.decoder);
  const sizes = Array.from(wanted, (name) => shapeSize(shelf.byName.get(name)!.shape));
  return { parameters: sumOf(sizes), head, extras };
}

/**
 * The weights of a network, every tensor read once. Throws as `checkTensors`, and DamagedFileError for numbers that
 * are not finite.
 */
export function readWeights(
  architecture: Architecture,
  names: Names,
  entries: Entries,
  hold: Arithmetic['hold'],
): ReadWeights {
  const shelf = shelved(architecture, names, entries);
  const { head: places, extras } = checkShelf(architecture, names, shelf);
  const notes: string[] = [];
  const head = decided(architecture, names, shelf, places, notes);
  if (extras.length > 0) notes.push(`left aside: ${extras.join(', ')}`);
  const take: Take = (name, _, change) => hold(shelf.byName.get(name)!, change);
  return { weights: assembled({ architecture, names, head, take }), notes };
}

/** The head's places again, with notes: one that holds the embedding's numbers is the embedding. */
function decided(
  { head: { tied } }: Architecture,
  { token, head: { bias = [] } }: Names,
  { byName }: Shelf,
  places: HeadPlaces | null,
  notes: string[],
): HeadPlaces | null {
  const same = (one: string, other: string) => sameNumbers(byName.get(one)!, byName.get(other)!);
  for (const other of bias)
    if (places?.bias && other !== places.bias && byName.has(other) && !same(other, places.bias))
      notes.push(`${other} differs from ${places.bias}: the latter counts`);
  if (!places?.decoder) return places;
  if (same(places.decoder, token)) return { ...places, decoder: null };
  if (tied)
    notes.push(
      'the head in the file differs from the embedding, though config.json says that they are tied: the head in the file counts',
    );
  return places;
}

/** Answers with empty tensors and keeps what is wrong. */
function checker({ byName, fileName }: Shelf) {
  const wanted = new Set<string>();
  const faults: string[] = [];
  const take: Take = (name, shape) => {
    const entry = byName.get(name);
    if (!wanted.has(name)) {
      if (!entry) faults.push(`missing ${fileName(name)} [${shape}]`);
      else if (!isFloatType(entry.type))
        faults.push(`${labelOf(entry)} of type ${entry.type}, expected ${FLOAT_TYPES.join(', ')}`);
      else if (String(entry.shape) !== String(shape))
        faults.push(`${labelOf(entry)} [${entry.shape}], expected [${shape}]`);
    }
    wanted.add(name);
    return { type: 'F32', shape, data: new Float32Array(0) };
  };
  return { take, wanted, faults };
}

/** What nobody asked for: known extras, second names of a bias that counted under its first, and the unknown. */
function leftOver(
  { byName }: Shelf,
  { head, extras: known }: Names,
  wanted: ReadonlySet<string>,
  hasHead: boolean,
) {
  const second = new Set(hasHead ? (head.bias ?? []) : []);
  const unknown: string[] = [];
  const extras: string[] = [];
  for (const [name, entry] of byName) {
    if (wanted.has(name) || second.has(name)) continue;
    if (known.some((pattern) => pattern.test(name))) extras.push(labelOf(entry));
    else unknown.push(`unknown ${labelOf(entry)} [${entry.shape}]`);
  }
  return { unknown, extras };
}

/** Where the head is. A file that has nothing of it has none, unless the embedding is all that it is. */
function headPlaces({ head }: Architecture, names: Names, { byName }: Shelf): HeadPlaces | null {
  const first = (candidates: readonly string[] = []) =>
    candidates.find((name) => byName.has(name)) ?? null;
  const there = headNames(names.head).some((name) => byName.has(name));
  const whole = head.tied && head.transform === null && !head.bias;
  if (!there && !whole) return null;
  const own = first(names.head.decoder);
  const decoder = own ?? (head.tied ? null : names.head.decoder[0]);
  const bias = head.bias ? (first(names.head.bias) ?? names.head.bias![0]) : null;
  return { decoder, bias };
}
