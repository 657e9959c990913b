/** How a tool changed: its arguments and results by what their schemas allow, its promises, its words. */
import { canonicalJson } from '../../model/canonical.ts';
import { isObject, type JsonObject, member } from '../../model/json.ts';
import type { Change, Differ } from './change.ts';
import { bareText } from './schema/place.ts';
import { allowanceText, type Refusal, refusalText } from './schema/refusal.ts';
import { shortJson } from './schema/short.ts';
import { within } from './schema/within.ts';
import { defaults, schemaWording, wording } from './words.ts';

/** Members with rules of their own; any other is unknown. */
const KNOWN = ['name', 'inputSchema', 'outputSchema', 'annotations', 'execution'] as const;
const WORDS = ['title', 'description', 'icons', '_meta'] as const;

export const toolChanges: Differ = (before, after) => [
  ...inputChanges(before['inputSchema'], after['inputSchema']),
  ...outputChanges(before['outputSchema'], after['outputSchema']),
  ...annotationChanges(before['annotations'], after['annotations']),
  ...taskChanges(before, after),
  ...WORDS.flatMap((name) => wording(name, before[name], after[name])),
  ...unknownChanges(before, after, [...KNOWN, ...WORDS]),
];

/** What was sent before must still be taken. */
function inputChanges(before: unknown, after: unknown): Change[] {
  const [old, now] = [placed(before), placed(after)];
  const refused = within(old, now, 'arguments');
  const allowed = within(now, old, 'arguments');
  return named('arguments', [
    ...schemaChanges(before, after, refused, allowed),
    ...defaults('', before, after),
    ...schemaWording('', before, after),
  ]);
}

/** What was promised before must still hold. */
function outputChanges(before: unknown, after: unknown): Change[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ level: 'widening', at: 'result', text: 'has a schema now' }];
  if (after === undefined)
    return [{ level: 'breaking', at: 'result', text: 'has no schema any more' }];
  const [old, now] = [placed(before), placed(after)];
  const [broken, promised] = [within(now, old, 'results'), within(old, now, 'results')];
  // The other way round: what the old schema may refuse of new results is a promise taken back.
  const changes = schemaChanges(before, after, broken, promised, (refusal, isBroken) =>
    isBroken ? promiseBroken(refusal) : promiseMade(refusal),
  );
  return named('result', [...changes, ...schemaWording('', before, after)]);
}

function promiseBroken(refusal: Refusal): string {
  if (refusal.why === 'gone') return 'gone';
  return refusal.why === 'undecided' ? refusalText(refusal) : allowanceText(refusal);
}

function promiseMade(refusal: Refusal): string {
  if (refusal.why === 'gone') return 'new';
  if (refusal.why === 'required') return 'always there now';
  return refusal.why === 'undecided' ? allowanceText(refusal) : refusalText(refusal);
}

function placed(schema: unknown): { schema: unknown; root: unknown } {
  return { schema, root: schema };
}

function schemaChanges(
  before: unknown,
  after: unknown,
  worse: readonly Refusal[],
  better: readonly Refusal[],
  text = (refusal: Refusal, isWorse: boolean): string =>
    isWorse ? refusalText(refusal) : allowanceText(refusal),
): Change[] {
  if (bareText(before) === bareText(after)) return [];
  const gone = new Set(worse.flatMap(({ at, why }) => (why === 'gone' ? [at] : [])));
  // Of what is gone nothing else needs to be said.
  const told = worse.filter(({ at, why }) => why === 'gone' || !gone.has(at));
  const bad = told.map((one): Change => ({ level: 'breaking', at: one.at, text: text(one, true) }));
  const places = new Set(worse.map(({ at }) => at));
  const good = better
    .filter(({ at, why }) => !places.has(at) && (why !== 'undecided' || worse.length === 0))
    .map((one): Change => ({ level: 'widening', at: one.at, text: text(one, false) }));
  if (bad.length + good.length > 0) return [...bad, ...good];
  return [{ level: 'wording', at: '', text: 'written in another way, with the same meaning' }];
}

function named(what: string, changes: readonly Change[]): Change[] {
  return changes.map((one) => ({ ...one, at: one.at === '' ? what : `${what} ${one.at}` }));
}

/**
 * What a host may conclude from the annotations, with what their absence means (2025-11-25,
 * ToolAnnotations): true is the safe side of the one, and false that of the other.
 */
const PROMISES = [
  { name: 'readOnlyHint', absent: false, safe: true },
  { name: 'destructiveHint', absent: true, safe: false },
  { name: 'idempotentHint', absent: false, safe: true },
  { name: 'openWorldHint', absent: true, safe: false },
] as const;

function annotationChanges(before: unknown, after: unknown): Change[] {
  // What only reads destroys nothing, whatever it says of that.
  const isReading = [before, after].every((one) => member(one, 'readOnlyHint') === true);
  const isMoot = (name: string): boolean => isReading && name === 'destructiveHint';
  const promises = PROMISES.flatMap(({ name, absent, safe }): Change[] => {
    const [was, is] = [before, after].map((one) => member(one, name) ?? absent);
    if (was === is) return [];
    // A host may now do unasked what it asked for before, so that is no mere wording.
    const level = isMoot(name) ? 'wording' : is === safe ? 'widening' : 'breaking';
    return [{ level, at: name, text: `${shortJson(was)} → ${shortJson(is)}` }];
  });
  const known = new Set<string>(PROMISES.map(({ name }) => name));
  const names = new Set([before, after].flatMap((one) => (isObject(one) ? Object.keys(one) : [])));
  const others = [...names].filter((name) => !known.has(name));
  return [
    ...promises,
    ...others.flatMap((name) =>
      wording(`annotations.${name}`, member(before, name), member(after, name)),
    ),
  ];
}

/** Whether a call may, or must, be made as a task (2025-11-25, `execution.taskSupport`). */
function taskChanges(before: JsonObject, after: JsonObject): Change[] {
  const [was, is] = [before, after].map(
    (one) => member(one, 'execution', 'taskSupport') ?? 'forbidden',
  );
  const text = `${shortJson(was)} → ${shortJson(is)}`;
  if (was !== is) {
    const level = is === 'optional' ? 'widening' : 'breaking';
    return [{ level, at: 'execution.taskSupport', text }];
  }
  return unknownChanges(
    { execution: withoutTasks(before) },
    { execution: withoutTasks(after) },
    [],
  );
}

function withoutTasks({ execution }: JsonObject): unknown {
  if (!isObject(execution)) return execution ?? {};
  const { taskSupport: _, ...rest } = execution;
  return rest;
}

/** What nobody knows may mean anything, so that it changed is breaking until somebody decides. */
export function unknownChanges(
  before: JsonObject,
  after: JsonObject,
  known: readonly string[],
): Change[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((name) => !known.includes(name))
    .filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]))
    .map((name) => ({
      level: 'breaking',
      at: name,
      text: `${shortJson(before[name])} → ${shortJson(after[name])}, and what that means cannot be decided`,
    }));
}
