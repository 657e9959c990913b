/** The test that `--test` writes: it fails as long as what was proved is so. */
import { writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import type { Entry } from '../model/entry.ts';
import type { ExploreReport, ReportedProof } from '../replay/explore/report.ts';
import { systemReason, UserError } from './error.ts';
import { writeRecordingFile } from './recording-file.ts';

export interface TestOptions {
  readonly report: ExploreReport;
  readonly entries: readonly Entry[];
  /** What the servers file holds, and where it is. */
  readonly servers: unknown;
  readonly serversFile: string;
  /** What was redacted, and the variables that have it. */
  readonly secrets: readonly (readonly [name: string, variable: string])[];
}

/** Writes the test, and beside it the recording that it runs again. */
export async function writeTest(file: string, options: TestOptions): Promise<void> {
  const recording = `${basename(file).replace(/(?:\.test)?\.[cm]?[jt]s$/, '')}.tape.jsonl`;
  await writeRecordingFile(resolve(dirname(file), recording), options.entries);
  try {
    await writeFile(file, textOf(file, recording, options), { mode: 0o600 });
  } catch (error) {
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another file with --test.');
  }
}

function textOf(
  file: string,
  recording: string,
  { report, servers, serversFile, secrets }: TestOptions,
): string {
  const folder = relative(dirname(resolve(file)), dirname(resolve(serversFile)));
  const place = `./${folder.split(sep).join('/')}${folder === '' ? '' : '/'}`;
  return `// Written by wiretape explore. Each test runs what was proved again, on the servers below, and fails
// as long as it is so: put the command of a mended server here to see it pass.
import process from 'node:process';
import { expect, test } from 'vitest';
import { exploreSchedule } from 'wiretape/replay';

const explored = {
  recording: new URL(${text(`./${recording}`)}, import.meta.url),
  folder: new URL(${text(place)}, import.meta.url),
  environment: process.env,
  servers: ${JSON.stringify(servers, undefined, 2).replaceAll('\n', '\n  ')},
  seed: ${report.seed},
${secrets.length === 0 ? '' : `  secrets: { ${secrets.map(variableOf).join(', ')} },\n`}};

${report.proofs.map((proof) => testOf(proof, report)).join('\n')}`;
}

function variableOf([name, variable]: readonly [string, string]): string {
  return `${text(name)}: process.env[${text(variable)}]`;
}

function testOf(proof: ReportedProof, { operations }: ExploreReport): string {
  const tools = proof.about.map(
    (number) => `${operations.find((one) => one.number === number)?.tool ?? 'call'} #${number}`,
  );
  const isOverlap = proof.verdict === 'NON_SERIALISABLE';
  const title = isOverlap
    ? `${tools.join(' and ')} together come to what an order of them comes to`
    : `${tools.join(' and ')} come to the same in either order`;
  return `test(${text(title)}, { timeout: 120_000 }, async () => {
  const told = await exploreSchedule({ ...explored, schedule: ${text(proof.course)} });
  expect(told).toEqual({ verdict: 'COMMUTES', proofs: [] });
});
`;
}

function text(value: string): string {
  return `'${JSON.stringify(value).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`;
}
