/** A comparison as a terminal shows it. All that was recorded is made visible here. */
import type { Change, ChangedCall, Comparison, Divergence } from '../replay/index.ts';
import { duration } from './durations.ts';
import { type Colors, counted, shorten, visible } from './terminal.ts';

export interface Compared {
  readonly a: string;
  readonly b: string;
  readonly comparison: Comparison;
}

/** How many of a kind are told, and how many places of one call; `--json` has all. */
const TOLD = 50;
const PLACES = 8;
const WIDTH = 60;

export function comparisonLines({ a, b, comparison }: Compared, colors: Colors): string[] {
  const { callCount, first } = comparison;
  return [
    `${colors.bold('A')}  ${visible(a)}  ${counted(callCount.a, 'call')}`,
    `${colors.bold('B')}  ${visible(b)}  ${counted(callCount.b, 'call')}`,
    '',
    ...(first ? [...firstLines(first, colors), ''] : []),
    ...sectionLines(comparison, colors),
    summaryLine(comparison),
    durationLine(comparison),
  ];
}

const PARTED: Readonly<Record<Divergence['what'], string>> = {
  asked: 'is asked for differently',
  answered: 'is answered differently',
  'only-a': 'is only in A',
  'only-b': 'is only in B',
  reordered: 'changed places',
  definition: 'is defined differently',
};

function firstLines(first: Divergence, colors: Colors): string[] {
  const { what, title, a, b } = first;
  const place =
    first.pointer === undefined ? '' : `  at ${placeOf({ pointer: first.pointer, ...first })}`;
  return [
    colors.yellow(`First divergence: ${cut(title)} ${PARTED[what]}`),
    `  A ${named(a, colors)}  B ${named(b, colors)}${place}`,
  ];
}

function named(reference: string | undefined, colors: Colors): string {
  return reference === undefined ? '(nothing before it)' : colors.cyan(visible(reference));
}

function sectionLines(comparison: Comparison, colors: Colors): string[] {
  const { changed, onlyA, onlyB, reordered, definitions, sessions } = comparison;
  const pair = (a: string, b: string): string => `${named(a, colors)} ${named(b, colors)}`;
  return [
    ...listed(sessions.onlyA, ({ session, callCount }) => [
      `only in A   session ${cut(session)}, ${counted(callCount, 'call')}`,
    ]),
    ...listed(sessions.onlyB, ({ session, callCount }) => [
      `only in B   session ${cut(session)}, ${counted(callCount, 'call')}`,
    ]),
    ...listed(changed, (one) => changedLines(one, colors)),
    ...listed(onlyA, ({ session, title, request }) => [
      `only in A   ${cut(session)}  ${cut(title)}  ${named(request, colors)}`,
    ]),
    ...listed(onlyB, ({ session, title, request }) => [
      `only in B   ${cut(session)}  ${cut(title)}  ${named(request, colors)}`,
    ]),
    ...listed(reordered, ({ session, title, a, b, past, was }) => [
      `reordered   ${cut(session)}  ${cut(title)}  ${pair(a, b)}`,
      `    ${was} ${cut(past.title)} in A, ${was === 'before' ? 'after' : 'before'} it in B  ${pair(past.a, past.b)}`,
    ]),
    ...listed(definitions, ({ session, kind, name, state, changes }) => [
      `definition  ${cut(session)}  ${kind} ${cut(name)}  ${STATES[state]}`,
      ...changeLines(changes, changes.length),
    ]),
  ];
}

const STATES = { changed: 'changed', 'only-a': 'only in A', 'only-b': 'only in B' } as const;

/** The lines of the first of a list, then how many more there are, then an empty one. */
function listed<T>(list: readonly T[], linesOf: (item: T) => readonly string[]): string[] {
  if (list.length === 0) return [];
  const more = list.length - TOLD;
  return [...list.slice(0, TOLD).flatMap(linesOf), ...(more > 0 ? [`and ${more} more`] : []), ''];
}

