/**
 * Public entry `wiretape/vitest`: tests that have recorded servers instead of real ones.
 *
 *   import { mcpTest } from 'wiretape/vitest';
 *
 *   const test = mcpTest({ recording: new URL('./run.tape.jsonl', import.meta.url) });
 *
 *   test('the agent tidies the desk', async ({ servers, expect }) => {
 *     await runAgent({ memory: servers.transport('memory') });
 *     expect(servers).toMatchRecording();
 *   });
 *
 * Each test starts from the beginning of the recording. The only file that needs vitest to run.
 */
import { expect, type TestAPI, test } from 'vitest';
import { plain } from './miss.ts';
import { openRecording } from './open.ts';
import { recordedSessions } from './recorded.ts';
import type { ReplayReport } from './report.ts';
import { type StandIns, standInsOf } from './stand-ins.ts';

export type { Difference, Miss, ReplayReport } from './report.ts';
export type { StandIns } from './stand-ins.ts';
export type { StandInTransport } from './transport.ts';

export interface McpTestOptions {
  /** The recording: a path, relative to the folder that vitest runs in, or a file URL. */
  readonly recording: string | URL;
  /**
   * What a message does that the recording does not have. `fail`, the default: the test fails, also
   * when the code under test swallowed the error it got. `report`: it stands in `servers.report()`.
   */
  readonly misses?: 'fail' | 'report';
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares the parameter this way.
  interface Matchers<T = any> {
    /** All recorded sessions were played to their end, and all was as recorded. */
    toMatchRecording(): T;
  }
}

/** Vitest's `test` with the fixture `servers`: the recorded servers, to connect clients to. */
export function mcpTest(options: McpTestOptions): TestAPI<{ servers: StandIns }> {
  const { recording, misses = 'fail' } = options;
  const opening = openRecording(recording).then(recordedSessions);
  // A recording that cannot be opened fails each test that wants it, and not the file at large.
  opening.catch(() => {});
  expect.extend({
    toMatchRecording: (received: unknown) => judge((received as StandIns).report()),
  });
  return test.extend<{ servers: StandIns }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what a fixture needs.
    servers: async ({}, use) => {
      const servers = standInsOf(await opening);
      await use(servers);
      await servers.close();
      const missed = servers.report().flatMap(missesOf).map(plain);
      if (misses === 'fail' && missed.length > 0) throw new Error(missed.join('\n'));
    },
  });
}

function judge(reports: readonly ReplayReport[]): { pass: boolean; message: () => string } {
  const told = reports.flatMap((report) => [...missesOf(report), ...othersOf(report)].map(plain));
  return {
    pass: told.length === 0,
    message: () =>
      told.length === 0 ? 'The replay equals the recording.' : told.slice(0, 20).join('\n'),
  };
}

function missesOf({ name, misses }: ReplayReport): string[] {
  return misses.map(({ detail }) => `${name}: ${detail}`);
}

function othersOf({ name, differences, degraded, unmade, withheld }: ReplayReport): string[] {
  return [
    ...degraded.map(
      ({ entry, how, pointer = '' }) => `${name}: ${entry} was only ${how} ${pointer}`,
    ),
    ...differences.map(
      ({ entry, about, pointer }) => `${name}: another ${about} than ${entry} at ${pointer}`,
    ),
    ...unmade.map((entry) => `${name}: the client never sent ${entry}`),
    ...withheld.map(
      ({ entry, waitsFor }) =>
        `${name}: ${entry} was not sent${waitsFor ? `, it waits for ${waitsFor}` : ''}`,
    ),
  ];
}
