/** Numbers under names. */
import { listOf, type Model, numberOf, record, text, textOf, whole } from './model.ts';

export const counter: Model = {
  value: {
    about: 'The value of a counter.',
    args: { name: text },
    gives: { name: text, count: whole },
    does: 'read',
    apply(args, state) {
      const name = textOf(args, 'name');
      const count = Number(state.get(name) ?? 0);
      return { gives: { name, count }, says: `${name} is ${count}` };
    },
  },
  increment: {
    about: 'Add to a counter.',
    args: { name: text, by: whole },
    gives: { name: text, count: whole },
    does: 'change',
    apply(args, state) {
      const name = textOf(args, 'name');
      const count = Number(state.get(name) ?? 0) + numberOf(args, 'by');
      return { writes: [[name, count]], gives: { name, count }, says: `${name} is now ${count}` };
    },
  },
  all: {
    about: 'All counters.',
    args: {},
    gives: { counters: listOf(record({ name: text, count: whole })) },
    does: 'read',
    apply(_, state) {
      const counters = [...state].map(([name, count]) => ({ name, count }));
      const says = counters.map(({ name, count }) => `${name}: ${count}`).join('\n');
      return { gives: { counters }, says: says || 'No counters' };
    },
  },
};
