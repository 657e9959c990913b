/** Looks at every configuration of every host, and says which servers stand in it. Changes nothing. */
import { bridgeObstacle } from './bridge.ts';
import { invalid, readConfig } from './config-file.ts';
import { type Language, type ServerText, SyntaxFault } from './entry-text.ts';
import { WrapFault } from './fault.ts';
import { type ConfigPlace, HOSTS, type HostId, type HostRow, type Scope } from './hosts.ts';
import { jsonText } from './json-text.ts';
import { filesAt, filesOf, keysOf, type Places, realFile } from './places.ts';
import { obstacle, wrappingOf } from './rewrite.ts';
import { tomlText } from './toml-text.ts';

/** One entry of one configuration. */
export interface FoundServer {
  readonly host: HostRow;
  readonly scope: Scope;
  readonly file: string;
  readonly format: ConfigPlace['format'];
  readonly keys: readonly string[];
  readonly name: string;
  readonly kind: 'stdio' | 'remote';
  /** It has a key for signing in, as OAuth does. */
  readonly signsIn: boolean;
  /** The launcher it runs; undefined when it is not wrapped. */
  readonly launcher?: string;
  /** The Node that runs the launcher. */
  readonly node?: string;
  /** Why it cannot be wrapped. */
  readonly obstacle?: string;
  /** Why a remote one cannot be bridged either. */
  readonly bridgeObstacle?: string;
}

/** Something that a host runs and no configuration names. */
export interface OutOfReach {
  readonly host: HostRow;
  /** `2 extensions`; `connectors and plugins`. */
  readonly what: string;
}

export interface Survey {
  readonly servers: readonly FoundServer[];
  readonly outOfReach: readonly OutOfReach[];
  /** Configurations that could not be read. */
  readonly faults: readonly WrapFault[];
}

/** Every server of these hosts: user's configurations, and those of the current folder. */
export async function survey(places: Places, hosts: readonly HostId[] = []): Promise<Survey> {
  const rows = HOSTS.filter(({ id }) => hosts.length === 0 || hosts.includes(id));
  const seen = new Set<string>();
  const servers: FoundServer[] = [];
  const faults: WrapFault[] = [];
  const present = new Set<HostRow>();
  for (const { host, place, file, keys } of rows.flatMap((row) => placesOf(row, places))) {
    try {
      const config = await readConfig(file);
      const key = config && JSON.stringify([config.target, keys]);
      if (!config || key === undefined || seen.has(key)) continue;
      seen.add(key);
      present.add(host);
      for (const server of serversIn(config.text, { file, format: place.format, keys })) {
        servers.push(foundServer({ host, ...place, file, keys }, server));
      }
    } catch (error) {
      if (!(error instanceof WrapFault)) throw error;
      if (!faults.some(({ message }) => message === error.message)) faults.push(error);
    }
  }
  return { servers, faults, outOfReach: rows.flatMap((row) => beyond(row, present, places)) };
}

/** The servers below these keys of a configuration. Throws WrapFault on a text it cannot read. */
export function serversIn(text: string, { file, format, keys }: ServersPlace): ServerText[] {
  try {
    return languageOf(format).read(text, keys);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    throw invalid(file, `line ${error.line}: ${error.message}`);
  }
}

/** Where servers stand. */
export type ServersPlace = Pick<FoundServer, 'file' | 'format' | 'keys'>;

export function languageOf(format: ConfigPlace['format']): Language {
  return format === 'json' ? jsonText : tomlText;
}

interface Placed {
  readonly host: HostRow;
  readonly place: ConfigPlace;
  readonly file: string;
  readonly keys: readonly string[];
}

/** In the user's own folder a file of the user is found as that of a project as well: it is the user's. */
function placesOf(host: HostRow, places: Places): Placed[] {
  const all = host.configs.flatMap((place) =>
    filesOf(place, places).flatMap((file) =>
      keysOf(place, places).map((keys) => ({ host, place, file, keys })),
    ),
  );
  const users = all.filter(({ place }) => place.scope === 'user').map(({ file }) => realFile(file));
  return all.filter(
    ({ place, file }) => place.scope !== 'project' || !users.includes(realFile(file)),
  );
}

/** What a user is told of an entry. */
export function foundServer(
  { host, scope, file, format, keys }: ServersPlace & Pick<FoundServer, 'host' | 'scope'>,
  server: ServerText,
): FoundServer {
  const wrapping = wrappingOf(server);
  const hindered = wrapping ? undefined : obstacle(server);
  const { name, signsIn, command, url } = server;
  const kind = command === undefined && url !== undefined ? 'remote' : 'stdio';
  const unbridgeable = kind === 'remote' ? bridgeObstacle(server) : undefined;
  return {
    host,
    scope,
    file,
    format,
    keys,
    name,
    signsIn,
    kind,
    ...(wrapping ? { launcher: wrapping.file, node: wrapping.node } : {}),
    ...(hindered === undefined ? {} : { obstacle: hindered }),
    ...(unbridgeable === undefined ? {} : { bridgeObstacle: unbridgeable }),
  };
}

function beyond(host: HostRow, present: ReadonlySet<HostRow>, places: Places): OutOfReach[] {
  const counted = (host.beyond ?? []).flatMap(({ what, path }) => {
    const count = filesAt(path, places).length;
    if (count === 0) return [];
    return [`${count} ${what}${count === 1 ? '' : 's'}`];
  });
  const account = host.account !== undefined && present.has(host) ? [host.account] : [];
  return [...counted, ...account].map((what) => ({ host, what }));
}
