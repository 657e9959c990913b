/** The log records of an ExportLogsServiceRequest, as lines (otel/foreign-log-text.ts). */
import { writeMember, writeValue } from './any-value.ts';
import { type Collected, type Decode, type Reason, reject } from './decoded.ts';
import { keeping, makersOf, type Put } from './line.ts';
import { LOG_RECORD, LOGS, type RawLog, RESOURCE_LOGS, SCOPE_LOGS } from './schema.ts';
import { isNone, isSpanId, isTraceId } from './spans.ts';

export const decodeLogs: Decode = (request, sink) => {
  const collected: Collected = { items: [], rejected: new Map() };
  const keep = keeping(collected, sink);
  for (const ofResource of request.read(LOGS).resourceLogs ?? []) {
    const { resource, scopeLogs = [] } = ofResource.read(RESOURCE_LOGS);
    const makerOf = makersOf(ofResource, resource);
    for (const ofScope of scopeLogs) {
      const { scope, logRecords = [] } = ofScope.read(SCOPE_LOGS);
      const maker = makerOf(scope);
      for (const record of logRecords) {
        const raw = record.read(LOG_RECORD);
        const reason = faultOf(raw);
        if (reason) reject(collected, reason);
        else keep(record, raw, maker, (put) => putLog(put, raw));
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

function putLog(put: Put, raw: RawLog): void {
  const { severityNumber, severityText, eventName, body } = raw;
  put(`{"time":"${raw.timeUnixNano || raw.observedTimeUnixNano || 0n}"`);
  if (severityNumber) put(`,"severity":${severityNumber}`);
  if (severityText) put(',"severityText":', severityText);
  if (eventName) put(',"eventName":', eventName);
  if (body) put(',"body":', body, writeValue);
  put(',"attributes":{', raw.attributes, writeMember);
  put(`},"traceId":"${raw.traceId}","spanId":"${raw.spanId}"`);
}
