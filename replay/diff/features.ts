/**
 * What may tell one set of runs from another: everything that some runs have and others have not,
 * found without looking at which are good.
 */
import { isBefore } from '../../analysis/order.ts';
import type { ComparedCall } from './calls.ts';
import { offersOf } from './definitions.ts';
import { type AlignedRuns, type Identity, median } from './identities.ts';
import { leavesOf } from './leaves.ts';
import { hasOrder } from './reordered.ts';

/** In the order in which one of them is told, when several are the same evidence at the same time. */
export const FEATURE_KINDS = [
  'order',
  'call',
  'version',
  'definition',
  'argument',
  'asked-first',
  'outcome',
  'result',
] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];

export interface Feature {
  readonly kind: FeatureKind;
  /** One sentence that holds for the runs that have it. Recorded text in it is hostile. */
  readonly statement: string;
  /** By run: whether it has it; undefined where that cannot be told. */
  readonly has: readonly (boolean | undefined)[];
  /** By run: the message that shows it, or its absence. */
  readonly references: readonly (string | undefined)[];
  /** When it is decided, in µs since the start of a run, in the middle of all runs. */
  readonly time: number;
}

export function featuresOf(aligned: AlignedRuns): Feature[] {
  return [
    ...orderFeatures(aligned),
    ...aligned.identities.flatMap((one) => callFeatures(one, aligned)),
    ...sessionFeatures(aligned),
  ].filter(({ has }) => has.includes(true) && has.includes(false));
}

/** Calls so far apart never race, in workflows of so many calls. */
const ALL_PAIRS = 300;
const NEIGHBOURS = 50;

function orderFeatures({ identities, starts }: AlignedRuns): Feature[] {
  const ordered = identities.filter(({ inRuns }) => inRuns.some((call) => call && hasOrder(call)));
  const reach = ordered.length <= ALL_PAIRS ? ordered.length : NEIGHBOURS;
  return ordered.flatMap((x, at) =>
    ordered.slice(at + 1, at + 1 + reach).flatMap((y) => orderOf(x, y, starts)),
  );
}

type Relation = 'before' | 'after' | 'overlap' | undefined;

function orderOf(x: Identity, y: Identity, starts: readonly number[]): Feature[] {
  const relations = x.inRuns.map((call, run) => relationOf(call, y.inRuns[run]));
  const first = x.inRuns.map((call, run) => {
    const twin = y.inRuns[run];
    return relations[run] && call && twin ? call.start < twin.start : undefined;
  });
  if (isSteady(relations) && isSteady(first)) return [];
  const [one, other] = [x.name, y.name];
  const common = { references: referencesOf(y), time: decidedAt(x, y, starts) };
  const is = (wanted: Relation) => relations.map((found) => found && found === wanted);
  return [
    {
      kind: 'order',
      statement: `the answer to ${one} came before ${other} was asked`,
      has: is('before'),
      ...common,
    },
    {
      kind: 'order',
      statement: `the answer to ${other} came before ${one} was asked`,
      has: is('after'),
      ...common,
      references: referencesOf(x),
    },
    {
      kind: 'asked-first',
      statement: `${one} was asked before ${other}`,
      has: first,
      ...common,
    },
  ];
}

/** Whether it is the same in all runs where it can be told. */
function isSteady(values: readonly unknown[]): boolean {
  return new Set(values.filter((value) => value !== undefined)).size <= 1;
}

function relationOf(x: ComparedCall | undefined, y: ComparedCall | undefined): Relation {
  if (!x || !y || x.boot !== y.boot) return undefined;
  return isBefore(x, y) ? 'before' : isBefore(y, x) ? 'after' : 'overlap';
}

/** The order of two calls is decided by whichever comes first: an answer, or the other request. */
function decidedAt(x: Identity, y: Identity, starts: readonly number[]): number {
  const times = x.inRuns.flatMap((call, run) => {
    const twin = y.inRuns[run];
    if (!call || !twin) return [];
    const [first, second] = call.start < twin.start ? [call, twin] : [twin, call];
    return [Math.min(first.end, second.start) - (starts[run] as number)];
  });
  return median(times);
}

function referencesOf({ inRuns }: Identity): (string | undefined)[] {
  return inRuns.map((call) => call?.reference);
}

function callFeatures(identity: Identity, { starts }: AlignedRuns): Feature[] {
  const { inRuns, name } = identity;
  const at = (when: 'start' | 'end') =>
    median(inRuns.flatMap((call, run) => (call ? [call[when] - (starts[run] as number)] : [])));
  const made: Feature = {
    kind: 'call',
    statement: `${name} was made`,
    has: inRuns.map((call) => call !== undefined),
    references: referencesOf(identity),
    time: at('start'),
  };
  const answers = {
    references: inRuns.map((call) => call?.answerReference ?? call?.reference),
    time: at('end'),
  };
  return [
    made,
    ...valued(inRuns.map(argumentsOf)).map(
      ([value, has]): Feature => ({
        kind: 'argument',
        statement: `${name} was asked with ${value}`,
        has,
        references: referencesOf(identity),
        time: at('start'),
      }),
    ),
    ...valued(inRuns.map(outcomesOf)).map(
      ([value, has]): Feature => ({
        kind: 'outcome',
        statement: `${name} ended with ${value}`,
        has,
        ...answers,
      }),
    ),
    ...valued(inRuns.map(resultsOf)).map(
      ([value, has]): Feature => ({
        kind: 'result',
        statement: `${name} answered with ${value}`,
        has,
        ...answers,
      }),
    ),
  ];
}

type Values = ReadonlySet<string> | undefined;

function argumentsOf(call: ComparedCall | undefined): Values {
  return call && leavesOf(call.params, '/params');
}

function outcomesOf(call: ComparedCall | undefined): Values {
  return call && new Set([call.call.outcome ?? 'no answer']);
}

function resultsOf(call: ComparedCall | undefined): Values {
  return call?.answer === undefined ? undefined : leavesOf(call.answer, '');
}

/** Each value that not all runs have, and which runs have it. */
function valued(inRuns: readonly Values[]): [value: string, has: (boolean | undefined)[]][] {
  const known = inRuns.filter((values) => values !== undefined);
  const counts = new Map<string, number>();
  for (const values of known)
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count < known.length)
    .map(([value]) => [value, inRuns.map((values) => values?.has(value))]);
}

/** What servers are and what they define. */
function sessionFeatures({ sessions, starts }: AlignedRuns): Feature[] {
  const labels = new Set(sessions.flatMap((own) => [...own.keys()]));
  return [...labels].flatMap((label) => {
    const own = sessions.map((all) => all.get(label));
    const handshakes = own.map((session) => session?.calls[0]);
    const time = median(
      handshakes.flatMap((call, run) => (call ? [call.end - (starts[run] as number)] : [])),
    );
    const common = { time, references: handshakes.map((call) => call?.answerReference) };
    const versions = own.map((session) => {
      const server = session?.part.view.session.server;
      return server && new Set([`${server.name} ${server.version}`]);
    });
    const definitions = own.map((session) => {
      if (!session) return undefined;
      const { byName } = offersOf(session.part);
      return new Set([...byName].map(([key, { fingerprint }]) => `${key} as ${fingerprint}`));
    });
    return [
      ...valued(versions).map(
        ([value, has]): Feature => ({
          kind: 'version',
          statement: `${label} was ${value}`,
          has,
          ...common,
        }),
      ),
      ...valued(definitions).map(
        ([value, has]): Feature => ({
          kind: 'definition',
          statement: `${label} defined ${value}`,
          has,
          ...common,
        }),
      ),
    ];
  });
}
