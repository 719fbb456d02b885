/** What the help of every operation on families says of them. */

export const FAMILIES = `
Families and their parameters: translations (mean), scalings (deviation), gaussian (mean, deviation),
burgers (time, height, width: a box under Burgers' equation), flow (beta, time: attention on the circle,
from a start within an open half circle).`;
