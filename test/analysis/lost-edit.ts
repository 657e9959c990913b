/** Two edits of a file at once, of which the read shows one. */
import type { SceneCall } from './scene.ts';

const edit = (line: string): object => ({
  path: '/p.md',
  edits: [{ oldText: line, newText: `${line} done` }],
});
export const LOST_EDIT: readonly SceneCall[] = [
  { tool: 'edit_file', args: edit('alpha bravo'), from: 10, to: 30, gives: 'ok' },
  { tool: 'edit_file', args: edit('charlie delta'), from: 11, to: 31, gives: 'ok' },
  {
    tool: 'read_file',
    args: { path: '/p.md' },
    from: 40,
    to: 50,
    gives: 'alpha bravo done\ncharlie delta',
  },
];
