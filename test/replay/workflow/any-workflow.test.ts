// Any workflow, any client that says what was recorded: it is never held up, and hears everything in
// the recorded order wherever the recording shows one.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Entry } from '../../../model/entry.ts';
import { standIns, transcriptOf } from '../../../replay/index.ts';
import { client, type Step, server, tape, toolCall, toolText } from '../../kit/entries.ts';
import { type Random, seeded } from '../restless-client.ts';
import { hostOf } from './host.ts';

/** Something of a recording: `read` and `passed` in µs of the clock of all sessions. */
interface Said {
  readonly name: string;
  readonly from: 'client' | 'server';
  /** Unlike all others. */
  readonly gist: string;
  readonly read: number;
  readonly passed: number;
  readonly step: Step;
}

const START = 5_000_000;

/** Up to four servers, asked and answering in any order, with news of their own between. */
function anyWorkflow(random: Random): Said[] {
  const names = ['a', 'b', 'c', 'd'].slice(0, 2 + Math.floor(random() * 3));
  const open: { name: string; id: number }[] = [];
  const said: Said[] = [];
  let read = 0;
  for (let id = 0; id < 24; id++) {
    // Some are read in the microsecond in which another is passed on.
    read += Math.floor(random() * 3);
    const passed = read + Math.floor(random() * 4);
    const [name = ''] = names.splice(Math.floor(random() * names.length), 1);
    names.push(name);
    const where = { at: read, sent: passed };
    const add = (from: Said['from'], gist: string, step: Step) =>
      said.push({ name, from, gist: `${name}: ${gist}`, read, passed, step });
    const what = random();
    const asked = open.findIndex((one) => one.name === name);
    if (what < 0.5) {
      open.push({ name, id });
      add('client', `ask ${id}`, client(toolCall(id, `ask ${id}`), where));
    } else if (what < 0.8 && asked >= 0) {
      const [one] = open.splice(asked, 1);
      add(
        'server',
        `answer ${one?.id}`,
        server(toolText(one?.id ?? -1, `answer ${one?.id}`), where),
      );
    } else {
      const params = { level: 'info', data: `news ${id}` };
      add('server', `news ${id}`, server({ method: 'notifications/message', params }, where));
    }
  }
  return said;
}

function entriesOf(said: readonly Said[]): Entry[] {
  const names = [...new Set(said.map(({ name }) => name))];
  return names.flatMap((name) =>
    tape(
      name,
      said.filter((one) => one.name === name).map(({ step }) => step),
      { start: START },
    ),
  );
}

/** What the recorded client had got to know before it said this. */
function knownBefore(said: readonly Said[], one: Said): Said[] {
  const place = said.indexOf(one);
  return said.filter(
    ({ from, passed, name }, at) =>
      from === 'server' && (name === one.name ? at < place : passed < one.read),
  );
}

async function play(seed: number): Promise<void> {
  const random = seeded(seed);
  const said = anyWorkflow(random);
  const entries = entriesOf(said);
  const servers = standIns(entries, { patience: 3_600_000 });
  const host = hostOf(servers);
  const happened: string[] = [];
  for (const name of servers.names) await host.open(name);
  const left = said.filter(({ from }) => from === 'client');
  const note = (): void => {
    const seen = host.heard.slice(happened.filter((one) => !one.includes('ask')).length);
    happened.push(...seen);
  };
  while (left.length > 0) {
    const may = left.filter((one) =>
      knownBefore(said, one).every(({ gist }) => host.heard.includes(gist)),
    );
    const next = may[Math.floor(random() * may.length)];
    if (next && random() < 0.7) {
      note();
      happened.push(next.gist);
      left.splice(left.indexOf(next), 1);
      const name = next.gist.split(': ')[1] ?? '';
      await host.say(next.name, toolCall(`live ${name}`, name));
    } else await nextTurn();
    note();
  }
  for (const { from, gist } of said) if (from === 'server') await host.hears(gist);
  note();
  expect({ seed, broken: brokenOrders(said, happened) }).toEqual({ seed, broken: [] });
  expect({ seed, order: servers.order()?.order }).toEqual({ seed, order: 'kept' });
  expect({ seed, hash: servers.transcript().hash }).toEqual({
    seed,
    hash: transcriptOf(entries).hash,
  });
  await servers.close();
}

/** What a server said before something that had been said before it. */
function brokenOrders(said: readonly Said[], happened: readonly string[]): string[] {
  return said.flatMap((later, place) =>
    later.from === 'client'
      ? []
      : said
          .filter(({ name, passed }, at) =>
            name === later.name ? at < place : passed < later.read,
          )
          .filter(({ gist }) => happened.indexOf(gist) > happened.indexOf(later.gist))
          .map(({ gist }) => `${later.gist} before ${gist}`),
  );
}

const first = Number(process.env['SEED'] ?? Date.now() % 1_000_000);

test(`300 workflows, each with a client of its own (SEED=${first})`, async () => {
  for (let seed = first; seed < first + 300; seed++) await play(seed);
});
