/** What is wrong with the messages of an entry, as the spans that they are in say it. */
import type { Anomaly, MessageRef, Seen } from '../session.ts';

/** A message that has a span of its own though it is no request, no notification and no request's answer. */
export interface Apart extends Pick<Seen, 'ref' | 'from' | 'call'> {
  readonly kind: 'malformed' | 'unknown-response' | 'second-response' | 'late-response';
  readonly faults: readonly string[];
}

/** The faults of one message: of an entry's only one, or of that at a place of its batch. */
export type FaultsOf = (ref: Pick<MessageRef, 'item'>) => readonly string[];

const NONE: readonly string[] = [];
const noFaults: FaultsOf = () => NONE;

/** By the anomalies of one entry: the kind of each, with its details. */
export function faultsBy(anomalies: readonly Anomaly[]): FaultsOf {
  if (anomalies.length === 0) return noFaults;
  const byItem = new Map<number | undefined, string[]>();
  for (const { item, kind, faults = NONE } of anomalies) {
    const told = byItem.get(item) ?? [];
    told.push(kind, ...faults);
    byItem.set(item, told);
  }
  return ({ item }) => byItem.get(item) ?? NONE;
}

/**
 * The message apart that was seen, where it is one; `isAnswer`: it ended the request that it answers.
 * An answer that came when its request was over is late, for who had asked at least.
 */
export function apartIn(
  { kind, ref, from, call }: Seen,
  faults: readonly string[],
  isAnswer: boolean,
): Apart | undefined {
  if (kind === 'invalid') return { kind: 'malformed', ref, from, faults };
  if (kind !== 'response' || isAnswer) return undefined;
  if (!call) return { kind: 'unknown-response', ref, from, faults };
  const isFirst = call.response === ref;
  return { kind: isFirst ? 'late-response' : 'second-response', ref, from, call, faults };
}
