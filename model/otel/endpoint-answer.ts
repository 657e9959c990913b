/**
 * What the answer of an OTLP/HTTP endpoint says of what it was sent (opentelemetry-proto 1.11.0,
 * docs/specification.md "OTLP/HTTP Response"), in words for its user.
 */
import { connectionFault } from '../connection-fault.ts';
import { codeOf } from '../error-code.ts';
import { parseJson } from '../json.ts';
import type { Form } from '../otlp/answer.ts';
import { message, protobufPart, text } from '../otlp/message.ts';
import { utf8 } from '../text.ts';
import { type PartialSuccess, partialSuccess } from './partial-success.ts';

export interface EndpointAnswer {
  readonly status: number;
  /** Its content type; empty where it names none. */
  readonly type: string;
  /** No more than one part beyond MOST_READ. */
  readonly body: Uint8Array;
}

/** Of an answer no more is read, in bytes. */
export const MOST_READ = 64 << 10;
/** Nobody is told more of what an endpoint says, in characters. */
const LONGEST = 200;

/**
 * What a status of success confirms. Whoever answers may be no receiver at all: a page to log in with
 * says 200 too, so a body has to be a response of OTLP, or at least an object of JSON that calls itself
 * JSON, whichever form was sent.
 */
export function confirmationOf(
  answer: EndpointAnswer,
): { readonly partial: PartialSuccess | undefined } | { readonly stranger: string } {
  const { status, body } = answer;
  if (body.length === 0) return { partial: undefined };
  const form = formOf(answer);
  const media = mediaOf(answer) || 'an answer of no kind';
  if (!form) return { stranger: `it answers ${status} with ${media}, which is no answer of OTLP` };
  try {
    if (body.length <= MOST_READ) return { partial: partialSuccess(body, form) };
  } catch {
    // It is told below.
  }
  return { stranger: `it answers ${status} with ${media} that is no answer of OTLP` };
}

/** Why nothing was taken, by a status that is none of success. */
export function refusalOf(answer: EndpointAnswer): string {
  const { status } = answer;
  const said = messageIn(answer).slice(0, LONGEST);
  const hint = HINTS[status] ?? '';
  return `it answers ${status}${said === '' ? '' : `: ${said}`}${hint === '' ? '' : ` (${hint})`}`;
}

const KEYS = 'the key it asks for goes into OTEL_EXPORTER_OTLP_HEADERS';
const HINTS: Readonly<Record<number, string>> = { 401: KEYS, 403: KEYS };

/** Why there was no answer, and what lies under it; no words where nobody knows. */
export function unreachedBy(error: unknown): ReturnType<typeof connectionFault> {
  const { cause, words } = connectionFault(error);
  const isOther = words !== undefined && codeOf(cause)?.startsWith('HPE_');
  return { cause, words: isOther ? `${words}${GRPC}` : words };
}

const GRPC = '; where that is gRPC, OTLP over HTTP is mostly on port 4318';

const FORMS: ReadonlyMap<string, Form> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/protobuf', 'protobuf'],
  ['application/json', 'json'],
]);

function mediaOf({ type }: EndpointAnswer): string {
  return /^[\w.+/-]{1,60}/.exec(type.toLowerCase())?.[0] ?? '';
}

function formOf(answer: EndpointAnswer): Form | undefined {
  return FORMS.get(mediaOf(answer));
}

/** A google.rpc.Status, which is the body of a failure. */
const STATUS = message({ message: text(2) });

/** The sentence of a failure; empty where it has none. */
function messageIn(answer: EndpointAnswer): string {
  const form = formOf(answer);
  try {
    if (form === 'protobuf') return protobufPart(answer.body).read(STATUS).message ?? '';
    const parsed = parseJson(form === 'json' ? (utf8(answer.body) ?? '') : '');
    const { message: words } = Object(parsed.ok && parsed.value) as { readonly message?: unknown };
    return typeof words === 'string' ? words : '';
  } catch {
    return '';
  }
}
