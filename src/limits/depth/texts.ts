/** Texts of a network whose states stand below each other. */
import type { Tensor } from '../../pretrained/arithmetic.ts';

/** States below each other. */
export function below(parts: readonly Tensor[]): Tensor {
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const [{ shape, data: first }] = parts;
  const length = rows * shape[1];
  const data = first instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [rows, shape[1]], data };
}

/** The states of each of `count` texts. */
export function textsOf({ shape: [rows, width], data }: Tensor, count: number): Tensor[] {
  const length = data.length / count;
  return Array.from({ length: count }, (_, text) => ({
    shape: [rows / count, width],
    data: data.subarray(text * length, (text + 1) * length),
  }));
}
