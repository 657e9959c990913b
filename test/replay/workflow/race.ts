/** A race of three servers, told in the order of their answers, and a host for it. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../../model/entry.ts';
import { client, server, tape, toolCall, toolText } from '../../kit/entries.ts';

const HOST = fileURLToPath(new URL('plain-host.mjs', import.meta.url));
const NAMES = ['a', 'b', 'c'] as const;

/** All three are asked at once, twice; the second time when the first answers are there. */
export const ROUNDS = ['first', 'second'].map((tool) => NAMES.map((name) => [name, tool] as const));

/** What a host hears of `recordedRace`, whatever its timing. */
export const HEARD = [
  'b: first of b',
  'c: news of c',
  'c: first of c',
  'a: first of a',
  'c: second of c',
  'a: second of a',
  'b: second of b',
];

/** They are asked in the order of their names, and answer in the order of HEARD. */
export function recordedRace(): Entry[] {
  const at = (line: string) =>
    (HEARD.indexOf(line) < 4 ? 10_000 : 30_000) + 1000 * HEARD.indexOf(line);
  return NAMES.flatMap((name, place) => {
    const steps = ['first', 'second'].flatMap((tool, round) => {
      const said = `${tool} of ${name}`;
      return [
        client(toolCall(round, tool), { at: 1000 * (place + 1) + 20_000 * round }),
        ...(said === 'first of c' ? [news(at('c: news of c'))] : []),
        server(toolText(round, said), { at: at(`${name}: ${said}`) }),
      ];
    });
    return tape(name, steps);
  });
}

function news(at: number) {
  const params = { level: 'info', data: 'news of c' };
  return server({ method: 'notifications/message', params }, { at });
}

/** The words that start the host; `{config}` is filled in by the command. */
export function hostWords(rounds: readonly unknown[] = ROUNDS): string[] {
  return [process.execPath, HOST, '{config}', JSON.stringify(rounds)];
}

/** What the servers said, of all that the host printed. */
export function heardBy(stdout: string): string[] {
  return stdout.split('\n').filter((line) => / of /.test(line));
}

export function pidsIn(stdout: string): number[] {
  return [...stdout.matchAll(/: pid (\d+)/g)].map(([, pid]) => Number(pid));
}
