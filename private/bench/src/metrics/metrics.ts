// All metrics of single servers, clients and codecs, by their names.
// Place: arguments -> **metrics** -> schedule

import { CLIENT_METRICS } from "./client-metrics.ts";
import { CODEC_METRICS } from "./codec-metrics.ts";
import type { Metric } from "./metric.ts";
import { PACKAGE_METRICS } from "./package-metrics.ts";
import { SERVER_METRICS } from "./server-metrics.ts";

/** Every metric, in the order of the table. */
export const METRICS: readonly Metric[] = [...SERVER_METRICS, ...CLIENT_METRICS, ...CODEC_METRICS, ...PACKAGE_METRICS];
