import type { Evidence, Finding, Tier } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { nameOf } from '../../model/session.ts';
import type { Crossed } from '../crossed/search.ts';
import { quoted } from '../moment.ts';
import { times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const crossedResponse: Rule = {
  rule: 'crossed-response',
  code: 'C15',
  version: 1,
  severity: 'critical',
  definition:
    'Of two requests that were unanswered together, one got what answers the other: its result lacks the members that its method gives, or breaks the schema of its own tool, and has those of the other; or it repeats the arguments of the other and none of its own. Over HTTP also for two requests with one id on two exchanges. PROVEN where the two answers are exchanged by members or schema, or have one id and are exchanged or the other was never answered. Exchanged by the texts alone, OBSERVED: where the tool was seen to repeat what it is asked, or both answers say in one way what they are about (a member called like the argument, a word before the text).',
  wrongWhen:
    'The server means the other thing: a search that finds what somebody else asked for, or two of which one is the opposite or partner of the other. Answers on one pipe to two requests with one id are left out, since there nobody can tell which is whose.',
  confirm:
    'Compare the marked place of the answer with both requests. Send the two at once again, with two different ids: if each gets its own answer then, the ids crossed them.',
  source:
    'JSON-RPC 2.0 §5 (the id of a response is that of its request); GHSA-345p-7cg4-v4c7; @modelcontextprotocol/sdk 1.32.2 shows it over stateful HTTP (typescript-sdk #2433).',
  fixtures: [
    'test/analysis/conflicts/crossed-response.test.ts',
    'test/analysis/conflicts/real-crossing.test.ts',
  ],
  find({ views, crossed }) {
    const judged = views.flatMap((view) =>
      crossed(view).flatMap((one) => {
        const tier = tierOf(one);
        return tier ? [{ ...one, tier }] : [];
      }),
    );
    const groups = groupBy(judged, ({ view, own, tier, isReused }) =>
      JSON.stringify([view.session.id, own.method, own.subject, tier, isReused]),
    );
    return [...groups.values()].flatMap(findingOf);
  },
};

interface Judged extends Crossed {
  readonly tier: Tier;
}

/** PROVEN where nothing but a crossing explains it. */
function tierOf({ isReused, otherGot, sign, isEchoing, isNamed }: Crossed): Tier | undefined {
  if (otherGot === 'swapped') {
    if (isReused || sign.by !== 'echo') return 'PROVEN';
    // What two are asked may be each other's answer: opposites, translations.
    return isEchoing || isNamed ? 'OBSERVED' : undefined;
  }
  if (isReused) {
    return otherGot === 'nothing' || isEchoing || sign.by !== 'echo' ? 'PROVEN' : 'OBSERVED';
  }
  return otherGot === 'nothing' && (isEchoing || sign.by !== 'echo') ? 'OBSERVED' : undefined;
}

const GOT: Readonly<Record<Crossed['otherGot'], string>> = {
  swapped: 'and the other got that of this one',
  nothing: 'which never got one',
  'its own': 'which got its own as well',
};

function findingOf(crossed: readonly Judged[]): Finding[] {
  const [first] = crossed;
  if (!first) return [];
  const { view, own, other, sign, otherGot, isReused, tier } = first;
  const { session } = view;
  const what = own.subject ?? own.method;
  const many = crossed.length === 1 ? '' : `, ${times(crossed.length)}`;
  const shown = {
    shape: 'Its members are those of the other method.',
    schema: 'It breaks the schema of its own tool and has that of the other.',
    echo: `It repeats ${quoted(sign.text ?? '')}, which only the other asked.`,
  }[sign.by];
  const its = other.subject ?? other.method;
  const which = its === what ? '' : ` (${its})`;
  const ids = isReused ? ' that was sent with the same id' : '';
  return found(crossedResponse, {
    tier,
    severity: 'critical',
    confidence: tier === 'PROVEN' ? 1 : 0.8,
    message: `A request to ${nameOf(session)} (${what}) got the answer of another one${which}${ids}, ${GOT[otherGot]}${many}. ${shown}`,
    evidence: crossed.flatMap(evidenceOf),
    what: [session.server?.name ?? nameOf(session), what, sign.by],
  });
}

function evidenceOf({ view: { session }, own, other, sign, otherGot }: Judged): Evidence[] {
  return [
    asked(session, own, 'request'),
    ...answered(session, own, 'answer that it got', sign.pointer),
    asked(session, other, 'request that this answers', sign.asked),
    ...(otherGot === 'nothing' ? [] : answered(session, other, 'answer that the other got')),
  ];
}
