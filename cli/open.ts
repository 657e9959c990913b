/** `wiretape open`: the page in the browser; with recordings, those and nothing else. */
import type { Command } from 'commander';
import { apiOf } from './api.ts';
import { openBrowser } from './browser.ts';
import { findOrStart, pageAddress, startHere } from './collecting.ts';
import { addCommonOptions, type CommonOptions, portOption } from './command.ts';
import { endSignal } from './serve.ts';
import { gather, reportProblems } from './sessions.ts';
import { stateOf } from './state.ts';
import { printJson, terminal } from './terminal.ts';

interface OpenOptions extends CommonOptions {
  readonly browser: boolean;
  readonly port?: number;
}

export function registerOpen(command: Command): void {
  addCommonOptions(command)
    .argument('[recording...]', 'show only these files, sessions or runs, read only, until Ctrl-C')
    .option('--no-browser', 'only print the address')
    .addOption(portOption())
    .action((words: string[], options: OpenOptions) =>
      words.length > 0 ? openRecordings(words, options) : openCollector(options),
    );
}

async function openCollector(options: OpenOptions): Promise<void> {
  const state = stateOf(options.state);
  const { address } = await findOrStart(state, options.port);
  // A page of a collector that hangs would stay empty and not say why.
  await apiOf(state, address).status();
  await showPage(await pageAddress(state, address), options, '');
}

/** A collector of its own that keeps nothing: it leaves the state folder alone. */
async function openRecordings(words: readonly string[], options: OpenOptions): Promise<void> {
  const state = stateOf(options.state);
  const { entries, problems } = await gather(words, state);
  reportProblems(problems);
  const inState = options.state === undefined ? {} : { state: options.state };
  await using collector = await startHere({
    state,
    port: options.port ?? 0,
    recordings: entries,
    origin: { recordings: words, ...inState },
  });
  const ended = endSignal();
  await showPage(`${collector.address}/#token=${collector.token}`, options, '  (Ctrl-C ends)');
  await ended;
}

async function showPage(page: string, options: OpenOptions, remark: string): Promise<void> {
  if (options.json) printJson({ address: page });
  else terminal().line(`${page}${remark}`);
  if (options.browser) await openBrowser(page);
}
