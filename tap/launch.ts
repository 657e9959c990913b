/**
 * How a server was started, as far as a recording may tell: values of the environment only as keyed
 * hashes, secrets in the arguments as placeholders.
 */
import { resolve } from 'node:path';
import type { Launch } from '../model/entry.ts';
import type { KeyedHash } from '../model/keyed-hash.ts';
import { type Program, packageOf } from './package.ts';
import { redactArgs } from './redact-args.ts';
import type { TapSession } from './tap-session.ts';

/** Left out: what every process has, and what differs with each start without meaning anything. */
const EVERYBODYS =
  /^(?:_|HOME|PATH|PWD|OLDPWD|SHELL|SHLVL|TERM|TERM_.*|COLORTERM|LANG|LC_.*|USER|LOGNAME|HOSTNAME|TMPDIR|TEMP|TMP|XDG_.*|DBUS_.*|SSH_.*|DISPLAY|WINDOWID|INIT_CWD|npm_.*)$/;

export function launchOf(
  program: Program,
  session: Pick<TapSession, 'clean' | 'hash' | 'isSecretName'>,
): Launch {
  const { command, args, environment } = program;
  const known = packageOf(program);
  return {
    command: session.clean(command).text,
    args: redactArgs(args, session),
    ...(known ? { package: known } : {}),
    env: hashedEnvironment(environment, session.hash),
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
