/**
 * The servers that a user lets us explore, by the names of recorded sessions. Nothing is taken from a
 * recording: what is started, where, and what it may do, stands in the user's file alone.
 */
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { isObject, type JsonObject } from '../../model/json.ts';
import { isLoopback } from '../../model/loopback.ts';
import type { Connect } from '../client/connection.ts';
import { connectUrl } from '../client/http.ts';
import { connectCommand } from '../client/stdio.ts';
import type { LiveServer } from './live.ts';
import { ExploreRefusal } from './refusal.ts';
import type { Reset } from './reset.ts';

/** A server as its user described it; `docs/explore.md` says what each member means. */
export interface ServerSpec {
  readonly explorable?: boolean;
  readonly command?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly reset?:
    | 'process'
    | 'empty'
    | { readonly copy: string; readonly was?: string }
    | { readonly hook: string; readonly args?: readonly string[] };
  readonly write?: boolean;
  readonly allow?: readonly string[];
  readonly allowHosts?: readonly string[];
  readonly probes?: readonly ProbeSpec[];
  readonly hash?: boolean;
}

/** A read-only call after everything. */
export interface ProbeSpec {
  readonly tool: string;
  readonly arguments?: JsonObject;
}

/** A server that may be explored, and what it may be asked. */
export interface ExplorableServer extends LiveServer {
  readonly write: boolean;
  readonly allow: ReadonlySet<string>;
  readonly probes: readonly ProbeSpec[];
}

export interface ServersContext {
  /** What paths are relative to. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What to call the description in sentences. */
  readonly file: string;
}

/** Those that may be explored, by name, and the names of those that are described besides. */
export interface Servers extends ReadonlyMap<string, ExplorableServer> {
  readonly unmarked: readonly string[];
}

/** The explorable servers of a description; throws an ExploreRefusal for one that cannot be used. */
export function serversOf(described: unknown, context: ServersContext): Servers {
  if (!isObject(described)) throw invalid(context, 'it is no object of servers by name');
  const unmarked: string[] = [];
  const servers = new Map<string, ExplorableServer>();
  for (const [name, spec] of Object.entries(described)) {
    checkSpec(name, spec, context);
    const own = spec as ServerSpec;
    if (own.explorable === true) servers.set(name, serverOf(name, own, context));
    else unmarked.push(name);
  }
  return Object.assign(servers, { unmarked });
}

