/** What a command line says of the program it runs: its name, its script, what it asks npx for. Reads no file. */
import { basename } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Environment;
}

/** `node` for `/usr/bin/node`, `npx` for `C:\…\npx.cmd`. */
export function programName(command: string): string {
  return basename(command.replaceAll('\\', '/')).replace(/\.(?:exe|cmd|bat)$/i, '');
}

export function isInterpreter(name: string): boolean {
  return /^(?:node|nodejs|bun|deno|tsx|python[\d.]*)$/.test(name);
}

/** Programs that only start others. */
export const LAUNCHERS =
  /^(?:npm|npx|sh|bash|dash|zsh|ash|ksh|fish|cmd|env|uv|uvx|pnpm|pnpx|yarn|bunx|wiretape|corepack)$/;

/** Options of Node and Python whose value is an argument of its own. */
const WITH_VALUE =
  /^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file|--env-file-if-exists|--title|--inspect-port|-X|-W)$/;

/** The script that an interpreter runs; undefined when its arguments name none. */
export function scriptOf(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (WITH_VALUE.test(arg)) at++;
    else if (/^(?:-e|--eval|-p|--print|-c|-m)$/.test(arg)) return undefined;
    else if (!arg.startsWith('-')) return arg;
  }
  return undefined;
}

/** What npx is asked for: a package, and one of its commands where that is named. */
export interface NpxRequest {
  readonly spec: string;
  readonly bin?: string;
}

/** What a command asks npx for; undefined when it is no npx, or asks for nothing. */
export function npxRequest({
  command,
  args,
}: Omit<Program, 'environment'>): NpxRequest | undefined {
  const name = programName(command);
  if (name === 'npm' && args[0] === 'exec') return requestIn(args.slice(1));
  return name === 'npx' ? requestIn(args) : undefined;
}

/** The first package that the arguments of npx name. */
function requestIn(args: readonly string[]): NpxRequest | undefined {
  let spec: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-p' || arg === '--package') spec ??= args[++at];
    else if (arg.startsWith('--package=')) spec ??= arg.slice('--package='.length);
    else if (!arg.startsWith('-')) return spec === undefined ? { spec: arg } : { spec, bin: arg };
  }
  return spec === undefined ? undefined : { spec };
}

/**
 * What to call a server that nobody named: its package, its script, or its command. A script whose
 * name says nothing is called by the nearest folder that does; `folder`: where it is looked for.
 */
export function serverName(command: string, args: readonly string[], folder = ''): string {
  const name = programName(command);
  if (name === 'npx' || name === 'uvx') return nameInSpec(requestIn(args)?.spec ?? name);
  const script = isInterpreter(name) ? scriptOf(args) : undefined;
  return script === undefined ? name : scriptName(`${folder}/${script}`);
}

function scriptName(path: string): string {
  const [file = '', ...folders] = path.split(/[\\/]/).reverse();
  const own = file.replace(/\.\w+$/, '');
  if (!SAYS_NOTHING.test(own)) return own;
  return folders.find((one) => !SAYS_NOTHING.test(one) && !/^\.{0,2}$/.test(one)) ?? own;
}

const SAYS_NOTHING =
  /^(?:index|main|cli|app|start|run|server|__main__|dist|build|out|lib|src|bin|esm|cjs)$/;

/** `server-memory` for `@modelcontextprotocol/server-memory@1.2.3`. */
function nameInSpec(spec: string): string {
  return /^(?:@[^/@]+\/)?([^/@]+)/.exec(spec)?.[1] ?? spec;
}
