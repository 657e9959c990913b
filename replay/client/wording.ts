/** The text that is sent for a recorded line: the same, with the values of the live run in it. */
import { leavesOf } from '../../analysis/words/leaves.ts';
import { groupBy } from '../../model/group.ts';
import type { Id } from '../../model/message.ts';
import { PLACEHOLDER } from '../../model/placeholder.ts';
import type { Call } from '../../model/session.ts';
import { type Path, replaceAt } from '../json-text.ts';
import type { ClientItem } from '../script.ts';
import type { Bindings } from './bindings.ts';
import type { Flow, Use } from './flow.ts';
import type { ClientLine } from './lines.ts';

export interface Wording {
  readonly flow: Flow;
  readonly bindings: Bindings;
  /** The value of a redacted secret that the user gave. */
  readonly secretOf: (placeholder: string, name: string) => string | undefined;
  /** The live id of a question that the client answers. */
  readonly idOf: (question: Call) => Id | undefined;
}

export function worded(line: ClientLine, wording: Wording): string {
  return line.items.reduce((text, item) => wordedItem(text, item, wording), line.text);
}

function wordedItem(
  text: string,
  { ref, call, message, value }: ClientItem,
  { flow, bindings, secretOf, idOf }: Wording,
): string {
  // What is no message, or nests too deep to be walked, is sent as it stands.
  if (message.kind === 'invalid') return text;
  const inside: Path = ref.item === undefined ? [] : [ref.item];
  const id = message.kind === 'response' && call ? idOf(call) : undefined;
  const isOther = id !== undefined && id !== call?.id;
  let said = isOther ? replaceAt(text, [...inside, 'id'], JSON.stringify(id)) : text;
  const uses = groupBy(flow.uses(ref.seq, ref.item), ({ path }) => JSON.stringify(path));
  for (const leaf of leavesOf(value).filter(({ isInside }) => !isInside)) {
    const path = [...inside, ...leaf.path];
    const bound = withBindings(leaf.value, uses.get(JSON.stringify(path)) ?? [], bindings);
    const own = typeof bound === 'string' ? withSecrets(bound, leaf.name, secretOf) : bound;
    if (own !== leaf.value) said = replaceAt(said, path, JSON.stringify(own));
  }
  return said;
}

function withBindings(
  value: string | number,
  uses: readonly Use[],
  bindings: Bindings,
): string | number {
  // From the end, so that places before stay where they are.
  let changed = value;
  for (const { token, span } of [...uses].reverse()) {
    const live = bindings.get(token);
    if (live === undefined) continue;
    if (!span) return live;
    if (typeof changed === 'string')
      changed = changed.slice(0, span.start) + live + changed.slice(span.end);
  }
  return changed;
}

function withSecrets(text: string, name: string, secretOf: Wording['secretOf']): string {
  return text.replace(PLACEHOLDER, (placeholder) => secretOf(placeholder, name) ?? placeholder);
}

/** A redacted value that the client said and that the server did not give it. */
export interface Redacted {
  readonly entry: string;
  readonly placeholder: string;
  /** The member it stands in. */
  readonly name: string;
}

/** What these lines say that was redacted when it was recorded. */
export function redactedIn(lines: readonly ClientLine[], flow: Flow): Redacted[] {
  return lines.flatMap((line) =>
    line.items.flatMap(({ ref, reference, value }) => {
      const given = new Set(flow.uses(ref.seq, ref.item).map(({ token }) => token));
      return leavesOf(value).flatMap(({ value: own, name, isInside }) => {
        if (isInside || typeof own !== 'string') return [];
        const found = [...own.matchAll(PLACEHOLDER)].map(([placeholder]) => placeholder);
        return found
          .filter((placeholder) => !given.has(JSON.stringify(placeholder)))
          .map((placeholder) => ({ entry: reference, placeholder, name }));
      });
    }),
  );
}
