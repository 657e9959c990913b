/**
 * Why a server gave no answer, in words without addresses: they stand in a 502, in the recording and
 * on standard error, and one fault should read the same wherever and to whichever port it happens.
 */
import { errors } from 'undici';
import { connectionFault } from '../../model/connection-fault.ts';
import { reasonOf } from '../system-error.ts';

/** Why an exchange with a server came to nothing. */
export function whyNoAnswer(error: unknown): string {
  const { cause, words } = connectionFault(error);
  if (words !== undefined) return words;
  if (isUnreadable(cause)) return `it answers no HTTP (${oneLine(reasonOf(cause))})`;
  return oneLine(reasonOf(cause)) || 'no reason was given';
}

function isUnreadable(error: unknown): boolean {
  return UNREADABLE.some((kind) => error instanceof kind);
}

/** Somebody answered, in a way that cannot be passed on. */
const UNREADABLE = [
  errors.HTTPParserError,
  errors.HeadersOverflowError,
  errors.ResponseContentLengthMismatchError,
];

const LONGEST = 120;

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST);
}
