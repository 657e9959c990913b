/** Ingest over the real socket: tokens, order, repetition, what is refused, and what is told live. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { LiveMessage, Resume } from '../../model/api.ts';
import type { Entry } from '../../model/entry.ts';
import { encodeEntry } from '../../model/line.ts';
import { writeRecording } from '../../model/recording.ts';
import type { SessionSummary } from '../../model/summary.ts';
import {
  client,
  ends,
  opening,
  server,
  sessionId,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import {
  ask,
  connectTap,
  messagesOf,
  type Running,
  read,
  runCollector,
  temporaryFolder,
  until,
} from './kit.ts';
import { seed } from './seed.ts';

function talk(name: string, calls = 10): Entry[] {
  const steps = Array.from({ length: calls }, (_, n) => [
    client(toolCall(n + 1, 'create_entities', { n })),
    server(toolText(n + 1, 'done')),
  ]);
  return tape(name, [...opening(), ...steps.flat(), ends()]);
}

async function exported(collector: Running, id: string): Promise<string> {
  return (await read(collector, `/api/export?sessions=${id}`)).text();
}

/** The close code of a connection that sends these messages. */
function closeCode(collector: Running, messages: (string | Buffer)[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws+unix:${collector.socket}:/ingest`);
    socket.on('open', () => {
      for (const message of messages) socket.send(message);
    });
    socket.on('close', resolve).on('error', reject);
  });
}

test('repetition and any order of batches give each entry once', async () => {
  const collector = await runCollector();
  const talks = ['one', 'two', 'three'].map((name) => talk(name));
  const batch = fc.record({
    talk: fc.nat(2),
    from: fc.nat(24),
    length: fc.integer({ min: 1, max: 9 }),
    tap: fc.nat(2),
  });
  const [plan] = fc.sample(fc.array(batch, { minLength: 120, maxLength: 120 }), {
    seed,
    numRuns: 1,
  });
  const taps = await Promise.all(
    [0, 1, 2].map(() => connectTap(collector.socket, collector.writeToken)),
  );
  for (const { talk: n, from, length, tap } of plan!)
    taps[tap]!.send(talks[n]!.slice(from, from + length));
  for (const own of talks) {
    // Whatever the plan left out; and all of it once more, in one piece.
    taps[0]!.send(own);
    await taps[0]!.acknowledged(own[0]!.session, own.at(-1)!.seq);
  }
  for (const own of talks)
    expect(await exported(collector, own[0]!.session)).toBe(writeRecording(own));
  const summaries = (await read(collector, '/api/sessions')).json<SessionSummary[]>();
  expect(summaries.map(({ entryCount, callCount }) => [entryCount, callCount])).toEqual(
    Array(3).fill([25, 11]),
  );
});

test('an acknowledgement never goes beyond a hole', async () => {
  const collector = await runCollector();
  const own = talk('hole');
  const id = own[0]!.session;
  const tap = await connectTap(collector.socket, collector.writeToken);
  const answers: number[] = [];
  for (const [from, to] of [
    [5, 9],
    [0, 3],
    [12, 14],
    [3, 5],
    [9, 12],
  ] as const) {
    const before = tap.acks.all.length;
    tap.send(own.slice(from, to));
    await until(async () => tap.acks.all.length > before, 'an acknowledgement');
    answers.push(tap.acks.all.at(-1)!.seq);
  }
  expect(answers).toEqual([-1, 2, 2, 8, 13]);
  tap.socket.send(JSON.stringify({ resume: id } satisfies Resume));
  tap.socket.send(JSON.stringify({ resume: 'UNKNOWN' }));
  await tap.acks.first(({ ack, seq }) => ack === 'UNKNOWN' && seq === -1);
  expect(tap.acks.all.at(-2)).toEqual({ ack: id, seq: 13 });
});

test('a refused line is acknowledged as the gap that it leaves', async () => {
  const collector = await runCollector();
  const own = talk('refused');
  const id = own[0]!.session;
  const tap = await connectTap(collector.socket, collector.writeToken);
  const lines = own.map(encodeEntry);
  lines[4] = `${lines[4]!.slice(0, 30)}�`;
  tap.socket.send(lines.join('\n'));
  await tap.acknowledged(id, own.length - 1);
  const gap = JSON.parse(
    (await read(collector, `/api/sessions/${id}/entries/4`)).text(),
  ) as unknown;
  expect(gap).toMatchObject({
    type: 'gap',
    seq: 4,
    to: 4,
    count: 1,
    reason: 'refused',
    by: 'collector',
  });
  expect((await read(collector, `/api/sessions/${id}`)).json()).toMatchObject({ lostCount: 1 });
  // The line comes after all: nothing is lost any more.
  tap.send(own.slice(4, 5));
  await until(
    async () => (await exported(collector, id)) === writeRecording(own),
    'the whole session',
  );
});

test('a connection that is none ends with its reason, and no other one with it', async () => {
  const collector = await runCollector();
  const own = talk('good');
  const tap = await connectTap(collector.socket, collector.writeToken);
  const { writeToken, token } = collector;
  const line = encodeEntry(own[0]!);
  expect(await closeCode(collector, ['A'.repeat(43), line])).toBe(4401);
  expect(await closeCode(collector, [token, line])).toBe(4401);
  expect(await closeCode(collector, [line, writeToken])).toBe(4401);
  expect(await closeCode(collector, [writeToken, 'no entry'])).toBe(4400);
  expect(await closeCode(collector, [writeToken, ''])).toBe(4400);
  expect(await closeCode(collector, [writeToken, Buffer.from(line)])).toBe(4400);
  tap.send(own);
  await tap.acknowledged(own[0]!.session, own.at(-1)!.seq);
});

test('a large entry comes through, and one that is too large ends its connection', async () => {
  const collector = await runCollector();
  const text = '\u0001'.repeat(3 << 20);
  const own = tape('large', [server({ id: 1, result: { text } })]);
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(own);
  await tap.acknowledged(own[0]!.session, 1);
  expect((await read(collector, `/api/sessions/${own[0]!.session}/entries/1`)).text()).toBe(
    encodeEntry(own[1]!),
  );
  const closed = new Promise((resolve) => tap.socket.once('close', resolve));
  tap.socket.send('x'.repeat((64 << 20) + 1));
  expect(await closed).toBe(1009);
});

test('a page is told what changes, at most ten times a second, and what is gone', async () => {
  const collector = await runCollector();
  const socket = new WebSocket(`${collector.address.replace('http', 'ws')}/api/live`);
  const told = messagesOf<LiveMessage>(socket);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(collector.token);
  await told.first(({ changed }) => changed.length === 0);
  const own = talk('live', 200);
  const id = own[0]!.session;
  const tap = await connectTap(collector.socket, collector.writeToken);
  const start = performance.now();
  for (const entry of own) {
    tap.send([entry]);
    if (entry.seq % 10 === 0) await tap.acknowledged(id, entry.seq);
  }
  const last = await told.first(({ changed }) => changed.some(({ phase }) => phase === 'ended'));
  expect(last.changed).toMatchObject([
    { id, lastSeq: own.at(-1)!.seq, callCount: 201, openCount: 0 },
  ]);
  expect(told.all.length).toBeLessThanOrEqual(3 + (performance.now() - start) / 100);
  await tap.close();
  const headers = { authorization: `Bearer ${collector.adminToken}` };
  await ask(collector.address, `/api/sessions/${id}`, { method: 'DELETE', headers });
  await told.first(({ removed }) => removed.includes(id));
  socket.terminate();
});

test('a socket that a dead collector left is replaced, and a living one is not', async () => {
  const state = await temporaryFolder();
  await writeFile(join(state, 'collector.sock'), '');
  const collector = await runCollector({ state });
  await (await connectTap(collector.socket, collector.writeToken)).close();
  const other = await temporaryFolder();
  const somebody = createServer().listen(join(other, 'collector.sock'));
  onTestFinished(() => void somebody.close());
  await new Promise((resolve) => somebody.once('listening', resolve));
  await expect(runCollector({ state: other })).rejects.toMatchObject({ code: 'socket-in-use' });
});

test('the findings of a session are those that its own messages show, sought again when it changes', async () => {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  const steps = [...opening(), client(toolCall(1, 'a')), client(toolCall(1, 'a'))];
  const near = tape('near', steps, { start: 1_000_000 });
  const meets = tape('meets', steps, { start: 1_003_000 });
  const apart = tape('apart', steps, { start: 9_000_000 });
  const other = tape('other boot', steps, { start: 1_000_000, boot: 'boot-2' });
  for (const own of [near, meets, apart, other]) {
    tap.send(own);
    await tap.acknowledged(own[0]!.session, own.at(-1)!.seq);
  }
  const id = sessionId('near');
  const about = async () => {
    const answer = await read(collector, `/api/findings?sessions=${id}`);
    expect(answer.status).toBe(200);
    const found = answer.json<{ rule: string; evidence: { message: string }[] }[]>();
    const reused = found.filter(({ rule }) => rule === 'id-reused-in-flight');
    return reused.flatMap(({ evidence }) => evidence.map(({ message }) => message.split(':')[0]!));
  };
  const before = await about();
  expect(new Set(before)).toEqual(new Set([id]));
  const more = tape('near', [...steps, client(toolCall(1, 'a'))], { start: 1_000_000 });
  tap.send(more.slice(near.length));
  await tap.acknowledged(id, near.length);
  const after = await about();
  expect(new Set(after)).toEqual(new Set([id]));
  expect(after.length).toBeGreaterThan(before.length);
  const stuck = await read(collector, `/api/stuck?sessions=${id}`);
  expect(stuck.json<{ call: string }[]>().map(({ call }) => call)).toEqual([
    `${id}:4`,
    `${id}:5`,
    `${id}:6`,
  ]);
});
