/**
 * What a run showed, so that two runs which showed the same are equal: values that differ from run to
 * run give way to their class, names that a server minted to their place, and lists and the lines of
 * a text have no order unless it was asked for.
 */
import { container, leavesOf } from '../../analysis/words/leaves.ts';
import { isHandle, isIdentifierLike } from '../../analysis/words/minted.ts';
import { piecesIn, wordsIn } from '../../analysis/words/pieces.ts';
import { canonicalJson } from '../../model/canonical.ts';
import { isObject } from '../../model/json.ts';
import { order } from '../../model/order.ts';
import { type Difference, differencesAt } from '../client/difference.ts';
import { tokenOf } from '../client/flow.ts';
import { type Mask, masksOf, withMasks } from '../masks.ts';
import type { Problem } from './problem.ts';
import type { Answer, Ran } from './run.ts';

/** One thing that was looked at: the answers of an operation, or what a probe showed. */
export interface Part {
  /** The number of the operation; absent: a probe. */
  readonly operation?: number;
  /** What to call it. */
  readonly name: string;
  readonly value: unknown;
  readonly text: string;
}

export interface Outcome {
  readonly parts: readonly Part[];
  /** Equal for equal outcomes. */
  readonly text: string;
  /** Equal where probes showed the same; absent: nothing was read at the end. */
  readonly end?: string;
  /** Absent: no operation was answered with an error, and so did nothing. */
  readonly without?: WithoutRefused;
}

/** What remains where the operations that were refused are left out. */
interface WithoutRefused {
  readonly refused: ReadonlySet<number>;
  readonly outcome: Outcome;
}

export interface Eye {
  readonly problem: Problem;
  readonly masks: readonly Mask[];
  /** Lists, and the lines of a text, are compared with their order. */
  readonly ordered: boolean;
}

export function outcomeOf(run: Ran, eye: Eye): Outcome {
  const { problem, masks } = eye;
  const byNumber = new Map(problem.operations.map((one) => [one.number, one]));
  const raw = [
    ...[...run.answers]
      .sort(([a], [b]) => a - b)
      .map(([operation, answers]) => {
        const { tool = '', method = '', creates = false } = byNumber.get(operation) ?? {};
        const own = masksOf(masks, method, tool);
        const value = answers.map((answer) => withMasks(opened(answer, own), own));
        return { operation, name: `#${operation} ${tool}`, value, creates };
      }),
    ...run.probes.map(([name, answer]) => {
      const own = masksOf(masks, name.split(' ', 1)[0] ?? name);
      return { name, value: withMasks(opened(answer, own), own), creates: false };
    }),
  ];
  const names = mintedIn(raw, problem.said);
  const tidy = (value: unknown): unknown =>
    eye.ordered ? renamed(value, names) : unordered(renamed(value, names));
  const parts = raw.map(({ value, creates: _, ...rest }): Part => {
    const seen = tidy(value);
    return { ...rest, value: seen, text: canonicalJson(seen) };
  });
  const textOf = (some: readonly Part[]): string =>
    canonicalJson(some.map(({ name, text }) => [name, text]));
  const read = parts.filter(({ operation }) => operation === undefined);
  const end = read.length === 0 ? {} : { end: textOf(read) };
  return { parts, text: textOf(parts), ...end, ...withoutRefused(run, eye) };
}

function withoutRefused(run: Ran, eye: Eye): Pick<Outcome, 'without'> {
  const accepted = run.answers.filter(([, answers]) => !areRefused(answers));
  if (accepted.length === run.answers.length) return {};
  const refused = run.answers.flatMap(([number, answers]) => (areRefused(answers) ? [number] : []));
  const outcome = outcomeOf({ ...run, answers: accepted }, eye);
  return { without: { refused: new Set(refused), outcome } };
}

/** Errors, and not silence: what was not answered may have been done. */
function areRefused(answers: readonly Answer[]): boolean {
  return answers.length > 0 && answers.every((one) => isFailure(one) && !('unanswered' in one));
}

