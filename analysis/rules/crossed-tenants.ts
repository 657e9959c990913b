import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf, type Session } from '../../model/session.ts';
import { quoted } from '../moment.ts';
import { type Credential, contextsOf } from '../tenants/contexts.ts';
import { type Foreign, foreignAnswers } from '../tenants/foreign.ts';
import { foreignHandles, type Handle } from '../tenants/handles.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const crossedTenants: Rule = {
  rule: 'crossed-tenants',
  code: 'C23',
  version: 1,
  severity: 'critical',
  definition:
    'What belongs to one caller went to another one, told apart by the credentials of their HTTP requests, or those that a server was started with (variables with secret names), which a recording keeps as keyed hashes. Either a caller got the very answer that only another one had been given, where the server was seen to answer each by himself (the other got it again after this one had got a different one); or the state of an unfinished call (requestState) or a task that was given to one was taken from another, while both were at work.',
  wrongWhen:
    'The two credentials are of one user, or the resource changed back and forth between them. Recordings without credentials and with hashes of different keys tell no callers apart, and nothing is said; nor of a credential that another one only replaced.',
  confirm:
    'Ask for the same thing with both credentials in turn, a few times at once, and compare whose data comes back. Look for caches and variables of the server, or of what stands before it, that do not know the caller.',
  source:
    'MCP basic/security_best_practices (session hijacking, state handles) and server/utilities/caching of 2026-07-28 (cacheScope private); indexnetwork #940.',
  fixtures: ['test/analysis/conflicts/crossed-tenants.test.ts'],
  find({ views }) {
    const sessions = views.map((view) => ({ view, contexts: contextsOf(view) }));
    const answers = groupBy(foreignAnswers(sessions), ({ wrong }) =>
      JSON.stringify([nameOf(wrong.view.session), wrong.call.method, wrong.call.subject]),
    );
    const handles = groupBy(foreignHandles(sessions), ({ view, what }) =>
      JSON.stringify([nameOf(view.session), what]),
    );
    return [
      ...[...answers.values()].flatMap(answersFinding),
      ...[...handles.values()].flatMap(handlesFinding),
    ];
  },
};

function answersFinding(foreign: readonly Foreign[]): Finding[] {
  const [first] = foreign;
  if (!first) return [];
  const { wrong, text } = first;
  const { session } = wrong.view;
  const what = wrong.call.subject ?? wrong.call.method;
  return found(crossedTenants, {
    tier: 'OBSERVED',
    severity: 'critical',
    confidence: 0.85,
    message: `${nameOf(session)} gave one caller the answer of another to ${quoted(what)}, ${times(foreign.length)}: with ${quoted(text)}, which only the other had been given.`,
    evidence: foreign.flatMap(({ wrong: got, right, owner }) => [
      ...answered(owner.view.session, owner.call, 'answer to the one caller', '/result'),
      ...answered(right.view.session, right.call, 'answer to the other', '/result'),
      asked(got.view.session, got.call, 'request of the other'),
      ...answered(
        got.view.session,
        got.call,
        'the answer to the one, given to the other',
        '/result',
      ),
    ]),
    what: [session.server?.name ?? nameOf(session), what],
  });
}

function handlesFinding(handles: readonly Handle[]): Finding[] {
  const [first] = handles;
  if (!first) return [];
  const { view, what } = first;
  const { session } = view;
  const thing = what === 'task' ? 'task' : 'state of an unfinished call';
  return found(crossedTenants, {
    tier: 'OBSERVED',
    severity: 'critical',
    confidence: 0.85,
    message: `${nameOf(session)} took the ${thing} that it had given one caller from another one, ${times(handles.length)}.`,
    evidence: handles.flatMap(handleEvidence),
    what: [session.server?.name ?? nameOf(session), what],
  });
}

function handleEvidence({ view, what, given, sent, contexts: [own, other] }: Handle): Evidence[] {
  const credential = (session: Session, { seq, pointer }: Credential, role: string): Evidence => ({
    ...place(session, { seq }, role),
    pointer,
  });
  return [
    credential(given.view.session, own, 'credential of the one'),
    ...answered(
      given.view.session,
      given.call,
      'what it was given',
      what === 'task' ? '/result' : '/result/requestState',
    ),
    credential(view.session, other, 'credential of the other'),
    asked(
      view.session,
      sent,
      'what the other sent',
      what === 'task' ? '/params/taskId' : '/params/requestState',
    ),
    ...answered(view.session, sent, 'its success'),
  ];
}
