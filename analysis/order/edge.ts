/** One causal edge: a message that led to another, with the messages that show it. */
import { reference } from '../../model/entry.ts';
import type { Evidence } from '../../model/finding.ts';
import type { Call, Session } from '../../model/session.ts';
import { EDGE_KINDS, type EdgeKind } from './edge-kinds.ts';

/** A message as one end of an edge. */
export interface End {
  /** Its reference: `session:seq`, with `/i` inside a batch. */
  readonly message: string;
  readonly session: string;
  readonly seq: number;
  /** The call that it opens, answers or tells of. */
  readonly call?: Call;
}

export interface CausalEdge {
  readonly kind: EdgeKind;
  readonly before: End;
  readonly after: End;
  /** Whether no other order is possible. A value that may have come from elsewhere makes no such edge. */
  readonly must: boolean;
  readonly evidence: readonly Evidence[];
}

/** Where a message stands. */
type Place = { readonly seq: number; readonly item?: number };

export function endOf(session: string | Session, place: Place, call?: Call): End {
  const id = typeof session === 'string' ? session : session.id;
  const end = { message: reference(id, place.seq, place.item), session: id, seq: place.seq };
  return call ? { ...end, call } : end;
}

/** The end that a call's request is. */
export function requestOf(call: Call): End {
  return endOf(call.session, call.request, call);
}

/** The end that a call's answer is, if it has one. */
export function answerOf(call: Call): End | undefined {
  return call.response && endOf(call.session, call.response, call);
}

/** What the two ends are in the story, and the places in them that show it. */
export interface Shown {
  readonly before: Omit<Evidence, 'message'>;
  readonly after: Omit<Evidence, 'message'>;
}

export function edge(
  kind: EdgeKind,
  before: End,
  after: End,
  shown: Shown,
  must: boolean = EDGE_KINDS[kind].must,
): CausalEdge {
  const evidence = [
    { message: before.message, ...shown.before },
    { message: after.message, ...shown.after },
  ];
  return { kind, before, after, must, evidence };
}
