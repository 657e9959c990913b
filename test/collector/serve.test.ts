import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCollector } from '../../collector/index.ts';
import type { Status } from '../../model/api.ts';
import { createColumns } from '../../model/columns.ts';
import { encodeEntry } from '../../model/line.ts';
import { readRecording, writeRecording } from '../../model/recording.ts';
import type { SessionSummary } from '../../model/summary.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { connectTap, read, runCollector, temporaryFolder } from './kit.ts';

const entries = tape('memory', [
  ...opening(),
  client(toolCall(1, 'create_entities', { entities: [] })),
  server(toolText(1, 'done')),
  ends(),
]);
const id = entries[0]?.session ?? '';

async function withSession() {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  tap.send(entries);
  await tap.acknowledged(id, entries.length - 1);
  await tap.close();
  return collector;
}

test('a session that a tap shipped is read back as it was', async () => {
  const collector = await withSession();
  const [summary] = (await read(collector, '/api/sessions')).json<SessionSummary[]>();
  expect(summary).toMatchObject({
    id,
    name: 'memory',
    callCount: 2,
    phase: 'ended',
    lastSeq: entries.length - 1,
  });
  const lines = (await read(collector, `/api/sessions/${id}/entries?from=1&limit=2`)).text();
  expect(lines).toBe(`${entries.slice(1, 3).map(encodeEntry).join('\n')}\n`);
  const one = await read(collector, `/api/sessions/${id}/entries/4`);
  expect(one.text()).toBe(encodeEntry(entries[4]!));
  const recording = await read(collector, `/api/export?sessions=${id}`);
  expect(recording.text()).toBe(writeRecording(entries));
});
