/** The widest angle between neighbours on the circle, as a diagnostic beside those of the catalogue. */
export default {
  name: 'widest_gap',
  title: 'Widest gap',
  unit: 'rad',
  help: 'The widest angle between neighbours on the circle: 2π/n for a polygon, 2π when all coincide.',
  measure({ n, d, positions: x }) {
    if (d !== 2) return null;
    const angles = Array.from({ length: n }, (_, i) => Math.atan2(x[2 * i + 1], x[2 * i]));
    angles.sort((a, b) => a - b);
    const gaps = angles.map((angle, i) => (angles[i + 1] ?? angles[0] + 2 * Math.PI) - angle);
    return Math.max(...gaps);
  },
};
