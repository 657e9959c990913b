/** Sessions for the tests of order, and how their edges are written down there. */
import { type CausalEdge, type Order, orderOf } from '../../../analysis/order.ts';
import type { Entry } from '../../../model/entry.ts';
import { viewsOf } from '../../../model/view.ts';

/** The order of these sessions. */
export function orderIn(...sessions: readonly (readonly Entry[])[]): Order {
  return orderOf(viewsOf(sessions.flat()));
}

/** The edges of some kinds as `E5 2 → 3`, by seq; with the name of the session where it is another. */
export function edgesOf(order: Order, ...kinds: readonly CausalEdge['kind'][]): string[] {
  return [...order.edges()]
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, before, after, must }) => {
      const isAcross = before.session !== after.session;
      const [one, other] = isAcross
        ? [before.message, after.message].map(short)
        : [before.seq, after.seq];
      return `${kind} ${one} → ${other}${must ? '' : ' (soft)'}`;
    });
}

/** A message reference without the zeros of a made session id. */
function short(message: string): string {
  return message.replace(/^01/, '').replace(/0+:/, ':');
}

/** Messages along a circle of edges, or those that are left of one; nothing where there is none. */
export function circle(order: Order): string[] {
  const after = new Map<string, string[]>();
  const waits = new Map<string, number>();
  for (const { before, after: next } of order.edges()) {
    after.set(before.message, [...(after.get(before.message) ?? []), next.message]);
    waits.set(before.message, waits.get(before.message) ?? 0);
    waits.set(next.message, (waits.get(next.message) ?? 0) + 1);
  }
  const free = [...waits].flatMap(([message, count]) => (count === 0 ? [message] : []));
  for (let message = free.pop(); message !== undefined; message = free.pop()) {
    waits.delete(message);
    for (const next of after.get(message) ?? []) {
      const left = (waits.get(next) ?? 0) - 1;
      waits.set(next, left);
      if (left === 0) free.push(next);
    }
  }
  return [...waits.keys()];
}
