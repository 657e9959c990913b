/**
 * New entries as they come: told by a running collector, else read from the journals as they grow.
 * What live sessions said before is told too, marked as old, so that an answer finds its question.
 */
import { on } from 'node:events';
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { WebSocket } from 'ws';
import type { LiveMessage } from '../model/api.ts';
import { type Entry, lastSeq } from '../model/entry.ts';
import { openLine } from '../model/journal.ts';
import { parseJson } from '../model/json.ts';
import { decodeEntry } from '../model/line.ts';
import { type Api, apiOf, findCollector, tokenOf } from './api.ts';
import { UserError } from './error.ts';
import { journalFiles } from './journals.ts';

export interface Listener {
  /** `old`: it was there before. */
  tell(entries: readonly Entry[], old: boolean): void;
  /** Nothing is missed from here on. */
  ready(): void;
}

/** Tells new entries until `signal` aborts; rejects when the collector goes away. */
export async function followSessions(
  state: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const running = await findCollector(state);
  if (!running) return followJournals(state, listener, signal);
  try {
    await followCollector(apiOf(state, running.address), listener, {
      address: running.address,
      token: (await tokenOf(state, 'read')) ?? '',
      signal,
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

interface Live {
  readonly address: string;
  readonly token: string;
  readonly signal: AbortSignal;
}

async function followCollector(api: Api, listener: Listener, live: Live): Promise<void> {
  const last = new Map<string, number>();
  const fetchNew = async (session: string, old: boolean): Promise<void> => {
    for (;;) {
      const from = (last.get(session) ?? -1) + 1;
      const entries = (await api.lines(session, from)).flatMap(entryOf);
      const end = entries.reduce((latest, entry) => Math.max(latest, lastSeq(entry)), from - 1);
      if (end < from) return;
      last.set(session, end);
      listener.tell(entries, old);
    }
  };
  const messages = liveMessages(live);
  // The first one says that the collector tells every change from here on.
  await messages.next();
  for (const session of await api.sessions()) {
    if (session.phase === 'ended') last.set(session.id, session.lastSeq);
    else await fetchNew(session.id, true);
  }
  listener.ready();
  for await (const { changed } of messages) {
    for (const session of changed) {
      if (session.lastSeq > (last.get(session.id) ?? -1)) await fetchNew(session.id, false);
    }
  }
}

/** What the collector says on its live channel, in order. */
async function* liveMessages({ address, token, signal }: Live): AsyncGenerator<LiveMessage, never> {
  const socket = new WebSocket(`${address.replace(/^http/, 'ws')}/api/live`);
  signal.addEventListener('abort', () => socket.terminate(), { once: true });
  socket.on('open', () => socket.send(token));
  try {
    for await (const [data] of on(socket, 'message', { close: ['close'] })) {
      const parsed = parseJson(String(data));
      if (parsed.ok) yield parsed.value as LiveMessage;
    }
  } finally {
    socket.terminate();
  }
  const hint = 'wiretape open starts it again.';
  throw new UserError('collector-failed', 'The collector has ended.', hint);
}

/** How often journals are looked at, in ms. */
const INTERVAL = 200;

async function followJournals(
  state: string,
  { tell, ready }: Listener,
  signal: AbortSignal,
): Promise<void> {
  const offsets = new Map<string, number>();
  for (let old = true; !signal.aborted; old = false) {
    const files = await journalFiles(state);
    const grown = await Promise.all(files.map((file) => readOn(file, offsets)));
    const entries = grown.flat();
    if (entries.length > 0) tell(entries, old);
    if (old) ready();
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
