/** Strings where a text has them, at whatever depth of JSON in strings, and what is found in them. */

/** Which members and variables hold a secret. */
export interface SecretNames {
  readonly isSecret: (name: string) => boolean;
  /** Whether such a name may end before this place: most names are told apart by that. */
  readonly mayEnd: (text: string, end: number) => boolean;
}

/** A secret in a text: where it starts, where it ends, and what it is without its escapes. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly secret: string;
  /** What a placeholder needs around it: the quotes that a number has not. */
  readonly quote?: string;
}

/** A quote as a text writes it: how many backslashes each has tells how deep its string lies. */
export interface Quote {
  readonly mark: '"' | "'";
  readonly backslashes: number;
}

/** A value of a member: the secret in it, if any, and where the text goes on behind it. */
export interface Value {
  readonly found?: Found;
  readonly after: number;
}

/** The string that begins here, in quotes such as its name has. */
export function textAt(text: string, at: number, quote: Quote): Value | undefined {
  if (!opens(text, at, quote)) return undefined;
  const start = at + quote.backslashes + 1;
  const end = endOfText(text, start, quote);
  const after = end + quote.backslashes + 1;
  if (end === start) return { after };
  return { found: { start, end, secret: withoutEscapes(text.slice(start, end), quote) }, after };
}

function opens(text: string, at: number, { mark, backslashes }: Quote): boolean {
  for (let index = 0; index < backslashes; index++) {
    if (text[at + index] !== '\\') return false;
  }
  return text[at + backslashes] === mark;
}

/**
 * Where the text between quotes ends. A quote ends it that has as many backslashes as the one that
 * began it, not counting pairs which are backslashes of the text; one with fewer ends the string
 * around it.
 */
function endOfText(text: string, start: number, { mark, backslashes }: Quote): number {
  for (let at = start; at < text.length; at++) {
    const code = text[at];
    if (code !== '"' && code !== mark) continue;
    const found = Math.min(backslashesBefore(text, at), at - start);
    if (code === mark && found % (2 * (backslashes + 1)) === backslashes) return at - backslashes;
    if (code === '"' && found < backslashes) return at - found;
    if (code === '"' && mark === "'" && found <= backslashes) return at - found;
  }
  return text.length;
}

/** A text as it was before it was written into a JSON text, and that into another. */
function withoutEscapes(text: string, { mark, backslashes }: Quote): string {
  if (mark === "'" || !text.includes('\\')) return text;
  let plain = text;
  try {
    for (let left = backslashes; left >= 0; left = left === 0 ? -1 : (left - 1) / 2) {
      plain = JSON.parse(`"${plain}"`) as string;
    }
    return plain;
  } catch {
    return text;
  }
}

export function backslashesBefore(text: string, at: number): number {
  let count = 0;
  while (text[at - 1 - count] === '\\') count++;
  return count;
}

/** Behind spaces and line ends, which a JSON text in a string writes as escapes. */
export function afterSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at++;
    if (text[at] !== '\\') return at;
    LINE_END.lastIndex = at;
    const [written] = LINE_END.exec(text) ?? [];
    if (written === undefined) return at;
    at += written.length;
  }
}

const LINE_END = /\\{1,15}[nrt]/y;

/** The last place before those. */
export function beforeSpace(text: string, from: number): number {
  let at = from;
  for (;;) {
    if (isSpace(text.charCodeAt(at))) at--;
    else if (text[at - 1] === '\\' && /[nrt]/.test(text.charAt(at))) {
      at -= 1 + backslashesBefore(text, at);
    } else return at;
  }
}

/** Where the next value of a list begins, behind a comma; undefined when there is none. */
export function nextInList(text: string, from: number): number | undefined {
  const at = afterSpace(text, from);
  return text[at] === ',' ? afterSpace(text, at + 1) : undefined;
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** What an expression with the flag `y` finds at a place; nothing: an empty list. */
export function matchAt(
  expression: RegExp,
  text: string,
  at: number,
): readonly (string | undefined)[] {
  expression.lastIndex = at;
  return expression.exec(text) ?? [];
}
