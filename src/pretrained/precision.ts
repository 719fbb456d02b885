/** What the states of a network are computed in. By itself, for whoever names one and computes nothing. */
export const PRECISIONS = ['float32', 'float64'] as const;
export type Precision = (typeof PRECISIONS)[number];
