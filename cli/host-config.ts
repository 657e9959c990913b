/** The configuration that leads a host to the stand-ins: `{"mcpServers":{NAME:{command,args}}}`, as hosts share it. */
import { lstat, readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { writePrivateFile } from '../collector/private.ts';
import { isObject, member, parseJson } from '../model/json.ts';
import { systemCode, systemReason, UserError } from './error.ts';

/** Names every recorded server as a process that joins the gate at this socket. */
export function hostConfig(names: readonly string[], socket: string): string {
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const servers = names.map((name) => {
    const args = [main, 'replay', 'stand-in', '--gate', socket, '--', name];
    return [name, { command: process.execPath, args }] as const;
  });
  // A recorded name may be `__proto__`; made this way it is a member like any other.
  return `${JSON.stringify({ mcpServers: Object.fromEntries(servers) }, undefined, 2)}\n`;
}

/** Writes it where the user wants it; what stands there must be one of ours. */
export async function writeHostConfig(file: string, text: string): Promise<void> {
  await refuseOther(file);
  try {
    await writePrivateFile(file, text);
  } catch (error) {
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another file with --write-config.');
  }
}

async function refuseOther(file: string): Promise<void> {
  try {
    if ((await lstat(file)).isFile() && isOurs(await readFile(file, 'utf8'))) return;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
  }
  const detail = `${file} exists and leads to other servers; it was left alone.`;
  throw new UserError('file-exists', detail, 'Name another file with --write-config.');
}

/** Whether all that it has is stand-ins. */
function isOurs(text: string): boolean {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) return false;
  const servers = parsed.value['mcpServers'];
  if (Object.keys(parsed.value).length !== 1 || !isObject(servers)) return false;
  return Object.values(servers).every((server) => {
    const args = member(server, 'args');
    return Array.isArray(args) && args[1] === 'replay' && args[2] === 'stand-in';
  });
}
