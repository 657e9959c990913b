/**
 * Which sessions share what their servers keep.
 *
 * Over HTTP, two that ask at one address as one caller see the same things under the same names; that
 * one sees all that the other does is not said by that, since a server may keep some for a connection.
 *
 * A session is a container of its own. Two are one when they ran the same server on the same machine
 * and their launch environments hold equal keyed hashes of what says where it keeps its data. Values
 * are never known, so equal hashes count only under one key, and any variable that differs parts them.
 */
import { fingerprint } from '../../model/canonical.ts';
import type { Launch } from '../../model/entry.ts';
import type { FootprintRule } from '../../model/footprint-rule.ts';
import { groupBy } from '../../model/group.ts';
import { isLoopback } from '../../model/loopback.ts';
import { matches } from '../../model/name-pattern.ts';
import { nameOf, type Session, type WholeView } from '../../model/session.ts';
import { callerOf } from './caller.ts';
import { lastWord, wordsOf } from './words.ts';

export interface Container {
  /** Equal for sessions that share their data. */
  readonly id: string;
  /** Equal for sessions that mean the same thing by its name. */
  readonly things: string;
  /** Equal for sessions in which an absolute path names the same file. */
  readonly machine: string;
  /** What to call it: the variable that says where the data is, else the server. */
  readonly label: string;
  /** For fingerprints: the same in every recording of the same set-up. */
  readonly pattern: string;
  /** The server as it names itself. */
  readonly server: string;
  /** What stands before the path in the key of a file: nothing for files of this machine. */
  readonly files: string;
}

/** The containers of sessions that are looked at together, where a user may say that some are one. */
export function createContainers(
  views: readonly WholeView[],
  footprints: readonly FootprintRule[] = [],
): (session: Session) => Container {
  const callers = callersOf(views);
  const boots = new Set(views.map(({ session }) => session.head?.clock.boot));
  const shares = footprints.flatMap((rule) => ('share' in rule ? [rule] : []));
  return (session) => {
    const container = containerOf(session);
    const boot = session.head?.clock.boot;
    const files = isOfMachine(session)
      ? boots.size > 1
        ? `//${boot}`
        : ''
      : `//${addressOf(session)}`;
    const shared = shares.find(({ servers }) =>
      servers.some((server) => isServer(server, session, container.server)),
    );
    if (!shared) return { ...container, files, things: callers.get(session) ?? container.id };
    const id = `shared ${shared.share}`;
    return { ...container, files, id, things: id, label: shared.share, pattern: id };
  };
}

/** Sessions over HTTP that are not alone at their address, with the caller and the address. */
function callersOf(views: readonly WholeView[]): Map<Session, string> {
  const addressed = views.filter(
    ({ session: { head } }) => head?.transport === 'http' && head.upstream,
  );
  const callers = new Map<Session, string>();
  for (const [address, own] of groupBy(addressed, ({ session: { head } }) => head?.upstream)) {
    if (own.length < 2) continue;
    for (const view of own) {
      const caller = callerOf(view);
      if (caller !== undefined)
        callers.set(view.session, `address ${fingerprint([address, caller])}`);
    }
  }
  return callers;
}

/** Whether a pattern means this session: by its name, or by that of its server. */
export function isServer(pattern: string, session: Session, server: string): boolean {
  return matches(pattern, nameOf(session)) || matches(pattern, server);
}

/** Whether the server runs where an absolute path means a file of this machine. */
function isOfMachine({ head }: Session): boolean {
  if (head?.transport === 'in-process') return true;
  return head?.transport === 'stdio' && !(head.launch && isElsewhere(head.launch));
}

/**
 * Where a path that is not of this machine means the same: at one address of it, which one program
 * serves; else in the session alone, since a service elsewhere may show each customer a tree of his own.
 */
function addressOf({ id, head }: Session): string {
  const { transport, upstream, clock } = head ?? {};
  if (transport !== 'http' || !URL.canParse(upstream ?? '')) return id;
  if (!isLoopback(new URL(upstream ?? '').origin)) return id;
  return `${clock?.boot} ${upstream}`;
}

/** The variables that say where the server of a session keeps its data. */
export function placeNamesOf(session: Session): string[] {
  const launch = session.head?.launch;
  if (!launch) return [];
  return placesOf(launch, wordsOf(serverOf(session))).places.map(([name]) => name);
}

function serverOf(session: Session): string {
  return session.server?.name ?? session.head?.launch?.package?.name ?? nameOf(session);
}

