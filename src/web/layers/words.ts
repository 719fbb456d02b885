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
    noHead: 'This model has no head that answers, so nothing is decided.',
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
  arcs: {
    title: 'Lines between the words',
    hint: 'From who looks to whom, in the colour of who looks; select a word for its own.',
    look: (query: string, key: string, weight: string) => `${query} → ${key} ${weight}`,
  },
  versus: {
    plane: 'Two answers',
    one: 'The first answer',
    other: 'The other answer',
    against: 'against',
    across: (a: string, b: string, share: string) =>
      `${a} ← more likely → ${b} · ${share} of the variance`,
    both: (a: string, b: string, share: string) => `${a} and ${b} · ${share} of the variance`,
    told: (a: string, b: string, cosine: string) =>
      `Drawn in the readout directions of “${a}” and “${b}”, the first tokens that differ (cosine ${cosine}). Right of the dashed line “${b}” is the likelier at a particle.`,
    none: 'There are no two answers to compare.',
  },
  kept: (share: string, one: string, other: string, least: string) =>
    `Of a distance the picture keeps ${share} on average; least of ${one} to ${other}: ${least}.`,
  angles: {
    title: (token: string) => `Angles to ${token}`,
    help: 'Of every other particle, over the layers.',
    axis: 'angle (°)',
  },
  multiples: {
    title: 'All heads of all layers',
    hint: 'Rows are layers, columns heads, each a small attention matrix. A click goes to both.',
    rest: 'Point at a matrix, or use the arrow keys.',
    told: (layer: number, head: number, query: string, key: string, weight: string) =>
      `Layer ${layer}, head ${head}: ${query} looks most, at ${key} with ${weight}.`,
  },
  near: {
    label: 'Nearest words by layer',
    continuous: 'The continuous flow has no single layers: choose a number of layers.',
    lead: (token: string) => `What ${token} is nearest to. Select another particle above.`,
    by: {
      embedding: 'The cosine with the embedding of each word of the vocabulary, layer by layer.',
      readout: 'What is read at this particle: the probability of each token as the next.',
    },
  },
  open: 'Open',
  shut: 'Close',
  folds: {
    inside: { title: 'Inside one layer', hint: 'A particle and a step, with all their numbers.' },
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
    noHead: 'Dieses Modell hat keinen Kopf, der antwortet, also entscheidet sich nichts.',
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
  arcs: {
    title: 'Linien zwischen den Wörtern',
    hint: 'Von dem, der schaut, zu dem, auf den er schaut, in der Farbe des Schauenden; wähle ein Wort für seine eigenen.',
    look: (query, key, weight) => `${query} → ${key} ${weight}`,
  },
  versus: {
    plane: 'Zwei Antworten',
    one: 'Die erste Antwort',
    other: 'Die andere Antwort',
    against: 'gegen',
    across: (a, b, share) => `${a} ← wahrscheinlicher → ${b} · ${share} der Varianz`,
    both: (a, b, share) => `${a} und ${b} · ${share} der Varianz`,
    told: (a, b, cosine) =>
      `Gezeichnet in den Ausleserichtungen von „${a}“ und „${b}“, den ersten verschiedenen Token (Kosinus ${cosine}). Rechts der gestrichelten Linie ist „${b}“ bei einem Teilchen wahrscheinlicher.`,
    none: 'Es gibt keine zwei Antworten, die zu vergleichen wären.',
  },
  kept: (share, one, other, least) =>
    `Von einem Abstand behält das Bild im Mittel ${share}; am wenigsten von ${one} zu ${other}: ${least}.`,
  angles: {
    title: (token) => `Winkel zu ${token}`,
    help: 'Jedes anderen Teilchens, über den Schichten.',
    axis: 'Winkel (°)',
  },
  multiples: {
    title: 'Alle Köpfe aller Schichten',
    hint: 'Zeilen sind Schichten, Spalten Köpfe, jedes Feld eine kleine Aufmerksamkeitsmatrix. Ein Klick geht zu beiden.',
    rest: 'Zeige auf eine Matrix oder nimm die Pfeiltasten.',
    told: (layer, head, query, key, weight) =>
      `Schicht ${layer}, Kopf ${head}: Am stärksten schaut ${query}, auf ${key} mit ${weight}.`,
  },
  near: {
    label: 'Nächste Wörter nach Schichten',
    continuous: 'Der stetige Fluss hat keine einzelnen Schichten: Wähle eine Zahl von Schichten.',
    lead: (token) => `Wem ${token} am nächsten ist. Wähle oben ein anderes Teilchen.`,
    by: {
      embedding: 'Der Kosinus mit der Einbettung jedes Wortes des Vokabulars, Schicht für Schicht.',
      readout:
        'Was an diesem Teilchen gelesen wird: die Wahrscheinlichkeit jedes Tokens als nächstes.',
    },
  },
  open: 'Öffnen',
  shut: 'Schließen',
  folds: {
    inside: { title: 'In einer Schicht', hint: 'Ein Teilchen und ein Schritt mit allen Zahlen.' },
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
