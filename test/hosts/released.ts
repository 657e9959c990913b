/** Released hosts, and how each is configured to run three servers and to ask a scripted model. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { installed } from './installed.ts';

const packages = ['@google/gemini-cli@0.61.0', '@openai/codex@0.169.0'];

export interface Hosts {
  readonly folder: string;
}

export async function installHosts(): Promise<Hosts> {
  return { folder: await installed('.', packages) };
}

export interface HostServer {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The three servers; what they keep stands in the home. */
export function serversIn(home: string): readonly HostServer[] {
  const { resolve } = createRequire(import.meta.url);
  const program = (name: string) => resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);
  return [
    {
      name: 'memory',
      args: [program('memory')],
      env: { MEMORY_FILE_PATH: join(home, 'memory.jsonl') },
    },
    {
      name: 'filesystem',
      args: [program('filesystem'), join(home, 'project')],
      env: { LANG: 'C' },
    },
    { name: 'everything', args: [program('everything'), 'stdio'], env: { LANG: 'C' } },
  ];
}

export interface HostCase {
  readonly host: string;
  readonly config: string;
  readonly text: (servers: readonly HostServer[], model: string) => string;
  readonly files?: (project: string) => Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly env: (model: string) => Readonly<Record<string, string>>;
  /** Whether its way of calling leaves all five writes of one turn. */
  readonly keepsAll: boolean;
}

const gemini: HostCase = {
  host: 'gemini',
  config: '.gemini/settings.json',
  text: (servers) => `{
  // the user's own
  "security": { "auth": { "selectedType": "gemini-api-key" } },
  "privacy": { "usageStatisticsEnabled": false },
  "general": { "enableAutoUpdate": false },
  "mcpServers": {
${servers
  .map(
    ({ name, args, env }) => `    "${name}": {
      "command": ${JSON.stringify(process.execPath)},
      "args": ${JSON.stringify(args)}, // no options
      "env": ${JSON.stringify(env)}
    }`,
  )
  .join(',\n')}
  }
}
`,
  files: (project) => ({
    '.gemini/trustedFolders.json': JSON.stringify({ [project]: 'TRUST_FOLDER' }),
  }),
  command: ['gemini', '-p', 'go', '--approval-mode', 'yolo', '-m', 'gemini-2.5-flash'],
  env: (model) => ({ GEMINI_API_KEY: 'x', GOOGLE_GEMINI_BASE_URL: model }),
  keepsAll: false,
};

const codex: HostCase = {
  host: 'codex',
  config: '.codex/config.toml',
  text: (servers, model) => `# the user's own
model = "scripted"
model_provider = "loop"

[model_providers.loop]
name = 'loop'
base_url = "${model}/v1"
wire_api = "responses"
env_key = "LOOP_KEY"
${servers
  .map(
    ({ name, args, env }) => `
[mcp_servers.${name}] # runs here
command = '${process.execPath}'
args = [
  ${args.map((one) => JSON.stringify(one)).join(',\n  ')}, # no options
]
default_tools_approval_mode = "approve"
required = true # wait for it before the first turn

[mcp_servers.${name}.env]
${Object.entries(env)
  .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
  .join('')}`,
  )
  .join('')}`,
  command: [
    'codex',
    'exec',
    '--skip-git-repo-check',
    '--dangerously-bypass-approvals-and-sandbox',
    'go',
  ],
  env: () => ({ LOOP_KEY: 'x' }),
  keepsAll: true,
};

export const HOST_CASES: readonly HostCase[] = [gemini, codex];
