/** What the fold "Inside one layer" says, in both languages. */
import type { Language } from '../../state.ts';

const english = {
  continuous: 'The continuous flow has no single layers: choose a number of layers.',
  loading: 'Looking into the layer …',
  lead: (token: string, layer: number, time: string) =>
    `${token} in layer ${layer}, which reads its weights at t = ${time}. Choose another particle or layer above.`,
  heads: 'The head, by how much it adds',
  head: (index: number) => `Head ${index}`,
  stages: {
    query: {
      title: 'Q · K',
      help: (token: string) =>
        `The query of ${token} meets the key of every particle: their product times β is the score.`,
    },
    softmax: {
      title: 'softmax',
      help: () => 'e to the score, over the sum of all: the weights, which add up to 1.',
    },
    value: { title: 'V', help: () => 'The values of all particles, mixed by these weights.' },
    output: {
      title: 'O',
      help: () =>
        'The mixture is carried back into the space of the particles: what this head adds.',
    },
    step: {
      title: 'step',
      help: (step: string) =>
        `All heads together are the velocity v; the particle goes h = ${step} of it.`,
    },
    normalise: { title: 'normalise', help: () => 'Back to the sphere: divided by its length.' },
  },
  columns: {
    particle: 'Particle',
    key: 'Key K x_j',
    score: 'Score',
    weight: 'Weight',
    value: 'Value V x_j',
  },
  balanced: 'The Sinkhorn coupling balances rows and columns instead of the softmax of a row.',
  masked: 'not seen',
  query: 'Query Q x_i',
  mixed: 'Σ_j A_ij V x_j',
  added: 'O Σ_j A_ij V x_j',
  velocity: 'v, all heads',
  before: 'x before',
  moved: 'x + h v',
  after: 'x behind',
  length: (value: string) => `length ${value}`,
  turned: (angle: string, radial: string, tangential: string) =>
    `The particle turns by ${angle}. Of the velocity ${tangential} goes across the particle and turns it; ${radial} goes along it and is taken back.`,
  numbers: (name: string, numbers: string) => `${name}: ${numbers}`,
  rest: 'Point at a strip for its numbers; blue is positive, orange negative.',
  strip: (name: string, size: number) => `${name}, ${size} numbers`,
  json: 'All numbers as JSON',
};

export type InsideWords = typeof english;

const german: InsideWords = {
  continuous: 'Der stetige Fluss hat keine einzelnen Schichten: Wähle eine Zahl von Schichten.',
  loading: 'Sieht in die Schicht hinein …',
  lead: (token, layer, time) =>
    `${token} in Schicht ${layer}, die ihre Gewichte bei t = ${time} liest. Wähle oben ein anderes Teilchen oder eine andere Schicht.`,
  heads: 'Der Kopf, nach dem, was er hinzufügt',
  head: (index) => `Kopf ${index}`,
  stages: {
    query: {
      title: 'Q · K',
      help: (token) =>
        `Die Anfrage von ${token} trifft den Schlüssel jedes Teilchens: Ihr Produkt mal β ist der Score.`,
    },
    softmax: {
      title: 'Softmax',
      help: () => 'e hoch Score, durch die Summe aller: die Gewichte, zusammen 1.',
    },
    value: { title: 'V', help: () => 'Die Werte aller Teilchen, nach diesen Gewichten gemischt.' },
    output: {
      title: 'O',
      help: () =>
        'Die Mischung wird in den Raum der Teilchen zurückgetragen: was dieser Kopf hinzufügt.',
    },
    step: {
      title: 'Schritt',
      help: (step) =>
        `Alle Köpfe zusammen sind die Geschwindigkeit v; das Teilchen geht h = ${step} davon.`,
    },
    normalise: {
      title: 'Normieren',
      help: () => 'Zurück auf die Sphäre: durch die Länge geteilt.',
    },
  },
  columns: {
    particle: 'Teilchen',
    key: 'Schlüssel K x_j',
    score: 'Score',
    weight: 'Gewicht',
    value: 'Wert V x_j',
  },
  balanced: 'Die Sinkhorn-Kopplung gleicht Zeilen und Spalten aus, statt der Softmax einer Zeile.',
  masked: 'nicht gesehen',
  query: 'Anfrage Q x_i',
  mixed: 'Σ_j A_ij V x_j',
  added: 'O Σ_j A_ij V x_j',
  velocity: 'v, alle Köpfe',
  before: 'x davor',
  moved: 'x + h v',
  after: 'x danach',
  length: (value) => `Länge ${value}`,
  turned: (angle, radial, tangential) =>
    `Das Teilchen dreht sich um ${angle}. Von der Geschwindigkeit geht ${tangential} quer zum Teilchen und dreht es; ${radial} geht längs und wird zurückgenommen.`,
  numbers: (name, numbers) => `${name}: ${numbers}`,
  rest: 'Zeige auf einen Streifen für seine Zahlen; Blau ist positiv, Orange negativ.',
  strip: (name, size) => `${name}, ${size} Zahlen`,
  json: 'Alle Zahlen als JSON',
};

const dictionary: Readonly<Record<Language, InsideWords>> = { de: german, en: english };

export function insideWordsOf(language: Language): InsideWords {
  return dictionary[language];
}
