// What a collector is asked over HTTP: many sessions at once, and what is told when it refuses.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Api, apiOf } from '../../cli/api.ts';
import { startCollector } from '../../collector/index.ts';
import { client, opening, server, tape, toolCall } from '../kit/entries.ts';
import { temporaryFolder } from './wiretape.ts';

const MANY = 1001;
const ids = Array.from({ length: MANY }, (_, at) => `01MANY${String(at).padStart(20, '0')}`);

/** A collector that has as many sessions, each with a broken line and a call without answer. */
async function ask(token?: string): Promise<Api> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const recordings = ids.flatMap((id, at) =>
    tape('many', [...opening(), client(toolCall(1, 'look')), server('not json')], {
      id,
      start: at * 60_000_000,
    }),
  );
  const collector = await startCollector({
    state: folder.path,
    port: 0,
    version: '0.0.0-test',
    recordings,
  });
  onTestFinished(() => collector.close());
  await mkdir(join(folder.path, 'tokens'));
  await writeFile(join(folder.path, 'tokens', 'read'), token ?? collector.token);
  return apiOf(folder.path, collector.address);
}

test('700 sessions are asked about together, 1,000 at most', { timeout: 60_000 }, async () => {
  const api = await ask();
  const told = async (count: number) => {
    const findings = await api.findings(ids.slice(0, count));
    return findings.flatMap(({ evidence }) => evidence[0].message.split(':')[0]);
  };
  expect(new Set(await told(700))).toEqual(new Set(ids.slice(0, 700)));
  expect(new Set(await told(1000))).toEqual(new Set(ids.slice(0, 1000)));
  await expect(api.findings(ids)).rejects.toMatchObject({ code: 'too-many-sessions' });
  // What waits in one session does not hang on the others.
  expect(await api.stuck(ids)).toHaveLength(MANY);
});

test('a refusal is told in the words of the collector', async () => {
  const api = await ask('not-the-token');
  const told = await api.sessions().catch((error: unknown) => error);
  expect(told).toMatchObject({ code: 'collector-failed' });
  expect(String(told)).toMatch(/refused: A token is needed: run `wiretape open`\.$/);
  expect((told as { hint: string }).hint).not.toContain('stop');
});
