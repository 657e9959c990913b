/** A ticket tracker: tickets get their ids from the server. */
import {
  isRecord,
  itemsOf,
  listOf,
  type Model,
  record,
  type State,
  text,
  textOf,
  under,
} from './model.ts';

const ticket = { id: text, title: text, body: text, status: text, comments: listOf(text) };

function found(state: State, id: string) {
  const there = state.get(id);
  return isRecord(there) ? there : undefined;
}

const none = (id: string) => ({ refuses: `There is no ticket ${id}` });

export const tickets: Model = {
  create: {
    about: 'Open a ticket.',
    args: { title: text, body: text },
    gives: ticket,
    does: 'add',
    apply(args, _, mint) {
      const id = `TCK-${mint()}`;
      const [title, body] = [textOf(args, 'title'), textOf(args, 'body')];
      const gives = { id, title, body, status: 'open', comments: [] };
      return { writes: [[id, gives]], gives, says: `Created ticket ${id}` };
    },
  },
  get: {
    about: 'One ticket.',
    args: { id: text },
    gives: ticket,
    does: 'read',
    apply(args, state) {
      const there = found(state, textOf(args, 'id'));
      if (!there) return none(textOf(args, 'id'));
      const { title, status, body, comments } = there;
      const says = [`${title} (${status})`, body, ...itemsOf(comments)].join('\n');
      return { gives: there, says };
    },
  },
  update: {
    about: 'Set the status of a ticket.',
    args: { id: text, status: text },
    gives: { id: text, status: text },
    does: 'change',
    repeats: true,
    apply(args, state) {
      const [id, status] = [textOf(args, 'id'), textOf(args, 'status')];
      const there = found(state, id);
      if (!there) return none(id);
      const writes = [[id, { ...there, status }]] as const;
      return { writes, gives: { id, status }, says: `Ticket ${id} is ${status}` };
    },
  },
  comment: {
    about: 'Add a comment to a ticket.',
    args: { id: text, text },
    gives: { id: text },
    does: 'add',
    apply(args, state) {
      const id = textOf(args, 'id');
      const there = found(state, id);
      if (!there) return none(id);
      const comments = [...itemsOf(there['comments']), textOf(args, 'text')];
      return { writes: [[id, { ...there, comments }]], gives: { id }, says: `Commented on ${id}` };
    },
  },
  list: {
    about: 'All tickets.',
    args: {},
    gives: { tickets: listOf(record(ticket)) },
    does: 'read',
    apply(_, state) {
      const all = under(state, 'TCK-');
      const says = all.map(({ id, title, status }) => `${id} ${title} (${status})`).join('\n');
      return { gives: { tickets: all }, says: says || 'No tickets' };
    },
  },
};
