// Nobody can tell that the tap is there: the conformance suite gives the same checks with the same results for a
// server of both eras, and for a client, with and without a tap in between. `npm run test:conformance`.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyse } from '../../analysis/index.ts';
import type { Finding } from '../../model/finding.ts';
import { viewsOf } from '../../model/view.ts';
import { built, ROOT } from '../kit/built.ts';
import { tapAt } from '../tap/http/kit.ts';
import { journals } from '../tap/kit.ts';
import { installSuite, type Suite } from './suite.ts';

let folder: string;
let suite: Suite;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wt-conformance-'));
  suite = await installSuite(folder);
}, 600_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A new server of both eras for each run, since some tools change it; `way` gives the address to test. */
async function serverChecks(
  revision: string,
  way: (address: string) => string | Promise<string>,
): Promise<string[]> {
  const server: ChildProcess = spawn(process.execPath, [
    join(ROOT, 'test/kit/servers/dual-era.mjs'),
  ]);
  try {
    const [line] = await once(server.stdout ?? process.stdin, 'data');
    const url = await way(String(line).trim());
    return await suite.checks(['server', '--url', url, '--requirements', revision]);
  } finally {
    server.kill();
  }
}

/** The checks both ways; what differs at first is run once more each way, since some scenarios measure time. */
async function bothWays(
  direct: () => Promise<string[]>,
  tapped: () => Promise<string[]>,
): Promise<{ direct: string[]; tapped: string[] }> {
  const first = { direct: await direct(), tapped: await tapped() };
  if (first.direct.join() === first.tapped.join()) return first;
  process.stdout.write('they differ, and are run again\n');
  return { direct: await direct(), tapped: await tapped() };
}

test.each([
  ['2025-11-25', 80],
  ['2026-07-28', 160],
])(
  'a server of both eras, the requirements of %s',
  async (revision, atLeast) => {
    const state = join(folder, `state-${revision}`);
    const { direct, tapped } = await bothWays(
      () => serverChecks(revision, (address) => address),
      () => serverChecks(revision, async (address) => (await tapAt(address, state)).url),
    );
    const passed = direct.filter((check) => check.endsWith(' SUCCESS')).length;
    process.stdout.write(`${revision}: ${direct.length} checks, ${passed} successes, both ways\n`);
    expect(tapped).toEqual(direct);
    expect(direct.length).toBeGreaterThan(atLeast);
    // The extension for tasks is not what the SDK offers; nothing else may fail.
    expect(
      direct.filter((check) => check.endsWith(' FAILURE') && !check.includes('tasks')),
    ).toEqual([]);
    expect(await errorsIn(state)).toEqual([]);
  },
  600_000,
);

/** What the suite does wrong on purpose, to see whether the server refuses it. */
const ON_PURPOSE: ReadonlySet<string> = new Set([
  // http-header-validation and http-custom-header-server-validation
  'client header-differs-from-body',
  // server-stateless
  'client request-without-revision',
  // input-required-result-tampered-state
  'client request-state-not-echoed',
  // input-required-result-missing-input-response and -ignore-extra-params
  'client input-responses-differ',
]);

/** The errors that analysis tells of what was recorded: a server that passes the suite makes none. */
async function errorsIn(state: string): Promise<string[]> {
  const entries = (await journals(state)).flatMap((journal) => journal.entries);
  const found = analyse(viewsOf(entries)).filter(
    ({ severity }) => severity === 'critical' || severity === 'high',
  );
  process.stdout.write(`${entries.length} entries, ${found.length} errors told\n`);
  const told = ({ rule, message }: Finding): string => {
    return `${message.startsWith('The server') ? 'server' : 'client'} ${rule}`;
  };
  return found
    .filter((finding) => !ON_PURPOSE.has(told(finding)))
    .map(({ rule, message, evidence }) => `${rule}: ${message} (${evidence[0].message})`);
}

describe('a client', () => {
  test.each([
    'initialize',
    'tools_call',
    'elicitation-sep1034-client-defaults',
    'sse-retry',
    'request-metadata',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
    'sep-2322-client-request-state',
  ])(
    '%s',
    async (scenario) => {
      const client = `${process.execPath} ${join(import.meta.dirname, 'client.mjs')}`;
      const through = `${client} --tapped ${await built()} ${join(folder, 'state')}`;
      const words = (command: string) => ['client', '--command', command, '--scenario', scenario];
      const { direct, tapped } = await bothWays(
        () => suite.checks(words(client)),
        () => suite.checks(words(through)),
      );
      process.stdout.write(`${scenario}: ${direct.length} checks both ways\n`);
      expect(tapped).toEqual(direct);
      expect(direct.length).toBeGreaterThan(0);
    },
    300_000,
  );
});
