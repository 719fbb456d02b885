/**
 * What the catalogues' entries are called: in English as the catalogues themselves say, in German as here.
 * A test holds that nothing is missing.
 */
import type { Language } from '../state.ts';

export interface Described {
  readonly name: string;
  readonly title: string;
  readonly help: string;
}

export interface Told {
  readonly title: string;
  readonly help: string;
}

export type Kind = 'dynamics' | 'parameters' | 'starts' | 'schemes' | 'diagnostics';

/** Title and help in the language. `owner` is the entry that a parameter belongs to, where its words depend on it. */
export function told(language: Language, kind: Kind, entry: Described, owner = ''): Told {
  if (language === 'en') return entry;
  const words = german[kind][`${owner}.${entry.name}`] ?? german[kind][entry.name];
  return words ? { title: words[0], help: words[1] } : entry;
}

/** Whether there are German words of its own. */
export const isTranslated = (kind: Kind, name: string): boolean => name in german[kind];

type Words = Readonly<Record<string, readonly [title: string, help: string]>>;

const german: Readonly<Record<Kind, Words>> = {
  dynamics: {
    sa: ['Self-Attention', 'v_i = Σ_j A_ij V x_j mit A als Zeilen-Softmax von β⟨Qx_i, Kx_j⟩.'],
    usa: [
      'Self-Attention, nicht normiert',
      'v_i = Σ_j w_j e^{β⟨Qx_i, Kx_j⟩} V x_j: mit Q = K = V = I der Gradientenfluss der Energie.',
    ],
    hardmax: [
      'Hardmax-Attention',
      'Jedes Token hört nur auf seine größten Werte ⟨Qx_i, Kx_j⟩. Mit QᵀK = I wäre das auf der Sphäre es selbst, und nichts bewegte sich; darum ist Q hier zufällig. Mit dopri5 gleitet es, wo Werte gleichauf liegen (Filippov).',
    ],
    causal_sa: [
      'Kausale Self-Attention',
      'Softmax, bei der Token i nur auf die Token j ≤ i hört; mit V = I ruht das erste.',
    ],
    causal_usa: [
      'Kausale Self-Attention, nicht normiert',
      'Nicht normiert, und Token i hört nur auf die Token j ≤ i; mit V = I ruht das erste.',
    ],
    linear: [
      'Lineare Attention',
      'v_i = Σ_j w_j β⟨Qx_i, Kx_j⟩ V x_j: Token in stumpfem Winkel stoßen sich ab und sammeln sich so an beiden Enden einer Geraden.',
    ],
    multi_head: [
      'Attention mit mehreren Köpfen',
      'v_i = (1/H) Σ_h O_h Σ_j A^h_ij V_h x_j mit d × d-Matrizen: zufällige werden für jeden Kopf neu gezogen. H gleiche Köpfe sind einer.',
    ],
    no_projection: [
      'Attention ohne Projektion',
      'ẋ_i = Σ_j A_ij V x_j in R^d; gezeigt wird z_i = e^{−tV} x_i, und darin sind die Grenzen je nach Spektrum von V Punkte, Polytope oder Hyperebenen.',
    ],
    normalised: [
      'Attention mit Normalisierung',
      'x_i = r_i θ_i und θ̇_i = P v_i(θ) / s_i: Wo die Schicht normalisiert, bestimmt das Tempo s_i und die Radien r_i. In Schichten ist es der Residual-Stapel: pre x ← x + h v(x/|x|), peri x ← x + h v/|v|.',
    ],
    noisy: [
      'Attention mit Rauschen',
      'Attention und brownsche Bewegung auf der Sphäre: Unterhalb eines kritischen κ ist die Gleichverteilung stabil.',
    ],
    kuramoto: [
      'Kuramoto',
      'θ̇_i = Σ_j w_j sin(θ_j − θ_i) auf dem Kreis: Attention bei β = 0, wo alle auf alle hören.',
    ],
    repulsion: [
      'Abstoßung',
      'Attention mit V = −I: Token weichen denen aus, auf die sie hören, und die Energie fällt.',
    ],
    sinkhorn: [
      'Sinkhorn-Attention',
      'v_i = Σ_j A_ij V x_j mit A als doppelt stochastischer Skalierung von e^{β⟨Qx_i, Kx_j⟩}: Zeilen haben die Summe 1, Spalten n w_j.',
    ],
    residual: [
      'Residuale Attention',
      'ẋ_i = ± Σ_j A_ij V (x_j − x_i) in R^d mit Softmax. Von den anderen weg, in der Zeit mal β und mit Gauß-Kern wird daraus für β → ∞ der Wärmefluss ∂ρ = Δρ.',
    ],
    sinkhorn_residual: [
      'Residuale Attention, doppelt stochastisch',
      'ẋ_i = ± Σ_j A_ij V (x_j − x_i) in R^d mit Sinkhorns Kopplung: Das Mittel ruht. Von den anderen weg, in der Zeit mal β, wird daraus für β → ∞ der Wärmefluss ∂ρ = ½Δρ.',
    ],
    birth_death: [
      'Geburt und Tod',
      'Aufstieg von E_β in der Hellinger–Kantorovich-Metrik: ẋ_i = P ∇δE(x_i), ẇ_i = 4 w_i (δE_i − Σ_k w_k δE_k); der Transport allein ist USA.',
    ],
    kl_descent: [
      'Abstieg der relativen Entropie',
      'ẋ_i = −∇δF(x_i), ẇ_i = −4 w_i (δF_i − Σ_k w_k δF_k) für F = Σ_i w_i [log (K*μ)(x_i) − log π(x_i)], K eine Gauß-Glocke der Varianz h.',
    ],
    svgd: [
      'Steins Gradientenabstieg (SVGD)',
      'v_i = Σ_j w_j [k(x_j, x_i) ∇log π(x_j) + ∇_{x_j} k(x_j, x_i)]: Attention mit einem Kern als Kopplung, Werten, die klettern, und einer Abstoßung.',
    ],
    svgd_sphere: [
      'Steins Gradientenabstieg auf der Sphäre',
      'v(x) = grad_x Σ_j w_j [⟨grad log π(x_j), grad k⟩ + Δ k](x_j, x) mit k = e^{β⟨x, y⟩}, der Kopplung der Attention, und log π = κ x_1.',
    ],
    resnet: [
      'Residuales Netz',
      'ẋ_i = σ(W_t x_i + b_t) in R^d, ohne Wechselwirkung; eine Schicht x + h σ(Wx + b) ist ihr Euler-Schritt.',
    ],
  },
  parameters: {
    n: ['Teilchen n', 'Wie viele Teilchen.'],
    d: ['Dimension d', 'Koordinaten eines Teilchens: die Sphäre liegt in R^d.'],
    seed: [
      'Startwert',
      'Derselbe Startwert gibt denselben Anfang und dasselbe Rauschen; mit denselben Einstellungen, und in Float64, auf jedem Rechner dieselben Zahlen.',
    ],
    step: [
      'Schritt h',
      'Der Schritt h der Verfahren mit festem Schritt; bei anpassenden die Zeit zwischen zwei Bildern.',
    ],
    tolerance: [
      'Toleranz',
      'Anpassende Verfahren: Schranke des geschätzten Fehlers eines Schritts, je Eintrag, in Einheiten von max(1, |Eintrag|).',
    ],
    time: ['Zeit T', 'Das Ende T des Laufs; er beginnt bei 0.'],
    merge: [
      'Verschmelzen unter',
      'Teilchen, von denen keine zwei weiter auseinander sind als dieser Winkel und denen kein anderes so nah ist, werden eines mit ihrer gemeinsamen Masse; 0: nie.',
    ],
    stopClusters: [
      'Halt bei Clustern',
      'Anhalten, wenn das Verschmelzen höchstens so viele übrig lässt; 0: nie.',
    ],
    stopBelow: ['Halt unter Tempo', 'Anhalten, wenn kein Teilchen schneller ist; 0: nie.'],
    beta: [
      'Inverse Temperatur β',
      'Die Werte sind β⟨Qx_i, Kx_j⟩: 0 hört auf alle gleich, großes β nur auf die Nächsten, β weit unter 0 nur auf das, was gegenüber liegt.',
    ],
    query: ['Query Q', 'Was ein Token sucht, ist Qx.'],
    key: ['Key K', 'Woran ein Token gefunden wird, ist Kx.'],
    value: ['Value V', 'Was ein Token weitergibt, ist Vx.'],
    'multi_head.query': ['Query Q', 'Was ein Token sucht, ist Q_h x.'],
    'multi_head.key': ['Key K', 'Woran ein Token gefunden wird, ist K_h x.'],
    'multi_head.value': ['Value V', 'Was ein Token weitergibt, ist V_h x.'],
    output: ['Output O', 'Bringt, was ein Kopf gesammelt hat, zu den Token zurück.'],
    tie: [
      'Gleichstand',
      'Werte, die dem größten der Zeile so nahe sind, gelten als gleich groß, absolut.',
    ],
    heads: ['Köpfe H', 'Wie viele Köpfe.'],
    normalisation: [
      'Normalisierung',
      'post: s = 1; pre: s = r, ṙ = ⟨θ,v⟩; peri: s = r|v|, ṙ = ⟨θ,v⟩/|v|; ngpt: s = |v|/α; mixed: erst post, dann pre.',
    ],
    initial_radius: ['Anfangsradius', 'r_i(0) jedes Tokens.'],
    alpha: ['Schritt α', 'ngpt: Das Tempo ist α.'],
    switch_time: ['Umschaltzeit τ', 'mixed: post vor τ, pre ab τ.'],
    attention: [
      'Attention',
      'sa: Softmax, Zeilen von A haben die Summe 1; usa: A_ij = w_j e^{β⟨x_i, x_j⟩}, nicht normiert.',
    ],
    kappa: [
      'Inverses Rauschen κ',
      'Brownsche Bewegung der Stärke √(2/κ) neben der Dynamik, Generator Δ/κ; 0: ohne Rauschen.',
    ],
    'noisy.kappa': [
      'Inverses Rauschen κ',
      'Das Rauschen hat die Stärke √(2/κ), sein Generator ist Δ/κ.',
    ],
    kernel: ['Kern', 'dot: Werte β⟨Qx_i, Kx_j⟩; gaussian: −β|Qx_i − Kx_j|²/2.'],
    'svgd.kernel': ['Kern', 'rbf: e^{−|x−y|²/2h}; imq: (h + |x−y|²)^{−1/2}; linear: ⟨x, y⟩ + 1.'],
    sweeps: [
      'Höchstens Durchläufe',
      'Von Sinkhorns Algorithmus, von dort an, wo er zuvor endete; ein Lauf, der mehr braucht, endet mit einem Fehler.',
    ],
    direction: ['Richtung', 'Zu denen hin, auf die gehört wird, oder von ihnen weg.'],
    part: ['Teil', 'Beides, oder eines von Transport und Reaktion.'],
    rate: ['Reaktionsrate', 'Der Faktor der Reaktion: 4 ist der der Metrik ∫(|v|² + g²/4).'],
    target: [
      'Ziel',
      'gaussian: N(m e_1, Kovarianz); mixture: gleiche Gauß-Glocken auf einem Kreis der ersten beiden Achsen; banana: eine Glocke, entlang einer Parabel gebogen.',
    ],
    centre: ['Mitte m', 'gaussian: Das Mittel ist m e_1.'],
    covariance: ['Kovarianz', 'gaussian: symmetrisch und positiv definit.'],
    modes: ['Gipfel', 'mixture: wie viele.'],
    separation: ['Abstand', 'mixture: Abstand der Gipfel vom Ursprung.'],
    deviation: ['Streuung', 'mixture: jedes Gipfels; banana: entlang ihrer Länge.'],
    bend: ['Biegung b', 'banana: x_2 + b (x_1² − Streuung²) ist standardnormal.'],
    bandwidth: [
      'Bandbreite h',
      'Varianz der Glocke, die die Teilchen glättet: Das Gesetz in Ruhe ist etwa um sie enger als das Ziel.',
    ],
    'svgd.bandwidth': [
      'Bandbreite h',
      'Von rbf und imq; 0 nimmt in jedem Moment die Medianregel: 2h = m / log(n + 1), m der Median von |x_i − x_j|² über alle Paare i < j.',
    ],
    concentration: [
      'Konzentration κ',
      'Des Von-Mises–Fisher-Gesetzes um die erste Achse; 0 ist die Gleichverteilung.',
    ],
    'von_mises_fisher.concentration': [
      'Konzentration κ',
      'Wie eng die Punkte um die Achse liegen: typischer Winkel √((d−1)/κ) für großes κ.',
    ],
    activation: ['Aktivierung σ', 'tanh, relu, oder gelu in seiner tanh-Form.'],
    weight: ['Gewicht W', 'W_t in Tiefe 0; der Bias wird daneben gezogen.'],
    weight_end: ['Gewicht W′', 'W_t in halber Tiefe, wo sie glatt sind.'],
    in_depth: [
      'Gewichte in der Tiefe',
      'smooth: W_t = cos(πt/T) W + sin(πt/T) W′, der Bias ebenso; constant: W.',
    ],
    horizon: ['Horizont T', 'Die Zeit, in der sich die Gewichte von W über W′ zu −W drehen.'],
    bias: ['Bias', 'Einträge von b sind normalverteilt mit dieser Streuung durch √d.'],
    bias_seed: ['Startwert des Bias', 'Derselbe Startwert gibt dieselben Bias-Vektoren.'],
    components: ['Wolken', 'Wie viele Zentren gezogen werden.'],
    spread: ['Breite', 'Streuung der tangentialen Glocke in jeder Richtung.'],
    cosine: ['Kosinus ρ', 'Der Kosinus jedes Paares.'],
    amplitude: [
      'Amplitude',
      'Jeder Mode der Dichte, relativ zur Gleichverteilung; Amplitude × Moden liegt unter 1.',
    ],
    'perturbed_circle.modes': ['Moden', 'Die Fourier-Moden 1 … m werden gestört.'],
    half_width: ['Halbe Breite a', 'Die Koordinaten liegen in [−a, a].'],
    'gaussian.deviation': ['Streuung', 'Jeder Koordinate.'],
  },
  starts: {
    uniform: ['Gleichverteilt auf der Sphäre', 'Unabhängige, gleichverteilte Punkte der Sphäre.'],
    hemisphere: [
      'Halbsphäre',
      'Unabhängige, gleichverteilte Punkte der Hälfte um die erste Achse: Attention mit V = I führt sie zu einem Punkt.',
    ],
    von_mises_fisher: [
      'Von Mises–Fisher',
      'Unabhängige Punkte um die erste Achse mit Dichte proportional zu exp(κ cos Winkel); κ = 0 ist gleichverteilt.',
    ],
    wrapped_gaussian_mixture: [
      'Gewickelte Gauß-Wolken',
      'Wolken um gleichverteilte Zentren: Punkt i gehört zum Zentrum i modulo ihrer Zahl.',
    ],
    orthonormal: ['Orthonormal', 'Die ersten n Achsen: Alle Kosinus sind 0. Braucht n ≤ d.'],
    equiangular: [
      'Gleichwinklig',
      'Alle Paare haben den Kosinus ρ, −1/(n−1) ≤ ρ ≤ 1. Braucht d ≥ n, oder d ≥ n − 1 beim kleinsten ρ (ein Simplex).',
    ],
    regular_polygon: [
      'Regelmäßiges Vieleck',
      'Winkel 2πi/n auf dem Kreis: in Ruhe unter jedem drehsymmetrischen Fluss.',
    ],
    perturbed_circle: [
      'Gestörter Kreis',
      'Die Quantile (i + ½)/n der Gleichverteilung mit Fourier-Moden 1 … m gleicher Amplitude und zufälliger Phasen: Kein Zufall der Stichprobe bevorzugt eine Mode.',
    ],
    box: ['Würfel', 'Unabhängige, gleichverteilte Punkte von [−a, a]^d.'],
    gaussian: ['Gauß', 'Unabhängige, normalverteilte Punkte um den Ursprung.'],
  },
  schemes: {
    layer: ['Schicht', 'x ← normalise(x + h v): eine Schicht eines Transformers. Ordnung 1.'],
    euler: ['Projizierter Euler', 'x ← normalise(x + h P_x v). Ordnung 1.'],
    rk4: ['Runge–Kutta 4', 'Das klassische Verfahren mit zurückgezogenen Stufen. Ordnung 4.'],
    dopri5: [
      'Dormand–Prince 5(4)',
      'Wählt seine Schritte nach einer Toleranz; Ordnung 5, dichte Ausgabe der Ordnung 4.',
    ],
    dop853: [
      'Dormand–Prince 8(5,3)',
      'Wählt seine Schritte nach einer Toleranz; Ordnung 8, dichte Ausgabe der Ordnung 7. Für Toleranzen unter 1e-9.',
    ],
    heun: ['Heun', 'Zwei Stufen; mit Rauschen von schwacher Ordnung 2 und dort üblich. Ordnung 2.'],
  },
  diagnostics: {
    energy: [
      'Energie',
      'Wechselwirkungsenergie ½ Σ w_i w_j (exp(β⟨x_i,x_j⟩) − 1)/β beim β des Laufs; auf der Sphäre am größten, wenn alle Teilchen zusammenfallen.',
    ],
    cluster_count: [
      'Cluster',
      'Die Zahl der Cluster, die Single Linkage über den weitesten Bereich von Toleranzen behält: das größte Verhältnis zweier aufeinander folgender Verschmelzungswinkel zwischen 0,01 und π.',
    ],
    cosine_mean: [
      'Mittlerer Kosinus',
      'Mittel von ⟨x_i,x_j⟩ über alle Paare; 1, wenn alle zusammenfallen.',
    ],
    cosine_min: [
      'Kleinster Kosinus',
      'Kleinstes ⟨x_i,x_j⟩ aller Paare: die beiden fernsten Teilchen.',
    ],
    mean_resultant: [
      'Ordnungsparameter',
      '|Σ w_i x_i|: 1, wenn alle zusammenfallen, 0, wenn sie sich aufheben; auf dem Kreis der Ordnungsparameter von Kuramoto.',
    ],
    fourier_modes: [
      'Fourier-Moden',
      'Auf dem Kreis |Σ w_j exp(−ikθ_j)| für k = 1 … 8: bei m gleichen, gleichmäßig verteilten Clustern 1 genau bei den Vielfachen von m.',
    ],
    harmonic_power: [
      'Harmonische',
      'Auf S² die Stärke der Kugelfunktionen der Grade 1 … 6: alle 1, wenn alle zusammenfallen, alle 0 bei gleichmäßiger Verteilung.',
    ],
    radius_mean: [
      'Mittlerer Radius',
      'Mittel der Längen r_i der Vektoren, deren Richtungen gezeigt werden.',
    ],
  },
};
