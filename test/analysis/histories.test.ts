/**
 * Random histories of servers whose behaviour is known (history.ts).
 *
 * Atomic servers never lose anything, whatever overlaps: there must be no finding. Torn ones do:
 * whatever a finding names must be acknowledged and really missing.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import { type Entry, parseReference } from '../../model/entry.ts';
import type { Evidence, Finding } from '../../model/finding.ts';
import { member } from '../../model/json.ts';
import { viewsOf } from '../../model/view.ts';
import {
  add,
  all,
  append,
  create,
  edit,
  entities,
  files,
  fresh,
  history,
  line,
  path,
  read,
  record,
} from './history.ts';

function lostUpdates(entries: readonly Entry[]): Finding[] {
  return analyse(viewsOf(entries)).filter(({ code }) => code === 'C03');
}

const seed = 20261122;

describe('atomic servers lose nothing', () => {
  test.each([
    ['entities', entities],
    ['files', files],
  ])('%s', (_, acts) => {
    fc.assert(
      fc.property(history(acts, false), (calls) => {
        expect(lostUpdates(record(calls)).map(({ message }) => message)).toEqual([]);
      }),
      { numRuns: 250, seed },
    );
  });
});

/** The text at a JSON pointer of a message, and all that a message says. */
function textAt(entries: readonly Entry[], { message, pointer }: Evidence): string {
  const { session, seq } = parseReference(message) ?? {};
  const entry = entries.find((one) => one.session === session && one.seq === seq);
  let value: unknown = entry?.type === 'message' ? entry.value : undefined;
  for (const step of pointer?.split('/').slice(1) ?? [])
    value = member(value, step) ?? (value as unknown[])[Number(step)];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Fewer kinds of calls, so that the losses are not hidden behind deletes and overwrites. */
const adding = (echo: boolean) =>
  fc.oneof(
    fc.tuple(fresh, line).map((of) => create(...of, echo)),
    fc.tuple(fc.constant('x'), fresh).map((of) => add(...of)),
    fc.constant(all),
  );
const inserting = () =>
  fc.oneof(
    fc.tuple(path, fresh).map((of) => append(...of)),
    fc
      .tuple(fc.constant('/p/a.md'), fc.constantFrom('item 1: to', 'item 2:'), fresh)
      .map((of) => edit(...of)),
    path.map(read),
  );

describe('torn servers', () => {
  test.each([
    ['entities', entities, 3],
    ['files', files, 1],
    ['entities that are only added', adding, 50],
    ['files that only grow', inserting, 10],
  ])('%s: what is named was acknowledged, and is not in the read', (_, acts, least) => {
    let lossCount = 0;
    fc.assert(
      fc.property(history(acts, true), (calls) => {
        const entries = record(calls);
        for (const { evidence } of lostUpdates(entries)) {
          const read = evidence.filter(({ role }) => role === 'read that misses it');
          const shown = read.map((one) => textAt(entries, one)).join();
          for (const lost of evidence.filter(({ role }) => role === 'lost write')) {
            lossCount += 1;
            expect(shown).not.toContain(JSON.stringify(textAt(entries, lost)).slice(1, -1));
          }
        }
      }),
      { numRuns: 250, seed },
    );
    // Bigger changes of the generator may need another number; none may be 0.
    expect(lossCount).toBeGreaterThanOrEqual(least);
  });
});
