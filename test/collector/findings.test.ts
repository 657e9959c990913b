/** Analysis beside the collector: it goes on serving, and what it gives is of what is stored now. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { saidHere } from '../../cli/config.ts';
import { keepJudgements } from '../../collector/judgements.ts';
import type { Entry } from '../../model/entry.ts';
import type { Finding } from '../../model/finding.ts';
import { statePaths } from '../../model/state.ts';
import { viewsOf } from '../../model/view.ts';
import { CONFIG_NAME } from '../../tap/config-place.ts';
import { client, opening, server, sessionId, tape, toolCall, toolText } from '../kit/entries.ts';
import { proofFor } from '../kit/judgement.ts';
import { dice, SEED } from '../kit/random.ts';
import { lostUpdates } from '../ui/scenes.ts';
import { ask, connectTap, listen, read, runCollector, temporaryFolder } from './kit.ts';

test('a session that grows while it is asked about gives what the whole of it gives', async () => {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  const whole = lostUpdates();
  const id = whole[0]!.session;
  const findings = async (): Promise<Finding[]> =>
    (await read(collector, `/api/findings?sessions=${id}`)).json<Finding[]>();
  const roll = dice();
  for (let from = 0; from < whole.length; ) {
    const part = whole.slice(from, from + 1 + roll(9));
    from += part.length;
    tap.send(part);
    await tap.acknowledged(id, part.at(-1)!.seq);
    const expected = analyse(viewsOf(whole.slice(0, from)));
    expect(await findings(), `seed ${SEED}, the first ${from}`).toEqual(expected);
  }
  expect(await findings()).toMatchObject([{ rule: 'in-server-lost-update' }]);
});

test('what the user writes while the collector runs is in the next answer', async () => {
  const state = await temporaryFolder();
  const recordings = lostUpdates();
  const collector = await runCollector({ recordings, said: saidHere(state) });
  const write = (text: string) => writeFile(join(state, CONFIG_NAME), text);
  const found = async (): Promise<string[]> => {
    const answer = await read(collector, `/api/findings?sessions=${recordings[0]!.session}`);
    return answer
      .json<Finding[]>()
      .map(({ rule, suppressed }) => (suppressed ? `${rule}: ${suppressed.reason}` : rule));
  };
  expect(await found()).toEqual(['in-server-lost-update']);
  await write('{"suppressions": [{"rule": "C03", "reason": "being rewritten"}]}');
  expect(await found()).toEqual(['in-server-lost-update: being rewritten']);
  await write('{"suppressions": [{"rule": "C03"');
  expect(await found(), 'unreadable: as before').toEqual([
    'in-server-lost-update: being rewritten',
  ]);
  await write('{"footprints": [{"tool": "*", "accesses": {}}]}');
  expect(await found()).toEqual([]);
});

test('an entry that arrives after all is in the next answer', async () => {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  const id = sessionId('late');
  const calls = [client(toolCall(1, 'a')), client(toolCall(1, 'b')), server(toolText(1, 'ok'))];
  const whole = tape('late', [...opening(), ...calls]);
  const late = whole.at(-2)!;
  const { seq, at } = late;
  const hole: Entry = { type: 'gap', session: id, seq, at, to: seq, count: 1, reason: 'disk full' };
  const reused = async (): Promise<number> => {
    const answer = await read(collector, `/api/findings?sessions=${id}`);
    return answer.json<Finding[]>().filter(({ rule }) => rule === 'id-reused-in-flight').length;
  };
  tap.send(whole.map((entry) => (entry === late ? hole : entry)));
  await tap.acknowledged(id, whole.length - 1);
  expect(await reused()).toBe(0);
  tap.send([late]);
  await expect.poll(reused).toBe(1);
});

test('what somebody has set aside says so, until its day is over', async () => {
  const recordings = lostUpdates();
  const suppressed = async (expires: string): Promise<unknown> => {
    const suppressions = [{ rule: 'C03', reason: 'being rewritten', expires }];
    const said = async () => ({ footprints: [], suppressions });
    const collector = await runCollector({ recordings, said });
    const answer = await read(collector, `/api/findings?sessions=${recordings[0]!.session}`);
    return answer.json<Finding[]>().find(({ code }) => code === 'C03')?.suppressed;
  };
  expect(await suppressed('9999-12-31')).toEqual({
    reason: 'being rewritten',
    expires: '9999-12-31',
  });
  expect(await suppressed('2020-01-31')).toBeUndefined();
});

test('a proof that comes while a page looks is told to it, and goes with the session', async () => {
  const collector = await runCollector();
  const tap = await connectTap(collector.socket, collector.writeToken);
  const whole = lostUpdates();
  const id = whole[0]!.session;
  tap.send(whole);
  await tap.acknowledged(id, whole.at(-1)!.seq);
  const found = async (): Promise<Finding> => {
    const answer = await read(collector, `/api/findings?sessions=${id}`);
    const [first] = answer.json<Finding[]>();
    if (!first) throw new Error('nothing is found');
    return first;
  };
  const observed = await found();
  expect(observed.tier).toBe('OBSERVED');
  const page = await listen(collector);
  await keepJudgements(collector.state, [proofFor(observed, { sessions: [id] })]);
  await page.first(({ explored }) => explored === true);
  expect(await found()).toMatchObject({
    fingerprint: observed.fingerprint,
    tier: 'PROVEN',
    explored: [{ proves: true, shown: { schedule: '1+2' } }],
  });
  const headers = { authorization: `Bearer ${collector.adminToken}` };
  await tap.close();
  const erase = () => ask(collector.address, `/api/sessions/${id}`, { method: 'DELETE', headers });
  expect((await erase()).status).toBe(204);
  expect(await readdir(statePaths(collector.state).explored)).toEqual([]);
});
