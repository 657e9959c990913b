/** E8, from a listing to the first use of what it lists; E10, from word of a change to the next listing or reading. */
import { member, textMember } from '../../model/json.ts';
import { LISTS } from '../../model/methods.ts';
import type { Call, NotificationSeen, SessionView } from '../../model/session.ts';
import { answerOf, type CausalEdge, edge, endOf, requestOf } from './edge.ts';

/** What uses that which a list names, and the member that names it in the list. */
const USES: ReadonlyMap<string, readonly [list: string, name: string]> = new Map([
  ['tools/call', ['tools/list', 'name']],
  ['prompts/get', ['prompts/list', 'name']],
  ['resources/read', ['resources/list', 'uri']],
  ['resources/subscribe', ['resources/list', 'uri']],
]);

interface Listed {
  readonly call: Call;
  readonly pointer: string;
}

export function* listingEdges(view: SessionView): Generator<CausalEdge> {
  const listed = listedIn(view);
  for (const call of view.session.calls) {
    const [list] = USES.get(call.method) ?? [];
    if (list === undefined || call.subject === undefined) continue;
    const key = keyOf(list, call.subject);
    const first = listed.get(key);
    const answer = first && answerOf(first.call);
    if (!first || !answer || answer.seq > call.request.seq) continue;
    listed.delete(key);
    const pointer = `/params/${LISTS[list]?.kind === 'resource' ? 'uri' : 'name'}`;
    yield edge('E8', answer, requestOf(call), {
      before: { role: 'listing', pointer: first.pointer },
      after: { role: 'first use', pointer },
    });
  }
}

/** Where everything was listed first. */
function listedIn(view: SessionView): Map<string, Listed> {
  const listed = new Map<string, Listed>();
  const answers = view.session.calls
    .filter(({ method, response }) => LISTS[method] !== undefined && response !== undefined)
    .sort((a, b) => (a.response?.seq ?? 0) - (b.response?.seq ?? 0));
  for (const call of answers) {
    const list = LISTS[call.method];
    if (!call.response || !list) continue;
    const items = member(view.value(call.response), 'result', list.member);
    if (!Array.isArray(items)) continue;
    for (const [at, item] of items.entries()) {
      const name = textMember(item, list.kind === 'resource' ? 'uri' : 'name');
      const key = keyOf(call.method, name ?? '');
      if (name === undefined || listed.has(key)) continue;
      listed.set(key, { call, pointer: `/result/${list.member}/${at}` });
    }
  }
  return listed;
}

function keyOf(list: string, name: string): string {
  return `${list} ${name}`;
}

const CHANGES: ReadonlyMap<string, readonly string[]> = new Map([
  ['notifications/tools/list_changed', ['tools/list']],
  ['notifications/prompts/list_changed', ['prompts/list']],
  ['notifications/resources/list_changed', ['resources/list', 'resources/templates/list']],
  ['notifications/roots/list_changed', ['roots/list']],
]);

export function* changeEdges({ session }: SessionView): Generator<CausalEdge> {
  const pending = new Map<string, NotificationSeen>();
  const { notifications } = session;
  let next = 0;
  for (const call of session.calls) {
    let notification = notifications[next];
    while (notification && notification.ref.seq < call.request.seq) {
      for (const key of changedBy(notification)) pending.set(key, notification);
      notification = notifications[++next];
    }
    const { method, subject } = call;
    const key = method === 'resources/read' ? keyOf(method, subject ?? '') : method;
    const word = pending.get(key);
    if (!word || word.from === call.from) continue;
    pending.delete(key);
    yield edge('E10', endOf(session, word.ref), requestOf(call), CHANGED);
  }
}

function changedBy({ method, subject }: NotificationSeen): readonly string[] {
  if (method !== 'notifications/resources/updated') return CHANGES.get(method) ?? [];
  return [keyOf('resources/read', subject ?? '')];
}

const CHANGED = { before: { role: 'word of a change' }, after: { role: 'asks for it anew' } };
