/** Finds servers in TOML: in tables, in inline tables, and behind dotted keys. Changes nothing. */
import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import {
  type Language,
  type ListText,
  type Literal,
  type ServerText,
  SIGN_IN_KEYS,
  type Span,
  SyntaxFault,
  URL_KEYS,
} from './entry-text.ts';

export const tomlText: Language = {
  read(text, keys) {
    const servers = new Map<string, Member[]>();
    for (const { path, ...member } of membersOf(text)) {
      const [name, key, ...deeper] = path.slice(keys.length);
      if (name === undefined || !keys.every((one, at) => path[at] === one)) continue;
      const own = servers.get(name) ?? [];
      servers.set(name, own);
      if (key !== undefined) own.push({ ...member, name: key, deep: deeper.length > 0 });
    }
    return [...servers].map(([name, members]) => serverAt(text, name, members));
  },
  // TOML knows the escapes of JSON, and wants one more.
  quote: (text) => JSON.stringify(text).replaceAll('\u007f', '\\u007f'),
};

/** What the whole text says. */
export function valueIn(text: string): unknown {
  return getStaticTOMLValue(parse(text));
}

/** One `key = value`, wherever it stands. */
interface Member {
  readonly name: string;
  /** Something below the key of this name. */
  readonly deep: boolean;
  readonly pair: AST.TOMLKeyValue;
  readonly inline: boolean;
}

interface Placed extends Pick<Member, 'pair' | 'inline'> {
  /** All keys from the root. */
  readonly path: readonly string[];
}

function membersOf(text: string): Placed[] {
  const [root] = parse(text).body;
  return root.body.flatMap((node) => {
    if (node.type === 'TOMLKeyValue') return placed(node, [], false);
    const table = node.resolvedKey.map(String);
    return node.body.flatMap((pair) => placed(pair, table, false));
  });
}

/** A pair, and those in its inline table. */
function placed(pair: AST.TOMLKeyValue, above: readonly string[], inline: boolean): Placed[] {
  const path = [...above, ...pair.key.keys.map(nameOf)];
  const { value } = pair;
  const below = value.type === 'TOMLInlineTable' ? value.body : [];
  return [{ path, pair, inline }, ...below.flatMap((one) => placed(one, path, true))];
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error) {
    if (error instanceof ParseError)
      throw new SyntaxFault(inWords(error.message), error.lineNumber);
    if (error instanceof RangeError) throw new SyntaxFault('nested too deep', 1);
    throw error;
  }
}

function inWords(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function spanOf({ range: [start, end] }: { readonly range: readonly [number, number] }): Span {
  return { start, end };
}

function literalOf(node: AST.TOMLContentNode): Literal {
  const isText = node.type === 'TOMLValue' && node.kind === 'string';
  return { ...spanOf(node), value: isText ? node.value : undefined };
}

function listOf(node: AST.TOMLContentNode): ListText | 'unknown' {
  if (node.type !== 'TOMLArray') return 'unknown';
  return { ...spanOf(node), items: node.elements.map(literalOf) };
}

function serverAt(text: string, name: string, members: readonly Member[]): ServerText {
  const of = (key: string): Member | undefined =>
    members.find((one) => one.name === key && !one.deep);
  const command = of('command');
  const args = of('args');
  const url = URL_KEYS.map((key) => of(key)?.pair.value)
    .map((node) => node && literalOf(node).value)
    .find((value) => value !== undefined);
  return {
    name,
    signsIn: members.some((one) => SIGN_IN_KEYS.includes(one.name)),
    ...(url === undefined ? {} : { url }),
    ...(command ? { command: literalOf(command.pair.value) } : {}),
    ...(args ? { args: listOf(args.pair.value) } : {}),
    ...(command ? placeOfArgs(text, command, args) : {}),
  };
}

/** New arguments stand on a line below the command, or behind it in an inline table. */
function placeOfArgs(
  text: string,
  command: Member,
  args: Member | undefined,
): Pick<ServerText, 'newArgs' | 'ownArgs'> {
  const { start, end } = spanOf(command.pair);
  const lineEnd = command.inline ? end : endOfLine(text, end);
  if (args) {
    const own = spanOf(args.pair);
    const between = text.slice(lineEnd, own.start);
    const wanted = command.inline ? /^,\s*$/ : /^\r?\n[ \t]*$/;
    return wanted.test(between) && (command.inline || endOfLine(text, own.end) === own.end)
      ? { ownArgs: { start: lineEnd, end: own.end } }
      : {};
  }
  const keys = command.pair.key.keys;
  const lastKey = keys.at(-1);
  const prefix = text.slice(start, lastKey ? spanOf(lastKey).start : start);
  const equals = text.slice(spanOf(command.pair.key).end, spanOf(command.pair.value).start);
  const lead = command.inline ? ', ' : lineBreak(text, start);
  return { newArgs: { at: lineEnd, before: `${lead}${prefix}args${equals}` } };
}

/** Where the line ends that holds `at`, before its line end. */
function endOfLine(text: string, at: number): number {
  const next = text.indexOf('\n', at);
  if (next === -1) return text.length;
  return text.charAt(next - 1) === '\r' ? next - 1 : next;
}

/** A line end as the text has them, and the indent of the line that holds `at`. */
function lineBreak(text: string, at: number): string {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return `${text.includes('\r\n') ? '\r\n' : '\n'}${text.slice(lineStart, at)}`;
}
