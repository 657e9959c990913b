/**
 * Reads our own configuration, `wiretape.config.jsonc`: each part has a function of its own that
 * takes its value and throws a RuleFault, and is read by those who need it. Whatever nobody knows is
 * a fault as well, since a word that is misspelt would silently do less than was asked for.
 */
import { readFileSync, statSync } from 'node:fs';
import { findNodeAtLocation, getNodeValue, type Node } from 'jsonc-parser';
import type { UserRules } from '../model/rules.ts';
import { utf8 } from '../model/text.ts';
import {
  joinedRules,
  members,
  type Path,
  type RedactionOptions,
  RuleFault,
  readUserRules,
} from '../model/user-rules.ts';
import type { ConfigPlace } from './config-place.ts';
import { JsoncFault, parseJsonc, placeIn, refuseRepeated } from './jsonc.ts';
import { reasonOf } from './system-error.ts';
import type { UnknownRules } from './tap-session.ts';

/** What may stand in a configuration; `$schema` is for editors. */
const NAMES = ['redaction', 'footprints', 'suppressions', '$schema'] as const;

/** A part of a configuration. */
export interface Part<T> {
  readonly name: (typeof NAMES)[number];
  /** The page that says what may stand in it. */
  readonly page: string;
  /** `isUsers`: nobody but its user writes where it stands. */
  readonly read: (value: unknown, path: Path, isUsers: boolean) => T;
}

const REDACTION: Part<UserRules> = {
  name: 'redaction',
  page: 'docs/redaction.md',
  read: readUserRules,
};

/** A configuration that cannot be used: one sentence with its line and column, and a hint. */
export class ConfigFault extends Error {
  readonly code: 'config-invalid' | 'config-unreadable';
  readonly hint: string;

  constructor(code: ConfigFault['code'], detail: string, hint: string) {
    super(detail);
    this.code = code;
    this.hint = hint;
  }
}

/** What all configurations add to the rules of redaction; undefined: nothing. Throws a ConfigFault. */
export function readRedaction(places: readonly ConfigPlace[]): UserRules | undefined {
  return joinedRules(places.flatMap((place) => readPart(place, REDACTION) ?? []));
}

/**
 * The rules of redaction for a tap: those of the configurations, and what a program gives as an
 * option. Never throws: a tap that cannot read them has to work without.
 */
export function rulesOf(
  places: readonly ConfigPlace[],
  option?: RedactionOptions,
): UserRules | UnknownRules | undefined {
  try {
    const redaction = readRedaction(places);
    const own = option === undefined ? [] : [readUserRules(option, [], true)];
    return joinedRules([...(redaction ? [redaction] : []), ...own]);
  } catch (error) {
    const code = error instanceof ConfigFault ? error.code : 'config-invalid';
    return { unknown: `${sentenceOf(error)} ${LESS} [${code}]` };
  }
}

const LESS = 'Until it is mended, sizes and times are recorded, and no texts.';

function sentenceOf(error: unknown): string {
  if (error instanceof ConfigFault) return `${error.message} ${error.hint}`;
  if (!(error instanceof RuleFault))
    return `The rules of redaction cannot be read: ${String(error)}.`;
  const place = ['redaction', ...error.path].join('.');
  return `The option ${place} of a tap: ${error.message}.`;
}

/** One part of one configuration; undefined where it is not there. Throws a ConfigFault. */
export function readPart<T>({ path, isUsers }: ConfigPlace, part: Part<T>): T | undefined {
  const text = textOf(path);
  let root: Node | undefined;
  try {
    root = parseJsonc(text);
    // What nobody wrote adds nothing; but a save that failed leaves an empty file as well.
    if (!root) throw new JsoncFault('it is empty: write {}, or remove it', 0);
    refuseRepeated(root);
    const all = members(getNodeValue(root), [], NAMES);
    const value = all[part.name];
    return value === undefined ? undefined : part.read(value, [part.name], isUsers);
  } catch (error) {
    if (error instanceof JsoncFault) throw invalid(path, text, error.offset, error.message, part);
    if (error instanceof RuleFault)
      throw invalid(path, text, offsetOf(root, error.path), error.message, part);
    throw error;
  }
}

/** Where a fault is, or the nearest place around it that is there. */
function offsetOf(root: Node | undefined, path: readonly (string | number)[]): number {
  const node = root && findNodeAtLocation(root, [...path]);
  if (node) return node.offset;
  return path.length === 0 ? 0 : offsetOf(root, path.slice(0, -1));
}

function invalid(
  path: string,
  text: string,
  offset: number,
  reason: string,
  { page }: Part<unknown>,
): ConfigFault {
  const { line, column } = placeIn(text, offset);
  return new ConfigFault(
    'config-invalid',
    `${path}, line ${line}, column ${column}: ${reason}.`,
    `${page} says what may stand there.`,
  );
}

const LARGEST = 1024 * 1024;

function textOf(path: string): string {
  try {
    const found = statSync(path);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size > LARGEST) throw new Error('it is larger than 1 MiB');
    const text = utf8(readFileSync(path));
    if (text === undefined) throw new Error('it is not UTF-8');
    // Not a character of the text: it marks how the file is written.
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch (error) {
    throw new ConfigFault(
      'config-unreadable',
      `${path} cannot be read: ${reasonOf(error)}.`,
      'Make it readable for yourself, or move it away.',
    );
  }
}
