/** The file that says which servers may be explored: read, and begun for who has none. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve } from 'node:path';
import process from 'node:process';
import { getNodeValue } from 'jsonc-parser';
import { placeNamesOf } from '../analysis/footprint/container.ts';
import { member, textMember } from '../model/json.ts';
import { nameOf, type SessionView } from '../model/session.ts';
import { type Servers, serversOf } from '../replay/explore/servers.ts';
import { JsoncFault, parseJsonc, placeIn, refuseRepeated } from '../tap/jsonc.ts';
import { systemCode, systemReason, UserError } from './error.ts';

const HINT = 'wiretape explore RECORDING --write-servers FILE begins one.';

export async function readServers(file: string): Promise<Servers> {
  const described = parsed(await textOf(file), file);
  const folder = dirname(resolve(file));
  return serversOf(described, { folder, environment: process.env, file });
}

/** What the file holds, as plain data. */
export async function describedServers(file: string): Promise<unknown> {
  return parsed(await textOf(file), file);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError('no-such-file', `${file} cannot be read: ${systemReason(error)}.`, HINT);
  }
}

function parsed(text: string, file: string): unknown {
  try {
    const root = parseJsonc(text);
    if (root) refuseRepeated(root);
    return root ? getNodeValue(root) : {};
  } catch (error) {
    if (!(error instanceof JsoncFault)) throw error;
    const { line, column } = placeIn(text, error.offset);
    const detail = `${file} cannot be used: ${error.message} in line ${line}, column ${column}.`;
    throw new UserError('servers-invalid', detail, 'docs/explore.md says what it may hold.');
  }
}

/** Begins a file with the servers of these sessions; an existing one is left alone. */
export async function writeServers(file: string, views: readonly SessionView[]): Promise<void> {
  const named = new Map(views.map((view) => [nameOf(view.session), view]));
  const servers = [...named].map(([name, view]) => described(name, view));
  const text = `${INTRODUCTION}{\n${servers.join(',\n')}\n}\n`;
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const isThere = systemCode(error) === 'EEXIST';
    const why = isThere ? 'is there already' : `cannot be written: ${systemReason(error)}`;
    throw new UserError('file-exists', `${file} ${why}.`, 'Name another file.');
  }
}

const INTRODUCTION = `// Which servers wiretape explore may run, by the names of recorded sessions.
// Nothing here is done until you say so: the commands are those that were recorded, for you to
// confirm by taking away the // before them. They run in a folder of their own, {folder}, which is
// new and empty for each run; {"copy": "PATH"} starts each with a copy of PATH instead.
`;

function described(name: string, { session, value }: SessionView): string {
  const { command, args = [] } = session.head?.launch ?? {};
  const program = session.head?.launch?.file?.path ?? session.launchFiles?.file?.path;
  const folder = args.find((one) => one !== program && isFolder(one));
  const placed = args.map((one) => (isData(one, program) ? placedIn(one, folder) : one));
  // An address is no place below the folder.
  const places = placeNamesOf(session).filter((one) => !/(?:URL|URI|DSN)$/i.test(one));
  const variables = places.map((one) => `${said(one)}: "{folder}/data"`).join(', ');
  const risky = riskyTools({ session, value });
  const members = [
    '"explorable": false, // true: it may be started, and what it keeps there may be changed',
    ...(command === undefined
      ? [`// "url": "http://127.0.0.1:PORT/mcp",`]
      : [`// "command": ${said(command)},`, `// "args": ${said(placed)},`]),
    ...(command === undefined || variables !== '' || placed.some(isPlaced) ? [] : [STARTED_THERE]),
    ...(variables === '' ? [] : [`// "env": { ${variables} },`]),
    command === undefined
      ? '"reset": { "hook": "./reset.sh" }, // gives it a fresh start'
      : resetFor(folder),
    '"write": false, // true: tools that write may be called',
    ...(risky.length === 0
      ? []
      : [`// "allow": ${said(risky)}, // call themselves destructive, or open to the world`]),
  ];
  return [`  ${said(name)}: {`, ...members.map((line) => `    ${line}`), '  }'].join('\n');
}

const STARTED_THERE =
  '// "cwd": "{folder}", // if it keeps its data where it is started, or where its calls say';

const isPlaced = (argument: string): boolean => argument.includes('{folder}');

/** What a recorded server worked in: it is not to work in it now. */
function isFolder(argument: string): boolean {
  return isAbsolute(argument) && !basename(argument).includes('.');
}

/** An absolute path, alone or after the name of an option or a scheme: `--db=/a/b`, `sqlite:///a/b`. */
const PATH_IN = /^((?:-[^=/]*=)?(?:[a-z]+:\/\/)?)(\/.+)$/;
/** A program may be read where it is; whatever else a path names may be written. */
const PROGRAM = /\.(?:[cm]?[jt]sx?|py|rb|php|jar|dll|exe|sh|wasm)$/;

function isData(argument: string, program: string | undefined): boolean {
  const path = PATH_IN.exec(argument)?.[2];
  return path !== undefined && path !== program && !PROGRAM.test(path);
}

/** The argument with the folder of a run in place of where the recorded server kept this. */
function placedIn(argument: string, folder: string | undefined): string {
  const [, before = '', path = ''] = PATH_IN.exec(argument) ?? [];
  const inside = folder === undefined ? '..' : relative(folder, path);
  const isOutside = inside.split('/')[0] === '..' || isAbsolute(inside);
  const name = isOutside ? basename(path) : inside;
  return `${before}{folder}${name === '' ? '' : `/${name}`}`;
}

function resetFor(folder: string | undefined): string {
  return folder === undefined
    ? '"reset": "empty", // or "process", { "copy": "PATH" }, { "hook": "COMMAND" }'
    : `"reset": { "copy": ${said(folder)} }, // as it was before the recording, or "empty"`;
}

/** Tools that were called and may only be run by name. */
function riskyTools({ session, value }: Pick<SessionView, 'session' | 'value'>): string[] {
  const called = new Set(session.calls.map(({ subject }) => subject));
  const tools = session.calls
    .filter(({ method, response }) => method === 'tools/list' && response)
    .flatMap(({ response }) => (response ? member(value(response), 'result', 'tools') : []));
  const named = tools
    .flat()
    .filter((tool) => isRisky(tool))
    .flatMap((tool) => textMember(tool, 'name') ?? []);
  return [...new Set(named)].filter((name) => called.has(name));
}

function isRisky(tool: unknown): boolean {
  const hints = ['destructiveHint', 'openWorldHint'];
  return hints.some((hint) => member(tool, 'annotations', hint) === true);
}

/** Recorded text as a JSON text that stays on its line. */
function said(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
