/**
 * HTTP as bytes, for what no HTTP library would send: an upstream that takes nothing but well-formed
 * requests and keeps whatever else came, and a client that writes what it is told.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawRequest {
  /** The request line. */
  readonly line: string;
  /** Names and values as they came. */
  readonly headers: readonly (readonly [string, string])[];
  /** Without the framing of chunks. */
  readonly body: string;
}

export interface RawUpstream {
  readonly url: string;
  readonly port: number;
  /** Whole requests, in order. */
  readonly requests: RawRequest[];
  /** What was neither a whole request nor the beginning of one. */
  readonly malformed: string[];
}

/** Answers each well-formed request with `{}`, or with these bytes; undefined closes the connection. */
export async function rawUpstream(
  answer: (request: RawRequest) => string | undefined = () => OK,
): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const malformed: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let held = '';
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      held += bytes.toString('latin1');
      for (let found = readRequest(held); found !== 'more'; found = readRequest(held)) {
        if (found === 'malformed') {
          malformed.push(held);
          return socket.destroy();
        }
        held = held.slice(found.length);
        requests.push(found);
        const text = answer(found);
        if (text === undefined) return socket.destroy();
        socket.write(Buffer.from(text, 'latin1'));
        if (held === '') return undefined;
      }
      return undefined;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp`, port, requests, malformed };
}

export const OK =
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

type Found = 'more' | 'malformed' | (RawRequest & { readonly length: number });

/** The request that a text begins with, by the letter of RFC 9112 and nothing that it only tolerates. */
function readRequest(text: string): Found {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return text.length > 1 << 20 ? 'malformed' : 'more';
  const [line = '', ...fields] = text.slice(0, end).split('\r\n');
  const headers = fields.map((one) => /^([!#$%&'*+.^_`|~\w-]+): ([^\0\r\n]*)$/.exec(one));
  if (!/^[A-Z-]+ \/[!-~]* HTTP\/1\.1$/.test(line) || headers.includes(null)) return 'malformed';
  const pairs = headers.map((one) => [one?.[1] ?? '', one?.[2] ?? ''] as const);
  const values = (name: string) =>
    pairs.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  const [lengths, codings] = [values('content-length'), values('transfer-encoding')];
  if (values('host').length !== 1 || lengths.length + codings.length > 1) return 'malformed';
  const start = end + 4;
  const whole = (body: string, length: number): Found => ({ line, headers: pairs, body, length });
  if (codings.length > 0)
    return codings[0] === 'chunked' ? readChunks(text, start, whole) : 'malformed';
  if (!/^\d+$/.test(lengths[0] ?? '0')) return 'malformed';
  const length = Number(lengths[0] ?? 0);
  return text.length < start + length
    ? 'more'
    : whole(text.slice(start, start + length), start + length);
}

function readChunks(
  text: string,
  start: number,
  whole: (body: string, length: number) => Found,
): Found {
  let body = '';
  for (let at = start; ; ) {
    const size = /^([0-9a-f]+)\r\n/i.exec(text.slice(at, at + 20));
    if (!size) return text.length - at < 20 ? 'more' : 'malformed';
    const from = at + size[0].length;
    const to = from + Number.parseInt(size[1] ?? '', 16);
    if (text.length < to + 2) return 'more';
    if (text.slice(to, to + 2) !== '\r\n') return 'malformed';
    if (to === from) return whole(body, to + 2);
    body += text.slice(from, to);
    at = to + 2;
  }
}

export interface RawAnswer {
  /** The status codes of the answers that came. */
  readonly statuses: readonly number[];
  readonly text: string;
}

/**
 * Writes bytes to a tap, and gives what comes back until it closes the connection or has answered so
 * many requests; with `half` it says after them that nothing more will come.
 */
export async function say(
  url: string,
  bytes: string | Uint8Array,
  { answers = Number.POSITIVE_INFINITY, half = false } = {},
): Promise<RawAnswer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let text = '';
  const statuses = () =>
    [...text.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, code]) => Number(code));
  socket.on('data', (part) => {
    text += part.toString('latin1');
    if (statuses().length >= answers) socket.destroy();
  });
  const all = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  if (half) socket.end(all);
  else socket.write(all);
  await closed(socket);
  return { statuses: statuses(), text };
}

/** Resolves when a connection is over; one that is cut while we still write is over as well. */
export function closed(socket: Socket): Promise<void> {
  socket.on('error', () => {});
  return new Promise((resolve) => void socket.once('close', () => resolve()));
}
