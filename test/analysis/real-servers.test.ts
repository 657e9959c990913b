/**
 * Lost updates on real traffic: released servers that lose writes, and our own that keep them.
 * Nothing here knows how many are lost: the count is read from the file that the server left.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import type { Finding } from '../../model/finding.ts';
import { viewsOf } from '../../model/view.ts';
import { type Captured, capture } from '../kit/capture.ts';

const { resolve } = createRequire(import.meta.url);
const own = (name: string) => join(import.meta.dirname, '..', 'kit', 'servers', name);
const released = {
  memory: resolve('@modelcontextprotocol/server-memory/dist/index.js'),
  files: resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
};
const corrected = { memory: own('memory.mjs'), files: own('files.mjs') };

let folder = '';
let sessionCount = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wiretape-analysis-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a workload left behind: how many of its writes the file holds, and what analysis says. */
interface Outcome {
  readonly written: number;
  readonly kept: number;
  /** Those above POTENTIAL: that writes ran at the same time is true of these workloads. */
  readonly findings: readonly Finding[];
}

function start(
  name: string,
  script: string,
  where: { args?: string[]; env?: Record<string, string> },
) {
  sessionCount += 1;
  return capture({ name, script, session: `S${sessionCount}`, ...where });
}

function entity(name: string): object {
  return { entities: [{ name, entityType: 'note', observations: [`noted for ${name}`] }] };
}

async function ended(
  file: string,
  marks: readonly string[],
  sessions: readonly Captured[],
): Promise<Outcome> {
  await Promise.all(sessions.map((session) => session.close()));
  const lines = new Set((await readFile(file, 'utf8')).split('\n'));
  const kept = marks.filter((mark) =>
    [...lines].some((line) => line === mark || line.includes(`"${mark}"`)),
  );
  const findings = analyse(viewsOf(sessions.flatMap(({ entries }) => [...entries])));
  const shown = findings.filter(({ tier }) => tier !== 'POTENTIAL');
  return { written: marks.length, kept: kept.length, findings: shown };
}

/** One client, 20 calls at once. */
async function overlapped(script: string): Promise<Outcome> {
  const file = join(folder, `one-${sessionCount}.jsonl`);
  const session = await start('memory', script, { env: { MEMORY_FILE_PATH: file } });
  const marks = Array.from({ length: 20 }, (_, index) => `entity-${index + 1}`);
  await Promise.all(marks.map((mark) => session.call('create_entities', entity(mark))));
  await session.call('read_graph');
  return ended(file, marks, [session]);
}

/** Two hosts on one memory file, each calling one after the other. */
async function twoHosts(script: string): Promise<Outcome> {
  const file = join(folder, `two-${sessionCount}.jsonl`);
  const where = { env: { MEMORY_FILE_PATH: file } };
  const sessions = await Promise.all(['memory', 'notes'].map((name) => start(name, script, where)));
  const marks = sessions.map((_, host) =>
    Array.from({ length: 10 }, (__, at) => `host-${host}-entity-${at + 1}`),
  );
  await Promise.all(
    sessions.map(async (session, host) => {
      for (const mark of marks[host] ?? []) await session.call('create_entities', entity(mark));
    }),
  );
  await sessions[1]?.call('read_graph');
  return ended(file, marks.flat(), sessions);
}

async function planFile(): Promise<string> {
  const file = join(folder, `plan-${sessionCount}.md`);
  const lines = Array.from({ length: 10 }, (_, index) => `item ${index + 1}: todo`);
  await writeFile(file, lines.join('\n'));
  return file;
}

function edit(path: string, item: number): object {
  return { path, edits: [{ oldText: `item ${item}: todo`, newText: `item ${item}: done` }] };
}

const MARKS = Array.from({ length: 10 }, (_, index) => `item ${index + 1}: done`);

/** One client, 10 edits of one file at once. */
async function editedAtOnce(script: string): Promise<Outcome> {
  const file = await planFile();
  const session = await start('files', script, { args: [folder] });
  await Promise.all(MARKS.map((_, index) => session.call('edit_file', edit(file, index + 1))));
  await session.call('read_text_file', { path: file });
  return ended(file, MARKS, [session]);
}

/** Two hosts with a file server each, five edits one after the other, all in one file. */
async function editedByTwo(script: string): Promise<Outcome> {
  const file = await planFile();
  const sessions = await Promise.all(
    ['a', 'b'].map((name) => start(name, script, { args: [folder] })),
  );
  await Promise.all(
    sessions.map(async (session, host) => {
      for (let item = 1; item <= 5; item++)
        await session.call('edit_file', edit(file, host * 5 + item));
    }),
  );
  await sessions[0]?.call('read_text_file', { path: file });
  return ended(file, MARKS, sessions);
}

const workloads = [
  [
    '20 overlapped create_entities',
    overlapped,
    'memory',
    'in-server-lost-update',
    'MEMORY_FILE_PATH',
  ],
  [
    'two hosts on one memory file',
    twoHosts,
    'memory',
    'cross-process-lost-update',
    'MEMORY_FILE_PATH',
  ],
  ['10 overlapped edit_file', editedAtOnce, 'files', 'in-server-lost-update', 'plan-'],
  ['two hosts editing one file', editedByTwo, 'files', 'cross-process-lost-update', 'plan-'],
] as const;

describe('released servers', () => {
  test.each(workloads)(
    '%s: the writes that are gone, no more and no less',
    async (_, run, server, rule, resource) => {
      let lossCount = 0;
      // Two hosts may be lucky; whatever happens, the count must be that of the file.
      for (let round = 0; round < 6 && lossCount === 0; round++) {
        const { written, kept, findings } = await run(released[server]);
        lossCount += written - kept;
        if (kept === written) expect(findings).toEqual([]);
        else {
          expect(findings).toMatchObject([
            {
              rule,
              tier: 'OBSERVED',
              severity: 'critical',
              lost: { gone: written - kept, of: written },
            },
          ]);
          expect(findings[0]?.resource).toContain(resource);
        }
      }
      expect(lossCount).toBeGreaterThan(0);
    },
  );
});

describe('servers that keep every write', () => {
  test.each(workloads)('%s: nothing to find', async (_, run, server) => {
    const { written, kept, findings } = await run(corrected[server]);
    expect(kept).toBe(written);
    expect(findings).toEqual([]);
  });
});
