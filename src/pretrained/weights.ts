/**
 * The weights of a network in one form, found in a file by the names that a family gives. Not what is computed with
 * them. `assembled` asks for every tensor that an architecture needs, one after another; who answers, a check of the
 * header or the file itself, is tensors.ts.
 */
import type { Architecture } from './architecture.ts';
import type { Linear, Norm } from './arithmetic.ts';
import { type Stored, storedRows, storedRowsAt, storedTransposed, wideVector } from './stored.ts';

export interface LayerWeights {
  /** Before attention, or behind its sum in post-norm blocks. */
  readonly attentionNorm: Norm | null;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly queryNorm: Norm | null;
  readonly keyNorm: Norm | null;
  readonly output: Linear;
  /** On what attention adds (sandwich). */
  readonly attentionOutputNorm: Norm | null;
  /** Before the MLP, or behind its sum in post-norm blocks. */
  readonly mlpNorm: Norm;
  readonly gate: Linear | null;
  readonly up: Linear;
  readonly down: Linear;
  /** On what the MLP adds (sandwich). */
  readonly mlpOutputNorm: Norm | null;
}

export interface HeadWeights {
  readonly dense: Linear | null;
  readonly norm: Norm | null;
  /** [vocabulary, embedding width], and the bias of the scores. */
  readonly decoder: Linear;
}

export interface NetworkWeights {
  /** [vocabulary, embedding width] */
  readonly token: Stored;
  readonly position: Stored | null;
  readonly tokenType: Stored | null;
  readonly embeddingNorm: Norm | null;
  readonly mapping: Linear | null;
  /** One for each layer; shared ones are the same object. */
  readonly layers: readonly LayerWeights[];
  readonly finalNorm: Norm | null;
  /** null: the file has none. */
  readonly head: HeadWeights | null;
}

/** Names without the base prefix; those of a layer begin behind its block's name. */
export interface Names {
  /** What may stand before every name of the body, such as `bert.`. */
  readonly base: string;
  readonly token: string;
  readonly position?: string;
  readonly tokenType?: string;
  readonly embeddingNorm?: string;
  readonly mapping?: string;
  readonly attentionNorm: string;
  /** Three maps, or one whose rows are all queries, all keys, all values, or head by head these three. */
  readonly queryKeyValue:
    | readonly [string, string, string]
    | { readonly fused: string; readonly order: 'blocks' | 'heads' };
  readonly queryNorm?: string;
  readonly keyNorm?: string;
  readonly output: string;
  readonly attentionOutputNorm?: string;
  readonly mlpNorm: string;
  readonly gate?: string;
  /** `gate` is absent and `up` is both, the gate's rows first. */
  readonly gateInUp?: boolean;
  readonly up: string;
  readonly down: string;
  readonly mlpOutputNorm?: string;
  readonly finalNorm?: string;
  readonly head: {
    readonly dense?: string;
    readonly norm?: string;
    readonly decoder: readonly string[];
    /** Of the scores; the first one that is there counts. */
    readonly bias?: readonly string[];
  };
  /** Maps of the layers are stored [in, out] (GPT-2). */
  readonly transposed?: boolean;
  /** Names that real files have beside those of the body and the head: left aside. */
  readonly extras: readonly RegExp[];
}

/** Answers for a tensor of that name and shape, changed where a change is given. */
export type Take = (
  name: string,
  shape: readonly number[],
  change?: (stored: Stored) => Stored,
) => Stored;

export interface Assembly {
  readonly architecture: Architecture;
  readonly names: Names;
  readonly take: Take;
  /** Where the head is in the file; null: nowhere. */
  readonly head: HeadPlaces | null;
}

/** Names of the head's tensors that stand in the file. */
export interface HeadPlaces {
  /** null: the embedding. */
  readonly decoder: string | null;
  readonly bias: string | null;
}

/** All weights of a network. */
export function assembled({ architecture, names, take, head }: Assembly): NetworkWeights {
  const { width, vocabulary, embedding, positions, tokenTypes } = architecture;
  const norm = normTaker(architecture, take);
  const blocks = new Map<string, LayerWeights>();
  const layerOf = (block: string, attentionNorm: boolean) => {
    const known = blocks.get(block);
    const layer = known ?? layerWeights({ architecture, names, take }, block, attentionNorm);
    blocks.set(block, layer);
    return layer;
  };
  const token = take(names.token, [vocabulary, embedding.width]);
  return {
    token,
    position:
      positions.kind === 'learned'
        ? take(names.position!, [positions.rows, embedding.width])
        : null,
    tokenType: tokenTypes > 0 ? take(names.tokenType!, [tokenTypes, embedding.width]) : null,
    embeddingNorm: embedding.norm ? norm(names.embeddingNorm!, embedding.width) : null,
    mapping: embedding.mapping
      ? linearOf(take, names.mapping!, width, embedding.width, true)
      : null,
    layers: architecture.layers.map(({ block, attentionNorm }) => layerOf(block, attentionNorm)),
    finalNorm: architecture.finalNorm ? norm(names.finalNorm!, width) : null,
    head: head && headWeights({ architecture, names, take }, head, token),
  };
}

