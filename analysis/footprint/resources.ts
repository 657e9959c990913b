/**
 * Canonical keys of resources. Two servers mean the same thing only by a file of their machine, by an
 * address, or where they share a container; everything else is named within its container.
 */
import { fingerprint } from '../../model/canonical.ts';
import type { Resource } from './access.ts';
import type { Container } from './container.ts';
import { cleanPath, decoded } from './keys.ts';

/** All that a server keeps; one text for each container, since half of its calls are about it. */
export function wholeOf(container: Container): Resource {
  const known = WHOLE.get(container);
  if (known) return known;
  const { id, label } = container;
  const whole = { resource: `srv:${id}:*`, label };
  WHOLE.set(container, whole);
  return whole;
}

const WHOLE = new WeakMap<Container, Resource>();

/** A thing of a server, by its type and id. */
export function entity({ things }: Container, type: string, id: string): Resource {
  // A thing may be called `*`, which stands for all of its type.
  return {
    resource: `ent:${things}:${type}:${id === '*' ? '%2A' : short(id)}`,
    label: `${type} ${id.slice(0, SHOWN)}`,
  };
}

/** The same for what calls name: few things, and each a hundred thousand times, so that its key is one text. */
export function namedEntity(container: Container, type: string, id: string): Resource {
  return remembered(container, type, id, () => entity(container, type, id));
}

/** What was named before, by container and sort. */
const NAMED = new WeakMap<Container, Map<string, Map<string, Resource>>>();
/** So many sorts are remembered, and so many things of each. */
const SORTS = 64;
const THINGS = 4096;

function remembered(
  container: Container,
  sort: string,
  text: string,
  make: () => Resource,
): Resource {
  const sorts = NAMED.get(container) ?? new Map<string, Map<string, Resource>>();
  if (sorts.size === 0) NAMED.set(container, sorts);
  const things = sorts.get(sort) ?? new Map<string, Resource>();
  const known = things.get(text);
  if (known) return known;
  if (things.size === 0 && sorts.size < SORTS) sorts.set(sort, things);
  if (things.size === THINGS) things.clear();
  const made = make();
  if (text.length <= LONGEST) things.set(text, made);
  return made;
}

/** All things of a type. */
export function allOf({ things }: Container, type: string): Resource {
  return { resource: `ent:${things}:${type}:*`, label: `every ${type}` };
}

/** What a path, an address or a URI names; undefined for a text that is none of them. */
export function located(container: Container, text: string): Resource | undefined {
  if (isPath(text)) return remembered(container, '/', text, () => file(container, text));
  const scheme = /^[a-z][a-z0-9+.-]{1,40}:/i.exec(text.slice(0, 42))?.[0].toLowerCase();
  if (scheme === undefined) return undefined;
  if (scheme === 'file:') return file(container, pathOf(text));
  if (scheme === 'http:' || scheme === 'https:') return address(text) ?? uri(container, text);
  return uri(container, text);
}

/** Whether a text is an absolute path. */
export function isPath(text: string): boolean {
  return /^(?:\/|[a-z]:[\\/])/i.test(text);
}

function file({ files }: Container, path: string): Resource {
  const clean = short(cleanPath(path));
  const rooted = clean.startsWith('/') ? clean : `/${clean}`;
  const label = clean.slice(clean.lastIndexOf('/') + 1) || '/';
  return { resource: `file:${files}${rooted}`, label };
}

function uri({ things }: Container, text: string): Resource {
  return { resource: `res:${things}:${short(text)}`, label: text.slice(0, SHOWN) };
}

/** The path in a `file:` address, whatever host it names. */
function pathOf(text: string): string {
  const path = text.slice('file:'.length).replace(/^\/\/[^/]{0,255}/, '');
  const plain = decoded(path);
  return /^\/[a-z]:/i.test(plain) ? plain.slice(1) : plain;
}

/** An address without what its server never sees, and without a name or password. */
function address(text: string): Resource | undefined {
  if (text.length > LONGEST) return undefined;
  try {
    const { protocol, host, pathname, search } = new URL(text);
    const resource = `${protocol}//${host}${pathname}${search}`;
    return { resource, label: `${host}${pathname}`.slice(0, SHOWN) };
  } catch {
    return undefined;
  }
}

const SHOWN = 80;
const LONGEST = 1024;

/** Names are hostile too: one of megabytes is known by its hash. */
function short(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, SHOWN)}#${fingerprint([text])}`;
}
