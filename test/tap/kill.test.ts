// Invariant: a tap that is killed loses nothing that was a whole line of at most 64 KiB forwarded a turn before,
// leaves at most one torn line, and takes its server's processes with it. A thousand times in test/long.

import { once } from 'node:events';
import process from 'node:process';
import { expect, test } from 'vitest';
import { checkKills, idsFrom, message } from './kills.ts';
import { isAlive, journal, server, start, tapped, temporaryFolder, until } from './kit.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`kill -9 in the middle of traffic, 10 times (SEED=${seed})`, async () => {
  await checkKills(10, seed);
}, 60_000);

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
