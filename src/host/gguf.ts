/** Reading a GGUF file from disk: its header, its weights by their bytes, its tokenizer. Not what they mean: src/pretrained/gguf. */
import { checkpointOf, type GgufCheckpoint } from '../pretrained/gguf/architectures.ts';
import { readGguf } from '../pretrained/gguf/header.ts';
import { openGgufTokenizer } from '../pretrained/gguf/tokenizer.ts';
import type { PretrainedTokenizer } from '../pretrained/tokenizer/files.ts';
import { fileSource } from './file-source.ts';

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
