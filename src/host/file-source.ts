/** A file as bytes that are read in pieces. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DamagedFileError } from '../numerics/errors.ts';
import type { ByteSource } from '../pretrained/safetensors.ts';

/** At most so many bytes are read at a time; the system takes no more than 2 GiB. */
const PIECE = 1 << 30;

/** A file that is opened for each reading. */
export function fileSource(path: string): ByteSource {
  const name = basename(path);
  return {
    name,
    size: statSync(path).size,
    read(from, to, bytes = new Uint8Array(to - from)) {
      const file = openSync(path, 'r');
      try {
        for (let at = 0; at < bytes.length; ) {
          const length = Math.min(PIECE, bytes.length - at);
          const got = readSync(file, bytes, at, length, from + at);
          if (got === 0)
            throw new DamagedFileError(
              `${name} ends at byte ${fstatSync(file).size}: it has changed`,
            );
          at += got;
        }
      } finally {
        closeSync(file);
      }
      return bytes;
    },
  };
}
