import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf } from '../../model/session.ts';
import { type Contradiction, contradictionsIn } from '../annotations/contradictions.ts';
import { quoted } from '../moment.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const annotationContradicted: Rule = {
  rule: 'annotation-contradicted',
  code: 'C20',
  version: 1,
  severity: 'high',
  definition:
    'A tool does what its hints deny. It says readOnlyHint, and a later read shows what only its call was given and the same read before lacked: OBSERVED where it is named like a write, or also named a thing that both reads are about; else POTENTIAL, since what is shown may be a history of what was asked. Or it says so and the server told during the call that the very resource it named was updated. Or it says idempotentHint, and the same call once more, with nothing in between that can have changed anything, made another thing with another name.',
  wrongWhen:
    'Somebody who was not recorded wrote the same at the same time; what the read shows is a history of calls; or the second name is that of an answer and of nothing that was made.',
  confirm:
    'Call the tool alone, with a text that stands nowhere else, and read before and after. Hints are untrusted: a host that runs such a tool unasked runs a write.',
  source:
    'MCP server/tools, ToolAnnotations of 2025-03-26 and later (readOnlyHint, idempotentHint; clients must treat them as untrusted).',
  fixtures: ['test/analysis/conflicts/annotations.test.ts'],
  find({ operations }) {
    const containers = groupBy(operations(), ({ container }) => container.id);
    const all = [...containers.values()].flatMap(contradictionsIn);
    const groups = groupBy(all, (one) =>
      JSON.stringify([nameOf(one.operation.view.session), one.operation.tool, one.by, isSure(one)]),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

function findingOf(contradictions: readonly Contradiction[]): Finding[] {
  const [first] = contradictions;
  if (!first) return [];
  const { view, tool, container } = first.operation;
  const hint = first.by === 'repeat' ? 'idempotentHint' : 'readOnlyHint';
  return found(annotationContradicted, {
    tier: isSure(first) ? 'OBSERVED' : 'POTENTIAL',
    severity: isSure(first) ? 'high' : 'medium',
    confidence: first.by === 'read' ? 0.9 : 0.8,
    message: `${tool} of ${nameOf(view.session)} says ${hint}, and ${whatOf(first)}, ${times(contradictions.length)}.`,
    evidence: contradictions.flatMap(evidenceOf),
    what: [container.server, tool, hint],
  });
}

/** What a tool was asked may show in a history, and of a thing that was there before in that thing. */
function isSure(one: Contradiction): boolean {
  return one.by !== 'read' || one.isChange;
}

function whatOf(one: Contradiction): string {
  switch (one.by) {
    case 'read':
      return `a later read shows ${quoted(one.sighting.trace.value)}, which only its call was given`;
    case 'update':
      return `while it alone was under way the server told that ${quoted(one.update.subject ?? '')} was updated`;
    case 'repeat':
      return `the same call made ${quoted(one.minted.first)} and then ${quoted(one.minted.again)}`;
  }
}

function evidenceOf(one: Contradiction): Evidence[] {
  const { view, call } = one.operation;
  const { session } = view;
  switch (one.by) {
    case 'read': {
      const { trace, before, shown } = one.sighting;
      return [
        ...(before
          ? answered(before.view.session, before.call, 'read before that lacks it', '/result')
          : []),
        asked(session, call, 'call of a read-only tool', `/params/arguments${trace.pointer}`),
        ...answered(shown.view.session, shown.call, 'later read that shows it', '/result'),
      ];
    }
    case 'update':
      return [
        asked(session, call, 'call of a read-only tool', '/params/arguments'),
        { ...place(session, one.update.ref, 'word of an update'), pointer: '/params/uri' },
      ];
    case 'repeat': {
      const { again, minted } = one;
      return [
        asked(session, call, 'call of an idempotent tool', '/params/arguments'),
        ...answered(session, call, 'its answer', minted.pointer),
        asked(again.view.session, again.call, 'the same call again', '/params/arguments'),
        ...answered(again.view.session, again.call, 'its answer', minted.pointer),
      ];
    }
  }
}
