/** Figures and claims of the papers as settings of the Lab, each with the paper it is of and what to look for. */
import type { Language } from '../state.ts';

export interface Preset {
  readonly name: string;
  readonly paper: string;
  /** As settings.ts reads it. */
  readonly query: string;
}

export const presets: readonly Preset[] = [
  {
    name: 'metastability',
    paper: 'arXiv 2312.10794, figure 4; 2410.06833',
    query: 'n=200&scheme=dopri5&step=0.01&time=100000000&pace=log&merge=0.001&p.beta=25',
  },
  {
    name: 'one_cluster',
    paper: 'arXiv 2312.10794, section 4; 2405.18273',
    query: 'n=200&d=3&time=15&p.beta=1',
  },
  {
    name: 'mode_three',
    paper: 'arXiv 2410.23228',
    query: 'start=perturbed_circle&n=2000&step=0.05&p.beta=5',
  },
  {
    name: 'causal',
    paper: 'arXiv 2411.04990',
    query: 'dynamics=causal_sa&n=32&time=30',
  },
  {
    name: 'causal_centres',
    paper: 'arXiv 2411.04990',
    query: 'dynamics=causal_sa&n=200&p.beta=100',
  },
  {
    name: 'kuramoto',
    paper: 'arXiv 2312.10794, section 7',
    query: 'dynamics=kuramoto&n=100&time=10',
  },
  {
    name: 'repulsion',
    paper: 'arXiv 2312.10794, section 9',
    query: 'dynamics=repulsion&n=60&d=3&time=40&p.beta=4',
  },
  {
    name: 'orthonormal',
    paper: 'arXiv 2312.10794, figure 3',
    query: 'start=orthonormal&n=32&d=32&time=10&p.beta=4',
  },
  {
    name: 'random_weights',
    paper: 'arXiv 2312.10794, figure 5',
    query: 'n=32&d=128&p.beta=4&p.query=ginibre%3A1&p.key=ginibre%3A1&p.value=ginibre%3A1',
  },
  {
    name: 'hemisphere',
    paper: 'arXiv 2312.10794, section 6',
    query: 'start=hemisphere&n=200&d=3&time=30&p.beta=2&p.query=ginibre%3A1',
  },
  {
    name: 'hyperplanes',
    paper: 'arXiv 2305.05465',
    query:
      'dynamics=no_projection&start=box&n=40&step=0.02&time=5&p.value=%5B%5B0.647%2C0.819%5D%2C%5B0.612%2C0.633%5D%5D',
  },
  {
    name: 'polytope',
    paper: 'arXiv 2305.05465',
    query: 'dynamics=no_projection&n=60&step=0.05&time=15',
  },
  {
    name: 'pre_norm',
    paper: 'arXiv 2510.22026',
    query: 'dynamics=normalised&n=100&d=3&time=30',
  },
  {
    name: 'noise',
    paper: 'arXiv 2512.01868',
    query:
      'dynamics=noisy&start=von_mises_fisher&n=1000&step=0.05&s.concentration=4&p.attention=sa&p.beta=5&p.kappa=8',
  },
  {
    name: 'svgd',
    paper: 'arXiv 1608.04471',
    query: 'dynamics=svgd&n=120&time=60&p.target=mixture&p.modes=3&p.separation=3&s.deviation=0.5',
  },
  {
    name: 'birth_death',
    paper: 'arXiv 1508.07941',
    query: 'dynamics=birth_death&n=60&step=0.02&time=5',
  },
  {
    name: 'million',
    paper: 'arXiv 2410.23228',
    query: 'start=perturbed_circle&n=1000000&step=0.5&p.beta=5',
  },
];

interface PresetWords {
  readonly title: string;
  readonly look: string;
}

const english: Readonly<Record<string, PresetWords>> = {
  metastability: {
    title: 'Metastability on the circle',
    look: 'Clusters form at once and then live for powers of ten in time, until two meet: the energy is a staircase in log t.',
  },
  one_cluster: {
    title: 'One cluster on S²',
    look: 'In three dimensions and more almost every start ends in one point.',
  },
  mode_three: {
    title: 'Three clusters out of nearly nothing',
    look: 'Ten modes are perturbed alike; at β = 5 the third grows fastest, and three clusters come of it.',
  },
  causal: {
    title: 'Causal: all follow the first',
    look: 'Every token listens only to those before it; the first (ringed) rests, and all come to it.',
  },
  causal_centres: {
    title: 'Causal: centres that hold',
    look: 'At β = 100 early tokens without a near one before them become centres, and the others settle there.',
  },
  kuramoto: {
    title: 'Kuramoto: attention at β = 0',
    look: 'All listen to all alike. The arrow is the order parameter, which climbs to 1.',
  },
  repulsion: {
    title: 'Repulsion spreads evenly',
    look: 'With V = −I the energy falls and the particles end as far from each other as they can.',
  },
  orthonormal: {
    title: 'Orthonormal tokens, one cosine',
    look: '32 orthonormal tokens in 32 dimensions: all pairs keep one and the same cosine, whose time is known exactly.',
  },
  random_weights: {
    title: 'Random Q, K and V',
    look: 'Matrices of Gaussian numbers in 128 dimensions: does it still cluster?',
  },
  hemisphere: {
    title: 'From a hemisphere',
    look: 'With V = I, and whatever Q and K are, tokens of one open hemisphere meet in one point.',
  },
  hyperplanes: {
    title: 'Without projection: hyperplanes',
    look: 'V has one leading eigenvalue: the rescaled tokens settle on at most three parallel lines.',
  },
  polytope: {
    title: 'Without projection: a polytope',
    look: 'With V = I the rescaled tokens go to the corners of a polygon.',
  },
  pre_norm: {
    title: 'Pre-norm is slow to collapse',
    look: 'The radii grow and the speed falls: 1 − cosine goes like 1/t², where post-norm is exponential.',
  },
  noise: {
    title: 'Noise against attention',
    look: 'The critical κ is 5.6 at β = 5. Above it a cluster holds; move κ to 4 or below, and it dissolves.',
  },
  svgd: {
    title: 'SVGD: particles sample a law',
    look: 'From one cloud, particles spread over three Gaussian modes: pulled up the density, pushed from each other.',
  },
  birth_death: {
    title: 'Birth and death',
    look: 'Particles also change their masses (areas): mass jumps to where the energy gains most.',
  },
  million: {
    title: 'A million particles',
    look: 'By Fourier modes instead of pairs. The line is the law of infinitely many, and the bars follow it.',
  },
};

