/**
 * Sessions in which nothing went wrong give no conflict: random agents that call one tool after the
 * other, look, change their minds and cancel in time, ask several things at once, and get the right
 * answers from a server that keeps what it is given.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { analyse, RULES } from '../../../analysis/index.ts';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';
import { client, type Step } from '../../kit/entries.ts';
import { SEED } from '../../kit/random.ts';
import { ms, type SceneCall, scene } from '../scene.ts';

const CONFLICTS = new Set(
  RULES.filter(({ fixtures }) => fixtures.some((file) => file.includes('/conflicts/'))).map(
    ({ rule }) => rule,
  ),
);

type Move = 'add' | 'list' | 'search' | 'delete' | 'poll' | 'cancelled' | 'both' | 'again';
const moves = fc.array(
  fc.tuple(
    fc.constantFrom<Move>('add', 'list', 'search', 'delete', 'poll', 'cancelled', 'both', 'again'),
    fc.integer({ min: 0, max: 6 }),
    fc.integer({ min: 300, max: 2000 }),
  ),
  { minLength: 1, maxLength: 25 },
);

const BODIES = ['Buy tea at the harbour', 'Call Ada about card-1001', 'Printer p-7 is on fire'];

/** One server that keeps notes by the ids it gives. */
function played(plan: readonly (readonly [Move, number, number])[]): Entry[] {
  const notes = new Map<string, string>();
  const calls: SceneCall[] = [];
  const steps: Step[] = [];
  let [now, minted] = [0, 0];
  const ask = (tool: string, args: object, gives: unknown, took = 20): void => {
    calls.push({ tool, args, from: now, to: now + took, gives });
  };
  const add = (body: string): void => {
    minted += 1;
    notes.set(`note-${minted}`, body);
    ask('add_note', { body }, { noteId: `note-${minted}`, body });
  };
  const list = (): void => ask('list_notes', {}, [...notes.values()].join('\n') || 'none');
  const moved: Readonly<Record<Move, (which: number, body: string) => void>> = {
    add: (_, body) => add(body),
    list,
    search: (_, query) =>
      ask(
        'search_notes',
        { query },
        [...notes].filter(([, one]) => one === query),
      ),
    delete(which) {
      const id = `note-${which}`;
      ask('delete_note', { id }, notes.delete(id) ? 'deleted' : 'there is none');
    },
    poll(job) {
      for (let at = 0; at < 3; at++, now += 30) {
        ask('job_status', { job }, { requestId: `r-${now}` });
      }
    },
    both(which) {
      ask('search_notes', { query: 'tea at once' }, [], 40);
      ask('get_note', { id: `note-${which}` }, notes.get(`note-${which}`) ?? 'gone', 30);
    },
    // The same once more by intention: the first answer was read, and looked at.
    again(_, body) {
      add(body);
      now += 400;
      list();
      now += 400;
      add(body);
    },
    // Given up, and the server stops: no answer, and nothing is kept.
    cancelled() {
      calls.push({ tool: 'add_note', args: { body: `never kept ${now}` }, from: now });
      const params = { requestId: calls.length };
      steps.push(client({ method: 'notifications/cancelled', params }, { at: ms(now + 100) }));
    },
  };
  for (const [move, which, pause] of plan) {
    moved[move](which, BODIES[which % BODIES.length] ?? '');
    now += pause;
  }
  return scene('notes', calls, { steps });
}

test(`no conflict where there was none (WIRETAPE_SEED=${SEED})`, () => {
  fc.assert(
    fc.property(moves, (plan) => {
      const found = analyse(viewsOf(played(plan))).filter(({ rule }) => CONFLICTS.has(rule));
      expect(found.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([]);
    }),
    { seed: SEED, numRuns: 150 },
  );
});
