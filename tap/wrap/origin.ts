/**
 * Where a wrapped server comes from: the entry of a host's configuration that started it, and what
 * that says now. Asked by a tap whose server runs already.
 */
import { canonicalJson } from '../../model/canonical.ts';
import type { JsonObject } from '../../model/json.ts';
import { entryValue, launchedBy } from './entry-value.ts';
import type { HostId } from './hosts.ts';
import { entryId, readRecords } from './records.ts';

export interface Origin {
  readonly host?: HostId;
  readonly file?: string;
  /** What the entry says, without the launcher: the same text however it is written. */
  readonly meaning?: string;
}

/** What is parsed at once, so that no message waits for it longer than about 10 ms. */
const LIMITS = { plain: 1 << 20, parsed: 64 << 10 };

/** The origin of the entry of this name; nothing of it when no record tells. */
export async function originOf(entry: string, state: string): Promise<Origin> {
  const record = (await readRecords(state)).find((one) => entryId(one) === entry);
  if (!record) return {};
  const { host, file } = record;
  const value = await entryValue(record, LIMITS);
  return { host, file, ...(value ? { meaning: canonicalJson(unlaunched(value)) } : {}) };
}

/** The entry as it would be if it were not wrapped; no arguments and an empty list are the same. */
function unlaunched(entry: JsonObject): JsonObject {
  const { args, ...others } = entry;
  if (!Array.isArray(args)) return entry;
  const launched = launchedBy(entry);
  const own = args.slice(launched?.ownCount ?? 0);
  return {
    ...others,
    ...(launched ? { command: launched.command } : {}),
    ...(own.length > 0 ? { args: own } : {}),
  };
}
