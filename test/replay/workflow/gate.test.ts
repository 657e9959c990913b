// One gate over several recorded servers: what they say comes in the recorded order across all of them.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { recordedSessions, standIns, transcriptOf } from '../../../replay/index.ts';
import { playWorkflow } from '../../../replay/workflow/play.ts';
import { client, exit, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { type Random, seeded } from '../restless-client.ts';
import { hostOf } from './host.ts';

const call = (name: string) => toolCall(1, name);
const log = (data: string) => ({
  method: 'notifications/message',
  params: { level: 'info', data },
});

/** Each is asked at 1 and 2 ms of one clock, and answers then. */
function race(a: number, b: number, options: { boot?: string; sent?: number } = {}): Entry[] {
  const { sent, ...other } = options;
  return [
    ...tape('a', [
      client(call('x'), { at: 1000, ...(sent === undefined ? {} : { sent }) }),
      server(toolText(1, 'from a'), { at: a }),
    ]),
    ...tape(
      'b',
      [client(call('y'), { at: 2000 }), server(toolText(1, 'from b'), { at: b })],
      other,
    ),
  ];
}

const orders = {
  'a before b': { recording: race(3000, 4000), heard: ['a: from a', 'b: from b'] },
  'b before a': { recording: race(4000, 3000), heard: ['b: from b', 'a: from a'] },
} as const;

describe.each(Object.entries(orders))('a race recorded as %s', (_, { recording, heard }) => {
  const expected = transcriptOf(recording).hash;

  test('comes in that order, whatever the timing of the client', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seeded(seed);
      const servers = standIns(recording);
      const host = hostOf(servers);
      await Promise.all([
        pausing(random, () => host.open('a')),
        pausing(random, () => host.open('b')),
      ]);
      await Promise.all([
        pausing(random, () => host.say('a', toolCall('p', 'x'))),
        pausing(random, () => host.say('b', toolCall('q', 'y'))),
      ]);
      await host.hears(heard[1]);
      expect({ seed, heard: host.heard }).toEqual({ seed, heard });
      expect(servers.transcript().hash).toBe(expected);
      expect(servers.order()).toMatchObject({ order: 'kept', relaxed: [] });
      await servers.close();
    }
  });
});

async function pausing(random: Random, act: () => Promise<void>): Promise<void> {
  for (let turns = Math.floor(random() * 6); turns > 0; turns--) await nextTurn();
  await act();
}

test('an answer waits for what another server was asked before it', async () => {
  const servers = standIns(race(4000, 3000));
  const host = hostOf(servers);
  await host.open('a');
  await host.open('b');
  await host.say('b', call('y'));
  for (let turns = 0; turns < 20; turns++) await nextTurn();
  expect(host.heard).toEqual([]);
  await host.say('a', call('x'));
  await host.hears('a: from a');
  expect(host.heard).toEqual(['b: from b', 'a: from a']);
  expect(servers.order()?.waited).toEqual([{ entry: idOf('b', 2), waitedFor: idOf('a', 1) }]);
});

const idOf = (name: string, seq: number): string => `${tape(name, [])[0]?.session}:${seq}`;

describe('waits for nothing that the recording does not show', () => {
  test.each([
    ['the clocks are those of two boots', race(4000, 3000, { boot: 'boot-2' })],
    ['it was passed on in the same microsecond', race(4000, 3000, { sent: 3000 })],
    ['it was passed on later', race(9000, 3000, { sent: 8000 })],
  ])('%s', async (_, recording) => {
    const host = hostOf(standIns(recording));
    await host.open('a');
    await host.open('b');
    await host.say('b', call('y'));
    await host.hears('b: from b');
    await host.say('a', call('x'));
    await host.hears('a: from a');
  });

  test('gate: session', async () => {
    const servers = standIns(race(4000, 3000), { gate: 'session' });
    const host = hostOf(servers);
    await host.open('b');
    await host.say('b', call('y'));
    await host.hears('b: from b');
    expect(servers.order()).toBeUndefined();
  });
});

