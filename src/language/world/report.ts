/** What a world's vocabulary consists of: distinct words per language and per table. */
import type { Language, World } from './grammar.ts';
import type { Item } from './rules.ts';
import { isWord } from './symbols.ts';
import type { Field } from './tables.ts';

export interface VocabularyReport {
  readonly language: string;
  /** Number of distinct words that texts can hold, as inside a sentence. */
  readonly words: number;
  /** Words of each table that can be emitted, the most first; `share` of the language's words. */
  readonly tables: { readonly name: string; readonly words: number; readonly share: number }[];
}

export function vocabularyReport(world: World): VocabularyReport[] {
  return world.languages.map((language) => reportOf(world, language));
}

function reportOf(world: World, language: Language): VocabularyReport {
  const wordsOf = (ids: Iterable<number>) => {
    const symbols = Array.from(new Set(ids), (id) => world.inventory.symbols[id]);
    return symbols.filter(isWord);
  };
  const items = language.rules.flatMap(({ alternatives }) =>
    alternatives.flatMap((alternative) => alternative.items),
  );
  const fields = new Set(items.flatMap((item) => fieldsOf(item)));
  const literal = items.flatMap((item) => (item.kind === 'words' ? [...item.symbols] : []));
  const emitted = [...fields].map((field) => ({
    table: field.table.name,
    ids: field.forms.flatMap((form) => [...form]),
  }));
  const total = wordsOf([...literal, ...emitted.flatMap(({ ids }) => ids)]).length;
  const tables = [...new Set(emitted.map(({ table }) => table))].map((name) => {
    const parts = emitted.filter(({ table }) => table === name);
    const words = wordsOf(parts.flatMap(({ ids }) => ids)).length;
    return { name, words, share: words / total };
  });
  return {
    language: language.name,
    words: total,
    tables: tables.sort((a, b) => b.words - a.words),
  };
}

function fieldsOf(item: Item): Field[] {
  return item.kind === 'draw' || item.kind === 'field' ? [item.field] : [];
}