const german: Readonly<Record<string, PresetWords>> = {
  metastability: {
    title: 'Metastabilität auf dem Kreis',
    look: 'Cluster bilden sich sofort und leben dann Zehnerpotenzen der Zeit, bis sich zwei treffen: Die Energie ist eine Treppe in log t.',
  },
  one_cluster: {
    title: 'Ein Cluster auf S²',
    look: 'In drei und mehr Dimensionen endet fast jeder Anfang in einem Punkt.',
  },
  mode_three: {
    title: 'Drei Cluster aus fast nichts',
    look: 'Zehn Moden sind gleich gestört; bei β = 5 wächst die dritte am schnellsten, und drei Cluster entstehen.',
  },
  causal: {
    title: 'Kausal: alle folgen dem ersten',
    look: 'Jedes Token hört nur auf die vor ihm; das erste (mit Ring) ruht, und alle kommen zu ihm.',
  },
  causal_centres: {
    title: 'Kausal: Zentren, die halten',
    look: 'Bei β = 100 werden frühe Token ohne nahen Vorgänger zu Zentren, und die anderen lassen sich dort nieder.',
  },
  kuramoto: {
    title: 'Kuramoto: Attention bei β = 0',
    look: 'Alle hören auf alle gleich. Der Pfeil ist der Ordnungsparameter, der bis 1 steigt.',
  },
  repulsion: {
    title: 'Abstoßung verteilt gleichmäßig',
    look: 'Mit V = −I fällt die Energie, und die Teilchen enden so weit voneinander, wie es geht.',
  },
  orthonormal: {
    title: 'Orthonormale Token, ein Kosinus',
    look: '32 orthonormale Token in 32 Dimensionen: Alle Paare behalten ein und denselben Kosinus, dessen Zeit exakt bekannt ist.',
  },
  random_weights: {
    title: 'Zufällige Q, K und V',
    look: 'Matrizen aus Gauß-Zahlen in 128 Dimensionen: Bilden sich immer noch Cluster?',
  },
  hemisphere: {
    title: 'Aus einer Halbsphäre',
    look: 'Mit V = I, und was Q und K auch sind, treffen sich Token einer offenen Halbsphäre in einem Punkt.',
  },
  hyperplanes: {
    title: 'Ohne Projektion: Hyperebenen',
    look: 'V hat einen führenden Eigenwert: Die reskalierten Token kommen auf höchstens drei parallelen Geraden zur Ruhe.',
  },
  polytope: {
    title: 'Ohne Projektion: ein Polytop',
    look: 'Mit V = I gehen die reskalierten Token in die Ecken eines Vielecks.',
  },
  pre_norm: {
    title: 'Pre-Norm fällt langsam zusammen',
    look: 'Die Radien wachsen, das Tempo sinkt: 1 − Kosinus geht wie 1/t², wo Post-Norm exponentiell ist.',
  },
  noise: {
    title: 'Rauschen gegen Attention',
    look: 'Das kritische κ ist 5,6 bei β = 5. Darüber hält ein Cluster; bei κ = 4 oder darunter löst er sich auf.',
  },
  svgd: {
    title: 'SVGD: Teilchen ziehen Stichproben',
    look: 'Aus einer Wolke verteilen sich Teilchen auf drei Gauß-Glocken: die Dichte hinauf gezogen, voneinander weg geschoben.',
  },
  birth_death: {
    title: 'Geburt und Tod',
    look: 'Teilchen ändern auch ihre Masse (Fläche): Masse springt dorthin, wo die Energie am meisten gewinnt.',
  },
  million: {
    title: 'Eine Million Teilchen',
    look: 'Mit Fourier-Moden statt Paaren. Die Linie ist das Gesetz unendlich vieler, und die Balken folgen ihr.',
  },
};

export const presetWords = (language: Language, name: string): PresetWords =>
  ({ de: german, en: english })[language][name];
