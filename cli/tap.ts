/**
 * `wiretape tap`: runs one server behind a tap, and ends exactly as that server ends; or, with
 * `--upstream`, stands in front of one that is reached over HTTP (tap-http.ts).
 */
import { constants } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { type Command, Option } from 'commander';
import type { Capture } from '../model/entry.ts';
import { PROPAGATION } from '../model/propagate.ts';
import type { OtlpOptions } from '../tap/otlp/settings.ts';
import { startServer } from '../tap/stdio.ts';
import { UserError } from './error.ts';
import { addOtelOptions, type OtelOptions } from './otel-options.ts';

interface TapOptions extends OtelOptions {
  readonly name?: string;
  readonly workflow?: string;
  readonly record?: string;
  readonly capture: string;
  readonly state?: string;
  readonly upstream?: string;
  readonly listen?: string;
  readonly oauth?: string;
  readonly propagate?: string;
  readonly otlp?: string;
}

const LEVELS = ['metadata', 'redacted', 'raw'] as const;

export function registerTap(command: Command): void {
  command
    .argument('[command...]', 'the server and its arguments, after --')
    .option('--name <name>', 'what to call the server; else its command')
    .option('--workflow <name>', 'put sessions of this name in one workflow')
    .option('--record <file>', 'when it ends, write the session to this recording, or add it there')
    .option('--capture <level>', `what to keep: ${LEVELS.join(', ')}`, 'redacted')
    .option('--state <dir>', 'the state folder; else that of the user')
    .option('--upstream <url>', 'the server is reached over HTTP at this address')
    .option(
      '--listen <host:port>',
      'where its clients reach the tap; else any free port of 127.0.0.1',
    )
    .option(
      '--oauth <how>',
      'rewrite: lead logins through the tap; tokens are then made for its address',
    )
    .addOption(
      new Option('--propagate <how>', 'put trace context into what clients ask').choices(
        PROPAGATION,
      ),
    )
    .option('--otlp <url>', 'send spans to this receiver of OpenTelemetry while it goes on');
  addOtelOptions(command).passThroughOptions().action(tap);
}

async function tap(words: readonly string[], options: TapOptions): Promise<void> {
  refuseEmpty(options);
  const capture = captureOf(options.capture);
  if (options.upstream !== undefined) return await tapAddress(words, options, capture);
  const [command, ...args] = words;
  if (command === undefined || command === '') {
    throw new UserError(
      'no-command',
      'No server was named.',
      'Write wiretape tap -- COMMAND ARGUMENTS, or wiretape tap --upstream URL.',
    );
  }
  if (options.listen !== undefined || options.oauth !== undefined) {
    const hint = 'Name the server by --upstream URL, or leave them out.';
    throw new UserError('wrong-usage', '--listen and --oauth are for servers over HTTP.', hint);
  }
  // The server first, everything else while it gets ready.
  const environment = process.env;
  const otlp = await otlpHere(options);
  const started = await startServer({ command, args, environment });
  const { recordServer } = await import('./tap-stdio.ts');
  const { name, state } = options;
  const settings = { ...optional(options), ...otlp, capture };
  const wanted = { command, args, environment, name, state, ...settings };
  const ended = await recordServer(started, wanted);
  endAs(ended);
}

async function tapAddress(
  words: readonly string[],
  { upstream = '', ...options }: TapOptions,
  capture: Capture,
): Promise<void> {
  if (words.length > 0) {
    const hint = 'Name a command or --upstream, not both.';
    throw new UserError('wrong-usage', 'A tap stands in front of one server.', hint);
  }
  const { recordUpstream } = await import('./tap-http.ts');
  const { listen, oauth, name, state } = options;
  const environment = process.env;
  const named = { upstream, listen, oauth, name, state, environment };
  await recordUpstream({ ...named, ...optional(options), ...(await otlpHere(options)), capture });
}

/** Most taps send no spans, and load nothing for it. */
async function otlpHere(options: TapOptions): Promise<{ otlp?: OtlpOptions }> {
  const { env } = process;
  if (
    options.otlp === undefined &&
    options.otelPayloads === undefined &&
    env['OTEL_EXPORTER_OTLP_ENDPOINT'] === undefined &&
    env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] === undefined
  )
    return {};
  const [{ otlpOf }, { ownCollector }, { stateOf }, { remark }] = await Promise.all([
    import('./otlp-options.ts'),
    import('../tap/otlp/own-collector.ts'),
    import('./state.ts'),
    import('./terminal.ts'),
  ]);
  const otlp = otlpOf(options, env, ownCollector(stateOf(options.state)), remark);
  const unshown = unshownPayloads(options, otlp !== undefined);
  if (unshown !== undefined) remark(unshown);
  return otlp ? { otlp } : {};
}

/** Why payloads that are asked for are not shown. */
function unshownPayloads(
  { otelPayloads, capture }: TapOptions,
  isSent: boolean,
): string | undefined {
  if (otelPayloads === undefined) return undefined;
  if (!isSent)
    return '--otel-payloads shows nothing: no spans are sent. Name a receiver by --otlp.';
  if (capture === 'redacted') return undefined;
  const code = capture === 'raw' ? ' [not-redacted]' : '';
  return `--otel-payloads shows nothing of what is recorded with --capture ${capture}.${code}`;
}

/** A variable that a shell did not know leaves an empty word behind. */
function refuseEmpty(options: TapOptions): void {
  const empty = Object.entries(options).find(([, value]) => value === '');
  if (!empty) return;
  const hint = 'Leave it out, or write what it should be.';
  throw new UserError('wrong-usage', `--${empty[0]} is empty.`, hint);
}

function captureOf(named: string): Capture {
  const capture = LEVELS.find((level) => level === named);
  if (capture) return capture;
  const hint = `It is one of ${LEVELS.join(', ')}.`;
  throw new UserError('wrong-usage', `There is no capture level ${named}.`, hint);
}

/** Also where the folder of this process is gone: then a relative name has no place, and that is said at the end. */
function absolute(file: string): string {
  try {
    return resolve(file);
  } catch {
    return file;
  }
}

function optional({ workflow, record, propagate }: TapOptions) {
  const how = PROPAGATION.find((one) => one === propagate);
  return {
    ...(how === undefined ? {} : { propagate: how }),
    ...(workflow === undefined ? {} : { workflow }),
    ...(record === undefined ? {} : { record: absolute(record) }),
  };
}

/** Ends this process as its server ended: with its code, or by its signal. */
function endAs({ code, signal }: { code: number | null; signal: NodeJS.Signals | null }): void {
  if (signal === null) process.exit(code ?? 1);
  // Node ignores this one until somebody has listened to it.
  if (signal === 'SIGPIPE') process.once(signal, () => {}).removeAllListeners(signal);
  process.kill(process.pid, signal);
  // A signal that this process survives has the exit code that a shell gives it.
  setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
}
