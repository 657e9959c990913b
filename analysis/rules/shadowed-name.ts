import type { Evidence, Finding } from '../../model/finding.ts';
import { groupBy } from '../../model/group.ts';
import { member } from '../../model/json.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { pointerTo } from '../catalog/listings.ts';
import type { Offered, Server, Shadow } from '../catalog/shadows.ts';
import { shadowsIn } from '../catalog/shadows.ts';
import { fitOf, isMisfit } from '../definitions/schema/fit/fit.ts';
import { quoted } from '../moment.ts';
import { place, times } from './anomalies.ts';
import { answered, asked, found } from './found.ts';
import type { Rule } from './rule.ts';

export const shadowedName: Rule = {
  rule: 'shadowed-name',
  code: 'C14',
  version: 1,
  severity: 'high',
  definition:
    'Two servers of one workflow offer tools of one name with different definitions. Info as such, for that is normal. High where a call went to the wrong one: the schema of the server that was called refuses its arguments, and that of the other takes them.',
  wrongWhen:
    'The host shows its model the two under different names, as most do, and the call was meant as it went: a model that made a mistake in the arguments writes some that fit another schema by chance.',
  confirm:
    'Compare the arguments of the call with both schemas, and look at what the host calls the two tools: it should put the name of the server before that of the tool.',
  source:
    'MCP server/tools of 2026-07-28 (names are unique in one server only, aggregators should prefix); mcphub #139, apfel #239; 22 such names among 28 popular servers.',
  fixtures: [
    'test/analysis/conflicts/shadowed-name.test.ts',
    'test/analysis/conflicts/real-servers.test.ts',
  ],
  find({ views }) {
    return shadowsIn(views).flatMap((shadow) => {
      const misrouted = [
        ...misroutedTo(shadow.one, shadow.two, shadow.names),
        ...misroutedTo(shadow.two, shadow.one, shadow.names),
      ];
      const groups = groupBy(misrouted, ({ to, name }) => JSON.stringify([to.name, name]));
      return [...[...groups.values()].flatMap(misrouting), ...sharing(shadow)];
    });
  },
};

interface Misrouted {
  readonly to: Server;
  readonly fits: Server;
  readonly view: SessionView;
  readonly call: Call;
  readonly name: string;
}

/** Calls of one server that only the other can have been meant to get. */
function misroutedTo(to: Server, fits: Server, shared: readonly string[]): Misrouted[] {
  const names = new Set(shared);
  return to.views.flatMap((view) =>
    view.session.calls.flatMap((call) => {
      const { method, from, subject: name } = call;
      if (method !== 'tools/call' || from !== 'client' || name === undefined || !names.has(name))
        return [];
      const args = member(view.value(call.request), 'params', 'arguments') ?? {};
      const [own, other] = [to, fits].map((server) => {
        const schema = member(server.offers.get(name)?.offer.definition, 'inputSchema');
        return isTelling(schema) ? fitOf(args, schema, call.request.size) : 'unknown';
      });
      const isOther = own !== undefined && isMisfit(own) && other === 'fits';
      return isOther ? [{ to, fits, view, call, name }] : [];
    }),
  );
}

/** A schema that asks for nothing takes everything. */
function isTelling(schema: unknown): boolean {
  const required = member(schema, 'required');
  return Array.isArray(required) && required.length > 0;
}

function misrouting(calls: readonly Misrouted[]): Finding[] {
  const [first] = calls;
  if (!first) return [];
  const { to, fits, name } = first;
  return found(shadowedName, {
    tier: 'OBSERVED',
    severity: 'high',
    confidence: 0.8,
    message: `${quoted(name)} of ${to.name} was called with arguments that only ${quoted(name)} of ${fits.name} takes, ${times(calls.length)}: the call went to the wrong server.`,
    evidence: [
      ...calls.flatMap(({ view: { session }, call }) => [
        asked(session, call, 'call', '/params/arguments'),
        ...answered(session, call, 'its answer'),
      ]),
      ...definitions(to, name, 'definition of the server that was called'),
      ...definitions(fits, name, 'definition that takes the arguments'),
    ],
    what: [to.name, fits.name, name, 'misrouted'],
  });
}

/** So many names stand in a sentence. */
const NAMED = 5;

function sharing({ one, two, names }: Shadow): Finding[] {
  const rest = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const listed = names.slice(0, NAMED).map(quoted).join(', ');
  const things = names.length === 1 ? 'a tool of one name' : 'tools of the same names';
  return found(shadowedName, {
    tier: 'POTENTIAL',
    severity: 'info',
    confidence: 0.9,
    message: `${one.name} and ${two.name} offer ${things} with different definitions: ${listed}${rest}. Whoever calls one without the name of its server may get the other.`,
    evidence: names.flatMap((name) => [
      ...definitions(one, name, `definition of ${one.name}`),
      ...definitions(two, name, `definition of ${two.name}`),
    ]),
    what: [...[one.name, two.name].sort(), 'shared'],
  });
}

function definitions({ offers }: Server, name: string, role: string): Evidence[] {
  const offered: Offered | undefined = offers.get(name);
  if (!offered) return [];
  const { view, offer } = offered;
  return [{ ...place(view.session, offer.source, role), pointer: pointerTo(offer, view) }];
}
