/** What `wrap` and `unwrap` print. Names and paths come from configurations, and are made visible. */
import process from 'node:process';
import { shellWord } from '../model/shell-word.ts';
import {
  type FilePlan,
  type FoundServer,
  hindrance,
  hunk,
  isInCache,
  missingOf,
  type OutOfReach,
  type Survey,
  type WrapFault,
  type Wrapped,
} from '../tap/wrap/index.ts';
import { localTime } from './durations.ts';
import { type Colors, printJson, remark, terminal, visible } from './terminal.ts';

/** Lists every server, and what cannot be reached. */
export function printSurvey(found: Survey, records: readonly Wrapped[], json: boolean): void {
  const { servers, outOfReach, faults } = found;
  const rows = servers.map((server) => ({ server, when: whenWrapped(server, records) }));
  if (json) {
    printJson({
      servers: rows.map(({ server, when }) => ({ ...told(server), when: when ?? null })),
      outOfReach: outOfReach.map(({ host, what }) => ({ host: host.id, what })),
      faults: faults.map(toldFault),
    });
    return;
  }
  const { line, colors } = terminal();
  const cells = rows.map(({ server, when }) => [
    placeOf(server),
    server.name,
    stateOf(server, when),
  ]);
  for (const text of aligned(cells)) line(text);
  for (const text of unreached(outOfReach)) line(colors.dim(text));
  tellFaults(faults);
  line(`${colors.bold('Nothing changed.')}  ${nextStep(servers)}`);
}

function nextStep(servers: readonly FoundServer[]): string {
  if (servers.length === 0) return 'No configuration of a known host has a server.';
  const broken = servers.find(missingOf);
  const next = servers.find((one) => !one.obstacle && one.launcher === undefined);
  if (broken) return wrapAgain(broken);
  if (next) return `wiretape wrap ${shellWord(visible(next.name))}`;
  return servers.some(({ launcher }) => launcher) ? 'wiretape unwrap takes the taps out.' : '';
}

/** The command that wraps this server again, and no other of its name that another host has. */
export function wrapAgain({ name, host }: FoundServer): string {
  return `wiretape wrap ${shellWord(visible(name))} --host ${host.id}`;
}

function stateOf(server: FoundServer, when: string | undefined): string {
  const { kind, signsIn, launcher, obstacle, bridgeObstacle } = server;
  if (kind === 'remote') {
    const why = bridgeObstacle === undefined ? ' (--remote)' : `, ${bridgeObstacle}`;
    return `remote${signsIn ? ', OAuth' : ''}: left alone${why}`;
  }
  if (obstacle !== undefined) return `stdio: left alone, ${obstacle}`;
  if (launcher === undefined) return 'stdio';
  const missing = missingOf(server);
  if (missing) return `stdio, wrapped, and its ${missing} is gone: wrap it again, or unwrap it`;
  return `stdio, wrapped${when === undefined ? '' : ` ${localTime(when).slice(0, -3)}`}`;
}

function whenWrapped(server: FoundServer, records: readonly Wrapped[]): string | undefined {
  if (server.launcher === undefined) return undefined;
  return records.find(
    ({ file, name, keys }) =>
      file === server.file && name === server.name && keys.join('\0') === server.keys.join('\0'),
  )?.when;
}

