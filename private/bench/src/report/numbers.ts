// How figures are written: three digits, since what is behind them is noise.
// Place: report, charts -> **numbers**

/** A figure as people read it. */
export function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
