/** Which environment variables of a server hold secrets (design §3, redaction). */
import { isSecretName } from './secret-names.ts';

const NEVER =
  /^(?:HOME|PATH|PWD|OLDPWD|SHELL|TERM|LANG|USER|LOGNAME|TMPDIR|XDG_.*|NODE_.*|npm_.*|LC_.*)$/;

/** Shorter values are words such as `yes`, and would blank half of a recording. */
const SHORTEST = 6;

/** Whether the value of this variable must never stand in a recording. */
export function isSecretVariable(name: string, value: string): boolean {
  if (NEVER.test(name) || value.length < SHORTEST) return false;
  return isSecretName(name) || looksMinted(value);
}

/** At least 16 characters without path, port or space in them, no word or number, 3 bits a character. */
export function looksMinted(value: string): boolean {
  if (value.length < 16 || /[/\\:\s]/.test(value)) return false;
  if (/^[a-z]+$/i.test(value) || value.split(/[-_.,+@]/).every(isWordOrNumber)) return false;
  return bitsPerCharacter(value) >= 3;
}

/** `eu-central-1` and `db.example.org` are made of words and numbers; what is minted mixes them. */
function isWordOrNumber(part: string): boolean {
  return /^(?:[A-Z]?[a-z]*|[A-Z]+|\d+)$/.test(part);
}

/** Shannon entropy of the characters of a text. */
export function bitsPerCharacter(text: string): number {
  let bits = 0;
  for (const count of countsOf(text)) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/** How often each character of a text is in it, in the order they come. */
function countsOf(text: string): Iterable<number> {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) >= COUNTED.length) return manyCountsOf(text);
  }
  // Nearly all that is asked about is short and ASCII, and there is a great deal of it.
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    COUNTED[code] = (COUNTED[code] ?? 0) + 1;
  }
  const counts: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const count = COUNTED[code] ?? 0;
    if (count > 0) counts.push(count);
    COUNTED[code] = 0;
  }
  return counts;
}

/** All 0 between two uses. */
const COUNTED = new Uint32Array(128);

function manyCountsOf(text: string): Iterable<number> {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return counts.values();
}
