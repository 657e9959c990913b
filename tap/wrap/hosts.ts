/**
 * Every host whose configuration can be wrapped: where its files are, where servers stand in them,
 * and how it takes up a change. Data only; a new host is a new row.
 *
 * A path begins with `~` (the user's home), `<config>` (where the system keeps settings of
 * programs), `<folder>` (the current folder) or `$NAME` (a variable of the environment, which
 * must be set). `*` stands for any part of one name.
 */

export const HOST_IDS = [
  'claude-desktop',
  'claude-code',
  'cursor',
  'vscode',
  'windsurf',
  'gemini',
  'codex',
] as const;

export type HostId = (typeof HOST_IDS)[number];

/** Whose entries they are: the user's everywhere, a project's, or the user's in one project. */
export type Scope = 'user' | 'project' | 'local';

export interface ConfigPlace {
  readonly scope: Scope;
  /** The first of these whose variables are all set. */
  readonly paths: readonly string[];
  readonly format: 'json' | 'toml';
  /** The keys that lead to the servers. */
  readonly servers: readonly string[];
}

/** What a host runs that no configuration of the user names. */
export interface Beyond {
  readonly what: string;
  /** One for each match, to be counted. */
  readonly path: string;
}

export interface HostRow {
  readonly id: HostId;
  readonly name: string;
  readonly configs: readonly ConfigPlace[];
  /** How it takes up a change, as an order to the user. */
  readonly restart: string;
  readonly beyond?: readonly Beyond[];
  /** What its account or its own store gives it, which cannot be counted here. */
  readonly account?: string;
}

const json = { format: 'json', servers: ['mcpServers'] } as const;
const toml = { format: 'toml', servers: ['mcp_servers'] } as const;
const vscode = { format: 'json', servers: ['servers'] } as const;

export const HOSTS: readonly HostRow[] = [
  {
    id: 'claude-desktop',
    name: 'Claude Desktop',
    configs: [
      { ...json, scope: 'user', paths: ['<config>/Claude/claude_desktop_config.json'] },
      // The package from the Microsoft Store reads its own copy and never the one above.
      {
        ...json,
        scope: 'user',
        paths: [
          '$LOCALAPPDATA/Packages/Claude_*/LocalCache/Roaming/Claude/claude_desktop_config.json',
        ],
      },
    ],
    restart: 'Quit Claude Desktop fully, then start it again.',
    beyond: [{ what: 'extension', path: '<config>/Claude/Claude Extensions/*' }],
    account: 'connectors',
  },
  {
    id: 'claude-code',
    name: 'Claude Code',
    configs: [
      {
        ...json,
        scope: 'local',
        paths: ['$CLAUDE_CONFIG_DIR/.claude.json', '~/.claude.json'],
        servers: ['projects', '<folder>', 'mcpServers'],
      },
      { ...json, scope: 'project', paths: ['<folder>/.mcp.json'] },
      { ...json, scope: 'user', paths: ['$CLAUDE_CONFIG_DIR/.claude.json', '~/.claude.json'] },
    ],
    restart: 'Start a new session of Claude Code; it may ask again whether to trust the server.',
    account: 'connectors and plugins',
  },
  {
    id: 'cursor',
    name: 'Cursor',
    configs: [
      { ...json, scope: 'project', paths: ['<folder>/.cursor/mcp.json'] },
      { ...json, scope: 'user', paths: ['~/.cursor/mcp.json'] },
    ],
    restart: 'Switch the server off and on in the MCP settings of Cursor, or restart Cursor.',
  },
  {
    id: 'vscode',
    name: 'VS Code',
    configs: [
      { ...vscode, scope: 'project', paths: ['<folder>/.vscode/mcp.json'] },
      { ...vscode, scope: 'user', paths: ['<config>/Code/User/mcp.json'] },
      { ...vscode, scope: 'user', paths: ['<config>/Code/User/profiles/*/mcp.json'] },
      { ...vscode, scope: 'user', paths: ['<config>/Code - Insiders/User/mcp.json'] },
      { ...vscode, scope: 'user', paths: ['<config>/Code - Insiders/User/profiles/*/mcp.json'] },
    ],
    restart: 'In VS Code, run the command "MCP: List Servers" and restart the server.',
  },
  {
    id: 'windsurf',
    name: 'Windsurf',
    configs: [{ ...json, scope: 'user', paths: ['~/.codeium/windsurf/mcp_config.json'] }],
    restart: 'Refresh the MCP servers of Windsurf, or restart Windsurf.',
  },
  {
    id: 'gemini',
    name: 'Gemini CLI',
    configs: [
      { ...json, scope: 'project', paths: ['<folder>/.gemini/settings.json'] },
      {
        ...json,
        scope: 'user',
        paths: ['$GEMINI_CLI_HOME/.gemini/settings.json', '~/.gemini/settings.json'],
      },
    ],
    restart: 'Start Gemini CLI again.',
    beyond: [{ what: 'extension', path: '~/.gemini/extensions/*/gemini-extension.json' }],
  },
  {
    id: 'codex',
    name: 'Codex',
    configs: [
      { ...toml, scope: 'project', paths: ['<folder>/.codex/config.toml'] },
      { ...toml, scope: 'user', paths: ['$CODEX_HOME/config.toml', '~/.codex/config.toml'] },
    ],
    restart: 'Start Codex again.',
  },
];
