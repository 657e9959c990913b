/** Finds servers in JSON, with or without comments and trailing commas. Changes nothing. */
import {
  type Node,
  type ParseError,
  parseTree,
  parse as parseValue,
  printParseErrorCode,
} from 'jsonc-parser';
import {
  indentBefore,
  type Language,
  type ListText,
  type Literal,
  type MemberText,
  type ServerText,
  SIGN_IN_KEYS,
  type Span,
  SyntaxFault,
  URL_KEYS,
} from './entry-text.ts';

export const jsonText: Language = {
  read(text, keys) {
    const servers = keys.reduce((at, key) => last(at, key)?.value, parse(text));
    return onlyLast(members(servers)).map(({ name, value }) => serverAt(text, name, value));
  },
  quote: (text) => JSON.stringify(text),
};

/** What the whole text says. */
export function valueIn(text: string): unknown {
  return parseValue(text, [], { allowTrailingComma: true });
}

/** The tree, or undefined for a text of nothing but space and comments. */
function parse(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = treeOf(text, errors);
  const [first] = errors;
  if (first && root === undefined && first.offset === text.length) return undefined;
  if (first) throw faultAt(text, first.offset, inWords(printParseErrorCode(first.error)));
  if (root?.type !== 'object') throw faultAt(text, root?.offset ?? 0, 'no object');
  return root;
}

function treeOf(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) throw new SyntaxFault('nested too deep', 1);
    throw error;
  }
}

function faultAt(text: string, offset: number, reason: string): SyntaxFault {
  return new SyntaxFault(reason, text.slice(0, offset).split('\n').length);
}

/** `CommaExpected` as people write it. */
function inWords(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

interface Member {
  readonly name: string;
  readonly whole: Span;
  readonly key: Span;
  readonly value: Node;
}

function members(node: Node | undefined): Member[] {
  if (node?.type !== 'object') return [];
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    if (!key || !value) return [];
    return [{ name: String(key.value), whole: spanOf(property), key: spanOf(key), value }];
  });
}

/** Of a name that is given twice, parsers keep the last. */
function last(node: Node | undefined, name: string): Member | undefined {
  return members(node).findLast((one) => one.name === name);
}

function onlyLast(all: readonly Member[]): Member[] {
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

function spanOf({ offset, length }: Node): Span {
  return { start: offset, end: offset + length };
}

function literalOf(node: Node): Literal {
  return { ...spanOf(node), value: node.type === 'string' ? String(node.value) : undefined };
}

function listOf(node: Node): ListText | 'unknown' {
  if (node.type !== 'array') return 'unknown';
  return { ...spanOf(node), items: (node.children ?? []).map(literalOf) };
}

function serverAt(text: string, name: string, entry: Node): ServerText {
  const command = last(entry, 'command');
  const args = last(entry, 'args');
  const url = URL_KEYS.map((key) => last(entry, key)?.value).find(
    (node) => node?.type === 'string',
  );
  const signsIn = SIGN_IN_KEYS.some((key) => last(entry, key) !== undefined);
  return {
    name,
    signsIn,
    members: new Map(members(entry).map((one) => [one.name, memberText(one)])),
    ...(url ? { url: String(url.value) } : {}),
    ...(command ? { command: literalOf(command.value) } : {}),
    ...(args ? { args: listOf(args.value) } : {}),
    ...(command ? placeOfArgs(text, command, args) : {}),
  };
}

function memberText({ key, whole, value }: Member): MemberText {
  const names = members(value).map((one) => ({ ...one.key, value: one.name }));
  return { key, whole, value: literalOf(value), names };
}

/** New arguments stand behind the command, written as it is written. */
function placeOfArgs(
  text: string,
  command: Member,
  args: Member | undefined,
): Pick<ServerText, 'newArgs' | 'ownArgs'> {
  const at = spanOf(command.value).end;
  if (args) {
    const between = text.slice(at, args.whole.start);
    return /^,\s*$/.test(between) ? { ownArgs: { start: at, end: args.whole.end } } : {};
  }
  const colon = text.slice(command.key.end, spanOf(command.value).start);
  const indent = indentBefore(text, command.whole.start);
  return { newArgs: { at, before: `,${indent}"args"${/^\s*:\s*$/.test(colon) ? colon : ': '}` } };
}
