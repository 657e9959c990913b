/**
 * Makes an entry of a remote server one that starts a bridge, and an entry of a remote server again.
 *
 * The bridge is `mcp-remote`, run by npx, behind a launcher. Headers become variables of the
 * environment, so that they stand in no process list and hosts expand what they hold as before.
 */
import {
  type Edit,
  edited,
  indentBefore,
  type Language,
  type ServerText,
  SIGN_IN_KEYS,
  URL_KEYS,
} from './entry-text.ts';
import { WrapFault } from './fault.ts';
import { BRIDGE, ENTRY, type Original, type WrapOptions, wrappingOf } from './rewrite.ts';

/** The bridge, of the version that was tried. */
const PROGRAM = ['npx', '-y', 'mcp-remote@0.15.1'];

/** What the name of a variable begins with that holds a header. */
const HEADER = 'WIRETAPE_HEADER_';

const KNOWN_HEADER = /^[\w-]{1,64}$/;
const UNKNOWN_KEYS = /auth|helper|account|audience|^env|^cwd$|tls|sandbox/i;

/** Why a remote entry cannot be bridged, or undefined when it can. */
export function bridgeObstacle({ members, command, url }: ServerText): string | undefined {
  if (command || url === undefined) return 'it is not remote';
  if (!members) return 'its configuration is TOML';
  const keys = [...members.keys()];
  if (keys.some((key) => SIGN_IN_KEYS.includes(key))) return 'its host signs in for it';
  const unknown = keys.find((key) => UNKNOWN_KEYS.test(key) || key === 'command' || key === 'args');
  if (unknown !== undefined) return `the bridge knows no ${unknown}`;
  if (keys.filter((key) => URL_KEYS.includes(key)).length > 1) return 'it has two addresses';
  const names = members.get('headers')?.names ?? [];
  if (!names.every(({ value = '' }) => KNOWN_HEADER.test(value))) return 'its headers are unusual';
  return addressObstacle(url);
}

function addressObstacle(url: string): string | undefined {
  // A variable stands for what only the host knows; the rest of the address is looked at.
  const plain = url.replace(/\$\{[^}]*\}/g, 'x');
  if (!URL.canParse(plain)) return 'its address is none of the web';
  const { protocol, hostname, username, search } = new URL(plain);
  const isHere = hostname === 'localhost' || hostname === '127.0.0.1';
  if (protocol !== 'https:' && !(protocol === 'http:' && isHere)) return 'its address is not https';
  return username || search ? 'its address may hold a secret, and would be an argument' : undefined;
}

/** The text with a bridge in the place of a remote server. The entry must have no obstacle. */
export function bridgeText(
  text: string,
  server: ServerText,
  { launcher, language, entry }: WrapOptions,
): { readonly text: string; readonly original: Original } {
  const { name, url, members } = server;
  const key = URL_KEYS.find((one) => members?.has(one));
  const address = key === undefined ? undefined : members?.get(key);
  if (!members || !address || url === undefined) throw new Error(`${name} is not remote`);
  const { quote } = language;
  const ours = [launcher.file, '--name', name, BRIDGE, key ?? '', ENTRY, entry, '--'];
  const words = [...ours, ...PROGRAM, url].map(quote);
  const colon = text.slice(address.key.end, address.value.start);
  const next = `,${indentBefore(text, address.whole.start)}`;
  const put = `"command"${colon}${quote(launcher.node)}${next}"args"${colon}[${words.join(', ')}]`;
  const type = members.get('type')?.value;
  const edits: Edit[] = [{ ...address.whole, text: put }];
  if (type) edits.push({ ...type, text: quote('stdio') });
  const headers = members.get('headers');
  if (headers) {
    edits.push({ ...headers.key, text: quote('env') });
    edits.push(
      ...headers.names.map(({ start }) => ({ start: start + 1, end: start + 1, text: HEADER })),
    );
  }
  const literal = text.slice(address.whole.start, address.whole.end);
  const original = { command: url, literal, hadArgs: false };
  return {
    text: edited(text, edits),
    original: type ? { ...original, type: text.slice(type.start, type.end) } : original,
  };
}

/** The text with the remote server in the place of its bridge. */
export function unbridgeText(
  text: string,
  server: ServerText,
  { original, language }: { readonly original: Original | undefined; readonly language: Language },
): string {
  const { members, ownArgs, name } = server;
  const command = members?.get('command');
  const wrapping = wrappingOf(server);
  const url = bridgedUrl(server);
  if (!command || !ownArgs || wrapping?.bridge === undefined || url === undefined) {
    throw new WrapFault(
      'cannot-wrap',
      `The bridge ${name} was edited so that it is not known any more.`,
      'The folder backup, in the state folder, has the entry as it was.',
    );
  }
  const isKnown = original?.command === url;
  const { quote } = language;
  const plain = addressMember(wrapping.bridge, url, language);
  const edits: Edit[] = [
    { start: command.whole.start, end: ownArgs.end, text: isKnown ? original.literal : plain },
  ];
  const type = members?.get('type')?.value;
  if (type) edits.push({ ...type, text: (isKnown && original.type) || quote('http') });
  const env = members?.get('env');
  const isOurs = env?.names.every(({ value = '' }) => value.startsWith(HEADER)) ?? false;
  if (env && isOurs) {
    edits.push({ ...env.key, text: quote('headers') });
    edits.push(
      ...env.names.map(({ start }) => ({
        start: start + 1,
        end: start + 1 + HEADER.length,
        text: '',
      })),
    );
  }
  return edited(text, edits);
}

/** What a bridge itself tells of the remote entry that it stands for. */
export function bridgedOriginal(server: ServerText, language: Language): Original | undefined {
  const key = wrappingOf(server)?.bridge;
  const url = bridgedUrl(server);
  if (key === undefined || url === undefined) return undefined;
  return { command: url, literal: addressMember(key, url, language), hadArgs: false };
}

function bridgedUrl(server: ServerText): string | undefined {
  const { args } = server;
  const items = args === undefined || args === 'unknown' ? [] : args.items;
  return items[(wrappingOf(server)?.ownCount ?? 0) + PROGRAM.length - 1]?.value;
}

function addressMember(key: string, url: string, { quote }: Language): string {
  return `${quote(key)}: ${quote(url)}`;
}
