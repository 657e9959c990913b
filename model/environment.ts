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
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}
