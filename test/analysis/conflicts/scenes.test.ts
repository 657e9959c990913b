/** Each class of conflict as it looks on the wire: what is said of it, and the values that show it. */
import { describe, expect, test } from 'vitest';
import { parseReference } from '../../../model/entry.ts';
import { proofOf, sessionsOf } from '../../../model/finding.ts';
import { member } from '../../../model/json.ts';
import { launched, type SceneOptions } from '../scene.ts';
import { type Act, act, agents, conflictsIn, toldOf } from './told.ts';

const path = '/home/me/plan.md';
const PLAN = '# The plan\none: open\ntwo: open';
const read = (by: string, at: number, text: string): Act =>
  act(by, 'read_text_file', { path }, [at, at + 5], text);
const write = (by: string, at: number, content: string, to = at + 5): Act =>
  act(by, 'write_file', { path, content }, [at, to]);
const edit = (by: string, at: number, oldText: string, newText: string, to = at + 5): Act =>
  act(by, 'edit_file', { path, edits: [{ oldText, newText }] }, [at, to]);
const failed = (call: Act): Act => ({ ...call, isError: true });
const get = (by: string, at: number, fields: object): Act =>
  act(by, 'get_product', { product_id: 'p-1' }, [at, at + 5], { product_id: 'p-1', ...fields });
const update = (by: string, at: number, fields: object): Act =>
  act(by, 'update_product', { product_id: 'p-1', ...fields }, [at, at + 5]);
const traced = (trace: number, call: Act): Act => ({
  ...call,
  trace: `00-${String(trace).padStart(32, '0')}-00f067aa0ba902b7-01`,
});
const ticket = { record_id: 'r-7' };

