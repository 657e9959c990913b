/**
 * Operations: what the tool calls and resource reads of sessions did to what, and when.
 *
 * A footprint is inferred from names and arguments (see verbs.ts and keys.ts), never from what a
 * server says of itself alone. Nothing is compared here.
 */
import { catalogs, currentOffers } from '../../model/catalog.ts';
import { member } from '../../model/json.ts';
import type { Call, SessionView } from '../../model/session.ts';
import { type Asked, askedOf, clockOf, type SessionClock } from '../order/span.ts';
import { type Container, containerOf } from './container.ts';
import { isEdit } from './edit.ts';
import { type Key, keyOf, keysOf } from './keys.ts';
import { leavesOf } from './leaves.ts';
import { type Deed, deedOf, isMove, type Kind } from './verbs.ts';

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
  /** A change that says which text it replaces. */
  readonly edits: boolean;
  /** For reads: its name does not say that it shows only a part. */
  readonly whole: boolean;
  /** How sure the kind is, and what the server says of the outside world; 0 to 1. */
  readonly confidence: number;
  readonly definition: unknown;
}

/** The operations of sessions, session by session. */
export function operationsOf(views: readonly SessionView[]): Operation[] {
  return views.flatMap((view) => {
    const place: Place = {
      view,
      container: containerOf(view.session),
      clock: clockOf(view.session),
      definitions: definitionsOf(view),
      tools: new Map(),
    };
    return view.session.calls.flatMap((call) => operationOf(call, place) ?? []);
  });
}

/** The arguments of a call, or undefined where its message is not at hand. */
export function argumentsOf({ view, call }: Operation): unknown {
  return member(view.value(call.request), 'params', 'arguments');
}

/** What the call gave, or undefined where it gave no result. */
export function resultOf({ view, call }: Operation): unknown {
  return call.response && member(view.value(call.response), 'result');
}

interface Place {
  readonly view: SessionView;
  readonly container: Container;
  readonly clock: SessionClock;
  readonly definitions: ReadonlyMap<string, unknown>;
  readonly tools: Map<string, Tool>;
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
  const tool = toolOf(call.subject, place);
  return {
    ...shared,
    tool: call.subject,
    kind: tool.kind,
    whole: tool.whole,
    keys: keysOf(args, tool.isMove),
    edits: tool.kind === 'M' && isEdit(leavesOf(args)),
    confidence: tool.confidence,
    definition: tool.definition,
  };
}

interface Tool extends Deed {
  readonly isMove: boolean;
  readonly definition: unknown;
}

/** What a tool of this name does, found out once for each session. */
function toolOf(name: string, { tools, definitions }: Place): Tool {
  const known = tools.get(name);
  if (known) return known;
  const definition = definitions.get(name);
  const deed = deedOf(name, definition);
  const isClosed = member(definition, 'annotations', 'openWorldHint') === false;
  const confidence = deed.confidence * (isClosed ? 0.95 : 0.85);
  const tool = { ...deed, confidence, isMove: isMove(name), definition };
  tools.set(name, tool);
  return tool;
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

function definitionsOf(view: SessionView): Map<string, unknown> {
  const offers = currentOffers(catalogs(view));
  return new Map(
    offers.flatMap(({ kind, name, definition }) =>
      kind === 'tool' ? [[name, definition] as const] : [],
    ),
  );
}
