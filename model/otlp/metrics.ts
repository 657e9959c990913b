/** How many data points an ExportMetricsServiceRequest has: none of them is kept, and its sender is told. */
import type { Decode, Reason } from './decoded.ts';
import { METRIC, METRICS, RESOURCE_METRICS, SCOPE_METRICS } from './schema.ts';

export const decodeMetrics: Decode = (request) => {
  let count = 0;
  for (const ofResource of request.read(METRICS).resourceMetrics ?? []) {
    for (const ofScope of ofResource.read(RESOURCE_METRICS).scopeMetrics ?? []) {
      for (const metric of ofScope.read(SCOPE_METRICS).metrics ?? []) {
        for (const points of Object.values(metric.read(METRIC)))
          count += points.dataPoints?.length ?? 0;
      }
    }
  }
  return { items: [], rejected: new Map<Reason, number>(count === 0 ? [] : [['unkept', count]]) };
};