const scenes: Record<string, [acts: Act[], told: string[], options?: SceneOptions]> = {
  'two overwrite a file at the same time': [
    [write('a', 0, 'the plan of a'), write('b', 2, 'the plan of b')],
    ['concurrent-writes POTENTIAL plan.md'],
  ],
  'one sends both at once': [
    [write('a', 0, 'the first plan'), write('a', 2, 'the second plan')],
    ['concurrent-writes POTENTIAL plan.md'],
  ],
  'one sends both at once, and has the later one there in the end, as it should': [
    [
      write('a', 0, 'the first plan'),
      write('a', 2, 'the second plan'),
      read('a', 20, 'the second plan'),
    ],
    ['concurrent-writes POTENTIAL plan.md'],
  ],
  'one sends both at once, and the earlier one is what is left': [
    [
      write('a', 0, 'the first plan'),
      write('a', 2, 'the second plan'),
      read('a', 20, 'the first plan'),
    ],
    ['concurrent-writes OBSERVED plan.md 1 of 2'],
  ],
  'one sends two, and the last of another one is over both': [
    [
      ...[write('a', 0, 'the first plan', 9), write('b', 3, 'the plan of b', 9)],
      ...[write('a', 2, 'the second plan', 9), read('a', 20, 'the plan of b')],
    ],
    ['concurrent-writes OBSERVED plan.md 2 of 3'],
  ],
  'a later read shows one of two overlapped writes': [
    [
      write('a', 0, 'the plan of a'),
      write('b', 2, 'the plan of b'),
      read('a', 20, 'the plan of b'),
    ],
    ['concurrent-writes OBSERVED plan.md 1 of 2'],
  ],
  'a later read shows one of three': [
    [
      ...[write('a', 0, 'the plan of a', 9), write('b', 2, 'the plan of b', 8)],
      ...[write('c', 4, 'the plan of c', 7), read('a', 20, 'the plan of a')],
    ],
    ['concurrent-writes OBSERVED plan.md 2 of 3'],
  ],
  'an edit beside an overwriting write': [
    [edit('a', 0, 'one: open', 'one: done'), write('b', 2, 'nothing is left')],
    ['concurrent-writes POTENTIAL plan.md'],
  ],
  'a delete beside a write': [
    [act('a', 'delete_file', { path }, [0, 9]), write('b', 2, 'the plan of b')],
    ['concurrent-writes POTENTIAL plan.md'],
  ],
  'a file is written back as it was read, with a change': [
    [read('a', 0, PLAN), edit('b', 10, 'one: open', 'one: done'), write('a', 20, `${PLAN}\nthree`)],
    ['stale-overwrite OBSERVED plan.md 1 of 2'],
  ],
  'two changes are written over': [
    [
      ...[read('a', 0, PLAN), edit('b', 10, 'one: open', 'one: done')],
      ...[edit('b', 16, 'two: open', 'two: done'), write('a', 30, `${PLAN}\nthree: open`)],
    ],
    ['stale-overwrite OBSERVED plan.md 2 of 3'],
  ],
  'what an agent wrote itself is written again': [
    [
      write('a', 0, PLAN),
      edit('b', 10, 'one: open', 'one: done'),
      write('a', 20, `${PLAN}\nthree`),
    ],
    ['stale-overwrite OBSERVED plan.md 1 of 2'],
  ],
  'a member is written back as it was read': [
    [
      act('a', 'get_record', ticket, [0, 5], { status: 'open', owner: 'amy' }),
      act('b', 'update_record', { ...ticket, status: 'closed' }, [10, 15]),
      act('a', 'update_record', { ...ticket, status: 'open', owner: 'bob' }, [20, 25]),
    ],
    ['stale-overwrite OBSERVED record r-7 1 of 2'],
  ],
  'a count goes on from where it was read': [
    [
      act('a', 'get_counter', { counter_id: 'c-1' }, [0, 5], '10'),
      act('b', 'set_counter', { counter_id: 'c-1', value: 25 }, [10, 15]),
      act('a', 'set_counter', { counter_id: 'c-1', value: 11 }, [20, 25]),
    ],
    ['stale-overwrite OBSERVED counter c-1 1 of 2'],
  ],
  'a number is changed under the name it was read under': [
    [
      act('a', 'get_stock', { item_id: 'c-1' }, [0, 5], { count: 10 }),
      act('b', 'update_stock', { item_id: 'c-1', count: 25 }, [10, 15]),
      act('a', 'update_stock', { item_id: 'c-1', count: 11 }, [20, 25]),
    ],
    ['stale-overwrite OBSERVED item c-1 1 of 2'],
  ],
  'a file is replaced after it was read, by something else': [
    [read('a', 0, PLAN), edit('b', 10, 'one: open', 'one: done'), write('a', 20, 'a haiku')],
    ['stale-overwrite POTENTIAL plan.md'],
  ],
  'an old price is paid': [
    [
      ...[get('a', 0, { price: 10.5 }), update('b', 10, { price: 12 })],
      act('a', 'place_order', { product_id: 'p-1', price: 10.5 }, [20, 25]),
    ],
    ['stale-read-used OBSERVED product p-1'],
  ],
  'an old port is deployed': [
    [
      ...[read('a', 0, 'host: main\nport: 8080'), edit('b', 10, 'port: 8080', 'port: 9090')],
      act('a', 'deploy_service', { service: path, port: 8080 }, [20, 25]),
    ],
    ['stale-read-used OBSERVED plan.md'],
  ],
  'an old id is called, which nothing else names': [
    [
      ...[get('a', 0, { batch: 'lot-83f9a1c4' }), update('b', 10, { batch: 'lot-02bb71d9' })],
      act('a', 'ship_goods', { goods: 'lot-83f9a1c4' }, [20, 25]),
    ],
    ['stale-read-used OBSERVED product p-1'],
  ],
  'an old price is ordered, over two connections to one address': [
    [
      ...[get('a', 0, { price: 10.5 }), update('b', 10, { price: 12 })],
      act('a', 'place_order', { product_id: 'p-1', price: 10.5 }, [20, 25]),
    ],
    ['stale-read-used OBSERVED product p-1'],
    { head: { transport: 'http', upstream: 'https://shop.example.org/mcp' } },
  ],
  'an old value is used, which was all that the answer said': [
    [
      act('a', 'get_value', { key: 'rate' }, [0, 5], 'lot-83f9a1c4'),
      act('b', 'set_value', { key: 'rate', value: 'lot-02bb71d9' }, [10, 15]),
      act('a', 'ship_goods', { goods: 'lot-83f9a1c4' }, [20, 25]),
    ],
    ['stale-read-used OBSERVED key rate'],
  ],
  'two reads of one turn differ': [
    [read('a', 0, PLAN), edit('b', 10, 'one: open', 'one: done'), read('a', 20, 'one: done')],
    ['changed-between-reads POTENTIAL plan.md'],
  ],
  'two reads of one trace differ': [
    [
      traced(1, read('a', 0, PLAN)),
      edit('b', 10, 'one: open', 'one: done'),
      traced(1, read('a', 20, 'one: done')),
    ],
    ['changed-between-reads OBSERVED plan.md'],
  ],
  'two agents of one connection, each with a trace of its own': [
    [
      traced(1, read('a', 0, PLAN)),
      ...[traced(2, read('a', 6, PLAN)), traced(2, edit('a', 20, 'one: open', 'one: done'))],
      traced(1, write('a', 30, `${PLAN}\nthree: open`)),
    ],
    ['stale-overwrite OBSERVED plan.md 1 of 2'],
  ],
  'a second read goes back to what had been replaced': [
    [
      ...[write('a', 0, 'the first plan'), write('a', 10, 'the second plan')],
      ...[read('a', 20, 'the second plan'), read('a', 30, 'the first plan')],
    ],
    ['changed-between-reads OBSERVED plan.md'],
  ],
  'a write of several that failed is seen in one of them': [
    [
      get('b', -10, { price: 'ten and a half' }),
      failed(act('a', 'put_products', { entries: [{ price: 'twelve in all' }] }, [0, 20])),
      get('b', 5, { price: 'twelve in all' }),
    ],
    ['aborted-read OBSERVED product p-1'],
  ],
  'a draft is read while its write goes on, which fails': [
    [read('b', -10, PLAN), failed(write('a', 0, 'a draft of a', 20)), read('b', 5, 'a draft of a')],
    ['aborted-read OBSERVED plan.md'],
  ],
  'one of several values is read while their write goes on, which fails': [
    [
      act('b', 'get_value', { key: 'rate' }, [-10, -5], 'ten percent'),
      failed(
        act(
          'a',
          'set_values',
          { entries: [{ key: 'rate', value: 'a draft' }, { key: 'term' }] },
          [0, 20],
        ),
      ),
      act('b', 'get_value', { key: 'rate' }, [5, 8], 'a draft'),
    ],
    ['aborted-read OBSERVED key rate'],
  ],
  'what a failed write left is read, and then is gone': [
    [
      failed(write('a', 0, 'a draft of a', 8)),
      ...[read('b', 10, 'a draft of a'), read('b', 20, PLAN)],
    ],
    ['aborted-read OBSERVED plan.md'],
  ],
  'what was read is taken back': [
    [
      ...[write('a', 0, 'a draft of a'), read('b', 10, 'a draft of a')],
      ...[act('a', 'rollback', {}, [20, 25]), read('b', 30, PLAN)],
    ],
    ['aborted-read OBSERVED plan.md'],
  ],
  'an order at an old price is paid': [
    [
      ...[get('a', 0, { price: 10.5 }), update('b', 10, { price: 12 })],
      act('a', 'place_order', { product_id: 'p-1', price: 10.5 }, [20, 25], {
        order: 'ord-83f9a1',
      }),
      act('a', 'pay', { order_id: 'ord-83f9a1' }, [30, 35], { receipt: 'rec-77b0c2' }),
      act('c', 'book_receipt', { receipt_id: 'rec-77b0c2' }, [40, 45]),
    ],
    ['causal-cascade OBSERVED product p-1', 'stale-read-used OBSERVED product p-1'],
  ],
  'an aborted draft is mailed': [
    [
      ...[read('b', -10, PLAN), failed(write('a', 0, 'a draft of a', 20))],
      ...[read('b', 5, 'a draft of a'), act('b', 'send_mail', { body: 'a draft of a' }, [30, 35])],
    ],
    ['aborted-read OBSERVED plan.md', 'causal-cascade OBSERVED plan.md'],
  ],
};

