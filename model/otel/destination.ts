/**
 * Which address spans are sent to, so that a tap and a collector can tell that they mean the same one.
 * A recording holds only a keyed hash of it: a path may be a secret.
 */
import type { SessionEntry } from '../entry.ts';
import type { KeyedHash } from '../keyed-hash.ts';

/** Names that a receiver of this machine is called by, in whatever family it listens. */
const THIS_MACHINE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An address in the one way of writing it, without credentials. */
export function sameWritten(address: string): string {
  const url = new URL(address);
  const name = THIS_MACHINE.has(url.hostname) ? 'localhost' : url.hostname;
  const port = url.port === '' ? '' : `:${url.port}`;
  return `${url.protocol}//${name}${port}${url.pathname}${url.search}`;
}

/** `traces`: the whole address that spans are posted to. */
export function destinationOf(hash: KeyedHash, traces: string): string {
  return hash(sameWritten(traces));
}

/** Who of this key sent its spans to that destination; of another key nobody can tell. */
export interface Destination {
  /** The fingerprint of the key. */
  readonly key: string;
  readonly hash: string;
}

export function isSentTo(head: SessionEntry | undefined, { key, hash }: Destination): boolean {
  return head?.otlp?.destination === hash && head.redaction.key === key;
}
