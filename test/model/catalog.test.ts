import { describe, expect, test } from 'vitest';
import { catalogs, currentOffers } from '../../model/catalog.ts';
import { viewsOf } from '../../model/view.ts';
import { client, type Step, server, tape } from '../kit/entries.ts';

function listed(...steps: Step[]): string[] {
  const [view] = viewsOf(tape('s', steps));
  return (view ? catalogs(view) : []).map(({ kind, offers, pages, partial }) => {
    const names = offers.map(({ name }) => name).join(' ');
    return `${kind} [${names}] pages ${pages.length}${partial ? ' partial' : ''}`;
  });
}

const list = (id: number, what: string, cursor?: string) =>
  client({ id, method: `${what}/list`, params: cursor === undefined ? {} : { cursor } });
const tools = (id: number, names: readonly string[], nextCursor?: string) =>
  server({
    id,
    result: {
      tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
      ...(nextCursor === undefined ? {} : { nextCursor }),
    },
  });

describe('catalogs', () => {
  test('join the pages that follow each other by cursor', () => {
    expect(
      listed(
        list(1, 'tools'),
        tools(1, ['a', 'b'], 'p2'),
        list(2, 'tools', 'p2'),
        tools(2, ['c'], 'p3'),
        list(3, 'tools'),
        tools(3, ['a']),
        list(4, 'tools', 'p3'),
        tools(4, ['d']),
      ),
    ).toEqual(['tool [a b c d] pages 3', 'tool [a] pages 1']);
  });

  test('say that a page is missing', () => {
    expect(listed(list(1, 'tools'), tools(1, ['a'], 'p2'))).toEqual(['tool [a] pages 1 partial']);
  });

  test('of each kind are named by what names them', () => {
    expect(
      listed(
        list(1, 'prompts'),
        server({ id: 1, result: { prompts: [{ name: 'p' }] } }),
        list(2, 'resources'),
        server({ id: 2, result: { resources: [{ uri: 'file:///r', name: 'r' }] } }),
        list(3, 'resources/templates'),
        server({ id: 3, result: { resourceTemplates: [{ uriTemplate: 'file:///{x}' }] } }),
      ),
    ).toEqual([
      'prompt [p] pages 1',
      'resource [file:///r] pages 1',
      'template [file:///{x}] pages 1',
    ]);
  });

  test('are made of answers of the server to lists, whatever is in them', () => {
    const inherited = { method: 'constructor', params: {} };
    expect(
      listed(
        list(1, 'tools'),
        server({ id: 1, error: { code: -1, message: 'no' } }),
        list(2, 'tools'),
        server({ id: 2, result: { tools: 'none' } }),
        list(3, 'tools'),
        server({ id: 3, result: { tools: [null, 7, { title: 'x' }, { name: ['y'] }] } }),
        client({ id: 4, ...inherited }),
        server({ id: 4, result: {} }),
        server({ id: 5, method: 'tools/list' }),
        client({ id: 5, result: { tools: [{ name: 'mine' }] } }),
      ),
    ).toEqual(['tool [] pages 1', 'tool [   ] pages 1']);
  });

  test('know a definition by its fingerprint, whatever the order of its members', () => {
    const define = (id: number, definition: object) =>
      server({ id, result: { tools: [definition] } });
    const [view] = viewsOf(
      tape('s', [
        list(1, 'tools'),
        define(1, { name: 'a', description: 'x' }),
        list(2, 'tools'),
        define(2, { description: 'x', name: 'a' }),
        list(3, 'tools'),
        define(3, { description: 'y', name: 'a' }),
      ]),
    );
    const all = view ? catalogs(view) : [];
    const prints = all.flatMap(({ offers }) => offers.map(({ fingerprint }) => fingerprint));
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
    expect(currentOffers(all).map(({ definition }) => definition)).toEqual([
      { description: 'y', name: 'a' },
    ]);
  });

  test('of a thousand pages are one', () => {
    const pages = Array.from({ length: 1000 }, (_, page) => [
      list(page, 'tools', page === 0 ? undefined : `${page}`),
      tools(page, [`t${page}`], `${page + 1}`),
    ]).flat();
    expect(listed(...pages)).toHaveLength(1);
  });
});
