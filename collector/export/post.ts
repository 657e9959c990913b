/**
 * One OTLP/HTTP request, and what its answer means for what was sent (opentelemetry-proto 1.11.0,
 * docs/specification.md "OTLP/HTTP Response"). Never rejects, follows nothing, reads little.
 */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import { connectionFault } from '../../model/connection-fault.ts';
import { codeOf } from '../../model/error-code.ts';
import { type PartialSuccess, partialSuccess } from '../../model/otel/partial-success.ts';
import type { Form } from '../../model/otlp/answer.ts';

/**
 * taken: it is there, but for what the endpoint left out. later: to be sent again, after so many ms
 * where it said so. large: in smaller parts. bad: something in it is. shut: no request of ours is
 * taken there.
 */
export type Answer =
  | { readonly is: 'taken'; readonly partial?: PartialSuccess | undefined }
  | { readonly is: 'later'; readonly why: string; readonly after?: number | undefined }
  | { readonly is: 'large' | 'bad' | 'shut'; readonly why: string };

export interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  /** How long to wait for an answer, in ms. */
  readonly patience: number;
}

export type Post = (url: string, body: Uint8Array) => Promise<Answer>;

/** Of an answer no more is read, in bytes. */
const READ = 64 << 10;
/** Nobody is told more of what an endpoint says. */
const LONGEST = 200;

export function createPost({ headers, patience }: Posting): Post {
  const dispatcher = new Agent({ connect: { timeout: patience } });
  const sent = {
    ...headers,
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
  };
  return async (url, body) => {
    try {
      const signal = AbortSignal.timeout(patience);
      const zipped = await promisify(gzip)(body);
      const options = { method: 'POST', headers: sent, body: zipped, dispatcher, signal } as const;
      return await answerOf(await request(url, options));
    } catch (error) {
      return { is: 'later', why: failure(error, patience) };
    }
  };
}

async function answerOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Answer> {
  const bytes = await firstBytes(body);
  const why = `it answers ${statusCode}`;
  if (statusCode >= 200 && statusCode < 300) return success(why, headers['content-type'], bytes);
  if (LATER.has(statusCode)) return { is: 'later', why, after: retryAfter(headers['retry-after']) };
  if (statusCode === 413) return { is: 'large', why };
  return { is: BAD.has(statusCode) ? 'bad' : 'shut', why };
}

/** Whoever answers may be no receiver at all: a page to log in with says 200 too. */
function success(why: string, type: string | string[] | undefined, bytes: Uint8Array): Answer {
  if (bytes.length === 0) return { is: 'taken' };
  const [media = 'something'] = /^[\w.+/-]{1,60}/.exec(String(type ?? '').toLowerCase()) ?? [];
  const form = FORMS.get(media);
  if (!form) return { is: 'shut', why: `${why} with ${media}, which is no answer of OTLP` };
  try {
    if (bytes.length <= READ) return { is: 'taken', partial: partialSuccess(bytes, form) };
  } catch {
    // It is told below.
  }
  return { is: 'shut', why: `${why} with ${media} that is no answer of OTLP` };
}

const FORMS: ReadonlyMap<string, Form> = new Map([
  ['application/x-protobuf', 'protobuf'],
  ['application/protobuf', 'protobuf'],
  ['application/json', 'json'],
]);

/** Only these may be repeated. */
const LATER: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** These may be about one span; all others are about every request. */
const BAD: ReadonlySet<number> = new Set([400, 422, 500]);

/** One part more than is read of an answer tells that it was too long. */
async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part as Uint8Array);
    size += (part as Uint8Array).length;
    if (size > READ) break;
  }
  return Buffer.concat(parts);
}

/** Seconds, or a date (RFC 9110, 10.2.3), as ms from now; undefined where it is neither. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  const text = String(header ?? '').trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function failure(error: unknown, patience: number): string {
  const { cause, words } = connectionFault(error);
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  // undici names what took too long, and our own patience has a name of its own.
  if (name === 'TimeoutError' || (words === undefined && codeOf(cause)?.endsWith('_TIMEOUT')))
    return `no answer in ${patience / 1000} s`;
  return words ?? (message || name).slice(0, LONGEST);
}
