// Released servers, recorded and then driven by their own recordings: nothing differs that control
// runs have not shown to differ, and what is another state is told.
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { capture, type Program, released } from '../capture.ts';
import { connect, type Talk } from '../clients.ts';
import { recordEverything } from '../scenarios.ts';
import { connectWords, replayWith } from './direct.ts';

let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'wiretape-client-')));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function record(
  name: string,
  program: Program,
  run: (talk: Talk) => Promise<unknown>,
): Promise<Entry[]> {
  const captured = capture(name, program);
  const talk = await connect(1, captured.transport);
  await run(talk);
  await talk.close();
  return captured.entries();
}

const main = (name: 'filesystem' | 'memory'): string => released(name).args[0] ?? '';

/** A server in a fresh state each time, as its user would start it. */
const fresh = (script: string): string[] => ['sh', '-c', script];

test('everything: sampling, elicitation and roots are answered from the recording', async () => {
  const { entries } = await recordEverything();
  const report = await replayWith(entries, [process.execPath, ...released('everything').args]);
  expect(report.differences).toEqual([]);
  expect(report).toMatchObject({ equal: true, masked: [], skipped: [] });
  expect(report.coverage.compared).toBe(report.coverage.recorded);
  // Roots, sampling and elicitation.
  expect(report.coverage.questions).toBeGreaterThanOrEqual(3);
});

test('filesystem: a folder of another name is noise once control runs have shown it', async () => {
  const first = await realpath(await mkdtemp(join(folder, 'first-')));
  const path = 'plan.md';
  const entries = await record('filesystem', released('filesystem', [first]), async (talk) => [
    await talk.listTools(),
    await talk.call('list_allowed_directories', {}),
    await talk.call('write_file', { path, content: 'one\ntwo' }),
    await talk.call('edit_file', { path, edits: [{ oldText: 'two', newText: 'three' }] }),
    await talk.call('read_text_file', { path }),
    await talk.call('read_text_file', { path: 'missing.md' }),
    await talk.call('list_directory', { path: '.' }),
  ]);
  const command = fresh(
    `d=$(mktemp -d "${folder}/XXXXXX") && exec "${process.execPath}" "${main('filesystem')}" "$d"`,
  );
  const control = { runs: 2, connect: connectWords(command) };
  const report = await replayWith(entries, command, { control });
  expect(report.differences).toEqual([]);
  expect(report).toMatchObject({ equal: true, controlRuns: 2, unmaskable: [] });
  expect(report.masked.length).toBeGreaterThan(0);
  expect(new Set(report.masks.map(({ mask }) => mask.slice(mask.lastIndexOf('='))))).toEqual(
    new Set(['=path']),
  );

  // Another state: the file that was missing is there.
  const filled = fresh(
    `d=$(mktemp -d "${folder}/XXXXXX") && echo found > "$d/missing.md" && exec "${process.execPath}" "${main('filesystem')}" "$d"`,
  );
  const other = await replayWith(entries, filled, {
    control: { runs: 2, connect: connectWords(filled) },
  });
  expect(other.differences).toMatchObject([
    { class: 'is-error', subject: 'read_text_file', recorded: 'true', live: 'false' },
    { class: 'value', subject: 'list_directory' },
  ]);
});

test('memory: nothing differs on a fresh file, and what is there already is told', async () => {
  const file = join(folder, 'memory.json');
  const entity = (name: string) => ({
    entities: [{ name, entityType: 'note', observations: [`about ${name}`] }],
  });
  const entries = await record(
    'memory',
    released('memory', [], { MEMORY_FILE_PATH: file }),
    async (talk) => [
      await talk.call('read_graph', {}),
      await talk.call('create_entities', entity('first')),
      await talk.call('create_entities', entity('second')),
      await talk.call('read_graph', {}),
      await talk.call('delete_entities', { entityNames: ['first'] }),
      await talk.call('read_graph', {}),
    ],
  );
  const server = `MEMORY_FILE_PATH="${file}" exec "${process.execPath}" "${main('memory')}"`;
  const report = await replayWith(entries, fresh(`rm -f "${file}"; ${server}`), {
    control: { runs: 2, connect: connectWords(fresh(`rm -f "${file}"; ${server}`)) },
  });
  expect(report).toMatchObject({ equal: true, differences: [], masks: [], unmaskable: [] });

  const again = await replayWith(entries, fresh(server));
  expect(again.equal).toBe(false);
  expect(again.differences[0]).toMatchObject({ class: 'array-length', subject: 'read_graph' });
});
