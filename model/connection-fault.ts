/** Why somebody could not be reached over a network, in words without addresses. */
import { codeOf } from './error-code.ts';

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
  HPE_INVALID_CONSTANT: 'it does not speak HTTP/1.1',
};

/** What lies under an error, and what it is called; no words where its code is none of a connection. */
export function connectionFault(error: unknown): {
  readonly cause: unknown;
  readonly words: string | undefined;
} {
  const cause = causeOf(error);
  return { cause, words: WORDS[codeOf(cause) ?? ''] };
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
