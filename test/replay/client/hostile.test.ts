// Servers that are no help: each is told as what it is within the time that was given, and the replay
// is over only when its process is.
import { expect, test } from 'vitest';
import type { ClientReport } from '../../../replay/client/index.ts';
import { client, opening, type Step, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { replayWith } from './direct.ts';
import { fixture } from './kit.ts';

const call = (id: number, name: string): Step[] => [
  client(toolCall(id, name)),
  server(toolText(id, name)),
];
const recorded = tape('hostile', [...opening(), ...call(1, 'a'), ...call(2, 'b'), ...call(3, 'c')]);

const replay = (how: string, timeout = 30_000): Promise<ClientReport> =>
  replayWith(recorded, fixture('hostile', how), { timeout });

const classes = ({ differences }: ClientReport): string[] => differences.map((one) => one.class);

test('lines that are no message are counted, and the answers between them are compared', async () => {
  const report = await replay('garbage');
  expect(report.differences).toEqual([
    { class: 'protocol', detail: 'a line that is no message', recorded: '0', live: '6' },
  ]);
  expect(report.coverage).toMatchObject({ sent: 4, compared: 4 });
});

test('a server that answers nothing is left after the second answer that did not come', async () => {
  const report = await replay('silent', 3000);
  expect(classes(report)).toEqual(['not-sent', 'unanswered', 'unanswered']);
  expect(report.broken).toBe('it said nothing for 3 s');
  expect(report.differences[1]).toMatchObject({ subject: 'a', detail: 'no answer in 3 s' });
});

test('one that does not answer initialize is left at once', async () => {
  const report = await replay('mute', 500);
  expect(report).toMatchObject({
    broken: expect.stringMatching(/^it did not answer initialize in \d+ s$/),
    equal: false,
  });
  expect(classes(report)).toEqual(['not-sent', 'not-sent', 'not-sent', 'not-sent', 'unanswered']);
});

test('one that ends midway is told with its code, and what was not sent', async () => {
  const report = await replay('leaves');
  expect(report.broken).toBe('it ended with code 3');
  expect(report.differences).toMatchObject([
    { class: 'not-sent', subject: 'c', detail: 'it ended with code 3' },
    { class: 'unanswered', subject: 'b', detail: 'it ended with code 3' },
  ]);
  expect(report.coverage).toMatchObject({ sent: 3, compared: 3 });
});

test('ids of another type and of nobody are faults of the protocol', async () => {
  const report = await replay('wrong-id');
  expect(report.differences).toMatchObject([
    { class: 'protocol', detail: 'an answer whose id is of another type', live: '3' },
    { class: 'protocol', detail: 'an answer to nothing that was asked', live: expect.any(String) },
  ]);
});

test('a second answer is a fault, and the first one counts', async () => {
  expect((await replay('twice')).differences).toMatchObject([
    { class: 'protocol', detail: 'a second answer to one request', live: expect.any(String) },
  ]);
});

const GOES_ON = {
  huge: [],
  deep: [{ class: 'protocol', detail: 'a line that is no message' }],
  proto: [{ class: 'extra-member', pointer: '/result/__proto__', live: '{"a":1}' }],
  escape: [{ pointer: '/result/content/0/text', live: '"\\u001b[2J\ufffda"' }],
  asks: [{ class: 'asked', method: 'elicitation/create' }],
} as const;

test.each(Object.entries(GOES_ON))('%s: it goes on', async (how, first) => {
  const report = await replay(how);
  expect(report.coverage).toMatchObject({ sent: 4, compared: 4 });
  expect(report.differences.slice(0, 1)).toMatchObject([...first]);
});

test('a flood is left', async () => {
  const report = await replay('flood');
  expect(report.broken).toBe('it says more than anybody asked for');
});

test('one that ignores the end of its input and SIGTERM is killed', async () => {
  expect(await replay('stays')).toMatchObject({ equal: true });
});

test('a command that is not there is no difference', async () => {
  await expect(replayWith(recorded, ['/no/such/command'])).rejects.toMatchObject({
    code: 'command-not-found',
  });
});
