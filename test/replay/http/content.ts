/** What a recording holds, without names that are new in every session: what two recordings of one conversation share. */
import type { Entry } from '../../../model/entry.ts';
import { recordedSessions, transcriptOf } from '../../../replay/index.ts';

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
  return recordedSessions(entries)
    .flatMap((session) => {
      const heads = new Map<number, string>();
      for (const entry of session.entries) {
        if (entry.type === 'http') {
          const { exchange, method, status, headers = [] } = entry;
          const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
          if (entry.phase === 'opened') heads.set(exchange, `${method}`);
          if (entry.phase === 'head') {
            heads.set(exchange, `${heads.get(exchange)} ${status} ${type}`);
          }
        } else if ('exchange' in entry && entry.exchange !== undefined && entry.from === 'server') {
          const around =
            entry.type === 'message' ? `${entry.sse?.head}|${entry.sse?.tail}` : entry.text;
          heads.set(entry.exchange, `${heads.get(entry.exchange)} ${JSON.stringify(around)}`);
        }
      }
      // What nobody answered is a matter of when the tap ended.
      return [...heads.values()].filter((head) => /^\w+ (?!502)\d/.test(head));
    })
    .sort();
}
