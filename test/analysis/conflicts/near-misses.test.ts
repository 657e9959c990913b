/**
 * Scenes that look like a conflict and are none: each is a small change of one that is, and of which
 * nothing is said.
 */
import { describe, expect, test } from 'vitest';
import { gap, http, server as says } from '../../kit/entries.ts';
import { launched, ms, type SceneOptions, scene } from '../scene.ts';
import { type Act, act, agents, conflictsIn, toldOf } from './told.ts';

const path = '/home/me/plan.md';
const PLAN = '# The plan\none: open\ntwo: open';
const DONE = PLAN.replace('one: open', 'one: done');
const read = (by: string, at: number, text: string, more = {}): Act =>
  act(by, 'read_text_file', { path, ...more }, [at, at + 5], text);
const write = (by: string, at: number, content: string, more = {}): Act =>
  act(by, 'write_file', { path, content, ...more }, [at, at + 5]);
const edit = (by: string, at: number, oldText: string, newText: string): Act =>
  act(by, 'edit_file', { path, edits: [{ oldText, newText }] }, [at, at + 5]);
const settle = (by: string, at: number): Act => edit(by, at, 'one: open', 'one: done');
const call = (by: string, tool: string, args: object, at: number, gives: unknown = 'ok'): Act =>
  act(by, tool, args, [at, at + 3], gives);
const failed = (one: Act, gives: string = 'Error'): Act => ({ ...one, gives, isError: true });
const unanswered = ({ to: _, ...one }: Act): Act => one;
const record = (by: string, at: number, tool: string, fields: object = {}): Act =>
  act(by, tool, { record_id: 'r-7', ...fields }, [at, at + 5], fields);
const get = (by: string, at: number, fields: object): Act =>
  act(by, 'get_product', { product_id: 'p-1' }, [at, at + 5], { product_id: 'p-1', ...fields });
const update = (by: string, at: number, fields: object): Act =>
  act(by, 'update_product', { product_id: 'p-1', ...fields }, [at, at + 5]);
const order = (by: string, at: number, fields: object): Act =>
  act(by, 'place_order', { product_id: 'p-1', ...fields }, [at, at + 5]);

const together = [write('a', 0, 'the plan of a'), write('b', 2, 'the plan of b')];
const stale = [read('a', 0, PLAN), settle('b', 10), write('a', 20, `${PLAN}\nthree`)];
const paid = [
  get('a', 0, { price: 10.5 }),
  update('b', 10, { price: 12 }),
  order('a', 20, { price: 10.5 }),
];
const twice = [read('a', 0, PLAN), settle('b', 10), read('a', 20, DONE)];
const draft = [
  read('b', -10, PLAN),
  failed({ ...write('a', 0, 'a draft of a'), to: 20 }),
  read('b', 5, 'a draft of a'),
];

test('the scenes that are changed are conflicts', () => {
  for (const [acts, name] of [
    [together, 'concurrent-writes POTENTIAL plan.md'],
    [stale, 'stale-overwrite OBSERVED plan.md 1 of 2'],
    [paid, 'stale-read-used OBSERVED product p-1'],
    [twice, 'changed-between-reads POTENTIAL plan.md'],
    [draft, 'aborted-read OBSERVED plan.md'],
  ] as const)
    expect(toldOf(conflictsIn(...agents(acts)))).toEqual([name]);
});

describe('a number that may have been added is not called carried on', () => {
  const counts = (tool: string, field: string, gives: unknown): Act[] => [
    call('a', 'get_stock', { item_id: 'i-1' }, 0, { count: 10 }),
    call('b', tool, { item_id: 'i-1', [field]: 25 }, 10, gives),
    call('a', tool, { item_id: 'i-1', [field]: 11 }, 20, gives),
  ];
  test.each([
    ['another one is the answer', counts('adjust_stock', 'by', { count: 46 })],
    ['another one is the answer, in a sentence', counts('adjust_stock', 'by', 'Now 46.')],
    ['it is told beside another one', counts('adjust_stock', 'by', 'Added 11, which makes 46')],
    ['the answer has none', counts('adjust_stock', 'by', 'ok')],
    ['under the name it was read under', counts('adjust_stock', 'count', { count: 46 })],
  ])('%s', (_, acts) => {
    expect(toldOf(conflictsIn(...agents(acts)))).toEqual(['stale-overwrite POTENTIAL item i-1']);
  });
});

