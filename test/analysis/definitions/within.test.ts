// What one schema may refuse of what another allows, held against @cfworker/json-schema on random values.
import { describe, expect, test } from 'vitest';
import { refusalText } from '../../../analysis/definitions/schema/refusal.ts';
import { within } from '../../../analysis/definitions/schema/within.ts';
import { dice, SEED } from '../../kit/random.ts';
import {
  enclosed,
  likely,
  narrowings,
  type Schema,
  schema,
  validator,
  value,
  widenings,
} from './schemas.ts';

function refusals(
  before: unknown,
  after: unknown,
  of: 'arguments' | 'results' = 'arguments',
): string[] {
  const placed = (one: unknown) => ({ schema: one, root: one });
  return within(placed(before), placed(after), of).map((one) => `${one.at}: ${refusalText(one)}`);
}

describe(`random schemas (WIRETAPE_SEED=${SEED})`, () => {
  test('nothing that was accepted is rejected when nothing is said to be refused', () => {
    const roll = dice();
    let proved = 0;
    let tried = 0;
    for (let run = 0; run < 2500; run++) {
      const before = enclosed(schema(roll));
      const after = roll(3) === 0 ? enclosed(schema(roll)) : enclosed(near(before, roll));
      if (refusals(before, after).length > 0) continue;
      proved++;
      const [accepts, stillAccepts] = [validator(before), validator(after)];
      for (let at = 0; at < 30; at++) {
        const instance = roll(3) === 0 ? { it: value(roll) } : likely(before, roll);
        if (!accepts(instance)) continue;
        tried++;
        expect({ run, before, after, instance, accepted: stillAccepts(instance) }).toEqual({
          run,
          before,
          after,
          instance,
          accepted: true,
        });
      }
    }
    // Otherwise the property would hold for want of cases.
    expect(proved).toBeGreaterThan(300);
    expect(tried).toBeGreaterThan(3000);
  }, 60_000);

  test('no result comes that was not allowed when nothing is said to be taken back', () => {
    const roll = dice(SEED + 1);
    let tried = 0;
    for (let run = 0; run < 2000; run++) {
      const before = enclosed(schema(roll));
      const after = enclosed(near(before, roll));
      // What is closed decides which of `oneOf` holds, so there it cannot be left out of account.
      if (JSON.stringify(before).includes('oneOf')) continue;
      if (refusals(after, before, 'results').length > 0) continue;
      const [gives, allows] = [validator(after), validator(opened(before) as Schema)];
      for (let at = 0; at < 30; at++) {
        const instance = likely(after, roll);
        if (!gives(instance)) continue;
        tried++;
        const allowed = allows(instance);

        expect({ run, before, after, instance, allowed }).toMatchObject({ allowed: true });
      }
    }
    expect(tried).toBeGreaterThan(3000);
  }, 60_000);

  test('a change that widens refuses nothing', () => {
    const roll = dice();
    for (let run = 0; run < 60; run++) {
      for (const { name, before, after } of widenings(roll)) {
        expect({ name, before, after, refused: refusals(before, after) }).toEqual({
          name,
          before,
          after,
          refused: [],
        });
      }
    }
  });

  test('a change that narrows refuses something, as its witness shows', () => {
    const roll = dice();
    for (let run = 0; run < 60; run++) {
      for (const { name, before, after, witness } of narrowings(roll)) {
        const shown = [validator(before)(witness), validator(after)(witness)];
        expect({ name, shown }).toEqual({ name, shown: [true, false] });
        expect({ name, before, found: refusals(before, after).length > 0 }).toEqual({
          name,
          before,
          found: true,
        });
      }
    }
  });
});

/** The schema below `it`, with some keyword somewhere changed or left out. */
function near(enclosing: Schema, roll: (limit: number) => number): Schema {
  const { it } = (enclosing as { properties: { it: Schema } }).properties;
  return altered(it, roll) as Schema;
}

function altered(one: unknown, roll: (limit: number) => number): unknown {
  if (Array.isArray(one)) return one.map((inner) => altered(inner, roll));
  if (typeof one === 'number') return roll(3) === 0 ? one + roll(3) - 1 : one;
  if (typeof one !== 'object' || one === null) return one;
  const kept = Object.entries(one).filter(([name]) => name === 'type' || roll(6) > 0);
  return Object.fromEntries(
    kept.map(([name, inner]) => [
      name === 'anyOf' && roll(4) === 0 ? 'oneOf' : name,
      ['enum', 'required', 'type', 'const', 'multipleOf'].includes(name)
        ? inner
        : altered(inner, roll),
    ]),
  );
}

/** The schema for a reader who ignores members that he does not know. */
function opened(one: unknown): unknown {
  if (Array.isArray(one)) return one.map(opened);
  if (typeof one !== 'object' || one === null) return one;
  const kept = Object.entries(one).filter(
    ([name, inner]) => name !== 'additionalProperties' || inner !== false,
  );
  return Object.fromEntries(kept.map(([name, inner]) => [name, opened(inner)]));
}
