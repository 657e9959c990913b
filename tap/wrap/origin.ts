/**
 * Where a wrapped server comes from: the entry of a host's configuration that started it, and what
 * that says now. Asked by a tap whose server runs already, so large configurations are left alone,
 * and parsers are loaded only for what is not plain JSON.
 */
import { stat } from 'node:fs/promises';
import { canonicalJson } from '../../model/canonical.ts';
import { isObject, type JsonObject, parseJson } from '../../model/json.ts';
import { readConfig } from './config-file.ts';
import { HOSTS, type HostId } from './hosts.ts';
import { entryId, readRecords, type Wrapped } from './records.ts';
import { launchedWords } from './rewrite.ts';

export interface Origin {
  readonly host?: HostId;
  readonly file?: string;
  /** What the entry says, without the launcher: the same text however it is written. */
  readonly meaning?: string;
}

/** In bytes, of a configuration that is plain JSON, and of one that needs a parser. */
const LARGEST = { plain: 1 << 20, other: 64 << 10 };

/** The origin of the entry of this name; nothing of it when no record tells. */
export async function originOf(entry: string, state: string): Promise<Origin> {
  const record = (await readRecords(state)).find((one) => entryId(one) === entry);
  if (!record) return {};
  const { host, file } = record;
  const meaning = await meaningOf(record).catch(() => undefined);
  return { host, file, ...(meaning === undefined ? {} : { meaning }) };
}

async function meaningOf({ host, file, keys, name }: Wrapped): Promise<string | undefined> {
  if ((await stat(file)).size > LARGEST.plain) return undefined;
  const text = (await readConfig(file))?.text ?? '';
  const found = [...keys, name].reduce(memberOf, await wholeOf(text, host));
  return isObject(found) ? canonicalJson(unlaunched(found)) : undefined;
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

async function wholeOf(text: string, host: HostId): Promise<unknown> {
  const plain = parseJson(text);
  if (plain.ok) return plain.value;
  if (text.length > LARGEST.other) return undefined;
  const format = HOSTS.find(({ id }) => id === host)?.configs[0]?.format;
  const { valueIn } = await (format === 'toml'
    ? import('./toml-text.ts')
    : import('./json-text.ts'));
  return valueIn(text);
}

/** The entry as it would be if it were not wrapped; no arguments and an empty list are the same. */
function unlaunched(entry: JsonObject): JsonObject {
  const { args, ...others } = entry;
  if (!Array.isArray(args)) return entry;
  const words = launchedWords(args.map((one) => (typeof one === 'string' ? one : undefined)));
  const own = words ? args.slice(words.ownCount) : args;
  return {
    ...others,
    ...(words ? { command: words.command } : {}),
    ...(own.length > 0 ? { args: own } : {}),
  };
}
