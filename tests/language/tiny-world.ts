/**
 * A world small enough to write down all its texts, and a slow enumerator that reads the same
 * description on strings alone: the reference that the engine is held against.
 */
type Entry = Record<string, string>;
type Templates = [number, string][];

export interface TinyLanguage {
  share: number;
  determiners: string[];
  tables: Record<string, Entry[]>;
  forms: Record<string, Record<string, string | { by: string; [value: string]: string }>>;
  rules: Record<string, Templates>;
}

const animals: Entry[] = [
  { name: 'Hund', gender: 'm', home: 'Haus', weight: '3', liked: '2' },
  { name: 'Katze', gender: 'f', home: 'Haus', weight: '1', liked: '1' },
  { name: 'Maus', gender: 'f', home: 'Haus', weight: '1', liked: '0' },
  { name: 'Kuh', gender: 'f', home: 'Stall', weight: '2', liked: '5' },
  { name: 'Pferd', gender: 'n', home: 'Stall', weight: '2', liked: '1' },
];

export const tinyWorld: Record<string, TinyLanguage> = {
  de: {
    share: 1,
    determiners: ['der', 'die', 'das'],
    tables: {
      animal: animals,
      person: [
        { name: 'Anna', gender: 'f' },
        { name: 'Paul', gender: 'm' },
      ],
      job: [
        { name: 'Ärztin', gender: 'f', weight: '1' },
        { name: 'Köchin', gender: 'f', weight: '3' },
        { name: 'Koch', gender: 'm', weight: '1' },
      ],
      place: [{ where: 'im Haus' }, { where: 'im alten Stall' }],
    },
    forms: {
      animal: {
        the: { by: 'gender', m: 'der {name}', f: 'die {name}', n: 'das {name}' },
      },
      person: { genitive: '{name}s' },
    },
    rules: {
      Text: [
        [2, 'Mein Tier ist {x:animal~liked.the}. <After x>'],
        [1, '{p:person.name} ist {a:job[gender=p.gender].name}. {p.genitive} Tier: <Beast>'],
        [1, '{p:place.where} ist {x:animal[home=Haus].the}, {y:animal[home=x.home]!x.the}.'],
      ],
      'After(x)': [
        [1, '{x.the} mag {y:animal!x.the}. <Third x y>'],
        [3, '{p:person.name} mag {x.the}.'],
      ],
      'Third(x,y)': [
        [1, 'Wo? {z:animal!x!y.the} lebt {p:place.where}.'],
        [1, '{y.the} auch.'],
      ],
      Beast: [
        [1, '{x:animal.the}!'],
        [1, 'kein {x:animal.name}.'],
      ],
    },
  },
  en: {
    share: 3,
    determiners: ['a', 'the'],
    tables: { animal: [{ name: 'cat' }, { name: 'cow' }] },
    forms: { animal: { the: 'the {name}' } },
    rules: {
      Text: [
        [1, '{x:animal.the} likes {y:animal!x.the}.'],
        [1, 'I see {x:animal.name} and {y:animal.name}.'],
      ],
    },
  },
};

/** The files that describe the languages. */
export function describeWorld(languages: Record<string, TinyLanguage>): Record<string, string> {
  const shares = Object.entries(languages).map(([name, { share }]) => [name, share]);
  const files: Record<string, string> = {
    'world.json': JSON.stringify({ name: 'tiny', languages: Object.fromEntries(shares) }),
  };
  for (const [name, { tables, determiners, forms, rules }] of Object.entries(languages)) {
    files[`${name}/grammar.json`] = JSON.stringify({ determiners, forms, rules });
    for (const [table, entries] of Object.entries(tables)) {
      const lines = [Object.keys(entries[0]), ...entries.map((entry) => Object.values(entry))];
      files[`${name}/${table}.csv`] = lines.map((line) => `${line.join(',')}\n`).join('');
    }
  }
  return files;
}

interface Weighted<T> {
  value: T;
  probability: number;
}

