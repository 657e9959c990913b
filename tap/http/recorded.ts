/**
 * Headers and paths as a recording may have them. Credentials never stand in it, whatever is
 * captured; what only names a session or an event stands as a keyed hash, so that it can be
 * compared and not be used.
 */
import type { Redact } from '../../model/crossing.ts';
import type { Capture } from '../../model/entry.ts';
import type { KeyedHash } from '../../model/keyed-hash.ts';
import { placeholderOf } from '../../model/placeholder.ts';
import { pairsOf, type RawHeaders } from './headers.ts';

/** What recording a header or path works with. */
export interface Rules {
  readonly redact: Redact;
  readonly isSecretName: (name: string) => boolean;
  readonly hash: KeyedHash;
  readonly capture: Capture;
}

type Pair = readonly [string, string];

const CREDENTIALS = new Set(['dpop', 'set-cookie', 'authentication-info']);
const NAMES_OF_PLACES = new Set(['mcp-session-id', 'last-event-id']);
/** What metadata keeps: how a body is framed, and which revision is spoken. */
const METADATA = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'mcp-protocol-version',
  'mcp-method',
]);

export function recordedHeaders(raw: RawHeaders, rules: Rules): Pair[] {
  const pairs = [...pairsOf(raw)];
  const kept =
    rules.capture === 'metadata'
      ? pairs.filter(([name]) => METADATA.has(name.toLowerCase()))
      : pairs;
  return kept.map(([name, value]) => [name, recordedValue(name.toLowerCase(), value, rules)]);
}

function recordedValue(name: string, value: string, { redact, hash, isSecretName }: Rules): string {
  if (NAMES_OF_PLACES.has(name)) return `#${hash(value)}`;
  if (CREDENTIALS.has(name) || isSecretName(name)) return withoutCredential(value, hash);
  if (name === 'mcp-name' || name.startsWith('mcp-param-')) return redactedParameter(value, redact);
  return redact(value).text;
}

/** `Bearer <secret:header:…>`: which scheme it was is no secret. */
function withoutCredential(value: string, hash: KeyedHash): string {
  const [, scheme = '', credential = value] = /^([A-Za-z][\w-]{0,30} )(\S.*)$/s.exec(value) ?? [];
  return scheme + placeholderOf('header', hash(credential));
}

const CODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** A value that cannot stand in a header comes as base 64 (2026-07-28, standard headers). */
function redactedParameter(value: string, redact: Redact): string {
  const coded = CODED.exec(value)?.[1];
  if (coded === undefined) return redact(value).text;
  const clean = redact(Buffer.from(coded, 'base64').toString('utf8'));
  return clean.count === 0 ? value : clean.text;
}

const SESSION_PARAMETER = /([?&]session_?id=)([^&#\s]+)/gi;

/** A text in which addresses name no session: `?sessionId=#1a2b3c4d`. */
export function withoutSessionIds(text: string, hash: KeyedHash): string {
  return text.replace(SESSION_PARAMETER, (_, name: string, id: string) => `${name}#${hash(id)}`);
}

/** The path of a request; its query only where it is of the protocol, since logins have theirs. */
export function recordedPath(path: string, isProtocol: boolean, rules: Rules): string {
  const [place = '', query] = path.split('?', 2);
  if (query === undefined || rules.capture === 'metadata') return rules.redact(place).text;
  if (!isProtocol) return `${rules.redact(place).text}?…`;
  return rules.redact(withoutSessionIds(path, rules.hash)).text;
}
