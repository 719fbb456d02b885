#!/usr/bin/env bash
# pure-rand 8.4.2: xoroshiro128plus(seed) takes 32 bits of its seed, and fills half of its 128 bits of
# state with constants.
#
# Seeds that differ by 2^32, or by their fraction, give the very same stream, without a word; and all streams that
# can be had are 2^32, so that of 100,000 sub-streams hashed to a seed two are the same with probability
# 0.69 (birthday). `xoroshiro128plusFromState` takes all four words. Guessed before running: a seed beyond
# 32 bits is refused, or counts whole. Seen: 1 and 4294967297 and 1.5 agree in all of 1,000 numbers; the state
# begins as [-1, ~seed, seed, 0].
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --no-audit --no-fund --silent pure-rand@8.4.2
cat > seeds.mjs <<'EOF'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const stream = (seed) => {
  const generator = xoroshiro128plus(seed);
  return Array.from({ length: 1000 }, () => generator.next()).join();
};
const same = (a, b) => stream(a) === stream(b);
console.log('1 and 2:', same(1, 2), '| 1 and 2^32 + 1:', same(1, 2 ** 32 + 1), '| 1 and 1.5:', same(1, 1.5));
console.log('state of 5:', JSON.stringify(xoroshiro128plus(5).getState()));
EOF
node seeds.mjs | tee seen
grep -qx '1 and 2: false | 1 and 2^32 + 1: true | 1 and 1.5: true' seen
grep -qx 'state of 5: \[-1,-6,5,0\]' seen
echo "pure-rand 8.4.2 still takes 32 bits of a seed"
