/**
 * What the flow of a model does with sentences, layer by layer, averaged over them: how alike the tokens
 * become, when they cluster, what the heads look at, and how the answer sharpens.
 */
import { diagnostics } from '../../diagnostics/catalogue.ts';
import type { ClusterChange } from '../../diagnostics/clusters.ts';
import { log } from '../../numerics/elementary.ts';
import { type Matrix, row } from '../../numerics/matrix.ts';
import { entropy, mean } from '../../numerics/statistics.ts';
import { sumOf } from '../../numerics/vectors.ts';
import type { Token } from '../tokenizer.ts';
import type { Trace } from '../trace.ts';

/** What a token can look at, first match first, so that the shares of a row sum to 1. */
export const RELATIONS = [
  'itself',
  'blank',
  'start',
  'previous',
  'next',
  'before',
  'after',
] as const;
export type Relation = (typeof RELATIONS)[number];

export interface HeadLayer {
  /** Mean row entropy over ln n: 0 listens to one, 1 to all alike. */
  readonly entropy: number;
  /** Mean attention by relation; the shares sum to 1. */
  readonly looksAt: Readonly<Record<Relation, number>>;
}

export interface LayerPortrait {
  readonly layer: number;
  readonly time: number;
  /** Share of the pairs by cosine, in equal bins from −1 to 1. */
  readonly cosines: readonly number[];
  /** Means over the sentences, by name. */
  readonly diagnostics: Readonly<Record<string, number | null>>;
  /** Clusters over tokens, by tolerance in radians. */
  readonly clusters: readonly { readonly tolerance: number; readonly share: number }[];
  /** Mean probability, at this layer, of the answer that is the best one at the last; null where nothing is asked. */
  readonly answer: number | null;
  /** Share of the sentences whose best candidate is that answer already. */
  readonly decided: number | null;
  /** None at layer 0. */
  readonly heads: readonly HeadLayer[];
}

/** Somewhere a head looks at most. */
export interface Glance {
  readonly head: number;
  readonly layer: number;
  readonly text: string;
  readonly query: string;
  readonly key: string;
  readonly attention: number;
}

/** What needs the positions only. */
export type CosinePortrait = Pick<LayerPortrait, 'layer' | 'time' | 'cosines' | 'diagnostics'>;

/** The means over traces of one model at one depth, one entry a layer, the embedding first. */
export function sentencePortrait(traces: readonly Trace[]): LayerPortrait[] {
  return cosinePortrait(traces).map(({ layer, ...cosines }) => ({
    layer,
    ...cosines,
    clusters: clusterShares(traces, layer),
    ...answerMeans(traces, layer),
    heads: layer === 0 ? [] : headMeans(traces, layer - 1),
  }));
}

/** The same of what the positions alone tell. */
export function cosinePortrait(traces: readonly Trace[]): CosinePortrait[] {
  return traces[0].times.map((time, layer) => ({
    layer,
    time,
    cosines: cosineShares(traces, layer),
    diagnostics: scalarMeans(traces, layer),
  }));
}

/** What uniform attention would give. */
export function uniformGlance(traces: readonly Trace[]): Readonly<Record<Relation, number>> {
  return meanShares(
    traces,
    ({ tokens }) =>
      () =>
        tokens.map(() => 1 / tokens.length),
  );
}

/** The `count` largest attentions of each head to another word, of different pairs; the start, where idle heads look, is none. */
export function strongestGlances(traces: readonly Trace[], count: number): Glance[] {
  const heads = traces[0].attentions[0].length;
  return Array.from({ length: heads }, (_, head) => {
    const all = traces.flatMap((trace) => glancesOf(trace, head));
    const seen = new Set<string>();
    return all
      .sort((a, b) => b.attention - a.attention)
      .filter(({ query, key }) => !seen.has(`${query}\n${key}`) && seen.add(`${query}\n${key}`))
      .slice(0, count);
  }).flat();
}

/** Who joins whom between two layers at the reported tolerance next to `tolerance`, in words. */
export function mergesAt(trace: Trace, tolerance: number): (ClusterChange & { words: string[] })[] {
  const names = trace.tokens.map(nameOf);
  return trace.merges
    .filter((merge) => merge.tolerance === tolerance)
    .map((merge) => ({
      ...merge,
      words: merge.groups.map((group) => group.map((i) => names[i]).join(' ')),
    }));
}

const nameOf = ({ text }: Token) => (text === '' ? '(start)' : text.trim());

