import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from '../../collector/index.ts';
import type { Status } from '../../model/api.ts';
import { createColumns } from '../../model/columns.ts';
import type { Entry } from '../../model/entry.ts';
import { journalHeader } from '../../model/journal.ts';
import { encodeEntry } from '../../model/line.ts';
import { writeRecording } from '../../model/recording.ts';
import { createSessionMachine } from '../../model/session-machine.ts';
import { parseProcStat, statePaths } from '../../model/state.ts';
import { type SessionSummary, summaryOf } from '../../model/summary.ts';
import type { Workflow } from '../../model/workflow.ts';
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

const entries = tape('memory', [
  ...opening(),
  client(toolCall(1, 'create_entities', { entities: [] })),
  server(toolText(1, 'done')),
  ends(),
]);
const id = entries[0]!.session;

async function ship(collector: Running, own: readonly Entry[]): Promise<void> {
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(own);
  await tap.acknowledged(own[0]!.session, own.at(-1)!.seq);
  await tap.close();
}

test('more sessions than can be analysed together are refused', async () => {
  const collector = await runCollector();
  const ids = Array.from({ length: 1001 }, (_, at) => String(at).padEnd(128, 'x'));
  const told = await read(collector, `/api/findings?sessions=${ids.join(',')}`);
  expect(told.status).toBe(400);
  expect(told.json()).toEqual({
    code: 'too-many-sessions',
    detail: 'At most 1000 sessions at once.',
  });
});

test('a session that a tap shipped is read back as it was', async () => {
  const collector = await runCollector();
  await ship(collector, entries);
  const machine = createSessionMachine(id);
  for (const entry of entries) machine.apply(entry);
  const summary = summaryOf(machine.session);
  expect((await read(collector, '/api/sessions')).json()).toEqual([summary]);
  expect((await read(collector, `/api/sessions/${id}`)).json()).toEqual(summary);
  const [workflow] = (await read(collector, '/api/workflows')).json<Workflow[]>();
  expect(workflow).toMatchObject({ sessions: [summary], runs: [{ sessions: [id] }] });
  const lines = (await read(collector, `/api/sessions/${id}/entries?from=1&limit=2`)).text();
  expect(lines).toBe(`${entries.slice(1, 3).map(encodeEntry).join('\n')}\n`);
  expect((await read(collector, `/api/sessions/${id}/entries/4`)).text()).toBe(
    encodeEntry(entries[4]!),
  );
  expect((await read(collector, `/api/export?sessions=${id}`)).text()).toBe(
    writeRecording(entries),
  );
  expect((await read(collector, '/api/status')).json<Status>()).toMatchObject({
    version: '0.0.0-test',
    sessionCount: 1,
    liveCount: 0,
    readOnly: false,
  });
});

test('the index comes in parts, each with what is new', async () => {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  const columns = createColumns();
  for (const end of [2, 3, entries.length]) {
    tap.send(entries.slice(0, end));
    await tap.acknowledged(id, end - 1);
    const part = await read(
      collector,
      `/api/sessions/${id}/index?rows=${columns.length}&strings=${columns.strings.length}`,
    );
    expect(part.headers['content-type']).toBe('application/octet-stream');
    expect(columns.decode(part.body)).toBe(true);
    expect(columns.length).toBe(end);
  }
  expect(columns.row(5)).toMatchObject({
    kind: 'response',
    peer: 4,
    method: 'tools/call',
    subject: 'create_entities',
  });
  const beyond = await read(collector, `/api/sessions/${id}/index?rows=100`);
  expect([beyond.status, beyond.json()]).toMatchObject([409, { code: 'index-changed' }]);
  const none = await read(
    collector,
    `/api/sessions/${id}/index?rows=${entries.length}&strings=${columns.strings.length}`,
  );
  expect(columns.decode(none.body)).toBe(true);
  expect(columns.length).toBe(entries.length);
});

test('rows that changed are not continued', async () => {
  const collector = await runCollector();
  const gap: Entry = {
    type: 'gap',
    session: id,
    seq: 3,
    at: 9,
    to: 4,
    count: 2,
    reason: 'disk full',
  };
  await ship(collector, [...entries.slice(0, 3), gap, ...entries.slice(5)]);
  const first = await read(collector, `/api/sessions/${id}/index`);
  const rewrites = String(first.headers['wiretape-rewrites']);
  await ship(collector, entries.slice(3, 5));
  const next = await read(
    collector,
    `/api/sessions/${id}/index?rows=3&strings=1&rewrites=${rewrites}`,
  );
  expect([next.status, next.json()]).toMatchObject([409, { code: 'index-changed' }]);
  const columns = createColumns();
  expect(columns.decode((await read(collector, `/api/sessions/${id}/index`)).body)).toBe(true);
  expect(columns.length).toBe(entries.length);
  const summary = (await read(collector, `/api/sessions/${id}`)).json<SessionSummary>();
  expect(summary).toMatchObject({ lostCount: 0, entryCount: entries.length });
});