/** JSON inside texts as what it is, and texts that a mask reaches into as their pieces. */
function opened(value: unknown, masks: readonly Mask[]): unknown {
  const reached = new Set(
    masks.flatMap(({ path }) => path.flatMap((name) => (name.endsWith('#') ? name : []))),
  );
  const walk = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(walk);
    if (!isObject(one)) return one;
    return Object.fromEntries(
      Object.entries(one).flatMap(([name, own]) => {
        const inside = container(own);
        if (inside) return [[`${name}#`, walk(inside)]];
        if (typeof own !== 'string' || !reached.has(`${name}#`)) return [[name, walk(own)]];
        const pieces = piecesIn(own);
        return [
          [name, between(own, pieces)],
          [`${name}#`, pieces.map(({ text }) => text)],
        ];
      }),
    );
  };
  return walk(value);
}

function between(text: string, pieces: readonly { start: number; end: number }[]): string[] {
  const starts = [0, ...pieces.map(({ end }) => end)];
  return starts.map((start, at) => text.slice(start, pieces[at]?.start));
}

type Names = ReadonlyMap<string, string>;

/**
 * Names for what operations that make something were answered with: in another order another of them
 * gets the first number, and is the same thing for all that. What a client named is not renamed.
 */
function mintedIn(
  parts: readonly { readonly value: unknown; readonly creates: boolean }[],
  said: ReadonlySet<string>,
): Names {
  const names = new Map<string, string>();
  for (const { value } of parts.filter(({ creates }) => creates)) {
    for (const { name, value: own } of leavesOf(value)) {
      const token = tokenOf(own);
      const isMinted = isHandle(name) && own !== '' && !said.has(token);
      if (isMinted && !names.has(token)) names.set(token, `<new ${names.size + 1}>`);
    }
  }
  return names;
}

function renamed(value: unknown, names: Names, name = ''): unknown {
  if (names.size === 0) return value;
  if (Array.isArray(value)) return value.map((item) => renamed(item, names, name));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([own, inner]) => [own, renamed(inner, names, own)]),
    );
  }
  if (typeof value === 'number')
    return isHandle(name) ? (names.get(tokenOf(value)) ?? value) : value;
  if (typeof value !== 'string') return value;
  return names.get(tokenOf(value)) ?? renamedText(value, names);
}

/** The text with the minted names in it that nothing else looks like. */
function renamedText(text: string, names: Names): string {
  let done = '';
  let at = 0;
  for (const { start, end, text: word } of wordsIn(text)) {
    const other = isIdentifierLike(word) ? names.get(tokenOf(word)) : undefined;
    if (other === undefined) continue;
    done += text.slice(at, start) + other;
    at = end;
  }
  return done + text.slice(at);
}

function unordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => {
      const own = unordered(item);
      return [canonicalJson(own), own] as const;
    });
    return items.sort(([a], [b]) => order(a, b)).map(([, item]) => item);
  }
  if (typeof value === 'string') return linesInAnyOrder(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, unordered(own)]));
}

/** Two things added to a text are both there in either order, as they are in a list. */
function linesInAnyOrder(text: string): string {
  return text.includes('\n') ? text.split(/\r?\n/).sort(order).join('\n') : text;
}

/** One thing in which two outcomes differ. */
export interface Contrast {
  readonly operation?: number;
  readonly name: string;
  readonly pointer: string;
  readonly one: unknown;
  readonly other: unknown;
}

/** Where two outcomes of the same operations differ: the first place of each part. */
export function contrastsOf(one: Outcome, other: Outcome): Contrast[] {
  return one.parts.flatMap((part, at): Contrast[] => {
    const theirs = other.parts[at];
    if (!theirs || part.text === theirs.text) return [];
    const found = differencesAt([], part.value, theirs.value, Object.is)[0];
    const { operation, name } = part;
    const place = { ...(operation === undefined ? {} : { operation }), name };
    return [{ ...place, ...shown(found, part.value, theirs.value) }];
  });
}

function shown(
  found: Difference | undefined,
  one: unknown,
  other: unknown,
): Pick<Contrast, 'pointer' | 'one' | 'other'> {
  if (!found) return { pointer: '', one, other };
  const { path, recorded, live } = found;
  return { pointer: path.map((name) => `/${name}`).join(''), one: recorded, other: live };
}

/** Whether an answer is an error, of the protocol or of the tool; none at all counts as one. */
export function isFailure(answer: Answer): boolean {
  if (!('result' in answer)) return true;
  return isObject(answer.result) && answer.result['isError'] === true;
}
