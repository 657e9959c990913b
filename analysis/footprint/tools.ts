/** The tools of a session: what each does, from its name and from what the server lists of it. */
import { catalogs, currentOffers } from '../../model/catalog.ts';
import { member } from '../../model/json.ts';
import type { SessionView } from '../../model/session.ts';
import type { ToolUse } from './infer.ts';
import { type Deed, deedOf, isMove } from './verbs.ts';

export interface Tool extends Deed, ToolUse {
  readonly isMove: boolean;
}

/** What a tool of a name does; found out once for each session. */
export function toolsOf(view: SessionView): (name: string) => Tool {
  const definitions = definitionsOf(view);
  const tools = new Map<string, Tool>();
  return (name) => {
    const tool = tools.get(name) ?? toolOf(name, definitions.get(name));
    tools.set(name, tool);
    return tool;
  };
}

function toolOf(name: string, definition: unknown): Tool {
  const deed = deedOf(name, definition);
  const isClosed = member(definition, 'annotations', 'openWorldHint') === false;
  const confidence = deed.confidence * (isClosed ? 0.95 : 0.85);
  const known = { name, sure: deed.confidence, definition };
  return { ...deed, ...known, confidence, isMove: isMove(name) };
}

function definitionsOf(view: SessionView): Map<string, unknown> {
  const offers = currentOffers(catalogs(view));
  return new Map(
    offers.flatMap(({ kind, name, definition }) =>
      kind === 'tool' ? [[name, definition] as const] : [],
    ),
  );
}
