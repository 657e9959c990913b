/**
 * One tap's connection: its token first, then batches of entry lines, each answered by how far its
 * session is durable.
 *
 * Batches that wait are taken together, so a tap that sends line by line costs one transaction for
 * many lines. While they wait, nothing more is read from the tap. Nothing a tap sends ends more
 * than its own connection.
 */
import type { RawData, WebSocket } from 'ws';
import { isObject, parseJson } from '../model/json.ts';
import type { Ingest, Taken } from './ingest.ts';

/** How a tap's connection ends, as a WebSocket close code. */
export const CLOSE = { unauthorised: 4401, unreadable: 4400, failed: 1011, going: 1001 } as const;

/** Waiting lines are taken together up to so many characters. */
const TOGETHER = 4 << 20;
/** In ms, for the token to come. */
const TOKEN_PATIENCE = 5000;
/** A tap that does not read its acknowledgements, in bytes. */
const UNREAD = 1 << 20;

export interface Arrivals {
  /** The ingest that a token writes to; undefined when it may not write. */
  ingestOf(token: string): Ingest | undefined;
  /** A session is being recorded over a live connection; gives what ends that. */
  attach(session: string): () => void;
}

/** Serves a connection until it closes. */
export function serveTap(socket: WebSocket, arrivals: Arrivals): void {
  const waiting: string[] = [];
  const attached = new Map<string, () => void>();
  let ingest: Ingest | undefined;
  let busy = false;

  const timer = setTimeout(() => socket.close(CLOSE.unauthorised, 'no token came'), TOKEN_PATIENCE);
  const attach = (session: string): void => {
    if (!attached.has(session)) attached.set(session, arrivals.attach(session));
  };
  const answer = (session: string, seq: number): void => {
    if (socket.bufferedAmount > UNREAD) socket.terminate();
    else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ ack: session, seq }));
  };

  const drain = async (into: Ingest): Promise<void> => {
    busy = true;
    socket.pause();
    try {
      for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) {
        const resume = resumeOf(text);
        if (resume !== undefined) {
          attach(resume);
          answer(resume, await into.end(resume));
          continue;
        }
        const taken = await into.take(linesTogether(text, waiting));
        if (!acknowledge(taken)) return;
      }
    } catch (error) {
      // The store could not write: unacknowledged, so the tap keeps it and comes again.
      socket.close(CLOSE.failed, reason(error));
    } finally {
      busy = false;
      socket.resume();
    }
  };

  const acknowledge = ({ session, end, refused }: Taken): boolean => {
    if (session === undefined) {
      socket.close(CLOSE.unreadable, `no entry: ${refused[0]?.fault ?? 'an empty batch'}`);
      return false;
    }
    attach(session);
    answer(session, end);
    return true;
  };

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (isBinary) return socket.close(CLOSE.unreadable, 'messages are text');
    const text = String(data);
    if (!ingest) {
      clearTimeout(timer);
      ingest = arrivals.ingestOf(text);
      if (!ingest) socket.close(CLOSE.unauthorised, 'the token does not allow writing');
      return;
    }
    waiting.push(text);
    if (!busy) void drain(ingest);
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearTimeout(timer);
    // What arrived before is still taken, though nobody waits for its acknowledgement.
    for (const detach of attached.values()) detach();
  });
}

/** The lines of a batch and of those waiting behind it that are of the same session. */
function linesTogether(text: string, waiting: string[]): string[] {
  const lines = linesOf(text);
  const session = sessionOf(text);
  let size = text.length;
  while (session !== undefined && size < TOGETHER) {
    const next = waiting[0];
    if (next === undefined || sessionOf(next) !== session) break;
    size += next.length;
    waiting.shift();
    for (const line of linesOf(next)) lines.push(line);
  }
  return lines;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

const SESSION = /^\{"type":"[a-z]+","session":"([^"\\]+)"/;

/** A quick look at whose batch this is; only those that are written as taps do are put together. */
function sessionOf(text: string): string | undefined {
  return SESSION.exec(text)?.[1];
}

function resumeOf(text: string): string | undefined {
  if (!text.startsWith('{"resume":')) return undefined;
  const parsed = parseJson(text);
  const session = parsed.ok && isObject(parsed.value) ? parsed.value['resume'] : undefined;
  return typeof session === 'string' ? session : undefined;
}

/** A close frame holds at most 123 bytes of reason. */
function reason(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .replaceAll(/[^ -~]/g, '?')
    .slice(0, 120);
}
