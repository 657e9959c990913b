/**
 * Resources as rules write them, with JSON pointers into the arguments of a call in braces.
 *
 *   *               all that the server keeps
 *   file:{/path}    a file; likewise any path, address or URI that stands alone: {/url}
 *   note:{/id}      a thing of the server by type and id; `note:*` is all notes
 *
 * A step `*` in a pointer stands for every item of a list, and each item is a resource of its own.
 */
export interface Template {
  /** What stands before the first `:`; undefined where there is none. */
  readonly type: string | undefined;
  readonly parts: readonly Part[];
}

export type Part = string | { readonly pointer: readonly string[] };

/** Reads a template; undefined where it is empty, or a brace or a pointer in it is wrong. */
export function templateOf(text: string): Template | undefined {
  const type = /^[a-z][a-z0-9_-]{0,40}(?=:)/i.exec(text)?.[0];
  const rest = type === undefined ? text : text.slice(type.length + 1);
  const parts: Part[] = [];
  for (let at = 0; at < rest.length; ) {
    const open = rest.indexOf('{', at);
    const plain = rest.slice(at, open === -1 ? undefined : open);
    if (plain.includes('}')) return undefined;
    if (plain !== '') parts.push(plain);
    if (open === -1) break;
    const close = rest.indexOf('}', open);
    const pointer = close === -1 ? undefined : rest.slice(open + 1, close);
    if (!pointer?.startsWith('/')) return undefined;
    parts.push({ pointer: pointer.slice(1).split('/').map(unescaped) });
    at = close + 1;
  }
  return parts.length === 0 ? undefined : { type, parts };
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
