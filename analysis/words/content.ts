/** What a message says: its texts and numbers, and those of them that its sender may have been given. */
import { isObject, type JsonObject } from '../../model/json.ts';
import { META } from '../../model/methods.ts';
import { eachLeaf, type Leaf, leavesOf, type See } from './leaves.ts';

/** The texts and numbers of a message. */
export function saidLeavesOf(value: unknown): Leaf[] {
  return leavesOf(contentOf(value));
}

/** Those of a client's message that may have come from a server. */
export function givenLeavesOf(value: unknown): Leaf[] {
  return saidLeavesOf(value).filter(({ path }) => !isOwn(path));
}

/** As `saidLeavesOf`, without places. */
export function eachSaid(value: unknown, see: See): void {
  if (!isObject(value)) return;
  eachLeaf(value['params'], see);
  eachLeaf(value['result'], see);
  eachLeaf(value['error'], see);
}

/** As `givenLeavesOf`, without places. */
export function eachGiven(value: unknown, see: See): void {
  if (!isObject(value)) return;
  const { params, result } = value;
  eachLeaf(result, see);
  if (!isObject(params)) return;
  for (const name of Object.keys(params)) {
    if (isOwn(['params', name])) continue;
    if (name !== '_meta') eachLeaf(params[name], see, name);
    else if (isObject(params[name])) eachMeta(params[name], see);
  }
}

function eachMeta(meta: JsonObject, see: See): void {
  for (const name of Object.keys(meta)) {
    if (!OF_CLIENT.has(name)) eachLeaf(meta[name], see, name);
  }
}

function isOwn([first, second, third]: Leaf['path']): boolean {
  if (first !== 'params') return false;
  if (second === '_meta') return OF_CLIENT.has(third);
  return third === undefined && NAMES.has(second);
}

/** Members of a message that say something; ids are not among them. */
function contentOf(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  const { params, result, error } = value;
  return { params, result, error };
}

/** What names a tool or a prompt was listed, and is the same in every run. */
const NAMES: ReadonlySet<unknown> = new Set(['name', 'protocolVersion']);

/** Said by the client about itself, or minted by it. */
const OF_CLIENT: ReadonlySet<unknown> = new Set([
  META.progressToken,
  META.protocolVersion,
  META.clientInfo,
  META.clientCapabilities,
  META.traceparent,
  META.tracestate,
  META.baggage,
]);
