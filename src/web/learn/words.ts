/** What the Learn tab says, in English; german.ts says the same. Formulas stand between dollar signs. */
import type { Language, Reader } from '../state.ts';
import { german } from './german.ts';

/** One step: a paragraph for each reader, and one question to try. */
export interface StepWords extends Readonly<Record<Reader, string>> {
  /** On the rail. */
  readonly name: string;
  readonly title: string;
  /** What the live view shows. */
  readonly hint: string;
  readonly ask: string;
  readonly button: string;
  /** What is measured before and after. */
  readonly measure: string;
  /** What there is to see, whatever the numbers are. */
  readonly told: string;
}

const english = {
  title: 'From a sentence to a word, in five steps',
  hint: 'Every picture below is made from the sentence in the box. Change it, and all of them change.',
  readerLabel: 'Read as',
  readers: { student: 'student', mathematician: 'mathematician' },
  rail: 'The five steps',
  previous: 'Back',
  next: (name: string) => `Next: ${name}`,
  facts: 'With your sentence',
  try: 'Try it',
  before: 'before',
  now: 'now',
  back: 'Put it back',
  none: '–',
  steps: [
    {
      name: 'Sentence',
      title: 'The sentence becomes particles',
      student:
        'The sentence is cut into tokens: words, or pieces of words. The model has learned a list of numbers for every token, and one more for every place in a sentence. The two lists are added, and the sum is scaled to length one. A list of numbers of length one is a point on a sphere. So every token is now a particle, and the blank is a particle too.',
      mathematician:
        'A sentence of $n$ tokens is a configuration of $n$ points on $\\mathbb{S}^{d-1}$. Up to the order, which $P$ encodes, it is its empirical measure $\\mu_0$, and the model is a map $\\mu_0 \\mapsto \\mu_T$ between measures. $E$ and $P$ are trained; the normalisation leaves the direction alone. The picture below is the orthogonal projection on two principal axes of all layers together, and its axes say how little of the variance that is.',
      hint: 'Above, the numbers of every particle: blue above zero, orange below. Below, the particles as points, seen from the side on which the layers differ most.',
      ask: 'Put the same word in twice. Is it one particle or two?',
      button: 'Say a word twice',
      measure: 'cosine of the two',
      told: 'Two. They share $E$, but not $P$: the same word at another place is another particle. A cosine of 1 would be one point.',
    },
    {
      name: 'Listening',
      title: 'They listen to each other',
      student:
        'Now every particle looks at the others and decides how much each of them matters to it. The arrows show whom the chosen particle listens to; the numbers beside them are shares, and together they are 100 %. Choose another particle to see what it listens to. There are several heads, and each listens for something else. Nobody wrote these rules: they were learned.',
      mathematician:
        'Row $i$ of $A$ is a Gibbs law over the particles at inverse temperature $\\beta$: $\\beta \\to 0$ averages over all, $\\beta \\to \\infty$ (hardmax) follows the best match. Full coupling lets $j$ run over all particles, causal over $j \\le i$, Sinkhorn scales $A$ until its columns sum to one as well. A particle sees the others only through their empirical measure, so the velocity is a field $v[\\mu](x)$: an interacting particle system.',
      hint: 'Whom the chosen particle listens to, in the step to the layer you look at.',
      ask: 'Let nobody hear what comes later. What is left for the first word?',
      button: 'Couple causally',
      measure: 'the first word hears',
      told: 'Only the start and itself: a particle hears those before it and nobody after. That is how a text is continued, word by word.',
    },
    {
      name: 'Layers',
      title: 'A layer is a small step',
      student:
        'What a particle hears pulls at it. It takes a small step that way and is put back on the sphere. That is one layer. Then all listen again, from their new places. Eight layers are eight steps. The thin lines are the flow: what becomes of the paths when the steps are infinitely many and infinitely small. Choose more layers and see the coloured paths come to lie on it.',
      mathematician:
        'A layer, a residual connection followed by RMS normalisation, is one step of size $h = T/L$ of an explicit scheme of order one for the flow on the sphere, with $\\mathsf P_x y = y - \\langle x, y\\rangle x$. The weights $\\theta(t) = (Q, K, V, O)$ are functions of depth-time, linear between five knots, so one set of weights can be cut into any number $L$ of layers. The error at time $T$ is $C/L$; the tab Depth fits the order.',
      hint: 'Coloured: the layers, from the input (○) to the layer you look at (●). Thin: the flow of the same weights.',
      ask: 'Go through the whole depth in a single step. Does the answer stay?',
      button: 'Set L = 1',
      measure: 'best answer',
      told: 'A single step knows only the places where it begins: nobody listens again from a new one.',
    },
    {
      name: 'Clusters',
      title: 'They gather',
      student:
        'Who listens to each other moves together. Particles that have come close enough are counted as one group; what close enough means is your choice, by the tolerance. Follow the lines from left to right: where two become one, two particles have joined. In the simplest flow, below, all particles end in one point. A trained model stops long before, and it also learns to push them apart again.',
      mathematician:
        'For $Q = K = V = I$ the energy $\\mathcal E_\\beta$ increases along the flow, and for $d \\ge 3$ almost every start ends in a single point; at large $\\beta$ several clusters live for times of order $e^{c\\beta}$ before they merge (metastability). Two particles, below, show why: an exact equation with an exponentially small right side. A trained flow has none of these hypotheses. Its clusters are counted by single linkage at the angle $\\tau$.',
      hint: 'Every line is a particle, from the input on the left to the last layer on the right. Lines that run together are one cluster. Click to go to a layer.',
      ask: 'Let everybody be heard alike (Sinkhorn). Do they gather more?',
      button: 'Couple by Sinkhorn',
      measure: 'mean cosine at the end',
      told: 'Softmax lets many listen to one, such as the start. Sinkhorn shares the listening out, so that every particle pulls at the others; the number says whether they gather more.',
    },
    {
      name: 'Word',
      title: 'The word',
      student:
        'At the end only one particle is asked: that of the blank. The model has a direction for every token it knows and looks which of them the particle has come to lie along. That makes the answers below, with their probabilities. The same can be asked at every layer before the last. Move the slider and watch how the answer forms.',
      mathematician:
        'The read-out is linear in the last state: logits $U x_\\square(T) + b$. Applied to $x_\\square(t)$ for $t < T$ it is the lens. An answer of several tokens has its exact probability by the chain rule; its tokens follow as tracer particles, which hear the sentence and are not heard by it, so that $\\mu_t$ stays what it is.',
      hint: 'What the blank’s particle would answer at the layer you look at.',
      ask: 'Tell it something first. Does the answer listen?',
      button: 'Say who likes dogs',
      measure: 'best answer',
      told: 'The words before the blank are particles too. More of them pull, and the blank’s particle ends elsewhere.',
    },
  ],
  tokens: {
    listener: (name: string) => `${name} listens to`,
    vectors: 'The numbers of each particle',
    vector: (name: string, count: number) => `${name}: ${count} numbers`,
  },
  factNames: {
    tokens: 'tokens, with start and blank',
    dimension: 'numbers each',
    token: (name: string) => `number of the token “${name}”`,
    length: (name: string) => `length of ${name}`,
    sum: 'sum of the shares',
    effective: 'as many particles as it hears, in effect',
    strongest: (name: string) => `share of ${name}`,
    step: 'one step in depth-time',
    moved: 'mean angle moved in this step',
    gap: 'largest angle from the flow at the end',
    gapLoading: 'solving the flow …',
    clusters: 'clusters at this layer',
    cosine: 'mean cosine of all pairs',
    energy: 'energy',
    best: (answer: string) => `of “${answer}” at this layer`,
    entropy: 'entropy of the answer in nats, by what is unexplored',
  },
  cutInto: 'Cut into',
  layersShort: (depth: number | 'ode') => (depth === 'ode' ? '∞' : String(depth)),
  mergeMap: (clusters: number, layer: number) =>
    `Clusters over the layers. At layer ${layer} there are ${clusters}.`,
  answersAt: 'Answers at this layer',
  pair: {
    title: 'The smallest flow: two particles on a circle',
    hint: 'With $Q = K = V = I$ the angle $\\varphi$ between two particles obeys an equation of its own, exactly:',
    beta: 'β',
    angle: 'angle φ',
    picture: (angle: string) => `Two particles on a circle, ${angle} apart`,
    facts: 'At this β and this angle',
    rate: 'rate, in radians a unit of time',
    time: 'time until they are 1° apart',
    chart: 'Angle over time',
    timeAxis: 't',
    angleAxis: 'φ in degrees',
    told: 'Raise β, and they wait longer and longer before they fall together.',
  },
  notation: {
    title: 'Notation',
    hint: 'Each symbol, where the page lets you change or see it, and where the code has it.',
    columns: { symbol: 'Symbol', meaning: 'Meaning', page: 'On the page', code: 'In the code' },
    meanings: {
      particles: 'particles: the tokens, with the start and the blank',
      dimension: 'dimension; the particles lie on the unit sphere of $\\mathbb R^d$',
      position: 'particle $i$ at depth-time $t$',
      embedding: 'embedding of the tokens and of the places',
      measure: 'the particles’ empirical measure',
      weights: 'weights of a head: query, key, value, output',
      beta: 'inverse temperature of the listening',
      coupling: 'how much particle $i$ listens to $j$',
      velocity: 'velocity, and its projection on the sphere',
      depth: 'number of layers, horizon, step',
      flow: 'the flow itself: infinitely many layers',
      tolerance: 'angle below which particles are one cluster',
      energy: 'energy of the interaction',
      readout: 'read-out and its bias, probability of a token',
    },
    places: {
      sentence: 'the sentence',
      vectors: 'step 1',
      trajectories: 'Layers: trajectories',
      attention: 'Layers: attention',
      coupling: 'Coupling',
      pair: 'step 4: two particles',
      depth: 'Layers, above',
      limit: 'Depth',
      tolerance: 'Layers: tolerance',
      diagnostics: 'Layers: diagnostics',
      answers: 'Predict',
    },
  },
  papers: {
    title: 'The papers',
    hint: 'Links lead to arxiv.org and open only when you click.',
    steps: (steps: readonly number[]) =>
      steps.length === 1 ? `Step ${steps[0]}` : `Steps ${steps.join(', ')}`,
  },
};

export type LearnWords = Omit<typeof english, 'steps'> & { readonly steps: readonly StepWords[] };

const dictionary: Readonly<Record<Language, LearnWords>> = { de: german, en: english };

export function learnWordsOf(language: Language): LearnWords {
  return dictionary[language];
}
