// What a recorded server does wrong because the user asks for it: only that, and the same for a seed.
import { describe, expect, test } from 'vitest';
import { FaultRefusal, standIn } from '../../replay/index.ts';
import { client, opening, type Said, server, tape, toolCall, toolText } from '../kit/entries.ts';
import { connect } from './clients.ts';
import { converse, player } from './playing.ts';

const id = '01N0TES0000000000000000000';
const names = ['a', 'b', 'a', 'c'];
const entries = tape(
  'notes',
  names.flatMap((name, n) => [client(toolCall(n, name)), server(toolText(n, `${name}${n}`))]),
);
const said: Said[] = names.map((name, n) => toolCall(n, name));

function play(faults: readonly string[], seed = 1) {
  const playing = player(entries, { faults, seed });
  return { answers: converse(playing, said), report: playing.report() };
}

const plain = play([]).answers.map((texts) => texts[0] ?? '');

describe('each kind, at the calls it names', () => {
  test('drop: a tool by name, all of its calls; with a number, that one; by reference', () => {
    expect(play(['drop@a']).answers.map((texts) => texts.length)).toEqual([0, 1, 0, 1]);
    expect(play(['drop@a#2']).answers.map((texts) => texts.length)).toEqual([1, 1, 0, 1]);
    expect(play(['drop@tools/call#2']).answers.map((texts) => texts.length)).toEqual([1, 0, 1, 1]);
    const { answers, report } = play([`drop@${id}:7`]);
    expect(answers.map((texts) => texts.length)).toEqual([1, 1, 1, 0]);
    expect(report.faults).toEqual([{ fault: `drop@${id}:7`, call: `${id}:7` }]);
  });

  test('duplicate, error and wrong-id change the answer and nothing else', () => {
    expect(play(['duplicate@b']).answers[1]).toEqual([plain[1], plain[1]]);
    expect(JSON.parse(play(['error@b']).answers[1]?.[0] ?? '')).toMatchObject({
      id: 1,
      error: { code: -32603 },
    });
    expect(play(['error@b:-32000']).answers[1]?.[0]).toContain('"code":-32000');
    const wrong = play(['wrong-id@b']).answers;
    expect(JSON.parse(wrong[1]?.[0] ?? '').id).toBeGreaterThan(1_000_000);
    expect(wrong.filter((_, n) => n !== 1).flat()).toEqual(plain.filter((_, n) => n !== 1));
  });

  test('reorder: the answer comes after the next one, or after so many', () => {
    expect(play(['reorder@b']).answers).toEqual([[plain[0]], [], [plain[2], plain[1]], [plain[3]]]);
    expect(play(['reorder@a#1:3']).answers[3]).toEqual([plain[3], plain[0]]);
    const late = play(['reorder@c']);
    expect(late.answers[3]).toEqual([]);
    expect(late.report.faults).toEqual([{ fault: 'reorder@c', call: `${id}:7`, held: true }]);
    expect(play(['reorder@b']).report.faults).toEqual([{ fault: 'reorder@b', call: `${id}:3` }]);
  });

  test('close: the server ends instead, and hears nothing more', () => {
    const { answers, report } = play(['close@b:3']);
    expect(answers).toEqual([[plain[0]], ['end 3 null'], [], []]);
    expect(report).toMatchObject({ matchedCount: 2, faults: [{ fault: 'close@b:3' }] });
  });

  test('an answer in a batch is changed where it stands', () => {
    const both = tape('notes', [
      client([toolCall(1, 'a'), toolCall(2, 'b')]),
      server([toolText(2, 'b'), toolText(1, 'a')]),
    ]);
    const playing = player(both, { faults: ['error@a'] });
    const [answer] = converse(playing, [[toolCall(1, 'a'), toolCall('x', 'b')]]);
    expect(JSON.parse(answer?.[0] ?? '')).toMatchObject([
      { id: 'x', result: {} },
      { id: 1, error: {} },
    ]);
  });
});

test('delay: the message says how long, drawn from the seed, and the same for the same one', () => {
  const delayOf = (seed: number) => {
    const playing = player(entries, { faults: ['delay@a#1:10-500'], seed });
    const [out] = playing.receiveText(JSON.stringify({ jsonrpc: '2.0', ...toolCall(0, 'a') }));
    return out?.kind === 'message' ? out.delay : undefined;
  };
  const delays = Array.from({ length: 20 }, (_, seed) => delayOf(seed) ?? -1);
  expect(delays).toEqual(Array.from({ length: 20 }, (_, seed) => delayOf(seed)));
  expect(new Set(delays).size).toBeGreaterThan(10);
  expect(delays.every((delay) => delay >= 10 && delay <= 500)).toBe(true);
});

test('a delayed answer is overtaken, in the process of its client as on a stream', async () => {
  const overlap = tape('notes', [
    ...opening(),
    client(toolCall(1, 'slow')),
    client(toolCall(2, 'quick')),
    server(toolText(1, 'slow')),
    server(toolText(2, 'quick')),
  ]);
  const serving = standIn(overlap, undefined, { faults: ['delay@slow:50'] });
  const talk = await connect(1, serving.transport());
  const order: string[] = [];
  await Promise.all(
    ['slow', 'quick'].map((name) => talk.call(name, {}).then(() => order.push(name))),
  );
  await talk.close();
  expect(order).toEqual(['quick', 'slow']);
  expect(serving.report()).toMatchObject({ equal: true, faults: [{ fault: 'delay@slow:50' }] });
});

test('what remains of the report is as without faults', () => {
  const { faults, ...rest } = play(['duplicate@a', 'wrong-id@b', 'delay@c:5']).report;
  expect(faults).toHaveLength(4);
  expect({ ...rest, faults: [] }).toEqual(play([]).report);
});

describe('a fault that is none is refused with a sentence', () => {
  test.each([
    ['drop', 'has no kind'],
    ['crash@a', 'has no kind'],
    ['constructor@a', 'has no kind'],
    ['drop@', 'is not of the form drop@CALL'],
    ['delay@a', 'is not of the form delay@CALL:MS'],
    ['delay@a:9-3', 'is not of the form'],
    ['delay@a:600001', 'is not of the form'],
    ['close@a:256', 'is not of the form'],
    ['drop@a:5', 'is not of the form'],
    ['reorder@a:0', 'is not of the form reorder@CALL'],
    ['error@a:abc', 'its form is error@CALL or error@CALL:CODE'],
    ['drop@d', 'names no call'],
    ['drop@a#3', 'names no call'],
    [`drop@${id}:2`, 'names no call'],
  ])('%s', (fault, why) => {
    expect(() => play([fault])).toThrow(FaultRefusal);
    expect(() => play([fault])).toThrow(why);
  });

  test('a call that has no answer in the recording has none to be changed', () => {
    const silent = tape('notes', [client(toolCall(1, 'a'))]);
    expect(() => player(silent, { faults: ['drop@a'] })).toThrow('names no answered call');
  });
});