const SHOP = 'https://shop.example.org/mcp';

/** The order at an old price, each agent with a connection, and a credential, of its own. */
function overHttp(a: { at: string; by?: string }, b: { at: string; by?: string }): string[] {
  const sessions = Object.entries({ a, b }).map(([name, { at: upstream, by }]) => {
    const headers =
      by === undefined ? [] : [['Authorization', `Bearer <secret:header:${by}>`] as const];
    const steps = [{ ...http(1, 'opened', { method: 'POST', headers }), at: ms(-0.5) }];
    const acts = paid.filter((one) => one.by === name);
    return scene(name, acts, { server: 'store', head: { transport: 'http', upstream }, steps });
  });
  return toldOf(conflictsIn(...sessions));
}

describe('stale-read-used over HTTP', () => {
  test('of one caller, or of nobody in particular, is told', () => {
    const told = ['stale-read-used OBSERVED product p-1'];
    expect(overHttp({ at: SHOP }, { at: SHOP })).toEqual(told);
    expect(overHttp({ at: SHOP, by: 'aaaaaaaa' }, { at: SHOP, by: 'aaaaaaaa' })).toEqual(told);
  });
  test.each([
    ['two addresses', { at: SHOP }, { at: `${SHOP}/two` }],
    ['two callers', { at: SHOP, by: 'aaaaaaaa' }, { at: SHOP, by: 'bbbbbbbb' }],
    ['one with a credential and one without', { at: SHOP, by: 'aaaaaaaa' }, { at: SHOP }],
  ])('of %s says nothing', (_, a, b) => expect(overHttp(a, b)).toEqual([]));
});

test('what is overwritten beside other things is not taken for all of them', () => {
  const entries = [
    { key: 'plan', value: 'one and two' },
    { key: 'term', value: 'thirty days' },
  ];
  const acts = [
    act('a', 'get_value', { key: 'plan' }, [0, 5], 'one and two'),
    act('b', 'set_values', { entries }, [10, 15]),
    act('a', 'set_value', { key: 'plan', value: 'one and two\nthree' }, [20, 25]),
  ];
  expect(toldOf(conflictsIn(...agents(acts)))).toEqual([]);
});

