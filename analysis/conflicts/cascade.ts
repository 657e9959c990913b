/**
 * Causal cascades (C18): calls that used what a stale or aborted value had led to.
 *
 * A value is followed from the answer that first gave it to the arguments it went into (data flow,
 * E9), and a value that should not have come to be, to what its agent did with it.
 */
import type { Call } from '../../model/session.ts';
import type { Operation } from '../footprint/operation.ts';
import type { Order } from '../order.ts';
import type { Agent } from './agents.ts';
import { answering, asking, type Conflict, type Taint } from './conflict.ts';
import type { Context } from './context.ts';
import { PARTNERS } from './state.ts';

/** A conflict with what carries it on. */
export interface Root extends Conflict {
  readonly taints: Taint;
}

/** One operation that used a value of another one. */
interface Use {
  readonly root: Root;
  readonly source: Operation;
  readonly user: Operation;
  readonly pointer: string;
  readonly sure: number;
}

/** `operations` in the order they began. */
export function cascadesOf(
  roots: readonly Root[],
  operations: readonly Operation[],
  context: Context,
  sourcesOf: Order['sourcesOf'],
): Conflict[] {
  if (roots.length === 0) return [];
  const tainted = new Map<Call, { readonly root: Root; readonly operation: Operation }>();
  const shown = new Map<Agent, Root[]>();
  for (const root of roots) {
    const { operation, agent, values } = root.taints;
    tainted.set(operation.call, { root, operation });
    if (values) shown.set(agent, [...(shown.get(agent) ?? []), root].slice(-PARTNERS));
  }
  const first = Math.min(...roots.map(({ taints }) => taints.operation.start));
  const uses = new Map<Root, Use[]>();
  for (const user of operations) {
    if (user.start < first || tainted.get(user.call)?.operation === user) continue;
    const use = flowInto(user) ?? carriedInto(user);
    if (!use) continue;
    tainted.set(user.call, { root: use.root, operation: user });
    uses.set(use.root, [...(uses.get(use.root) ?? []).slice(0, TOLD), use]);
  }
  return [...uses.values()].map((own) => cascadeOf(own as [Use, ...Use[]], context));

  function flowInto(user: Operation): Use | undefined {
    for (const { call, pointer, certain } of sourcesOf(user)) {
      context.compares();
      const known = call && tainted.get(call);
      if (known)
        return {
          root: known.root,
          source: known.operation,
          user,
          pointer,
          sure: certain ? 0.95 : 0.7,
        };
    }
    return undefined;
  }

  function carriedInto(user: Operation): Use | undefined {
    for (const root of shown.get(context.agentOf(user)) ?? []) {
      context.compares();
      const { operation, values } = root.taints;
      if (!values || user.asked < operation.told) continue;
      const lines = [...values.lines.keys()].filter((line) => line.length >= LONG);
      const given = context.values.givenTo(user);
      const line = lines.find((one) => given.lines.has(one));
      const pointer = line === undefined ? undefined : given.lines.get(line)?.pointer;
      if (pointer !== undefined) return { root, source: operation, user, pointer, sure: 0.85 };
    }
    return undefined;
  }
}

/** So many uses of one root are told. */
const TOLD = 20;
/** Shorter values are said without having been read. */
const LONG = 6;

function cascadeOf(uses: readonly [Use, ...Use[]], context: Context): Conflict {
  const [{ root, sure }] = uses;
  const source = root.taints.operation;
  const tools = [...new Set([source, ...uses.map(({ user }) => user)].map(({ tool }) => tool))];
  const told = uses.map(({ user }) => `${user.tool} at ${context.began(user)}`).join(', ');
  return {
    name: 'causal-cascade',
    tier: root.tier,
    severity: root.severity,
    confidence: root.confidence * sure,
    place: root.place,
    tools: tools.sort(),
    server: root.server,
    about: uses.map(({ user }) => user),
    story: `${source.tool} at ${context.began(source)} should not have come to what it did (${root.name} of ${root.place.label}), and what it gave was used by ${told}.`,
    evidence: [
      answering(source, 'value that should not be'),
      ...uses.map(({ user, pointer }) => asking(user, 'use of it', pointer)),
    ],
  };
}
