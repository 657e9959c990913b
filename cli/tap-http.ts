/** `wiretape tap --upstream URL`: listens in front of a server until it is told to end. */
import process from 'node:process';
import { tapHttp } from '../tap/http/listen.ts';
import { ownVersion } from '../tap/own-version.ts';
import type { SessionOptions } from '../tap/tap-session.ts';
import { toldToEnd } from './command.ts';
import { rulesHere } from './config.ts';
import { systemCode, systemReason, UserError } from './error.ts';
import { stateOf } from './state.ts';
import { remark } from './terminal.ts';
import { goOnUnheard } from './unheard.ts';

interface Options extends Omit<SessionOptions, 'name' | 'state' | 'version'> {
  readonly upstream: string;
  readonly listen: string | undefined;
  readonly name: string | undefined;
  readonly oauth: string | undefined;
  readonly state: string | undefined;
}

export async function recordUpstream({
  upstream: address,
  listen,
  name,
  oauth: logins,
  state: folder,
  ...rest
}: Options): Promise<void> {
  const upstream = upstreamOf(address);
  const at = listenOf(listen);
  if (isSelf(upstream, at)) {
    const detail = `${address} is the tap's own address.`;
    throw new UserError('wrong-usage', detail, 'Name the address of the server by --upstream.');
  }
  const oauth = oauthOf(logins);
  const called = name ?? upstream.host;
  const state = stateOf(folder);
  const rules = await rulesHere(state);
  // From here on nothing of ours may end the traffic.
  goOnUnheard();
  process.on('uncaughtException', (error) => remark(`A fault of the tap: ${String(error)}.`));
  const tap = await tapHttp({
    ...rest,
    ...rules,
    state,
    version: ownVersion(),
    upstream,
    oauth,
    listen: at,
    name: called,
    say: remark,
  }).catch((error: unknown) => {
    throw cannotListen(error, `${at.host}:${at.port}`);
  });
  // Terminals take whatever touches an address into its link.
  remark(`${called} is recorded at ${tap.url} in place of ${upstream.origin}${upstream.pathname}`);
  await toldToEnd();
  await tap.close();
  process.exit(0);
}

function upstreamOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.username !== '' || url.password !== '')) {
    const detail = 'A user and a password in the address of a server are sent by no client.';
    throw new UserError(
      'wrong-usage',
      detail,
      'Its clients send them as a header, and the tap passes it on.',
    );
  }
  if (url && /^https?:$/.test(url.protocol)) return url;
  const hint = 'Write it as its clients do, such as http://localhost:3000/mcp.';
  throw new UserError('wrong-usage', `${text} is no address of an HTTP server.`, hint);
}

/** Whether what comes in would come in again, and so on without an end. */
function isSelf({ hostname, port, protocol }: URL, at: { readonly port: number }): boolean {
  const isHere = /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  const usual = protocol === 'https:' ? 443 : 80;
  return isHere && at.port !== 0 && Number(port || usual) === at.port;
}

function oauthOf(text: string | undefined): 'pass' | 'rewrite' {
  if (text === undefined) return 'pass';
  if (text === 'rewrite') return text;
  throw new UserError('wrong-usage', `--oauth does not know ${text}.`, 'It is --oauth rewrite.');
}

/** Only this machine: whoever reaches the tap reaches the server behind it. */
function listenOf(text = '127.0.0.1:0'): { host: string; port: number } {
  const [, host = '', port = ''] = /^(127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})$/.exec(text) ?? [];
  if (host !== '' && Number(port) <= 65_535) {
    return {
      host: host === 'localhost' ? '127.0.0.1' : host.replace(/[[\]]/g, ''),
      port: Number(port),
    };
  }
  const hint = 'It is 127.0.0.1:PORT or [::1]:PORT, since a tap serves its own machine only.';
  throw new UserError('wrong-usage', `A tap cannot listen on ${text}.`, hint);
}

function cannotListen(error: unknown, at: string): unknown {
  const code = systemCode(error);
  if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') return error;
  const sentence =
    code === 'EADDRINUSE' ? `${at} is taken by another program.` : `${at}: ${systemReason(error)}.`;
  return new UserError('port-in-use', sentence, 'Name another by --listen 127.0.0.1:PORT.');
}
