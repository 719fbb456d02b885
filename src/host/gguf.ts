/** Reading a GGUF file from disk: its header, its weights by their bytes, its tokenizer. Not what they mean: src/pretrained/gguf. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { checkpointOf, type GgufCheckpoint } from '../pretrained/gguf/architectures.ts';
import { MAGIC, readGguf } from '../pretrained/gguf/header.ts';
import { openGgufTokenizer } from '../pretrained/gguf/tokenizer.ts';
import type { PretrainedTokenizer } from '../pretrained/tokenizer/files.ts';
import { fileSource } from './file-source.ts';

/** Whether a path is a GGUF file, by its name or by how it begins. */
export function isGguf(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  if (/\.gguf$/i.test(path)) return true;
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(MAGIC.length);
    readSync(file, bytes);
    return String.fromCharCode(...bytes) === MAGIC;
  } finally {
    closeSync(file);
  }
}

export interface GgufFile extends GgufCheckpoint {
  /** Throws as `openGgufTokenizer`. */
  tokenizer(): PretrainedTokenizer;
}

/** Config, tensors and tokenizer; numbers are read when they are asked for. Throws as `readGguf` and `checkpointOf`. */
export function readGgufFile(path: string): GgufFile {
  const source = fileSource(path);
  const header = readGguf(source);
  return {
    ...checkpointOf(source, header),
    tokenizer: () => openGgufTokenizer(header.metadata),
  };
}