test('what nobody asked for waits as well, and so does the end of a server', async () => {
  const recording = [
    ...tape('a', [client(call('x'), { at: 1000 }), server(toolText(1, 'from a'), { at: 5000 })]),
    ...tape('b', [server(log('news'), { at: 2000 }), { ...exit(3), at: 6000 }]),
  ];
  const servers = standIns(recording);
  const host = hostOf(servers);
  await host.open('b');
  for (let turns = 0; turns < 20; turns++) await nextTurn();
  expect(host.heard).toEqual([]);
  await host.open('a');
  await host.say('a', call('x'));
  await host.hears('b: closed');
  expect(host.heard).toEqual(['b: news', 'a: from a', 'b: closed']);
  expect(servers.report().map(({ equal }) => equal)).toEqual([true, true]);
});

describe('a client that waits for what waits for the client', () => {
  test('gets it after a while, once for all that was not opened', async () => {
    const recording = [
      ...tape('a', [client(call('x'), { at: 1000 }), client(toolCall(2, 'z'), { at: 3500 })]),
      ...tape('b', [
        client(toolCall(1, 'y'), { at: 2000 }),
        server(toolText(1, 'one'), { at: 3000 }),
        client(toolCall(2, 'y'), { at: 4000 }),
        server(toolText(2, 'two'), { at: 5000 }),
      ]),
    ];
    // A second time would not be over before the test is.
    const servers = standIns(recording, { patience: 100 });
    const host = hostOf(servers);
    await host.open('b');
    await host.say('b', toolCall(1, 'y'));
    await host.hears('b: one');
    await host.say('b', toolCall(2, 'y'));
    await host.hears('b: two');
    expect(servers.order()).toMatchObject({
      order: 'relaxed',
      relaxed: [
        { entry: idOf('b', 2), waitsFor: idOf('a', 1), why: 'quiet' },
        { entry: idOf('b', 4), waitsFor: idOf('a', 1), why: 'quiet' },
      ],
    });
  });

  test('gets what nobody asked for too, when it never opened what that waits for', async () => {
    const recording = [
      ...tape('a', [client(call('x'), { at: 1000 })]),
      ...tape('b', [server(log('news'), { at: 2000 })]),
    ];
    const servers = standIns(recording, { patience: 100 });
    const host = hostOf(servers);
    await host.open('b');
    await host.hears('b: news');
    expect(servers.order()).toMatchObject({ order: 'relaxed', relaxed: [{ why: 'quiet' }] });
  });

  test('is told so when strict, and the play ends', async () => {
    const entries = [...race(4000, 3000), ...tape('late', [])];
    const play = playWorkflow(recordedSessions(entries), { strict: true, patience: 50 });
    const heard: string[] = [];
    const [a, b] = [play.take('a'), play.take('b')];
    const closed = new Promise<void>((resolve) => {
      b.open({
        hear: () => heard.push('b'),
        close() {
          b.close();
          resolve();
        },
      });
    });
    a.open({ hear: () => heard.push('a'), close: () => a.close() });
    b.say(JSON.stringify({ jsonrpc: '2.0', ...call('y') }));
    await closed;
    expect(heard).toEqual([]);
    // Whoever comes late is not left waiting either.
    const late = play.take('late');
    await new Promise<void>((resolve) => late.open({ hear: () => {}, close: resolve }));
    late.close();
    expect(play.report()).toMatchObject({
      equal: false,
      gate: { order: 'diverged', relaxed: [] },
      divergence: { code: 'ORDER_DIVERGENCE', entry: idOf('b', 2), waitsFor: idOf('a', 1) },
    });
  });

  test('gets it at once when it closed the session that is waited for', async () => {
    const servers = standIns(race(4000, 3000), { patience: 3_600_000 });
    const host = hostOf(servers);
    await host.open('a');
    await host.open('b');
    await host.say('b', call('y'));
    await host.close('a');
    await host.hears('b: from b');
    expect(servers.order()?.relaxed).toEqual([
      { entry: idOf('b', 2), waitsFor: idOf('a', 1), why: 'closed' },
    ]);
    await servers.close();
  });
});
