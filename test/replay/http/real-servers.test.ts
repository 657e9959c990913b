// Recorded over streamable HTTP and played over it again: released servers and the fixture of both eras, to clients of
// both SDKs, with no server and no socket.
import { expect, test } from 'vitest';
import { standIn, transcriptOf } from '../../../replay/index.ts';
import { askedBack, ERAS } from '../../tap/asked-back.ts';
import { dualEra, everything } from '../../tap/http/kit.ts';
import { connect, type Talk } from '../clients.ts';
import { plain, scenarioOf } from '../scenarios.ts';
import { type Fetch, over, recorded } from './kit.ts';

test.each([1, 2] as const)('server-everything, to a client of SDK %i', async (version) => {
  const url = await everything('streamableHttp');
  const { run, ability } = scenarioOf('everything');
  const talk = async (fetch: Fetch): Promise<unknown[]> => {
    const transport = over(version, url, fetch);
    const client: Talk = await connect(version, transport, ability);
    const results = plain(await run(client));
    await transport.terminateSession();
    await client.close();
    return results;
  };
  const { entries, results } = await recorded('everything', fetch, talk);
  const server = standIn(entries);
  expect(await talk(server.fetch)).toEqual(results);
  expect(server.report()).toMatchObject({ equal: true, misses: [], differences: [], withheld: [] });
  expect(server.transcript()).toEqual(transcriptOf(entries));
});

test.each(ERAS)('the fixture of both eras, %s', async (era) => {
  const url = await dualEra();
  const talk = (fetch: Fetch) => askedBack(era, over(2, url, fetch));
  const { entries, results } = await recorded('both', fetch, talk);
  const server = standIn(entries);
  expect(await talk(server.fetch)).toEqual(results);
  expect(server.report()).toMatchObject({ equal: true, misses: [], differences: [], withheld: [] });
  expect(server.transcript()).toEqual(transcriptOf(entries));
});
