/** A home with hosts in it, their configurations, and what their servers keep. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { expect } from 'vitest';
import { temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { type HostCase, type Hosts, serversIn } from './released.ts';

export interface Machine extends AsyncDisposable {
  readonly home: string;
  readonly project: string;
  /** Writes the configuration of a host whose model is at this address. */
  configure(one: HostCase, model: string): Promise<void>;
  /** Lets its servers begin anew. */
  forget(): Promise<void>;
  config(one: HostCase): Promise<string>;
  /** Runs a command of wiretape, which must end with this code and say this beside its output. */
  run(words: readonly string[], code?: number, remark?: string): Promise<string>;
  /** Lets a host work, and gives what its memory holds then. */
  work(one: HostCase): Promise<string>;
}

export async function machine(hosts: Hosts): Promise<Machine> {
  const folder = await temporaryFolder();
  const home = await realpath(folder.path);
  const project = join(home, 'project');
  const own = { HOME: home, PATH: process.env['PATH'] ?? '' };
  const models = new Map<HostCase, string>();
  return {
    home,
    project,
    async configure(one, model) {
      models.set(one, model);
      const all = {
        [one.config]: one.text(serversIn(home), model),
        'project/papers/.keep': '',
        ...one.files?.(project),
      };
      for (const [name, content] of Object.entries(all)) {
        await mkdir(dirname(join(home, name)), { recursive: true });
        await writeFile(join(home, name), content);
      }
    },
    async forget() {
      await rm(join(home, 'memory.jsonl'));
      await rm(join(project, 'papers/notes.txt'), { force: true });
    },
    config: ({ config }) => readFile(join(home, config), 'utf8'),
    async run(words, code = 0, remark = '') {
      const done = await wiretape(words, { cwd: project, env: own });
      expect([words, done.code, done.stderr]).toEqual([words, code, remark]);
      return done.stdout;
    },
    async work(one) {
      const [program = '', ...words] = one.command;
      const child = spawn(join(hosts.folder, 'node_modules/.bin', program), words, {
        cwd: project,
        env: { ...own, ...one.env(models.get(one) ?? '') },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 120_000,
      });
      const said: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (part) => said.push(String(part)));
      const [code] = await once(child, 'close');
      expect([code, said.join('')]).toEqual([0, expect.stringContaining('done')]);
      return readFile(join(home, 'memory.jsonl'), 'utf8');
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
