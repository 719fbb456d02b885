/**
 * From tokens to batches of two kinds from one set of texts: causal (every next token) and blank
 * (words taken out, their tokens as followers that are guessed from left to right).
 * Padding sits at the end of a row, is seen by nobody and has no target.
 */
import type { Random } from '../../numerics/random.ts';

export interface Batch {
  readonly batch: number;
  /** Particles per row, padding included. */
  readonly length: number;
  /** Token and position of each particle, [batch · length]. */
  readonly ids: Int32Array;
  readonly positions: Int32Array;
  /** 1 where query i may attend to key j, else 0: [length · length] (shared) or [batch · length · length]. */
  readonly mask: Float32Array;
  readonly maskShape: readonly number[];
  /** Flattened indices of the particles that are read out, and the token each should say. */
  readonly rows: Int32Array;
  readonly targets: Int32Array;
}

/** What batches need to know of the vocabulary. */
export interface WordBoundaries {
  readonly special: { readonly start: number; readonly end: number; readonly blank: number };
  /** Per token id: begins a new word or is punctuation. */
  readonly beginsWord: Uint8Array;
  /** Per token id: contains a letter. */
  readonly hasLetter: Uint8Array;
  /** Per token id: is a determiner as a whole. */
  readonly isDeterminer: Uint8Array;
}

/** A stretch of tokens, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

interface Row {
  ids: number[];
  positions: number[];
  /** How many particles everyone sees. */
  context: number;
  /** For each particle, where its own blank's followers begin: it sees them up to itself. */
  followersFrom: number[];
  rows: number[];
  targets: number[];
}

/** Causal batch: start, then the text; every particle is asked for the next token, the last for `end`. */
export function causalBatch(sequences: readonly Int32Array[], words: WordBoundaries): Batch {
  const rows = sequences.map((text): Row => {
    const ids = [words.special.start, ...text];
    return {
      ids,
      positions: ids.map((_, i) => i),
      context: 0,
      followersFrom: ids.map(() => 0),
      rows: ids.map((_, i) => i),
      targets: [...text, words.special.end],
    };
  });
  return assemble(rows);
}

/**
 * Where a blank may stand: every word; a determiner takes the next word with it, and with
 * `determiners` may also be taken alone.
 */
export function answerSpans(text: Int32Array, words: WordBoundaries, determiners = false): Span[] {
  const starts: number[] = [];
  for (let i = 0; i < text.length; i++) if (i === 0 || words.beginsWord[text[i]]) starts.push(i);
  const spans: Span[] = [];
  starts.forEach((from, w) => {
    if (!words.hasLetter[text[from]]) return;
    const end = starts[w + 1] ?? text.length;
    const alone = end === from + 1 && words.isDeterminer[text[from]];
    const opens = alone && end < text.length && words.hasLetter[text[end]];
    if (!alone || (opens && determiners)) spans.push({ from, to: end });
    if (opens) spans.push({ from, to: starts[w + 2] ?? text.length });
  });
  return spans;
}

export interface BlankSettings {
  /** Positions that a blank reserves; an answer has at most slots − 1 tokens. */
  readonly slots: number;
  /** Most blanks taken out of one text. */
  readonly blanks: number;
  /** Shares of the texts cut right behind the blank, or cut anywhere behind it. */
  readonly cutAtBlank: number;
  readonly cutAnywhere: number;
  /** Whether a determiner is taken out alone too, where the text goes on behind it. */
  readonly determiners?: boolean;
}

/** Blank batch: see the file's head. Texts without a word that fits the slots are left out, even all of them. */
export function blankBatch(
  sequences: readonly Int32Array[],
  words: WordBoundaries,
  settings: BlankSettings,
  random: Random,
): Batch {
  const rows: Row[] = [];
  for (const text of sequences) {
    const spans = answerSpans(text, words, settings.determiners).filter(
      ({ from, to }) => to - from < settings.slots,
    );
    if (spans.length > 0) rows.push(blankRow(text, spans, words, settings, random));
  }
  return assemble(rows);
}

