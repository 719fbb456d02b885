/**
 * Positions of one's own in a link: as many bytes as a link carries, bit for bit. More particles than
 * that are held in this page alone, under a name that means nothing elsewhere.
 */
import { type Matrix, matrix } from '../../numerics/matrix.ts';

/** About 8,000 characters of a link. */
const MOST_BYTES = 6000;
/** So many sets of positions are held; older ones are let go. */
const MOST_HELD = 4;

const held = new Map<string, Matrix>();
let count = 0;

/** Whether positions of this size go into a link. */
export const fitsLink = ({ data }: Matrix): boolean => data.byteLength <= MOST_BYTES;

/** Text that `readGiven` turns into the same numbers: everywhere if they fit a link, else in this page. */
export function writeGiven(positions: Matrix): string {
  if (fitsLink(positions)) return encode(positions.data);
  const name = `held.${++count}`;
  held.set(name, positions);
  for (const old of [...held.keys()].slice(0, -MOST_HELD)) held.delete(old);
  return name;
}

/** Positions [n, d] from such text; null where it holds none. */
export function readGiven(text: string, d: number): Matrix | null {
  const known = held.get(text);
  if (known) return known.columns === d ? known : null;
  const data = decode(text);
  if (!data || data.length === 0 || data.length % d !== 0) return null;
  return data.every(Number.isFinite) ? matrix(data.length / d, d, data) : null;
}

/** Float64, little-endian, in base64 for addresses. */
function encode(numbers: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8 * numbers.length));
  numbers.forEach((value, i) => {
    view.setFloat64(8 * i, value, true);
  });
  const bytes = String.fromCharCode(...new Uint8Array(view.buffer));
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decode(text: string): Float64Array | null {
  if (!/^[\w-]+$/.test(text) || text.length > 2 * MOST_BYTES) return null;
  const bytes = bytesOf(text);
  if (!bytes || bytes.length % 8 !== 0) return null;
  const view = new DataView(Uint8Array.from(bytes, (c) => c.charCodeAt(0)).buffer);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}

function bytesOf(text: string): string | null {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return null;
  }
}
