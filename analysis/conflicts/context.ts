/** What those who watch for conflicts share: values, guards, blind spots, words, and a place to report. */
import { groupBy } from '../../model/group.ts';
import { nameOf } from '../../model/session.ts';
import type { Operation } from '../footprint/operation.ts';
import { instant } from '../moment.ts';
import { clockOf } from '../order/span.ts';
import { type Agent, agentsOf } from './agents.ts';
import { type BlindSpots, blindSpotsOf } from './blind.ts';
import type { Conflict } from './conflict.ts';
import type { Groups } from './groups.ts';
import { type Guards, guardsOf } from './guards.ts';
import type { Touch } from './state.ts';
import { createValues, type Values } from './values.ts';

export interface Context {
  readonly values: Values;
  readonly guards: Guards;
  readonly blind: BlindSpots;
  agentOf(operation: Operation): Agent;
  report(conflict: Conflict): void;
  hasEnough: Groups['hasEnough'];
  /** An operation is compared with another one. */
  compares(): void;
  /** When it began and when it was answered, for a story. */
  began(operation: Operation): string;
  answered(operation: Operation): string;
  /** What to call the agents of a story, in the order they come. */
  names(...touches: readonly Touch[]): string[];
}

/** `operations` in the order they began. */
export function contextOf(
  operations: readonly Operation[],
  to: Pick<Context, 'report' | 'hasEnough' | 'compares'>,
): Context {
  const agentOf = agentsOf(operations);
  const clocks = zeroOf(operations);
  const since = (operation: Operation, time: number): string =>
    instant(time - (clocks.get(operation.clock) ?? 0));
  return {
    values: createValues(operations),
    guards: guardsOf(operations, agentOf),
    blind: blindSpotsOf(operations, agentOf),
    agentOf,
    ...to,
    began: (operation) => since(operation, operation.start),
    answered: (operation) => since(operation, operation.end),
    names,
  };
}

/** When the first session of each clock began: the zero of its stories. */
function zeroOf(operations: readonly Operation[]): Map<string, number> {
  const sessions = new Set(operations.map(({ view }) => view.session));
  const zero = new Map<string, number>();
  for (const session of sessions) {
    const { clock, start } = clockOf(session);
    zero.set(clock, Math.min(start, zero.get(clock) ?? start));
  }
  return zero;
}

/** A and B, with the sessions that they spoke in; two of equal hosts by what their clients call themselves. */
function names(...touches: readonly Touch[]): string[] {
  const hosts = groupBy(touches, ({ operation: { view } }) => view.session.head?.host?.name);
  const isOneAgent = new Set(touches.map(({ agent }) => agent)).size < 2;
  const clientsOf = (host: string | undefined): number =>
    new Set(hosts.get(host)?.map(({ operation: { view } }) => view.session.client?.name)).size;
  const letters = new Map<Agent, string>();
  for (const { agent } of touches) {
    if (!letters.has(agent)) letters.set(agent, String.fromCharCode(65 + letters.size));
  }
  const told = new Set<Agent>();
  return touches.map(({ agent, operation }) => {
    const letter = letters.get(agent) ?? '';
    if (told.has(agent)) return letter;
    told.add(agent);
    const { session } = operation.view;
    const host = session.head?.host?.name;
    const client = session.client?.name;
    const isAlike = !isOneAgent && clientsOf(host) > 1;
    const who = isAlike ? (client ?? host) : (host ?? client);
    return `${letter} (${who === undefined ? '' : `${who}, `}session ${nameOf(session)})`;
  });
}
