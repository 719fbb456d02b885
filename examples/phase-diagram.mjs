/**
 * A phase diagram: the share of pairs of tokens that are together (cosine of 0.999 or more), over β and time,
 * from one random start in high dimension. Each line also has the time at which half of the pairs are.
 * Figure 3 of arXiv 2312.10794; `schmetterling experiment run c04-phase-diagram` is the whole of it.
 */
import { simulate } from 'schmetterling';

const N = 16;
const D = 128;
const END = 15;
const BETAS = [0, 1, 2, 3, 4, 5];
const SHADES = [...' ░▒▓█'];

console.log(`rows β, columns t = 0 … ${END}`);
for (const beta of BETAS) {
  const { frames } = await simulate({
    dynamics: 'sa',
    parameters: { beta },
    start: 'uniform',
    seed: 2,
    n: N,
    d: D,
    scheme: 'dopri5',
    tolerance: 1e-6,
    time: END,
    saveAt: `linear:0:${END}:151`,
    diagnostics: ['pair_share'],
    delta: 0.001,
  });
  const shares = frames.map(({ diagnostics }) => diagnostics.pair_share);
  const row = shares.filter((_, k) => k % 3 === 0).map((share) => SHADES[Math.round(4 * share)]);
  const half = frames[shares.findIndex((share) => share >= 0.5)]?.time;
  console.log(`${beta} ${row.join('')} half at ${half?.toFixed(1) ?? '—'}`);
}
