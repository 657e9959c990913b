/**
 * Who owes the next move: a fixture for each cause, and beside it a twin that looks alike and is not.
 * A step takes a millisecond; what is asked is how things stand a minute after the last.
 */
import { describe, expect, test } from 'vitest';
import { blame } from '../../analysis/index.ts';
import { viewsOf } from '../../model/view.ts';
import {
  after,
  client,
  ends,
  exit,
  frame,
  gap,
  note,
  opening,
  type Step,
  server,
  stderr,
  tape,
  toolCall,
  toolText,
} from '../kit/entries.ts';

const MINUTE = 60_000_000;

/** What is said of each call: owes, cause, sentence. */
function said(steps: readonly Step[], wait = MINUTE): string[] {
  const [view] = viewsOf(tape('notes', steps));
  if (!view) return [];
  return blame(view, view.session.lastAt + wait).map(
    ({ owes, cause, sentence }) => `${owes} · ${cause} · ${sentence}`,
  );
}

const call = client(toolCall(1, 'create_note', { title: 'a' }));
const hello = opening();
const roots = server({ id: 'r', method: 'roots/list' });

/** The pipe took nothing for a second from entry 4 on, which is the call; or takes again. */
const pipe = (isFull: boolean): Step =>
  note('of the pipe', { pipe: { from: 'client', isFull, seq: 4 } });

