import { describe, expect, test } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import type { Session } from '../../model/session.ts';
import { summaryOf } from '../../model/summary.ts';
import { viewsOf } from '../../model/view.ts';
import {
  client,
  exit,
  gap,
  note,
  opening,
  type Step,
  server,
  tape,
  toolCall,
} from '../kit/entries.ts';

function sessionOf(steps: readonly Step[]): Session {
  const [view] = viewsOf(tape('s', steps));
  if (!view) throw new Error('the tape is empty');
  return view.session;
}

const cancel = (requestId: unknown) => ({
  method: 'notifications/cancelled',
  params: { requestId },
});
const ok = (id: unknown) => ({ id, result: {} });
const no = (id: unknown, code = -32603) => ({ id, error: { code, message: 'no' } });

describe('a summary', () => {
  test('counts what a look at all calls would count', () => {
    const session = sessionOf([
      ...opening(),
      client(toolCall(1, 'a')),
      server(no(1)),
      server(ok(1)),
      client(toolCall(2, 'b')),
      server({ id: 2, result: { isError: true } }),
      client(toolCall(3, 'c')),
      client(cancel(3)),
      client(toolCall(4, 'd')),
      gap(5),
    ]);
    expect(summaryOf(session)).toMatchObject({
      callCount: 5,
      openCount: 1,
      errorCount: 2,
      lostCount: 5,
      messageCount: 11,
      entryCount: 13,
      probe: false,
    });
  });

  test('does not count as lost what arrived after all', () => {
    const entries = tape('s', [note('1'), gap(4), note('6')]);
    const late = [3, 4].map((seq) => ({ ...entries[1], seq }) as Entry);
    // The gap comes twice, as from a store and from a journal.
    const [view] = viewsOf([...late, ...entries, ...entries]);
    expect(view && summaryOf(view.session)).toMatchObject({ lostCount: 2, lastSeq: 6 });
  });

  test('knows a process that was only asked which revision it speaks', () => {
    const probe = [client({ id: 'p', method: 'server/discover' }), server(no('p', -32601))];
    expect(summaryOf(sessionOf([...probe, exit(0)])).probe).toBe(true);
    expect(summaryOf(sessionOf(probe)).probe).toBe(false);
    expect(summaryOf(sessionOf([...probe, ...opening(), exit(0)])).probe).toBe(false);
  });
});
