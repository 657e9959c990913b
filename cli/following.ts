/**
 * New entries as they come: told by a running collector, else read from the journals as they grow.
 * What live sessions said before is told too, marked as old, so that an answer finds its question.
 */
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { WebSocket } from 'ws';
import type { LiveMessage } from '../model/api.ts';
import { type Entry, lastSeq } from '../model/entry.ts';
import { openLine } from '../model/journal.ts';
import { parseJson } from '../model/json.ts';
import { decodeEntry } from '../model/line.ts';
import { apiOf, findCollector, tokenOf } from './api.ts';
import { UserError } from './error.ts';
import { journalFiles } from './journals.ts';

/** `old`: it was there before. */
type Tell = (entries: readonly Entry[], old: boolean) => void;

/** Tells new entries until `signal` aborts; rejects when the collector goes away. */
export async function followSessions(
  state: string,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const running = await findCollector(state);
  if (running) await followCollector(state, { address: running.address, tell, signal });
  else await followJournals(state, tell, signal);
}

interface FollowCollector {
  readonly address: string;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

async function followCollector(
  state: string,
  { address, tell, signal }: FollowCollector,
): Promise<void> {
  const api = apiOf(state, address);
  const told = new Map<string, number>();
  const fetchNew = async (session: string, old: boolean): Promise<void> => {
    const lines = await api.lines(session, (told.get(session) ?? -1) + 1);
    const entries = lines.flatMap(entryOf);
    told.set(
      session,
      entries.reduce((last, entry) => Math.max(last, lastSeq(entry)), told.get(session) ?? -1),
    );
    tell(entries, old);
  };
  const token = (await tokenOf(state, 'read')) ?? '';
  const messages = liveMessages(address.replace(/^http/, 'ws'), token, signal);
  for (const { id, phase, lastSeq: last } of await api.sessions()) {
    if (phase === 'ended') told.set(id, last);
    else await fetchNew(id, true);
  }
  for await (const { changed } of messages) {
    for (const { id, lastSeq: last } of changed)
      if (last > (told.get(id) ?? -1)) await fetchNew(id, false);
  }
}

/** What the collector says on its live channel, in order, from the moment this is called. */
function liveMessages(
  address: string,
  token: string,
  signal: AbortSignal,
): AsyncIterable<LiveMessage> {
  const socket = new WebSocket(`${address}/api/live`, { handshakeTimeout: 10_000 });
  const waiting: LiveMessage[] = [];
  let wake = (): void => {};
  let closed = false;
  const close = (): void => {
    closed = true;
    wake();
  };
  socket.on('open', () => socket.send(token));
  socket.on('error', close);
  socket.on('close', close);
  socket.on('message', (data) => {
    const parsed = parseJson(String(data));
    if (parsed.ok) waiting.push(parsed.value as LiveMessage);
    wake();
  });
  signal.addEventListener('abort', () => socket.terminate(), { once: true });
  return {
    async *[Symbol.asyncIterator]() {
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) yield next;
        else if (closed) throw gone();
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function gone(): UserError {
  return new UserError(
    'collector-failed',
    'The collector has ended.',
    'wiretape open starts it again.',
  );
}

/** How often journals are looked at, in ms. */
const INTERVAL = 200;

async function followJournals(state: string, tell: Tell, signal: AbortSignal): Promise<void> {
  const offsets = new Map<string, number>();
  for (let old = true; !signal.aborted; old = false) {
    const files = await journalFiles(state);
    const grown = await Promise.all(files.map((file) => readOn(file, offsets)));
    const entries = grown.flat();
    if (entries.length > 0) tell(entries, old);
    await pause(INTERVAL, signal);
  }
}

/** The entries of the whole lines that a journal has gained. */
async function readOn(file: string, offsets: Map<string, number>): Promise<Entry[]> {
  const from = offsets.get(file) ?? 0;
  const handle = await open(file).catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    if (size <= from) return [];
    const { buffer } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const whole = buffer.subarray(0, buffer.lastIndexOf(0x0a) + 1);
    offsets.set(file, from + whole.length);
    return whole.toString('utf8').split('\n').flatMap(sealedEntryOf);
  } finally {
    await handle.close();
  }
}

function sealedEntryOf(sealed: string): Entry[] {
  const line = openLine(sealed, crc32);
  return line === undefined ? [] : entryOf(line);
}

function entryOf(line: string): Entry[] {
  const decoded = decodeEntry(line);
  return decoded.ok ? [decoded.entry] : [];
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
