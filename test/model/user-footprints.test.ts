// What a user may say of his tools, and what is refused, with its place.
import { expect, test } from 'vitest';
import { readFootprints } from '../../model/user-footprints.ts';
import { RuleFault } from '../../model/user-rules.ts';

test('rules are read as they are written', () => {
  const rules = [
    { tool: 'save_*', accesses: { overwrite: 'note:{/id}', read: ['file:{/from}', '*'] } },
    { server: 'n*', tool: 'ping', accesses: {} },
    { servers: ['a', 'b'], share: 'c' },
  ];
  expect(readFootprints(rules, [])).toEqual(rules);
});

const saves = (accesses: unknown) => [{ tool: 'save', accesses }];

test.each<[value: unknown, place: string, reason: RegExp]>([
  [{}, '', /no list/],
  [['x'], '0', /no object/],
  [[{ accesses: {} }], '0.tool', /no text/],
  [[{ tool: 'a' }], '0.accesses', /no object/],
  [[{ tool: 'a', accesses: {}, kind: 'W' }], '0.kind', /kind is not known here/],
  [saves({ write: '*' }), '0.accesses.write', /known are read, list, overwrite/],
  [saves({ read: 1 }), '0.accesses.read', /no text/],
  [saves({ read: ['*', ''] }), '0.accesses.read.1', /no text/],
  [saves({ read: 'note:{id}' }), '0.accesses.read', /JSON pointer/],
  [saves({ read: 'note:{/id' }), '0.accesses.read', /JSON pointer/],
  [saves({ read: 'note:/id}' }), '0.accesses.read', /JSON pointer/],
  [saves({ read: 'note:' }), '0.accesses.read', /JSON pointer/],
  [[{ servers: [], share: 'x' }], '0', /which servers/],
  [[{ servers: ['a'], share: 'x', tool: 'y' }], '0.tool', /not known/],
])('%j is refused at %s', (value, place, reason) => {
  const read = () => readFootprints(value, []);
  expect(read).toThrow(RuleFault);
  expect(read).toThrow(reason);
  try {
    read();
  } catch (error) {
    expect((error as RuleFault).path.join('.')).toBe(place);
  }
});
