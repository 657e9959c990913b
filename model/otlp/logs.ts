/** The log records of an ExportLogsServiceRequest. */
import type { ForeignLog } from '../otel/foreign-log.ts';
import { type Collected, type Decode, type Reason, reject } from './decoded.ts';
import { LOG_RECORD, LOGS, type RawLog, RESOURCE_LOGS, SCOPE_LOGS } from './schema.ts';
import { isNone, isSpanId, isTraceId } from './spans.ts';

export const decodeLogs: Decode<ForeignLog> = (request) => {
  const collected: Collected<ForeignLog> = { items: [], rejected: new Map() };
  for (const ofResource of request.read(LOGS).resourceLogs ?? []) {
    const { resource, scopeLogs = [] } = ofResource.read(RESOURCE_LOGS);
    for (const ofScope of scopeLogs) {
      const { scope, logRecords = [] } = ofScope.read(SCOPE_LOGS);
      const maker = { resource: resource?.attributes ?? {}, scope: scope?.name ?? '' };
      for (const record of logRecords) {
        const raw = record.read(LOG_RECORD);
        const reason = faultOf(raw);
        if (reason) reject(collected, reason);
        else collected.items.push({ ...logOf(raw), ...maker });
      }
    }
  }
  return collected;
};

/** Others than those of a span lie beside nothing here. */
function faultOf({ traceId, spanId }: RawLog): Reason | undefined {
  if (isNone(traceId) || isNone(spanId)) return 'spanless';
  if (!isTraceId(traceId)) return 'trace-id';
  return isSpanId(spanId) ? undefined : 'span-id';
}

function logOf(raw: RawLog): Omit<ForeignLog, 'resource' | 'scope'> {
  const { traceId = '', spanId = '', severityNumber, severityText, eventName, body } = raw;
  return {
    time: raw.timeUnixNano || raw.observedTimeUnixNano || 0n,
    ...(severityNumber ? { severity: severityNumber } : undefined),
    ...(severityText ? { severityText } : undefined),
    ...(eventName ? { eventName } : undefined),
    ...(body === undefined || body === null ? undefined : { body }),
    attributes: raw.attributes ?? {},
    traceId,
    spanId,
  };
}
