/**
 * Fixtures as Hugging Face folders: each gets a tokenizer in which w7 is token 7, and texts are those whose states
 * and logits the reference library has computed.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { softmaxRows } from '../../src/language/transformer.ts';
import { configOf, fixtureFolder, type Reference, referencesOf } from '../pretrained/fixtures.ts';

const root = mkdtempSync(join(tmpdir(), 'pretrained-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The fixture as a folder with a tokenizer; `mask` is the id of its mask. */
export function folderOf(name: string, mask?: number): string {
  const folder = join(root, `${name}-${mask ?? 'plain'}`);
  cpSync(fixtureFolder(name), folder, { recursive: true });
  const size = configOf(name).vocab_size as number;
  const piece = (id: number) => (id === mask ? '[MASK]' : `w${id}`);
  const vocab = Object.fromEntries(Array.from({ length: size }, (_, id) => [piece(id), id]));
  const added = {
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: mask === undefined ? [] : [{ id: mask, content: '[MASK]', ...added }],
    normalizer: null,
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: piece(0) },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  const config = mask === undefined ? {} : { mask_token: '[MASK]' };
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  return folder;
}

/** The reference of a text whose token types are all 0, as they are where none are given. */
export const plainOf = (name: string) =>
  referencesOf(name).find(({ types }) => types === undefined) as Reference;

/** The first token that stands in the text once. */
export const single = (ids: readonly number[]) =>
  ids.findIndex((id) => ids.indexOf(id) === ids.lastIndexOf(id));

/** The reference's text, with `mark` at one place. */
export const textOf = (ids: readonly number[], at = -1, mark = '__') =>
  ids.map((id, i) => (i === at ? mark : `w${id}`)).join(' ');

/** p(token) at one token by the reference's logits. */
export function lawAt(reference: Reference, at: number): Float64Array {
  const all = reference.one('logits') as Float64Array;
  const size = all.length / reference.ids.length;
  return softmaxRows(all.slice(at * size, (at + 1) * size), size);
}
