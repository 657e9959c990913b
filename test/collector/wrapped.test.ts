// What is wrapped on this machine, as pages are told of it: what the configurations say now, told
// again when it changes, only to readers, and never beside recordings that were opened.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { watchWrapped, wrapped } from '../../tap/wrap/index.ts';
import { keepRecords } from '../../tap/wrap/records.ts';
import { ends, tape } from '../kit/entries.ts';
import { ask, listen, read, runCollector, temporaryFolder } from './kit.ts';

/** A state folder, and the configuration of a host beside it. */
async function machine() {
  const folder = await temporaryFolder();
  const state = join(folder, 'state');
  const file = join(folder, 'mcp.json');
  await mkdir(state, { mode: 0o700 });
  return {
    state,
    wrappings: {
      list: () => wrapped(state),
      watch: (changed: () => void) => watchWrapped(state, changed),
    },
    configure: (args: readonly string[]) =>
      writeFile(file, JSON.stringify({ mcpServers: { notes: { command: 'node', args } } })),
    record: (...names: readonly string[]) =>
      keepRecords(
        state,
        names.map((name) => ({
          host: 'cursor',
          scope: 'user',
          file,
          keys: ['mcpServers'],
          name,
          when: '2026-11-25T10:02:00.000Z',
          original: { command: 'x', literal: '"x"', hadArgs: true },
        })),
      ),
  };
}

const launcher = '/s/wiretape-launcher.mjs';
const notes = {
  name: 'notes',
  host: 'cursor',
  hostName: 'Cursor',
  restart: expect.stringMatching(/restart Cursor\.$/),
  when: '2026-11-25T10:02:00.000Z',
};

test('a page is told what is wrapped now, and each change of it', async () => {
  const { configure, record, ...options } = await machine();
  const collector = await runCollector(options);
  const asked = async () => (await read(collector, '/api/wrapped')).json();
  expect(await asked()).toEqual([]);
  const told = await listen(collector);

  await configure([launcher, '--name', 'notes', '--entry', 'e1', '--', 'x']);
  await record('notes', 'gone');
  const first = await told.first(({ wrapped: servers }) => servers?.length === 1);
  expect(first).toEqual({ changed: [], removed: [], wrapped: [{ ...notes, entry: 'e1' }] });
  expect(await asked()).toEqual(first.wrapped);

  await configure([launcher, '--name', 'notes', '--', 'x']);
  expect(await asked()).toEqual([notes]);
  // By hand, which nobody tells: whoever asks is told all the same.
  await configure(['x']);
  expect(await asked()).toEqual([]);
  await record();
  await told.first(({ wrapped: servers }) => servers?.length === 0);
});

test('only readers are told, and whoever opened recordings is told nothing of this machine', async () => {
  const { configure, record, ...options } = await machine();
  await configure([launcher, '--name', 'notes', '--', 'x']);
  await record('notes');
  const collector = await runCollector(options);
  expect((await read(collector, '/api/wrapped')).json()).toEqual([notes]);
  for (const token of ['', collector.writeToken]) {
    const headers = { authorization: `Bearer ${token}` };
    const { status } = await ask(collector.address, '/api/wrapped', { headers });
    expect([401, 403]).toContain(status);
  }
  const opened = await runCollector({ ...options, recordings: tape('s', [ends()]) });
  expect((await read(opened, '/api/wrapped')).json()).toEqual([]);
});
