/** Plays recordings back: a recorded server that answers a live client, without the server. */
export type { Side } from './diff/calls.ts';
export { type ChangedCall, type Comparison, compareSides } from './diff/comparison.ts';
export type { Divergence } from './diff/divergence.ts';
export { type Separation, type SeparationReport, separate } from './diff/separation.ts';
export type { Change } from './diff/values.ts';
export { MISS_CODE } from './hear.ts';
export {
  type HttpServeOptions,
  type HttpServing,
  serveOverHttp,
  serveSessions,
} from './http/listen.ts';
export {
  fetchOf,
  type HttpReport,
  type HttpStandIn,
  httpStandIn,
  type Refused,
} from './http/stand-in.ts';
export { createPlayer, type Player } from './player.ts';
export {
  type RecordedSession,
  recordedSessions,
  SessionChoice,
  sessionOf,
  sessionsOfServer,
} from './recorded.ts';
export type { Difference, Miss, ReplayReport } from './report.ts';
export type { Outgoing, OutgoingMessage } from './speak.ts';
export { type ServeOptions, type Serving, serveRecording } from './stand-in.ts';
export { type StandIns, standIns } from './stand-ins.ts';
export {
  type SessionTranscript,
  type Transcript,
  transcript,
  transcriptOf,
} from './transcript.ts';
export { type StandIn, type StandInTransport, standIn } from './transport.ts';
