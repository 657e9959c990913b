/** What a server may be asked in an exploration: reads; writes where its user said so, others by name. */
import { definitionsOf } from '../../analysis/definitions/definitions.ts';
import { deedOf } from '../../analysis/footprint/verbs.ts';
import { member } from '../../model/json.ts';
import { unknownSecrets } from '../client/replay-client.ts';
import type { Wording } from '../client/wording.ts';
import type { RecordedSession } from '../recorded.ts';
import { viewOf } from './lend.ts';
import type { Numbered } from './operations.ts';
import { ExploreRefusal } from './refusal.ts';
import type { ExplorableServer, Servers } from './servers.ts';

/** Why an operation may not be run; undefined: it may. */
export function refusalOf(
  { source, operation }: Numbered,
  servers: Servers,
  file: string,
): ExploreRefusal | undefined {
  const { name } = source.session;
  const server = servers.get(name);
  if (!server) return refusalOfServer(name, servers, file);
  if (operation.call.method !== 'tools/call') return undefined;
  return refusalOfTool({ server, tool: operation.tool, definition: operation.definition, file });
}

/** Why nothing of a recorded session may be run: its server has no entry, or is not marked. */
export function refusalOfServer(name: string, servers: Servers, file: string): ExploreRefusal {
  const refusal = (detail: string, hint: string): ExploreRefusal =>
    new ExploreRefusal('not-explorable', detail, hint);
  if (servers.unmarked.includes(name)) {
    const detail = `${name} stands in ${file}, and is not marked as explorable.`;
    return refusal(detail, `If it may be run, set "explorable": true there.`);
  }
  const others = [...servers.keys(), ...servers.unmarked];
  return refusal(
    `${file} has no entry for the recorded session ${name}${others.length === 0 ? '' : `, but for ${others.slice(0, MOST_NAMED).join(', ')}`}.`,
    `Describe ${name} in it, with "explorable": true; wiretape explore RECORDING --write-servers FILE begins such a file.`,
  );
}

const MOST_NAMED = 5;

/** Why what is to be read at the end cannot be: no server that listed its tools named this one. */
export function refusalOfProbes(
  sessions: readonly RecordedSession[],
  servers: Servers,
  file: string,
): ExploreRefusal | undefined {
  for (const [name, { tools, partial = [] }] of Object.entries(
    definitionsOf(sessions.map(viewOf)),
  )) {
    if (!tools || partial.includes('tools')) continue;
    const own = sessions.filter((one) => one.name === name);
    const called = new Set(own.flatMap(({ session }) => session.calls.map((call) => call.subject)));
    const isKnown = (tool: string): boolean => Object.hasOwn(tools, tool) || called.has(tool);
    const unknown = servers.get(name)?.probes.find(({ tool }) => !isKnown(tool));
    if (!unknown) continue;
    return new ExploreRefusal(
      'servers-invalid',
      `${file} has ${unknown.tool} among the probes of ${name}, which listed no such tool.`,
      `It listed ${Object.keys(tools).slice(0, MOST_NAMED).join(', ')}${Object.keys(tools).length > MOST_NAMED ? ', …' : ''}.`,
    );
  }
  return undefined;
}

/** Why an operation cannot be sent as it was: a value of it was redacted, and nobody gave it. */
export function redactedIn(
  { number, source, line, operation }: Numbered,
  secretOf: Wording['secretOf'],
): ExploreRefusal | undefined {
  const [first] = unknownSecrets({ lines: [line], flow: source.flow, secretOf });
  if (!first) return undefined;
  return new ExploreRefusal(
    'redacted-value',
    `#${number} ${operation.tool} of ${source.session.name} cannot be sent: ${first.name} was redacted when it was recorded, and is ${first.placeholder}.`,
    `Give it with --secret ${first.name}=VARIABLE, or choose other calls with --calls.`,
  );
}

interface Asked {
  readonly server: ExplorableServer;
  readonly tool: string;
  readonly definition: unknown;
  readonly file: string;
}

function refusalOfTool({ server, tool, definition, file }: Asked): ExploreRefusal | undefined {
  if (server.allow.has(tool) || isRead(tool, definition)) return undefined;
  const hint = (name: string): unknown => member(definition, 'annotations', name);
  const refusal = (what: string, how: string): ExploreRefusal =>
    new ExploreRefusal('tool-refused', `${tool} of ${server.name} ${what}.`, how);
  if (!server.write) {
    const how = `If it may, add "write": true to ${server.name} in ${file}.`;
    return refusal('may write, and nothing says that it may here', how);
  }
  const allow = `If that is harmless there, add "allow": ["${tool}"] to ${server.name} in ${file}.`;
  if (hint('openWorldHint') === true) {
    return refusal('reaches outside of its server (openWorldHint)', allow);
  }
  if (hint('destructiveHint') === true) {
    return refusal('may destroy something (destructiveHint)', allow);
  }
  return undefined;
}

/** Called read-only by its server, or by its name where the server does not say otherwise. */
function isRead(tool: string, definition: unknown): boolean {
  const { kind } = deedOf(tool, definition);
  const isCalledSo = member(definition, 'annotations', 'readOnlyHint') === true;
  return isCalledSo || kind === 'R' || kind === 'L';
}
