/** What the search for conflicts gives: one conflict, with its story and the messages that show it. */
import { reference } from '../../model/entry.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import type { Operation } from '../footprint/operation.ts';
import type { Agent } from './agents.ts';
import type { Place, Touch } from './state.ts';
import type { Content } from './values.ts';

export type ConflictName =
  | 'concurrent-writes'
  | 'stale-overwrite'
  | 'stale-read-used'
  | 'changed-between-reads'
  | 'aborted-read'
  | 'causal-cascade';

export interface Conflict
  extends Pick<Finding, 'tier' | 'severity' | 'confidence' | 'evidence'>,
    Partial<Pick<Finding, 'lost'>> {
  readonly name: ConflictName;
  readonly place: Place;
  /** The tools that met, sorted. */
  readonly tools: readonly string[];
  readonly server: string;
  /** What happened, in one or two sentences. */
  readonly story: string;
  /** Its operations; of a conflict that is explained by another one, all are among those of the other. */
  readonly about: readonly Operation[];
  /** What carries on what went wrong, with the values of it that are not to be relied on. */
  readonly taints?: Taint;
}

/** An operation of which the answer, or values that it was shown, should not have come to be. */
export interface Taint {
  readonly operation: Operation;
  readonly agent: Agent;
  readonly values?: Content;
}

/** The request of an operation as evidence. */
export function asking({ call }: Operation, role: string, pointer?: string): Evidence {
  const { seq, item } = call.request;
  return { message: reference(call.session, seq, item), ...(pointer ? { pointer } : {}), role };
}

/** Its answer as evidence; its request, where there is none. */
export function answering({ call }: Operation, role: string, pointer?: string): Evidence {
  const { seq, item } = call.response ?? call.request;
  return { message: reference(call.session, seq, item), ...(pointer ? { pointer } : {}), role };
}

/** What a conflict of these touches at one resource is told by. */
export function between(
  touches: readonly [Touch, ...Touch[]],
  sure: number,
): Pick<Conflict, 'place' | 'tools' | 'server' | 'confidence' | 'about'> {
  const [{ state, operation }] = touches;
  const tools = [...new Set(touches.map((touch) => touch.operation.tool))].sort();
  return {
    place: state.place,
    tools,
    server: operation.container.server,
    // All name the resource in the same way, so that they are wrong together: the least sure counts.
    confidence: sure * Math.min(...touches.map(({ confidence }) => confidence)),
    about: touches.map((touch) => touch.operation),
  };
}
