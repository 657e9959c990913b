// T9: every revision, recorded over stdio and over HTTP, played over either to clients of both SDKs. What they hear is
// what they heard from the server; every message is the recorded one.
import { join } from 'node:path';
import process from 'node:process';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import {
  type ReplayReport,
  type StandInTransport,
  serveOverHttp,
  standIn,
  type Transcript,
  transcriptOf,
} from '../../../replay/index.ts';
import { ROOT } from '../../kit/built.ts';
import { dualEra } from '../../tap/http/kit.ts';
import { inOrder, journal, journals, tapped, temporaryFolder } from '../../tap/kit.ts';
import { capture } from '../capture.ts';
import { converse, MODERN, REVISIONS, type Revision } from './conversation.ts';
import { over, recorded } from './kit.ts';

interface Recording {
  readonly entries: readonly Entry[];
  readonly results: unknown;
}

const RECORDED = {
  async stdio(revision: Revision): Promise<Recording> {
    const state = await temporaryFolder();
    const fixture = [process.execPath, join(ROOT, 'test/kit/servers/dual-era.mjs'), '--stdio'];
    const [command = '', ...args] = await tapped(fixture, { state, options: ['--name', 'both'] });
    const { transport } = capture('both', { command, args });
    const results = await converse(2, revision, transport);
    return { entries: inOrder((await journal(state)).entries), results };
  },
  async http(revision: Revision): Promise<Recording> {
    const url = await dualEra();
    return await recorded('both', fetch, (tap) => converse(2, revision, over(2, url, tap)));
  },
} as const;

interface Played {
  readonly heard: unknown;
  readonly report: ReplayReport | undefined;
  readonly transcript: Transcript;
}

type Play = (entries: readonly Entry[], version: 1 | 2, revision: Revision) => Promise<Played>;

const PLAYED: Readonly<Record<'in-process' | 'fetch' | 'socket', Play>> = {
  async 'in-process'(entries, version, revision) {
    const server = standIn(entries);
    const heard = await converse(version, revision, server.transport());
    return { heard, report: server.report(), transcript: server.transcript() };
  },
  async fetch(entries, version, revision) {
    const server = standIn(entries);
    const transport = over(version, 'http://recorded.test/mcp', server.fetch);
    const heard = await converse(version, revision, transport);
    return { heard, report: server.report(), transcript: server.transcript() };
  },
  async socket(entries, version, revision) {
    const server = await serveOverHttp({ entries, port: 0 });
    onTestFinished(server.close);
    const heard = await converse(version, revision, over(version, server.url));
    const [report] = server.report().sessions;
    return { heard, report, transcript: server.transcript() };
  },
};

const rows = REVISIONS.flatMap((revision) =>
  (['stdio', 'http'] as const).map((way) => [revision, way] as const),
);

test.each(rows)('%s, recorded over %s', async (revision, way) => {
  const { entries, results } = await RECORDED[way](revision);
  for (const version of revision === MODERN ? ([2] as const) : ([1, 2] as const)) {
    for (const how of ['in-process', 'fetch', 'socket'] as const) {
      const label = `played over ${how} to SDK ${version}`;
      const { heard, report, transcript } = await PLAYED[how](entries, version, revision);
      const faithful = { equal: true, misses: [], differences: [], withheld: [] };
      expect(report, label).toMatchObject(faithful);
      expect(heard, label).toEqual(results);
      expect(transcript, label).toEqual(transcriptOf(entries));
    }
  }
});

// Over stdio the SDK asks a process of its own for the revisions, so that two sessions are recorded; over HTTP both are one client.
test('what two processes were asked over stdio, one client asks over HTTP', async () => {
  const state = await temporaryFolder();
  const fixture = [process.execPath, join(ROOT, 'test/kit/servers/dual-era.mjs'), '--stdio'];
  const [command = '', ...args] = await tapped(fixture, { state, options: ['--name', 'both'] });
  const transport = new StdioClientTransport({ command, args, stderr: 'ignore' });
  const results = await converse(2, MODERN, transport as StandInTransport);
  const recordings = await journals(state);
  expect(recordings).toHaveLength(2);
  const entries = recordings.flatMap((one) => inOrder(one.entries));
  const server = await serveOverHttp({ entries, port: 0 });
  onTestFinished(server.close);
  expect(await converse(2, MODERN, over(2, server.url))).toEqual(results);
  expect(server.report().sessions.map(({ equal }) => equal)).toEqual([true, true]);
  expect(server.transcript()).toEqual(transcriptOf(entries));
});
