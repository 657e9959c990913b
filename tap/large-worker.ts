/** Makes the journal lines of large messages off the thread that forwards them. See large.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Capture } from '../model/entry.ts';
import { createRedact } from '../model/redaction.ts';
import { rulesWith, type UserRules } from '../model/rules.ts';
import { keyedHash } from './hash.ts';
import { type Job, largeLine } from './large-line.ts';

/** What the worker needs to redact as its session does. */
export interface Setting {
  readonly session: string;
  readonly key: Uint8Array;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly rules: UserRules | undefined;
  readonly capture: Capture;
}

const { session, key, environment, rules, capture } = workerData as Setting;
const clean = createRedact(keyedHash(key), environment, rulesWith(rules));
const redact = capture === 'raw' ? (text: string) => ({ text, count: 0 }) : clean;

parentPort?.on('message', (job: Job) => {
  const line = largeLine(job, session, { redact, capture });
  parentPort?.postMessage({ seq: job.seq, line }, [line.buffer]);
});
