/**
 * Random exchanges through one tap: what either side sends, split anywhere, must arrive as it was
 * sent and come back out of the journal byte for byte.
 */
import { Agent, request as send } from 'node:http';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Entry, Peer } from '../../../model/entry.ts';
import { wireBytes } from '../../kit/random.ts';
import { bytesFrom, inOrder, journals, sha256, temporaryFolder } from '../kit.ts';
import { bodyOf, tapAt, upstream } from './kit.ts';

interface Sent {
  readonly type: 'application/json' | 'text/event-stream' | 'text/plain';
  readonly parts: readonly Uint8Array[];
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });

function parts([whole, places]: readonly [Buffer, readonly number[]]): Uint8Array[] {
  const at = [...new Set(places.map((place) => Math.floor(place * whole.length)))].sort(
    (a, b) => a - b,
  );
  return [0, ...at].map((from, index) => whole.subarray(from, at[index] ?? whole.length));
}

const side = (types: readonly Sent['type'][]): fc.Arbitrary<Sent> =>
  fc.record({ type: fc.constantFrom(...types), parts: fc.tuple(wireBytes, cuts).map(parts) });

const exchanges = fc.tuple(
  side(['application/json', 'text/plain']),
  side(['application/json', 'text/event-stream', 'text/event-stream', 'text/plain']),
);

/** Sends so many exchanges made from a seed through one tap, and compares every byte. */
export async function checkExchanges(count: number, seed: number): Promise<void> {
  const inputs = fc.sample(exchanges, { numRuns: count, seed });
  const heard: string[] = [];
  const far = await upstream(async (request, response) => {
    const index = Number(request.headers['x-input']);
    heard[index] = sha256(await bodyOf(request));
    const [, answer] = inputs[index] ?? [];
    response.writeHead(200, { 'content-type': answer?.type });
    for (const part of answer?.parts ?? []) if (part.length > 0) response.write(part);
    response.end();
  });
  const state = await temporaryFolder();
  const tap = await tapAt(far.url, state, ['--capture', 'raw']);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const said: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++)
      said[index] = await exchange(tap.url, index, agent, inputs[index]?.[0]);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  agent.destroy();
  expect(await tap.end()).toBe(0);
  const recorded = new Map((await journals(state)).flatMap(({ entries }) => [...byInput(entries)]));
  const hash = (sent: Sent | undefined): string => sha256(Buffer.concat(sent?.parts ?? []));
  inputs.forEach(([request, response], index) => {
    const entries = recorded.get(index) ?? [];
    const from = (peer: Peer): string => sha256(bytesFrom(entries, peer));
    const [asked, answered] = [hash(request), hash(response)];
    expect({
      index,
      seed,
      heard: heard[index],
      said: said[index],
      request: from('client'),
      response: from('server'),
    }).toEqual({ index, seed, heard: asked, said: answered, request: asked, response: answered });
  });
}

function exchange(
  url: string,
  index: number,
  agent: Agent,
  sent: Sent | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': sent?.type, 'x-input': index, 'mcp-session-id': 'one' };
    const request = send(url, { method: 'POST', agent, headers }, (response) => {
      bodyOf(response).then((all) => resolve(sha256(all)), reject);
    });
    request.on('error', reject);
    for (const part of sent?.parts ?? []) if (part.length > 0) request.write(part);
    request.end();
  });
}

/** The entries of each exchange, by the number of its input. */
function byInput(entries: readonly Entry[]): Map<number, Entry[]> {
  const numbers = new Map<number, number>();
  const found = new Map<number, Entry[]>();
  for (const entry of inOrder(entries)) {
    if (!('exchange' in entry) || entry.exchange === undefined) continue;
    if (entry.type === 'http' && entry.phase === 'opened') {
      const input = entry.headers?.find(([name]) => name === 'x-input')?.[1];
      numbers.set(entry.exchange, Number(input));
    }
    const input = numbers.get(entry.exchange) ?? -1;
    found.set(input, [...(found.get(input) ?? []), entry]);
  }
  return found;
}
