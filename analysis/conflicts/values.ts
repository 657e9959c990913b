/**
 * Values: what a write would leave behind, what an answer shows, and whether one is in the other.
 *
 * Texts are compared line by line, without case and Unicode forms, since servers change them, and
 * without secrets, which were replaced before they were recorded. Where the recordings have two keys
 * of redaction, the placeholders of one say nothing of those of the other.
 */
import { canonicalJson } from '../../model/canonical.ts';
import { escapePointer, isObject } from '../../model/json.ts';
import { unkeyed } from '../../model/placeholder.ts';
import { isReplaced } from '../footprint/edit.ts';
import { isKeyName } from '../footprint/keys.ts';
import { argumentsOf, type Operation, resultOf } from '../footprint/operation.ts';
import { isMove } from '../footprint/verbs.ts';
import { plain } from '../lost-update/features.ts';
import { leavesOf } from '../words/leaves.ts';

export interface Value {
  /** The name of the member it stands under. */
  readonly field: string;
  /** JSON pointer within the message. */
  readonly pointer: string;
  /** As it is compared; empty where it was a secret. */
  readonly text: string;
}

export interface Content {
  readonly values: readonly Value[];
  /** Every line of them that is not blank, with the first value that has it. */
  readonly lines: ReadonlyMap<string, Value>;
  readonly text: string;
}

export interface Written {
  /** What it puts there. */
  readonly puts: Content;
  /** What it takes away by naming it: the old text of an edit. */
  readonly takes: Content;
  /** The arguments on top that it writes, by name, as canonical texts. */
  readonly parts: ReadonlyMap<string, string>;
}

export interface Values {
  writtenBy(operation: Operation): Written;
  /** All arguments, those too that name a resource. */
  givenTo(operation: Operation): Content;
  shownBy(operation: Operation): Content;
  /** Equal for operations that were asked for the same. */
  askedFor(operation: Operation): string;
  /** Equal for writes that leave the same behind, and for reads that show the same. */
  versionOf(operation: Operation): string;
}

export function createValues(operations: readonly Operation[]): Values {
  const keys = new Set(operations.map(({ view }) => view.session.head?.redaction.key));
  const canonical = (value: unknown): string => {
    const text = typeof value === 'string' ? JSON.stringify(value) : canonicalJson(value);
    return keys.size > 1 ? unkeyed(text) : text;
  };
  /** All arguments as canonical texts, by name. */
  const argumentsIn = kept((operation): ReadonlyMap<string, string> => {
    const args = argumentsOf(operation);
    if (!isObject(args)) return new Map();
    const names = Object.keys(args).sort();
    return new Map(names.map((name) => [name, canonical(args[name])]));
  });
  const partsOf = (operation: Operation): Map<string, string> =>
    new Map([...argumentsIn(operation)].filter(([name]) => !isKeyName(name)));
  const givenTo = kept((operation) =>
    contentOf(valuesIn(argumentsOf(operation), '/params/arguments')),
  );
  return {
    givenTo,
    writtenBy: kept((operation) => {
      // What is moved is nothing that its call says.
      const given = isMove(operation.tool) ? [] : givenTo(operation).values;
      const all = given.filter((value) => isWritten(operation, value));
      const isTaken = ({ field }: Value): boolean => operation.edits && isReplaced(field);
      return {
        puts: contentOf(all.filter((value) => !isTaken(value))),
        takes: contentOf(all.filter(isTaken)),
        parts: partsOf(operation),
      };
    }),
    shownBy: kept((operation) => contentOf(valuesIn(resultOf(operation), '/result'))),
    askedFor: kept(
      (operation) => `${operation.tool} ${JSON.stringify([...argumentsIn(operation)])}`,
    ),
    versionOf: kept((operation) => {
      if (operation.kind === 'R' || operation.kind === 'L') return canonical(resultOf(operation));
      return JSON.stringify([...partsOf(operation)]);
    }),
  };
}

function isWritten({ kind }: Operation, { pointer }: Value): boolean {
  return kind === 'C' || !isKeyName(argumentAt(pointer));
}

/** The argument on top at a pointer into a request. */
export function argumentAt(pointer: string): string {
  return (pointer.split('/')[3] ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}

function valuesIn(value: unknown, above: string): Value[] {
  return leavesOf(value).map((leaf) => ({
    field: leaf.name,
    pointer: above + leaf.path.map(stepOf).join(''),
    text: plain(String(leaf.value)).trim(),
  }));
}

function stepOf(step: string | number): string {
  return `/${escapePointer(String(step))}`;
}

export function contentOf(values: readonly Value[]): Content {
  const lines = new Map<string, Value>();
  for (const value of values) {
    for (const line of value.text.split('\n')) {
      const text = line.trim();
      if (text !== '' && !lines.has(text)) lines.set(text, value);
    }
  }
  return { values, lines, text: values.map(({ text }) => text).join('\n') };
}

/** Of more lines only whole ones are looked for, so that the work grows with the texts and no more. */
const FEW = 16;

/** The lines of `of` that are not in `other`, in their order. */
export function missingLines(of: Content, other: Content): string[] {
  const isFew = of.lines.size <= FEW;
  return [...of.lines.keys()].filter(
    (line) => !other.lines.has(line) && !(isFew && holds(other.text, line)),
  );
}

/** Whether a text holds another as words of its own: 1 is not in 10, and not in 1.5. */
export function holds(text: string, part: string): boolean {
  if (part === '') return false;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) {
    const end = at + part.length;
    if (!isJoined(text, at - 1, at) && !isJoined(text, end, end - 1)) return true;
  }
  return false;
}

const OF_WORD = /[\p{L}\p{N}\p{M}_]/u;
const DIGIT = /[0-9]/;

/** Whether what stands outside belongs to one word or number with what stands inside. */
function isJoined(text: string, outside: number, inside: number): boolean {
  if (!OF_WORD.test(text.charAt(inside))) return false;
  if (OF_WORD.test(text.charAt(outside))) return true;
  return text.charAt(outside) === '.' && DIGIT.test(text.charAt(2 * outside - inside));
}

/** So many answers are remembered: what is compared again is compared soon. */
const REMEMBERED = 2_000;

function kept<T>(find: (operation: Operation) => T): (operation: Operation) => T {
  const known = new Map<Operation, T>();
  return (operation) => {
    const before = known.get(operation);
    if (before !== undefined) return before;
    if (known.size >= REMEMBERED) known.clear();
    const found = find(operation);
    known.set(operation, found);
    return found;
  };
}
