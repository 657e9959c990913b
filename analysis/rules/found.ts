/** A finding of a rule that weighs what it sees: what is less than half sure is not said. */
import { fingerprint } from '../../model/canonical.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import type { Call, Session, SessionView } from '../../model/session.ts';
import { type Listing, pointerTo } from '../catalog/listings.ts';
import { place } from './anomalies.ts';
import { kept, type Rule, stamp } from './rule.ts';

const LEAST = 0.5;

export interface Found extends Pick<Finding, 'tier' | 'severity' | 'confidence' | 'message'> {
  readonly evidence: readonly Evidence[];
  /** What tells this fault from others of the rule in every recording: no ids, no times. */
  readonly what: readonly string[];
}

export function found(rule: Rule, { evidence, what, ...said }: Found): Finding[] {
  const shown = kept(evidence);
  if (!shown || said.confidence < LEAST) return [];
  const confidence = Math.round(said.confidence * 100) / 100;
  const known = fingerprint([rule.rule, ...what]);
  return [{ ...stamp(rule), ...said, confidence, evidence: shown, fingerprint: known }];
}

/** The request of a call as evidence; `pointer`: the place in it that shows it. */
export function asked(
  session: Session,
  { request }: Call,
  role: string,
  pointer?: string,
): Evidence {
  return { ...place(session, request, role), ...(pointer === undefined ? {} : { pointer }) };
}

/** Its answer, where one came. */
export function answered(
  session: Session,
  { response }: Call,
  role: string,
  pointer?: string,
): Evidence[] {
  if (!response) return [];
  return [{ ...place(session, response, role), ...(pointer === undefined ? {} : { pointer }) }];
}

/** The answer that has the tool, or the last page of a list that has not. */
export function listed(
  view: SessionView,
  { tools, last }: Listing,
  name: string,
  role: string,
): Evidence[] {
  const offer = tools.get(name);
  if (!offer) return answered(view.session, last, role, '/result/tools');
  return [{ ...place(view.session, offer.source, role), pointer: pointerTo(offer, view) }];
}
