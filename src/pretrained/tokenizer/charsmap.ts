/**
 * SentencePiece's map of characters, `precompiled_charsmap` (XLM-R, CamemBERT, ALBERT, T5): base64 of the size
 * of a double array in bytes, the double array, whose keys are bytes of UTF-8, and the replacements, each
 * ended by a zero byte. The array is Darts-clone's: a unit holds a label, an offset and whether a value follows.
 */
import { type Aligned, type Edit, edited } from './aligned.ts';
import { bytesOf } from './bytes.ts';
import { damage } from './component.ts';

/** A grapheme of more bytes is looked up character by character. */
const MOST_BYTES = 5;
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The normalizer of a map. A grapheme, then each character of one without an entry, is replaced by the entry
 * of its *shortest* prefix, as the reference library does. Throws DamagedFileError for what is no map.
 */
export function charsmapNormalizer(base64: string): (source: Aligned) => Aligned {
  const { units, replacements } = parsed(base64);
  const found = new Map<string, string | undefined>();

  /** The entry of the shortest prefix of `text`. */
  function lookUp(text: string): string | undefined {
    let at = offset(units[0]);
    for (const byte of bytesOf(text)) {
      if (byte === 0) return undefined;
      at ^= byte;
      const unit = units[at];
      if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
      at ^= offset(unit);
      if ((unit & 0x100) !== 0) return replacement((units[at] ?? 0) & 0x7fffffff);
    }
    return undefined;
  }

  function replacement(start: number): string {
    const end = replacements.indexOf(0, start);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      replacements.subarray(start, end < 0 ? undefined : end),
    );
  }

  function entry(text: string): string | undefined {
    if (!found.has(text)) found.set(text, lookUp(text));
    return found.get(text);
  }

  return (source) => {
    const edits: Edit[] = [];
    for (const { segment, index } of GRAPHEMES.segment(source.text)) {
      const whole = bytesOf(segment).length <= MOST_BYTES ? entry(segment) : undefined;
      if (whole !== undefined) edits.push(...aligned(segment, index, whole));
      else {
        let at = index;
        for (const character of segment) {
          const text = entry(character);
          if (text !== undefined) edits.push(...aligned(character, at, text));
          at += character.length;
        }
      }
    }
    return edited(source, edits);
  };
}

/** `text` for the characters of `old`, one for one as far as both go; what is left over goes with the last. */
function aligned(old: string, at: number, text: string): Edit[] {
  const starts: number[] = [];
  let end = at;
  for (const character of old) {
    starts.push(end);
    end += character.length;
  }
  if (text === '') return [{ from: at, to: end, text, like: at }];
  return [...text].map((character, index) => ({
    from: index === 0 ? at : end,
    to: end,
    text: character,
    like: starts[Math.min(index, starts.length - 1)],
  }));
}

/** Where the children of a unit begin, relative to it. */
const offset = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);

function parsed(base64: string): { units: Uint32Array; replacements: Uint8Array } {
  const where = 'the precompiled_charsmap';
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw damage(`${where} is no base64`);
  }
  const view = new DataView(bytes.buffer);
  const size = bytes.length < 4 ? 0 : view.getUint32(0, true);
  if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length)
    throw damage(`${where} has ${bytes.length} bytes and a table of ${size}`);
  const units = Uint32Array.from({ length: size / 4 }, (_, k) => view.getUint32(4 + 4 * k, true));
  return { units, replacements: bytes.subarray(4 + size) };
}
