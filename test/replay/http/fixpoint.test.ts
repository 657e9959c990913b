// T5: a recording of the replay, made by the product's own HTTP tap, is the recording: its messages but for the ids that
// clients mint, and how each exchange was answered.
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { serveOverHttp } from '../../../replay/index.ts';
import { type HttpTap, tapHttp } from '../../../tap/index.ts';
import { askedBack, ERAS } from '../../tap/asked-back.ts';
import { dualEra, everything } from '../../tap/http/kit.ts';
import { inOrder, journals, temporaryFolder } from '../../tap/kit.ts';
import { connect } from '../clients.ts';
import { plain, scenarioOf } from '../scenarios.ts';
import { contentOf, framingOf } from './content.ts';
import { converse, REVISIONS } from './conversation.ts';
import { over } from './kit.ts';

type Talk = (url: string) => Promise<unknown>;

/** Talks through a tap in front of this address; gives what was heard, and what was recorded. */
async function throughTap(url: string, talk: Talk): Promise<{ heard: unknown; entries: Entry[] }> {
  const state = await temporaryFolder();
  const tap: HttpTap = await tapHttp({
    name: 'far',
    state,
    environment: {},
    version: '0.0.0',
    upstream: new URL(url),
    listen: { host: '127.0.0.1', port: 0 },
    say: (line) => void process.stderr.write(`${line}\n`),
  });
  onTestFinished(tap.close);
  const heard = await talk(tap.url);
  await tap.close();
  const entries = (await journals(state)).flatMap((one) => inOrder(one.entries));
  return { heard, entries };
}

async function fixpoint(url: string, talk: Talk): Promise<void> {
  const { heard, entries } = await throughTap(url, talk);
  expect(entries.filter(({ type }) => type === 'message').length).toBeGreaterThan(10);
  const server = await serveOverHttp({ entries, port: 0 });
  onTestFinished(server.close);
  const again = await throughTap(server.url, talk);
  expect(server.report().refused).toEqual([]);
  for (const report of server.report().sessions) expect(report).toMatchObject({ equal: true });
  expect(again.heard).toEqual(heard);
  expect(contentOf(again.entries)).toEqual(contentOf(entries));
  expect(framingOf(again.entries)).toEqual(framingOf(entries));
}

test.each([1, 2] as const)('server-everything under SDK %i', async (version) => {
  const { run, ability } = scenarioOf('everything');
  await fixpoint(await everything('streamableHttp'), async (url) => {
    const transport = over(version, url);
    const client = await connect(version, transport, ability);
    // Which progress an SDK notices depends on how it reads.
    const results = plain(await run(client)).slice(0, -1);
    await transport.terminateSession();
    await client.close();
    return results;
  });
});

test.each(ERAS)('the fixture of both eras, asked by %s', async (era) => {
  await fixpoint(await dualEra(), (url) => askedBack(era, over(2, url)));
});

test.each(REVISIONS)('the fixture of both eras in %s', async (revision) => {
  await fixpoint(await dualEra(), (url) => converse(2, revision, over(2, url)));
});
