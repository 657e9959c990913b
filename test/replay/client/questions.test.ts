// Questions of a live server that come at another time, or more often, than the recorded ones.
import { describe, expect, test } from 'vitest';
import type { ClientReport } from '../../../replay/client/index.ts';
import { client, opening, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { replayWith } from './direct.ts';
import { fixture } from './kit.ts';

const question = (id: string) => server({ id, method: 'roots/list' });
const roots = (id: string, uri: string) => client({ id, result: { roots: [{ uri }] } });
const start = opening({ server: 'asks' });

const told = ({ differences }: ClientReport) =>
  differences.map(({ class: name, subject, live, detail }) => [name, subject, live ?? detail]);

describe('a call that asks back, recorded while another was under way', () => {
  const overlapping = tape('asks', [
    ...start,
    client(toolCall(1, 'ask')),
    client(toolCall(2, 'echo')),
    question('q1'),
    server(toolText(2, 'echo')),
    roots('q1', 'file:///a'),
    server(toolText(1, 'file:///a')),
  ]);

  test.each(['recorded', 'serial', 'max'] as const)('%s: is answered', async (overlap) => {
    const report = await replayWith(overlapping, fixture('asks', '1'), { overlap, timeout: 8000 });
    expect(told(report)).toEqual([]);
    expect(report.coverage).toMatchObject({ sent: 3, compared: 3, questions: 1 });
  });
});

test('a call is not answered because its question is not: says that the answer was not sent', async () => {
  const stuck = tape('asks', [
    ...start,
    client(toolCall(1, 'ask')),
    client({ id: 2, method: 'prompts/list' }),
    question('q1'),
    server({ id: 2, result: { prompts: [] } }),
    roots('q1', 'file:///a'),
    server(toolText(1, 'file:///a')),
  ]);
  const { differences } = await replayWith(stuck, fixture('asks', '1'), { timeout: 1000 });
  expect(differences.find(({ subject }) => subject === 'ask')?.detail).toBe(
    'no answer in 1 s; the server waits for the answer to roots/list, which was not sent',
  );
});

describe('two calls that ask the same, at a server that asks more often', () => {
  const twice = tape('asks', [
    ...start,
    client(toolCall(1, 'ask')),
    question('q1'),
    roots('q1', 'file:///a'),
    server(toolText(1, 'file:///a')),
    client(toolCall(2, 'ask')),
    question('q2'),
    roots('q2', 'file:///b'),
    server(toolText(2, 'file:///b')),
  ]);
  const again = 'the server asked roots/list once more than recorded; it got the same answer again';

  test.each(['recorded', 'serial'] as const)(
    '%s: each question gets an answer of its own call',
    async (overlap) => {
      const report = await replayWith(twice, fixture('asks', '2'), { overlap });
      expect(told(report)).toEqual([
        ['asked', undefined, again],
        ['asked', undefined, again],
        ['value', 'ask', '"file:///a file:///a"'],
        ['value', 'ask', '"file:///b file:///b"'],
      ]);
      expect(report.coverage.questions).toBe(2);
    },
  );

  test('what a later call waits for is not given to one that asked nothing', async () => {
    const later = tape('asks', [
      ...start,
      client(toolCall(1, 'ask')),
      server(toolText(1, '')),
      client(toolCall(2, 'ask')),
      question('q2'),
      roots('q2', 'file:///b'),
      server(toolText(2, 'file:///b')),
    ]);
    const report = await replayWith(later, fixture('asks', '1'));
    expect(told(report)).toEqual([
      [
        'asked',
        undefined,
        'the server asked roots/list, which the recording does not have; it got an error',
      ],
      ['value', 'ask', '"error 90404"'],
    ]);
  });
});
