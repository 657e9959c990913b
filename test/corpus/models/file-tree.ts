/** Text files under absolute paths; an edit replaces a text in one. */
import { listOf, type Model, text, textOf, whole } from './model.ts';

const noFile = (path: string) => ({ refuses: `ENOENT: no such file, open '${path}'` });

export const fileTree: Model = {
  read: {
    about: 'The whole text of a file.',
    args: { path: text },
    gives: { content: text },
    does: 'read',
    apply(args, state) {
      const content = state.get(textOf(args, 'path'));
      if (typeof content !== 'string') return noFile(textOf(args, 'path'));
      return { gives: { content }, says: content };
    },
  },
  write: {
    about: 'Write a file, in place of what it had.',
    args: { path: text, content: text },
    gives: { path: text, bytes: whole },
    does: 'replace',
    repeats: true,
    apply(args) {
      const [path, content] = [textOf(args, 'path'), textOf(args, 'content')];
      const gives = { path, bytes: content.length };
      return { writes: [[path, content]], gives, says: `Wrote ${content.length} bytes to ${path}` };
    },
  },
  edit: {
    about: 'Replace a text that stands in a file.',
    args: { path: text, oldText: text, newText: text },
    gives: { path: text, replaced: whole },
    does: 'change',
    apply(args, state) {
      const [path, old] = [textOf(args, 'path'), textOf(args, 'oldText')];
      const content = state.get(path);
      if (typeof content !== 'string') return noFile(path);
      if (!content.includes(old))
        return { refuses: `${path} does not contain the text to replace` };
      const next = content.replace(old, () => textOf(args, 'newText'));
      return { writes: [[path, next]], gives: { path, replaced: 1 }, says: `Edited ${path}` };
    },
  },
  list: {
    about: 'The paths of all files.',
    args: {},
    gives: { paths: listOf(text) },
    does: 'read',
    apply(_, state) {
      const paths = [...state.keys()];
      return { gives: { paths }, says: paths.join('\n') || 'No files' };
    },
  },
  remove: {
    about: 'Delete a file.',
    args: { path: text },
    gives: { path: text },
    does: 'remove',
    apply(args, state) {
      const path = textOf(args, 'path');
      if (!state.has(path)) return noFile(path);
      return { writes: [[path, undefined]], gives: { path }, says: `Deleted ${path}` };
    },
  },
};