const silent: Record<string, Record<string, readonly Act[]>> = {
  'concurrent-writes': {
    'of the same value': [write('a', 0, 'one plan'), write('b', 2, 'one plan')],
    'one after the other': [write('a', 0, 'one plan'), write('b', 6, 'another plan')],
    'of two files': [
      write('a', 0, 'one plan'),
      write('b', 2, 'two', { path: '/home/me/other.md' }),
    ],
    'of which one was not answered': [unanswered(write('a', 0, 'one plan')), write('b', 2, 'two')],
    'of which one failed': [failed(write('a', 0, 'one plan')), write('b', 2, 'another plan')],
    'that only add': [
      act('a', 'add_observations', { entity_id: 'e-1', text: 'alpha' }, [0, 9]),
      act('b', 'add_observations', { entity_id: 'e-1', text: 'beta' }, [2, 7]),
    ],
    'that make two things': [
      act('a', 'create_note', { note_id: 'n-1', text: 'alpha' }, [0, 9]),
      act('b', 'create_note', { note_id: 'n-2', text: 'beta' }, [2, 7]),
    ],
    'of two parts of one thing': [
      record('a', 0, 'update_record', { title: 'alpha' }),
      record('b', 2, 'update_record', { owner: 'beta' }),
    ],
    'of which one is a rehearsal': [
      write('a', 0, 'one plan', { dryRun: true }),
      write('b', 2, 'two'),
    ],
    'that are a call and its retry': [
      unanswered(write('a', 0, 'one plan')),
      write('a', 2, 'one plan'),
    ],
    'that delete the same': [
      act('a', 'delete_file', { path }, [0, 9]),
      act('b', 'delete_file', { path }, [2, 7]),
    ],
    'of unknown effect': [
      act('a', 'dream', { path }, [0, 9]),
      act('b', 'dream', { path, text: 'x' }, [2, 7]),
    ],
    'of one entity each, whose tools name nothing else': [
      act('a', 'write_notes', { text: 'alpha' }, [0, 9]),
      act('b', 'write_notes', { text: 'beta' }, [2, 7]),
    ],
  },
  'stale-overwrite': {
    'after a second read': [
      read('a', 0, PLAN),
      settle('b', 10),
      read('a', 16, DONE),
      write('a', 30, `${DONE}\nthree`),
    ],
    'that has the change in it': [
      read('a', 0, PLAN),
      settle('b', 10),
      write('a', 20, `${DONE}\nthree`),
    ],
    'by one agent, one step after the other': stale.map((one) => ({ ...one, by: 'a' })),
    'that was refused': [...stale.slice(0, 2), failed(write('a', 20, `${PLAN}\nthree`))],
    'of a change that failed': [
      read('a', 0, PLAN),
      failed(settle('b', 10)),
      write('a', 20, `${PLAN}\nthree`),
    ],
    'of a change that was not answered': [
      read('a', 0, PLAN),
      unanswered(settle('b', 10)),
      write('a', 20, `${PLAN}\nthree`),
    ],
    'of a change that the read may have shown': [
      read('a', 0, PLAN),
      settle('b', 3),
      write('a', 20, `${PLAN}\nthree`),
    ],
    'of the same value as the change': [
      read('a', 0, PLAN),
      write('b', 10, DONE),
      write('a', 20, DONE),
    ],
    'after a look at everything': [
      ...stale.slice(0, 2),
      call('a', 'read_graph', {}, 16),
      write('a', 20, `${PLAN}\nthree`),
    ],
    'after a call of unknown effect, which may have shown it': [
      ...stale.slice(0, 2),
      call('a', 'dream', {}, 16),
      write('a', 20, `${PLAN}\nthree`),
    ],
    'after a read of a part': [
      read('a', 0, 'one: open', { head: 1 }),
      settle('b', 10),
      write('a', 20, 'one: open\nthree'),
    ],
    'of another part of the thing': [
      record('a', 0, 'get_record', { status: 'open', owner: 'amy' }),
      record('b', 10, 'update_record', { status: 'closed' }),
      record('a', 20, 'update_record', { owner: 'amy' }),
    ],
    'that is a rehearsal': [
      ...stale.slice(0, 2),
      write('a', 20, `${PLAN}\nthree`, { dry_run: true }),
    ],
    'by an edit, which finds its text or fails': [
      ...stale.slice(0, 2),
      edit('a', 20, 'two: open', 'two: done'),
    ],
    'of what was only read by the other': [
      read('a', 0, PLAN),
      read('b', 10, PLAN),
      write('a', 20, `${PLAN}\nthree`),
    ],
    'in a batch with its read: it was sent before the answer came': [
      settle('b', -20),
      read('a', 0, DONE),
      write('a', 2, PLAN),
    ],
  },
  'stale-read-used': {
    'that was read again': [
      ...paid.slice(0, 2),
      get('a', 16, { price: 12 }),
      order('a', 30, { price: 10.5 }),
    ],
    'that did not change': [paid[0] as Act, update('b', 10, { stock: 3 }), paid[2] as Act],
    'that the change put back': [paid[0] as Act, update('b', 10, { price: 10.5 }), paid[2] as Act],
    'of which the new one is used': [...paid.slice(0, 2), order('a', 20, { price: 12 })],
    'used in a call that failed': [...paid.slice(0, 2), failed(order('a', 20, { price: 10.5 }))],
    'used before the change': [
      paid[0] as Act,
      order('a', 6, { price: 10.5 }),
      update('b', 20, { price: 12 }),
    ],
    'used by another agent, who had not read it': [
      ...paid.slice(0, 2),
      order('c', 20, { price: 10.5 }),
    ],
    'that another read gave too': [
      act('a', 'get_offer', { offer_id: 'o-3' }, [-9, -4], { price: 10.5 }),
      ...paid,
    ],
    'in a word that many say': [
      get('a', 0, { status: 'open' }),
      update('b', 10, { status: 'closed' }),
      act('a', 'create_ticket', { ticket_id: 't-1', status: 'open' }, [20, 25]),
    ],
    'that the agent changed itself': paid.map((one) => ({ ...one, by: 'a' })),
  },
  'changed-between-reads': {
    'with nothing recorded in between': [read('a', 0, PLAN), read('a', 20, DONE)],
    'with an own change in between': twice.map((one) => ({ ...one, by: 'a' })),
    'before a write': [...twice, write('a', 30, `${DONE}\nthree`)],
    'of somebody who waits for a change': [read('a', -10, PLAN), ...twice],
    'of two parts': [read('a', 0, PLAN), settle('b', 10), read('a', 20, '# The plan', { head: 1 })],
    'an hour apart': [read('a', 0, PLAN), settle('b', 10), read('a', 3_600_000, DONE)],
    'of which the second shows nothing of the change': [
      read('a', 0, PLAN),
      settle('b', 10),
      read('a', 20, `${PLAN}\nat noon`),
    ],
    'after something was added': [
      call('a', 'list_mails', { mailbox_id: 'm' }, 0, ['one']),
      call('b', 'send_mail', { mailbox_id: 'm', text: 'second one' }, 10),
      call('a', 'list_mails', { mailbox_id: 'm' }, 20, ['one', 'second one']),
    ],
    'of two agents': [read('a', 0, PLAN), settle('b', 10), read('c', 20, DONE)],
  },
  'aborted-read': {
    'which shows nothing of it': [draft[0], draft[1], read('b', 5, PLAN)] as Act[],
    'of the same agent': draft.map((one) => ({ ...one, by: 'a' })),
    'which was not answered, so that it may have run': [
      draft[0],
      unanswered(draft[1] as Act),
      draft[2],
    ] as Act[],
    'of a value that was there before': [
      read('b', -10, 'a draft of a'),
      draft[1],
      draft[2],
    ] as Act[],
    'of a value that another one wrote': [
      draft[0],
      write('c', -4, 'a draft of a'),
      ...draft.slice(1),
    ] as Act[],
    'and a later one that still shows it': [
      draft[1],
      draft[2],
      read('b', 30, 'a draft of a'),
    ] as Act[],
    'and a later one that another write explains': [
      draft[1],
      draft[2],
      write('c', 25, PLAN),
      read('b', 40, PLAN),
    ] as Act[],
  },
};

