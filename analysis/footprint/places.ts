/** Which resources the arguments of a call name: by the last word of each argument, and by its schema. */
import { isObject, type JsonObject, member } from '../../model/json.ts';
import type { Mutable } from '../../model/new-call.ts';
import type { Resource } from './access.ts';
import type { Container } from './container.ts';
import { entity, isPath as isAbsolute, located, namedEntity } from './resources.ts';
import { verbOf } from './verbs.ts';
import { lastWord, singular, wordsOf } from './words.ts';

export interface Place extends Resource {
  /** The argument that names it. */
  readonly argument: string;
  /** Of a thing of the server, its type; a file or an address has none. */
  readonly type?: string;
  /** Where a move is from, and where to. */
  readonly end?: 'from' | 'to';
  /** An earlier answer said what it is. */
  readonly flow?: true;
}

/** What an argument is known to mean. */
export type Meaning = (text: string) => (Resource & { readonly type: string }) | undefined;

const LOCATION = /^(?:path|file|filepath|filename|uri|url|source|destination|src|dest|dst)$/;
const RELATIVE = /^(?:path|file|filepath|filename)$/;
const THING = /^(?:id|uuid|key|name|slug)$/;
const FROM = /^(?:source|src|from|old)$/;
const TO = /^(?:destination|dest|dst|target|to|new)$/;

/** So many arguments, and items of a list, are looked at. */
const MOST = 64;

export function placesIn(
  tool: Described,
  args: unknown,
  container: Container,
  meaning: Meaning,
): readonly Place[] {
  if (!isObject(args)) return NONE;
  const names = Object.keys(args).slice(0, MOST);
  const looking: Looking = { tool, container, meaning };
  const places = placesNamed(args, names, looking);
  if (places.length === 0) places.push(...placesInItems(args, looking));
  if (places.length > 0) return places;
  // What a server wants in a header, to route by, says little beside what the call is about.
  for (const name of names) {
    if (!argumentOf(name, tool).isRouted) continue;
    eachText(args[name], (text) => {
      places.push(placed(entity(container, name, text), { argument: name, type: name }));
    });
  }
  return places;
}

const NONE: readonly Place[] = [];

interface Looking {
  readonly tool: Described;
  readonly container: Container;
  readonly meaning: Meaning;
}

function placesNamed(args: JsonObject, names: readonly string[], looking: Looking): Place[] {
  const places: Place[] = [];
  for (const name of names) {
    const argument = argumentOf(name, looking.tool);
    eachText(args[name], (text) => {
      const place = placeOf(text, argument, looking);
      if (place) places.push(place);
    });
  }
  return places;
}

/**
 * Where a call is about several things at once, what each item of its one list of objects names. Only
 * of a list that is called after the things of the tool, or after nothing: labels of an issue, and
 * fields of a form, are no things of their own. An item without a name may be anything.
 */
function placesInItems(args: JsonObject, looking: Looking): readonly Place[] {
  const [list, ...others] = Object.entries(args).filter(([, value]) => isListOfObjects(value));
  if (!list || others.length > 0) return NONE;
  const [name, items] = list as [string, JsonObject[]];
  const word = lastWord(name);
  if (items.length > MOST || !(ITEMS.test(word) || word === nounOf(looking.tool.name))) return NONE;
  const named = items.map((item) => placesNamed(item, Object.keys(item).slice(0, MOST), looking));
  return named.every((places) => places.length > 0) ? named.flat() : NONE;
}

const ITEMS = /^(?:item|entry|record|element|object|pair|batch)$/;

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

interface Described {
  readonly name: string;
  readonly definition: unknown;
}

/** What its name and its schema say of an argument. */
interface Argument {
  readonly name: string;
  readonly end: Place['end'];
  readonly isLocation: boolean;
  /** A path, so that a text which is none on its own is one from somewhere. */
  readonly isPath: boolean;
  readonly type: string | undefined;
  readonly isRouted: boolean;
}

/** The arguments of a tool that were seen: few, and each a hundred thousand times. */
const SEEN = new WeakMap<Described, Map<string, Argument>>();

function argumentOf(name: string, tool: Described): Argument {
  const seen = SEEN.get(tool) ?? new Map<string, Argument>();
  const known = seen.get(name);
  if (known) return known;
  const argument = describedBy(name, tool);
  if (seen.size < MOST) SEEN.set(tool, seen.set(name, argument));
  return argument;
}

