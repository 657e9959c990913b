/** What tests of shipping share: collectors, what they have got, and what stands in their place. */
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type Collector, startCollector } from '../../collector/index.ts';
import { until } from './kit.ts';

/** Where a collector is asked. */
export type Address = Pick<Collector, 'address' | 'token'>;

export async function collect(state: string): Promise<Collector> {
  const collector = await startCollector({ state, port: 0, version: '0.0.0-test' });
  onTestFinished(() => collector.close());
  return collector;
}

export async function ask(collector: Address, path: string): Promise<string> {
  const headers = { authorization: `Bearer ${collector.token}` };
  return (await fetch(`${collector.address}${path}`, { headers })).text();
}

/** The seqs of the entries that the collector has of its only session, once it has ended. */
export async function collected(collector: Address): Promise<number[]> {
  const id = await until(async () => {
    const [session] = JSON.parse(await ask(collector, '/api/sessions'));
    return session?.phase === 'ended' && (session.id as string);
  });
  const seqs: number[] = [];
  for (;;) {
    const text = await ask(
      collector,
      `/api/sessions/${id}/entries?from=${(seqs.at(-1) ?? -1) + 1}`,
    );
    if (text === '') return seqs;
    for (const line of text.trimEnd().split('\n')) seqs.push(Number(/"seq":(\d+)/.exec(line)?.[1]));
  }
}

/** Every place once and in order; besides what crossed there may be notes that a pipe was full for a while. */
export function expectWhole(seqs: readonly number[], least: number): void {
  expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, seq) => seq));
  expect(seqs.length).toBeGreaterThanOrEqual(least);
}

/** Accepts connections at a path until the test ends; gives how many there were, and what ends them all. */
export async function listenAt(
  path: string,
  serve: (socket: Socket) => void,
): Promise<{ visits(): number; close(): void }> {
  const sockets = new Set<Socket>();
  let visits = 0;
  const listening = createServer((socket) => {
    visits++;
    sockets.add(socket);
    // The tap may be gone while something is still on its way to it.
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  };
  onTestFinished(close);
  return { visits: () => visits, close };
}