/** The host, and whose configuration of it when that is not the user's everywhere. */
function placeOf({ host, scope }: FoundServer): string {
  return scope === 'user' ? host.name : `${host.name}, ${scope}`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const shown = rows.map((row) => row.map(visible));
  const widths = [0, 1].map((at) => Math.max(0, ...shown.map((row) => row[at]?.length ?? 0)));
  return shown.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function unreached(outOfReach: readonly OutOfReach[]): string[] {
  const hosts = [...new Set(outOfReach.map(({ host }) => host))];
  return hosts.map((host) => {
    const all = outOfReach.filter((one) => one.host === host).map(({ what }) => what);
    return `${host.name}: ${all.join(', ')}: cannot be reached`;
  });
}

/** Shows what would change, configuration by configuration; one that cannot be read ends with code 2. */
export function printPlans(
  plans: readonly FilePlan[],
  faults: readonly WrapFault[],
  json: boolean,
): void {
  if (faults.length > 0) process.exitCode = 2;
  const changes = plans.flatMap((plan) => plan.changes);
  const hunks = changes.map(({ server, before, after }) => ({ server, ...hunk(before, after) }));
  if (json) {
    printJson({
      changes: hunks.map(({ server, line = 0, lines = [] }) => ({
        ...told(server),
        line,
        diff: lines,
      })),
      faults: faults.map(toldFault),
    });
    return;
  }
  const { line, colors } = terminal();
  for (const { server, line: at = 0, lines = [] } of hunks) {
    line(
      colors.bold(`${visible(server.file)}:${at}  ${visible(server.name)} in ${placeOf(server)}`),
    );
    for (const text of lines) line(painted(visible(text.replaceAll('\t', '  ')), colors));
  }
  line('Nothing changed.');
  tellFaults(faults);
}

function painted(text: string, { green, red }: Colors): string {
  if (text.startsWith('+')) return green(text);
  return text.startsWith('-') ? red(text) : text;
}

interface WrapReport {
  readonly plans: readonly FilePlan[];
  /** All servers that were meant. */
  readonly chosen: readonly FoundServer[];
  readonly faults: readonly WrapFault[];
  /** Remote servers were meant too. */
  readonly remote: boolean;
  readonly json: boolean;
}

/** Says what was wrapped, what was left alone and why, and how hosts take up the change. */
export function printWrapped({ plans, chosen, faults, remote, json }: WrapReport): void {
  const changed = changedIn(plans);
  const leftAlone = chosen.filter((one) => hindrance(one, remote) !== undefined);
  const already = chosen.filter((one) => !changed.includes(one) && !leftAlone.includes(one));
  if (json) {
    printJson({
      wrapped: changed.map(told),
      already: already.map(told),
      leftAlone: leftAlone.map(told),
      restart: restarts(changed),
      faults: faults.map(toldFault),
    });
    return;
  }
  const { line } = terminal();
  for (const one of changed) line(`wrapped ${nameIn(one)}; backup kept; undo: wiretape unwrap`);
  for (const one of already) line(`${nameIn(one)} is wrapped already`);
  for (const one of leftAlone) {
    const other = !remote && one.kind === 'remote' && !one.bridgeObstacle ? ' (--remote)' : '';
    line(`${nameIn(one)} was left alone: ${hindrance(one, remote)}${other}`);
  }
  if (chosen.length === 0 && faults.length === 0) line('There is nothing to wrap.');
  for (const sentence of restarts(changed)) line(sentence);
  for (const file of projectFiles(changed)) {
    remark(`${file} belongs to this folder and now names paths of this machine: do not commit it.`);
  }
  if (changed.some(({ kind }) => kind === 'remote')) remark(BRIDGED);
  if (changed.length > 0 && isInCache()) remark(CACHE);
  tellFaults(faults);
}

const BRIDGED =
  'Remote servers are now reached through npx mcp-remote, which is fetched at the first start; where one asks you to sign in, the bridge opens your browser and keeps its own tokens in ~/.mcp-auth.';

const CACHE =
  'This wiretape stands in the cache of npx. When npx clears it, your servers run on without being recorded; npm install -g wiretape keeps it.';

/** Says what was unwrapped. */
export function printUnwrapped(
  plans: readonly FilePlan[],
  faults: readonly WrapFault[],
  json: boolean,
): void {
  const changed = changedIn(plans);
  if (json) {
    const restart = restarts(changed);
    printJson({ unwrapped: changed.map(told), restart, faults: faults.map(toldFault) });
    return;
  }
  const { line } = terminal();
  for (const one of changed) line(`unwrapped ${nameIn(one)}`);
  if (changed.length === 0) line(faults.length === 0 ? 'Nothing is wrapped.' : UNKNOWN);
  for (const sentence of restarts(changed)) line(sentence);
  tellFaults(faults);
}

const UNKNOWN = 'Nothing was unwrapped; what cannot be read may still be wrapped.';

function changedIn(plans: readonly FilePlan[]): FoundServer[] {
  return plans.flatMap(({ changes }) => changes.map(({ server }) => server));
}

export function nameIn(server: FoundServer): string {
  return `${visible(server.name)} in ${placeOf(server)}`;
}

function restarts(servers: readonly FoundServer[]): string[] {
  return [...new Set(servers.map(({ host }) => host.restart))];
}

function projectFiles(servers: readonly FoundServer[]): string[] {
  return [...new Set(servers.filter(({ scope }) => scope === 'project').map(({ file }) => file))];
}

function tellFaults(faults: readonly WrapFault[]): void {
  for (const { message, code } of faults) remark(`${message} It was left alone. [${code}]`);
}

function told(server: FoundServer) {
  const { host, scope, file, name, kind, launcher, obstacle = null } = server;
  const state = { wrapped: launcher !== undefined, missing: missingOf(server) ?? null, obstacle };
  return { host: host.id, scope, file, name, kind, ...state };
}

function toldFault({ code, message, hint }: WrapFault) {
  return { code, detail: message, hint };
}
