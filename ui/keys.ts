/** The keys of the run page: what each is for, and which wish a key press is. Off wherever text is typed. */

export type Wish =
  | 'zoom-in'
  | 'zoom-out'
  | 'pan-left'
  | 'pan-right'
  | 'focus'
  | 'fit'
  | 'previous'
  | 'next'
  | 'lane-up'
  | 'lane-down'
  | 'next-conflict'
  | 'previous-conflict'
  | 'next-error'
  | 'previous-error'
  | 'inspector'
  | 'timeline'
  | 'list'
  | 'findings'
  | 'search'
  | 'help'
  | 'copy-link'
  | 'escape';

export interface KeyGroup {
  readonly group: string;
  readonly keys: readonly { readonly shown: readonly string[]; readonly does: string }[];
}

export const KEYS: readonly KeyGroup[] = [
  {
    group: 'Look',
    keys: [
      { shown: ['W', 'S'], does: 'zoom in and out; Shift: by more' },
      { shown: ['A', 'D'], does: 'earlier and later; Shift: by more' },
      { shown: ['F'], does: 'focus the selection, again: the whole run' },
      { shown: ['0'], does: 'the whole run' },
      { shown: ['T', 'L', 'C'], does: 'timeline, list, findings (what check says)' },
      { shown: ['I'], does: 'show or hide the inspector' },
    ],
  },
  {
    group: 'Select',
    keys: [
      { shown: ['←', '→'], does: 'the call before and after in its lane' },
      { shown: ['↑', '↓'], does: 'the lane above and below' },
      { shown: ['N', '⇧N'], does: 'next and previous conflict' },
      { shown: ['X', '⇧X'], does: 'next and previous error' },
      { shown: ['Esc'], does: 'select nothing' },
    ],
  },
  {
    group: 'Mouse',
    keys: [
      { shown: ['wheel'], does: 'scroll lanes; Shift: in time; Ctrl: zoom' },
      { shown: ['drag'], does: 'move in time; on the overview: the range' },
      { shown: ['2 clicks'], does: 'the whole run' },
    ],
  },
  {
    group: 'Other',
    keys: [
      { shown: ['/'], does: 'filter' },
      { shown: ['Y'], does: 'copy a link to what is on screen' },
      { shown: ['?'], does: 'these keys' },
    ],
  },
];

const PLAIN: Readonly<Record<string, Wish>> = {
  w: 'zoom-in',
  s: 'zoom-out',
  a: 'pan-left',
  d: 'pan-right',
  f: 'focus',
  '0': 'fit',
  t: 'timeline',
  l: 'list',
  c: 'findings',
  i: 'inspector',
  arrowleft: 'previous',
  arrowright: 'next',
  arrowup: 'lane-up',
  arrowdown: 'lane-down',
  n: 'next-conflict',
  x: 'next-error',
  '/': 'search',
  y: 'copy-link',
  '?': 'help',
  escape: 'escape',
};
const SHIFTED: Readonly<Record<string, Wish>> = { n: 'previous-conflict', x: 'previous-error' };

export interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export function wishOf(press: KeyPress): Wish | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  const key = press.key.toLowerCase();
  return (
    (press.shiftKey ? SHIFTED[key] : undefined) ??
    (Object.hasOwn(PLAIN, key) ? PLAIN[key] : undefined)
  );
}

/** Whether keys are letters where the event came from. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
