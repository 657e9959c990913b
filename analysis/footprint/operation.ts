/**
 * Operations: what the tool calls and resource reads of sessions did to what, and when.
 *
 * Accesses are what a user says (declared.ts), what a pack says, or inferred from names, arguments and
 * the flow of ids (infer.ts, minted.ts), never from what a server says of itself alone. Nothing is
 * compared here.
 */
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { isObject, member } from '../../model/json.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { type Asked, askedOf, clockOf, type SessionClock } from '../order/span.ts';
import type { Access } from './access.ts';
import { type Container, createContainers } from './container.ts';
import { type Declared, declaredBy } from './declared.ts';
import { isEdit } from './edit.ts';
import { inferred, withMade } from './infer.ts';
import { type Key, keyOf, keysOf } from './keys.ts';
import { leavesOf } from './leaves.ts';
import { createMinted, type Minted } from './minted.ts';
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
  views: readonly SessionView[],
  footprints: readonly FootprintRule[] = [],
): Operation[] {
  const containerOf = createContainers(views, footprints);
  const minted = createMinted();
  const places = new Map(
    views.map((view) => {
      const container = containerOf(view.session);
      const clock = clockOf(view.session);
      const declared = declaredBy(footprints, view.session, container);
      const place: Place = { view, container, clock, declared, toolOf: toolsOf(view), minted };
      return [view, place];
    }),
  );
  const operations = [...places.values()].flatMap((place) =>
    place.view.session.calls.flatMap((call) => operationOf(call, place) ?? []),
  );
  if (minted.isEmpty) return operations;
  return operations.map((operation) => withMeaning(operation, places.get(operation.view)));
}

/** An operation whose arguments say which thing it is about by an id that an answer gave before. */
function withMeaning(operation: Operation, place: Place | undefined): Operation {
  if (!place || !operation.accesses.some(isInferred)) return operation;
  const { accesses: known, container, start, tool } = operation;
  const args = argumentsOf(operation);
  let isMeant = false;
  const accesses = inferred(place.toolOf(tool), args, container, (text) => {
    const thing = place.minted.meaning(text, start);
    isMeant ||= thing !== undefined;
    return thing;
  });
  if (!isMeant) return operation;
  const made = known.find(({ provenance }) => provenance === 'flow');
  return { ...operation, accesses: made ? withMade(accesses, made, container) : accesses };
}

function isInferred({ provenance }: Access): boolean {
  return provenance !== 'user' && provenance !== 'pack' && provenance !== 'protocol';
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
}

function operationOf(call: Call, place: Place): Operation | undefined {
  if (call.from !== 'client' || call.subject === undefined) return undefined;
  const { view, container } = place;
  const shared = {
    view,
    call,
    container,
    ...askedOf(call, view.session, place.clock),
    ok: isDone(call),
  };
  if (call.method === 'resources/read') {
    const keys = [keyOf('uri', 'uri', call.subject)];
    return {
      ...shared,
      tool: call.method,
      kind: 'R',
      keys,
      accesses: readOf(call.subject, container),
      edits: false,
      whole: true,
      confidence: 1,
      definition: undefined,
    };
  }
  if (call.method !== 'tools/call') return undefined;
  const args = member(view.value(call.request), 'params', 'arguments');
  // A rehearsal changes nothing, whatever its tool does otherwise.
  if (isRehearsal(args)) return undefined;
  const tool = place.toolOf(call.subject);
  return {
    ...shared,
    tool: call.subject,
    kind: tool.kind,
    whole: tool.whole,
    keys: keysOf(args, tool.isMove),
    accesses: place.declared(tool, args) ?? accessesOf(tool, args, shared, place),
    edits: tool.kind === 'M' && isEdit(leavesOf(args)),
    confidence: tool.confidence,
    definition: tool.definition,
  };
}

/** What nobody declared: inferred, and what its answer says it made. */
function accessesOf(
  tool: Tool,
  args: unknown,
  done: Pick<Operation, 'view' | 'call' | 'ok' | 'end'>,
  { container, minted }: Place,
): readonly Access[] {
  const accesses = inferred(tool, args, container);
  if (!done.ok || !'CAX'.includes(tool.kind)) return accesses;
  const made = minted.learn(tool.name, resultOf(done), container, done.end);
  // What the call itself named was there, or was made under that name.
  const isGiven =
    isObject(args) &&
    Object.values(args).some(
      (one) => (typeof one === 'string' || typeof one === 'number') && String(one) === made?.id,
    );
  return made && !isGiven ? withMade(accesses, made, container) : accesses;
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