describe.each(Object.entries(silent))('no %s', (rule, scenes) => {
  test.each(Object.entries(scenes))('%s', (_, acts) => {
    const found = conflictsIn(...agents(acts));
    // A few of these are reads that differ, by rights, and nothing else.
    const isOther = rule !== 'changed-between-reads';
    const told = found.filter((one) => !(isOther && one.rule === 'changed-between-reads'));
    expect(toldOf(told)).toEqual([]);
  });
});

describe('guarded', () => {
  const guards = [
    ['etag', '"5"'],
    ['ifMatch', '"5"'],
    ['if_match', '"5"'],
    ['version', 5],
    ['expectedVersion', 5],
    ['expected_content', PLAN],
    ['sha', '83f9'],
    ['baseRevision', 'r5'],
  ] as const;
  test.each(guards)('by an argument %s', (name, value) => {
    const guarded = (acts: readonly Act[]): Act[] =>
      acts.map((one) =>
        one.tool === 'write_file' ? { ...one, args: { ...one.args, [name]: value } } : one,
      );
    expect(toldOf(conflictsIn(...agents(guarded(stale))))).toEqual([]);
    expect(toldOf(conflictsIn(...agents(guarded(together))))).toEqual([]);
  });

  test('by a server that refused such a write before, and named a conflict', () => {
    const refused = failed(
      write('c', -50, 'other'),
      'Conflict: the file has changed since you read it',
    );
    expect(toldOf(conflictsIn(...agents([refused, ...stale])))).toEqual([]);
    const broken = failed(write('c', -50, 'other'), 'The disk is full');
    expect(toldOf(conflictsIn(...agents([broken, ...stale])))).toHaveLength(1);
  });

  test.each([
    ['acquire_lock', 'release_lock', { name: 'plan' }],
    ['lock_file', 'unlock_file', { path }],
    ['begin_transaction', 'commit_transaction', {}],
  ])('by %s', (lock, unlock, args) => {
    const held = [...stale, ...[call('a', lock, args, -5), call('a', unlock, args, 40)]];
    expect(toldOf(conflictsIn(...agents(held.sort((a, b) => a.from - b.from))))).toEqual([]);
  });

  test('by a transaction in a query', () => {
    const query = (sql: string, at: number): Act => call('a', 'run', { sql }, at);
    const held = [query('BEGIN', -5), ...stale, query('COMMIT', 40)];
    expect(toldOf(conflictsIn(...agents(held)))).toEqual([]);
  });

  test('by what is opened and never closed: no', () => {
    expect(
      toldOf(conflictsIn(...agents([call('a', 'begin_chat', {}, -5), ...stale]))),
    ).toHaveLength(1);
  });
});

