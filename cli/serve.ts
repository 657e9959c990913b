/** `wiretape serve`: the collector and its page, until Ctrl-C. */
import { once } from 'node:events';
import process from 'node:process';
import type { Command } from 'commander';
import { USES } from '../collector/tokens.ts';
import { DEFAULT_PORT } from '../model/api.ts';
import { findCollector, tokenOf } from './api.ts';
import { type Collecting, startHere, type Told } from './collecting.ts';
import { addCommonOptions, type CommonOptions, portOption } from './command.ts';
import { UserError } from './error.ts';
import { exportingTo } from './export-endpoint.ts';
import { addOtelOptions, type OtelOptions, SPANS_ONLY, spanOptions } from './otel-options.ts';
import { stateOf } from './state.ts';
import { printJson, remark, terminal } from './terminal.ts';

interface ServeOptions extends CommonOptions, OtelOptions {
  readonly port?: number;
  readonly export?: readonly string[];
}

export function registerServe(command: Command): void {
  addCommonOptions(command)
    .addOption(portOption(DEFAULT_PORT))
    .option(
      '--export <address>',
      'send spans and findings there: otlp://HOST[:4318], or an http(s):// address; may be given several times',
      (address: string, others: string[] = []) => [...others, address],
    );
  addOtelOptions(command).action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const state = stateOf(options.state);
  await using collector = await startAlone(state, options);
  const ended = endSignal();
  const { address, token } = collector;
  tell({ address });
  if (options.json) printJson({ address, state });
  else terminal().line(`${address}/#token=${token}  (Ctrl-C ends)`);
  await ended;
}

/** One collector a state folder: a second one would take the first one's place. */
async function startAlone(state: string, options: ServeOptions): ReturnType<typeof startHere> {
  try {
    const running = await findCollector(state);
    if (running) {
      const detail = `A collector runs for this state folder at ${running.address}.`;
      throw new UserError(
        'already-running',
        detail,
        'wiretape open shows it, wiretape stop ends it.',
      );
    }
    const exporting = await exportingOf(options, state);
    return await startHere({ state, port: options.port ?? DEFAULT_PORT, ...exporting });
  } catch (error) {
    const { code, message, hint } = error as UserError;
    tell({ failed: { code, message, hint } });
    throw error;
  }
}

async function exportingOf(
  options: ServeOptions,
  state: string,
): Promise<Pick<Collecting, 'exporting'>> {
  const { export: endpoints, otelParent, otelPayloads } = options;
  if (!endpoints && (otelParent ?? otelPayloads) !== undefined)
    throw new UserError('wrong-usage', SPANS_ONLY, 'Add --export otlp://HOST.');
  if (!endpoints) return {};
  const tokens = await Promise.all(USES.map((use) => tokenOf(state, use)));
  const own = {
    tokens: tokens.flatMap((token) => token || []),
    port: options.port ?? DEFAULT_PORT,
    say: remark,
  };
  const to = exportingTo(endpoints, process.env, own);
  const { keyOf } = await import('../tap/index.ts');
  return { exporting: { ...to, key: keyOf(state), spans: spanOptions(options), told: remark } };
}

/** Tells the process that started this one, when it is one of ours. */
function tell(told: Told): void {
  if (process.connected) process.send?.(told);
}

/** Settles at the first request to end; the second ends at once, as is usual. */
export async function endSignal(): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race(
    (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => once(process, name, { signal })),
  );
  waiting.abort();
}
