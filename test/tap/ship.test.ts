// Invariant: a collector gets every entry once, in order, while it comes. One that is no help: ship-faults.test.ts.

import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, collect, collected, expectWhole, listenAt } from './collecting.ts';
import { journals, outcome, run, server, start, tapped, temporaryFolder, until } from './kit.ts';

const LINES = 300;
const TRAFFIC = Array.from(
  { length: LINES },
  (_, id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`,
).join('');

describe('a collector that is there', () => {
  test('gets a session while it runs, and its journal goes', async () => {
    const state = await temporaryFolder();
    const collector = await collect(state);
    const child = start(await tapped(server('echo'), { state }));
    child.stdin.write(TRAFFIC);
    // Live: everything has arrived before the session ends.
    const live = await until(async () => {
      const [session] = JSON.parse(await ask(collector, '/api/sessions'));
      return session?.lastSeq >= 2 * LINES && session;
    });
    expect(live.phase).not.toBe('ended');
    const ended = outcome(child);
    child.stdin.end();
    await ended;
    expectWhole(await collected(collector), 2 * LINES + 3);
    await until(async () => (await journals(state)).length === 0);
  });

  test('gets a large message and the small ones behind it in order', async () => {
    const state = await temporaryFolder();
    const collector = await collect(state);
    const large = `{"jsonrpc":"2.0","method":"x","params":"${'y'.repeat(3_000_000)}"}\n`;
    const child = start(await tapped(server('echo'), { state }));
    child.stdout.resume();
    child.stdin.write(large + TRAFFIC + large);
    await until(
      async () => JSON.parse(await ask(collector, '/api/sessions'))[0]?.lastSeq >= 2 * LINES + 4,
    );
    child.stdin.end();
    expectWhole(await collected(collector), 2 * LINES + 7);
  });

  test('goes and comes back: nothing is lost, nothing is doubled', async () => {
    const state = await temporaryFolder();
    const first = await collect(state);
    const child = start(await tapped(server('echo'), { state }));
    const heard = lineCount(child.stdout);
    child.stdin.write(TRAFFIC);
    await until(async () => JSON.parse(await ask(first, '/api/sessions'))[0]?.lastSeq > LINES);
    await first.close();
    child.stdin.write(TRAFFIC);
    await until(() => heard() === 2 * LINES);
    const second = await collect(state);
    child.stdin.write(TRAFFIC);
    await until(() => heard() === 3 * LINES);
    child.stdin.end();
    expectWhole(await collected(second), 6 * LINES + 3);
    await until(async () => (await journals(state)).length === 0);
  });
});

test('a long journal begins anew when all of it is acknowledged, and nothing is lost by it', async () => {
  const state = await temporaryFolder();
  const collector = await collect(state);
  const child = start(await tapped(server('echo'), { state }));
  child.stdout.resume();
  const big = `{"jsonrpc":"2.0","method":"x","params":"${'y'.repeat(1_000_000)}"}\n`;
  const size = async (): Promise<number> => {
    const [name = ''] = await readdir(join(state, 'journal'));
    return (await stat(join(state, 'journal', name))).size;
  };
  for (let at = 0; at < 12; at++) child.stdin.write(big);
  await until(async () => JSON.parse(await ask(collector, '/api/sessions'))[0]?.lastSeq >= 24);
  await until(async () => (await size()) < 1 << 20);
  child.stdin.write(TRAFFIC);
  child.stdin.end();
  expectWhole(await collected(collector), 2 * LINES + 24 + 3);
});

test('a socket in a folder that others may write to is not trusted', async () => {
  const state = await temporaryFolder();
  await mkdir(join(state, 'tokens'), { mode: 0o700 });
  await writeFile(join(state, 'tokens/write'), 'some-token', { mode: 0o600 });
  const { visits } = await listenAt(join(state, 'collector.sock'), () => {});
  await chmod(state, 0o777);
  await run(await tapped(server('echo'), { state }), { input: TRAFFIC });
  expect(visits()).toBe(0);
});

function lineCount(stream: NodeJS.ReadableStream): () => number {
  let count = 0;
  stream.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 0x0a) count++;
  });
  return () => count;
}
