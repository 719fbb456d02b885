/**
 * A limit: eight tokens flow for the time 2 under attention, and the same flow is cut into L layers. How far
 * apart do they end, and how fast does that fall with L? A layer has order 1, Runge and Kutta's scheme order 4.
 */
import { depthLimit } from 'schmetterling';

const { limit } = await depthLimit({
  dynamics: 'sa',
  parameters: { beta: 4 },
  n: 8,
  d: 3,
  seed: 8,
  time: 2,
  depths: [4, 8, 16, 32, 64, 128],
});

const { depths, schemes, reference } = limit;
console.log('L       layer     euler     rk4');
depths.forEach((depth, k) => {
  const errors = ['layer', 'euler', 'rk4'].map((name) => schemes[name].errors.positionMax[k]);
  console.log(`${depth}`.padEnd(6), errors.map((error) => error.toExponential(2)).join('  '));
});
const orders = ['layer', 'euler', 'rk4'].map((name) => schemes[name].order.order?.toFixed(2));
console.log(`order  ${orders.join('      ')}`);
console.log(`the flow itself is known to ${reference.estimatedError.toExponential(0)}`);
