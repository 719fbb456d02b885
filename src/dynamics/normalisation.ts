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
 *
 * With a step h > 0 the radius is that of the layer, whose θ is normalise(θ + h v/s): x ← x + h v(x/|x|) (pre),
 * x ← x + h v/|v| (peri). The others normalise what they add up: x ← normalise(x + h v) (post) and
 * normalise(x + h α v/|v|) (nGPT; its normalise(x + a(v/|v| − x)) is that of a/(1 − a) for hα).
 */
export function regulate(
  settings: NormalisationSettings,
  { time, radius, along, length, step }: RegulatedParticle,
): Regulation {
  const scheme = schemeAt(settings, time);
  if (scheme === 'post') return { speed: 1, radiusRate: 0 };
  if (scheme !== 'ngpt' && !(radius > 0)) return { speed: Number.NaN, radiusRate: Number.NaN };
  if (scheme === 'pre')
    return { speed: 1 / radius, radiusRate: radiusRate(radius, along, length, step) };
  if (length === 0) return { speed: 0, radiusRate: 0 };
  if (scheme === 'peri')
    return {
      speed: 1 / (radius * length),
      radiusRate: radiusRate(radius, along / length, 1, step),
    };
  return { speed: settings.alpha / length, radiusRate: 0 };
}

/** (|rθ + h u| − r)/h for `along` = ⟨θ, u⟩ and `length` = |u|, without cancellation; at h = 0 it is ⟨θ, u⟩. */
function radiusRate(radius: number, along: number, length: number, step: number): number {
  if (step === 0) return along;
  const longer = step * length * length + 2 * radius * along;
  return longer / (radius + Math.sqrt(radius * radius + step * longer));
}

export interface RegulatedParticle {
  readonly time: number;
  /** r_i */
  readonly radius: number;
  /** ⟨θ_i, v_i⟩ */
  readonly along: number;
  /** |v_i| */
  readonly length: number;
  /** h of a layer, of which this is the mean over its step; 0 for the flow. */
  readonly step: number;
}

function schemeAt({ scheme, switchTime }: NormalisationSettings, time: number) {
  if (scheme !== 'mixed') return scheme;
  return time < switchTime ? 'post' : 'pre';
}
