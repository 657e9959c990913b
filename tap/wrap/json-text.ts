/** Finds servers in JSON, with or without comments and trailing commas. Changes nothing. */
import { type Node, parse as parseValue } from 'jsonc-parser';
import { JsoncFault, parseJsonc, placeIn } from '../jsonc.ts';
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

function parse(text: string): Node | undefined {
  try {
    return parseJsonc(text);
  } catch (error) {
    if (!(error instanceof JsoncFault)) throw error;
    throw new SyntaxFault(error.message, placeIn(text, error.offset).line);
  }
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
