// Which sessions share their data: only those where nothing but one store can be meant.
import { describe, expect, test } from 'vitest';
import { containerOf, createContainers } from '../../analysis/footprint/container.ts';
import { viewsOf } from '../../model/view.ts';
import { launched, scene } from './scene.ts';

/** Whether an absolute path means one file for two clients of these addresses. */
function isOneFile(first: string, second: string): boolean {
  const [a, b] = [first, second].map((upstream, index) => {
    const head = { transport: 'http' as const, upstream };
    const [view] = viewsOf(scene(`s${index}`, [], { id: `0${index}`, head }));
    return view && createContainers([view])(view.session);
  });
  return a?.machine === b?.machine && a?.files === b?.files;
}

describe('two clients over HTTP mean one file by a path', () => {
  test('at one address of this machine', () => {
    const address = 'http://127.0.0.1:3000/mcp';
    expect(isOneFile(address, address)).toBe(true);
    expect(isOneFile(address, 'http://127.0.0.1:3001/mcp')).toBe(false);
  });

  test('not where a service elsewhere may show each of them a tree of his own', () => {
    const address = 'https://files.example.org/mcp';
    expect(isOneFile(address, address)).toBe(false);
  });
});

type Environment = Readonly<Record<string, string>>;

interface Start {
  readonly env: Environment;
  readonly args?: readonly string[];
}

function areOne(a: Start, b: Start, server = 'memory-server'): boolean {
  const [first, second] = [a, b].map(({ env, args }, index) => {
    const entries = scene(`s${index}`, [], { id: `0${index}`, server, head: launched(env, args) });
    const [view] = viewsOf(entries);
    return view ? containerOf(view.session).id : String(index);
  });
  return first === second;
}

describe('two processes share their data', () => {
  test('when a variable of the server names one place for both', () => {
    const one = { env: { MEMORY_FILE_PATH: '#1', SSL_CERT_FILE: '#9' } };
    expect(areOne(one, { env: { MEMORY_FILE_PATH: '#1' } })).toBe(true);
  });

  test('when a variable that only speaks of data does', () => {
    expect(areOne({ env: { DB_PATH: '#1' } }, { env: { DB_PATH: '#1' } }, 'notes')).toBe(true);
  });
});

describe('two processes do not', () => {
  test.each<[string, Start, Start]>([
    ['places differ', { env: { MEMORY_FILE_PATH: '#1' } }, { env: { MEMORY_FILE_PATH: '#2' } }],
    [
      'places differ, and what is exported to everybody is the same',
      { env: { MEMORY_FILE_PATH: '#1', AWS_CONFIG_FILE: '#9' } },
      { env: { MEMORY_FILE_PATH: '#2', AWS_CONFIG_FILE: '#9' } },
    ],
    [
      'they share only what is exported to everybody',
      { env: { AWS_CONFIG_FILE: '#9', KUBECONFIG_FILE: '#8' } },
      { env: { AWS_CONFIG_FILE: '#9', KUBECONFIG_FILE: '#8' } },
    ],
    [
      'the variable only speaks of data, and the arguments differ',
      { env: { DB_PATH: '#1' }, args: ['--db', 'a.json'] },
      { env: { DB_PATH: '#1' }, args: ['--db', 'b.json'] },
    ],
  ])('when %s', (_, a, b) => expect(areOne(a, b)).toBe(false));
});
