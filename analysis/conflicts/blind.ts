/**
 * Blind spots: where the recording does not show who knew or changed what.
 *
 * An operation of unknown effect may have changed anything its server keeps, and told its agent of it.
 * So may what a gap of a session hides. A look at everything tells of every single thing.
 */
import type { SessionView } from '../../model/session.ts';
import type { Operation } from '../footprint/operation.ts';
import { holesOf } from '../lost-update/removals.ts';
import type { Span } from '../order.ts';
import { createSpanBoard } from '../spans.ts';
import type { Agent } from './agents.ts';
import type { Touch } from './state.ts';

export interface BlindSpots {
  /** Whether the agent may have learned what is there now from something other than a read of it. */
  mayKnow(touch: Touch, span: Span): boolean;
  /** Whether something that nobody can tell may have changed it. */
  mayChange(touch: Touch, span: Span): boolean;
}

export function blindSpotsOf(
  operations: readonly Operation[],
  agentOf: (operation: Operation) => Agent,
): BlindSpots {
  const board = createSpanBoard<string>();
  const views = new Map<string, SessionView>();
  for (const operation of operations) {
    const { container, accesses, view, call } = operation;
    views.set(call.session, view);
    const isUnknown = operation.kind === 'X' && !isDeclared(operation);
    const isWide = accesses.some(({ resource }) => resource.endsWith(':*'));
    const isLook = isUnknown || (isWide && (operation.kind === 'R' || operation.kind === 'L'));
    if (isLook) board.put(`look ${agentOf(operation)} ${container.things}`, operation);
    if (isUnknown) board.put(`change ${container.machine}`, operation);
    if (
      isUnknown ||
      accesses.some(({ kind, resource }) => 'WD'.includes(kind) && resource.endsWith(':*'))
    )
      board.put(`change ${container.things}`, operation);
  }
  for (const [id, { session }] of views) {
    for (const hole of holesOf(session)) board.put(`hole ${id}`, hole);
  }
  const isHole = ({ call }: Operation, span: Span): boolean =>
    board.overlaps(`hole ${call.session}`, span, span);
  return {
    mayKnow: ({ operation, agent }, span) =>
      isHole(operation, span) ||
      board.overlaps(`look ${agent} ${operation.container.things}`, span, operation),
    mayChange: ({ operation }, span) =>
      isHole(operation, span) ||
      board.overlaps(`change ${operation.container.things}`, span, operation) ||
      board.overlaps(`change ${operation.container.machine}`, span, operation),
  };
}

/** Whether somebody says what it does, though its name does not. */
function isDeclared({ accesses }: Operation): boolean {
  return accesses.length > 0 && accesses.every(({ kind }) => kind !== 'X');
}
