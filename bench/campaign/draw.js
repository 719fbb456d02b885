/** What a case draws: always the same of a seed and a number. */
import { random } from '../../dist/numerics/random.js';

export function drawing(...seeds) {
  const stream = random(...seeds);
  const integer = (bound) => stream.integer(bound);
  return {
    uniform: () => stream.uniform(),
    integer,
    chance: (share) => stream.uniform() < share,
    pick: (list) => list[integer(list.length)],
  };
}
