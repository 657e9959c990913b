/** What a rule is: its words for people, and a pure function from sessions to findings. */
import type { Evidence, Finding, Severity } from '../../model/finding.ts';
import type { FootprintRule } from '../../model/footprint-rule.ts';
import type { Revision } from '../../model/methods.ts';
import type { WholeView } from '../../model/session.ts';
import type { Conflicts } from '../conflicts/search.ts';
import type { Crossed } from '../crossed/search.ts';
import type { Operation } from '../footprint/operation.ts';
import type { LostUpdates } from '../lost-update/found.ts';
import type { Order } from '../order.ts';
import type { Broken } from '../protocol/automaton.ts';

/** What rules look at. Work that several rules need is done once, when the first asks for it. */
export interface Material {
  readonly views: readonly WholeView[];
  /** What the user says of his tools. */
  readonly footprints: readonly FootprintRule[];
  /** What tools and reads did to what, session by session. */
  operations(): readonly Operation[];
  lostUpdates(): readonly LostUpdates[];
  /** Where operations got in each other's way over data. */
  conflicts(): Conflicts;
  /** What was before what, and why: threads, turns, causes, and where values came from. */
  order(): Order;
  /** What one session shows to be broken of the protocol rules. */
  broken(view: WholeView): readonly Broken[];
  /** The answers of one session that went to the wrong request. */
  crossed(view: WholeView): readonly Crossed[];
}

export interface Rule {
  /** The rule by its words. */
  readonly rule: string;
  /** The alias of the studies. */
  readonly code: string;
  /** Others that it tells as well; its findings have the code that is meant. */
  readonly also?: readonly string[];
  /** Grows when the same recording may give other findings. */
  readonly version: number;
  /** The highest severity it gives. */
  readonly severity: Severity;
  /** When it fires, in one or two sentences. */
  readonly definition: string;
  /** What would make a finding wrong. */
  readonly wrongWhen: string;
  /** How a person makes sure. */
  readonly confirm: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Of a rule of the protocol: the revisions that state it, and the page of the newest of them. */
  readonly stated?: { readonly revisions: readonly Revision[]; readonly page: string };
  /** The tests that show it firing, and staying silent where it should. */
  readonly fixtures: readonly string[];
  find(material: Material): Finding[];
}

/** What a finding has of its rule. */
export function stamp(
  rule: Rule,
): Pick<Finding, 'rule' | 'code' | 'version' | 'wrongWhen' | 'confirm'> {
  const { code, version, wrongWhen, confirm } = rule;
  return { rule: rule.rule, code, version, wrongWhen, confirm };
}

/** So many places are listed in the evidence of one finding; the message has the whole count. */
export const EVIDENCE_KEPT = 200;

/** At most EVIDENCE_KEPT of the evidence; undefined when there is none. */
export function kept(evidence: readonly Evidence[]): [Evidence, ...Evidence[]] | undefined {
  const [first, ...rest] = evidence.slice(0, EVIDENCE_KEPT);
  return first && [first, ...rest];
}
