/** What servers ask of users, and what comes back. */
import { escapePointer, isObject, member, textMember } from '../../model/json.ts';
import { isSecretName } from '../../model/secret-names.ts';
import type { Call } from '../../model/session.ts';
import { fitOf, isMisfit } from '../definitions/schema/fit/fit.ts';
import { type Asked, followRounds, whenAsked } from './asks.ts';
import { family, stated } from './family.ts';
import { createMemory } from './memory.ts';
import type { Handlers, ProtocolRule, Watching } from './protocol-rule.ts';
import { sizeOf } from './tool-calls.ts';

export const ELICITATION: readonly ProtocolRule[] = family('elicitation', [
  {
    rule: 'elicitation-answer-against-form',
    code: 'P-ELI-01',
    severity: 'medium',
    revisions: stated('2025-06-18'),
    page: 'client/elicitation',
    definition:
      'A form was accepted without content, with content that its requestedSchema does not allow, or answered with an action that there is not.',
    wrongWhen:
      'The server means its form more loosely than it stands there. What redaction hides is never held against anybody.',
    confirm: 'Compare the answer with the form, at the place that the evidence points to.',
    says: ({ who, times }) => `${who} answered a form with what it does not allow, ${times}.`,
    watch: watchAnswerAgainstForm,
  },
  {
    rule: 'form-asks-for-secret',
    code: 'P-ELI-02',
    severity: 'critical',
    revisions: stated('2025-06-18'),
    page: 'client/elicitation',
    definition:
      'A form has a text field whose name or title is that of a secret: a password, a key, a token. What is typed there passes through the client and everything that records it.',
    wrongWhen: 'The field is called like a secret and is none, as the name of a key.',
    confirm: 'Read what the field is for. Since 2025-11-25 the mode “url” is for secrets.',
    says: ({ who, about, times }) =>
      `${who} asked for a secret with a form, in the field ${about}, ${times}.`,
    watch: watchFormAsksForSecret,
  },
]);

const ELICIT = 'elicitation/create';

/** What is wrong with the answer to a form, and where in it. */
function wrongIn(
  params: unknown,
  answer: unknown,
  size: number,
): { role: string; at: string } | undefined {
  const action = member(answer, 'action');
  const content = member(answer, 'content');
  const schema = member(params, 'requestedSchema');
  if (action === 'decline' || action === 'cancel') return undefined;
  if (action !== 'accept') return { role: 'answer with an unknown action', at: '/action' };
  if (member(params, 'mode') === 'url') return undefined;
  if (content === undefined) {
    const fields = member(schema, 'properties');
    const asksNothing = !isObject(fields) || Object.keys(fields).length === 0;
    return asksNothing ? undefined : { role: 'accepted without content', at: '' };
  }
  const misfit = fitOf(content, schema, size);
  if (!isMisfit(misfit)) return undefined;
  return { role: `content against “${misfit.keyword}”`, at: `/content${misfit.at}` };
}

function watchAnswerAgainstForm({ report }: Watching): Handlers {
  const forms = createMemory<Call, unknown>();
  const rounds = followRounds(({ round, answers = {}, happening }) => {
    for (const [name, asked] of round?.requests ?? []) {
      if (asked.method !== ELICIT || !Object.hasOwn(answers, name) || !round) continue;
      const wrong = wrongIn(asked.params, answers[name], sizeOf(happening.ref));
      if (!wrong) continue;
      const pointer = `/params/inputResponses/${escapePointer(name)}${wrong.at}`;
      report({
        by: 'client',
        evidence: [
          { at: round.at, role: 'form', pointer: asked.pointer },
          { at: happening.ref, role: wrong.role, pointer },
        ],
      });
    }
  });
  return {
    ...rounds,
    [`request ${ELICIT}`]: ({ call, value }) => {
      if (call) forms.set(call, member(value, 'params'));
    },
    [`response ${ELICIT}`]: ({ call, value, ref }) => {
      const form = call && forms.get(call);
      if (!call || form === undefined) return;
      forms.delete(call);
      const result = member(value, 'result');
      // A task answers later.
      if (call.outcome !== 'result' || member(result, 'task') !== undefined) return;
      const wrong = wrongIn(form, result, sizeOf(ref));
      if (!wrong) return;
      report({
        by: 'client',
        evidence: [
          { at: call.request, role: 'form', pointer: '/params/requestedSchema' },
          { at: ref, role: wrong.role, pointer: `/result${wrong.at}` },
        ],
      });
    },
  };
}

function watchFormAsksForSecret({ report }: Watching): Handlers {
  return whenAsked(ELICIT, (asked, { ref, from = 'server' }) => {
    for (const name of secretFields(asked)) {
      const pointer = `${asked.pointer}/requestedSchema/properties`;
      report({ by: from, about: name, evidence: [{ at: ref, role: 'form', pointer }] });
    }
  });
}

function secretFields({ params }: Asked): string[] {
  if (member(params, 'mode') === 'url') return [];
  const fields = member(params, 'requestedSchema', 'properties');
  return Object.entries(isObject(fields) ? fields : {}).flatMap(([name, field]) => {
    const isText = member(field, 'type') === 'string' && member(field, 'enum') === undefined;
    const isSecret = isSecretName(name) || isSecretName(textMember(field, 'title') ?? '');
    return isText && isSecret ? [name] : [];
  });
}
