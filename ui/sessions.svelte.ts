/**
 * All sessions, kept up to date by the live feed, and the workflows and runs they make up. A plain map
 * behind one rune: whatever changes within a tenth of a second is shown once.
 */
import type { Status } from '../model/api.ts';
import type { SessionSummary } from '../model/summary.ts';
import { type Workflow, workflows } from '../model/workflow.ts';
import { type WrappedHost, type WrappedServer, wrappedHosts } from '../model/wrapped.ts';
import type { Api, ApiFailure } from './api.ts';
import { createLive, type LiveState } from './live.svelte.ts';

const PAUSE = 100;
/** How long the list waits for the feed, in ms. */
const LATE = 700;

export interface Sessions {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly failure: ApiFailure | undefined;
  readonly live: LiveState;
  readonly status: Status | undefined;
  readonly all: readonly SessionSummary[];
  readonly workflows: readonly Workflow[];
  /** Hosts with wrapped servers. */
  readonly hosts: readonly WrappedHost[];
  /** Of which traces spans came last; none are named when it may be any, as after a time without the feed. */
  readonly traced: readonly string[];
  /** Another number whenever findings may be other ones since something was explored. */
  readonly explored: number;
  reload(): void;
  close(): void;
}

/** Whether more may come of it; a recording that was opened to be read is never live. */
export function isLive({ phase }: SessionSummary, status: Status | undefined): boolean {
  return phase !== 'ended' && status?.readOnly !== true;
}

function replaceAll(known: Map<string, SessionSummary>, all: readonly SessionSummary[]): void {
  known.clear();
  for (const session of all) known.set(session.id, session);
}

function change(
  known: Map<string, SessionSummary>,
  changed: readonly SessionSummary[],
  removed: readonly string[],
): void {
  for (const session of changed) known.set(session.id, session);
  for (const id of removed) known.delete(id);
}

export function createSessions(api: Api): Sessions {
  const known = new Map<string, SessionSummary>();
  let shown = $state.raw<readonly SessionSummary[]>([]);
  let state = $state<'loading' | 'ready' | 'failed'>('loading');
  let failure = $state.raw<ApiFailure | undefined>();
  let status = $state.raw<Status | undefined>();
  let traced = $state.raw<readonly string[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wrapped = $state.raw<readonly WrappedServer[]>([]);
  const grouped = $derived(workflows(shown));
  const hosts = $derived(wrappedHosts(wrapped, shown));

  const show = (): void => {
    timer = undefined;
    shown = [...known.values()];
  };
  const load = async (): Promise<void> => {
    try {
      const [now, all, servers] = await Promise.all([api.status(), api.sessions(), api.wrapped()]);
      replaceAll(known, all);
      [status, wrapped, failure] = [now, servers, undefined];
      show();
      state = 'ready';
    } catch (error) {
      failure = error as ApiFailure;
      if (state !== 'ready') state = 'failed';
    }
  };
  const live = createLive({
    api,
    onOpen() {
      clearTimeout(late);
      traced = [];
      void load();
    },
    onMessage({ changed, removed, wrapped: servers, traces }) {
      if (traces) traced = traces;
      if (servers) wrapped = servers;
      change(known, changed, removed);
      timer ??= setTimeout(show, PAUSE);
    },
  });
  // The feed comes first, so that nothing falls between it and the list; without a feed there is still a list.
  const late = setTimeout(() => void load(), LATE);

  return {
    get state() {
      return state;
    },
    get failure() {
      return failure;
    },
    get live() {
      return live.state;
    },
    get status() {
      return status;
    },
    get all() {
      return shown;
    },
    get workflows() {
      return grouped;
    },
    get hosts() {
      return hosts;
    },
    get explored() {
      return live.explored;
    },
    get traced() {
      return traced;
    },
    reload: () => void load(),
    close() {
      for (const one of [timer, late]) clearTimeout(one);
      live.close();
    },
  };
}
