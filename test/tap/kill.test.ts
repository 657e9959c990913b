// Invariant: a tap that is killed loses nothing that was a whole line of at most 64 KiB forwarded a turn before,
// leaves at most one torn line, and takes its server's processes with it.

import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { isAlive, journal, random, server, start, tapped, temporaryFolder, until } from './kit.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
// KILLS=1000 npx vitest run test/tap/kill.test.ts takes some minutes.
const KILLS = Number(process.env['KILLS'] ?? 10);

test(
  `kill -9 in the middle of traffic, ${KILLS} times (SEED=${seed})`,
  async () => {
    for (let at = 0; at < KILLS; at++) await killOnce(random(seed + at));
  },
  60_000 + 2000 * KILLS,
);

async function killOnce(next: () => number): Promise<void> {
  const state = await temporaryFolder();
  const child = start(await tapped(server('echo'), { state }));
  const last = 5 + Math.floor(next() * 300);
  const size = next() < 0.5 ? 20 : Math.floor(next() * 60_000);
  let heard = -1;
  let rest = '';
  // One line at a time: when the echo of a line is here, everything before it was forwarded in earlier turns.
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    heard += lines.length;
    if (lines.length > 0 && heard < last) child.stdin.write(message(heard + 1, size));
    if (heard === last) child.kill('SIGKILL');
  });
  child.stdin.write(message(0, size));
  await once(child, 'close');
  const { entries, problems } = await journal(state);
  expect(problems.filter(({ kind }) => kind !== 'torn')).toEqual([]);
  const range = (end: number): number[] => Array.from({ length: end }, (_, id) => id);
  expect(idsFrom(entries, 'client')).toEqual(range(last + 1));
  expect(idsFrom(entries, 'server').slice(0, last)).toEqual(range(last));
}

function message(id: number, size: number): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"ping","params":{"fill":"${'x'.repeat(size)}"}}\n`;
}

function idsFrom(entries: readonly Entry[], from: 'client' | 'server'): unknown[] {
  return entries.flatMap((entry) =>
    entry.type === 'message' && entry.from === from ? [(entry.value as { id: number }).id] : [],
  );
}

test('small lines behind a large one are in the journal although the large one is not yet', async () => {
  const state = await temporaryFolder();
  const child = start(await tapped(server('echo'), { state }));
  // The worker needs a moment to start and to redact; a ping-pong of small lines does not.
  child.stdin.write(message(0, 7_000_000));
  for (let id = 1; id <= 20; id++) child.stdin.write(message(id, 20));
  let rest = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      rest = (rest + chunk).slice(-200);
      if (rest.includes('"id":20,')) resolve();
    });
  });
  child.kill('SIGKILL');
  await once(child, 'close');
  const { entries } = await journal(state);
  expect(idsFrom(entries, 'client').filter((id) => id !== 0)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
});

test.each(['willing', 'stubborn'])(
  'no process is left of a %s server that outlives its input',
  async (kind) => {
    const state = await temporaryFolder();
    const child = start(await tapped(server('echo', '--stay', `--${kind}`), { state }));
    const [said] = await once(child.stderr, 'data');
    const pids = String(said).split(' ').slice(1).map(Number);
    expect(pids).toHaveLength(2);
    child.kill('SIGKILL');
    for (const pid of pids) await until(async () => !(await isAlive(pid)));
  },
);
