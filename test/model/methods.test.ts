import { describe, expect, test } from 'vitest';
import { eraOf, isRevision, LISTEN, LISTS, METHODS, REVISIONS } from '../../model/methods.ts';

/**
 * The methods as the schemas of the revisions list them. kind: R request, N notification; from:
 * C client, S server, B both; then for each revision: + defined, M only inside inputRequests,
 * x by an extension, - not.
 */
const TABLE = `
  R C ++++- initialize
  N C ++++- notifications/initialized
  R C ----+ server/discover
  R B ++++- ping
  R C +++++ tools/list
  R C +++++ prompts/list
  R C +++++ resources/list
  R C +++++ resources/templates/list
  R C +++++ tools/call
  R C +++++ prompts/get
  R C +++++ resources/read
  R C ++++- resources/subscribe
  R C ++++- resources/unsubscribe
  R C ----+ subscriptions/listen
  R C +++++ completion/complete
  R C ++++- logging/setLevel
  R S ++++M sampling/createMessage
  R S ++++M roots/list
  R S --++M elicitation/create
  R B ---+x tasks/get
  R B ---+x tasks/cancel
  R B ---+- tasks/list
  R B ---+- tasks/result
  R C ----x tasks/update
  R C ----x skills/list
  R C ----x skills/get
  R C ----x resources/directory/read
  N B +++++ notifications/cancelled
  N B +++++ notifications/progress
  N S +++++ notifications/message
  N S +++++ notifications/tools/list_changed
  N S +++++ notifications/prompts/list_changed
  N S +++++ notifications/resources/list_changed
  N S +++++ notifications/resources/updated
  N C ++++- notifications/roots/list_changed
  N B ---+- notifications/tasks/status
  N S ----x notifications/tasks
  N S ---+- notifications/elicitation/complete
  N S ----+ notifications/subscriptions/acknowledged
`;

const rows = TABLE.trim()
  .split('\n')
  .map((row) => row.trim().split(' ') as [string, string, string, string]);

describe('the methods of the five revisions', () => {
  test.each(rows)('%s %s %s %s', (kind, from, marks, name) => {
    const method = METHODS[name];
    expect(method).toMatchObject({
      kind: kind === 'R' ? 'request' : 'notification',
      from: { C: 'client', S: 'server', B: 'both' }[from],
    });
    expect(method?.revisions).toEqual(REVISIONS.filter((_, index) => marks[index] === '+'));
    expect(method?.inputRequest ?? false).toBe(marks.includes('M'));
  });

  test('are these and no others', () => {
    expect(Object.keys(METHODS).sort()).toEqual(rows.map(([, , , name]) => name).sort());
  });

  test('are not what every object inherits', () => {
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(METHODS[name]).toBeUndefined();
      expect(LISTS[name]).toBeUndefined();
    }
  });

  test('that list something, and the one that listens, are among them', () => {
    for (const name of [...Object.keys(LISTS), LISTEN]) expect(METHODS[name]?.kind).toBe('request');
  });
});

test('eras', () => {
  expect(REVISIONS.map(eraOf)).toEqual(['legacy', 'legacy', 'legacy', 'legacy', 'modern']);
  expect(eraOf('2024-10-07')).toBe('legacy');
  expect(eraOf('2027-01-01')).toBe('modern');
  expect(isRevision('2026-07-28')).toBe(true);
  expect(isRevision('2027-01-01')).toBe(false);
});
