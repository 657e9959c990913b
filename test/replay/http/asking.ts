/** Plain requests to a stand-in, and recordings of single exchanges, written by hand. */
import type { Step } from '../../kit/entries.ts';
import { client, frame, http, server } from '../../kit/entries.ts';
import type { Fetch } from './kit.ts';

export const URL_OF_ALL = 'http://recorded.test/mcp';

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Posts a JSON value; a text as it is. */
export function post(
  fetch: Fetch,
  message: unknown,
  { headers = {}, signal }: Asking = {},
): Promise<Response> {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  return fetch(URL_OF_ALL, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    ...(signal ? { signal } : {}),
  });
}

export function request(method: string, fetch: Fetch, headers: Record<string, string> = {}) {
  return fetch(URL_OF_ALL, { method, headers });
}

export const rpc = (message: object) => ({ jsonrpc: '2.0', ...message });

/** One recorded exchange; `told`: its steps between head and end. */
export function exchange(
  number: number,
  {
    method = 'POST',
    said,
    status = 200,
    type,
    headers = [],
    told = [],
    ended = 'complete',
    asked = [],
  }: {
    method?: string;
    said?: object;
    /** null: no response is recorded. */
    status?: number | null;
    type?: string;
    headers?: readonly (readonly [string, string])[];
    told?: readonly Step[];
    ended?: string | undefined;
    asked?: readonly (readonly [string, string])[];
  },
): Step[] {
  const all = [...(type === undefined ? [] : [['content-type', type] as const]), ...headers];
  return [
    http(number, 'opened', { method, path: '/mcp', headers: asked }),
    ...(said ? [client(said as never, { exchange: number })] : []),
    ...(status === null ? [] : [http(number, 'head', { status, headers: all })]),
    ...told,
    ...(ended === undefined ? [] : [http(number, 'ended', { ended })]),
  ];
}

export const JSON_TYPE = 'application/json';
export const STREAM = 'text/event-stream';

/** A message of the server in a body. */
export const body = (number: number, message: object): Step =>
  server(message as never, { exchange: number, channel: 'response' });

/** A message of the server as a block of a stream. */
export function block(number: number, message: object, id?: string, resumes?: object): Step {
  const head = `${id === undefined ? '' : `id: ${id}\n`}data: `;
  const sse = { head, tail: '\n\n', ...(id === undefined ? {} : { id }) };
  const where = { exchange: number, channel: 'stream' as const, sse };
  return server(message as never, { ...where, ...(resumes ? { resumes: resumes as never } : {}) });
}

/** A block of a stream that is no message, or a body that is none. */
export const frames = (number: number, why: 'sse' | 'not-json' | 'not-one-line', text: string) =>
  frame(
    'server',
    { why, text },
    {
      exchange: number,
      channel: why === 'sse' ? 'stream' : 'response',
    },
  );
