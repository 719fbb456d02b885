/**
 * The packed numbers of GGUF as float32: blocks of 32 or 256 with common scales, each value by the float32 operations
 * of the Python package gguf (0.19, quants.py), bit for bit. Not which tensors a file holds.
 * Layouts: ggml's block_q4_0 … block_q6_K (github.com/ggml-org/ggml, src/ggml-common.h).
 */
import { float16Values } from '../stored.ts';

/** A type that is read: how many numbers a block holds, in how many bytes. */
export interface QuantisedType {
  readonly name: string;
  readonly numbers: number;
  readonly bytes: number;
  /** Writes `blocks` blocks from byte `from` of `packed` to `out`, from place `at` on; absent: numbers as they are. */
  readonly unpack?: Unpack;
}

type Unpack = (
  packed: Uint8Array,
  from: number,
  blocks: number,
  out: Float32Array,
  at: number,
) => void;

const round = Math.fround;

/** A block of 32: a scale, perhaps a least value, perhaps fifth bits, and 16 bytes of two halves. */
function nibbles(bits: 4 | 5, offset: number): Unpack {
  const hasLeast = offset === 0;
  const highAt = hasLeast ? 4 : 2;
  const lowAt = highAt + (bits === 5 ? 4 : 0);
  const size = lowAt + 16;
  return (packed, from, blocks, out, at) => {
    const halves = float16Values();
    for (let block = 0; block < blocks; block++) {
      const base = from + block * size;
      const to = at + block * 32;
      const scale = halves[packed[base] | (packed[base + 1] << 8)];
      const least = hasLeast ? halves[packed[base + 2] | (packed[base + 3] << 8)] : 0;
      let high = 0;
      if (bits === 5) for (let k = 3; k >= 0; k--) high = (high << 8) | packed[base + highAt + k];
      for (let i = 0; i < 16; i++) {
        const byte = packed[base + lowAt + i];
        const [low, up] = [
          (byte & 15) | (((high >>> i) & 1) << 4),
          (byte >> 4) | (((high >>> (i + 16)) & 1) << 4),
        ];
        out[to + i] = hasLeast ? round(scale * low) + least : scale * (low - offset);
        out[to + i + 16] = hasLeast ? round(scale * up) + least : scale * (up - offset);
      }
    }
  };
}

const bytes: Unpack = (packed, from, blocks, out, at) => {
  const halves = float16Values();
  for (let block = 0; block < blocks; block++) {
    const base = from + block * 34;
    const scale = halves[packed[base] | (packed[base + 1] << 8)];
    for (let i = 0; i < 32; i++)
      out[at + block * 32 + i] = ((packed[base + 2 + i] << 24) >> 24) * scale;
  }
};

/** A block of 256 in eight of 32, each with a scale and a least value of 6 bits. */
function scaled(bits: 4 | 5): Unpack {
  const highAt = 16;
  const lowAt = bits === 5 ? 48 : 16;
  const size = lowAt + 128;
  return (packed, from, blocks, out, at) => {
    const halves = float16Values();
    for (let block = 0; block < blocks; block++) {
      const base = from + block * size;
      const whole = halves[packed[base] | (packed[base + 1] << 8)];
      const wholeLeast = halves[packed[base + 2] | (packed[base + 3] << 8)];
      for (let group = 0; group < 8; group++) {
        const [six, sixLeast] = sixBits(packed, base + 4, group);
        const scale = round(whole * six);
        const least = round(wholeLeast * sixLeast);
        const shift = group & 1 ? 4 : 0;
        const low = base + lowAt + (group >> 1) * 32;
        const to = at + block * 256 + group * 32;
        for (let i = 0; i < 32; i++) {
          const fifth = bits === 5 ? ((packed[base + highAt + i] >> group) & 1) << 4 : 0;
          out[to + i] = round(scale * (((packed[low + i] >> shift) & 15) | fifth)) - least;
        }
      }
    }
  };
}

/** Scale and least value of a group, out of twelve bytes. */
function sixBits(packed: Uint8Array, at: number, group: number): [number, number] {
  if (group < 4) return [packed[at + group] & 63, packed[at + 4 + group] & 63];
  const [scale, least, both] = [packed[at + group - 4], packed[at + group], packed[at + group + 4]];
  return [(both & 15) | ((scale >> 2) & 48), (both >> 4) | ((least >> 2) & 48)];
}

/** A block of 256 in sixteen of 16, each with a scale of 8 bits. */
const sixth: Unpack = (packed, from, blocks, out, at) => {
  const halves = float16Values();
  for (let block = 0; block < blocks; block++) {
    const base = from + block * 210;
    const whole = halves[packed[base + 208] | (packed[base + 209] << 8)];
    for (let group = 0; group < 8; group++) {
      // 32 numbers: low bits of 64 bytes in two halves, high bits of 32 bytes in four
      const low = base + (group >> 2) * 64 + (group & 1) * 32;
      const high = base + 128 + (group >> 2) * 32;
      const [lowShift, highShift] = [group & 2 ? 4 : 0, (group & 3) * 2];
      const to = at + block * 256 + group * 32;
      for (let half = 0; half < 2; half++) {
        const scale = round(whole * ((packed[base + 192 + group * 2 + half] << 24) >> 24));
        for (let i = half * 16; i < half * 16 + 16; i++) {
          const six =
            ((packed[low + i] >> lowShift) & 15) | (((packed[high + i] >> highShift) & 3) << 4);
          out[to + i] = scale * (six - 32);
        }
      }
    }
  }
};

/** By the number of the type in the file. */
export const QUANTISED: Readonly<Record<number, QuantisedType>> = {
  0: { name: 'F32', numbers: 1, bytes: 4 },
  1: { name: 'F16', numbers: 1, bytes: 2 },
  30: { name: 'BF16', numbers: 1, bytes: 2 },
  2: { name: 'Q4_0', numbers: 32, bytes: 18, unpack: nibbles(4, 8) },
  3: { name: 'Q4_1', numbers: 32, bytes: 20, unpack: nibbles(4, 0) },
  6: { name: 'Q5_0', numbers: 32, bytes: 22, unpack: nibbles(5, 16) },
  7: { name: 'Q5_1', numbers: 32, bytes: 24, unpack: nibbles(5, 0) },
  8: { name: 'Q8_0', numbers: 32, bytes: 34, unpack: bytes },
  12: { name: 'Q4_K', numbers: 256, bytes: 144, unpack: scaled(4) },
  13: { name: 'Q5_K', numbers: 256, bytes: 176, unpack: scaled(5) },
  14: { name: 'Q6_K', numbers: 256, bytes: 210, unpack: sixth },
};

/** Names of the types that are not read, for messages. */
export const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  10: 'Q2_K',
  11: 'Q3_K',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
  40: 'NVFP4',
  41: 'Q1_0',
};