const fixtures: Record<string, [steps: Step[], expected: string[]]> = {
  'not started: no byte came': [
    [client({ id: 0, method: 'initialize', params: {} }), stderr('npm warn: fetching')],
    [
      'server · not-started · The server owes the next move: it has not started. No byte came from it in 1 m 0 s. Its last line on stderr, at 0.00 s: “npm warn: fetching”.',
    ],
  ],
  'not started: initialize is unanswered': [
    [
      client({ id: 0, method: 'initialize', params: {} }),
      server({ method: 'notifications/message', params: {} }),
    ],
    [
      'server · not-started · The server owes the next move: it has not started. initialize was passed on at 0.00 s and is unanswered.',
    ],
  ],
  'the pipe is full': [
    [...hello, call, pipe(true)],
    [
      'server · pipe-full · The server owes the next move: it takes no bytes. The request came at 0.00 s and waits, as its pipe is full.',
    ],
  ],
  'the server is silent': [
    [...hello, call, stderr('waiting for a lock')],
    [
      'server · server-silent · The server owes the next move: its pipe took the request at 0.00 s, and it has said nothing of it for 1 m 0 s. Its last line on stderr, at 0.01 s: “waiting for a lock”.',
    ],
  ],
  'the server waits for the client': [
    [...hello, call, roots],
    [
      'client · waits-for-client · The client owes the next move: the server asked roots/list at 0.01 s, unanswered.',
    ],
  ],
  'the server asked before the call': [
    [...hello, roots, call],
    [
      'client · waits-for-client · The client owes the next move: the server asked roots/list at 0.00 s, unanswered.',
    ],
  ],
  'the server asks for input in a result': [
    [
      ...hello,
      call,
      server({ id: 1, result: { resultType: 'input_required', requestState: 's' } }),
    ],
    [
      'client · waits-for-client · The client owes the next move: the server answered at 0.01 s that it needs input first, and the client has sent nothing since.',
    ],
  ],
  'answered after the client cancelled': [
    [
      ...hello,
      call,
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
      server(toolText(1, 'ok')),
    ],
    [
      'nobody · late-answer · Nobody owes a move: the client cancelled at 0.01 s, and the answer came at 0.01 s.',
    ],
  ],
  'answered with an id of another type': [
    [...hello, call, server(toolText('1', 'ok'))],
    [
      'server · wrong-id · The server owes the next move: it answered at 0.01 s, but with an id of another type than 1; a client that compares types still waits.',
    ],
  ],
  'answered with an id that nobody has': [
    [...hello, call, server(toolText(99, 'ok'))],
    [
      'server · wrong-id · The server owes the next move: since the request with id 1 it sent an answer with id 99, for which no call waits.',
    ],
  ],
  'stdout is not JSON': [
    [...hello, call, server('Created note a')],
    [
      'server · not-json · The server owes the next move: since the request it wrote to stdout what is not JSON; the answer may be in there, but no client can take it.',
    ],
  ],
  'the process is gone': [
    [...hello, call, stderr('panic: out of memory'), exit(1)],
    [
      "nobody · process-gone · Nobody can answer: the server's process ended at 0.01 s with code 1, and the call was open. Its last line on stderr, at 0.01 s: “panic: out of memory”.",
    ],
  ],
  'the answer may have been lost': [
    [...hello, call, gap(2)],
    [
      'nobody · unreadable · It cannot be told who owes the next move: since the request 2 entries were lost, and the answer may be in there.',
    ],
  ],
  'the answer may have been too large': [
    [...hello, call, frame('server', { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' })],
    [
      'nobody · unreadable · It cannot be told who owes the next move: since the request a line came that was not kept whole, and the answer may be in there.',
    ],
  ],
};

const progress = (token: number) =>
  server({ method: 'notifications/progress', params: { progressToken: token, progress: 1 } });
const withToken = client(toolCall(1, 'create_note', {}, { progressToken: 5 }));

/** What is said of the twin: nothing, or something else than of the fixture. */
const twins: Record<string, [steps: Step[], causes: string[], wait?: number]> = {
  'not started · it has answered initialize': [[...hello], []],
  'not started · a modern client that never sends initialize': [
    [
      client({ id: 1, method: 'server/discover' }),
      server({ id: 1, result: {} }),
      client(toolCall(2, 'a')),
    ],
    ['server-silent'],
  ],
  'pipe full · it takes again': [[...hello, call, pipe(true), pipe(false)], ['server-silent']],
  'pipe full · only later messages wait': [
    [...hello.slice(1), call, client({ method: 'notifications/x' }), pipe(true)],
    ['server-silent'],
  ],
  'server silent · it reports progress': [
    [...hello, withToken, progress(5)],
    ['server-working'],
    2_000_000,
  ],
  'server silent · its progress stopped': [[...hello, withToken, progress(5)], ['server-silent']],
  'server silent · the response just arrived': [[...hello, call, server(toolText(1, 'ok'))], []],
  'waits for the client · it has answered': [
    [...hello, call, roots, client({ id: 'r', result: { roots: [] } })],
    ['server-silent'],
  ],
  'waits for the client · the server went on without the answer': [
    [...hello, roots, client(toolCall(7, 'a')), server(toolText(7, 'ok')), call],
    ['waits-for-client', 'server-silent'],
  ],
  'late answer · cancelled, and never answered': [
    [...hello, call, client({ method: 'notifications/cancelled', params: { requestId: 1 } })],
    [],
  ],
  'wrong id · the client went on, so it took the answer': [
    [...hello, call, server(toolText('1', 'ok')), client({ method: 'notifications/x' })],
    [],
  ],
  'wrong id · the stray answer came before the request': [
    [...hello, server(toolText(99, 'ok')), call],
    ['server-silent'],
  ],
  'not JSON · it was before the request': [
    [...hello, server('Listening'), call],
    ['server-silent'],
  ],
  'not JSON · and progress after it': [
    [...hello, withToken, server('log line'), progress(5)],
    ['server-working'],
    2_000_000,
  ],
  'process gone · the call was answered': [
    [...hello, call, server(toolText(1, 'ok')), exit(1)],
    [],
  ],
  'process gone · the call was given up before': [
    [
      ...hello,
      call,
      client({ method: 'notifications/cancelled', params: { requestId: 1 } }),
      exit(0),
    ],
    [],
  ],
  'process gone · the client closed the session': [[...hello, call, ends()], []],
  'server silent · what it said nests too deep to be read': [
    [...hello, call, server(`{"id":1,"result":${'['.repeat(300)}${']'.repeat(300)}}`)],
    ['unreadable'],
  ],
  'process gone · the answer was too large to be kept': [
    [
      ...hello,
      call,
      frame('server', { why: 'over-cap', text: '{', bytes: 9e6, sha256: '' }),
      exit(0),
    ],
    ['unreadable'],
  ],
  'unreadable · what was lost was before the request': [
    [...hello, gap(2), call],
    ['server-silent'],
  ],
};

describe('the cause', () => {
  test.each(Object.entries(fixtures))('%s', (_, [steps, expected]) => {
    expect(said(steps, MINUTE)).toEqual(expected);
  });
});

describe('the twin of', () => {
  test.each(Object.entries(twins))('%s', (_, [steps, causes, wait]) => {
    expect(said(steps, wait).map((text) => text.split(' · ')[1])).toEqual(causes);
  });
});

test('a call is named with how long it waits and the messages that show why', () => {
  const [view] = viewsOf(tape('notes', [...hello, after(40_000, call), roots]));
  const [found] = view ? blame(view, view.session.lastAt + 72_000_000) : [];
  expect(found).toMatchObject({
    call: `${view?.session.id}:4`,
    method: 'tools/call',
    subject: 'create_note',
    waited: 72_001_000,
    evidence: [
      { message: `${view?.session.id}:4`, role: 'request' },
      { message: `${view?.session.id}:5`, role: 'unanswered request of the server' },
    ],
  });
});

test('no sentence claims that a server read a request, and hostile text stands in it once, cut', () => {
  const hostile = `\u001b[31m<b>${'x'.repeat(500)}`;
  const sentences = Object.values(fixtures).flatMap(([steps]) => said(steps, MINUTE));
  expect(sentences.filter((text) => /\bread\b|received/.test(text))).toEqual([]);
  expect(said([...hello, call, stderr(hostile)])[0]).toMatch(/“\S+<b>x{1,120}…”\.$/);
});
