/** What is replayed again and again: sessions of the released servers, and one that only overlaps. */
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { type Folder, temporaryFolder } from '../cli/wiretape.ts';
import { overlapping } from './overlapping.ts';
import { recordScenarios } from './scenarios.ts';

export const FIXTURES = ['overlap', 'memory', 'filesystem', 'everything'] as const;

export type Fixture = (typeof FIXTURES)[number];

/** Records them before the tests of a file, and has a folder for them until its end. */
export function fixtures(): {
  entriesOf(name: Fixture): readonly Entry[];
  at(file: string): string;
} {
  let recorded: ReadonlyMap<Fixture, readonly Entry[]> = new Map();
  let folder: Folder | undefined;
  beforeAll(async () => {
    folder = await temporaryFolder();
    recorded = await recordFixtures();
  });
  afterAll(() => folder?.[Symbol.asyncDispose]());
  return {
    entriesOf(name) {
      const entries = recorded.get(name);
      if (!entries) throw new Error(`${name} was not recorded`);
      return entries;
    },
    at: (file) => join(folder?.path ?? '', file),
  };
}

/** Each is one session. */
async function recordFixtures(): Promise<ReadonlyMap<Fixture, readonly Entry[]>> {
  const recorded = await recordScenarios();
  return new Map<Fixture, readonly Entry[]>([
    ['overlap', overlapping()],
    ...recorded.map(({ scenario, entries }) => [scenario.name, entries] as const),
  ]);
}
