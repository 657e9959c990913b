/** A baseline as a text for Git: sorted, one member a line, the same bytes for the same definitions. */
import { canonicalJson } from '../../model/canonical.ts';
import { isObject, parseJson, table } from '../../model/json.ts';
import type { Definitions } from './definitions.ts';

/** The format of the file. */
const FORMAT = 1;

export function lockText(servers: Definitions): string {
  const sorted: unknown = JSON.parse(canonicalJson({ wiretapeLock: FORMAT, servers }));
  return `${JSON.stringify(sorted, undefined, 2)}\n`;
}

export type Lock =
  | { readonly ok: true; readonly servers: Definitions }
  | { readonly ok: false; readonly why: 'no-lock' | 'newer' };

/** Reads what `lockText` wrote; a file may have been edited, or be none of ours. */
export function readLock(text: string): Lock {
  const parsed = parseJson(text);
  const value = parsed.ok ? parsed.value : undefined;
  if (!isObject(value)) return { ok: false, why: 'no-lock' };
  const { wiretapeLock: format, servers } = value;
  if (typeof format === 'number' && format > FORMAT) return { ok: false, why: 'newer' };
  if (format !== FORMAT || !isObject(servers) || !Object.values(servers).every(isServer))
    return { ok: false, why: 'no-lock' };
  return { ok: true, servers: servers as Definitions };
}

const isListing = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every(isObject);
const isText = (value: unknown): boolean => typeof value === 'string';

const MEMBERS = table<(value: unknown) => boolean>({
  tools: isListing,
  prompts: isListing,
  resources: isListing,
  templates: isListing,
  instructions: isText,
  server: (value) => isObject(value) && isText(value['name']) && isText(value['version']),
  partial: (value) => Array.isArray(value) && value.every(isText),
});

/** Members that a later version added are left alone. */
function isServer(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(([name, inner]) => MEMBERS[name]?.(inner) ?? true)
  );
}
