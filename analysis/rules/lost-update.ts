/** How the two lost-update rules word what the search found. */
import { fingerprint } from '../../model/canonical.ts';
import { reference } from '../../model/entry.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { nameOf } from '../../model/session.ts';
import { fileNameOf } from '../footprint/keys.ts';
import type { Operation } from '../footprint/operation.ts';
import type { Doubt, LostUpdates } from '../lost-update/found.ts';
import { EVIDENCE_KEPT, kept, type Rule, stamp } from './rule.ts';

/** The one place that says how to make sure of a lost update. */
export const CONFIRM =
  'Run the same writes one after another and together with wiretape explore; or read the resource once more and write by hand: if all are kept then, their overlap lost them.';

export function lostUpdateFinding(rule: Rule, found: LostUpdates): Finding[] {
  const { read, lost, of } = found;
  const evidence = kept([
    ...lost
      .slice(0, EVIDENCE_KEPT / 2 - 1)
      .flatMap(({ write, pointer, overwrittenBy }): Evidence[] => [
        { ...requestOf(write, 'lost write'), pointer },
        requestOf(overwrittenBy, 'overwriting write'),
      ]),
    answerOf(read),
  ]);
  if (!evidence) return [];
  const resource = resourceOf(found);
  const tools = [
    ...new Set(lost.flatMap(({ write, overwrittenBy }) => [write.tool, overwrittenBy.tool])),
  ].sort();
  return [
    {
      ...stamp(rule),
      tier: found.doubt ? 'POTENTIAL' : 'OBSERVED',
      severity: found.doubt ? 'medium' : 'critical',
      confidence: found.confidence,
      message: sentence(found, tools, resource.label),
      evidence,
      fingerprint: fingerprint([
        ...[rule.rule, read.container.server, tools, resource.pattern],
        ...(found.doubt ? [found.doubt] : []),
      ]),
      resource: resource.label,
      lost: { gone: lost.length, of },
    },
  ];
}

/** The one file that all lost writes named, else the place they share. */
function resourceOf({ group, lost }: LostUpdates): { label: string; pattern: string } {
  const keys = lost.map(({ write }) => write.keys[0]);
  const [key] = keys;
  const file = key && fileNameOf(key);
  if (!file || keys.some((other) => other?.value !== key.value)) return group;
  return { label: file, pattern: `argument ${key.argument}` };
}

function sentence(
  { read, lost, of, inOneServer, doubt }: LostUpdates,
  tools: readonly string[],
  resource: string,
): string {
  const many = lost.length > 1;
  const where = nameOf(read.view.session);
  const whose = inOneServer ? 'of the same server' : 'of another process';
  return `${lost.length} of ${of} acknowledged writes (${tools.join(', ')}) to ${resource} ${many ? 'are' : 'is'} not in the later ${read.tool} of ${where}. ${many ? 'Each' : 'It'} ran at the same time as a write ${whose} that is there, and nothing that was recorded can have removed ${many ? 'them' : 'it'}.${doubt ? ` ${DOUBTS[doubt]}` : ''}`;
}

const DOUBTS: Readonly<Record<Doubt, string>> = {
  queue: 'It reads like a queue, from which somebody may have taken what is missing.',
  ranking: 'It reads like a ranking, which may show the best alone.',
  rotation:
    'It reads like the record of what happened last, from which the oldest may have been dropped.',
};

function requestOf({ call }: Operation, role: string): Evidence {
  return { message: reference(call.session, call.request.seq, call.request.item), role };
}

function answerOf({ call }: Operation): Evidence {
  const { seq, item } = call.response ?? call.request;
  return { message: reference(call.session, seq, item), role: 'read that misses it' };
}
