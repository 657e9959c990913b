/** Whether what was written carries on what was seen before: the evidence that it was made from it. */
import { type Content, holds, type Value } from './values.ts';

export interface Carried {
  /** Where it was seen, and where it was written: JSON pointers. */
  readonly from: string;
  readonly to: string;
  readonly sure: number;
}

export interface Manner {
  /** It may add what it is given to what is there. */
  readonly mayAdd: boolean;
  /** What it said. */
  readonly answer: Content;
}

export function carriedFrom(before: Content, after: Content, how: Manner): Carried | undefined {
  for (const [line, value] of after.lines) {
    const from = before.lines.get(line);
    if (from && isTelling(line)) return { from: from.pointer, to: value.pointer, sure: 0.95 };
  }
  return wholeIn(before, after) ?? fieldOf(before, after) ?? numberOf(before, after, how);
}

/** A line that two people do not write by chance. */
function isTelling(line: string): boolean {
  return line.length >= 8 && /\p{L}/u.test(line);
}

/** A whole value that was seen is part of one that was written: something was added to it. */
function wholeIn(before: Content, after: Content): Carried | undefined {
  for (const to of after.values.slice(0, FEW)) {
    const from = before.values
      .slice(0, FEW)
      .find(({ text }) => text.length >= 3 && !text.startsWith('{') && holds(to.text, text));
    if (from) return { from: from.pointer, to: to.pointer, sure: 0.9 };
  }
  return undefined;
}

const FEW = 16;

/** A member is written back as it was seen. */
function fieldOf(before: Content, after: Content): Carried | undefined {
  const seen = new Map(before.values.map((value) => [`${value.field} ${value.text}`, value]));
  for (const to of after.values) {
    const from = to.text === '' ? undefined : seen.get(`${to.field} ${to.text}`);
    if (from && to.field !== '') return { from: from.pointer, to: to.pointer, sure: 0.85 };
  }
  return undefined;
}

/** A number was seen, and a number was written: a count that went on from where it was seen. */
function numberOf(before: Content, after: Content, how: Manner): Carried | undefined {
  const from = before.values.filter(isNumber);
  const to = after.values.filter(isNumber);
  const [seen, written] = [from[0], to[0]];
  const isOne = new Set(from.map(({ text }) => text)).size === 1 && to.length === 1;
  if (!seen || !written || !isOne || after.values.length > 1) return undefined;
  if (isAdded(seen, written, how)) return undefined;
  return { from: seen.pointer, to: written.pointer, sure: 0.8 };
}

/**
 * Whether the number may have been added to what was there. Then the answer tells of another one, if
 * of any; and only what stands under the name it was read under, or is told alone, was surely put.
 */
function isAdded(seen: Value, written: Value, { mayAdd, answer }: Manner): boolean {
  if (!mayAdd) return false;
  const told = numbersIn(answer.text);
  const isTold = told.has(written.text);
  return seen.field === written.field ? told.size > 0 && !isTold : !isTold || told.size > 1;
}

/** The numbers that stand for themselves: not those of an id or a date. */
function numbersIn(text: string): Set<string> {
  const words = text.split(/[\s"'(){}[\],;:=]+/).map((word) => word.replace(/\.$/, ''));
  return new Set(words.filter((word) => isNumber({ text: word })));
}

function isNumber({ text }: Pick<Value, 'text'>): boolean {
  return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(text);
}
