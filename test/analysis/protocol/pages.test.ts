/** Lists in pages, and the cursors that lead through them. */
import { PAGES } from '../../../analysis/protocol/pages.ts';
import { client, gap, opening, type Step, server } from '../../kit/entries.ts';
import { cases, complete, modern, modernHeaders, OVER_HTTP, post } from './kit.ts';

const ask = (id: number, cursor?: string, method = 'tools/list'): Step =>
  client({ id, method, params: cursor === undefined ? {} : { cursor } });
const page = (id: number, nextCursor?: string): Step =>
  server({
    id,
    result: { tools: [], prompts: [], ...(nextCursor === undefined ? {} : { nextCursor }) },
  });
const story = (...steps: readonly Step[]) => ({ steps: [...opening(), ...steps] });
const hints = { ttlMs: 0, cacheScope: 'private' };

cases(PAGES, {
  'cursor-not-given': {
    breaks: [
      story(ask(1), page(1, 'b'), ask(2, 'c'), page(2)),
      'high: The client of notes asked “tools/list” with a cursor that it was not given, once. [6 request]',
    ],
    alsoBreaks: [
      [
        story(ask(1, undefined, 'prompts/list'), page(1, 'b'), ask(2, 'b'), page(2)),
        'high: The client of notes asked “tools/list” with a cursor that it was not given, once. [6 request]',
      ],
    ],
    clean: [
      story(
        ask(1),
        page(1, 'b'),
        ask(2, 'b'),
        page(2, ''),
        ask(3, ''),
        page(3),
        ask(4, 'b'),
        page(4),
      ),
      story(ask(1), gap(1), ask(2, 'b'), page(2)),
      { ...story(ask(1, 'b'), page(1)), head: { joined: true } },
      story(ask(1), page(1, '<secret:jwt:9f2c11d0>'), ask(2, '<secret:field:9f2c11d0>'), page(2)),
      // An address that several clients may share: another one was given it, before we looked.
      {
        head: OVER_HTTP,
        steps: post(1, modern(1, 'tools/list', { cursor: 'b' }), {
          headers: modernHeaders('tools/list'),
          answers: [complete(1, { tools: [], ...hints })],
        }),
      },
    ],
  },
  'cursor-loop': {
    breaks: [
      story(ask(1), page(1, 'b'), ask(2, 'b'), page(2, 'c'), ask(3, 'c'), page(3, 'b')),
      'medium: The server of notes gave pages of “tools/list” that lead in a circle, once. [8 request, 9 page that leads back]',
    ],
    alsoBreaks: [
      [
        story(ask(1), page(1, 'b'), ask(2, 'b'), page(2, 'b')),
        'medium: The server of notes gave pages of “tools/list” that lead in a circle, once. [6 request, 7 page that leads back]',
      ],
    ],
    clean: [
      story(ask(1), page(1, 'b'), ask(2, 'b'), page(2), ask(3), page(3, 'b'), ask(4, 'b'), page(4)),
      story(
        ask(1),
        page(1, 'b'),
        ask(2, undefined, 'prompts/list'),
        page(2, 'b'),
        ask(3, 'b', 'prompts/list'),
        page(3),
      ),
      // Two clients go through one list, a page apart.
      story(
        ask(1),
        page(1, 'b'),
        ask(2, 'b'),
        page(2, 'c'),
        ask(3),
        page(3, 'b'),
        ask(4, 'c'),
        page(4, 'd'),
        ask(5, 'b'),
        page(5, 'c'),
        ask(6, 'c'),
        page(6, 'd'),
      ),
    ],
  },
});
