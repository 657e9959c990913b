/** Plays recordings back: a recorded server that answers a live client, without the server. */
export type { Connect, Connection, Ear } from './client/connection.ts';
export {
  type ClientReport,
  connectCommand,
  connectUrl,
  type ReplayClientOptions,
  replayClient,
} from './client/index.ts';
export type { CommandTarget } from './client/stdio.ts';
export { MaskRefusal } from './declared-masks.ts';
export type { Side } from './diff/calls.ts';
export { type ChangedCall, type Comparison, compareSides } from './diff/comparison.ts';
export type { Divergence } from './diff/divergence.ts';
export { type Separation, type SeparationReport, separate } from './diff/separation.ts';
export type { Change } from './diff/values.ts';
export { ExploreRefusal } from './explore/refusal.ts';
export {
  type ExploredSchedule,
  type ExploreScheduleOptions,
  exploreSchedule,
} from './explore/schedule.ts';
export type { ServerSpec } from './explore/servers.ts';
export { FaultRefusal } from './fault.ts';
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
export { toldWithPast } from './miss.ts';
export type { LiveReport, Missed, PassOn } from './pass-on.ts';
export { createPlayer, createPlayers, type Player, type PlayOptions } from './player.ts';
export {
  type RecordedSession,
  recordedSessions,
  SessionChoice,
  sessionOf,
  sessionsOfServer,
} from './recorded.ts';
export { MISS_CODE } from './refusal.ts';
export type { AppliedFault, Degraded, Difference, Matched, Miss, ReplayReport } from './report.ts';
export { unplayableIn } from './script.ts';
export type { Answered, Outgoing, OutgoingMessage } from './speak.ts';
export { type ServeOptions, type Serving, serveRecording } from './stand-in.ts';
export { type StandIns, type StandInsOptions, standIns } from './stand-ins.ts';
export {
  type SessionTranscript,
  type Transcript,
  transcript,
  transcriptOf,
} from './transcript.ts';
export { type StandIn, type StandInTransport, standIn } from './transport.ts';
export type { GateReport, Relaxed } from './workflow/gate.ts';
export { type Joined, joinGate } from './workflow/join-gate.ts';
export { type LiveDifference, type LiveServer, liveServer } from './workflow/live.ts';
export { type Play, playWorkflow, type Seat, type WorkflowReport } from './workflow/play.ts';
export { type GateServer, serveGate, spaced } from './workflow/serve-gate.ts';
