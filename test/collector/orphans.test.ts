/** Journals of dead taps: taken in whole, with what they lack said; those of living ones untouched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { journalHeader, journalLine } from '../../model/journal.ts';
import { writeRecording } from '../../model/recording.ts';
import { type Owner, parseProcStat, statePaths } from '../../model/state.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import {
  ask,
  connectTap,
  type Running,
  read,
  runCollector,
  temporaryFolder,
  until,
} from './kit.ts';

function talk(name: string): Entry[] {
  return tape(name, [...opening(), client(toolCall(1, 'write')), server(toolText(1, 'done'))]);
}

/** A process that does nothing until it is killed, as the owner of a journal. */
async function startOwner(): Promise<{
  owner: Owner;
  child: ChildProcess;
  kill: () => Promise<void>;
}> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const pid = child.pid!;
  const started = parseProcStat(await readFile(`/proc/${pid}/stat`, 'utf8'))!.started;
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { owner: { pid, started }, child, kill };
}

async function deadOwner(): Promise<Owner> {
  const { owner, kill } = await startOwner();
  await kill();
  return owner;
}

interface Left {
  readonly owner: Owner;
  /** What stands behind the header. */
  readonly body: string;
}

async function leaveJournal(
  state: string,
  session: string,
  { owner, body }: Left,
): Promise<string> {
  const { journals } = statePaths(state);
  await mkdir(journals, { recursive: true, mode: 0o700 });
  const path = join(journals, `${session}.journal`);
  await writeFile(path, journalHeader(session, owner, crc32) + body, { mode: 0o600 });
  return path;
}

function sealed(entries: readonly Entry[]): string {
  return entries.map((entry) => journalLine(entry, crc32)).join('');
}

function isGone(path: string): Promise<boolean> {
  return access(path).then(
    () => false,
    () => true,
  );
}

async function exported(collector: Running, id: string): Promise<string> {
  return (await read(collector, `/api/export?sessions=${id}`)).text();
}

