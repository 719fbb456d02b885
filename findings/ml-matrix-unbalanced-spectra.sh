#!/usr/bin/env bash
# ml-matrix 6.15.1: EigenvalueDecomposition does not balance a matrix first, and says nothing of it.
#
# The matrix of x' = -5e7 y, y' = -5e-9 z, z' = -x/2 has the characteristic polynomial l^3 + 1/8, so its
# eigenvalues are -0.5 and 0.25 +- 0.4330127 i. Its rows differ in their units only: a diagonal scaling
# by powers of two, which is exact, makes all entries about 0.5. numpy (LAPACK's geev, which balances)
# finds the eigenvalues as it stands. ml-matrix answers with three zeros; for the scaled matrix, which has
# the same eigenvalues, it is right to the last digits. Guessed before running: small relative errors.
# Seen: 0, 0, 0 without a warning or an option that balances.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent ml-matrix@6.15.1
cat > spectra.mjs <<'EOF'
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

const rows = [[0, -5e7, 0], [0, 0, -5e-9], [-0.5, 0, 0]];
// D^-1 A D with D of powers of two: the same eigenvalues, entries of one size.
const powers = [26, 0, 27];
const scaled = rows.map((row, i) => row.map((value, j) => value * 2 ** (powers[j] - powers[i])));
const spectrum = (matrix) => {
  const { realEigenvalues: re, imaginaryEigenvalues: im } = new EigenvalueDecomposition(new Matrix(matrix));
  return re.map((real, k) => `${real.toFixed(4)}${im[k] < 0 ? '' : '+'}${im[k].toFixed(4)}i`).sort().join(' ');
};
console.log('as given:', spectrum(rows));
console.log('scaled:  ', spectrum(scaled));
EOF
node spectra.mjs | tee seen
grep -qx 'as given: 0.0000+0.0000i 0.0000+0.0000i 0.0000+0.0000i' seen
grep -qx 'scaled:   -0.5000+0.0000i 0.2500+0.4330i 0.2500-0.4330i' seen
echo "ml-matrix 6.15.1 still takes eigenvalues without balancing"
