/** Base64 (RFC 4648 §4), since the pure rooms have neither Buffer nor btoa. */
import { fromLatin1, latin1 } from './text.ts';

const DIGITS = fromLatin1('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;
const NO_DIGIT = 64;

/** The value of each character as a digit. */
const VALUES = new Uint8Array(256).fill(NO_DIGIT);
for (const [value, character] of DIGITS.entries()) VALUES[character] = value;

export function toBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  const digit = (bits: number): number => DIGITS[bits & 63] ?? PADDING;
  let end = 0;
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]];
    const bits = ((a ?? 0) << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text[end++] = digit(bits >> 18);
    text[end++] = digit(bits >> 12);
    text[end++] = b === undefined ? PADDING : digit(bits >> 6);
    text[end++] = c === undefined ? PADDING : digit(bits);
  }
  return latin1(text);
}

/** The bytes of a base64 text; characters outside the alphabet are passed over. */
export function fromBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let end = 0;
  let bits = 0;
  let held = 0;
  for (let at = 0; at < text.length; at++) {
    const value = VALUES[text.charCodeAt(at)] ?? NO_DIGIT;
    if (value === NO_DIGIT) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[end++] = bits >> held;
  }
  return bytes.slice(0, end);
}
