/** What the chapters and folds of the Layers tab say, in both languages. */
import type { Fold, Language } from '../state.ts';

export type Chapter = 'happens' | 'decided' | 'listens';

const english = {
  chapters: {
    happens: 'What happens',
    decided: 'Where it is decided',
    listens: 'Who listens to whom',
  } satisfies Record<Chapter, string> as Record<Chapter, string>,
  told: {
    clusters: (before: number, after: number, tolerance: string) =>
      `${before} ${before === 1 ? 'cluster' : 'clusters'} at the start, ${after} at the end, within ${tolerance}.`,
    meeting: (names: readonly string[]) => `First to meet: ${names.join(' and ')}.`,
    noMeeting: 'Nobody meets.',
    nothingAsked: 'Nothing is asked here, so nothing is decided: put __ where an answer is wanted.',
    decidedAtOnce: (answer: string, share: string) =>
      `“${answer}” (${share} in the end) is the best of the final answers from the start.`,
    decided: (answer: string, share: string, layer: number, before: string) =>
      `From layer ${layer} on “${answer}” is the best answer and stays so (${share} in the end); before it was “${before}”.`,
    heard: (token: string, share: string) =>
      `${token} is heard most: on average it gets ${share} of each other’s attention.`,
    look: (query: string, key: string, head: number, layer: number, weight: string) =>
      `The strongest look: ${query} at ${key}, ${weight} of head ${head} in layer ${layer}.`,
    nobody: 'Nobody attends to another.',
    way: (layer: number) => `Go to layer ${layer}`,
  },
  open: 'Open',
  shut: 'Close',
  folds: {
    inside: { title: 'Inside one layer', hint: 'A particle and a step, with all their numbers.' },
    heads: {
      title: 'All heads of all layers',
      hint: 'Each small matrix is one head of one layer; a click chooses both.',
    },
    effects: {
      title: 'What changes the answer?',
      hint: 'One change at a time: which layer, head or token moved from another sentence.',
    },
    nearest: {
      title: 'Nearest words',
      hint: 'The words of the vocabulary that the selected particle is closest to.',
    },
    more: {
      title: 'More instruments',
      hint: 'Clusters as a tree, the cosines of all pairs, and numbers over the layers.',
    },
  } satisfies Record<Fold, unknown> as Record<Fold, { title: string; hint: string }>,
};

export type LayersWords = typeof english;

const german: LayersWords = {
  chapters: {
    happens: 'Was geschieht',
    decided: 'Wo es sich entscheidet',
    listens: 'Wer auf wen hört',
  },
  told: {
    clusters: (before, after, tolerance) =>
      `${before} Cluster am Anfang, ${after} am Ende, bei ${tolerance}.`,
    meeting: (names) => `Als Erste treffen sich ${names.join(' und ')}.`,
    noMeeting: 'Niemand trifft sich.',
    nothingAsked:
      'Hier ist nichts gefragt, also entscheidet sich nichts: Setze __ dorthin, wo eine Antwort stehen soll.',
    decidedAtOnce: (answer, share) =>
      `„${answer}“ (am Ende ${share}) ist von Anfang an die beste der späteren Antworten.`,
    decided: (answer, share, layer, before) =>
      `Ab Schicht ${layer} ist „${answer}“ die beste Antwort und bleibt es (am Ende ${share}); davor war es „${before}“.`,
    heard: (token, share) =>
      `Am meisten gehört wird ${token}: Es bekommt im Mittel ${share} der Aufmerksamkeit jedes anderen.`,
    look: (query, key, head, layer, weight) =>
      `Der stärkste Blick: ${query} auf ${key}, ${weight} von Kopf ${head} in Schicht ${layer}.`,
    nobody: 'Niemand achtet auf andere.',
    way: (layer) => `Zu Schicht ${layer}`,
  },
  open: 'Öffnen',
  shut: 'Schließen',
  folds: {
    inside: { title: 'In einer Schicht', hint: 'Ein Teilchen und ein Schritt mit allen Zahlen.' },
    heads: {
      title: 'Alle Köpfe aller Schichten',
      hint: 'Jede kleine Matrix ist ein Kopf einer Schicht; ein Klick wählt beide.',
    },
    effects: {
      title: 'Was ändert die Antwort?',
      hint: 'Eine Änderung nach der anderen: welche Schicht, welcher Kopf, welches Token aus einem anderen Satz.',
    },
    nearest: {
      title: 'Nächste Wörter',
      hint: 'Die Wörter des Vokabulars, denen das gewählte Teilchen am nächsten ist.',
    },
    more: {
      title: 'Weitere Instrumente',
      hint: 'Cluster als Baum, die Kosinus aller Paare und Zahlen über den Schichten.',
    },
  },
};

const dictionary: Readonly<Record<Language, LayersWords>> = { de: german, en: english };

export function layersWordsOf(language: Language): LayersWords {
  return dictionary[language];
}
