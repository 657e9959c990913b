/**
 * The shared vocabulary: framing, messages, journal, session machine, workflows, redaction.
 * Deliberately without I/O, clock and randomness: whoever runs it brings them.
 */
export { canonicalJson, fingerprint } from './canonical.ts';
export { type Catalog, catalogs, currentOffers, type Offer, type OfferKind } from './catalog.ts';
export {
  type ColumnBuilder,
  type Columns,
  createColumns,
  KINDS,
  type Row,
  type RowKind,
} from './columns.ts';
export { bytesOfEntry, draftOfLine, type Redact } from './crossing.ts';
export * from './entry.ts';
export { isSecretVariable } from './environment.ts';
export type { Evidence, Finding, Severity, Tier } from './finding.ts';
export { createFramer, type Framer, type Hash, type Line } from './framing.ts';
export {
  type Crc32,
  type Journal,
  journalHeader,
  journalLine,
  openLine,
  readJournal,
} from './journal.ts';
export { fingerprintOfKey, type KeyedHash, keyedHash } from './keyed-hash.ts';
export { type Decoded, decodeEntry, encodeEntry } from './line.ts';
export { type LogicalCall, logicalCalls } from './logical-call.ts';
export { classify, type Id, type Message, type Outcome } from './message.ts';
export { type Era, eraOf, METHODS, REVISIONS, type Revision } from './methods.ts';
export { sealedOrder, startOf, wallTime } from './order.ts';
export { type Cause, withCauses } from './otel/causes.ts';
export { confirmedBy } from './otel/confirmed.ts';
export { type ServerMetrics, type Temporality, toMetrics } from './otel/metrics.ts';
export type { Parent, Payloads, ToSpans } from './otel/options.ts';
export { otlpJson, otlpMetricsJson } from './otel/otlp-json.ts';
export type { SessionSpans, Span, SpanLink } from './otel/span.ts';
export { toSpans } from './otel/to-spans.ts';
export {
  type Problem,
  type Recording,
  type Refusal,
  readRecording,
  readRecordingText,
  recordingLines,
  writeRecording,
} from './recording.ts';
export { createRedact } from './redaction.ts';
export { RULES } from './secrets.ts';
export type {
  Anomaly,
  Call,
  CallState,
  ExchangeEnd,
  MessageRef,
  Phase,
  Session,
  SessionView,
} from './session.ts';
export { createSessionMachine, type SessionMachine } from './session-machine.ts';
export {
  collectorSocket,
  type Owner,
  parseProcStat,
  type StatePaths,
  stateFolder,
  statePaths,
} from './state.ts';
export { type SessionSummary, summaryOf } from './summary.ts';
export { CALL_TRANSITIONS, PHASE_TRANSITIONS } from './transitions.ts';
export type { MarkOptions } from './turn.ts';
export { itemOf, viewsOf } from './view.ts';
export { type Run, type Workflow, workflows } from './workflow.ts';
