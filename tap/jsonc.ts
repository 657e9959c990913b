/** JSON with comments and trailing commas, as people write configurations. */
import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** What is wrong with a text, and where. */
export class JsoncFault extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/** The tree of an object; undefined for a text of nothing but space and comments. */
export function parseJsonc(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = treeOf(text, errors);
  const [first] = errors;
  if (first && root === undefined && first.offset === text.length) return undefined;
  if (first) throw new JsoncFault(inWords(printParseErrorCode(first.error)), first.offset);
  if (root?.type !== 'object') throw new JsoncFault('no object', root?.offset ?? 0);
  return root;
}

/** Throws a JsoncFault at a member that stands there before: only one of the two would count. */
export function refuseRepeated(root: Node): void {
  const nodes = [root];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    const children = node.children ?? [];
    nodes.push(...children);
    if (node.type !== 'object') continue;
    const names = children.map(({ children: [name] = [] }) => name);
    const seen = new Set<unknown>();
    for (const name of names) {
      if (seen.has(name?.value)) {
        throw new JsoncFault(`${String(name?.value)} stands there twice`, name?.offset ?? 0);
      }
      seen.add(name?.value);
    }
  }
}

function treeOf(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new JsoncFault('nested too deep', 0);
    throw error;
  }
}

/** `CommaExpected` as people write it. */
function inWords(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** Line and column, from 1, of a place in a text. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
