// How fast something grows, and how sure that is: a straight line through points of time, by least squares.
// Rules: the errors of the points are taken for independent of each other, so that what wavers slowly looks surer than it is;
//        whoever judges leaves the time of warming up out.

/** A point of time and a value. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** A straight line through points. */
export interface Trend {
  /** Values per unit of time. */
  readonly slope: number;
  /** The slope lies between these with a probability of 95 %. */
  readonly interval: readonly [low: number, high: number];
  readonly points: number;
}

/** Quantiles of Student's t at 97.5 %, by degrees of freedom from 1 on; beyond, those of the normal distribution plus a little. */
const T: readonly number[] = [12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13];

const quantile = (freedom: number): number => T[freedom - 1] ?? 1.96 + 2.6 / freedom;

/**
 * Fits a line.
 *
 * @throws RangeError for fewer than three points, or points of the same time.
 */
export function trendOf(points: readonly Point[]): Trend {
  const count = points.length;
  const mean = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + of(point), 0) / count;
  const [meanAt, meanValue] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = points.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  if (count < 3 || spread === 0) throw new RangeError(`Cannot fit a line: ${count} points are too few, or of one time`);
  const slope = points.reduce((sum, { at, value }) => sum + (at - meanAt) * (value - meanValue), 0) / spread;
  const rest = points.reduce((sum, { at, value }) => sum + (value - meanValue - slope * (at - meanAt)) ** 2, 0);
  const error = Math.sqrt(rest / (count - 2) / spread) * quantile(count - 2);
  return { slope, interval: [slope - error, slope + error], points: count };
}