export function containerOf(session: Session): Container {
  const { head } = session;
  const server = serverOf(session);
  const own = `session ${session.id}`;
  const alone = {
    id: own,
    things: own,
    machine: `session ${addressOf(session)}`,
    label: nameOf(session),
    pattern: 'session',
    server,
    files: '',
  };
  if (head?.transport !== 'stdio' || !head.launch || isElsewhere(head.launch)) return alone;
  const here = JSON.stringify(['machine', head.clock.boot, server]);
  const { places, beside } = placesOf(head.launch, wordsOf(server));
  if (places.length === 0) return { ...alone, machine: here };
  const names = places.map(([name]) => name).join(', ');
  const store = JSON.stringify([
    'store',
    head.clock.boot,
    server,
    head.redaction.key,
    places,
    beside,
  ]);
  return {
    id: store,
    things: store,
    machine: here,
    label: names,
    pattern: `env ${names}`,
    server,
    files: '',
  };
}

/** Launchers behind which a path or a variable names something of another machine. */
const ELSEWHERE =
  /(?:^|[\\/])(?:docker|docker-compose|podman|nerdctl|devcontainer|distrobox|lxc|limactl|ssh|kubectl|wsl)(?:\.exe)?$/i;
const SHELL = /(?:^|[\\/])(?:(?:ba|da|z|k|fi)?sh|cmd|powershell|pwsh)(?:\.exe)?$/i;

function isElsewhere({ command, args }: Launch): boolean {
  const parts = [command, ...args];
  // What a shell is given is a command in one argument.
  const words = parts.some((part) => SHELL.test(part)) ? args.flatMap(commandWordsOf) : [];
  return [...parts, ...words].some((part) => ELSEWHERE.test(part));
}

function commandWordsOf(script: string): string[] {
  return script.split(/[\s;&|()'"`]/).filter((word) => word !== '');
}

const PLACE_WORD = /^(?:path|file|dir|directory|folder|db|database|url|uri|dsn|store|storage)$/;

/** Variables of systems and shells, which say nothing of where a server keeps its data. */
const AMBIENT =
  /^(?:PATH|MANPATH|INFOPATH|FPATH|CDPATH|PWD|OLDPWD|TMPDIR|TEMP|TMP|HOME|HISTFILE|ZDOTDIR|NVM_.*|XDG_.*|NODE_.*|npm_.*|LD_.*|DYLD_.*|LC_.*|SSL_.*|SSH_.*|GIT_.*|VSCODE_.*|PYTHON.*|PYENV_.*|CLAUDE_.*|CURSOR_.*|WIRETAPE_.*|HTTPS?_.*|NO_PROXY|ALL_PROXY)$/i;

interface Places {
  /** Variables and the keyed hashes of their values. */
  readonly places: readonly (readonly [name: string, hash: string])[];
  /** What must be equal besides. */
  readonly beside: readonly string[];
}

/**
 * The variables that say where the data is: those that share a word with the server's name where
 * there are such. Else those of which every word speaks of data and places (`DB_PATH`), and then the
 * server's arguments must be equal too, since they may say it as well. Any other variable, as
 * `AWS_CONFIG_FILE`, may be exported to everybody, and ties nothing.
 */
function placesOf(launch: Launch, ownWords: readonly string[]): Places {
  const places = Object.entries(launch.env)
    .filter(([name]) => PLACE_WORD.test(lastWord(name)) && !AMBIENT.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const own = places.filter(([name]) =>
    wordsOf(name).some((word) => ownWords.includes(word) && word.length > 2),
  );
  if (own.length > 0) return { places: own, beside: [] };
  const general = places.filter(([name]) => wordsOf(name).every((word) => DATA_WORD.test(word)));
  return { places: general, beside: argumentsOf(launch) };
}

const DATA_WORD =
  /^(?:path|file|dir|directory|folder|db|database|url|uri|dsn|store|storage|data|sqlite|server|mcp)$/;

/** Programs whose first own argument names what they run. */
const RUNNERS =
  /(?:^|[\\/])(?:node|nodejs|npx|bun|bunx|deno|tsx|uvx|uv|pnpm|python[\d.]*)(?:\.\w+)?$/i;

/** What a server itself was given: its arguments behind the name of its program or package. */
function argumentsOf({ command, args }: Launch): readonly string[] {
  if (!RUNNERS.test(command)) return args;
  const program = args.findIndex((arg) => !arg.startsWith('-'));
  return program === -1 ? [] : args.slice(program + 1);
}
