// What a player says, message by message. Recordings are scripts of a few lines.
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { MISS_CODE, transcript, transcriptOf } from '../../replay/index.ts';
import {
  client,
  exit,
  frame,
  gap,
  opening,
  type Said,
  type Step,
  server,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';
import { converse, player, readOnly, refusal, shown } from './playing.ts';

const calls = (...steps: readonly Step[]): Entry[] => tape('notes', steps);
const call = (id: string | number, name: string, args: object = {}, meta?: object) =>
  toolCall(id, name, args, meta);
const id = '01N0TES0000000000000000000';

const list: Said = { id: 'l', method: 'tools/list' };

describe('ids', () => {
  test.each([0, '', 1, '1', -5, 'a"b'])('a request with the id %j is answered with it', (own) => {
    const playing = player(calls(client(call(9, 'a')), server(toolText(9, 'x'))));
    const [answer] = converse(playing, [call(own, 'a')]);
    expect(JSON.parse(answer?.[0] ?? '').id).toBe(own);
  });

  test('everything else of the text stays as the server wrote it', () => {
    const text =
      '{ "result" : {"n":1.0, "big":12345678901234567890,"id":5}, "id" : 5 ,"jsonrpc":"2.0"}';
    const playing = player(calls(client(call(5, 'a')), server(text)));
    expect(converse(playing, [call('z', 'a')])).toEqual([[text.replace('"id" : 5', '"id" : "z"')]]);
  });

  test('progress carries the token of the live request, and comes before the answer', () => {
    const progress = (at: number): Step =>
      server({ method: 'notifications/progress', params: { progressToken: 'p', progress: at } });
    const steps = [progress(1), progress(2), server(toolText(1, 'x')), progress(3)];
    const playing = player(calls(client(call(1, 'a', {}, { progressToken: 'p' })), ...steps));
    expect(converse(playing, [call(7, 'a', {}, { progressToken: 0 })])).toMatchInlineSnapshot(`
      [
        [
          "{"method":"notifications/progress","params":{"progressToken":0,"progress":1}}",
          "{"method":"notifications/progress","params":{"progressToken":0,"progress":2}}",
          "{"id":7,"result":{"content":[{"type":"text","text":"x"}]}}",
          "{"method":"notifications/progress","params":{"progressToken":0,"progress":3}}",
        ],
      ]
    `);
  });

  test('progress that nobody asked for this time is not sent, and told', () => {
    const params = { progressToken: 'p', progress: 1 };
    const playing = player(
      calls(
        client(call(1, 'a', {}, { progressToken: 'p' })),
        server({ method: 'notifications/progress', params }),
        server(toolText(1, 'x')),
      ),
    );
    expect(converse(playing, [call(7, 'a')])[0]).toHaveLength(1);
    expect(playing.report()).toMatchObject({ equal: false, withheld: [{ entry: `${id}:2` }] });
  });

  test('2026-07-28: a subscription carries the id of the live listen request', () => {
    const meta = (own: unknown) => ({ _meta: { 'io.modelcontextprotocol/subscriptionId': own } });
    const listen = { method: 'subscriptions/listen', params: { toolsListChanged: true } };
    const playing = player(
      calls(
        client({ id: 4, ...listen }),
        server({ method: 'notifications/subscriptions/acknowledged', params: meta(4) }),
        server({ method: 'notifications/tools/list_changed', params: meta(4) }),
      ),
    );
    const [said] = converse(playing, [{ id: 'mine', ...listen }]);
    expect(said?.map((text) => JSON.parse(text).params)).toEqual([meta('mine'), meta('mine')]);
  });
});

describe('matching', () => {
  test('what differs from run to run is no difference', () => {
    const meta = { progressToken: 1, traceparent: '00-a', keep: 1 };
    const playing = player(
      calls(client(call(1, 'a', { x: 1, y: [2] }, meta)), server(toolText(1, 'x'))),
    );
    const live = { name: 'a', _meta: { keep: 1, baggage: 'b' }, arguments: { y: [2.0], x: 1 } };
    expect(converse(playing, [{ id: 1, method: 'tools/call', params: live }])[0]).toHaveLength(1);
    expect(playing.report().misses).toEqual([]);
  });

  test('a changed request is refused, with the nearest entry and the first difference', () => {
    const playing = player(
      calls(
        client(call(1, 'add', { items: [{ 'a/b': 1 }, { name: 'x' }] })),
        server(toolText(1, 'x')),
        client(call(2, 'add', { items: [] })),
        server(toolText(2, 'y')),
      ),
    );
    const [answer] = converse(playing, [call(1, 'add', { items: [{ 'a/b': 2 }, { name: 'x' }] })]);
    expect(refusal(answer)).toEqual({
      code: MISS_CODE,
      message: `wiretape: the recording has no such tools/call add; the nearest is ${id}:1, which differs first at /params/arguments/items/0/a~1b: the caller asked something else`,
      data: {
        reason: 'not-recorded',
        nearest: `${id}:1`,
        pointer: '/params/arguments/items/0/a~1b',
        from: 'caller',
      },
    });
    expect(playing.report()).toMatchObject({
      equal: false,
      misses: [{ kind: 'request', method: 'tools/call', reason: 'not-recorded' }],
      unmade: [`${id}:1`, `${id}:3`],
      withheld: [
        { entry: `${id}:2`, waitsFor: `${id}:1` },
        { entry: `${id}:4`, waitsFor: `${id}:3` },
      ],
    });
  });

  test('equal requests get their answers in recorded order, and no more than there are', () => {
    const playing = player(
      calls(
        ...readOnly('a'),
        client(call(1, 'a')),
        client(call(2, 'a')),
        server(toolText(2, 'second')),
        server(toolText(1, 'first')),
        client(call(3, 'write')),
        server(toolText(3, 'ok')),
      ),
    );
    const answers = converse(playing, [list, call(8, 'a'), call(8, 'a'), call(8, 'a')]);
    expect(answers[1]?.[0]).toContain('first');
    expect(answers[2]?.[0]).toContain('second');
    expect(refusal(answers[3]).message).toBe(
      `wiretape: tools/call a was made more often than recorded; the last one is ${id}:4`,
    );
  });

  const readWriteRead = calls(
    ...readOnly('read'),
    client(call(1, 'read')),
    server(toolText(1, 'old')),
    client(call(2, 'write')),
    server(toolText(2, 'ok')),
    client(call(3, 'read')),
    server(toolText(3, 'new')),
  );

  test('read, write, read gives the old, then the new', () => {
    const said = [list, call(1, 'read'), call(2, 'write'), call(3, 'read')];
    const answers = converse(player(readWriteRead), said).map((texts) => texts[0]);
    expect(answers).toMatchObject(
      ['tools', 'old', 'ok', 'new'].map((text) => expect.stringContaining(text)),
    );
  });

  test('a read after the write never gets what was read before it', () => {
    const answers = converse(player(readWriteRead), [call(2, 'write'), call(3, 'read')]);
    expect(answers[1]?.[0]).toContain('new');
  });

  test('a second read before the write gets nothing of after it', () => {
    const answers = converse(player(readWriteRead), [call(1, 'read'), call(2, 'read')]);
    expect(refusal(answers[1]).message).toBe(
      `wiretape: tools/call read is recorded as ${id}:7, after the write ${id}:5, which was not made yet`,
    );
  });

  test('initialize: another client is the same client, other capabilities are reported', () => {
    const playing = player(calls(...opening()));
    const params = { protocolVersion: '2025-11-25', capabilities: { roots: {} } };
    const named = { ...params, clientInfo: { name: 'other', version: '9' } };
    const said = converse(playing, [{ id: 3, method: 'initialize', params: named }]);
    expect(said[0]).toHaveLength(1);
    expect(playing.report()).toMatchObject({
      misses: [],
      differences: [
        { entry: `${id}:1`, about: 'capabilities', pointer: '/params/capabilities/roots' },
      ],
    });
    const older = { ...named, protocolVersion: '2024-11-05' };
    const refused = converse(player(calls(...opening())), [
      { id: 3, method: 'initialize', params: older },
    ]);
    expect(refusal(refused[0]).message).toContain('/params/protocolVersion');
  });

  test('a redacted secret is any text its rule finds, one to one', () => {
    const [a, b] = ['<secret:field:0000000a>', '<secret:field:0000000b>'];
    const github = '<secret:github:0000000c>';
    const steps = [
      client(call(1, 'login', { password: a, note: `uses ${github}!` })),
      server(toolText(1, 'in')),
      client(call(2, 'again', { password: a, pin: b })),
      server(toolText(2, 'in again')),
    ];
    const key = `ghp_${'x'.repeat(36)}`;
    const login = (note: string) => call(1, 'login', { password: 'hunter2', note });
    const said = [
      login('uses nothing!'),
      login(`uses ${key}!`),
      call(2, 'again', { password: 'other', pin: '1' }),
      call(2, 'again', { password: 'hunter2', pin: 'hunter2' }),
      // A number was recorded as a text, because it is a secret.
      call(2, 'again', { password: 'hunter2', pin: 1 }),
    ];
    const playing = player(calls(...steps));
    const pointers = converse(playing, said).map(
      (texts) => JSON.parse(texts[0] ?? '').error?.data.pointer,
    );
    expect(pointers).toEqual([
      '/params/arguments/note',
      undefined,
      '/params/arguments/password',
      '/params/arguments/pin',
      undefined,
    ]);
    expect(JSON.stringify(playing.report())).not.toMatch(/hunter2|ghp_/);
    const clean = player(calls(...steps));
    converse(clean, [said[1], said[4]] as Said[]);
    expect(clean.report().equal).toBe(true);
    expect(transcript([clean.transcript()])).toEqual(transcriptOf(calls(...steps)));
  });
});

test('a secret that two rules found is one secret: its hash says so', () => {
  const [inAddress, inMember] = ['<secret:variable:ca51921d>', '<secret:field:ca51921d>'];
  const told = (key: string) =>
    call(1, 'echo', { message: `GET https://x.test/?api_key=${key}&page=1` });
  const named = (key: string) => call(2, 'echo', { message: 'm', api_key: key });
  const steps = [
    client(told(inAddress)),
    server(toolText(1, 'told')),
    client(named(inMember)),
    server(toolText(2, 'named')),
  ];
  const key = 'kq7Zr2Xw9Tn4Lm5Pv8Bd';
  const same = player(calls(...steps));
  converse(same, [told(key), named(key)]);
  expect(same.report()).toMatchObject({ equal: true, misses: [] });
  const other = converse(player(calls(...steps)), [told(key), named(`${key}x`)]);
  const { error } = JSON.parse(other[1]?.[0] ?? '');
  expect(error.data.pointer).toBe('/params/arguments/api_key');
});

test('a secret of a shape that only its user knows is any text, one to one', () => {
  const own = '<secret:acme-key:0000000a>';
  const steps = [
    client(call(1, 'login', { note: `uses ${own}!` })),
    server(toolText(1, 'in')),
    client(call(2, 'again', { key: own })),
    server(toolText(2, 'in again')),
  ];
  const said = [
    call(1, 'login', { note: 'uses acme_1!' }),
    call(2, 'again', { key: 'acme_2' }),
    call(2, 'again', { key: 'acme_1' }),
  ];
  const answers = converse(player(calls(...steps)), said);
  const pointers = answers.map((texts) => JSON.parse(texts[0] ?? '').error?.data.pointer);
  expect(pointers).toEqual([undefined, '/params/arguments/key', undefined]);
});

describe('placement', () => {
  const log = (text: string): Step =>
    server({ method: 'notifications/message', params: { level: 'info', data: text } });
  const ask = (own: number): Step => server({ id: own, method: 'roots/list' });
  const answer = (own: number, uri: string) => ({ id: own, result: { roots: [{ uri }] } });

  test('a message of no request waits for all that the client had said, and for those before it', () => {
    const playing = player(
      calls(
        log('hello'),
        client(call(1, 'a')),
        client(call(2, 'b')),
        log('both'),
        log('more'),
        server(toolText(2, 'b')),
        server(toolText(1, 'a')),
      ),
    );
    expect(playing.start().map(shown)).toEqual([expect.stringContaining('hello')]);
    const said = converse(playing, [call(5, 'b'), call(6, 'a')]);
    expect(said).toMatchInlineSnapshot(`
      [
        [
          "{"id":5,"result":{"content":[{"type":"text","text":"b"}]}}",
        ],
        [
          "{"method":"notifications/message","params":{"level":"info","data":"both"}}",
          "{"method":"notifications/message","params":{"level":"info","data":"more"}}",
          "{"id":6,"result":{"content":[{"type":"text","text":"a"}]}}",
        ],
      ]
    `);
  });

  test('an answer waits for what the client answers to a question of the server', () => {
    const playing = player(
      calls(
        client(call(1, 'a')),
        ask(0),
        client(answer(0, 'file:///x')),
        server(toolText(1, 'done')),
      ),
    );
    expect(converse(playing, [call(3, 'a'), answer(0, 'file:///x')])).toMatchInlineSnapshot(`
      [
        [
          "{"id":0,"method":"roots/list"}",
        ],
        [
          "{"id":3,"result":{"content":[{"type":"text","text":"done"}]}}",
        ],
      ]
    `);
    expect(playing.report().equal).toBe(true);
  });

  test('where calls overlap, each waits for the answers that may be its own', () => {
    const playing = player(
      calls(
        client(call(1, 'a')),
        client(call(2, 'b')),
        server(toolText(2, 'before')),
        client(call(3, 'c')),
        ask(0),
        client(answer(0, 'file:///x')),
        server(toolText(1, 'after')),
        server(toolText(3, 'after')),
      ),
    );
    const said = [call(1, 'a'), call(2, 'b'), call(3, 'c'), answer(0, 'file:///x')];
    expect(
      converse(playing, said).map((texts) => texts.map((text) => JSON.parse(text).id)),
    ).toEqual([[], [2], [0], [1, 3]]);
  });

  test('another answer than the recorded one is reported, and the script goes on', () => {
    const playing = player(
      calls(client(call(1, 'a')), ask(0), client(answer(0, 'file:///x')), server(toolText(1, 'y'))),
    );
    const said = converse(playing, [call(1, 'a'), answer(0, 'file:///z')]);
    expect(said[1]).toHaveLength(1);
    expect(playing.report().differences).toEqual([
      { entry: `${id}:3`, about: 'answer', pointer: '/result/roots/0/uri' },
    ]);
  });

  test('an answer that came after the cancellation waits for the cancellation', () => {
    const cancelled = (requestId: number) => ({
      method: 'notifications/cancelled',
      params: { requestId, reason: 'late' },
    });
    const playing = player(
      calls(client(call(1, 'a')), client(cancelled(1)), server(toolText(1, 'late'))),
    );
    expect(converse(playing, [call(4, 'a'), cancelled(4)]).map((texts) => texts.length)).toEqual([
      0, 1,
    ]);
    expect(playing.report().equal).toBe(true);
    const strange = player(calls(client(call(1, 'a')), server(toolText(1, 'x'))));
    converse(strange, [call(4, 'a'), cancelled(4)]);
    expect(strange.report().misses).toMatchObject([{ method: 'notifications/cancelled' }]);
  });

  test('silence stays silence, and the end of the server is the end', () => {
    const steps = [client(call(1, 'a')), client(call(2, 'b')), server(toolText(2, 'x'))];
    const playing = player(calls(...steps, exit(1)));
    expect(converse(playing, [call(1, 'a'), call(2, 'b')])).toEqual([
      [],
      [expect.stringContaining('x'), 'end 1 null'],
    ]);
    expect(converse(playing, [call(3, 'a')])).toEqual([[]]);
    const crash = player(calls(client(call(1, 'a')), exit(null, 'SIGSEGV')));
    expect(converse(crash, [call(1, 'a')])).toEqual([['end null SIGSEGV']]);
  });

  test('a server that ended because its client did stays until its client ends', () => {
    for (const end of [exit(0), exit(null, 'SIGTERM')]) {
      const playing = player(calls(client(call(1, 'a')), server(toolText(1, 'x')), end));
      expect(converse(playing, [call(1, 'a')])[0]).toHaveLength(1);
    }
  });

  test('what the server wrote that was no message crosses as it was', () => {
    const playing = player(
      calls(server('starting up'), client(call(1, 'a')), server(''), server(toolText(1, 'x'))),
    );
    expect(playing.start().map(shown)).toEqual(['bytes "starting up\\n"']);
    expect(converse(playing, [call(1, 'a')])[0]?.[0]).toBe('bytes "\\n"');
  });

  test('batches: each item is matched, and the answers come together', () => {
    const playing = player(
      calls(
        client([
          { jsonrpc: '2.0', ...call(1, 'a') },
          { jsonrpc: '2.0', ...call(2, 'b') },
        ]),
        server([
          { jsonrpc: '2.0', ...toolText(2, 'b') },
          { jsonrpc: '2.0', ...toolText(1, 'a') },
        ]),
      ),
    );
    expect(converse(playing, [call('x', 'b'), call('y', 'a')])).toMatchInlineSnapshot(`
      [
        [],
        [
          "[{"id":"x","result":{"content":[{"type":"text","text":"b"}]}},{"jsonrpc":"2.0","id":"y","result":{"content":[{"type":"text","text":"a"}]}}]",
        ],
      ]
    `);
    expect(playing.report().equal).toBe(true);
  });

  test('what cannot be played is told, and a lost answer is no silence', () => {
    const cut = frame('server', { why: 'over-cap', text: '{"jsonrpc"', bytes: 9e7, sha256: 'ab' });
    const playing = player(calls(client(call(1, 'a')), cut, gap(2), client(call(2, 'b'))));
    const [lost, silent] = converse(playing, [call(1, 'a'), call(2, 'b')]);
    expect(refusal(lost).message).toContain(`the answer to ${id}:1`);
    expect(silent).toEqual([]);
    expect(playing.report().unplayable).toEqual([
      { entry: `${id}:2`, why: 'over-cap' },
      { entry: `${id}:3`, why: 'gap' },
    ]);
  });

  test('requests that came too early are told apart, and are no difference', () => {
    const steps = [
      ...readOnly('a', 'b'),
      client(call(1, 'a')),
      server(toolText(1, 'x')),
      client(call(2, 'b')),
      server(toolText(2, 'y')),
    ];
    const playing = player(calls(...steps));
    converse(playing, [list, call(2, 'b'), call(1, 'a')]);
    expect(playing.report()).toMatchObject({
      equal: true,
      reordered: [{ entry: `${id}:5`, after: `${id}:3` }],
    });
  });
});
