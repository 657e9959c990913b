/** Where the parts of a server's entry stand in the text of a configuration, whatever its language. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value in the text; `value` is undefined when it is no string. */
export interface Literal extends Span {
  readonly value: string | undefined;
}

/** A list in the text, with its brackets. */
export interface ListText extends Span {
  readonly items: readonly Literal[];
}

/** One `key: value` of an entry. */
export interface MemberText {
  readonly key: Span;
  readonly whole: Span;
  readonly value: Literal;
  /** The keys of a value that is an object. */
  readonly names: readonly Literal[];
}

export interface ServerText {
  readonly name: string;
  readonly command?: Literal;
  /** Undefined when there are none; `unknown` when they are no list. */
  readonly args?: ListText | 'unknown';
  /** The address of a remote server. */
  readonly url?: string;
  /** The user, or a key in the entry, signs in. */
  readonly signsIn: boolean;
  /** Where arguments are put when there are none: at `at`, `before` and then the list. */
  readonly newArgs?: { readonly at: number; readonly before: string };
  /** What goes when arguments are taken away that stand where `newArgs` would put them. */
  readonly ownArgs?: Span;
  /** All members, where the language can rename them. */
  readonly members?: ReadonlyMap<string, MemberText>;
}

export interface Language {
  /** The servers below these keys, in the order of the text. Throws SyntaxFault on what it cannot read. */
  read(text: string, keys: readonly string[]): ServerText[];
  /** A text as a literal of the language. */
  quote(text: string): string;
}

/** The text is not what its language allows. */
export class SyntaxFault extends Error {
  readonly line: number;

  constructor(reason: string, line: number) {
    super(reason);
    this.line = line;
  }
}

/** Where a remote server's address may stand. */
export const URL_KEYS = ['url', 'serverUrl', 'httpUrl'];

/** Keys that say how a user signs in to a remote server. */
export const SIGN_IN_KEYS = ['auth', 'oauth'];

/** Replaces a span of the text. */
export interface Edit extends Span {
  readonly text: string;
}

/** The text after edits that do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, text: put }) => now.slice(0, start) + put + now.slice(end), text);
}

/** The white space before `at`, from the last line end on. */
export function indentBefore(text: string, at: number): string {
  let start = at;
  while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
  return lastLine(text.slice(start, at));
}

/** White space from its last line end on, so that an empty line before it is not repeated. */
export function lastLine(space: string): string {
  return /\r?\n[^\n]*$/.exec(space)?.[0] ?? space;
}
