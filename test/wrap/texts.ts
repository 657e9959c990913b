/** Wraps and unwraps texts, without files: what the table tests and the random tests have in common. */
import type { Language } from '../../tap/wrap/entry-text.ts';
import { jsonText } from '../../tap/wrap/json-text.ts';
import {
  type Original,
  obstacle,
  unwrapText,
  wrappingOf,
  wrapText,
} from '../../tap/wrap/rewrite.ts';
import { tomlText } from '../../tap/wrap/toml-text.ts';

export interface Dialect {
  readonly language: Language;
  readonly keys: readonly string[];
}

export const json: Dialect = { language: jsonText, keys: ['mcpServers'] };
export const vscode: Dialect = { language: jsonText, keys: ['servers'] };
export const toml: Dialect = { language: tomlText, keys: ['mcp_servers'] };

export const launcher = { node: '/N', file: '/S/wiretape-launcher.mjs' };

export function read(text: string, { language, keys }: Dialect) {
  return language.read(text, keys);
}

function entry(text: string, name: string, dialect: Dialect) {
  const server = read(text, dialect).find((one) => one.name === name);
  if (!server) throw new Error(`${name} is not in ${text}`);
  return server;
}

/** Wraps these servers, one after the other, or all that can be. */
export function wrapAll(text: string, dialect: Dialect, names = wrappable(text, dialect)) {
  const originals = new Map<string, Original>();
  let now = text;
  for (const name of names) {
    const { language } = dialect;
    const done = wrapText(now, entry(now, name, dialect), { launcher, language, entry: 'E' });
    originals.set(name, done.original);
    now = done.text;
  }
  return { text: now, originals };
}

export function wrappable(text: string, dialect: Dialect): string[] {
  return read(text, dialect)
    .filter((server) => obstacle(server) === undefined)
    .map(({ name }) => name);
}

/** Unwraps every wrapped server, the last one first. */
export function unwrapAll(
  text: string,
  dialect: Dialect,
  originals: ReadonlyMap<string, Original> = new Map(),
): string {
  const names = read(text, dialect)
    .filter((server) => wrappingOf(server) !== undefined)
    .map(({ name }) => name);
  return names.reduceRight((now, name) => {
    const original = originals.get(name);
    return unwrapText(now, entry(now, name, dialect), { original, language: dialect.language });
  }, text);
}
