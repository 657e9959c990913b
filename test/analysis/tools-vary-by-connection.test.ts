/** Two processes of one server that offer different tools at once, and what only looks like it. */
import { expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import { client, gap, type Step, server, type TapeOptions, tape } from '../kit/entries.ts';
import { complete, modern } from './protocol/kit.ts';

const hints = { ttlMs: 0, cacheScope: 'private' };

/** A list of these tools, asked at this millisecond of the machine's clock. */
const lists = (at: number, ...names: readonly string[]): Step[] => {
  const tools = names.map((name) => ({ name, inputSchema: { type: 'object' } }));
  return [
    client(modern(at, 'tools/list'), { at: at * 1000 }),
    server(complete(at, { tools, ...hints }), { at: at * 1000 + 500 }),
  ];
};
const head = { launch: { command: 'node', args: ['notes.js'], env: {} } };
const told = (a: readonly Step[], b: readonly Step[], of: TapeOptions['head'] = head): string[] =>
  analyse(viewsOf([...tape('a', a, { head }), ...tape('b', b, { head: { ...head, ...of } })])).map(
    ({ rule, severity, message, evidence }) =>
      `${rule} ${severity}: ${message} [${evidence.map((one) => `${one.message.slice(-2)} ${one.role}`).join(', ')}]`,
  );

const steady = [...lists(1, 'save'), ...lists(3, 'save')];

test('one process lists the same before and after another one lists something else', () => {
  expect(told(steady, lists(2, 'save', 'delete'))).toEqual([
    'tools-vary-by-connection high: Two processes of a offer different tools: one listed the same before and after the other one listed others. [:2 list of one, :2 other list of another, :4 list of the first again]',
  ]);
});

test.each<[string, readonly Step[], readonly Step[], TapeOptions['head']?]>([
  ['the same tools', steady, lists(2, 'save')],
  ['another order', [...lists(1, 'a', 'b'), ...lists(3, 'a', 'b')], lists(2, 'b', 'a')],
  ['the tools changed, for both', [...lists(1, 'save'), ...lists(3, 'delete')], lists(2, 'delete')],
  ['nobody knows which list was first', [...lists(1, 'save')], lists(2, 'delete')],
  [
    'another program',
    steady,
    lists(2, 'delete'),
    { launch: { command: 'node', args: ['other.js'], env: {} } },
  ],
  [
    'other settings',
    steady,
    lists(2, 'delete'),
    { launch: { ...head.launch, env: { MODE: '#1' } } },
  ],
  ['over HTTP the authorization may differ', steady, lists(2, 'delete'), { transport: 'http' }],
  ['something was lost', steady, [...lists(2, 'delete'), gap(1)]],
])('says nothing of this: %s', (_, a, b, of) => {
  expect(told(a, b, of)).toEqual([]);
});
