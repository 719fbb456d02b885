/** What the card of interventions in the flow says, in both languages. */
import type { Language } from '../../state.ts';

const english = {
  title: 'What if …',
  hint: 'Switch heads off or scale their β, and see what becomes of the answers and of the paths.',
  where: 'Where',
  everyLayer: 'in every layer',
  oneLayer: (layer: number) => `only in layer ${layer}`,
  noLayers: 'The continuous flow has no single layers.',
  head: (index: number) => `Head ${index}`,
  allHeads: 'All heads',
  mlp: 'MLP',
  off: 'off',
  offLabel: (head: string) => `${head} off`,
  betaLabel: (head: string) => `β of ${head}`,
  beta: (factor: string) => `β × ${factor}`,
  changes: 'Changed now',
  none: 'Nothing is changed yet.',
  said: {
    off: (head: string, where: string) => `${head} off ${where}`,
    beta: (head: string, factor: string, where: string) => `${head}: β × ${factor} ${where}`,
  },
  inLayer: (layer: number) => `in layer ${layer}`,
  undo: (change: string) => `Undo: ${change}`,
  undoAll: 'Undo all',
  idle: 'Here the answers will stand before and after, and the changed paths over the unchanged.',
  loading: 'Computing the changed flow …',
  stays: (answer: string, before: string, after: string) =>
    `The best answer stays “${answer}”: ${before} → ${after}.`,
  turns: (before: string, share: string, after: string, other: string) =>
    `The best answer changes from “${before}” (${share}) to “${after}” (${other}).`,
  divergence: (nats: string) => `KL divergence of the answer’s first token: ${nats} nats.`,
  gap: (token: string, distance: string) =>
    `${token} ends farthest from where it ended unchanged: ${distance}; the sphere has radius 1.`,
  columns: {
    answer: 'Answer',
    before: 'unchanged',
    after: 'changed',
    difference: 'difference (points)',
  },
  picture: 'The changed paths over the unchanged',
  pictureHint: 'In the axes of the unchanged run, which lies under the changed one as thin lines.',
};

export type ExperimentWords = typeof english;

const german: ExperimentWords = {
  title: 'Was wäre, wenn …',
  hint: 'Schalte Köpfe aus oder skaliere ihr β und sieh, was aus den Antworten und den Bahnen wird.',
  where: 'Wo',
  everyLayer: 'in jeder Schicht',
  oneLayer: (layer) => `nur in Schicht ${layer}`,
  noLayers: 'Der stetige Fluss hat keine einzelnen Schichten.',
  head: (index) => `Kopf ${index}`,
  allHeads: 'Alle Köpfe',
  mlp: 'MLP',
  off: 'aus',
  offLabel: (head) => `${head} aus`,
  betaLabel: (head) => `β von ${head}`,
  beta: (factor) => `β × ${factor}`,
  changes: 'Jetzt geändert',
  none: 'Noch ist nichts geändert.',
  said: {
    off: (head, where) => `${head} aus ${where}`,
    beta: (head, factor, where) => `${head}: β × ${factor} ${where}`,
  },
  inLayer: (layer) => `in Schicht ${layer}`,
  undo: (change) => `Rückgängig: ${change}`,
  undoAll: 'Alles zurück',
  idle: 'Hier stehen dann die Antworten vorher und nachher und die geänderten Bahnen über den unveränderten.',
  loading: 'Rechnet den geänderten Fluss …',
  stays: (answer, before, after) => `Die beste Antwort bleibt „${answer}“: ${before} → ${after}.`,
  turns: (before, share, after, other) =>
    `Die beste Antwort wechselt von „${before}“ (${share}) zu „${after}“ (${other}).`,
  divergence: (nats) => `KL-Divergenz des ersten Tokens der Antwort: ${nats} Nats.`,
  gap: (token, distance) =>
    `${token} endet am weitesten von seinem unveränderten Ende: ${distance}; die Sphäre hat den Radius 1.`,
  columns: {
    answer: 'Antwort',
    before: 'unverändert',
    after: 'geändert',
    difference: 'Differenz (Punkte)',
  },
  picture: 'Die geänderten Bahnen über den unveränderten',
  pictureHint: 'In den Achsen des unveränderten Laufs, der als dünne Linien darunter liegt.',
};

const dictionary: Readonly<Record<Language, ExperimentWords>> = { de: german, en: english };

export function experimentWordsOf(language: Language): ExperimentWords {
  return dictionary[language];
}
