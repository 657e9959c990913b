/**
 * The tools that hold at a place of a session: those of the last listing that was read to its last
 * page, until the server says that they changed.
 */
import { isObject, type JsonObject, member, textMember } from '../../model/json.ts';
import type { Call, MessageRef } from '../../model/session.ts';
import { createMemory } from './memory.ts';
import { FROM_THE_START, type Handlers, type Happening, type Shown } from './protocol-rule.ts';

export interface ListedTool {
  readonly name: string;
  readonly definition: JsonObject;
  readonly at: Shown['at'];
  /** Where its definition stands in that answer. */
  readonly pointer: string;
  /** Two have this name, so nobody knows which one is meant. */
  isAmbiguous: boolean;
}

export interface Listing {
  /** The request of its first page; what was said before that is in it. */
  readonly asked: number;
  /** In the order of the list. */
  readonly tools: ReadonlyMap<string, ListedTool>;
  /** The answer with its last page. */
  readonly last: Shown['at'];
}

export interface ToolsInForce {
  readonly handlers: Handlers;
  /** Undefined where nobody can know: never listed, not to the end, or changed since. */
  listing(): Listing | undefined;
  tool(name: string | undefined): ListedTool | undefined;
}

/** The tools in an answer, each with where it stands. */
export function toolsIn({ value }: Happening): { tool: unknown; name: string; pointer: string }[] {
  const tools = member(value, 'result', 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.map((tool, index) => ({
    tool,
    name: textMember(tool, 'name') ?? '',
    pointer: `/result/tools/${index}`,
  }));
}

interface Growing extends Listing {
  readonly tools: Map<string, ListedTool>;
  last: Shown['at'];
}

/** More tools no server has; of listings under way, so many. */
const MOST = 10_000;
const UNDER_WAY = 100;

/** `whole` is told of each listing that was read to its end. */
export function followTools(whole: (listing: Listing) => void = () => {}): ToolsInForce {
  const cursors = createMemory<Call, string | null>();
  const growing = createMemory<string, Growing>(UNDER_WAY);
  let current: Listing | undefined;
  let changed = FROM_THE_START;

  const page = (cursor: string | null, asked: number, ref: MessageRef): Growing | undefined =>
    cursor === null ? { asked, tools: new Map(), last: ref } : growing.get(cursor);

  const read = (call: Call, value: unknown, ref: MessageRef): void => {
    const cursor = cursors.get(call);
    cursors.delete(call);
    const tools = member(value, 'result', 'tools');
    if (cursor === undefined || !Array.isArray(tools)) return;
    // From its first page on a new listing is the one that counts.
    if (cursor === null) current = undefined;
    const listing = page(cursor, call.request.seq, ref);
    if (!listing) return;
    add(listing, tools, ref);
    const next = textMember(value, 'result', 'nextCursor');
    if (next !== undefined) growing.set(next, listing);
    else if (listing.tools.size < MOST) {
      current = listing;
      whole(listing);
    }
  };

  const listing = (): Listing | undefined =>
    current && current.asked > changed ? current : undefined;

  return {
    listing,
    tool: (name) => (name === undefined ? undefined : listing()?.tools.get(name)),
    handlers: {
      'request tools/list': ({ call, value }) => {
        if (call) cursors.set(call, textMember(value, 'params', 'cursor') ?? null);
      },
      'response tools/list': ({ call, value, ref }) => {
        if (call) read(call, value, ref);
      },
      'notification notifications/tools/list_changed': ({ ref }) => {
        changed = ref.seq;
      },
    },
  };
}

function add(listing: Growing, tools: readonly unknown[], ref: MessageRef): void {
  listing.last = ref;
  for (const [index, definition] of tools.entries()) {
    const name = textMember(definition, 'name');
    if (name === undefined || !isObject(definition) || listing.tools.size >= MOST) continue;
    const known = listing.tools.get(name);
    if (known) known.isAmbiguous = true;
    else {
      const pointer = `/result/tools/${index}`;
      listing.tools.set(name, { name, definition, at: ref, pointer, isAmbiguous: false });
    }
  }
}
