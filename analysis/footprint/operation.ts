/**
 * Operations: what the tool calls and resource reads of sessions did to what, and when.
 *
 * Accesses are what a user says (declared.ts), what a pack says, or inferred from names, arguments and
 * the flow of ids (infer.ts, minted.ts), never from what a server says of itself alone. Nothing is
 * compared here.
 */
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { isObject, member } from '../../model/json.ts';
import type { Mutable } from '../../model/new-call.ts';
import type { Call, SessionView, WholeView } from '../../model/session.ts';
import { type Asked, askedOf, clockOf, type SessionClock } from '../order/span.ts';
import type { Access } from './access.ts';
import { type Container, createContainers } from './container.ts';
import { type Declared, declaredBy, declaredKind } from './declared.ts';
import { isEdit } from './edit.ts';
import { inferred, withMade } from './infer.ts';
import { type Key, keyOf, keysOf } from './keys.ts';
import { createMinted, type Minted, type Thing } from './minted.ts';
import { createPool, type Pool } from './pool.ts';
import { entity, located } from './resources.ts';
import { type Tool, toolsOf } from './tools.ts';
import type { Kind } from './verbs.ts';

export interface Operation extends Asked {
  readonly view: SessionView;
  readonly call: Call;
  readonly container: Container;
  /** The tool, or the method where there is none. */
  readonly tool: string;
  readonly kind: Kind;
  /** It was answered with a result that is no error and asks for nothing more. */
  readonly ok: boolean;
  readonly keys: readonly Key[];
  /** What it does to what, in canonical keys that others know as well. */
  readonly accesses: readonly Access[];
  /** A change that says which text it replaces. */
  readonly edits: boolean;
  /** For reads: its name does not say that it shows only a part. */
  readonly whole: boolean;
  /** How sure the kind is, and what the server says of the outside world; 0 to 1. */
  readonly confidence: number;
  readonly definition: unknown;
}

/** The operations of sessions, session by session. */
export function operationsOf(
  views: readonly WholeView[],
  footprints: readonly FootprintRule[] = [],
): Operation[] {
  const containerOf = createContainers(views, footprints);
  const known = { minted: createMinted(), pool: createPool() };
  const places = views.map((view): Place => {
    const container = containerOf(view.session);
    const clock = clockOf(view.session);
    const declared = declaredBy(footprints, view.session, container);
    return { ...known, view, container, clock, declared, toolOf: toolsOf(view), own: [] };
  });
  for (const { call, place } of inTime(places)) {
    const operation = operationOf(call, place);
    if (operation) place.own.push(operation);
  }
  return places.flatMap(({ own }) => own);
}

/**
 * The calls that are operations in the order they began, so that an id is known before it is used,
 * whichever session gave it.
 */
function* inTime(
  places: readonly Place[],
): Generator<{ readonly call: Call; readonly place: Place }> {
  const calls: Call[] = [];
  const owners: Place[] = [];
  for (const place of places) {
    for (const call of place.view.session.calls) {
      if (!isOperation(call)) continue;
      calls.push(call);
      owners.push(place);
    }
  }
  const starts = Float64Array.from(
    calls,
    ({ request }, at) => (owners[at] as Place).clock.start + request.sent,
  );
  const order = Uint32Array.from(calls, (_, at) => at);
  if (places.length > 1) order.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  for (const at of order) yield { call: calls[at] as Call, place: owners[at] as Place };
}

function isOperation({ from, method, subject }: Call): boolean {
  if (from !== 'client' || subject === undefined) return false;
  return method === 'tools/call' || method === 'resources/read';
}

/** The arguments of a call, or undefined where its message is not at hand. */
export function argumentsOf({ view, call }: Operation): unknown {
  return member(view.value(call.request), 'params', 'arguments');
}

/** What the call gave, or undefined where it gave no result. */
export function resultOf({ view, call }: Pick<Operation, 'view' | 'call'>): unknown {
  return call.response && member(view.value(call.response), 'result');
}

interface Place {
  readonly view: SessionView;
  readonly container: Container;
  readonly clock: SessionClock;
  readonly declared: Declared;
  readonly toolOf: (name: string) => Tool;
  readonly minted: Minted;
  readonly pool: Pool;
  /** Its operations so far. */
  readonly own: Operation[];
}

