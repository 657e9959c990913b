/**
 * Changes configurations as planned. Before each one a copy of it is kept and a record is written,
 * so that a process that ends half-way leaves nothing that `unwrap` cannot take back.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '../../model/error-code.ts';
import { statePaths } from '../../model/state.ts';
import { type ConfigFile, replaceConfig } from './config-file.ts';
import type { Change, FilePlan } from './plan.ts';
import { isSameEntry, keepRecords, type Wrapped } from './records.ts';

interface CarryOutOptions {
  readonly state: string;
  /** The records as they are now. */
  readonly records: readonly Wrapped[];
  /** The moment to write down, ISO 8601. */
  readonly when: string;
}

/** Replaces one configuration after the other. Throws WrapFault at the first that cannot be. */
export async function carryOut(
  plans: readonly FilePlan[],
  { state, records, when }: CarryOutOptions,
): Promise<void> {
  let now = records;
  for (const plan of plans) {
    const { config, changes } = plan;
    const after = recordsAfter(now, plan, when);
    // A record too many does no harm; one too few would lose how a command was written.
    await keepRecords(state, [...after, ...now.filter((one) => !after.includes(one))]);
    const last = changes.at(-1);
    if (last) {
      await backUp(config, state);
      await replaceConfig(config, last.after);
    }
    await keepRecords(state, after);
    now = after;
  }
}

/** The records of what is wrapped once a plan is carried out. */
function recordsAfter(
  records: readonly Wrapped[],
  { changes, unrecorded }: FilePlan,
  when: string,
): Wrapped[] {
  const all: readonly Pick<Change, 'server' | 'original'>[] = [...changes, ...unrecorded];
  const kept = records.filter((record) => !all.some(({ server }) => isSameEntry(server, record)));
  const added = all.flatMap(({ server, original }): Wrapped[] => {
    if (!original) return [];
    const { host, scope, file, keys, name } = server;
    return [{ host: host.id, scope, file, keys, name, when, original }];
  });
  return [...kept, ...added];
}

/** One copy for each content, so that wrapping again and again does not fill the disk. */
async function backUp({ target, bytes }: ConfigFile, state: string): Promise<void> {
  const { backup } = statePaths(state);
  const digest = createHash('sha256').update(target).update('\0').update(bytes).digest('hex');
  await mkdir(backup, { recursive: true, mode: 0o700 });
  const file = join(backup, `${digest.slice(0, 12)}-${basename(target)}`);
  try {
    await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}
