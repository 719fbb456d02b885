/** What the card of effects says, in both languages. */
import type { EffectKind, Language } from '../../state.ts';

const english = {
  of: 'Changed, one at a time',
  kinds: {
    heads: 'a head off',
    beta: 'β of a head × 2',
    parts: 'a part off',
    swaps: 'two layers exchanged',
    patches: 'a token moved from another sentence',
  } satisfies Record<EffectKind, string> as Record<EffectKind, string>,
  where: 'Where',
  all: 'every layer',
  one: (layer: number) => `only layer ${layer}`,
  other: 'The other sentence',
  otherHint: 'As many tokens as yours: its particles are put in the place of yours, one at a time.',
  otherPlaceholder: 'Anna mag Katzen. Annas Lieblingstier ist __',
  unasked: {
    continuous: 'The continuous flow has no single layers: choose a number of layers.',
    other: 'Write the other sentence above.',
    nothing: '',
  },
  loading: 'Running the sentence once for every cell …',
  label: 'Effects: rows are layers, columns what is changed',
  unit: 'nats',
  answer: (token: string, share: string) =>
    `Unchanged, the answer begins with “${token}” (${share}).`,
  otherAnswer: (token: string, share: string) =>
    `That of the other sentence begins with “${token}” (${share}).`,
  counts: (changed: number, all: number) => `It becomes another in ${changed} of ${all} changes.`,
  largest: 'The largest effects',
  layer: (layer: number) => `Layer ${layer}`,
  start: 'Start',
  everyToken: 'all tokens',
  layerTitle: (layer: number) => `layer ${layer}`,
  parts: {
    'attention off': 'attention off',
    'MLP off': 'MLP off',
    'left out': 'layer left out',
    'run twice': 'layer run twice',
  } as Readonly<Record<string, string>>,
  stays: (nats: string, token: string, share: string) =>
    `${nats} nats, “${token}” stays with ${share}`,
  becomes: (nats: string, token: string, before: string, share: string) =>
    `${nats} nats, it becomes “${token}”, and “${before}” keeps ${share}`,
  otherShare: (token: string, share: string) => `, “${token}” gets ${share}`,
  nothing: 'nothing is changed here',
  rest: 'Point at a cell, or use the arrow keys. A click looks at that layer, and tries a head in “What if”.',
  title: 'Effects on the answer',
  axis: 'layer',
};

export type EffectsWords = typeof english;

const german: EffectsWords = {
  of: 'Geändert, eins nach dem anderen',
  kinds: {
    heads: 'ein Kopf aus',
    beta: 'β eines Kopfes × 2',
    parts: 'ein Teil aus',
    swaps: 'zwei Schichten vertauscht',
    patches: 'ein Token aus einem anderen Satz',
  },
  where: 'Wo',
  all: 'jede Schicht',
  one: (layer) => `nur Schicht ${layer}`,
  other: 'Der andere Satz',
  otherHint:
    'Mit so vielen Token wie deiner: Seine Teilchen treten an die Stelle von deinen, eins nach dem anderen.',
  otherPlaceholder: 'Anna mag Katzen. Annas Lieblingstier ist __',
  unasked: {
    continuous: 'Der stetige Fluss hat keine einzelnen Schichten: Wähle eine Zahl von Schichten.',
    other: 'Schreibe oben den anderen Satz.',
    nothing: '',
  },
  loading: 'Lässt den Satz einmal für jedes Feld laufen …',
  label: 'Wirkungen: Zeilen sind Schichten, Spalten, was geändert ist',
  unit: 'Nats',
  answer: (token, share) => `Unverändert beginnt die Antwort mit „${token}“ (${share}).`,
  otherAnswer: (token, share) => `Die des anderen Satzes beginnt mit „${token}“ (${share}).`,
  counts: (changed, all) => `Sie wird bei ${changed} von ${all} Änderungen eine andere.`,
  largest: 'Die größten Wirkungen',
  layer: (layer) => `Schicht ${layer}`,
  start: 'Anfang',
  everyToken: 'alle Token',
  layerTitle: (layer) => `Schicht ${layer}`,
  parts: {
    'attention off': 'Aufmerksamkeit aus',
    'MLP off': 'MLP aus',
    'left out': 'Schicht ausgelassen',
    'run twice': 'Schicht zweimal',
  },
  stays: (nats, token, share) => `${nats} Nats, „${token}“ bleibt mit ${share}`,
  becomes: (nats, token, before, share) =>
    `${nats} Nats, sie wird „${token}“, und „${before}“ behält ${share}`,
  otherShare: (token, share) => `, „${token}“ bekommt ${share}`,
  nothing: 'hier wird nichts geändert',
  rest: 'Zeige auf ein Feld oder nimm die Pfeiltasten. Ein Klick geht zu dieser Schicht und probiert einen Kopf unter „Was wäre, wenn“ aus.',
  title: 'Wirkungen auf die Antwort',
  axis: 'Schicht',
};

const dictionary: Readonly<Record<Language, EffectsWords>> = { de: german, en: english };

export function effectsWordsOf(language: Language): EffectsWords {
  return dictionary[language];
}
