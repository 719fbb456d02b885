/**
 * Normalizers of a tokenizer.json: what changes the characters of a text before it is cut. Each does what
 * the Rust library does with the same entry, to the character, but for characters that are
 * newer than its tables (from Unicode 8 on, and 9 in NFC and its like).
 */
import { z } from 'zod';
import { type Aligned, type Edit, edited, prepended, rewritten, sliced, spans } from './aligned.ts';
import { byteText } from './bytes.ts';
import { charsmapNormalizer } from './charsmap.ts';
import { type Makers, made, maker, refusal } from './component.ts';
import { PATTERN, WHITE_SPACE } from './patterns.ts';

export type Normalizer = (source: Aligned) => Aligned;

const NONE = z.object({});

const MAKERS: Makers<Normalizer> = {
  BertNormalizer: maker(
    z.object({
      clean_text: z.boolean(),
      handle_chinese_chars: z.boolean(),
      strip_accents: z.boolean().nullish(),
      lowercase: z.boolean(),
    }),
    (fields) =>
      inOrder([
        ...(fields.clean_text ? [cleaned] : []),
        ...(fields.handle_chinese_chars ? [ideographsApart] : []),
        ...((fields.strip_accents ?? fields.lowercase) ? [withoutAccents] : []),
        ...(fields.lowercase ? [lowercased] : []),
      ]),
  ),
  Lowercase: maker(NONE, () => lowercased),
  NFC: maker(NONE, () => (source) => composed(source, 'NFC')),
  NFD: maker(NONE, () => (source) => composed(source, 'NFD')),
  NFKC: maker(NONE, () => (source) => composed(source, 'NFKC')),
  NFKD: maker(NONE, () => (source) => composed(source, 'NFKD')),
  Nmt: maker(NONE, () => controlsAsSpaces),
  Strip: maker(
    z.object({ strip_left: z.boolean(), strip_right: z.boolean() }),
    (fields) => (source) => stripped(source, fields.strip_left, fields.strip_right),
  ),
  StripAccents: maker(NONE, () => (source) => rewritten(source, /\p{M}/gu, () => '')),
  Replace: maker(
    z.object({ pattern: PATTERN, content: z.string() }),
    ({ pattern, content }, where) => {
      if (pattern.test('')) throw refusal(where, 'its pattern matches where there is nothing');
      return (source) => replaced(source, pattern, content);
    },
  ),
  Prepend: maker(
    z.object({ prepend: z.string() }),
    ({ prepend }) =>
      (source) =>
        prepended(source, prepend),
  ),
  ByteLevel: maker(NONE, () => asBytes),
  Precompiled: maker(z.object({ precompiled_charsmap: z.string() }), (fields) =>
    charsmapNormalizer(fields.precompiled_charsmap),
  ),
  Sequence: maker(z.object({ normalizers: z.array(z.unknown()) }), ({ normalizers }) =>
    inOrder(normalizers.map((entry) => createNormalizer(entry))),
  ),
};

/** The normalizer of an entry; null is one that changes nothing. */
export const createNormalizer = (entry: unknown): Normalizer =>
  entry === null || entry === undefined ? (source) => source : made(MAKERS, entry, 'normalizer');

const inOrder =
  (normalizers: readonly Normalizer[]): Normalizer =>
  (source) =>
    normalizers.reduce((text, normalizer) => normalizer(text), source);

/** Every match becomes `content`, aligned with the last character of the match. */
export function replaced(source: Aligned, pattern: RegExp, content: string): Aligned {
  const edits: Edit[] = [];
  for (const { from, to, matches } of spans(source.text, pattern))
    if (matches) edits.push({ from, to, text: content, like: to - 1 });
  return edited(source, edits);
}

/** A character for each byte of UTF-8. */
export const asBytes: Normalizer = (source) => rewritten(source, /[^!-~]/gu, byteText);

/** BERT's cleaning: nothing that cannot be seen, and a space for every white space. */
const cleaned: Normalizer = (source) =>
  rewritten(
    rewritten(source, /(?![\t\n\r])[\0\ufffd\p{Cc}\p{Cf}\p{Co}]/gu, () => ''),
    WHITE_SPACE,
    () => ' ',
  );

const IDEOGRAPHS =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

const ideographsApart: Normalizer = (source) =>
  rewritten(source, IDEOGRAPHS, (character) => ` ${character} `);

const withoutAccents: Normalizer = (source) =>
  rewritten(composed(source, 'NFD'), /\p{Mn}/gu, () => '');

/** Each character alone: the capital sigma at the end of a word becomes σ, not ς. */
const lowercased: Normalizer = (source) =>
  rewritten(source, /[^\0-@[-\u00bf]/gu, (character) => character.toLowerCase());

/** What NMT takes for nothing, and what it takes for a space. */
const controlsAsSpaces: Normalizer = (source) =>
  rewritten(
    rewritten(source, /(?![\t\n\f\r\u0080-\u008e\u0090-\u009e])[\p{Cc}]/gu, (control) =>
      control === '\0' ? control : '',
    ),
    /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/gu,
    () => ' ',
  );

function stripped(source: Aligned, left: boolean, right: boolean): Aligned {
  const start = left ? (/^\p{White_Space}+/u.exec(source.text)?.[0].length ?? 0) : 0;
  const rest = source.text.slice(start);
  const end = right ? (/\p{White_Space}+$/u.exec(rest)?.[0].length ?? 0) : 0;
  return sliced(source, start, source.text.length - end);
}

/** A character with the marks behind it, half-width ones too, and the letters of a Hangul syllable. */
const JOINED = '[\\p{M}\\u1160-\\u11ff\\u3131-\\u318e\\uff9e-\\uffdc]';
const COMPOSED_ALONE = new RegExp(`[^\\0-\\x7f]${JOINED}*|.${JOINED}+`, 'gsu');

/** A form of Unicode. */
function composed(source: Aligned, form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Aligned {
  const whole = source.text.normalize(form);
  if (whole === source.text) return source;
  const edits = [...source.text.matchAll(COMPOSED_ALONE)].flatMap((match) =>
    recomposed(match[0], match.index, form),
  );
  const result = edited(source, edits);
  // some letters of Indic scripts are composed with one that stands before
  return result.text === whole ? result : edited(source, recomposed(source.text, 0, form));
}

/**
 * The edits that bring `part`, at `at`, into a form: what a character is taken apart into stands for the
 * character; what several are composed to, for the first of them.
 */
function recomposed(part: string, at: number, form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Edit[] {
  const results = [...part.normalize(form)];
  if (results.join('') === part) return [];
  const starts: number[] = [];
  const apart: { text: string; like: number }[] = [];
  let end = at;
  for (const character of part) {
    starts.push(end);
    for (const text of character.normalize(form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD'))
      apart.push({ text, like: end });
    end += character.length;
  }
  // composed: the first takes in what is missing, the others keep their places from the end
  const missing = Math.max(0, starts.length - results.length);
  const like = (text: string, index: number): number => {
    // marks may have changed their order
    if (results.length === apart.length) {
      const place = apart.findIndex((piece) => piece.text === text);
      if (place >= 0) return apart.splice(place, 1, { text: '', like: -1 })[0].like;
    }
    return starts[index === 0 ? 0 : Math.min(index + missing, starts.length - 1)];
  };
  return results.map((text, index) => ({
    from: index === 0 ? at : end,
    to: end,
    text,
    like: like(text, index),
  }));
}
