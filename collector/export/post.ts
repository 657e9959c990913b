/**
 * One OTLP/HTTP request, and what its answer means for what was sent (opentelemetry-proto 1.11.0,
 * docs/specification.md "OTLP/HTTP Response"). Never rejects, follows nothing, reads little.
 */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import { codeOf } from '../../model/error-code.ts';
import {
  confirmationOf,
  MOST_READ,
  refusalOf,
  unreachedBy,
} from '../../model/otel/endpoint-answer.ts';
import type { PartialSuccess } from '../../model/otel/partial-success.ts';
import type { Compression } from './endpoint.ts';

/**
 * taken: it is there, but for what the endpoint left out. later: to be sent again, after so many ms
 * where it said so. large: in smaller parts. bad: something in it is. unwell: the endpoint is, or
 * something in it makes it so. shut: no request of ours is taken there.
 */
export type Answer =
  | { readonly is: 'taken'; readonly partial?: PartialSuccess | undefined }
  | { readonly is: 'later'; readonly why: string; readonly after?: number | undefined }
  | { readonly is: 'shut'; readonly why: string }
  | Refusal;

/** It may be about something in what was sent. */
export interface Refusal {
  readonly is: 'large' | 'bad' | 'unwell';
  readonly why: string;
}

export interface Posting {
  readonly headers: Readonly<Record<string, string>>;
  /** How long to wait for an answer, in ms. */
  readonly patience: number;
  readonly compression: Compression;
  /** Of wiretape. */
  readonly version: string;
}

export type Post = (body: Uint8Array) => Promise<Answer>;

/** Nobody is told more of a fault, in characters. */
const LONGEST = 200;

/** Posts to one address, in gzip until it turns out not to read it. */
export function createPost(
  url: string,
  { headers, patience, compression, version }: Posting,
): Post {
  const dispatcher = new Agent({ connect: { timeout: patience } });
  const sent = {
    'user-agent': `OTel-OTLP-Exporter-wiretape/${version}`,
    ...headers,
    'content-type': 'application/x-protobuf',
  };
  let codes: readonly Compression[] = compression === 'gzip' ? ['gzip', 'none'] : ['none'];

  const once = async (body: Uint8Array, coding: Compression): Promise<[number, Answer]> => {
    try {
      const signal = AbortSignal.timeout(patience);
      const isZipped = coding === 'gzip';
      const coded = isZipped ? await promisify(gzip)(body) : body;
      const own = isZipped ? { ...sent, 'content-encoding': 'gzip' } : sent;
      const options = { method: 'POST', headers: own, body: coded, dispatcher, signal } as const;
      const response = await request(url, options);
      return [response.statusCode, await answerOf(response)];
    } catch (error) {
      return [0, { is: 'later', why: failure(error, patience) }];
    }
  };
  return async (body) => {
    const [first = 'none', second] = codes;
    const [status, answer] = await once(body, first);
    if (answer.is === 'taken') codes = [first];
    if (second === undefined || !UNREAD.has(status)) return answer;
    const [, plain] = await once(body, second);
    if (plain.is === 'taken') codes = [second];
    return plain.is === 'taken' ? plain : answer;
  };
}

/** So answers, too, who does not read gzip. */
const UNREAD: ReadonlySet<number> = new Set([400, 415]);

async function answerOf(response: Dispatcher.ResponseData): Promise<Answer> {
  const { statusCode: status, headers } = response;
  const body = await firstBytes(response.body);
  const answer = { status, type: String(headers['content-type'] ?? ''), body };
  if (status >= 200 && status < 300) {
    const confirmed = confirmationOf(answer);
    if ('stranger' in confirmed) return { is: 'shut', why: confirmed.stranger };
    return { is: 'taken', partial: confirmed.partial };
  }
  const why = refusalOf(answer);
  const is = MEANINGS.get(status) ?? (status >= 500 ? 'unwell' : 'shut');
  return is === 'later' ? { is, why, after: retryAfter(headers['retry-after']) } : { is, why };
}

/**
 * Only the first four are repeated as they are, by the rules. Who answers 400 or 422 may mean one span
 * of many. All others of 5xx may be over in a moment, and all others are about every request.
 */
const MEANINGS: ReadonlyMap<number, Exclude<Answer['is'], 'taken'>> = new Map([
  [429, 'later'],
  [502, 'later'],
  [503, 'later'],
  [504, 'later'],
  [413, 'large'],
  [400, 'bad'],
  [422, 'bad'],
  [408, 'unwell'],
]);

/** One part more than is read of an answer tells that it was too long. */
async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part as Uint8Array);
    size += (part as Uint8Array).length;
    if (size > MOST_READ) break;
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
  const { cause, words } = unreachedBy(error);
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  // undici names what took too long, and our own patience has a name of its own.
  if (name === 'TimeoutError' || (words === undefined && codeOf(cause)?.endsWith('_TIMEOUT')))
    return `no answer in ${patience / 1000} s`;
  return words ?? (message || name).slice(0, LONGEST);
}
