/**
 * What an entry of a configuration says, as a value: for those who only want to know, often, and
 * change nothing. Parsers are loaded only for what is not plain JSON.
 */
import { stat } from 'node:fs/promises';
import { isObject, type JsonObject, parseJson } from '../../model/json.ts';
import { readConfig } from './config-file.ts';
import { HOSTS } from './hosts.ts';
import type { Wrapped } from './records.ts';
import { type LaunchedWords, launchedWords } from './rewrite.ts';

/** The largest configurations to read, in bytes: plain JSON, and what needs a parser. */
export interface Limits {
  readonly plain: number;
  readonly parsed: number;
}

/** The entry that a record tells of, as it is now; undefined when it is gone or cannot be read. */
export async function entryValue(
  { host, file, keys, name }: Wrapped,
  limits: Limits,
): Promise<JsonObject | undefined> {
  try {
    if ((await stat(file)).size > limits.plain) return undefined;
    const text = (await readConfig(file))?.text ?? '';
    const whole = await parsed(text, formatOf(host), limits);
    const entry = [...keys, name].reduce(memberOf, whole);
    return isObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** What the arguments of an entry say, when it is wrapped. */
export function launchedBy({ args }: JsonObject): LaunchedWords | undefined {
  if (!Array.isArray(args)) return undefined;
  return launchedWords(args.map((one) => (typeof one === 'string' ? one : undefined)));
}

function memberOf(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function formatOf(host: string) {
  return HOSTS.find(({ id }) => id === host)?.configs[0]?.format;
}

async function parsed(
  text: string,
  format: ReturnType<typeof formatOf>,
  { parsed: largest }: Limits,
): Promise<unknown> {
  const plain = parseJson(text);
  if (plain.ok) return plain.value;
  if (text.length > largest) return undefined;
  const { valueIn } = await (format === 'toml'
    ? import('./toml-text.ts')
    : import('./json-text.ts'));
  return valueIn(text);
}
