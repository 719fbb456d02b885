/** A straight line through points, with the interval that its slope lies in. */
import { mean } from './statistics.ts';

export interface Slope {
  readonly slope: number;
  readonly intercept: number;
  /** 95 % confidence interval of the slope; infinite for two points. */
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantiles of Student's t with 1, 2, … degrees of freedom (NIST/SEMATECH e-Handbook, §1.3.6.7.2). */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
];

/** t_{0.975} with so many degrees of freedom; beyond 30 within 0.001 by its expansion in 1/ν. */
export function studentQuantile(freedom: number): number {
  if (freedom < 1) return Number.POSITIVE_INFINITY;
  return STUDENT[freedom - 1] ?? 1.95996 + 2.37227 / freedom + 2.8225 / freedom ** 2;
}

/** Least squares of y on x, of two points at least with different x. */
export function fitLine(x: readonly number[], y: readonly number[]): Slope {
  const n = x.length;
  const [centreX, centreY] = [mean(x), mean(y)];
  const spread = x.reduce((sum, value) => sum + (value - centreX) ** 2, 0);
  const slope = x.reduce((sum, value, i) => sum + (value - centreX) * (y[i] - centreY), 0) / spread;
  const intercept = centreY - slope * centreX;
  const rest = x.reduce((sum, value, i) => sum + (y[i] - intercept - slope * value) ** 2, 0);
  const error = n > 2 ? Math.sqrt(rest / (n - 2) / spread) : 1;
  const reach = studentQuantile(n - 2) * error;
  return { slope, intercept, low: slope - reach, high: slope + reach };
}