function blankRow(
  text: Int32Array,
  spans: readonly Span[],
  words: WordBoundaries,
  settings: BlankSettings,
  random: Random,
): Row {
  const first = spans[random.integer(spans.length)];
  const kind = random.uniform();
  if (kind < settings.cutAtBlank) {
    const last = spans.findLast(({ from }) => from === first.from) as Span;
    return layOut(text, [last], last.to, words, settings.slots);
  }
  let end = text.length;
  if (kind < settings.cutAtBlank + settings.cutAnywhere)
    end = cutBehind(text, first.to, words, random);
  const chosen = chooseSpans(spans, first, 1 + random.integer(settings.blanks), end, random);
  return layOut(text, chosen, end, words, settings.slots);
}

/** A word boundary behind `from`, at random. */
function cutBehind(text: Int32Array, from: number, words: WordBoundaries, random: Random): number {
  const ends: number[] = [];
  for (let i = from + 1; i < text.length; i++) if (words.beginsWord[text[i]]) ends.push(i);
  return ends.length > 0 ? ends[random.integer(ends.length)] : text.length;
}

function chooseSpans(
  spans: readonly Span[],
  first: Span,
  count: number,
  end: number,
  random: Random,
): Span[] {
  const chosen = [first];
  for (let i = 1; i < count; i++) {
    const span = spans[random.integer(spans.length)];
    // Blanks side by side would run into one another: keep a token between them.
    const apart = chosen.every((other) => span.to < other.from || span.from > other.to);
    if (apart && span.to <= end) chosen.push(span);
  }
  return chosen.sort((a, b) => a.from - b.from);
}

/** Context with blank particles first, then the answers' tokens as followers. */
function layOut(
  text: Int32Array,
  blanks: readonly Span[],
  end: number,
  words: WordBoundaries,
  slots: number,
): Row {
  const row: Row = {
    ids: [words.special.start],
    positions: [0],
    context: 0,
    followersFrom: [],
    rows: [],
    targets: [],
  };
  const places: { particle: number; position: number }[] = [];
  let position = 1;
  let token = 0;
  for (const { from, to } of [...blanks, { from: end, to: end }]) {
    for (; token < from; token++) {
      row.ids.push(text[token]);
      row.positions.push(position++);
    }
    if (from === end) break;
    places.push({ particle: row.ids.length, position });
    row.ids.push(words.special.blank);
    row.positions.push(position);
    position += slots;
    token = to;
  }
  row.context = row.ids.length;
  row.followersFrom = row.ids.map(() => row.context);
  blanks.forEach(({ from, to }, b) => {
    addFollowers(row, text.subarray(from, to), places[b], words);
  });
  return row;
}

function addFollowers(
  row: Row,
  answer: Int32Array,
  place: { particle: number; position: number },
  words: WordBoundaries,
): void {
  const first = row.ids.length;
  row.rows.push(place.particle);
  row.targets.push(answer[0]);
  answer.forEach((id, j) => {
    row.rows.push(row.ids.length);
    row.targets.push(j + 1 < answer.length ? answer[j + 1] : words.special.end);
    row.ids.push(id);
    row.positions.push(place.position + 1 + j);
    row.followersFrom.push(first);
  });
}

function assemble(rows: readonly Row[]): Batch {
  const batch = rows.length;
  const length = Math.max(0, ...rows.map((row) => row.ids.length));
  const ids = new Int32Array(batch * length);
  const positions = new Int32Array(batch * length);
  const causal = rows.every((row) => row.context === 0);
  const mask = new Float32Array(causal ? length * length : batch * length * length);
  if (causal) fillCausalMask(mask, length);
  rows.forEach((row, b) => {
    ids.set(row.ids, b * length);
    positions.set(row.positions, b * length);
    if (!causal)
      fillBlankMask(mask.subarray(b * length * length, (b + 1) * length * length), row, length);
  });
  return {
    batch,
    length,
    ids,
    positions,
    mask,
    maskShape: causal ? [length, length] : [batch, length, length],
    rows: Int32Array.from(rows.flatMap((row, b) => row.rows.map((i) => b * length + i))),
    targets: Int32Array.from(rows.flatMap((row) => row.targets)),
  };
}

function fillCausalMask(mask: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) mask.fill(1, i * length, i * length + i + 1);
}

/** Everyone sees the context, a follower also those of its own blank up to itself; padding sees itself. */
function fillBlankMask(mask: Float32Array, row: Row, length: number): void {
  for (let i = 0; i < length; i++) {
    mask[i * length + i] = 1;
    if (i >= row.ids.length) continue;
    mask.fill(1, i * length, i * length + row.context);
    if (i >= row.context) mask.fill(1, i * length + row.followersFrom[i], i * length + i + 1);
  }
}