function describedBy(name: string, tool: Described): Argument {
  const word = lastWord(name);
  const property = member(tool.definition, 'inputSchema', 'properties', name);
  const end = endOf(name);
  return {
    name,
    end,
    isLocation: LOCATION.test(word) || end !== undefined || hasAddress(property),
    isPath: RELATIVE.test(word),
    type: THING.test(word) ? typeOf(name, tool.name) : undefined,
    isRouted: member(property, 'x-mcp-header') !== undefined,
  };
}

function placeOf(
  text: string,
  { name: argument, end, isLocation, isPath, type }: Argument,
  { container, meaning }: Looking,
): Place | undefined {
  const meant = meaning(text);
  // Only what lies somewhere is moved from there: a thing stays what it is.
  if (meant) return placed(meant, { argument, type: meant.type, flow: true });
  const place = isLocation ? located(container, text) : undefined;
  if (place) return placed(place, { argument, end });
  if (isLocation && isPath) return placed(namedEntity(container, 'path', text), { argument, end });
  return type === undefined
    ? undefined
    : placed(namedEntity(container, type, text), { argument, type });
}

type Named = Pick<Place, 'argument' | 'flow'> & {
  readonly [K in 'type' | 'end']?: Place[K] | undefined;
};

/** Field by field: spreading them costs ten times as much. */
function placed({ resource, label }: Resource, { argument, type, end, flow }: Named): Place {
  const place: Mutable<Place> = { resource, label, argument };
  if (type !== undefined) place.type = type;
  if (end !== undefined) place.end = end;
  if (flow) place.flow = flow;
  return place;
}

/** What a tool is named after: the first noun behind its verb, or the last before it. */
export function nounOf(tool: string): string | undefined {
  const words = wordsOf(tool);
  const at = words.indexOf(verbOf(words) ?? '');
  const noun = words[at + 1] ?? (at > 0 ? words[at - 1] : undefined);
  return noun === undefined ? undefined : singular(noun);
}

/** Texts among the arguments that are, or hold, a path or an address; `only`: those that are nothing else. */
export function placesInTexts(args: unknown, container: Container, only = false): Resource[] {
  const found = new Map<string, Resource>();
  for (const value of isObject(args) ? Object.values(args).slice(0, MOST) : []) {
    if (typeof value !== 'string') continue;
    const words = only ? [value] : value.slice(0, LOOKED_AT).split(BETWEEN).slice(0, MOST);
    for (const word of words) {
      const place = isPlace(word) ? located(container, word) : undefined;
      if (place && found.size < FEW) found.set(place.resource, place);
    }
  }
  return [...found.values()];
}

const LOOKED_AT = 4096;
const FEW = 8;
const BETWEEN = /[\s"'`<>|;&()=,]/;

/** A path of two parts or an address: `/help` is a command to somebody. */
function isPlace(text: string): boolean {
  if (text.length > 1024 || /\s/.test(text)) return false;
  const hasParts = isAbsolute(text) && /[\\/]/.test(text.slice(2));
  return hasParts || /^(?:https?|file):\/\//i.test(text);
}

/** The type of a thing: what its argument says before `id`, else what the tool is about. */
function typeOf(argument: string, tool: string): string {
  const words = wordsOf(argument);
  const said = words.slice(0, -1).map(singular).join('-');
  if (said !== '') return said;
  const word = lastWord(argument);
  return word === 'key' ? word : (nounOf(tool) ?? word);
}

function endOf(argument: string): Place['end'] {
  const words = wordsOf(argument);
  if (words.some((word) => FROM.test(word))) return 'from';
  return words.some((word) => TO.test(word)) ? 'to' : undefined;
}

function hasAddress(property: unknown): boolean {
  const format = member(property, 'format');
  return format === 'uri' || format === 'uri-reference' || format === 'iri';
}

/** Calls `told` with the text or number that an argument is, or with those of a list. */
function eachText(value: unknown, told: (text: string) => void): void {
  if (typeof value === 'string') told(value);
  else if (typeof value === 'number') told(String(value));
  else if (Array.isArray(value)) {
    for (const item of value.slice(0, MOST)) {
      if (typeof item === 'string') told(item);
      else if (typeof item === 'number') told(String(item));
    }
  }
}