type Parts = Omit<Assembly, 'head'>;

function headWeights(
  { architecture, names, take }: Parts,
  places: HeadPlaces,
  token: Stored,
): HeadWeights {
  const { width, vocabulary, embedding, head } = architecture;
  const { transform } = head;
  return {
    dense: transform && linearOf(take, names.head.dense!, embedding.width, width, transform.bias),
    norm: transform && normTaker(architecture, take)(names.head.norm!, embedding.width),
    decoder: {
      weight: places.decoder === null ? token : take(places.decoder, [vocabulary, embedding.width]),
      bias: places.bias === null ? null : wideVector(take(places.bias, [vocabulary])),
    },
  };
}

const linearOf = (take: Take, name: string, out: number, inner: number, bias: boolean): Linear => ({
  weight: take(`${name}.weight`, [out, inner]),
  bias: bias ? wideVector(take(`${name}.bias`, [out])) : null,
});

const normTaker =
  ({ norm: { kind, epsilon, bias, aroundOne } }: Architecture, take: Take) =>
  (name: string, size: number): Norm => {
    const gain = wideVector(take(`${name}.weight`, [size]));
    return {
      kind,
      epsilon,
      gain: aroundOne ? gain.map((value) => 1 + value) : gain,
      bias: bias ? wideVector(take(`${name}.bias`, [size])) : null,
    };
  };

function layerWeights(
  { architecture, names, take }: Parts,
  block: string,
  attentionNorm: boolean,
): LayerWeights {
  const { width, heads, headSize, biases, mlp, placement, queryKeyNorm } = architecture;
  const norm = (name: string, size = width) =>
    normTaker(architecture, take)(`${block}.${name}`, size);
  const { transposed } = names;
  const map: MapOf = (name, out, inner, bias, change) => ({
    weight: transposed
      ? take(`${block}.${name}.weight`, [inner, out], storedTransposed)
      : take(`${block}.${name}.weight`, [out, inner], change),
    bias: bias ? wideVector(take(`${block}.${name}.bias`, [out], change)) : null,
  });
  const [query, key, value] = queryKeyValue(architecture, names, map);
  const [gate, up] = gateAndUp(architecture, names, map);
  const sandwich = placement === 'sandwich';
  return {
    attentionNorm: attentionNorm ? norm(names.attentionNorm) : null,
    query,
    key,
    value,
    queryNorm: queryKeyNorm ? norm(names.queryNorm!, headSize) : null,
    keyNorm: queryKeyNorm ? norm(names.keyNorm!, headSize) : null,
    output: map(names.output, width, heads * headSize, biases.output),
    attentionOutputNorm: sandwich ? norm(names.attentionOutputNorm!) : null,
    mlpNorm: norm(names.mlpNorm),
    gate,
    up,
    down: map(names.down, width, mlp.width, biases.mlp),
    mlpOutputNorm: sandwich ? norm(names.mlpOutputNorm!) : null,
  };
}

type MapOf = (
  name: string,
  out: number,
  inner: number,
  bias: boolean,
  /** Of the rows, and of the bias as they. */
  change?: (stored: Stored) => Stored,
) => Linear;

function queryKeyValue(
  { width, heads, keyHeads, headSize, biases }: Architecture,
  names: Names,
  map: MapOf,
): Linear[] {
  const bias = biases.queryKeyValue;
  const sizes = [heads, keyHeads, keyHeads].map((count) => count * headSize);
  const { queryKeyValue: own } = names;
  if (!('fused' in own)) return own.map((name, i) => map(name, sizes[i], width, bias));
  const total = sizes.reduce((a, b) => a + b);
  const change = own.order === 'heads' ? inBlocks(heads, headSize) : undefined;
  return splitRows(map(own.fused, total, width, bias, change), sizes);
}

/** Rows q, k, v of head 0, then of head 1 …, put as all q, all k, all v. */
const inBlocks = (heads: number, size: number) => (stored: Stored) =>
  storedRowsAt(
    stored,
    Array.from({ length: 3 * heads * size }, (_, row) => {
      const [part, at] = [Math.floor(row / (heads * size)), row % (heads * size)];
      return (3 * Math.floor(at / size) + part) * size + (at % size);
    }),
  );

function gateAndUp(
  { width, mlp, biases }: Architecture,
  names: Names,
  map: MapOf,
): [Linear | null, Linear] {
  if (mlp.kind === 'plain') return [null, map(names.up, mlp.width, width, biases.mlp)];
  if (names.gateInUp) {
    const fused = map(names.up, 2 * mlp.width, width, biases.mlp);
    const [gate, up] = splitRows(fused, [mlp.width, mlp.width]);
    return [gate, up];
  }
  const own = (name: string) => map(name, mlp.width, width, biases.mlp);
  return [own(names.gate!), own(names.up)];
}

function splitRows({ weight, bias }: Linear, sizes: readonly number[]): Linear[] {
  let from = 0;
  return sizes.map((size) => {
    const [start, end] = [from, from + size];
    from = end;
    return {
      weight: storedRows(weight, start, end),
      bias: bias?.subarray(start, end) ?? null,
    };
  });
}
