/** The stand-in client, as commands use it. */
export type { ClientReport, ReportedDifference } from './client-report.ts';
export { ConnectionFault } from './connection.ts';
export { connectUrl } from './http.ts';
export { listedTools } from './http-headers.ts';
export { masksFor } from './inside-masks.ts';
export { unsendable } from './lines.ts';
export { CallChoice, callNamed } from './only.ts';
export { OVERLAPS, type Overlap } from './order.ts';
export {
  AmbiguousValue,
  type ReplayClientOptions,
  replayClient,
  unknownSecretsOf,
} from './replay-client.ts';
export { connectCommand } from './stdio.ts';
