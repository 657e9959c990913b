import type { Evidence, Finding, Tier } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf } from '../../model/session.ts';
import { type Attempts, attemptsOf } from '../attempts/attempts.ts';
import { madeBy } from '../attempts/harm.ts';
import { isSameNamed, type Minted, mintedTwice } from '../attempts/minted.ts';
import { outcomeOf } from '../attempts/outcome.ts';
import { argumentsOf, type Operation, resultOf } from '../footprint/operation.ts';
import { quoted } from '../moment.ts';
import { times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const duplicateSideEffect: Rule = {
  rule: 'duplicate-side-effect',
  code: 'C11',
  version: 1,
  severity: 'high',
  definition:
    'One thing was asked for twice, with the same tool and arguments, before its sender knew what had become of the first request, and both ran: OBSERVED for two successes of a request that was given up or long unanswered and asked again; POTENTIAL for two in one breath with two new names (ids, keys, numbers) in their answers, since somebody may want two. Only tools of which a second run does something more: they create, append, count, send or pay, and do not call themselves read-only or idempotent.',
  wrongWhen:
    'Two of them were wanted, or the server knows the same request again and answers both with the outcome of one.',
  confirm:
    'Look for both in what the server keeps, by the two names in the answers, or by the arguments of the request.',
  source:
    'At-least-once delivery of requests that are not idempotent; MCP ToolAnnotations idempotentHint; anthropics/claude-code #36149 shows it.',
  fixtures: ['test/analysis/conflicts/attempts.test.ts'],
  find({ operations }) {
    const doubled = attemptsOf(operations()).flatMap((one) => doubleOf(one) ?? []);
    const groups = groupBy(doubled, ({ first, tier }) =>
      JSON.stringify([tier, nameOf(first.view.session), first.tool]),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

interface Double {
  readonly first: Operation;
  readonly again: Operation;
  readonly why: Attempts['why'];
  readonly tier: Tier;
  readonly confidence: number;
  readonly minted: Minted | undefined;
}

/** The first two attempts that ran, and what shows it. */
function doubleOf({ all, why, harm }: Attempts): Double | undefined {
  const [first, again] = ranOf(all);
  if (!first || !again) return undefined;
  const [one, two] = [resultOf(first), resultOf(again)];
  const minted = mintedTwice(one, two) ?? madeTwice(first, again);
  if (!minted && isSameNamed(one, two, argumentsOf(first))) return undefined;
  const shown = { first, again, why, minted };
  if (why === 'retry') {
    return { ...shown, tier: 'OBSERVED', confidence: harm * (minted ? 1 : 0.9) };
  }
  if (!minted) return undefined;
  // Whoever asks for two tabs or two workers at once asks twice as well.
  return { ...shown, tier: 'POTENTIAL', confidence: harm * 0.6 };
}

/** Each made a thing of its own, by the ids that the answers give. */
function madeTwice(first: Operation, again: Operation): Minted | undefined {
  const [one, two] = [madeBy(first), madeBy(again)];
  if (!one || !two || one.resource === two.resource) return undefined;
  return { pointer: '/result', first: one.label, again: two.label };
}

/** The first two that ran. */
function ranOf(all: readonly Operation[]): Operation[] {
  const ran: Operation[] = [];
  for (const operation of all) {
    if (outcomeOf(operation) === 'done') ran.push(operation);
    if (ran.length > 1) break;
  }
  return ran;
}

function findingOf(doubles: readonly Double[]): Finding[] {
  const [first] = doubles;
  if (!first) return [];
  const { tier, confidence, why } = first;
  const { view, tool, container } = first.first;
  const many = doubles.length === 1 ? '' : `, ${times(doubles.length)}`;
  return found(duplicateSideEffect, {
    tier,
    severity: tier === 'OBSERVED' ? 'high' : 'medium',
    confidence,
    message: `${tool} of ${nameOf(view.session)} ran twice with the same arguments${many}: ${WHY[why]}${namesOf(first)}`,
    evidence: doubles.flatMap(evidenceOf),
    what: [container.server, tool, tier],
  });
}

const WHY: Readonly<Record<Attempts['why'], string>> = {
  retry: 'it was asked again when no answer to the first request had come, and both succeeded',
  'at-once': 'it was asked twice before the first answer came, and both succeeded',
  after: 'it was asked again at once when the first had just succeeded',
};

function namesOf({ minted }: Double): string {
  return minted ? `, as ${quoted(minted.first)} and ${quoted(minted.again)}.` : '.';
}

function evidenceOf({ first, again, minted }: Double): Evidence[] {
  const shown = ({ view, call }: Operation, which: string): Evidence[] => [
    asked(view.session, call, `${which} request`, '/params/arguments'),
    ...answered(view.session, call, `${which} success`, minted?.pointer ?? '/result'),
  ];
  return [...shown(first, 'first'), ...shown(again, 'second')];
}
