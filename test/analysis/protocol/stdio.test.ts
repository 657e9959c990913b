/** Pipes and processes. */
import { once } from 'node:events';
import process from 'node:process';
import { expect, test } from 'vitest';
import { analyse } from '../../../analysis/index.ts';
import { STDIO } from '../../../analysis/protocol/stdio.ts';
import { viewsOf } from '../../../model/view.ts';
import { exit, note, opening, server } from '../../kit/entries.ts';
import { journals, start, tapped, temporaryFolder, until } from '../../tap/kit.ts';
import { cases } from './kit.ts';

const closed = note('the client closed its end', { closed: 'client' });

cases(STDIO, {
  'deaf-to-closed-stdin': {
    breaks: [
      { steps: [...opening(), closed, exit(null, 'SIGTERM')] },
      'medium: The server of notes did not end when its input was closed, once; it had to be killed. [4 server runs on, 5 ended by SIGTERM]',
    ],
    clean: [
      { steps: [...opening(), closed, exit(0)] },
      { steps: [...opening(), exit(null, 'SIGTERM')] },
      {
        steps: [
          ...opening(),
          closed,
          server({ method: 'notifications/message', params: { level: 'info', data: 'x' } }),
          exit(null, 'SIGTERM'),
        ],
      },
    ],
  },
});

test('a tap records that a server runs on behind a closed pipe, and the rule says that it had to be killed', async () => {
  const state = await temporaryFolder();
  const deaf = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
  const tap = start(await tapped(deaf, { state }));
  const ended = once(tap, 'close');
  tap.stdin.end();
  const entries = async () => (await journals(state)).flatMap((journal) => journal.entries);
  await until(async () => (await entries()).some((entry) => 'closed' in entry));
  tap.kill('SIGTERM');
  await ended;
  const rules = analyse(viewsOf(await entries())).map(({ rule }) => rule);
  expect(rules).toEqual(['deaf-to-closed-stdin']);
});
