/** SHA-256 by the machine's own code. */
import { createHash } from 'node:crypto';
import type { Digest } from '../numerics/entries-sum.ts';

/** SHA-256 of bytes, in hexadecimal. */
export const sha256Of: Digest = (bytes) => createHash('sha256').update(bytes).digest('hex');
