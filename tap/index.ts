/**
 * Records what passes between an MCP client and its server: over stdio, over HTTP, or inside a process.
 * Forwards first and unchanged, keeps a journal on disk, ships it to a collector where one runs.
 * Deliberately decides nothing about the traffic and never alters it.
 */
export { rulesOf } from './config.ts';
export { type TappedFetch, tapFetch } from './fetch.ts';
export { type HttpTap, type HttpTapOptions, tapHttp } from './http/listen.ts';
export { keyOf } from './key.ts';
export type { InProcessOptions } from './object-session.ts';
export type { OtlpOptions } from './otlp/settings.ts';
export { serverName } from './program.ts';
export { updateRecording } from './record.ts';
export { type TappedFactory, tapServer } from './server.ts';
export { type Ended, type StdioOptions, tapStdio } from './stdio.ts';
export type { SessionOptions } from './tap-session.ts';
export { type TransportOptions, tapTransport } from './transport.ts';
