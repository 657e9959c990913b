/**
 * Why a server gave no answer, in words without addresses: they stand in a 502, in the recording and
 * on standard error, and one fault should read the same wherever and to whichever port it happens.
 */
import { errors } from 'undici';
import { codeOf, reasonOf } from '../system-error.ts';

const CLOSED = 'the connection was closed';
const UNTRUSTED = 'its certificate is of an authority that is not trusted here';

/** Codes of the system, of TLS and of undici. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  ENETUNREACH: 'no route to its network',
  EHOSTUNREACH: 'no route to its host',
  EPROTO: 'it does not speak TLS as asked',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** Why an exchange with a server came to nothing. */
export function whyNoAnswer(error: unknown): string {
  const cause = causeOf(error);
  const words = WORDS[codeOf(cause) ?? ''];
  if (words !== undefined) return words;
  if (isUnreadable(cause)) return `it answers no HTTP (${oneLine(reasonOf(cause))})`;
  return oneLine(reasonOf(cause)) || 'no reason was given';
}

/** A name with several addresses fails with several errors; a `fetch` wraps what it met. */
function causeOf(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error && codeOf(cause) === undefined; depth++) {
    const inner = cause instanceof AggregateError ? cause.errors[0] : cause.cause;
    if (inner === undefined) break;
    cause = inner;
  }
  return cause;
}

function isUnreadable(error: unknown): boolean {
  return UNREADABLE.some((kind) => error instanceof kind);
}

/** Somebody answered, in a way that cannot be passed on. */
const UNREADABLE = [
  errors.HTTPParserError,
  errors.HeadersOverflowError,
  errors.ResponseContentLengthMismatchError,
];

const LONGEST = 120;

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST);
}
