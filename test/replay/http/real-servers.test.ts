// Recorded over streamable HTTP and played over it again: released servers and the fixture of both eras, to clients of
// both SDKs, with no server and no socket.
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { standIn, standIns, transcriptOf } from '../../../replay/index.ts';
import { recordTest } from '../../../replay/record-test.ts';
import { findingsIn } from '../../../replay/verdict.ts';
import { askedBack, ERAS } from '../../tap/asked-back.ts';
import { dualEra, everything } from '../../tap/http/kit.ts';
import { connect } from '../clients.ts';
import { plain, scenarioOf } from '../scenarios.ts';
import { type Fetch, over, recorded } from './kit.ts';

type Talk = (fetch: Fetch) => Promise<unknown>;

/** The client hears the same from the recording, and says and gets all of it. */
async function playsTo(entries: readonly Entry[], talk: Talk, results: unknown): Promise<void> {
  const server = standIn(entries);
  expect(await talk(server.fetch)).toEqual(results);
  expect(server.report()).toMatchObject({ equal: true, misses: [], differences: [], withheld: [] });
  expect(server.transcript()).toEqual(transcriptOf(entries));
}

/** Which progress an SDK notices depends on how it reads; that it was sent stands in the report. */
async function everythingBut(progress: Promise<unknown[]>): Promise<unknown[]> {
  return plain(await progress).slice(0, -1);
}

test.each([1, 2] as const)('server-everything, to a client of SDK %i', async (version) => {
  const url = await everything('streamableHttp');
  const { run, ability } = scenarioOf('everything');
  const talk = async (fetch: Fetch): Promise<unknown[]> => {
    const transport = over(version, url, fetch);
    const client = await connect(version, transport, ability);
    const results = await everythingBut(run(client));
    await transport.terminateSession();
    await client.close();
    return results;
  };
  const { entries, results } = await recorded('everything', fetch, talk);
  await playsTo(entries, talk, results);
});

test.each(ERAS)('the fixture of both eras, %s', async (era) => {
  const url = await dualEra();
  const talk = (fetch: Fetch) => askedBack(era, over(2, url, fetch));
  const { entries, results } = await recorded('both', fetch, talk);
  await playsTo(entries, talk, results);
});

test('server-everything over the older transport', async () => {
  const url = await everything('sse');
  const { run, ability } = scenarioOf('everything');
  const talk = async (fetch: Fetch): Promise<unknown[]> => {
    const transport = new SSEClientTransport(new URL(url), { fetch });
    const client = await connect(1, transport as never, ability);
    const results = await everythingBut(run(client));
    await client.close();
    return results;
  };
  const { entries, results } = await recorded('everything', fetch, talk);
  await playsTo(entries, talk, results);
});

// The fixture closes the stream of this call before its answer, and the client comes back for it.
test.each([1, 2] as const)('an answer that is fetched later, by SDK %i', async (version) => {
  const url = await dualEra();
  const talk = async (fetch: Fetch): Promise<unknown[]> => {
    const client = await connect(version, over(version, url, fetch));
    const results = plain([await client.call('test_reconnection', {})]);
    await client.close();
    return results;
  };
  const { entries, results } = await recorded('both', fetch, talk);
  expect(entries.some((entry) => 'resumes' in entry)).toBe(true);
  const server = standIn(entries);
  expect(await talk(server.fetch)).toEqual(results);
  expect(server.report()).toMatchObject({ equal: true, withheld: [] });
});

test('a test over HTTP is recorded from its real server, played, and judged by the rules', async () => {
  const url = await dualEra();
  const live = await recordTest({}, 'a test over HTTP');
  onTestFinished(live.discard);
  const results = await askedBack('legacy', over(2, url, live.fetch('both')));
  await live.close();
  const entries = await live.entries();
  const servers = standIns(entries);
  expect(await askedBack('legacy', over(2, url, servers.fetch('both')))).toEqual(results);
  expect(servers.report()).toMatchObject([{ name: 'both', equal: true }]);
  const [view] = viewsOf(servers.entries());
  const asked = view?.session.calls.filter(({ from }) => from === 'client') ?? [];
  expect(asked.length).toBeGreaterThan(5);
  expect(asked.every(({ state }) => state === 'answered')).toBe(true);
  expect(findingsIn(servers.entries(), [])).toEqual([]);
});
