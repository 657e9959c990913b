/** Values under keys, each with a version; a write may ask for the version it goes on from. */
import {
  type Args,
  isRecord,
  itemsOf,
  listOf,
  type Model,
  numberOf,
  record,
  type State,
  text,
  textOf,
  under,
  type Written,
  whole,
} from './model.ts';

const entry = { key: text, value: text, version: whole };

function versionAt(state: State, key: string): number {
  const there = state.get(key);
  return isRecord(there) ? Number(there['version']) : 0;
}

function written(state: State, key: string, value: string): Written {
  return [key, { key, value, version: versionAt(state, key) + 1 }];
}

function put(args: Args, state: State) {
  const key = textOf(args, 'key');
  const version = versionAt(state, key) + 1;
  const says = `Stored ${key} (version ${version})`;
  return { writes: [written(state, key, textOf(args, 'value'))], gives: { key, version }, says };
}

export const keyValue: Model = {
  get: {
    about: 'The value under a key.',
    args: { key: text },
    gives: entry,
    does: 'read',
    apply(args, state) {
      const there = state.get(textOf(args, 'key'));
      if (!isRecord(there)) return { refuses: `Nothing is stored under ${textOf(args, 'key')}` };
      return { gives: there, says: String(there['value']) };
    },
  },
  put: {
    about: 'Store a value under a key.',
    args: { key: text, value: text },
    gives: { key: text, version: whole },
    does: 'replace',
    repeats: true,
    apply: put,
  },
  putIf: {
    about: 'Store a value if the key still has this version.',
    args: { key: text, value: text, version: whole },
    gives: { key: text, version: whole },
    does: 'change',
    apply(args, state) {
      const there = versionAt(state, textOf(args, 'key'));
      if (there === numberOf(args, 'version')) return put(args, state);
      return { refuses: `Version conflict: ${textOf(args, 'key')} has version ${there}` };
    },
  },
  putMany: {
    about: 'Store several values, all of them or none.',
    args: { entries: listOf(record({ key: text, value: text })) },
    gives: { count: whole },
    does: 'replace',
    repeats: true,
    apply(args, state) {
      const entries = itemsOf(args['entries']).filter(isRecord);
      const writes = entries.map((one) => written(state, textOf(one, 'key'), textOf(one, 'value')));
      return { writes, gives: { count: writes.length }, says: `Stored ${writes.length} values` };
    },
  },
  remove: {
    about: 'Remove a key and its value.',
    args: { key: text },
    gives: { key: text },
    does: 'remove',
    repeats: true,
    apply(args) {
      const key = textOf(args, 'key');
      return { writes: [[key, undefined]], gives: { key }, says: `Removed ${key}` };
    },
  },
  all: {
    about: 'All keys with their values.',
    args: {},
    gives: { entries: listOf(record(entry)) },
    does: 'read',
    apply(_, state) {
      const entries = under(state, '');
      const says = entries.map(({ key, value }) => `${key} = ${value}`).join('\n');
      return { gives: { entries }, says: says || 'Nothing is stored' };
    },
  },
};
