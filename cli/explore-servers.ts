/** The file that says which servers may be explored: read, and begun for who has none. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import process from 'node:process';
import { getNodeValue } from 'jsonc-parser';
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

function described(name: string, { session }: SessionView): string {
  const { command, args = [], env = {} } = session.head?.launch ?? {};
  const lines =
    command === undefined
      ? [`// "url": "http://127.0.0.1:PORT/mcp",`]
      : [`// "command": ${said(command)},`, `// "args": ${said(args)},`];
  const places = Object.keys(env).filter(
    (one) => /(?:PATH|FILE|DIR|DB)$/.test(one) && one !== 'PATH',
  );
  const variables = places.map((one) => `${said(one)}: "{folder}/data"`).join(', ');
  const members = [
    '"explorable": false, // true: it may be started, and what it keeps there may be changed',
    ...lines,
    ...(variables === '' ? [] : [`// "env": { ${variables} },`]),
    command === undefined
      ? '"reset": { "hook": "./reset.sh" }, // gives it a fresh start'
      : '"reset": "empty", // or "process", { "copy": "PATH" }, { "hook": "COMMAND" }',
    '"write": false, // true: tools that write may be called; "allow": ["TOOL"] for those that destroy',
  ];
  return [`  ${said(name)}: {`, ...members.map((line) => `    ${line}`), '  }'].join('\n');
}

/** Recorded text as a JSON text that stays on its line. */
function said(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