function changedLines(one: ChangedCall, colors: Colors): string[] {
  const { session, title, a, b, outcome, changes, changeCount, durations, waited } = one;
  const ends = outcome ? [`    ends with ${outcome.a} in A, with ${outcome.b} in B`] : [];
  const took = [durations.a, durations.b].map((micros) =>
    micros === undefined ? 'unanswered' : duration(micros),
  );
  return [
    `changed     ${cut(session)}  ${cut(title)}  ${named(a, colors)} ${named(b, colors)}  ${colors.dim(took.join(' → '))}`,
    ...ends,
    ...changeLines(changes, changeCount),
    ...waited.map(
      ({ in: side, title: other, a: inA, b: inB }) =>
        `    in ${side === 'a' ? 'A' : 'B'} asked after the answer to ${cut(other)}, in ${side === 'a' ? 'B' : 'A'} not  ${named(inA, colors)} ${named(inB, colors)}`,
    ),
  ];
}

function changeLines(changes: readonly Change[], count: number): string[] {
  const shown = changes.slice(0, PLACES);
  const more = count - shown.length;
  return [
    ...shown.map((change) => `    ${placeOf(change)}  ${saidOf(change)}`),
    ...(more > 0 ? [`    and ${counted(more, 'place')} more`] : []),
  ];
}

/** A pointer, and behind an arrow the one into the JSON text that stands there. */
export function placeOf({ pointer, inside }: Pick<Change, 'pointer' | 'inside'>): string {
  const outer = visible(shorten(pointer === '' ? '(whole)' : pointer, 4 * WIDTH));
  return inside === undefined ? outer : `${outer} → ${visible(shorten(inside, 4 * WIDTH))}`;
}

function saidOf({ kind, a, b }: Change): string {
  if (kind === 'order') return 'the same items in another order';
  if (kind === 'missing') return `only in A: ${valueText(a)}`;
  if (kind === 'extra') return `only in B: ${valueText(b)}`;
  return `${valueText(a)} → ${valueText(b)}`;
}

/** A recorded value on one line. */
export function valueText(value: unknown): string {
  return visible(shorten(JSON.stringify(value) ?? '', WIDTH));
}

function cut(text: string): string {
  return visible(shorten(text, 2 * WIDTH));
}

function summaryLine(comparison: Comparison): string {
  const { equal, sameCount, changed, onlyA, onlyB, reordered, definitions, renamed } = comparison;
  const ids = renamed.length === 0 ? '' : ` (${counted(renamed.length, 'id')} of servers renamed)`;
  if (equal) return `No differences: ${counted(sameCount, 'call')} the same${ids}.`;
  const counts = [
    `${sameCount} the same${ids}`,
    `${changed.length} changed`,
    `${onlyA.length} only in A`,
    `${onlyB.length} only in B`,
    `${reordered.length} reordered`,
    `${counted(definitions.length, 'definition')} changed`,
  ];
  return `${counts.join(', ')}.`;
}

function durationLine({ durations: { a, b, callCount } }: Comparison): string {
  return `${counted(callCount, 'call')} answered in both took ${duration(a)} in A, ${duration(b)} in B.`;
}

/** Longer values are cut in the document too; the references lead to the whole. */
const LONGEST_VALUE = 1000;

/** The comparison with values that a reader can take in. */
export function withShortValues(comparison: Comparison): Comparison {
  const short = <T extends { readonly changes: readonly Change[] }>(one: T): T => ({
    ...one,
    changes: one.changes.map(shortChange),
  });
  return {
    ...comparison,
    changed: comparison.changed.map(short),
    definitions: comparison.definitions.map(short),
  };
}

function shortChange(change: Change): Change {
  const cutValue = (value: unknown): unknown => {
    const text = JSON.stringify(value) ?? '';
    return text.length <= LONGEST_VALUE ? value : shorten(text, LONGEST_VALUE);
  };
  return {
    ...change,
    ...('a' in change ? { a: cutValue(change.a) } : {}),
    ...('b' in change ? { b: cutValue(change.b) } : {}),
  };
}
