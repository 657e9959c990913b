/** What is replayed again and again: sessions of the released servers, and one that only overlaps. */
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import { type Folder, temporaryFolder } from '../cli/wiretape.ts';
import { client, opening, server, tape, toolCall, toolText } from '../kit/entries.ts';
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

/** Overlapping calls, equal ones among them, with progress, questions and log messages between. */
function overlapping(): Entry[] {
  const progress = (progressToken: number, at: number) =>
    server({ method: 'notifications/progress', params: { progressToken, progress: at } });
  const log = (data: string) =>
    server({ method: 'notifications/message', params: { level: 'info', data } });
  return tape('overlap', [
    ...opening(),
    client(toolCall(1, 'a', {}, { progressToken: 1 })),
    client(toolCall(2, 'same')),
    client(toolCall(3, 'same')),
    client(toolCall(4, 'd')),
    progress(1, 1),
    log('all four'),
    server(toolText(3, 'one')),
    server({ id: 0, method: 'roots/list' }),
    server({ id: '', method: 'roots/list' }),
    client({ id: '', result: { roots: [] } }),
    client({ id: 0, result: { roots: [{ uri: 'file:///' }] } }),
    progress(1, 2),
    server(toolText(4, 'four')),
    server(toolText(2, 'two')),
    log('before the last'),
    server(toolText(1, 'done')),
    client(toolCall(5, 'last')),
    server(toolText(5, 'end')),
  ]);
}
