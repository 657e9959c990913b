/**
 * How a server was started, as far as a recording may tell: values of the environment only as keyed
 * hashes, secrets in the arguments as placeholders.
 */
import { resolve } from 'node:path';
import type { Redact } from '../model/crossing.ts';
import type { Launch, LaunchConfig, LaunchFiles, ProgramFile } from '../model/entry.ts';
import type { KeyedHash } from '../model/keyed-hash.ts';
import { redactArgs } from '../model/redact-args.ts';
import { fileHash } from './file-hash.ts';
import { packageOf, programFile } from './package.ts';
import type { Program } from './program.ts';
import type { StdioOptions } from './stdio.ts';
import type { TapSession } from './tap-session.ts';

/** Left out: what every process has, and what differs with each start without meaning anything. */
const EVERYBODYS =
  /^(?:_|HOME|PATH|PWD|OLDPWD|SHELL|SHLVL|TERM|TERM_.*|COLORTERM|LANG|LC_.*|USER|LOGNAME|HOSTNAME|TMPDIR|TEMP|TMP|XDG_.*|DBUS_.*|SSH_.*|DISPLAY|WINDOWID|INIT_CWD|npm_.*)$/;

/** How long a session waits for these files at its end, in ms: a network folder may never answer. */
const PATIENCE = 2000;

type Launched = Program & Pick<StdioOptions, 'entry'>;
type Recording = Pick<TapSession, 'clean' | 'hash' | 'isSecretName'>;

/** The files that a launch came from, read while the traffic passes. Never rejects. */
export async function launchFiles(options: StdioOptions, session: Recording): Promise<LaunchFiles> {
  const [file, config] = await Promise.all([
    inTime(fileOf(options, session.clean)),
    inTime(configOf(options, session)),
  ]);
  return { ...(file ? { file } : {}), ...(config ? { config } : {}) };
}

async function fileOf(program: Program, redact: Redact): Promise<ProgramFile | undefined> {
  const path = programFile(program);
  const sha256 = path === undefined ? undefined : await fileHash(path);
  return path === undefined || sha256 === undefined
    ? undefined
    : { path: redact(path).text, sha256 };
}

async function configOf(
  { entry, state }: StdioOptions,
  { clean, hash }: Recording,
): Promise<LaunchConfig | undefined> {
  if (entry === undefined) return undefined;
  const { originOf } = await import('./wrap/origin.ts');
  const { host, file, meaning } = await originOf(entry, state);
  return {
    entry,
    ...(host === undefined ? {} : { host }),
    ...(file === undefined ? {} : { path: clean(file).text }),
    ...(meaning === undefined ? {} : { hash: `#${hash(meaning)}` }),
  };
}

/** What a piece of work gives; undefined when it fails or takes too long. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, undefined);
  });
  const found = await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
  return found;
}

/** What is known of a launch without reading what its files hold. */
export function launchOf(program: Launched, session: Recording): Launch {
  const { command, args, environment, entry } = program;
  const known = packageOf(program);
  return {
    command: session.clean(command).text,
    args: redactArgs(args, session),
    ...(known ? { package: known } : {}),
    env: hashedEnvironment(environment, session.hash),
    ...(entry === undefined ? {} : { config: { entry } }),
  };
}

function hashedEnvironment(
  environment: Program['environment'],
  hash: KeyedHash,
): Record<string, string> {
  const hashed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value !== undefined && !EVERYBODYS.test(name))
      hashed[name] = `#${hash(meant(name, value))}`;
  }
  return hashed;
}

const NAMES_A_PLACE = /(?:^|_)(?:PATH|FILE|DIR|DIRECTORY|FOLDER)$/i;
const ABSOLUTE = /^(?:[\\/~]|[a-z][a-z\d+.-]*:)/i;

/** A relative path means another file in another folder, so that equal hashes mean equal files. */
function meant(name: string, value: string): string {
  return NAMES_A_PLACE.test(name) && value !== '' && !ABSOLUTE.test(value) ? resolve(value) : value;
}
