/** Recordings of real servers over streamable HTTP, for tests that are not about the recording. */
import type { Entry } from '../../../model/entry.ts';
import { dualEra, everything } from '../../tap/http/kit.ts';
import { connect } from '../clients.ts';
import { scenarioOf } from '../scenarios.ts';
import { converse } from './conversation.ts';
import { over, recorded } from './kit.ts';

const TALKS = {
  async everything() {
    const url = await everything('streamableHttp');
    return await recorded('everything', fetch, async (tap) => {
      const { run, ability } = scenarioOf('everything');
      const client = await connect(1, over(1, url, tap), ability);
      await run(client);
      await client.close();
    });
  },
  async 'both eras'() {
    const url = await dualEra();
    return await recorded('both', fetch, (tap) => converse(2, '2025-11-25', over(2, url, tap)));
  },
} as const;

export async function recordedOverHttp(name: keyof typeof TALKS): Promise<readonly Entry[]> {
  return (await TALKS[name]()).entries;
}