test('sessions outlive the collector, and summaries that a crash left behind are made anew', async () => {
  const state = await temporaryFolder();
  const first = await runCollector({ state });
  await ship(first, entries);
  await first.close();
  const again = await runCollector({ state });
  expect((await read(again, '/api/sessions')).json()).toMatchObject([{ id, phase: 'ended' }]);
});

test('a session is erased by the administrator, from every file of the state folder', async () => {
  const collector = await runCollector();
  await ship(collector, entries);
  const remove = (token: string) =>
    ask(collector.address, `/api/sessions/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    });
  expect((await remove(collector.token)).status).toBe(403);
  expect((await remove(collector.writeToken)).status).toBe(403);
  expect((await remove(collector.adminToken)).status).toBe(204);
  expect((await remove(collector.adminToken)).status).toBe(404);
  expect((await read(collector, '/api/sessions')).json()).toEqual([]);
  for (const file of await readdir(collector.state, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const held = await readFile(join(file.parentPath, file.name));
    expect(held.includes('create_entities') || held.includes(id), file.name).toBe(false);
  }
});

test('a session that is being recorded is not erased', async () => {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(entries.slice(0, 3));
  await tap.acknowledged(id, 2);
  const headers = { authorization: `Bearer ${collector.adminToken}` };
  const refused = await ask(collector.address, `/api/sessions/${id}`, {
    method: 'DELETE',
    headers,
  });
  expect([refused.status, refused.json()]).toMatchObject([409, { code: 'session-live' }]);
});

test('what is older or larger than agreed is erased, and a session being recorded is not', async () => {
  const state = await temporaryFolder();
  const first = await runCollector({ state });
  const days = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString();
  const aged = (name: string, age: number) =>
    tape(name, [...opening(), ends()], { wall: days(age) });
  for (const own of [aged('old', 40), aged('young', 1), aged('new', 0)]) await ship(first, own);
  await read(first, '/api/sessions');
  await first.close();
  const names = async (collector: Running) =>
    (await read(collector, '/api/sessions')).json<SessionSummary[]>().map(({ name }) => name);
  const second = await runCollector({ state });
  await until(async () => (await names(second)).length === 2, 'the old one is erased');
  expect((await names(second)).sort()).toEqual(['new', 'young']);
  // As old as the first, but its tap (this process) still runs: only its journal tells.
  const living = aged('living', 50).slice(0, -1);
  await ship(second, living);
  await read(second, '/api/sessions');
  await second.close();
  const { journals } = statePaths(state);
  await mkdir(journals, { mode: 0o700 });
  const { started } = parseProcStat(await readFile('/proc/self/stat', 'utf8'))!;
  const header = journalHeader(living[0]!.session, { pid: process.pid, started }, crc32);
  await writeFile(join(journals, `${living[0]!.session}.journal`), header);
  const third = await runCollector({ state, retention: { days: 30, bytes: 1000 } });
  await until(async () => (await names(third)).length === 1, 'all that may go is erased');
  expect(await names(third)).toEqual(['living']);
});

test('bad questions get a code, and never an entry', async () => {
  const collector = await runCollector();
  await ship(collector, entries);
  const questions: [path: string, status: number, code: string][] = [
    ['/api/nothing', 404, 'no-route'],
    ['/api/sessions/unknown', 404, 'unknown-session'],
    ['/api/sessions/unknown/index', 404, 'unknown-session'],
    ['/api/sessions/unknown/entries', 404, 'unknown-session'],
    [`/api/sessions/${id}/entries?from=-1`, 400, 'not-a-number'],
    [`/api/sessions/${id}/entries?limit=1e400`, 400, 'not-a-number'],
    [`/api/sessions/${id}/entries/99`, 404, 'no-entry'],
    [`/api/sessions/${id}/entries/x`, 400, 'not-a-number'],
    ['/api/findings', 400, 'no-sessions'],
    ['/api/findings?sessions=unknown', 404, 'unknown-session'],
    ['/api/stuck?sessions=', 400, 'no-sessions'],
    [`/api/export?sessions=${id},unknown`, 404, 'unknown-session'],
    ['/api/sessions/%2e%2e%2f%00', 404, 'unknown-session'],
  ];
  for (const [path, status, code] of questions) {
    const answer = await read(collector, path);
    expect([path, answer.status, answer.json()]).toMatchObject([path, status, { code }]);
  }
});

test('a run is marked with the administration token, and its mark goes with its session', async () => {
  const collector = await runCollector();
  await ship(collector, entries);
  const [workflow] = (await read(collector, '/api/workflows')).json<Workflow[]>();
  const run = workflow?.runs[0]?.id ?? '';
  const change = async (method: string, path: string, token = collector.adminToken) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await ask(collector.address, path, { method, headers })).status;
  };
  const marks = async () => (await read(collector, '/api/marks')).json();
  expect(await change('PUT', `/api/runs/${run}/mark/bad`, collector.token)).toBe(403);
  expect(await change('PUT', `/api/runs/${run}/mark/fine`)).toBe(400);
  expect(await change('PUT', '/api/runs/unknown/mark/bad')).toBe(404);
  expect(await marks()).toEqual([]);
  expect(await change('PUT', `/api/runs/${run}/mark/bad`)).toBe(204);
  expect(await change('PUT', `/api/runs/${run}/mark/good`)).toBe(204);
  expect(await marks()).toEqual([{ run, mark: 'good' }]);
  expect(await change('DELETE', `/api/runs/${run}/mark`)).toBe(204);
  expect(await marks()).toEqual([]);
  await change('PUT', `/api/runs/${run}/mark/bad`);
  expect(await change('DELETE', `/api/sessions/${id}`)).toBe(204);
  expect(await marks()).toEqual([]);
  const viewer = await runCollector({ recordings: entries });
  const headers = { authorization: `Bearer ${viewer.token}` };
  const path = `/api/runs/${run}/mark/bad`;
  expect((await ask(viewer.address, path, { method: 'PUT', headers })).status).toBe(403);
});

test('the files that others read are there while it runs, for their user alone, and gone after', async () => {
  const collector = await runCollector();
  const paths = statePaths(collector.state);
  const about = JSON.parse(await readFile(paths.collector, 'utf8')) as object;
  expect(about).toMatchObject({
    pid: process.pid,
    address: collector.address,
    socket: collector.socket,
    version: '0.0.0-test',
  });
  const modes = async (names: string[]) =>
    Promise.all(names.map(async (name) => (await stat(join(collector.state, name))).mode & 0o777));
  expect(
    await modes([
      'collector.json',
      'collector.sock',
      'tokens/read',
      'tokens/write',
      'tokens/admin',
      'store/store.db',
    ]),
  ).toEqual(Array(6).fill(0o600));
  expect(await modes(['.', 'tokens', 'store'])).toEqual(Array(3).fill(0o700));
  const tokens = [collector.token, collector.writeToken, collector.adminToken];
  expect(new Set(tokens).size).toBe(3);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  await collector.close();
  expect((await readdir(collector.state)).sort()).toEqual(['store', 'tokens']);
  expect((await runCollector({ state: collector.state })).token).toBe(collector.token);
});

test('a port in use, and a state folder in use, are told as such', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const state = await temporaryFolder();
  const start = () => startCollector({ state, port, version: 'x' });
  await expect(start()).rejects.toMatchObject({ code: 'port-in-use', hint: expect.any(String) });
  // Whatever was opened before has been let go.
  await runCollector({ state });
  await expect(startCollector({ state, port: 0, version: 'x' })).rejects.toMatchObject({
    code: 'store-in-use',
  });
});

test('recordings are served read-only, and nothing is written', async () => {
  const state = join(await temporaryFolder(), 'never-made');
  const lost = entries.filter(({ seq }) => seq !== 3);
  const viewer = await runCollector({ state, recordings: lost });
  expect((await read(viewer, '/api/status')).json()).toMatchObject({
    readOnly: true,
    sessionCount: 1,
  });
  expect((await read(viewer, `/api/sessions/${id}`)).json()).toMatchObject({
    lostCount: 1,
    phase: 'ended',
    callCount: 2,
  });
  const headers = { authorization: `Bearer ${viewer.token}` };
  const refused = await ask(viewer.address, `/api/sessions/${id}`, { method: 'DELETE', headers });
  expect(refused.status).toBe(403);
  await expect(stat(state)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('the page is served without a token, and nothing beside it', async () => {
  const folder = await temporaryFolder();
  const ui = join(folder, 'ui');
  await mkdir(join(ui, 'assets'), { recursive: true });
  await writeFile(join(folder, 'secret.js'), 'secret');
  await writeFile(join(ui, 'index.html'), '<!doctype html>');
  await writeFile(join(ui, 'assets', 'main-1.js'), 'export {}');
  const collector = await runCollector({ ui });
  const page = await ask(collector.address, '/');
  expect([page.status, page.text(), page.headers['cache-control']]).toEqual([
    200,
    '<!doctype html>',
    'no-store',
  ]);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['content-security-policy']).toContain(
    "default-src 'none'; script-src 'self'",
  );
  expect(page.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  const script = await ask(collector.address, '/assets/main-1.js');
  expect([script.status, script.headers['content-type']]).toEqual([
    200,
    'text/javascript; charset=utf-8',
  ]);
  expect(script.headers['cache-control']).toContain('immutable');
  for (const path of [
    '/../secret.js',
    '/%2e%2e/secret.js',
    '/assets/..%2f..%2fsecret.js',
    '/assets',
    '/x',
  ]) {
    expect((await ask(collector.address, path)).status, path).toBe(404);
  }
});
