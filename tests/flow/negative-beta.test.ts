/** Attention at β < 0, which listens to what is opposite: two tokens in closed form, the energy, and every face. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/flow/simulation.ts';

const angleAt = (data: Float64Array) => Math.acos(data[0] * data[2] + data[1] * data[3]);

/** φ after time t of two tokens at angle φ_0, by the classical Runge–Kutta method. */
function angleAfter(rate: (phi: number) => number, start: number, time: number): number {
  const steps = 20_000;
  const h = time / steps;
  let phi = start;
  for (let k = 0; k < steps; k++) {
    const a = rate(phi);
    const b = rate(phi + (h / 2) * a);
    const c = rate(phi + (h / 2) * b);
    phi += (h / 6) * (a + 2 * b + 2 * c + rate(phi + h * c));
  }
  return phi;
}

const RATES = {
  sa: (beta: number) => (phi: number) =>
    (-2 * Math.sin(phi)) / (1 + Math.exp(beta * (1 - Math.cos(phi)))),
  usa: (beta: number) => (phi: number) => -Math.exp(beta * Math.cos(phi)) * Math.sin(phi),
} as const;

describe.each(['sa', 'usa'] as const)('%s', (dynamics) => {
  it.each([-0.5, -3])(
    'of two tokens at β = %d follows the equation of their angle',
    async (beta) => {
      const [start, time] = [2, 0.8];
      const init = [
        [1, 0],
        [Math.cos(start), Math.sin(start)],
      ];
      const { frames } = await simulate({
        dynamics,
        parameters: { beta },
        init,
        time,
        diagnostics: [],
        scheme: 'dopri5',
        tolerance: 1e-12,
      });
      const expected = angleAfter(RATES[dynamics](beta), start, time);
      expect([angleAt(frames[1].positions.data)]).toBeAllClose([expected], { absolute: 1e-9 });
    },
  );

  it.each([2, 3])('raises the energy E_β in d = %d', async (d) => {
    const { frames } = await simulate({
      dynamics,
      parameters: { beta: -3 },
      n: 24,
      d,
      time: 3,
      saveAt: 'linear:0:3:31',
      scheme: 'dopri5',
      diagnostics: ['energy'],
    });
    const energies = frames.map(({ diagnostics }) => Number(diagnostics.energy));
    for (let k = 1; k < energies.length; k++) expect(energies[k]).toBeGreaterThan(energies[k - 1]);
  });
});

it.each(['sa', 'usa'])('every engine computes the same %s', async (dynamics) => {
  const flow = { dynamics, parameters: { beta: -4 }, n: 300, time: 0.5, diagnostics: [] };
  for (const d of [2, 3]) {
    const ends = await Promise.all(
      (['reference', 'wasm', 'spectral'] as const).map(async (engine) => {
        const { frames } = await simulate({ ...flow, d, engine, scheme: 'rk4', step: 0.05 });
        return frames[1].positions.data;
      }),
    );
    for (const end of ends.slice(1)) expect(end).toBeAllClose(ends[0], { absolute: 1e-11 });
  }
});
