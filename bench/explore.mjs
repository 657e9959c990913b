// What exploring costs (figure F15): how many schedules of two calls a second run on released
// server-memory, with servers started when they are needed and ahead of it; and how long the demo
// takes to prove each of its losses, with how many calls.
// node bench/explore.mjs [SCHEDULES]: prints figures. Nothing here fails.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { openRooms } from './rooms.mjs';

const count = Number(process.argv[2] ?? 20);
const root = resolve(import.meta.dirname, '..');
const main = process.env['WIRETAPE_MAIN'] ?? join(root, 'dist/cli/main.js');
const state = await mkdtemp(join(tmpdir(), 'wiretape-bench-'));
try {
  await proofs();
  await rates();
} finally {
  await rm(state, { recursive: true, force: true, maxRetries: 5 });
}

/** The lines of the demo, by when they came. */
async function proofs() {
  const child = spawn(process.execPath, [main, 'demo', '--exit', '--state', state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const start = performance.now();
  let last = start;
  for await (const line of createInterface({ input: child.stdout })) {
    const now = performance.now();
    const took = ((now - last) / 1000).toFixed(1);
    if (/observed/.test(line))
      say(`conflicts on screen after ${seconds(now - start)} s   F14 (goal 20)`);
    else if (/^[ABC] {2}(?:not )?proved/.test(line))
      say(`${line.slice(0, 60)}   ${took} s   F15 (goal 60 s, 3 calls)`);
    last = now;
  }
}

/** Schedules a second, the recorded order and its reverse in turn. */
async function rates() {
  const room = openRooms();
  const { openSource } = await room('cli/source.js');
  const { recordedSessions } = await room('replay/index.js');
  const { choose, numbered, sourcesOf } = await room('replay/explore/operations.js');
  const { liveExecutor } = await room('replay/explore/live.js');
  const { serversOf } = await room('replay/explore/servers.js');
  const { AT_ONCE } = await room('replay/explore/run.js');
  const source = await openSource(state);
  const all = await source.summaries();
  const entries = await source.entries(
    all.filter(({ workflow }) => workflow?.startsWith('demo A')).map(({ id }) => id),
  );
  await source.close();
  const operations = numbered(sourcesOf(recordedSessions(entries)));
  const memory = {
    explorable: true,
    command: process.execPath,
    args: [join(root, 'node_modules/@modelcontextprotocol/server-memory/dist/index.js')],
    env: { MEMORY_FILE_PATH: '{folder}/memory.jsonl' },
    reset: 'empty',
    write: true,
  };
  const servers = serversOf({ memory }, { folder: state, environment: process.env, file: 'bench' });
  const chosen = choose(operations, operations.slice(0, 2), {
    readable: operations,
    isExact: true,
    isAllowed: () => true,
    placeOf: () => 'memory',
  });
  for (const ahead of [0, 2]) {
    const live = liveExecutor({
      chosen,
      serverOf: () => servers.get('memory'),
      ordered: false,
      met: () => [],
      timeout: 10_000,
      secretOf: () => undefined,
      redact: (/** @type {string} */ text) => ({ text, count: 0 }),
      signal: new AbortController().signal,
      ahead,
    });
    await live.execute([[1], [2]], AT_ONCE);
    const start = performance.now();
    for (let at = 0; at < count; at++)
      await live.execute(at % 2 ? [[1], [2]] : [[2], [1]], AT_ONCE);
    const rate = (count / ((performance.now() - start) / 1000)).toFixed(1);
    say(
      `${ahead === 0 ? 'cold' : 'warm'}: ${rate.padStart(5)} schedules a second on server-memory   F15`,
    );
    await live.close();
  }
}

/** @param {number} ms */
function seconds(ms) {
  return (ms / 1000).toFixed(1);
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
