/** The address of what is on screen. Everything that can be seen stands in the hash, so that it can be linked. */
import type { Range } from './timeline/scale.ts';

const VIEWS = ['timeline', 'list', 'findings'] as const;
export type View = (typeof VIEWS)[number];

export interface HomeRoute {
  readonly page: 'home';
  readonly tab: 'workflows' | 'sessions';
  readonly query: string;
}

export interface RunRoute {
  readonly page: 'run';
  readonly run: string;
  readonly view: View;
  /** In µs since the run began; none: the whole run, as it grows. */
  readonly range?: Range;
  /** A message reference, or `batch@` and the reference of the first request of one. */
  readonly selected?: string;
  /** The finding that is told of: its code, `@` and the reference of the first message that shows it. */
  readonly finding?: string;
  readonly query: string;
}

/** A message wherever it is shown: what spans give as `wiretape.url`, long before its run is known. */
export interface MessageRoute {
  readonly page: 'message';
  readonly message: string;
  readonly query: string;
}

export type Route = HomeRoute | RunRoute | MessageRoute;

export const HOME: HomeRoute = { page: 'home', tab: 'workflows', query: '' };

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const parameters = new URLSearchParams(search);
  const query = parameters.get('q') ?? '';
  const message = /^\/message\/(.+)$/.exec(path)?.[1];
  if (message !== undefined) return { page: 'message', message: decode(message), query };
  const run = /^\/run\/([^/]+)$/.exec(path)?.[1];
  if (run === undefined)
    return { page: 'home', tab: path === '/sessions' ? 'sessions' : 'workflows', query };
  const range = parseRange(parameters.get('t'));
  const selected = parameters.get('sel');
  const finding = parameters.get('find');
  return {
    page: 'run',
    run: decode(run),
    view: VIEWS.find((view) => view === parameters.get('view')) ?? 'timeline',
    query,
    ...(range ? { range } : {}),
    ...(selected ? { selected } : {}),
    ...(finding ? { finding } : {}),
  };
}

export function formatRoute(route: Route): string {
  const parameters: string[] = [];
  if (route.page === 'run') {
    const { range, selected, finding, view } = route;
    if (view !== 'timeline') parameters.push(`view=${view}`);
    if (range) parameters.push(`t=${seconds(range.from)}-${seconds(range.to)}`);
    if (selected !== undefined) parameters.push(`sel=${readable(selected)}`);
    if (finding !== undefined) parameters.push(`find=${readable(finding)}`);
  }
  if (route.query !== '') parameters.push(`q=${readable(route.query)}`);
  const search = parameters.length > 0 ? `?${parameters.join('&')}` : '';
  if (route.page === 'message') return `#/message/${readable(route.message)}${search}`;
  if (route.page === 'run') return `#/run/${encodeURIComponent(route.run)}${search}`;
  return `#/${route.tab === 'sessions' ? 'sessions' : ''}${search}`;
}

function parseRange(text: string | null): Range | undefined {
  const match = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec(text ?? '');
  const [from, to] = [Number(match?.[1]) * 1e6, Number(match?.[2]) * 1e6];
  return from < to ? { from, to } : undefined;
}

function seconds(micros: number): string {
  return String(Number((micros / 1e6).toFixed(6)));
}

/** Encoded, but for what makes references and queries readable and is harmless in a hash. */
function readable(text: string): string {
  return encodeURIComponent(text).replace(/%(3A|2F|40)/g, decodeURIComponent);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