function operationOf(call: Call, place: Place): Operation | undefined {
  const { subject = '' } = call;
  const { view, container, clock, pool } = place;
  const times = askedOf(call, view.session, clock);
  if (call.method === 'resources/read') {
    const keys = pool.keys([keyOf('uri', 'uri', subject)]);
    return made(call, place, times, {
      ...READING,
      keys,
      accesses: pool.accesses(readOf(subject, container)),
    });
  }
  const args = member(view.value(call.request), 'params', 'arguments');
  // A rehearsal changes nothing, whatever its tool does otherwise.
  if (isRehearsal(args)) return undefined;
  const tool = place.toolOf(subject);
  const declared = place.declared(tool, args);
  const accesses = declared
    ? pool.accesses(declared)
    : accessesOf(tool, args, { call, times, place });
  const kind = declaredKind(declared) ?? tool.kind;
  return made(call, place, times, {
    tool: subject,
    kind,
    whole: tool.whole,
    keys: pool.keys(keysOf(args, tool.isMove)),
    accesses,
    edits: kind === 'M' && isEdit(args),
    confidence: tool.confidence,
    definition: tool.definition,
  });
}

type Deeds = Omit<Operation, keyof Asked | 'view' | 'call' | 'container' | 'ok'>;

const READING = {
  tool: 'resources/read',
  kind: 'R',
  edits: false,
  whole: true,
  confidence: 1,
  definition: undefined,
} as const;

/**
 * Field by field: engines make such objects ten times faster than by spreading, and half as large. The
 * times come last: had only whole numbers been seen in them, all objects were made again for the first
 * call without an answer, whose end is no whole number.
 */
function made(
  call: Call,
  { view, container }: Place,
  { clock, asked, start, end, told }: Asked,
  deeds: Deeds,
): Operation {
  const { tool, kind, keys, accesses, edits, whole, confidence, definition } = deeds;
  const operation: Mutable<Operation> = {
    view,
    call,
    container,
    clock,
    asked: Number.NaN,
    start: Number.NaN,
    end: Number.NaN,
    told: Number.NaN,
    ok: isDone(call),
    tool,
    kind,
    keys,
    accesses,
    edits,
    whole,
    confidence,
    definition,
  };
  operation.asked = asked;
  operation.start = start;
  operation.end = end;
  operation.told = told;
  return operation;
}

/** What nobody declared: inferred, and what its answer says it made. */
function accessesOf(
  tool: Tool,
  args: unknown,
  { call, times, place }: { call: Call; times: Asked; place: Place },
): readonly Access[] {
  const { container, minted, pool, view } = place;
  const meaning = (text: string): Thing | undefined => minted.meaning(text, times.start);
  const accesses = pool.accesses(inferred(tool, args, container, meaning));
  if (!isDone(call) || !'CAX'.includes(tool.kind)) return accesses;
  const thing = minted.learn(tool.name, resultOf({ view, call }), container, times.end);
  // What the call itself named was there, or was made under that name.
  const isGiven =
    isObject(args) &&
    Object.values(args).some(
      (one) => (typeof one === 'string' || typeof one === 'number') && String(one) === thing?.id,
    );
  // What is made is made once, and no list is like that of its maker.
  return thing && !isGiven ? withMade(accesses, thing, container) : accesses;
}

function readOf(uri: string, container: Container): Access[] {
  const place = located(container, uri) ?? entity(container, 'resource', uri);
  return [{ ...place, kind: 'R', confidence: 1, provenance: 'protocol' }];
}

function isDone({ response, outcome, ties }: Call): boolean {
  return (
    response !== undefined &&
    outcome === 'result' &&
    ties.givenTask === undefined &&
    (ties.resultType === undefined || ties.resultType === 'complete')
  );
}

const REHEARSAL = ['dryRun', 'dry_run', 'preview', 'simulate', 'whatIf', 'what_if'];

function isRehearsal(args: unknown): boolean {
  return REHEARSAL.some((name) => member(args, name) === true);
}
