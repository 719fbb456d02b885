/**
 * Text ↔ tokens, by gpt-tokenizer's byte-pair core over our own vocabulary.
 * Three special ids follow the vocabulary; no text is ever encoded into them.
 */
import { BytePairEncodingCore } from 'gpt-tokenizer/BytePairEncodingCore';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { wellFormed } from './text.ts';
import { type Rank, rankBytes, type Vocabulary } from './vocabulary.ts';

export interface Token {
  readonly id: number;
  /** What the token says; U+FFFD stands for a part of a character. */
  readonly text: string;
  /** Span in the text in UTF-16 units; a token with a part of a character spans the character. */
  readonly start: number;
  readonly end: number;
}

export interface SpecialTokens {
  /** The particle before every text: id V. */
  readonly start: number;
  /** The end of a text or of an answer: id V + 1. */
  readonly end: number;
  /** The blank's marker: id V + 2. */
  readonly blank: number;
}

export interface Tokenizer {
  /** Throws InputError for lone surrogates, which no UTF-8 can hold. */
  encode(text: string): Token[];
  /** The ids alone, faster. Throws like `encode`. */
  encodeIds(text: string): number[];
  /** The text of the ids; special ids say nothing, incomplete characters become U+FFFD. */
  decode(ids: Iterable<number>): string;
  /** The text, or undefined when the bytes are no complete UTF-8 or an id is special. */
  decodeStrict(ids: Iterable<number>): string | undefined;
  /** Whether `decodeStrict` has a text for one id. */
  hasText(id: number): boolean;
  /** V + 3. */
  readonly size: number;
  readonly special: SpecialTokens;
  /** Per id: 1 where a word ends before this token: it begins with white space or punctuation, or is `end`. */
  readonly beginsWord: Uint8Array;
}

/** A tokenizer over `vocabulary`, which must hold the 256 bytes (see vocabulary.ts). */
export function createTokenizer(vocabulary: Vocabulary): Tokenizer {
  const bytes = vocabulary.map(rankBytes);
  const texts = vocabulary.map(textOf);
  const whole = vocabulary.map((rank, id) =>
    typeof rank === 'string' ? texts[id] : wholeText(bytes[id]),
  );
  const special = {
    start: vocabulary.length,
    end: vocabulary.length + 1,
    blank: vocabulary.length + 2,
  };
  const core = new BytePairEncodingCore({
    bytePairRankDecoder: vocabulary,
    tokenSplitRegex: O200K_TOKEN_SPLIT_REGEX,
  });
  const encodeIds = (text: string) => core.encodeNative(wellFormed(text));
  return {
    encodeIds,
    encode: (text) => withSpans(text, encodeIds(text), bytes),
    decode: (ids) => decodeLenient([...ids], bytes, texts),
    decodeStrict: (ids) => decodeStrict([...ids], bytes, whole),
    hasText: (id) => whole[id] !== undefined,
    size: vocabulary.length + 3,
    special,
    beginsWord: wordBeginnings(texts, special),
  };
}

const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function join(ids: Iterable<number>, bytes: readonly Uint8Array[]): Uint8Array {
  const parts = Array.from(ids, (id) => bytesOf(id, bytes));
  if (parts.length === 1) return parts[0];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** What a token says, as its bytes do: a surrogate that stands alone has none of its own. */
const textOf = (rank: Rank): string =>
  typeof rank === 'string' && !SURROGATE.test(rank) ? rank : lenient.decode(rankBytes(rank));

const SURROGATE = /[\uD800-\uDFFF]/;

function decodeLenient(
  ids: readonly number[],
  bytes: readonly Uint8Array[],
  texts: readonly string[],
): string {
  const [id] = ids;
  return ids.length === 1 && id < texts.length && id >= 0
    ? texts[id]
    : lenient.decode(join(ids, bytes));
}

const NOTHING = new Uint8Array(0);

function bytesOf(id: number, bytes: readonly Uint8Array[]): Uint8Array {
  if (id < bytes.length && id >= 0) return bytes[id];
  if (id < bytes.length + 3 && id >= 0) return NOTHING;
  throw new RangeError(`token ${id} is not in the vocabulary of ${bytes.length} + 3 tokens`);
}

function decodeStrict(
  ids: readonly number[],
  bytes: readonly Uint8Array[],
  whole: readonly (string | undefined)[],
): string | undefined {
  if (ids.some((id) => id >= bytes.length)) return undefined;
  const texts = ids.map((id) => whole[id]);
  return texts.includes(undefined) ? wholeText(join(ids, bytes)) : texts.join('');
}

const encoder = new TextEncoder();

/** The text of the bytes; undefined when they are no complete UTF-8. A search asks often, and an exception is slow. */
function wholeText(bytes: Uint8Array): string | undefined {
  const text = lenient.decode(bytes);
  if (!text.includes('\uFFFD')) return text;
  const again = encoder.encode(text);
  return again.length === bytes.length && again.every((byte, i) => byte === bytes[i])
    ? text
    : undefined;
}

/** Walks over the characters of the text with the bytes of the tokens. */
function withSpans(text: string, ids: readonly number[], bytes: readonly Uint8Array[]): Token[] {
  const tokens: Token[] = [];
  let byte = 0; // where the token begins
  let unit = 0; // the character that holds `byte`: its offset in UTF-16 units …
  let characterStart = 0; // … and its first byte
  const advance = (until: number) => {
    while (characterStart + byteLength(text, unit) <= until && unit < text.length) {
      characterStart += byteLength(text, unit);
      unit += unitLength(text, unit);
    }
  };
  for (const id of ids) {
    const start = unit;
    byte += bytes[id].length;
    advance(byte);
    const end = characterStart < byte ? unit + unitLength(text, unit) : unit;
    tokens.push({ id, text: lenient.decode(bytes[id]), start, end });
  }
  return tokens;
}

/** UTF-8 bytes of the character at `unit`. */
function byteLength(text: string, unit: number): number {
  const point = text.codePointAt(unit) ?? 0;
  return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
}

function unitLength(text: string, unit: number): number {
  return (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
}

/** White space or punctuation, but not the apostrophe inside "Anna's", nor a part of a character. */
const WORD_BEGINNING = /^(?!['’]\p{L}|\uFFFD)[\s\p{P}\p{S}\p{C}]/u;

function wordBeginnings(texts: readonly string[], special: SpecialTokens): Uint8Array {
  const begins = new Uint8Array(texts.length + 3);
  texts.forEach((text, id) => {
    if (WORD_BEGINNING.test(text)) begins[id] = 1;
  });
  begins[special.end] = 1;
  return begins;
}
