/**
 * What the endpoint answered, as Node tells it: the exporter says neither the status that it tries again
 * after, nor what an answer holds. Nobody else asks over HTTP in this thread.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import {
  confirmationOf,
  type EndpointAnswer,
  MOST_READ,
  refusalOf,
  unreachedBy,
} from '../../model/otel/endpoint-answer.ts';

interface Heard {
  readonly status: number;
  readonly type: string;
  readonly parts: Uint8Array[];
}

export function hearAnswers() {
  let last: Heard | undefined;
  let fault: unknown;
  const forget = (): void => {
    last = undefined;
    fault = undefined;
  };
  const answer = (): EndpointAnswer | undefined =>
    last && { status: last.status, type: last.type, body: Buffer.concat(last.parts) };
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    forget();
    request.once('error', (error) => {
      fault = error;
    });
    request.once('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const heard: Heard = { status, type: headers['content-type'] ?? '', parts: [] };
      let size = 0;
      // The exporter reads it in the same turn, so that this one takes nothing from it.
      response.on('data', (part: Uint8Array) => {
        if (size <= MOST_READ) heard.parts.push(part);
        size += part.length;
      });
      last = heard;
    });
  });
  return {
    forget,
    /** Why nothing was taken; `error` is what the exporter says of it. */
    reason(error?: Error): string | undefined {
      if (error?.message === 'Request timed out') return 'no answer in time';
      const heard = answer();
      if (heard && heard.status > 299) return `${refusalOf(heard)}${hint(heard)}`;
      return unreachedBy(error).words ?? unreachedBy(fault).words;
    },
    /** What a status of success confirms. */
    confirmed(): ReturnType<typeof confirmationOf> {
      const heard = answer();
      if (!heard) return { partial: undefined };
      const found = confirmationOf(heard);
      return 'stranger' in found ? { stranger: `${found.stranger}${hint(heard)}` } : found;
    },
  };
}

/** What may help where a receiver reads no protobuf. */
function hint({ status, type }: EndpointAnswer): string {
  const isOfJson = /^application\/json\b/i.test(type);
  const mayHelp = status === 415 || (isOfJson && (status === 400 || status < 300));
  return mayHelp ? '; OTEL_EXPORTER_OTLP_PROTOCOL=http/json may be what it reads' : '';
}
