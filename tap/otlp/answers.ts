/**
 * What the endpoint answered, as Node tells it: the exporter says neither the status that it tries again
 * after, nor of what kind an answer is. Nobody else asks over HTTP in this thread.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { connectionFault } from '../../model/connection-fault.ts';

interface Heard {
  readonly status: number;
  readonly words: string;
  readonly type: string;
  isEmpty: boolean;
}

export function hearAnswers() {
  let last: Heard | undefined;
  let fault: unknown;
  const forget = (): void => {
    last = undefined;
    fault = undefined;
  };
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    forget();
    request.once('error', (error) => {
      fault = error;
    });
    request.once('response', (response) => {
      const { statusCode: status = 0, statusMessage: words = '', headers } = response;
      const heard: Heard = { status, words, type: headers['content-type'] ?? '', isEmpty: true };
      // The exporter reads it in the same turn, so that this one takes nothing from it.
      response.once('data', () => {
        heard.isEmpty = false;
      });
      last = heard;
    });
  });
  return {
    forget,
    /** Why nothing was taken; `error` is what the exporter says of it. */
    reason(error?: Error): string | undefined {
      if (error?.message === 'Request timed out') return 'no answer in time';
      if (last && last.status > 299) return `${last.status} ${last.words}`.trim();
      return connectionFault(error).words ?? connectionFault(fault).words;
    },
    /** What a status of success came with, where that is no answer of OTLP: a page to log in, say. */
    stranger(): string | undefined {
      if (!last || ANSWERS.test(last.type) || (last.type === '' && last.isEmpty)) return undefined;
      return last.type || 'an answer of no kind';
    },
  };
}

const ANSWERS = /^application\/(?:x-protobuf|json)\b/i;
