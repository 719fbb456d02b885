/** Kernels of float64 matrices (src/numerics/matrix-kernels.ts). */
export { linkageHeights } from './linkage';
export { multiply, multiplyByPanels, multiplyPacked } from './multiply';
export { stepDown, turnRows } from './symmetric';
