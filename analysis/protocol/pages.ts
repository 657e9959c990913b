/** Lists in pages: cursors are the server's words, to be given back as they are, and they lead to an end. */
import { textMember } from '../../model/json.ts';
import { LISTS } from '../../model/methods.ts';
import { mayHoldPlaceholder } from '../../model/placeholder.ts';
import type { Call } from '../../model/session.ts';
import { shortened } from './asks.ts';
import { EVERY, family } from './family.ts';
import { createMemory, type Memory } from './memory.ts';
import { onMethods } from './on-methods.ts';
import {
  FROM_THE_START,
  type Handlers,
  type Happening,
  type ProtocolRule,
  type Watching,
} from './protocol-rule.ts';

export const PAGES: readonly ProtocolRule[] = family('pages', [
  {
    rule: 'cursor-not-given',
    code: 'P-PAG-01',
    severity: 'high',
    revisions: EVERY,
    page: 'server/utilities/pagination',
    definition:
      'A list is asked for with a cursor that no answer to the same method gave in this session: it was changed, made up, kept from an earlier session, or is of another list.',
    wrongWhen:
      'The cursor was given where it was not recorded; sessions that were joined, and those that several clients may share, are left out.',
    confirm: 'Look for the cursor in the answers before.',
    says: ({ who, about, times }) =>
      `${who} asked ${about} with a cursor that it was not given, ${times}.`,
    watch: watchCursorNotGiven,
  },
  {
    rule: 'cursor-loop',
    code: 'P-PAG-01',
    severity: 'medium',
    revisions: EVERY,
    page: 'server/utilities/pagination',
    definition:
      'A page of a list names as its next one a page that led to it. A client that reads to the end never comes to it.',
    wrongWhen: 'The list changed between its pages so that one came again.',
    confirm: 'Follow the cursors from the first page on.',
    says: ({ who, about, times }) =>
      `${who} gave pages of ${about} that lead in a circle, ${times}.`,
    watch: watchCursorLoop,
  },
]);

/** The methods whose results come in pages. */
const PAGED = [...Object.keys(LISTS), 'tasks/list'];

export function cursorIn({ value }: Happening): string | undefined {
  return textMember(value, 'params', 'cursor');
}

export function nextIn({ value }: Happening): string | undefined {
  return textMember(value, 'result', 'nextCursor');
}

function watchCursorNotGiven({ report, isOneClient }: Watching): Handlers {
  const given = createMemory<string, true>();
  const keyOf = ({ from, method }: Call, cursor: string): string =>
    JSON.stringify([from, method, shortened(cursor)]);
  return onMethods(PAGED, {
    asked(happening, call) {
      const cursor = cursorIn(happening);
      if (cursor === undefined || given.has(keyOf(call, cursor))) return;
      if (given.hasForgotten || mayHoldPlaceholder(cursor) || !isOneClient()) return;
      report({
        by: call.from,
        about: call.method,
        since: FROM_THE_START,
        evidence: [{ at: happening.ref, role: 'request', pointer: '/params/cursor' }],
      });
    },
    answered(happening, call) {
      const next = nextIn(happening);
      if (next !== undefined) given.set(keyOf(call, next), true);
    },
  });
}

/** How many pages lead to a cursor. */
type Depths = Memory<string, number>;
const LONGEST_LIST = 10_000;

function watchCursorLoop({ report }: Watching): Handlers {
  const cursors = createMemory<Call, string | undefined>();
  const lists = new Map<string, Depths>();
  const depthsOf = ({ from, method }: Call): Depths => {
    const key = `${from} ${method}`;
    const depths = lists.get(key) ?? createMemory<string, number>(LONGEST_LIST);
    lists.set(key, depths);
    return depths;
  };
  return onMethods(PAGED, {
    asked(happening, call) {
      const cursor = cursorIn(happening);
      cursors.set(call, cursor);
      if (cursor === undefined) depthsOf(call).clear();
    },
    answered(happening, call) {
      const cursor = cursors.get(call);
      cursors.delete(call);
      const next = nextIn(happening);
      const depths = depthsOf(call);
      const depth = cursor === undefined ? 0 : depths.get(shortened(cursor));
      // Where another client began the list again, nobody knows how deep this one is.
      if (next === undefined || depth === undefined) return;
      const known = depths.get(shortened(next));
      if (known === undefined) depths.set(shortened(next), depth + 1);
      else if (known <= depth) {
        report({
          by: 'server',
          about: call.method,
          evidence: [
            { at: call.request, role: 'request', pointer: '/params/cursor' },
            { at: happening.ref, role: 'page that leads back', pointer: '/result/nextCursor' },
          ],
        });
      }
    },
  });
}
