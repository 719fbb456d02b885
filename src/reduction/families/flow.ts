/**
 * The flow's own snapshots μ_t(β): attention on the circle with Q = K = V = I, from a start inside an open
 * half circle. There the angle is a coordinate: tokens stay in the half circle, and distances along the
 * circle are those of angles on the line. Not measures all around it.
 */
import { simulate } from '../../flow/simulation.ts';
import { atan2, cos, exp, sin } from '../../numerics/elementary.ts';
import { InputError } from '../../numerics/errors.ts';
import { unimodalQuantile } from '../../numerics/quantile.ts';
import { scaledBesselI } from '../../numerics/special.ts';
import { type Family, type FamilySettings, levelsOf } from './family.ts';

export const flow: Family = {
  name: 'flow',
  title: 'Attention on the circle',
  help: 'Snapshots μ_t(β) of attention with Q = K = V = I, from a start within an open half circle.',
  citation: 'arXiv:2312.10794',
  parameters: [
    { name: 'beta', help: 'Inverse temperature β', minimum: 0, maximum: 100, low: 0.5, high: 8 },
    { name: 'time', help: 'Horizon t', minimum: 0, maximum: 1e4, low: 0.2, high: 2 },
  ],
  async quantiles([beta, time], settings) {
    const angles = startAngles(settings);
    checkHalfCircle(angles);
    if (time === 0) return angles;
    const { frames } = await simulate({
      dynamics: settings.attention,
      parameters: { beta },
      init: Array.from(angles, (angle) => [cos(angle), sin(angle)]),
      scheme: 'dopri5',
      tolerance: settings.tolerance,
      time,
      saveAt: [time],
      diagnostics: [],
    });
    const { data } = frames[frames.length - 1].positions;
    const moved = angles.map((_, i) => atan2(data[2 * i + 1], data[2 * i]));
    checkHalfCircle(moved);
    // tokens of one cluster may have changed places by rounding
    return moved.sort();
  },
};

/** Quantiles of the start, about the angle 0. */
function startAngles({ start, arc, concentration, levels }: FamilySettings): Float64Array {
  if (start === 'arc') return levelsOf(levels).map((level) => arc * (2 * level - 1));
  const law = vonMises(concentration);
  return levelsOf(levels).map((level) => unimodalQuantile(law, level));
}

/** F(θ) = ½ + θ/2π + (1/π) Σ_k (I_k(c)/I_0(c)) sin(kθ)/k on [−π, π]. */
function vonMises(concentration: number) {
  const bessel = scaledBesselI(concentration, Math.ceil(16 + 9 * Math.sqrt(concentration)));
  const series = (term: (k: number) => number) =>
    bessel.reduce((sum, value, k) => (k === 0 ? 0 : sum + (value / bessel[0]) * term(k)), 0);
  return {
    distribution: (theta: number) =>
      0.5 + theta / (2 * Math.PI) + series((k) => sin(k * theta) / k) / Math.PI,
    density: (theta: number) => exp(concentration * (cos(theta) - 1)) / (2 * Math.PI * bessel[0]),
  };
}

function checkHalfCircle(angles: Float64Array): void {
  const farthest = angles.reduce((most, angle) => Math.max(most, Math.abs(angle)), 0);
  if (farthest < Math.PI / 2) return;
  throw new InputError(
    'start',
    `tokens lie up to ${farthest.toPrecision(4)} from the middle of the start: expected an open half circle, angles below π/2; take a smaller arc, a larger concentration or fewer levels`,
  );
}
