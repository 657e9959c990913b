/**
 * A collector that is killed (SIGKILL) while taps ship to it: whatever was acknowledged is there
 * after it starts again, nothing is there twice, and each tap goes on from where it was told.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { writeRecording } from '../../model/recording.ts';
import { statePaths } from '../../model/state.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { ask, connectTap, temporaryFolder } from './kit.ts';
import { seed } from './seed.ts';

const KILLS = 3;
const TAPS = 3;

interface Child {
  readonly process: ChildProcess;
  readonly address: string;
  readonly token: string;
}

async function startChild(state: string): Promise<Child> {
  const program = fileURLToPath(new URL('./collector-child.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, ...(JSON.parse(String(line)) as { address: string; token: string }) };
}

async function kill({ process: child }: Child): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function talk(name: string): Entry[] {
  const steps = Array.from({ length: 1000 }, (_, n) => [
    client(toolCall(n, 'write', { text: 'x'.repeat((n * 37) % 700) })),
    server(toolText(n, 'done')),
  ]);
  return tape(name, [...opening(), ...steps.flat(), ends()]);
}

interface Shipment {
  readonly entries: readonly Entry[];
  readonly acknowledged: number;
  /** How many entries to ship at most: what comes behind must wait for the next collector. */
  readonly most: number;
}

/** Ships from what is acknowledged on until the connection breaks or all is; gives the last acknowledgement. */
async function ship(state: string, { entries, acknowledged, most }: Shipment): Promise<number> {
  const token = await readFile(join(statePaths(state).tokens, 'write'), 'utf8');
  const id = entries[0]!.session;
  // The kill may come before the connection does.
  const tap = await connectTap(join(state, 'collector.sock'), token).catch(() => undefined);
  if (!tap) return acknowledged;
  let last = acknowledged;
  const closed = new Promise<void>((resolve) => tap.socket.once('close', () => resolve()));
  tap.socket.on('message', (data) => {
    const { seq } = JSON.parse(String(data)) as { seq: number };
    // What was acknowledged once is acknowledged for ever.
    expect(seq).toBeGreaterThanOrEqual(last);
    last = seq;
    if (last === entries.length - 1) tap.socket.terminate();
  });
  tap.socket.send(JSON.stringify({ resume: id }));
  await tap.acks.first(() => true).catch(() => undefined);
  for (let at = last + 1; at < most && tap.socket.readyState === tap.socket.OPEN; at += 40) {
    tap.send(entries.slice(at, Math.min(at + 40, most)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await closed;
  return last;
}

test(`${KILLS} kills in the middle of ingest lose and double nothing that was acknowledged`, async () => {
  const state = await temporaryFolder();
  const talks = Array.from({ length: TAPS }, (_, n) => talk(`tap ${n}`));
  const acknowledged = talks.map(() => -1);
  const length = talks[0]!.length;
  let random = seed;
  for (let round = 0; round <= KILLS; round++) {
    const child = await startChild(state);
    const most = Math.floor(((round + 1) / (KILLS + 1)) * length);
    const shipped = talks.map(async (entries, n) => {
      acknowledged[n] = await ship(state, { entries, acknowledged: acknowledged[n]!, most });
    });
    if (round < KILLS) {
      random = (random * 48271) % 0x7fffffff;
      const share = (random % 1000) / 1000;
      // A moment by what was taken in, not by the clock: somewhere in the share of this round.
      const until = Math.floor(((round + share) / (KILLS + 1)) * length);
      await reaches(child, talks[0]![0]!.session, Math.min(until, most - 1));
      await kill(child);
      await Promise.all(shipped);
      expect(Math.max(...acknowledged)).toBeLessThan(length - 1);
      continue;
    }
    await Promise.all(shipped);
    const headers = { authorization: `Bearer ${child.token}` };
    for (const entries of talks) {
      const recording = await ask(child.address, `/api/export?sessions=${entries[0]!.session}`, {
        headers,
      });
      expect(recording.text()).toBe(writeRecording(entries));
    }
    const all = (await ask(child.address, '/api/sessions', { headers })).json<SessionSummary[]>();
    expect(all.map(({ entryCount }) => entryCount)).toEqual(talks.map(({ length }) => length));
    await kill(child);
  }
  expect(acknowledged).toEqual(talks.map(({ length }) => length - 1));
}, 90_000);

/** Waits until a session is stored up to a seq. */
async function reaches({ address, token }: Child, id: string, seq: number): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const answer = await ask(address, `/api/sessions/${id}/entries/${seq}`, { headers });
    if (answer.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error(`never stored: ${id}:${seq}`);
}
