/** What a recording holds, without names that are new in every session: what two recordings of one conversation share. */
import type { Entry, HttpEntry } from '../../../model/entry.ts';
import { transcriptOf } from '../../../replay/index.ts';

/** The transcript, with each id as the request that it belongs to, in an order of its own. */
export function contentOf(entries: readonly Entry[]): string[] {
  const lines = new Map<string, string>();
  let session = '';
  for (const line of transcriptOf(entries).text.split('\n')) {
    const [place = '', ...rest] = line.split(' ');
    if (place === 'session') session = JSON.parse(rest.at(-1) ?? '""');
    else if (place !== '') lines.set(`${session}:${place}`, rest.join(' '));
  }
  const meaning = (ref: string): string => {
    const text = lines.get(ref) ?? '?';
    return JSON.stringify(text.replace(JSON.stringify(ref), '"own"'));
  };
  return [...lines.values()]
    .map((text) =>
      text.replace(/"([0-9A-Z]{26}:\d+(?:\/\d+)?)"/g, (_, ref: string) => meaning(ref)),
    )
    .sort();
}

/** How each exchange was answered, with the blocks of its stream that are no messages. */
export function framingOf(entries: readonly Entry[]): string[] {
  const heads = new Map<string, string>();
  const add = (entry: Entry & { readonly exchange?: number }, text: unknown): void => {
    const key = `${entry.session} ${entry.exchange}`;
    heads.set(key, `${heads.get(key) ?? ''} ${text}`);
  };
  for (const entry of entries) {
    if (entry.type === 'http') addPhase(entry, add);
    else if (entry.type === 'message' && entry.from === 'server') {
      add(entry, JSON.stringify([entry.sse?.head, entry.sse?.tail]));
    } else if (entry.type === 'frame' && entry.from === 'server') add(entry, entry.text);
  }
  // What nobody answered is a matter of when the tap ended.
  return [...heads.values()].filter((head) => /^ \w+ (?!502)\d/.test(head)).sort();
}

function addPhase(entry: HttpEntry, add: (entry: HttpEntry, text: unknown) => void): void {
  const { phase, method, status, headers = [] } = entry;
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'no body';
  if (phase === 'opened') add(entry, method);
  if (phase === 'head') add(entry, `${status} ${type}`);
}
