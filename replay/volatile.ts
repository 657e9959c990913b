/**
 * What of a client's message never decides whether it is the recorded one, since it differs from
 * run to run: the token for progress, the trace context, and who the client says it is.
 * (JSON-RPC ids stand outside of params and are not compared either.)
 */
import { isObject, type JsonObject, member } from '../model/json.ts';
import { META } from '../model/methods.ts';

/** Members of `params._meta` that are not compared. */
const VOLATILE_META: ReadonlySet<string> = new Set([
  META.progressToken,
  META.traceparent,
  META.tracestate,
  META.baggage,
  META.clientInfo,
]);

/**
 * The params without what is volatile; undefined when nothing is left, so that absent and empty
 * params are the same.
 */
export function stableParams(method: string, params: unknown): unknown {
  if (!isObject(params)) return params;
  const meta = params['_meta'];
  const drop = new Set<string>();
  if (method === 'initialize') drop.add('clientInfo');
  let kept: JsonObject = params;
  if (isObject(meta)) {
    const stable = without(meta, VOLATILE_META);
    if (Object.keys(stable).length === 0) drop.add('_meta');
    else kept = { ...params, _meta: stable };
  }
  if (drop.size > 0) kept = without(kept, drop);
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/**
 * The params that decide a match. What `initialize` says of the client's capabilities is compared
 * apart: a client that says it can do more or less is the same client, but that is reported.
 */
export function matchedParams(method: string, params: unknown): unknown {
  const stable = stableParams(method, params);
  if (method !== 'initialize' || !isObject(stable)) return stable;
  return without(stable, new Set(['capabilities']));
}

/** The capabilities of an `initialize` request. */
export function capabilitiesOf(params: unknown): unknown {
  return member(params, 'capabilities') ?? {};
}

/** A copy without some members. `__proto__` is a member like any other. */
export function without(value: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));
}