/** The lines of a session from `seq` on, as objects. */
async function tail(collector: Running, id: string, seq: number): Promise<unknown[]> {
  const text = (await read(collector, `/api/sessions/${id}/entries?from=${seq}`)).text();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

test('the journal of a tap that ended is taken in as it is, and deleted', async () => {
  const state = await temporaryFolder();
  const own = [...talk('ended')];
  own.push({
    type: 'end',
    session: own[0]!.session,
    seq: own.length,
    at: 99_000,
    reason: 'closed',
  });
  const path = await leaveJournal(state, own[0]!.session, {
    owner: await deadOwner(),
    body: sealed(own),
  });
  const collector = await runCollector({ state });
  await until(() => isGone(path), 'the journal is deleted');
  expect(await exported(collector, own[0]!.session)).toBe(writeRecording(own));
});

test('a session whose tap was killed ends with tap-gone, said by the collector', async () => {
  const { owner, kill } = await startOwner();
  const own = talk('killed');
  const id = own[0]!.session;
  const collector = await runCollector();
  const path = await leaveJournal(collector.state, id, { owner, body: sealed(own) });
  // Part of it came over the socket before, as it does.
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(own.slice(0, 3));
  await tap.acknowledged(id, 2);
  expect(await isGone(path)).toBe(false);
  await kill();
  await tap.close();
  await until(() => isGone(path), 'the journal is deleted');
  expect(await tail(collector, id, own.length)).toEqual([
    {
      type: 'end',
      session: id,
      seq: own.length,
      at: own.at(-1)!.at,
      reason: 'tap-gone',
      by: 'collector',
    },
  ]);
  expect((await read(collector, `/api/sessions/${id}`)).json()).toMatchObject({
    phase: 'ended',
    lostCount: 0,
  });
});

test('torn and damaged lines become gaps', async () => {
  const state = await temporaryFolder();
  const own = talk('damaged');
  const id = own[0]!.session;
  const lines = own.map((entry) => journalLine(entry, crc32));
  const body = [
    ...lines.slice(0, 3),
    `${lines[3]!.slice(0, 60)}\n`,
    lines[4]!,
    lines[5]!.slice(0, 40),
  ].join('');
  const path = await leaveJournal(state, id, { owner: await deadOwner(), body });
  const collector = await runCollector({ state });
  await until(() => isGone(path), 'the journal is deleted');
  expect(await tail(collector, id, 3)).toMatchObject([
    { type: 'gap', seq: 3, to: 3, count: 1, reason: 'damaged-journal', by: 'collector' },
    { type: 'message', seq: 4 },
    { type: 'gap', seq: 5, to: 5, count: 1, reason: 'damaged-journal', by: 'collector' },
    { type: 'end', seq: 6, reason: 'tap-gone', by: 'collector' },
  ]);
});

test('the journal of a living tap is left alone, and that of a later process with its pid is not its own', async () => {
  const { owner } = await startOwner();
  const living = talk('living');
  const recycled = talk('recycled');
  const collector = await runCollector();
  const kept = await leaveJournal(collector.state, living[0]!.session, {
    owner,
    body: sealed(living),
  });
  const left = await leaveJournal(collector.state, recycled[0]!.session, {
    owner: { pid: owner.pid, started: '1' },
    body: sealed(recycled),
  });
  await until(() => isGone(left), 'the journal is deleted');
  expect(await isGone(kept)).toBe(false);
  expect((await read(collector, `/api/sessions/${living[0]!.session}`)).status).toBe(404);
});

test('the journal of a session that still ships is left alone, though its process is not to be seen', async () => {
  const collector = await runCollector();
  const own = talk('elsewhere');
  const id = own[0]!.session;
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.socket.send(JSON.stringify({ resume: id }));
  await tap.acks.first(({ ack }) => ack === id);
  const path = await leaveJournal(collector.state, id, {
    owner: await deadOwner(),
    body: sealed(own),
  });
  const other = talk('other');
  const taken = await leaveJournal(collector.state, other[0]!.session, {
    owner: await deadOwner(),
    body: sealed(other),
  });
  await until(() => isGone(taken), 'the other journal is deleted');
  expect(await isGone(path)).toBe(false);
  await tap.close();
  await until(() => isGone(path), 'the journal is deleted');
});

test('files that are no journals are left alone', async () => {
  const collector = await runCollector();
  const { journals } = statePaths(collector.state);
  await mkdir(journals, { recursive: true });
  for (const name of ['empty.journal', 'text.journal', 'notes.txt']) {
    await writeFile(join(journals, name), name === 'empty.journal' ? '' : 'something else\n');
  }
  const owner = await deadOwner();
  const escaping = '../../escaped';
  await writeFile(join(journals, 'bad.journal'), journalHeader(escaping, owner, crc32));
  const own = talk('after');
  const path = await leaveJournal(collector.state, own[0]!.session, { owner, body: sealed(own) });
  await until(() => isGone(path), 'the journal is deleted');
  for (const name of ['empty.journal', 'text.journal', 'notes.txt', 'bad.journal']) {
    expect(await isGone(join(journals, name)), name).toBe(false);
  }
  expect((await read(collector, '/api/sessions')).json()).toHaveLength(1);
});

test('erasing a session takes what its dead tap left with it', async () => {
  const collector = await runCollector();
  const own = [
    ...talk('erased'),
    ...tape('erased', [ends()])
      .slice(1)
      .map((entry) => ({ ...entry, seq: 6 })),
  ];
  const id = own[0]!.session;
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(own);
  await tap.acknowledged(id, 6);
  await tap.close();
  const path = await leaveJournal(collector.state, id, {
    owner: await deadOwner(),
    body: sealed(own),
  });
  const headers = { authorization: `Bearer ${collector.adminToken}` };
  const answer = await until(async () => {
    const erased = await ask(collector.address, `/api/sessions/${id}`, {
      method: 'DELETE',
      headers,
    });
    return erased.status !== 409 && erased;
  }, 'the tap counts as gone');
  expect(answer.status).toBe(204);
  expect(await isGone(path)).toBe(true);
  expect((await read(collector, '/api/sessions')).json()).toEqual([]);
});
