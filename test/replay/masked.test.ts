// Matches at the level `masked`, and answers given once more: allowed, and never silent.
import { describe, expect, test } from 'vitest';
import { MaskRefusal, standIns } from '../../replay/index.ts';
import { client, type Said, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { converse, player, readOnly, refusal } from './playing.ts';

const id = '01N0TES0000000000000000000';
const [a, b] = ['3f2504e0-4f89-41d3-9a0c-0305e82c3301', '9f2504e0-4f89-41d3-9a0c-0305e82c3302'];
const add = (own: number, key: string | number) => toolCall(own, 'add', { key, to: 'list' });

describe('masks', () => {
  const entries = tape('notes', [
    client(add(1, a)),
    client(add(2, b)),
    server(toolText(1, `kept ${a}`)),
    server(toolText(2, `kept ${b}`)),
  ]);
  const masks = ['add:/params/arguments/key=uuid'];

  test('another value of the class is matched, gets the recorded text, and stands in the report', () => {
    const playing = player(entries, { masks });
    const live = '00000000-0000-4000-8000-000000000000';
    // What is equal goes before what is equal but for a mask.
    const said = converse(playing, [add(7, b), add(8, live)]);
    expect(said[0]?.[0]).toContain(
      `"id":7,"result":{"content":[{"type":"text","text":"kept ${b}"}`,
    );
    expect(said[1]?.[0]).toContain(
      `"id":8,"result":{"content":[{"type":"text","text":"kept ${a}"}`,
    );
    expect(playing.report()).toMatchObject({
      equal: false,
      misses: [],
      unmade: [],
      degraded: [
        { entry: `${id}:1`, how: 'masked', pointer: '/params/arguments/key', class: 'uuid' },
      ],
    });
  });

  test('a value of another class, or a difference elsewhere, is a miss as without the mask', () => {
    const playing = player(entries, { masks });
    const other = toolCall(2, 'add', { key: a, to: 'another list' });
    const answers = converse(playing, [add(1, 'no uuid'), other]);
    expect(answers.map((texts) => refusal(texts).message)).toEqual([
      expect.stringContaining('/params/arguments/key'),
      expect.stringContaining('/params/arguments/to'),
    ]);
    expect(playing.report().degraded).toEqual([]);
  });

  test('nothing is degraded where all is equal', () => {
    const playing = player(entries, { masks });
    converse(playing, [add(1, a), add(2, b)]);
    expect(playing.report()).toMatchObject({ equal: true, degraded: [] });
  });

  test('numbers may stand elsewhere, and do not fall where the recorded ones rise', () => {
    const steps = [10, 11, 12].flatMap((key) => [
      client(add(key, key)),
      server(toolText(key, 'x')),
    ]);
    const counted = tape('notes', steps);
    const play = (...live: number[]) => {
      const playing = player(counted, { masks: ['add:/params/arguments/key=int'] });
      converse(
        playing,
        live.map((key) => add(key, key)),
      );
      return playing.report();
    };
    expect(play(100, 105, 106)).toMatchObject({ misses: [], degraded: [{}, {}, {}] });
    expect(play(100, 99)).toMatchObject({
      degraded: [{}],
      misses: [{ reason: 'number-falls', nearest: `${id}:3`, pointer: '/params/arguments/key' }],
    });
  });

  test('what the client answers the server is masked too', () => {
    const answer = (content: object) => ({ id: 0, result: { action: 'accept', content } });
    const asked = tape('notes', [
      client(add(1, a)),
      server({ id: 0, method: 'elicitation/create' }),
      client(answer({ at: '2026-11-22T09:00:00Z', who: 'Ada' })),
      server(toolText(1, 'x')),
    ]);
    const play = (content: object) => {
      const options = { masks: ['elicitation/create:/result/content/at=rfc3339'] };
      const playing = player(asked, options);
      converse(playing, [add(1, a), answer(content)] as Said[]);
      return playing.report();
    };
    expect(play({ at: '2027-01-01T00:00:00Z', who: 'Ada' })).toMatchObject({
      differences: [],
      degraded: [{ entry: `${id}:3`, pointer: '/result/content/at', class: 'rfc3339' }],
    });
    expect(play({ at: '2027-01-01T00:00:00Z', who: 'Bob' })).toMatchObject({
      differences: [{ entry: `${id}:3`, about: 'answer', pointer: '/result/content/at' }],
      degraded: [],
    });
  });

  test('a mask must cover something in one of the sessions, not in each', () => {
    const both = [...entries, ...tape('other', [client(toolCall(1, 'ping'))])];
    expect(standIns(both, { masks }).names).toEqual(['notes', 'other']);
    expect(() => standIns(both, { masks: ['ad:/params/arguments/key=uuid'] })).toThrow(MaskRefusal);
  });
});

describe('more often than recorded', () => {
  const list: Said = { id: 'l', method: 'tools/list' };
  const read = [client(toolCall(1, 'read')), server(toolText(1, 'new'))];
  const write = [client(toolCall(2, 'write')), server(toolText(2, 'ok'))];

  test('the last read of the recording is answered again, and told', () => {
    const playing = player(tape('notes', [...readOnly('read'), ...write, ...read]));
    const live = [list, toolCall(2, 'write'), toolCall(3, 'read'), toolCall('x', 'read')];
    const answers = converse(playing, live);
    expect(answers[3]).toEqual([answers[2]?.[0]?.replace('"id":3', '"id":"x"')]);
    expect(playing.report()).toMatchObject({
      equal: false,
      misses: [],
      degraded: [{ entry: `${id}:5`, how: 'repeated' }],
    });
  });

  test('a repeat with another value under a mask is both', () => {
    const look = (own: number, key: number) => toolCall(own, 'read', { key });
    const steps = [...readOnly('read'), client(look(1, 5)), server(toolText(1, 'x'))];
    const playing = player(tape('notes', steps), { masks: ['read:/params/arguments/key=int'] });
    converse(playing, [list, look(1, 6), look(2, 7)]);
    expect(playing.report().degraded).toMatchObject([
      { entry: `${id}:3`, how: 'masked' },
      { entry: `${id}:3`, how: 'repeated' },
      { entry: `${id}:3`, how: 'masked', pointer: '/params/arguments/key' },
    ]);
  });

  test('a read that a recorded write comes after is not, nor is a write', () => {
    const early = player(tape('notes', [...readOnly('read'), ...read, ...write]));
    const refused = converse(early, [list, toolCall(3, 'read'), toolCall(4, 'read')])[2];
    expect(refusal(refused).message).toContain('more often than recorded');
    const again = player(tape('notes', write));
    expect(refusal(converse(again, [toolCall(1, 'write'), toolCall(2, 'write')])[1]).code).toBe(
      90404,
    );
  });

  test('what depends on no state is answered as often as it is asked, and is no difference', () => {
    const ping = (own: number): Said => ({ id: own, method: 'ping' });
    const steps = [client(ping(1)), server({ id: 1, result: {} })];
    const playing = player(tape('notes', [...steps, ...write]));
    const answers = converse(playing, [ping(5), ping(6), toolCall(9, 'write'), ping(7)]);
    expect(answers.map((texts) => JSON.parse(texts[0] ?? '').id)).toEqual([5, 6, 9, 7]);
    expect(playing.report()).toMatchObject({ equal: true, misses: [], degraded: [] });
  });

  test('a repeat of what is not answered yet waits for that answer', () => {
    const steps = [
      ...readOnly('read'),
      client(toolCall(1, 'read')),
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
      server(toolText(1, 'late')),
    ];
    const playing = player(tape('notes', steps));
    const answers = converse(playing, [
      list,
      toolCall(3, 'read'),
      toolCall(4, 'read'),
      { method: 'notifications/cancelled', params: { requestId: 3 } },
    ]);
    expect(answers.map((texts) => texts.map((text) => JSON.parse(text).id))).toEqual([
      ['l'],
      [],
      [],
      [3, 4],
    ]);
  });
});
