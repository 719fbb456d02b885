/** Everyone walks towards the others, the nearer the more: attention by distance, in R^d. */
export default {
  name: 'proximity',
  help: 'v_i = Σ_j w_j e^{−|x_j − x_i|² / 2r²} (x_j − x_i)',
  space: 'euclidean',
  parameters: [{ type: 'number', name: 'reach', default: 1, minimum: 0.01, maximum: 100 }],
  properties: {
    rotationEquivariant: true,
    permutationEquivariant: true,
    keepsCones: true,
    conservesMean: true,
  },
  velocity({ n, d, positions: x, masses }, { reach }, _time, out) {
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let square = 0;
        for (let k = 0; k < d; k++) square += (x[j * d + k] - x[i * d + k]) ** 2;
        const pull = masses[j] * Math.exp(-square / (2 * reach ** 2));
        for (let k = 0; k < d; k++) out[i * d + k] += pull * (x[j * d + k] - x[i * d + k]);
      }
  },
};
