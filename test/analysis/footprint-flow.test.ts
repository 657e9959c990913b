// An id that an answer gave names the same thing wherever it is used again.
import { expect, test } from 'vitest';
import { conflictsOf } from '../../analysis/footprint/commute.ts';
import { operationsOf } from '../../analysis/footprint/operation.ts';
import { viewsOf } from '../../model/view.ts';
import { operations, shown } from './footprint-kit.ts';
import { type SceneCall, scene } from './scene.ts';

type Calls = Parameters<typeof operations>[0];

test.each<[title: string, calls: Calls, last: readonly string[]]>([
  [
    'by any argument',
    [
      ['create_order', {}, { id: 'ord-1001' }],
      ['ship', { it: 'ord-1001' }],
    ],
    ['X ent:order:ord-1001', 'X srv:*'],
  ],
  [
    'as a list',
    [
      ['create_order', {}, { order: { orderId: 'ord-1001' } }],
      ['update_all', { them: ['ord-1001', 'b'] }],
    ],
    ['R ent:order:ord-1001', 'W ent:order:ord-1001'],
  ],
  [
    'under another type',
    [
      ['create_order', {}, { id: 'ord-1001' }],
      ['delete_thing', { id: 'ord-1001' }],
    ],
    ['D ent:order:ord-1001'],
  ],
  [
    'moved, which deletes it not',
    [
      ['create_order', {}, { id: 'ord-1001' }],
      ['move_order', { id: 'ord-1001', from: 'inbox', to: 'done' }],
    ],
    ['W ent:order:ord-1001'],
  ],
  [
    'from a text',
    [
      ['open_ticket', {}, 'x'],
      ['create_ticket', {}, 'Made TCK-1042.'],
      ['close', { it: 'TCK-1042' }],
    ],
    ['D ent:ticket:TCK-1042'],
  ],
  [
    'made by the call itself',
    [['create_order', { user_id: 5 }, { id: 77 }]],
    ['C ent:order:77', 'A ent:user:5'],
  ],
  ['made by a call of no known kind', [['book', {}, { id: 77 }]], ['C ent:book:77']],
  [
    'not before it was given',
    [
      ['ship', { it: 'ord-1001' }],
      ['create_order', {}, { id: 'ord-1001' }],
      ['ship', {}],
    ],
    ['X srv:*'],
  ],
  [
    'not where many are called so',
    [
      ['create_order', {}, { id: '7' }],
      ['ship', { it: '7' }],
    ],
    ['X srv:*'],
  ],
  [
    'not where a list was shown',
    [
      ['list_orders', {}, [{ id: 'ord-1001' }]],
      ['ship', { it: 'ord-1001' }],
    ],
    ['X srv:*'],
  ],
])('%s', (_, calls, last) => {
  const all = operations(calls);
  expect(shown(all.at(-1) ?? all[0] ?? fail())).toEqual(last);
});

function fail(): never {
  throw new Error('no operation');
}

test('across servers, where one server alone gave it', () => {
  const calls = (name: string, ...given: SceneCall[]) => scene(name, given, { id: name });
  const made = (from: number): SceneCall => ({
    tool: 'create_order',
    from,
    to: from + 5,
    gives: { id: 'ord-1001' },
  });
  const cancel: SceneCall = {
    tool: 'cancel_order',
    args: { order_id: 'ord-1001' },
    from: 200,
    to: 220,
  };
  const ship: SceneCall = {
    tool: 'update_parcel',
    args: { order: 'ord-1001' },
    from: 200,
    to: 230,
  };
  const meet = (...sessions: ReturnType<typeof scene>[]) => {
    const all = operationsOf(viewsOf(sessions.flat()));
    const [a, b] = ['cancel_order', 'update_parcel'].map((tool) =>
      all.find((one) => one.tool === tool),
    );
    return (
      (a &&
        b &&
        conflictsOf(a, b).map(({ b: { label, confidence } }) => `${label} ${confidence}`)) ??
      []
    );
  };
  expect(meet(calls('A', made(100), cancel), calls('B', ship))).toEqual([
    'order ord-1001 0.7',
    'order ord-1001 0.7',
  ]);
  expect(meet(calls('A', made(100), cancel), calls('B', made(110), ship))).toEqual([]);
});
