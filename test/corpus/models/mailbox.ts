/** A mailbox: what is sent stands in it under an id of the server's. */
import { isRecord, listOf, type Model, record, text, textOf, under } from './model.ts';

const letter = { id: text, to: text, subject: text, body: text };

export const mailbox: Model = {
  send: {
    about: 'Send a message.',
    args: { to: text, subject: text, body: text },
    gives: { id: text },
    does: 'add',
    apply(args, _, mint) {
      const id = `msg_${mint()}`;
      const to = textOf(args, 'to');
      const letter = { id, to, subject: textOf(args, 'subject'), body: textOf(args, 'body') };
      const writes = [[id, letter]] as const;
      return { writes, gives: { id }, says: `Sent ${id} to ${to}` };
    },
  },
  all: {
    about: 'All messages that were sent.',
    args: {},
    gives: { messages: listOf(record(letter)) },
    does: 'read',
    apply(_, state) {
      const messages = under(state, 'msg_');
      const lines = messages.map(
        ({ id, to, subject, body }) => `${id} to ${to}: ${subject}\n${body}`,
      );
      return { gives: { messages }, says: lines.join('\n') || 'No messages' };
    },
  },
  read: {
    about: 'One message.',
    args: { id: text },
    gives: letter,
    does: 'read',
    apply(args, state) {
      const there = state.get(textOf(args, 'id'));
      if (!isRecord(there)) return { refuses: `There is no message ${textOf(args, 'id')}` };
      return { gives: there, says: `${there['subject']}\n\n${there['body']}` };
    },
  },
  remove: {
    about: 'Delete a message.',
    args: { id: text },
    gives: { id: text },
    does: 'remove',
    repeats: true,
    apply(args) {
      const id = textOf(args, 'id');
      return { writes: [[id, undefined]], gives: { id }, says: `Deleted ${id}` };
    },
  },
};