describe('who asks', () => {
  const host = { pid: 7, started: 'then', name: 'host' };
  const one = (name: string, acts: readonly Act[], options: SceneOptions = {}) =>
    scene(name, acts, { ...options, head: { ...launched({}), host } });

  test('one host with two servers, which acts one step after the other', () => {
    const files = one('files', [stale[0], stale[2]] as Act[], { server: 'files' });
    const tools = one('git', [stale[1]] as Act[], { server: 'git' });
    expect(toldOf(conflictsIn(files, tools))).toEqual([]);
  });

  test('one host that opens a second connection to one server has two agents', () => {
    const files = one('files', [stale[0], stale[2]] as Act[], { server: 'files' });
    const more = one('more', [stale[1]] as Act[], { server: 'files' });
    expect(toldOf(conflictsIn(files, more))).toHaveLength(1);
  });

  const traced = (traces: readonly number[], acts: readonly Act[]): Act[] =>
    acts.map((one, at) => ({
      ...one,
      by: 'a',
      trace: `00-${String(traces[at]).padStart(32, '0')}-00f067aa0ba902b7-01`,
    }));
  test('one agent that begins a trace with every call, or with every turn', () => {
    expect(toldOf(conflictsIn(...agents(traced([1, 2, 3], stale))))).toEqual([]);
    const turns = [stale[0], stale[1], read('a', 16, DONE), write('a', 30, PLAN)] as Act[];
    expect(toldOf(conflictsIn(...agents(traced([1, 1, 2, 2], turns))))).toEqual([]);
  });

  test('two machines: their times have no order, and their files are two', () => {
    const [a = [], ...others] = agents(stale);
    const [, b = []] = agents(stale, { boot: 'boot-2' });
    expect(toldOf(conflictsIn(a, b))).toEqual([]);
    expect(toldOf(conflictsIn(a, ...others))).toHaveLength(1);
  });
});

describe('what the recording hides', () => {
  const kept = (steps: SceneOptions['steps']) => [
    scene('a', [stale[0], stale[2]] as Act[], { server: 'store', ...(steps ? { steps } : {}) }),
    scene('b', [stale[1]] as Act[], { server: 'store' }),
  ];
  test('a gap, in which it may have read again', () => {
    expect(toldOf(conflictsIn(...kept([{ ...gap(3), at: ms(17) }])))).toEqual([]);
    expect(toldOf(conflictsIn(...kept([])))).toHaveLength(1);
  });

  test('a change that its server told of: who reads again then knows why', () => {
    const told = {
      ...says({ method: 'notifications/resources/updated', params: { uri: path } }),
      at: ms(17),
    };
    const sessions = (steps: SceneOptions['steps']) => [
      scene('a', [twice[0], twice[2]] as Act[], { ...(steps ? { steps } : {}) }),
      scene('b', [twice[1]] as Act[]),
    ];
    expect(toldOf(conflictsIn(...sessions([told])))).toEqual([]);
    expect(toldOf(conflictsIn(...sessions([])))).toHaveLength(1);
  });

  test('secrets under two keys, which may be the same', () => {
    const secret = (tag: string) => `token: <secret:generic:${tag}>`;
    const acts = [write('a', 0, secret('00000001')), write('b', 2, secret('00000002'))];
    const [a = [], b = []] = agents(acts);
    const [, other = []] = agents(acts, {
      head: {
        ...launched({ STORE_PATH: '#1' }),
        redaction: { rules: 'default/1', key: 'ffffffff' },
      },
    });
    expect(toldOf(conflictsIn(a, other))).toEqual([]);
    expect(toldOf(conflictsIn(a, b))).toEqual(['concurrent-writes POTENTIAL plan.md']);
  });

  test('secrets in general: nothing is lost or found by them alone', () => {
    const secret = 'token: <secret:generic:00000001>';
    const acts = [
      read('a', 0, 'token: x'),
      write('b', 10, secret),
      write('a', 20, 'token: x\nmore'),
    ];
    expect(toldOf(conflictsIn(...agents(acts)))).toEqual([]);
  });
});
