/** Why a request of OTLP is not taken: its HTTP status, its google.rpc.Code, and a sentence. */
import { CODE } from '../../model/otlp/answer.ts';

interface Kind {
  readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 500 | 503;
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Senders come again after a 503, and drop what got any of the others. */
const KINDS = {
  unreadable: { status: 400, code: CODE.invalid },
  'no-token': {
    status: 401,
    code: CODE.unauthenticated,
    headers: { 'WWW-Authenticate': 'Bearer' },
  },
  'wrong-token': { status: 403, code: CODE.forbidden },
  'wrong-method': { status: 405, code: CODE.unimplemented, headers: { Allow: 'POST' } },
  'too-large': { status: 413, code: CODE.exhausted },
  'wrong-type': { status: 415, code: CODE.invalid },
  failed: { status: 500, code: CODE.internal },
  busy: { status: 503, code: CODE.unavailable, headers: { 'Retry-After': '1' } },
  unstored: { status: 503, code: CODE.unavailable, headers: { 'Retry-After': '10' } },
} as const satisfies Record<string, Kind>;

/** As data, which a thread can hand over. */
export interface Refused {
  readonly why: keyof typeof KINDS;
  readonly sentence: string;
}

export class OtlpRefusal extends Error {
  readonly why: Refused['why'];
  readonly kind: Kind;

  constructor(why: Refused['why'], sentence: string) {
    super(sentence);
    this.why = why;
    this.kind = KINDS[why];
  }
}

export function tooLarge(limit: number): OtlpRefusal {
  const sentence = `A request has at most ${limit} bytes, uncompressed ones too.`;
  return new OtlpRefusal('too-large', sentence);
}
