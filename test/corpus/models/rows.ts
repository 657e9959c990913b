/** Rows in tables. */
import { isRecord, listOf, type Model, record, text, textOf, under } from './model.ts';

const row = { id: text, table: text, label: text, value: text };
const keyOf = (table: string, id: string): string => `${table}/${id}`;

export const rows: Model = {
  insert: {
    about: 'Insert a row.',
    args: { table: text, label: text, value: text },
    gives: row,
    does: 'add',
    apply(args, _, mint) {
      const [table, id] = [textOf(args, 'table'), `r${mint()}`];
      const gives = { id, table, label: textOf(args, 'label'), value: textOf(args, 'value') };
      return {
        writes: [[keyOf(table, id), gives]],
        gives,
        says: `Inserted row ${id} into ${table}`,
      };
    },
  },
  select: {
    about: 'All rows of a table.',
    args: { table: text },
    gives: { rows: listOf(record(row)) },
    does: 'read',
    apply(args, state) {
      const all = under(state, `${textOf(args, 'table')}/`);
      const says = all.map(({ id, label, value }) => `${id} | ${label} | ${value}`).join('\n');
      return { gives: { rows: all }, says: says || '(0 rows)' };
    },
  },
  update: {
    about: 'Set the value of a row.',
    args: { table: text, id: text, value: text },
    gives: row,
    does: 'change',
    repeats: true,
    apply(args, state) {
      const key = keyOf(textOf(args, 'table'), textOf(args, 'id'));
      const there = state.get(key);
      if (!isRecord(there)) return { refuses: `No row ${textOf(args, 'id')}` };
      const gives = { ...there, value: textOf(args, 'value') };
      return { writes: [[key, gives]], gives, says: `Updated 1 row` };
    },
  },
  remove: {
    about: 'Delete a row.',
    args: { table: text, id: text },
    gives: { id: text },
    does: 'remove',
    repeats: true,
    apply(args) {
      const id = textOf(args, 'id');
      const writes = [[keyOf(textOf(args, 'table'), id), undefined]] as const;
      return { writes, gives: { id }, says: 'Deleted 1 row' };
    },
  },
};
