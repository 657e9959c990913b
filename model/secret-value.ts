/**
 * What a value beside the name of a secret looks like in a text that is no JSON: a line of a
 * configuration, a command, a header. Sentences and programs have such names as well
 * (`password: required`, `token = next()`), so here the value decides too.
 *
 * Each function gives where the secret stands of a value that begins at a place, or undefined.
 */

import { isOrdinary } from './no-secret.ts';
import { matchAt } from './quoted-text.ts';

export interface Place {
  readonly start: number;
  readonly end: number;
}

/** In quotes, or one run of characters without a space. */
export function valueAt(text: string, at: number): Place | undefined {
  const [begun, before = '', inner = ''] = matchAt(QUOTED, text, at);
  if (begun === undefined || !/["'`\\]/.test(text.charAt(at + begun.length))) {
    return bareAt(text, at);
  }
  return isMinted(inner) ? placeOf(at + before.length, inner) : undefined;
}

/** Of any look: what stands behind `NAME=` and `--name=` is meant as a value. */
export function anyValueAt(text: string, at: number): Place | undefined {
  const [whole = '', value = ''] = matchAt(ANY, text, at);
  return value === '' ? undefined : placeOf(at + whole.length - value.length, value);
}

/** What an Authorization header has, behind its scheme or alone. */
export function authorizationAt(text: string, at: number): Place | undefined {
  const [begun, scheme = ''] = matchAt(SCHEME, text, at);
  const behind = begun === undefined ? undefined : bareAt(text, at + begun.length);
  const isScheme = behind && (SCHEMES.has(scheme.toLowerCase()) || isLast(text, behind.end));
  return isScheme ? behind : valueAt(text, at);
}

/** The pairs of a Cookie or Set-Cookie header, with their names. */
export function cookieAt(text: string, at: number): Place | undefined {
  const [space = ''] = matchAt(SPACE, text, at);
  const start = at + space.length;
  let end = start;
  for (;;) {
    const [pair = ''] = matchAt(COOKIE, text, end);
    if (pair === '') return end === start ? valueAt(text, at) : { start, end };
    end += pair.length;
  }
}

function bareAt(text: string, at: number): Place | undefined {
  return restOfLineAt(text, at) ?? wordAt(text, at);
}

/** With any signs in it, where it is all of its line and no list, call or reference. */
function restOfLineAt(text: string, at: number): Place | undefined {
  const [whole = '', value = ''] = matchAt(LINE, text, at);
  const end = at + whole.length;
  const isAll = value !== '' && (end === text.length || /["\\\r\n]/.test(text.charAt(end)));
  return isAll && isMinted(value) && !PARTS_OF_MORE.test(value)
    ? placeOf(end - value.length, value)
    : undefined;
}

function wordAt(text: string, at: number): Place | undefined {
  const [whole = '', value = ''] = matchAt(BARE, text, at);
  const end = at + whole.length;
  // A call and a reference of a program go on behind what looks like a word.
  if (value === '' || /[([{$<]/.test(text.charAt(end))) return undefined;
  const isSecret = isMinted(value) && (isLast(text, end) || value.split(PARTS).some(isMixed));
  return isSecret ? placeOf(end - value.length, value) : undefined;
}

/** Whether nothing is behind a place in its line or string. */
function isLast(text: string, end: number): boolean {
  return end === text.length || /["'`\\\r\n,;&]/.test(text.charAt(end));
}

/** With a digit, and neither the path of a file nor that of a member, nor a number. */
function isMinted(value: string): boolean {
  if (!/\d/.test(value) || isOrdinary(value)) return false;
  return !NUMBER.test(value) && !FILE.test(value) && !MEMBER.test(value);
}

/** Letters and digits in one word; `12-character` and `sha-256` are made of words and numbers. */
function isMixed(part: string): boolean {
  return (
    part.length >= 5 && /\d/.test(part) && /[A-Za-z]/.test(part) && !/^\d+[a-z]{1,2}$/.test(part)
  );
}

function placeOf(start: number, value: string): Place {
  return { start, end: start + value.length };
}

const SPACE = /[ \t]{0,8}/y;
const QUOTED = /([ \t]{0,8}\\{0,15}["'`])([^\s"'`\\<>]{4,4000})/y;
const BARE = /[ \t]{0,8}\\{0,15}["'`]?([^\s"'`\\&<>;,(){}[\]$]{6,4000})/y;
const LINE = /[ \t]{0,8}([^\s"'`\\<>]{6,4000})/y;
const PARTS_OF_MORE = /^\$|[()[\]{}]|[,;]$|[&;,][\w.-]{1,100}=/;
/** A reference to another variable is no value. */
const ANY = /\\{0,15}["']?([^\s"'\\&<>;,(){}$]{6,4000})/y;
const SCHEME = /[ \t]{0,8}([A-Za-z][\w-]{1,30})(?= )/y;
const COOKIE = /[ \t]{0,4}[\w.%!#*$-]{1,100}=[^\s;"'`\\<>]{1,4000};?/y;

const SCHEMES = new Set([
  'bearer',
  'basic',
  'token',
  'apikey',
  'api-key',
  'key',
  'bot',
  'oauth',
  'negotiate',
]);

const PARTS = /[-_.,+@:/]/;
const NUMBER = /^[-+]?\d[\d.,:/-]*%?$/;
const FILE = /^(?:[a-z]:|~|\.{0,2})[\\/][\w.-]+[\\/.]/i;
const MEMBER = /^[A-Za-z_]+\d?\.[A-Za-z_]+\d?(?:\.[A-Za-z_]+\d?)?$/;
