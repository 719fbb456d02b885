/**
 * Between measures: the Wasserstein barycentre of two clouds on a line, which moves mass instead of mixing it,
 * and the geodesic between two Gaussians of the plane, which turns and stretches on its way.
 */
import { buresWasserstein, gaussianGeodesic, measureBarycentre } from 'schmetterling';

/** A matrix from its rows. */
const matrix = (...rows) => ({
  rows: rows.length,
  columns: rows[0].length,
  data: Float64Array.from(rows.flat()),
});

const left = { points: matrix([0], [1], [3]) };
const right = { points: matrix([10], [14]), masses: [0.75, 0.25] };
const { points, masses, distances } = measureBarycentre([left, right], { weights: [0.5, 0.5] });
console.log('midway on the line, x: mass');
points.forEach(([x], i) => {
  console.log(`${x}: ${masses[i].toFixed(4)}`);
});
console.log(`W_2 to both: ${distances.map((distance) => distance.toFixed(4)).join(', ')}`);

const flat = { mean: [0, 0], covariance: matrix([4, 0], [0, 1]) };
const steep = { mean: [6, 0], covariance: matrix([1, 0], [0, 9]) };
console.log(`Gaussians, W_2 = ${buresWasserstein(flat, steep).toFixed(4)}; s: mean, variances`);
for (const s of [0, 0.25, 0.5, 0.75, 1]) {
  const { mean, covariance } = gaussianGeodesic(flat, steep, s);
  const [xx, , , yy] = covariance.data;
  console.log(`${s}: ${mean[0]}, ${xx.toFixed(4)} ${yy.toFixed(4)}`);
}
