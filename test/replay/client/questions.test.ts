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
