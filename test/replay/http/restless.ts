/**
 * The restless client over HTTP: each message in a request of its own, its body in any pieces, after
 * any pause, responses read whenever they come; and the stream for what belongs to no request is
 * opened at some moment after the handshake.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../../../model/entry.ts';
import { member } from '../../../model/json.ts';
import { classify } from '../../../model/message.ts';
import { createBlockCut, readBlock } from '../../../model/sse.ts';
import { standIns } from '../../../replay/index.ts';
import { namesOf, neededAtEnd, partsOf, type Random, shuffled } from '../restless-client.ts';
import { URL_OF_ALL } from './asking.ts';
import type { Fetch } from './kit.ts';

/** Plays the only session of a recording; gives the hash of its transcript and whether it is equal. */
export async function playRestlessly(
  entries: readonly Entry[],
  random: Random,
  over?: { readonly url: string; readonly fetch: Fetch },
): Promise<{ hash: string; equal: boolean }> {
  const servers = standIns(entries);
  const { url = URL_OF_ALL, fetch = servers.fetch(servers.names[0] ?? '') } = over ?? {};
  await talk(entries, { random, url, fetch });
  const [report] = servers.report();
  return { hash: servers.transcript().hash, equal: report?.equal === true };
}

interface Way {
  readonly random: Random;
  readonly url: string;
  readonly fetch: Fetch;
}

/** Says what was recorded, and gets all that was recorded. */
export async function talk(entries: readonly Entry[], { random, url, fetch }: Way): Promise<void> {
  const got = new Map<string, number>();
  const same = equalsOf(entries);
  const note = (what: string): void => {
    got.set(same(what), (got.get(same(what)) ?? 0) + 1);
  };
  const live = namesOf(random);
  const ends = new AbortController();
  let wake = (): void => {};
  let headers: Record<string, string> = {};
  const hear = (text: string): void => {
    for (const value of [JSON.parse(text)].flat()) {
      const message = classify(value);
      if (message.kind === 'response') note(`answer ${live.recorded(message.id)}`);
      if (message.kind === 'request') note(`question ${JSON.stringify(message.id)}`);
    }
    wake();
  };
  const ask = async (method: string, body?: string): Promise<void> => {
    const response = await fetch(url, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      signal: ends.signal,
      ...(body === undefined ? {} : { body: inPieces(body, random), duplex: 'half' as const }),
    });
    const id = response.headers.get('mcp-session-id');
    if (id !== null) headers = { 'mcp-session-id': id };
    await read(response, hear);
  };
  const has = async (needs: readonly string[]): Promise<void> => {
    const wanted = new Map<string, number>();
    for (const need of needs) wanted.set(same(need), (wanted.get(same(need)) ?? 0) + 1);
    while (![...wanted].every(([what, count]) => (got.get(what) ?? 0) >= count)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const asked: Promise<void>[] = [];
  const background = (asking: Promise<void>): void => {
    asked.push(asking.catch((error) => (ends.signal.aborted ? undefined : Promise.reject(error))));
  };
  for (const { entry, needs } of shuffled(partsOf(entries), random)) {
    await has(needs);
    const asking = ask('POST', JSON.stringify(live.rename(entry.value)));
    const method = member(entry.value, 'method');
    background(asking);
    // The order in which they arrive is that in which they are said only where one waits for the other.
    if (method === 'initialize' || random() < 0.3) await Promise.race([asking, sleep(30)]);
    else await nextTurn();
    if (method === 'notifications/initialized') {
      background(sleep(random() * 5).then(() => ask('GET')));
    }
  }
  await has(neededAtEnd(entries));
  ends.abort();
  await Promise.all(asked);
}

/**
 * One name for the answers to equal requests: of those that cross in requests of their own nobody
 * can say which comes first, so what counts is how many of them were answered.
 */
function equalsOf(entries: readonly Entry[]): (need: string) => string {
  const names = new Map<string, string>();
  for (const { entry } of partsOf(entries)) {
    const message = classify(entry.value);
    if (message.kind !== 'request') continue;
    const { id, method, params } = message;
    names.set(`answer ${id}`, `answer ${method} ${JSON.stringify(params)}`);
  }
  return (need) => names.get(need) ?? need;
}

/** A body in pieces, with pauses between. */
function inPieces(text: string, random: Random): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (random() < 0.3) await nextTurn();
      const size = 1 + Math.floor(random() * bytes.length);
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
      if (at >= bytes.length) controller.close();
    },
  });
}

/** Hands over the messages of a response as they come. */
async function read(response: Response, hear: (text: string) => void): Promise<void> {
  if (!/^text\/event-stream/.test(response.headers.get('content-type') ?? '')) {
    const text = await response.text();
    if (text !== '') hear(text);
    return;
  }
  const cut = createBlockCut();
  let rest = new Uint8Array();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    let start = 0;
    for (let end = cut(chunk, start); end; end = cut(chunk, start)) {
      const block = Buffer.concat([rest, chunk.subarray(start, end.next)]).toString();
      rest = new Uint8Array();
      start = end.next;
      const { data } = readBlock(block);
      if (data && data.end > data.start) hear(block.slice(data.start, data.end));
    }
    rest = new Uint8Array(Buffer.concat([rest, chunk.subarray(start)]));
  }
}
