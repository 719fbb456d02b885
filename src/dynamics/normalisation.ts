/**
 * How a layer's normalisation regulates the speed of particles x_i = r_i θ_i (arXiv 2510.22026):
 * θ̇_i = P v_i(θ) / s_i and ṙ_i, as functions of one particle. Not the flow that carries the radii.
 */

/** post, pre and peri say where the normalisation stands; mixed is post until a time, then pre. */
export type Normalisation = 'post' | 'pre' | 'peri' | 'ngpt' | 'mixed';

export const NORMALISATIONS: readonly Normalisation[] = ['post', 'pre', 'peri', 'ngpt', 'mixed'];

export interface NormalisationSettings {
  readonly scheme: Normalisation;
  /** r_i(0) > 0 of every particle. */
  readonly initialRadius: number;
  /** nGPT: its step α. */
  readonly alpha: number;
  /** mixed: from this time on it is pre. */
  readonly switchTime: number;
}

export interface Regulation {
  /** 1/s_i, the factor on P v_i. */
  readonly speed: number;
  /** ṙ_i */
  readonly radiusRate: number;
}

/**
 * post s = 1; pre s = r, ṙ = ⟨θ,v⟩; peri s = r|v|, ṙ = ⟨θ,v⟩/|v|; nGPT s = |v|/α. Radii rest where
 * ṙ is not given. A particle with v = 0 rests. `along` = ⟨θ_i, v_i⟩ and `length` = |v_i|.
 * Where s = r and a step was so long that r ≤ 0, both rates are NaN, which integrators stop at.
 */
export function regulate(
  settings: NormalisationSettings,
  { time, radius, along, length }: RegulatedParticle,
): Regulation {
  const scheme = schemeAt(settings, time);
  if (scheme === 'post') return { speed: 1, radiusRate: 0 };
  if (scheme !== 'ngpt' && !(radius > 0)) return { speed: Number.NaN, radiusRate: Number.NaN };
  if (scheme === 'pre') return { speed: 1 / radius, radiusRate: along };
  if (length === 0) return { speed: 0, radiusRate: 0 };
  if (scheme === 'peri') return { speed: 1 / (radius * length), radiusRate: along / length };
  return { speed: settings.alpha / length, radiusRate: 0 };
}

export interface RegulatedParticle {
  readonly time: number;
  /** r_i */
  readonly radius: number;
  /** ⟨θ_i, v_i⟩ */
  readonly along: number;
  /** |v_i| */
  readonly length: number;
}

function schemeAt({ scheme, switchTime }: NormalisationSettings, time: number) {
  if (scheme !== 'mixed') return scheme;
  return time < switchTime ? 'post' : 'pre';
}
