// The large counts of hostile HTTP (reference F10): 500 heads that never end are cut off, 100,000 pieces of noise break
// nothing, bodies of 2 GiB that are next to nothing on the wire are not followed; others notice none of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { SEED } from '../kit/random.ts';
import { checkBomb, checkNoise, slowHeads } from '../tap/http/hostile.ts';
import { rpc, tapAt } from '../tap/http/kit.ts';
import { rawUpstream } from '../tap/http/raw.ts';
import { temporaryFolder } from '../tap/kit.ts';

test('500 heads that come at a byte a second are cut off, and others are answered', async () => {
  const far = await rawUpstream();
  const tap = await tapAt(far.url, await temporaryFolder());
  const slow = await slowHeads(tap.url, 500, 1000);
  let isCut = false;
  const cut = slow.cut.then(() => {
    isCut = true;
  });
  let calls = 0;
  while (!isCut) expect((await rpc(tap.url, { id: ++calls, method: 'ping' })).status).toBe(200);
  await cut;
  slow.stop();
  expect(far.requests).toHaveLength(calls);
  expect(far.malformed).toEqual([]);
  expect(await tap.end()).toBe(0);
}, 60_000);

const ROUND = 10_000;

test.each(Array.from({ length: 10 }, (_, round) => round))(
  `${ROUND} pieces of noise, round %i (seed ${SEED})`,
  { timeout: 600_000 },
  async (round) => {
    await checkNoise(ROUND, SEED + round);
  },
);

test.each(['gzip', 'br'] as const)(
  'a bomb of 2 GiB (%s)',
  async (coding) => {
    await checkBomb(coding, 2048);
  },
  300_000,
);

test('an upstream that takes no connection is 502, and one that comes back is reached', async () => {
  // Its process sleeps, so that the system takes two connections for it and lets all others wait.
  const script = `
    const server = require('node:net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('node:fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const sleeper = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void sleeper.kill('SIGKILL'));
  const [port] = await once(sleeper.stdout, 'data');
  const tap = await tapAt(`http://127.0.0.1:${port}/mcp`, await temporaryFolder());
  const fill = Array.from({ length: 8 }, (_, id) => rpc(tap.url, { id, method: 'ping' }));
  const statuses = (await Promise.race(fill)).status;
  expect(statuses).toBe(502);
  sleeper.kill('SIGKILL');
  expect(new Set((await Promise.all(fill)).map(({ status }) => status))).toEqual(new Set([502]));
  expect(tap.said()).toContain('cannot be reached');
  expect(await tap.end()).toBe(0);
}, 60_000);