function invalid({ file }: ServersContext, why: string): ExploreRefusal {
  return new ExploreRefusal(
    'servers-invalid',
    `${file} cannot be used: ${why}.`,
    'docs/explore.md says what it may hold.',
  );
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const hasMembers = (value: unknown, checks: Readonly<Record<string, (of: unknown) => boolean>>) =>
  isObject(value) &&
  Object.entries(value).every(([name, own]) => Object.hasOwn(checks, name) && checks[name]?.(own));

const MEMBERS: Readonly<Record<keyof ServerSpec, (value: unknown) => boolean>> = {
  explorable: isFlag,
  command: isText,
  args: areTexts,
  cwd: isText,
  env: (value) => isObject(value) && Object.values(value).every(isText),
  url: isText,
  reset: (value) =>
    value === 'process' ||
    value === 'empty' ||
    (hasMembers(value, { copy: isText, was: isText }) && isText((value as JsonObject)['copy'])) ||
    (hasMembers(value, { hook: isText, args: areTexts }) && isText((value as JsonObject)['hook'])),
  write: isFlag,
  allow: areTexts,
  allowHosts: areTexts,
  probes: (value) =>
    Array.isArray(value) &&
    value.every(
      (one) => hasMembers(one, { tool: isText, arguments: isObject }) && isText(one.tool),
    ),
  hash: isFlag,
};

function checkSpec(name: string, spec: unknown, context: ServersContext): void {
  if (!isObject(spec)) throw invalid(context, `${name} is no object`);
  for (const [member, value] of Object.entries(spec)) {
    const check = Object.hasOwn(MEMBERS, member) ? MEMBERS[member as keyof ServerSpec] : undefined;
    if (!check) throw invalid(context, `${name} has a member ${member}, which means nothing here`);
    if (!check(value)) throw invalid(context, `${member} of ${name} is not what it has to be`);
  }
}

function serverOf(name: string, spec: ServerSpec, context: ServersContext): ExplorableServer {
  const { command, url, write = false, allow = [], probes = [], hash = false } = spec;
  if ((command === undefined) === (url === undefined)) {
    throw invalid(context, `${name} needs a command or a url, and not both`);
  }
  if (url !== undefined) checkAddress(name, spec, context);
  const reset = resetOf(name, spec, context);
  if (reset.kind === 'copy') refuseElsewhere(name, spec, context);
  if (hash && reset.kind !== 'copy') {
    throw invalid(context, `hash of ${name} needs a folder, which a reset by copy or empty gives`);
  }
  const connect =
    url === undefined
      ? (folder: string | undefined) => commandOf(spec, folder, context)
      : () => connectUrl(new URL(url));
  return { name, connect, reset, write, allow: new Set(allow), probes, hash };
}

function resetOf(name: string, { reset, url }: ServerSpec, context: ServersContext): Reset {
  const isHook = isObject(reset) && 'hook' in reset;
  if (reset === undefined || (url !== undefined && !isHook)) {
    const how =
      url === undefined ? '"process", "empty", {"copy": …} or {"hook": …}' : '{"hook": …}';
    throw new ExploreRefusal(
      'not-explorable',
      reset === undefined
        ? `${name} has no reset, so no run would begin where the last one did.`
        : `${name} is reached at an address, and only a hook can give such a server a fresh start.`,
      `Say in ${context.file} how it gets one: "reset": ${how}.`,
    );
  }
  if (reset === 'process') return { kind: 'process' };
  if (reset === 'empty') return { kind: 'copy', key: `empty ${name}`, was: '{folder}' };
  if ('hook' in reset) {
    const { hook, args = [] } = reset;
    return { kind: 'hook', run: (signal) => runHook({ name, hook, args, signal }, context) };
  }
  const from = resolve(context.folder, reset.copy);
  if (!statSync(from, { throwIfNoEntry: false })?.isDirectory()) {
    throw invalid(context, `${name} is to start in a copy of ${reset.copy}, which is no folder`);
  }
  return { kind: 'copy', key: from, from, was: reset.was ?? from };
}

/** A server that is not told of its folder keeps its data where it always does, and no reset reaches that. */
function refuseElsewhere(
  name: string,
  { command = '', args = [], cwd = '', env = {} }: ServerSpec,
  { file }: ServersContext,
): void {
  if ([command, ...args, cwd, ...Object.values(env)].some((text) => text.includes('{folder}')))
    return;
  throw new ExploreRefusal(
    'not-explorable',
    `${name} gets a fresh {folder} for each run, and nothing tells it so: whatever it keeps elsewhere would be changed, and no run would begin where the last one did.`,
    `Name {folder} in its args or env in ${file}, where its data is named; or, if it keeps its data where it is started or where its calls say, add "cwd": "{folder}".`,
  );
}

interface Hook {
  readonly name: string;
  readonly hook: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

async function runHook(
  { name, hook, args, signal }: Hook,
  { folder, environment }: ServersContext,
): Promise<void> {
  try {
    const env = environment as NodeJS.ProcessEnv;
    await promisify(execFile)(hook, [...args], { cwd: folder, env, timeout: HOOK_TIME, signal });
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new ExploreRefusal(
      'not-explorable',
      `The reset of ${name} failed: ${why}.`,
      'It has to leave the server as it is to be at the start, and end with 0.',
    );
  }
}

const HOOK_TIME = 60_000;

function commandOf(
  { command = '', args = [], cwd, env = {} }: ServerSpec,
  folder: string | undefined,
  context: ServersContext,
): Connect {
  const placed = (text: string): string =>
    folder === undefined ? text : text.replaceAll('{folder}', folder);
  const own = Object.entries(env).map(([name, value]) => [name, placed(value)] as const);
  return connectCommand({
    command: placed(command),
    args: args.map(placed),
    environment: { ...context.environment, ...Object.fromEntries(own) },
    cwd: resolve(context.folder, placed(cwd ?? (folder === undefined ? '.' : '{folder}'))),
  });
}

/** Before its reset, since a server of elsewhere is not explored whatever its reset. */
function checkAddress(
  name: string,
  { url = '', allowHosts = [], reset }: ServerSpec,
  context: ServersContext,
): void {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw invalid(context, `url of ${name} is no address of an HTTP server`);
  }
  const address = new URL(url);
  if (!isLoopback(address.origin) && !allowHosts.includes(address.hostname)) {
    throw new ExploreRefusal(
      'not-explorable',
      `${name} is at ${address.hostname}, which is not this machine.`,
      `If it is yours to change, add "allowHosts": ["${address.hostname}"] to it in ${context.file}${isObject(reset) && 'hook' in reset ? '' : ', and a hook as its reset'}.`,
    );
  }
}
