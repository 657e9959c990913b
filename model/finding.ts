/** What analysis says: a finding, with the messages that show it. Plain data, sent to pages as it is. */

import { parseReference } from './entry.ts';
import { shellWord } from './shell-word.ts';

/** POTENTIAL: could happen. OBSERVED: the recorded values show it. PROVEN: only it explains them. */
export type Tier = 'POTENTIAL' | 'OBSERVED' | 'PROVEN';
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export interface Evidence {
  /** A message reference: `session:seq`, with `/i` inside a batch. */
  readonly message: string;
  /** A JSON pointer (RFC 6901) into the message, where one place shows it. */
  readonly pointer?: string;
  /** What this message is in the story: `lost write`, `overwriting write`, `read that misses it`. */
  readonly role: string;
}

export interface Finding {
  /** The rule by its words, and the alias of the studies: `unanswered-request`, `P-ID-06`. */
  readonly rule: string;
  readonly code: string;
  readonly version: number;
  readonly tier: Tier;
  readonly severity: Severity;
  /** 0 to 1. */
  readonly confidence: number;
  /** One or two sentences for people. Recorded text in it is hostile, as everywhere. */
  readonly message: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  /** Equal for the same fault in two recordings: no ids, no times. */
  readonly fingerprint: string;
  /** What would make it wrong, and how to make sure. */
  readonly wrongWhen: string;
  readonly confirm: string;
  /** For conflicts: the resource, and how many of how many operations are gone. */
  readonly resource?: string;
  readonly lost?: { readonly gone: number; readonly of: number };
  /** Its calls came one after the other in one session: there is no other order to run them in. */
  readonly fixed?: true;
  /** The servers and tools that its evidence is of, and what these servers said they are. */
  readonly about?: {
    readonly servers: readonly string[];
    readonly tools: readonly string[];
    readonly versions: readonly string[];
  };
  /** What running its calls again came to: what proves it, and what did not. */
  readonly explored?: readonly Explored[];
  /** Somebody looked at it and does not want to hear of it. */
  readonly suppressed?: { readonly reason: string; readonly expires?: string };
  /** It was found before, in what `wiretape check --baseline` was given. */
  readonly known?: true;
  /** Where its calls are recorded; absent: in the usual state folder. */
  readonly origin?: Origin;
}

/** Where calls are recorded, as a user of the command line names it. */
export interface Origin {
  /** Files, and sessions where there is no file; absent: the sessions of the finding. */
  readonly recordings?: readonly string[];
  /** The state folder, where it was named. */
  readonly state?: string;
}

/** What `wiretape explore` came to for a finding. */
export interface Explored {
  readonly verdict: 'NON_SERIALISABLE' | 'ORDER_DEPENDENT' | 'COMMUTES';
  /** It proves this finding; of COMMUTES never true, and not of whatever else was shown of its calls. */
  readonly proves: boolean;
  /** When it ended, ISO 8601. */
  readonly at: string;
  /** What the servers that were run said they are: `memory-server 0.6.3`. */
  readonly versions: readonly string[];
  /** Of these, what the recording of the finding has and was not run. */
  readonly otherVersions?: readonly string[];
  readonly seed: number;
  /** How many calls show it, their schedule, and a sentence; absent where nothing was shown. */
  readonly shown?: { readonly calls: number; readonly schedule: string; readonly message: string };
  /** The test that fails as long as it is so: a path. */
  readonly test?: string;
  readonly tried: Tried;
}

export interface Tried {
  readonly orders: number;
  readonly ofOrders: number;
  /** There are more orders than were counted. */
  readonly isLeast: boolean;
  readonly groups: number;
  readonly ofGroups: number;
  /** Of so many of these groups only a sample of the orders was run. */
  readonly sampled: number;
  /** Nothing was left to try, the calls succeeded as when they were recorded, and the end was read. */
  readonly isWhole: boolean;
}

/** From the least to the worst. */
export const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];
export const TIERS: readonly Tier[] = ['POTENTIAL', 'OBSERVED', 'PROVEN'];

/** What a finding is about, as its code says: C… conflicts, P-… the protocol, R… threats and drift. */
export type Family = 'conflict' | 'protocol' | 'threat';

export function familyOf({ code }: Finding): Family {
  if (code.startsWith('P-')) return 'protocol';
  return code.startsWith('R') ? 'threat' : 'conflict';
}

/** The sessions whose messages show it, in the order they are named. */
export function sessionsOf({ evidence }: Finding): string[] {
  return [...new Set(evidence.flatMap(({ message }) => parseReference(message)?.session ?? []))];
}

/** A command that runs the calls of a finding again, and what to call it. */
export interface Proof {
  readonly title: 'Prove it' | 'Run it again';
  readonly command: string;
}

/**
 * The command that proves it by running the other orders, or shows that they do not matter; undefined
 * where there is nothing to turn around: one that is about no conflict, that the recording alone proves,
 * or that no other order would show anew.
 */
export function proofOf(finding: Finding): Proof | undefined {
  const { resource, tier, explored, fingerprint, origin } = finding;
  if (resource === undefined || !isTurnable(finding)) return undefined;
  if (tier === 'PROVEN' && !explored) return undefined;
  const recordings = origin?.recordings ?? sessionsOf(finding);
  const state = origin?.state === undefined ? [] : ['--state', origin.state];
  const options = ['--finding', fingerprint, '--servers', 'servers.jsonc', ...state];
  return {
    title: explored ? 'Run it again' : 'Prove it',
    command: ['wiretape explore', ...[...recordings, ...options].map(shellWord)].join(' '),
  };
}

/** What follows from another finding is proved with that one; what exploring found is proved. */
const FOLLOWING: ReadonlySet<string> = new Set([
  'aborted-read',
  'causal-cascade',
  'order-dependent',
  'non-serialisable',
]);

/** Whether other orders of its calls can be run. */
export function isTurnable({ rule, fixed }: Finding): boolean {
  return fixed !== true && !FOLLOWING.has(rule);
}

/** Whether a message of one of these sessions shows the finding. */
export function concerns({ evidence }: Finding, sessions: ReadonlySet<string>): boolean {
  return evidence.some(({ message }) => sessions.has(parseReference(message)?.session ?? ''));
}
