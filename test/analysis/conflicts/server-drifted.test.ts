/** Servers that are older than they were, or other ones under the same version. */
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { launched, type SceneOptions, scene } from '../scene.ts';
import { said, told } from './said.ts';

const RULE = 'server-drifted';

const tool = (name: string, ...required: string[]) => ({
  name,
  description: `About ${required.length} arguments`,
  inputSchema: { type: 'object', properties: {}, required },
});
const tools = [tool('send', 'to'), tool('remove', 'id')];

let started = 0;
function run(version: string, more: SceneOptions = {}): Entry[] {
  started += 1;
  const options = { tools, id: `S${started}`, start: started * 60_000_000, ...more };
  return scene('mail', [], options).map((entry) =>
    entry.type === 'message' && entry.text.includes('serverInfo')
      ? {
          ...entry,
          value: JSON.parse(entry.text.replace('"1.0.0"', `"${version}"`)),
          text: entry.text.replace('"1.0.0"', `"${version}"`),
        }
      : entry,
  );
}

test('a lower version than before', () => {
  expect(told(RULE, run('2.4.0'), run('2.1.3'))).toEqual([
    'mail is older than it was: version “2.1.3” after “2.4.0”.',
    'higher version',
    'lower version',
  ]);
});

describe('the same version', () => {
  const cases: [string, Entry[][], number][] = [
    ['a tool is gone', [run('1.2.0'), run('1.2.0', { tools: tools.slice(1) })], 1],
    [
      'a tool wants more',
      [run('1.2.0'), run('1.2.0', { tools: [tool('send', 'to', 'workspace')] })],
      1,
    ],
    ['nothing changed', [run('1.2.0'), run('1.2.0')], 0],
    ['in another order', [run('1.2.0'), run('1.2.0', { tools: tools.toReversed() })], 0],
    [
      'other words',
      [run('1.2.0'), run('1.2.0', { tools: tools.map((one) => ({ ...one, description: 'x' })) })],
      0,
    ],
    ['one tool more', [run('1.2.0'), run('1.2.0', { tools: [...tools, tool('new')] })], 0],
    [
      'started with other arguments',
      [run('1.2.0'), run('1.2.0', { tools: tools.slice(1), head: launched({}, ['--read-only']) })],
      0,
    ],
  ];
  test.each(cases)('%s', (_, sessions, count) => {
    expect(said(RULE, ...sessions)).toHaveLength(count);
  });
});

test.each([
  ['a higher version with other tools', [run('1.9.0'), run('1.10.0', { tools: tools.slice(1) })]],
  ['versions that are no numbers', [run('beta'), run('alpha')]],
  ['another server', [run('2.4.0'), run('2.1.3', { server: 'other-server' })]],
])('%s: nothing to say', (_, sessions) => {
  expect(said(RULE, ...sessions)).toEqual([]);
});