function cosineShares(traces: readonly Trace[], layer: number): number[] {
  const shares = traces.map(({ diagnostics: { cosine_histogram: frames } }) => {
    const counts = frames[layer] as number[];
    const pairs = sumOf(counts);
    return counts.map((count) => count / (pairs || 1));
  });
  return shares[0].map((_, bin) => mean(shares.map((one) => one[bin])));
}

function scalarMeans(traces: readonly Trace[], layer: number): Record<string, number | null> {
  const names = diagnostics.filter(({ kind }) => kind === 'scalar').map(({ name }) => name);
  return Object.fromEntries(
    names.map((name) => {
      const values = traces.map((trace) => trace.diagnostics[name][layer]);
      const numbers = values.filter((value) => typeof value === 'number');
      return [name, numbers.length === values.length ? mean(numbers) : null];
    }),
  );
}

function clusterShares(traces: readonly Trace[], layer: number) {
  return traces[0].clusters[layer].map(({ tolerance }, level) => ({
    tolerance,
    share: mean(
      traces.map(({ clusters, tokens }) => clusters[layer][level].members.length / tokens.length),
    ),
  }));
}

function answerMeans(traces: readonly Trace[], layer: number) {
  if (traces.some(({ lens }) => lens[lens.length - 1].predictions.length === 0))
    return { answer: null, decided: null };
  const ofEach = traces.map(({ lens }) => {
    const last = lens[lens.length - 1].predictions[0];
    const here = lens[layer].predictions;
    const same = here.find(({ tokenStr }) => tokenStr === last.tokenStr);
    return { answer: same?.score ?? 0, decided: here[0].tokenStr === last.tokenStr ? 1 : 0 };
  });
  return {
    answer: mean(ofEach.map(({ answer }) => answer)),
    decided: mean(ofEach.map(({ decided }) => decided)),
  };
}

function headMeans(traces: readonly Trace[], step: number): HeadLayer[] {
  return traces[0].attentions[step].map((_, head) => ({
    entropy: mean(traces.map(({ attentions }) => rowEntropy(attentions[step][head]))),
    looksAt: meanShares(traces, ({ attentions }) => rowsOf(attentions[step][head])),
  }));
}

const rowsOf = (attention: Matrix) => (query: number) => row(attention, query);

function rowEntropy(attention: Matrix): number {
  const { rows: n } = attention;
  const entropies = Array.from({ length: n }, (_, i) => entropy(row(attention, i)));
  return n > 1 ? mean(entropies) / log(n) : 0;
}

/** Means over sentences and their tokens of the attention by relation. */
function meanShares(
  traces: readonly Trace[],
  rowsIn: (trace: Trace) => (query: number) => ArrayLike<number>,
): Record<Relation, number> {
  const shares = traces.map((trace) => {
    const rows = rowsIn(trace);
    return trace.tokens.map((_, query) => sharesOf(trace, query, rows(query)));
  });
  const meanOf = (relation: Relation) =>
    mean(shares.map((own) => mean(own.map((one) => one[relation]))));
  return Object.fromEntries(RELATIONS.map((one) => [one, meanOf(one)])) as Record<Relation, number>;
}

function sharesOf(trace: Trace, query: number, attention: ArrayLike<number>) {
  const shares = Object.fromEntries(RELATIONS.map((one) => [one, 0])) as Record<Relation, number>;
  for (let key = 0; key < trace.tokens.length; key++)
    shares[relation(trace, query, key)] += attention[key];
  return shares;
}

function relation({ tokens, prediction: { blank } }: Trace, query: number, key: number): Relation {
  if (key === query) return 'itself';
  const { start, end } = tokens[key];
  if (blank && start === blank.start && end === blank.end) return 'blank';
  if (isStart(tokens[key], key)) return 'start';
  if (key === query - 1) return 'previous';
  if (key === query + 1) return 'next';
  return key < query ? 'before' : 'after';
}

/** What is put before a text: `start`, or a template's token, stands for none of it. */
const isStart = ({ start, end }: Token, place: number) => place === 0 && start === end;

function glancesOf({ tokens, attentions, prediction: { text } }: Trace, head: number): Glance[] {
  return attentions.flatMap((heads, step) =>
    tokens.flatMap((asking, query) =>
      tokens.map((asked, key) => ({
        head,
        layer: step + 1,
        text,
        query: nameOf(asking),
        key: nameOf(asked),
        attention:
          query === key || isStart(asked, key) ? 0 : heads[head].data[query * tokens.length + key],
      })),
    ),
  );
}
