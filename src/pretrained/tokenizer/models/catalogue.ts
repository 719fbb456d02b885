/** The models of a tokenizer.json by their type, and by their fields in files from before there were types. */
import { z } from 'zod';
import { checked, damage, type Makers, made } from '../component.ts';
import { bpe } from './bpe.ts';
import type { Model } from './model.ts';
import { unigram } from './unigram.ts';
import { wordLevel, wordPiece } from './words.ts';

const MAKERS: Makers<Model> = {
  BPE: bpe,
  WordPiece: wordPiece,
  WordLevel: wordLevel,
  Unigram: unigram,
};

export function createModel(entry: unknown): Model {
  const fields = checked(z.looseObject({ type: z.string().optional() }), entry, 'model');
  return made(
    MAKERS,
    fields.type === undefined ? { ...fields, type: untyped(fields) } : fields,
    'model',
  );
}

/** The type of a model that names none, as the reference library finds it. */
function untyped(fields: Readonly<Record<string, unknown>>): keyof typeof MAKERS {
  const has = (...names: string[]) => names.every((name) => name in fields);
  if (has('vocab', 'merges')) return 'BPE';
  if (has('vocab', 'unk_token', 'continuing_subword_prefix', 'max_input_chars_per_word'))
    return 'WordPiece';
  if (has('vocab', 'unk_token')) return 'WordLevel';
  if (Array.isArray(fields.vocab)) return 'Unigram';
  throw damage('model has neither a type nor the fields of one');
}
