/**
 * Sampling by Stein variational gradient descent: forty particles go from a Gaussian cloud into a bent
 * density of one's own, the banana x_1 ~ N(0, 1), x_2 ~ N(x_1²/2, 1/4) (arXiv 1608.04471; docs/systems/svgd.md).
 */
import { simulate, svgdDynamics } from 'schmetterling';

/** log π up to a constant; its slope is found by differences. */
const banana = svgdDynamics({
  name: 'my_banana',
  logDensity: ([x, y]) => -(x ** 2) / 2 - 2 * (y - x ** 2 / 2) ** 2,
  dimension: 2,
});

const { frames } = await simulate({
  dynamics: banana,
  parameters: { bandwidth: 0.3 },
  start: 'gaussian',
  seed: 1,
  n: 40,
  d: 2,
  scheme: 'dopri5',
  tolerance: 1e-4,
  time: 40,
  saveAt: [0, 1, 40],
});

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

console.log('t    E x_1   E x_1²  E x_2   E (x_2 − x_1²/2)²');
for (const { time, positions } of frames) {
  const { rows, data } = positions;
  const points = Array.from({ length: rows }, (_, i) => [data[2 * i], data[2 * i + 1]]);
  const numbers = [
    mean(points.map(([x]) => x)),
    mean(points.map(([x]) => x ** 2)),
    mean(points.map(([, y]) => y)),
    mean(points.map(([x, y]) => (y - x ** 2 / 2) ** 2)),
  ];
  console.log(`${time}`.padEnd(4), numbers.map((value) => value.toFixed(3).padStart(6)).join('  '));
}
console.log('π     0.000   1.000   0.500   0.250');
