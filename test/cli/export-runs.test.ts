/** The traces and runs that exported spans name: those of all that is known, whichever part of it is exported. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createKnownRuns } from '../../collector/export/known-runs.ts';
import type { Entry, SessionEntry } from '../../model/entry.ts';
import { journalHeader, journalLine } from '../../model/journal.ts';
import { runAtOf } from '../../model/otel/runs.ts';
import { toSpans } from '../../model/otel/to-spans.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import { client, ends, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { temporaryFolder, wiretape } from './wiretape.ts';

const BOOT = '1339349d-4a4c-4f0e-9d2b-1f3f6f2f1c11';
const host = { pid: 27_478, started: '190923', name: 'an-agent' };

/** Three sessions of one host: two at once, and one after a pause that ends the run. */
function sessions(head: Partial<SessionEntry> = {}): Entry[][] {
  return [5_000_000, 5_010_000, 400_000_000].map((start, at) =>
    tape(
      `notes-${at}`,
      [...opening(), client(toolCall(1, 'save', { a: 1 })), server(toolText(1, 'ok')), ends()],
      { id: `01AAA${at}`, start, boot: BOOT, head: { host, ...head } },
    ),
  );
}

/** A state folder as taps leave it that are gone: no process has this number. */
async function stateWith(tapes: readonly Entry[][]): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  await mkdir(join(folder.path, 'journal'), { recursive: true });
  for (const own of tapes) {
    const id = own[0]?.session ?? '';
    const header = journalHeader(id, { pid: 4_194_304, started: '1' }, crc32);
    const lines = own.map((entry) => journalLine(entry, crc32));
    await writeFile(join(folder.path, `journal/${id}.journal`), [header, ...lines].join(''));
  }
  return folder.path;
}

/** Trace ids by span id, and the runs that backends show as sessions. */
async function exported(state: string, ...words: string[]) {
  const options = ['--state', state, '--to', 'otlp', '--otel-payloads', 'genai', '-o', '-'];
  const { stdout, stderr } = await wiretape(['export', ...words, ...options]);
  expect(stderr).toBe('');
  const told = JSON.parse(stdout) as ReturnType<typeof JSON.parse>;
  const spans = told.resourceSpans.flatMap((own: ReturnType<typeof JSON.parse>) =>
    own.scopeSpans.flatMap((scope: ReturnType<typeof JSON.parse>) => scope.spans),
  );
  const runs = spans.flatMap(({ attributes }: ReturnType<typeof JSON.parse>) =>
    attributes
      .filter(({ key }: { key: string }) => key === 'session.id')
      .map(({ value }: ReturnType<typeof JSON.parse>) => value.stringValue),
  );
  const traces = new Map<string, string>(
    spans.map(({ spanId, traceId }: { spanId: string; traceId: string }) => [spanId, traceId]),
  );
  return { text: stdout, traces, runs: [...new Set<string>(runs)] };
}

test('a session has the ids that it has with its run, and those that the collector sends', async () => {
  const tapes = sessions();
  const state = await stateWith(tapes);
  const { stdout: listed } = await wiretape(['ls', '--json', '--state', state]);
  const whole = await exported(state, '01AAA0', '01AAA1', '01AAA2');
  expect(new Set(whole.traces.values()).size).toBe(2);

  const views = viewsOf(tapes.flat());
  const known = createKnownRuns();
  for (const { session } of views) known.put(summaryOf(session));
  for (const view of views) {
    const { id } = view.session;
    const alone = await exported(state, id);
    for (const [span, trace] of alone.traces) expect(whole.traces.get(span), id).toBe(trace);
    // What backends call the session is the run that people find by the same name.
    expect(alone.runs).toHaveLength(1);
    expect(listed).toContain(alone.runs[0]);
    const runAt = runAtOf(id, known.of(summaryOf(view.session)));
    const sent = toSpans(view, { runAt }).spans.map(({ spanId, traceId }) => [spanId, traceId]);
    expect(new Map(sent as [string, string][])).toEqual(alone.traces);
    const [run = ''] = alone.runs;
    const ofRun = await exported(state, run);
    for (const [span, trace] of alone.traces) expect(ofRun.traces.get(span), run).toBe(trace);
  }
});

test.each([
  ['of a host', { host }],
  ['of a named workflow', { workflow: 'nightly' }],
])('what was sent live %s says nothing of the machine', async (_, head) => {
  const otlp = { endpoint: 'http://127.0.0.1:4318', parent: 'remote' } as const;
  const state = await stateWith(sessions({ ...head, otlp }));
  const { text, runs } = await exported(state, '01AAA0', '01AAA1');
  // One for both, as they are of one workflow and one hour.
  expect(runs).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)]);
  for (const fact of [BOOT, String(host.pid), host.started, 'nightly'])
    expect(text).not.toContain(fact);
});
