/** One schedule of a recording, run again from a test of the user. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { keyedHash } from '../../model/keyed-hash.ts';
import { createRedact } from '../../model/redaction.ts';
import { openRecording } from '../open.ts';
import type { Contrast } from './observe.ts';
import type { Verdict } from './proof.ts';
import { exploreRecording } from './recording.ts';
import { sentence } from './report.ts';
import { type ServerSpec, serversOf } from './servers.ts';

export interface ExploreScheduleOptions {
  readonly recording: string | URL;
  /** As in the file of `wiretape explore --servers`, by the names of recorded sessions. */
  readonly servers: Readonly<Record<string, ServerSpec>>;
  /** As it was printed: `3,7,4+9`. */
  readonly schedule: string;
  readonly seed?: number;
  /** How often operations are issued together. */
  readonly repeat?: number;
  /** How long an answer is waited for, in ms. */
  readonly timeout?: number;
  /** Lists that differ only in their order differ. */
  readonly ordered?: boolean;
  /** What paths in `servers` are relative to; else the current folder. */
  readonly folder?: string | URL;
  /** The variables that the servers get, besides their own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values that were redacted when they were recorded, by the names of their members. */
  readonly secrets?: Readonly<Record<string, string | undefined>>;
}

export interface ExploredSchedule {
  /** COMMUTES where nothing was proved. */
  readonly verdict: Verdict;
  /** What was proved, in words. */
  readonly proofs: readonly string[];
}

/**
 * Runs the operations of a schedule on live servers, each time from a fresh start, and judges what
 * comes of it: a group against every order of it, an order against the recorded one.
 */
export async function exploreSchedule({
  recording,
  servers,
  schedule,
  seed = 1,
  repeat = 10,
  timeout = 10_000,
  ordered = false,
  folder = '.',
  environment = {},
  secrets = {},
}: ExploreScheduleOptions): Promise<ExploredSchedule> {
  const file = 'the description of the servers';
  const place = folder instanceof URL ? fileURLToPath(folder) : folder;
  const { exploration, all } = await exploreRecording({
    entries: await openRecording(recording),
    servers: serversOf(servers, { folder: place, environment, file }),
    file,
    pick: { course: schedule },
    seed,
    repeat: Math.max(repeat, 1),
    timeout,
    ordered,
    budget: Number.POSITIVE_INFINITY,
    longest: Number.POSITIVE_INFINITY,
    secretOf: (placeholder, name) =>
      secrets[placeholder.slice(OPENING.length, -1)] ?? secrets[name],
    // What a test prints is kept by whoever runs it. The key is of this run: nothing is to be compared.
    redact: createRedact(keyedHash(randomBytes(32)), { ...environment, ...secrets }),
    signal: new AbortController().signal,
  });
  const proofs = exploration.proofs.map((proof) => {
    const about = proof.about.flatMap((number) => all[number - 1] ?? []);
    return [sentence(proof, about), ...proof.contrasts.map(inWords)].join('\n');
  });
  return { verdict: exploration.verdict, proofs };
}

/** What a placeholder begins with, before what names the value: `<secret:token:0a1b2c3d>`. */
const OPENING = '<secret:';

function inWords({ name, pointer, one, other }: Contrast): string {
  return `${name} ${pointer}: ${JSON.stringify(one)} or ${JSON.stringify(other)}`;
}
