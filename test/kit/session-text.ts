/**
 * A derived session as text that people compare: the peers, each call with what became of it, and
 * what a correct peer would not have done. Messages are named by their seq, with `/i` in a batch.
 */
import { idKey } from '../../model/message.ts';
import type { Anomaly, Call, MessageRef, NotificationSeen, Session } from '../../model/session.ts';

export function sessionText(session: Session): string {
  const peers = [session.client, session.server].map(
    (peer) => peer && `${peer.name}/${peer.version}`,
  );
  const known = [session.phase, session.revision, ...peers].filter((part) => part !== undefined);
  return [
    known.join(' '),
    ...session.calls.map(callText),
    ...session.notifications.map(notificationText),
    ...session.anomalies.map(anomalyText),
  ].join('\n');
}

export function callText(call: Call): string {
  const { from, id, method, subject, request, state, response, outcome, code } = call;
  const parts = [`${from} ${idText(id)} ${method}`, subject, `${place(request)} ${state}`];
  if (response) parts.push(`${place(response)} ${outcome}`);
  if (code !== undefined) parts.push(`code ${code}`);
  if (call.cancelled) parts.push(`cancelled ${place(call.cancelled)}`);
  if (call.progress) parts.push(`progress ${call.progress.map(place).join(' ')}`);
  if (call.exchange !== undefined) parts.push(`exchange ${call.exchange}`);
  if (call.ordinal > 0) parts.push(`ordinal ${call.ordinal}`);
  if (call.trace !== undefined) parts.push(`trace ${call.trace.slice(-4)}`);
  if (call.parent) parts.push(`within ${place(call.parent.request)}`);
  return parts.filter((part) => part !== undefined).join(', ');
}

function notificationText({ ref, from, method, subject, call }: NotificationSeen): string {
  const parts = [`${from} ${method}`, subject, place(ref), call && `of ${place(call.request)}`];
  return parts.filter((part) => part !== undefined).join(', ');
}

function anomalyText({ kind, from, call, faults, ...ref }: Anomaly): string {
  const parts = [`! ${kind} ${place(ref)} by ${from}`, call && `of ${place(call.request)}`];
  return [...parts, ...(faults ?? [])].filter((part) => part !== undefined).join(', ');
}

function place({ seq, item }: Pick<MessageRef, 'seq' | 'item'>): string {
  return item === undefined ? `:${seq}` : `:${seq}/${item}`;
}

function idText(id: string | number): string {
  return typeof id === 'string' ? JSON.stringify(id) : idKey(id);
}
