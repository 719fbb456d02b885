/** NumPy's array file, version 1.0, Float64 in C order, written only (`numpy.load` reads it). */

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
const ALIGNMENT = 64;

/**
 * The bytes of an .npy file of `shape` with the row-major `parts` one after another.
 * Throws RangeError when their lengths do not add up to the shape.
 */
export function encodeNpy(shape: readonly number[], parts: readonly Float64Array[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const given = parts.reduce((sum, part) => sum + part.length, 0);
  if (given !== size)
    throw new RangeError(`an array of shape [${shape}] needs ${size} values, got ${given}`);
  const header = npyHeader(shape);
  const bytes = new Uint8Array(header.length + 8 * size);
  bytes.set(header);
  fillFloat64(new DataView(bytes.buffer, header.length), parts);
  return bytes;
}

function fillFloat64(view: DataView, parts: readonly Float64Array[]): void {
  let offset = 0;
  for (const part of parts)
    for (const value of part) {
      view.setFloat64(offset, value, true);
      offset += 8;
    }
}

/** Magic, length and dictionary, padded so that the numbers begin at a multiple of 64. */
function npyHeader(shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const entries = `{'descr': '<f8', 'fortran_order': False, 'shape': (${tuple}), }`;
  const fixed = MAGIC.length + 2;
  const total = Math.ceil((fixed + entries.length + 1) / ALIGNMENT) * ALIGNMENT;
  const text = `${entries.padEnd(total - fixed - 1)}\n`;
  const length = [text.length & 0xff, text.length >> 8];
  return Uint8Array.from([...MAGIC, ...length, ...new TextEncoder().encode(text)]);
}