/** Every derivation's text with its probability. */
export function enumerateTexts(languages: Record<string, TinyLanguage>): Weighted<string>[] {
  const total = Object.values(languages).reduce((sum, { share }) => sum + share, 0);
  return Object.values(languages).flatMap((language) =>
    callRule(language, 'Text', []).map(({ value, probability }) => ({
      value: capitaliseSentences(
        value
          .trim()
          .replace(/\s+/g, ' ')
          .replace(/ ([.,!?:])/g, '$1'),
      ),
      probability: (probability * language.share) / total,
    })),
  );
}

function capitaliseSentences(text: string): string {
  return text.replace(/(^|[.!?] )(\p{Ll})/gu, (_, before, letter) => before + letter.toUpperCase());
}

function callRule(language: TinyLanguage, name: string, values: Entry[]): Weighted<string>[] {
  const head = Object.keys(language.rules).find((key) => key.split('(')[0] === name) ?? '';
  const parameters = head.match(/\((.*)\)/)?.[1].split(',') ?? [];
  const variables = Object.fromEntries(parameters.map((key, index) => [key, values[index]]));
  const templates = language.rules[head];
  const total = templates.reduce((sum, [weight]) => sum + weight, 0);
  return templates.flatMap(([weight, template]) =>
    expand(language, template, variables).map(({ value, probability }) => ({
      value,
      probability: (probability * weight) / total,
    })),
  );
}

function expand(
  language: TinyLanguage,
  template: string,
  variables: Record<string, Entry>,
): Weighted<string>[] {
  const match = /\{(.*?)\}|<(.*?)>/.exec(template);
  if (!match) return [{ value: template, probability: 1 }];
  const before = template.slice(0, match.index);
  const after = template.slice(match.index + match[0].length);
  return partsOf(language, match, variables).flatMap((part) =>
    expand(language, after, part.variables).map(({ value, probability }) => ({
      value: `${before} ${part.value}${value}`,
      probability: probability * part.probability,
    })),
  );
}

function partsOf(
  language: TinyLanguage,
  [, entry, call]: string[],
  variables: Record<string, Entry>,
): (Weighted<string> & { variables: Record<string, Entry> })[] {
  if (call) {
    const [rule, ...names] = call.split(' ');
    const values = names.map((name) => variables[name]);
    return callRule(language, rule, values).map((part) => ({ ...part, variables }));
  }
  const [head, field] = [entry.slice(0, entry.lastIndexOf('.')), entry.split('.').at(-1) ?? ''];
  const [variable, rest] = head.split(':');
  if (!rest) return [{ value: spell(language, variables[head], field), probability: 1, variables }];
  const allowed = allowedEntries(language, rest, variables);
  const total = allowed.reduce((sum, { probability }) => sum + probability, 0);
  return allowed.map(({ value, probability }) => ({
    value: spell(language, value, field),
    probability: probability / total,
    variables: { ...variables, [variable]: value },
  }));
}

function allowedEntries(
  language: TinyLanguage,
  constraint: string,
  variables: Record<string, Entry>,
): Weighted<Entry>[] {
  const table = language.tables[constraint.match(/^\w+/)?.[0] ?? ''];
  const column = constraint.match(/~(\w+)/)?.[1] ?? 'weight';
  const filters = [...constraint.matchAll(/\[(\w+)=(?:(\w+)\.)?(\w+)\]/g)];
  const excluded = [...constraint.matchAll(/!(\w+)/g)].map(([, name]) => variables[name]);
  const passes = (entry: Entry) =>
    !excluded.includes(entry) &&
    filters.every(
      ([, own, other, value]) => entry[own] === (other ? variables[other][value] : value),
    );
  return table
    .filter(passes)
    .map((value) => ({ value, probability: Number(value[column] ?? 1) }))
    .filter(({ probability }) => probability > 0);
}

function spell(language: TinyLanguage, entry: Entry, field: string): string {
  if (field in entry) return entry[field];
  const table = Object.entries(language.tables).find(([, entries]) => entries.includes(entry));
  const form = language.forms[table?.[0] ?? ''][field];
  const pattern = typeof form === 'string' ? form : form[entry[form.by]];
  return pattern.replace(/\{(\w+)\}/g, (_, column) => entry[column]);
}
