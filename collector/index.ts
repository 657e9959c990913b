/**
 * The collector: keeps what taps record, and answers pages and commands.
 * It speaks HTTP and WebSocket as model/api.ts says; it never starts a process and opens no address
 * of its own accord.
 */
export { completed } from './completed.ts';
export { CollectorError, type CollectorErrorCode } from './error.ts';
export type { Endpoint, Exporting } from './export/endpoint.ts';
export type { Redaction } from './otlp/orders.ts';
export type { Retention } from './retention.ts';
export type { AskSaid, Said } from './said.ts';
export { type Collector, type CollectorOptions, startCollector } from './serve.ts';
export { openStore, type StoreOptions } from './sqlite/store.ts';
export type { Store, StoredEntry, StoredSession, TenantStore } from './store.ts';
export { LOCAL } from './tokens.ts';
export type { Wrappings } from './wrappings.ts';
