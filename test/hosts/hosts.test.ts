// Released hosts, unmodified and offline, run a wrapped server: configured by `wiretape wrap`, driven
// by a scripted model, recorded, and unwrapped to the byte. They are installed apart, since they are
// 500 MB; WIRETAPE_HOSTS=FOLDER keeps them there for the next run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder, wiretape } from '../cli/wiretape.ts';
import { startModel } from './scripted-model.ts';

const memory = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-memory/dist/index.js',
);
const packages = ['@google/gemini-cli@0.61.0', '@openai/codex@0.169.0'];
const kept = process.env['WIRETAPE_HOSTS'];
let hosts = '';

beforeAll(async () => {
  hosts = kept ?? (await mkdtemp(join(tmpdir(), 'wiretape-hosts-')));
  const there = await stat(join(hosts, 'node_modules')).catch(() => undefined);
  if (there) return;
  await mkdir(hosts, { recursive: true });
  await writeFile(join(hosts, 'package.json'), '{"private":true}');
  const words = ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...packages];
  const npm = spawn('npm', words, { cwd: hosts, stdio: ['ignore', 'ignore', 'inherit'] });
  expect((await once(npm, 'close'))[0]).toBe(0);
}, 300_000);

afterAll(async () => {
  if (kept === undefined) await rm(hosts, { recursive: true, force: true });
});

interface HostCase {
  readonly host: string;
  readonly config: string;
  readonly text: (home: string, model: string) => string;
  readonly files?: (project: string) => Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly env?: (model: string) => Readonly<Record<string, string>>;
  /** How many of the five writes of one turn its way of calling leaves. */
  readonly keeps: number;
}

const cases: readonly HostCase[] = [
  {
    host: 'gemini',
    config: '.gemini/settings.json',
    text: (home) => `{
  // the user's own
  "security": { "auth": { "selectedType": "gemini-api-key" } },
  "privacy": { "usageStatisticsEnabled": false },
  "general": { "enableAutoUpdate": false },
  "mcpServers": {
    "memory": {
      "command": "${process.execPath}",
      "args": ["${memory}"], // no options
      "env": { "MEMORY_FILE_PATH": "${home}/memory.jsonl" }
    }
  }
}
`,
    files: (project) => ({
      '.gemini/trustedFolders.json': JSON.stringify({ [project]: 'TRUST_FOLDER' }),
    }),
    command: ['gemini', '-p', 'go', '--approval-mode', 'yolo', '-m', 'gemini-2.5-flash'],
    env: (model) => ({ GEMINI_API_KEY: 'x', GOOGLE_GEMINI_BASE_URL: model }),
    keeps: 1,
  },
  {
    host: 'codex',
    config: '.codex/config.toml',
    text: (home, model) => `# the user's own
model = "scripted"
model_provider = "loop"

[model_providers.loop]
name = 'loop'
base_url = "${model}/v1"
wire_api = "responses"
env_key = "LOOP_KEY"

[mcp_servers.memory] # notes
command = '${process.execPath}'
args = [
  "${memory}", # no options
]
default_tools_approval_mode = "approve"
required = true # wait for it before the first turn

[mcp_servers.memory.env]
MEMORY_FILE_PATH = "${home}/memory.jsonl"
`,
    command: [
      'codex',
      'exec',
      '--skip-git-repo-check',
      '--dangerously-bypass-approvals-and-sandbox',
      'go',
    ],
    env: () => ({ LOOP_KEY: 'x' }),
    keeps: 5,
  },
];

const calls = [1, 2, 3, 4, 5].map((n) => ({
  tool: 'create_entities',
  args: { entities: [{ name: `e${n}`, entityType: 't', observations: ['o'] }] },
}));

describe.each(cases)('$host', ({ host, config, text, files, command, env, keeps }) => {
  test('is wrapped, records what it does, and is unwrapped to the byte', async () => {
    await using folder = await temporaryFolder();
    await using model = await startModel('memory', calls);
    const home = await realpath(folder.path);
    const project = join(home, 'project');
    const all = { [config]: text(home, model.address), 'project/.keep': '', ...files?.(project) };
    for (const [name, content] of Object.entries(all)) {
      await mkdir(dirname(join(home, name)), { recursive: true });
      await writeFile(join(home, name), content);
    }
    const machine = { HOME: home, PATH: process.env['PATH'] ?? '' };
    const run = async (...words: string[]) => {
      const done = await wiretape(words, { cwd: project, env: machine });
      expect([words, done.code, done.stderr]).toEqual([words, 0, '']);
      return done.stdout;
    };
    const work = async (): Promise<string> => {
      const [program = '', ...words] = command;
      const child = spawn(join(hosts, 'node_modules/.bin', program), words, {
        cwd: project,
        env: { ...machine, ...env?.(model.address) },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 120_000,
      });
      const said: string[] = [];
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (part) => said.push(String(part)));
      const [code] = await once(child, 'close');
      expect([code, said.join('')]).toEqual([0, expect.stringContaining('done')]);
      return readFile(join(home, 'memory.jsonl'), 'utf8');
    };

    const unwrapped = await work();
    expect(unwrapped.trim().split('\n')).toHaveLength(keeps);
    await rm(join(home, 'memory.jsonl'));
    // A host may bring its configuration into a newer form when it starts.
    const before = await readFile(join(home, config), 'utf8');

    expect(await run('wrap', 'memory', '--host', host)).toContain('wrapped memory in');
    expect(await readFile(join(home, config), 'utf8')).toContain('wiretape-launcher.mjs');
    const wrapped = await work();
    expect(wrapped.trim().split('\n')).toHaveLength(keeps);

    const { sessions } = JSON.parse(await run('ls', '--json'));
    expect(sessions).toMatchObject([{ name: 'memory', launch: { args: [memory] } }]);
    const shown = await run('show', sessions[0].id);
    expect(shown.match(/create_entities/g)?.length).toBeGreaterThanOrEqual(5);

    await run('unwrap');
    expect(await readFile(join(home, config), 'utf8')).toBe(before);
  });
});