test.each(Object.entries(scenes))('%s', (_, [acts, told, options]) => {
  expect(toldOf(conflictsIn(...agents(acts, options))).sort()).toEqual(told);
});

describe('a finding', () => {
  const acts = scenes['a file is written back as it was read, with a change']?.[0] ?? [];
  const entries = agents(acts);
  const [finding] = conflictsIn(...entries);

  test('is a sentence that people understand', () => {
    expect(finding?.message).toBe(
      'A (test-client, session a) read plan.md at 0.006 s, B (test-client, session b) changed it with edit_file at 0.011 s, and A wrote what it had read with write_file at 0.021 s: the change is not in it.',
    );
  });

  test('calls agents of equal hosts by what their clients call themselves, and others by their hosts', () => {
    const of = (by: string, pid: number, host: string, client: string) =>
      agents(
        acts.filter((one) => one.by === by),
        { client, head: { host: { pid, started: '1', name: host } } },
      );
    const told = (host: string, client: string) =>
      conflictsIn(...of('a', 1, 'node', 'claude'), ...of('b', 2, host, client))[0]?.message;
    expect(told('node', 'codex')).toMatch(/^A \(claude, session a\) .* B \(codex, session b\)/);
    expect(told('bun', 'codex')).toMatch(/^A \(node, session a\) .* B \(bun, session b\)/);
    expect(told('node', 'claude')).toMatch(/^A \(node, session a\) .* B \(node, session b\)/);
  });

  test('does not call itself, as less sure, a conflict that it explains', () => {
    const both = [write('a', 0, 'one plan'), write('b', 2, 'two plan'), read('a', 9, 'two plan')];
    const [told] = conflictsIn(...agents(both));
    expect(told?.tier).toBe('OBSERVED');
    expect(told?.message).not.toContain('explains');
  });

  test('points at the very values', () => {
    const values = finding?.evidence.map(({ message, pointer, role }) => {
      const { session, seq } = parseReference(message) ?? {};
      const entry = entries.flat().find((one) => one.session === session && one.seq === seq);
      let value: unknown = entry?.type === 'message' ? entry.value : undefined;
      for (const step of pointer?.split('/').slice(1) ?? [])
        value = Array.isArray(value) ? value[Number(step)] : member(value, step);
      return [role, value];
    });
    expect(values).toEqual([
      ['read that went stale', PLAN],
      ['lost write', 'one: done'],
      ['overwriting write', `${PLAN}\nthree`],
    ]);
  });

  test('can be proved, is never proven, and says how sure it is', () => {
    expect(finding && proofOf(finding)?.command).toContain('wiretape explore ');
    expect(finding && sessionsOf(finding)).toHaveLength(2);
    expect(finding?.tier).toBe('OBSERVED');
    expect(finding?.confidence).toBeGreaterThanOrEqual(0.5);
    expect(finding?.confidence).toBeLessThan(1);
  });

  test('is the same for another run: neither times nor sessions are in its fingerprint', () => {
    const later = acts.map((one) => ({
      ...one,
      by: `x${one.by}`,
      from: one.from + 99,
      to: (one.to ?? 0) + 99,
    }));
    const [other] = conflictsIn(...agents(later));
    expect(other?.fingerprint).toBe(finding?.fingerprint);
  });

  test('of the same tools at the same resource is one', () => {
    const again = [0, 100, 200].flatMap((more) =>
      acts.map((one) => ({ ...one, from: one.from + more, to: (one.to ?? 0) + more })),
    );
    const told = conflictsIn(...agents(again));
    expect(toldOf(told)).toEqual(['stale-overwrite OBSERVED plan.md 3 of 6']);
    expect(told[0]?.message).toContain('The same happened 2 times more here.');
  });

  test('is told of eight resources alike, and of how many more there are', () => {
    const many = Array.from({ length: 12 }, (_, at) =>
      acts.map((one) => ({ ...one, args: { ...one.args, path: `/home/me/${at}.md` } })),
    );
    const told = conflictsIn(...agents(many.flat()));
    expect(told).toHaveLength(8);
    expect(told[0]?.message).toContain('The same is true of 4 more resources.');
  });
});

test('what is no file is one place only where processes share what they keep', () => {
  const acts = scenes['a member is written back as it was read']?.[0] ?? [];
  expect(toldOf(conflictsIn(...agents(acts, { head: launched({}) })))).toEqual([]);
});
