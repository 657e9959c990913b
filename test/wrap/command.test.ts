// What `wiretape wrap` and `unwrap` say, on the terminal and as JSON.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { temporaryFolder, wiretape } from '../cli/wiretape.ts';

const files = {
  'home/.config/Claude/claude_desktop_config.json':
    '{\n  "mcpServers": {\n    "notes": {\n      "command": "npx",\n      "args": ["-y", "notes"]\n    }\n  }\n}\n',
  'home/.config/Claude/Claude Extensions/one/manifest.json': '{}',
  'home/.config/Claude/Claude Extensions/two/manifest.json': '{}',
  'home/.cursor/mcp.json':
    '{"mcpServers":{"jira":{"url":"https://x","auth":{}},"docs":{"url":"https://y"},"\\u001b[31mred":{"command":"x","args":2}}}',
  'project/.mcp.json': '{"mcpServers":{"notes":{"command":"x"}}}',
};

async function machine(more: Readonly<Record<string, string>> = {}) {
  const folder = await temporaryFolder();
  const env = { HOME: join(folder.path, 'home') };
  const cwd = join(folder.path, 'project');
  for (const [name, text] of Object.entries({ ...files, ...more })) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  const shown = (text: string): string =>
    text
      .replaceAll(folder.path, '<root>')
      .replaceAll(process.execPath, '<node>')
      .replaceAll(/"--entry", "[\da-f]{12}"/g, '"--entry", "<id>"');
  return {
    async run(...args: string[]) {
      const { code, stdout, stderr } = await wiretape(args, { env, cwd });
      return { code, stdout: shown(stdout), stderr: shown(stderr) };
    },
    runAtHome: (...args: string[]) => wiretape(args, { env, cwd: env.HOME }),
    write: (name: string, text: string) => writeFile(join(folder.path, name), text),
    remove: (name: string) => rm(join(folder.path, name)),
    read: (name: string) => readFile(join(folder.path, name), 'utf8'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test('wrap alone lists and changes nothing; wrap NAME wraps; unwrap gives every byte back', async () => {
  await using here = await machine();
  const listed = await here.run('wrap');
  expect(listed.stdout).toMatchInlineSnapshot(`
    "Claude Desktop        notes        stdio
    Claude Code, project  notes        stdio
    Cursor                jira         remote, OAuth: left alone, its host signs in for it
    Cursor                docs         remote: left alone (--remote)
    Cursor                \\x1b[31mred  stdio: left alone, its arguments are no list
    Claude Desktop: 2 extensions, connectors: cannot be reached
    Claude Code: connectors and plugins: cannot be reached
    Nothing changed.  wiretape wrap notes
    "
  `);
  expect(listed).toMatchObject({ code: 0, stderr: '' });

  const dry = await here.run('wrap', 'notes', '--dry-run');
  expect(dry.stdout).toMatchInlineSnapshot(`
    "<root>/home/.config/Claude/claude_desktop_config.json:4  notes in Claude Desktop
    -       "command": "npx",
    -       "args": ["-y", "notes"]
    +       "command": "<node>",
    +       "args": ["<root>/home/.local/state/wiretape/wiretape-launcher.mjs", "--name", "notes", "--entry", "<id>", "--", "npx", "-y", "notes"]
    <root>/project/.mcp.json:1  notes in Claude Code, project
    - {"mcpServers":{"notes":{"command":"x"}}}
    + {"mcpServers":{"notes":{"command":"<node>","args":["<root>/home/.local/state/wiretape/wiretape-launcher.mjs", "--name", "notes", "--entry", "<id>", "--", "x"]}}}
    Nothing changed.
    "
  `);
  for (const [name, text] of Object.entries(files)) expect(await here.read(name)).toBe(text);

  const done = await here.run('wrap', 'notes');
  expect(done.stdout).toMatchInlineSnapshot(`
    "wrapped notes in Claude Desktop; backup kept; undo: wiretape unwrap
    wrapped notes in Claude Code, project; backup kept; undo: wiretape unwrap
    Quit Claude Desktop fully, then start it again.
    Start a new session of Claude Code; it may ask again whether to trust the server.
    "
  `);
  expect(done.stderr).toMatchInlineSnapshot(`
    "wiretape: <root>/project/.mcp.json belongs to this folder and now names paths of this machine: do not commit it.
    "
  `);
  expect(JSON.parse(await here.read('project/.mcp.json')).mcpServers.notes.command).not.toBe('x');

  const again = await here.run('wrap', '--host', 'cursor');
  expect(again.stdout).toMatchInlineSnapshot(`
    "jira in Cursor was left alone: it is remote
    docs in Cursor was left alone: it is remote (--remote)
    \\x1b[31mred in Cursor was left alone: its arguments are no list
    "
  `);
  expect((await here.run('wrap')).stdout).toMatch(/^Claude Desktop +notes +stdio, wrapped \d{4}-/m);

  const undone = await here.run('unwrap');
  expect(undone.stdout).toMatchInlineSnapshot(`
    "unwrapped notes in Claude Desktop
    unwrapped notes in Claude Code, project
    Quit Claude Desktop fully, then start it again.
    Start a new session of Claude Code; it may ask again whether to trust the server.
    "
  `);
  for (const [name, text] of Object.entries(files)) expect(await here.read(name)).toBe(text);
  expect((await here.run('unwrap')).stdout).toBe('Nothing is wrapped.\n');
});

test('--remote puts bridges in the place of remote servers', async () => {
  await using here = await machine();
  expect((await here.run('wrap')).stdout).toMatch(
    /^Cursor +docs +remote: left alone \(--remote\)$/m,
  );
  const refused = await here.run('wrap', 'docs');
  expect(refused.stderr).toMatch(
    /it is remote\. --remote puts a bridge in its place\. \[cannot-wrap\]$/m,
  );
  const done = await here.run('wrap', '--host', 'cursor', '--remote');
  expect(done.stdout).toMatch(/^wrapped docs in Cursor;/);
  expect(done.stdout).toMatch(/^jira in Cursor was left alone: its host signs in for it$/m);
  expect(done.stderr).toMatch(/keeps its own tokens in ~\/\.mcp-auth/);
  const { docs } = JSON.parse(await here.read('home/.cursor/mcp.json')).mcpServers;
  expect(docs.args.slice(-3)).toEqual(['-y', 'mcp-remote@0.15.1', 'https://y']);
  expect((await here.run('unwrap')).stdout).toMatch(/^unwrapped docs in Cursor$/m);
  for (const [name, text] of Object.entries(files)) expect(await here.read(name)).toBe(text);
});

test('--json is one document', async () => {
  await using here = await machine({ 'home/.gemini/settings.json': '{"mcpServers":' });
  const listed = JSON.parse((await here.run('wrap', '--json')).stdout);
  expect(listed.servers[0]).toEqual({
    host: 'claude-desktop',
    scope: 'user',
    file: '<root>/home/.config/Claude/claude_desktop_config.json',
    name: 'notes',
    kind: 'stdio',
    wrapped: false,
    missing: null,
    obstacle: null,
    when: null,
  });
  expect(listed.outOfReach).toContainEqual({ host: 'claude-desktop', what: '2 extensions' });
  expect(listed.faults).toMatchObject([{ code: 'config-invalid' }]);
  const done = JSON.parse((await here.run('wrap', '--all', '--json')).stdout);
  expect(done.wrapped.map(({ host }: { host: string }) => host)).toEqual([
    'claude-desktop',
    'claude-code',
  ]);
  expect(done.leftAlone.map(({ name }: { name: string }) => name)).toContain('jira');
  const undone = JSON.parse((await here.run('unwrap', 'notes', '--json')).stdout);
  expect(undone.unwrapped).toHaveLength(2);
});

test('a configuration that cannot be read is no configuration without taps', async () => {
  await using here = await machine();
  const desktop = 'home/.config/Claude/claude_desktop_config.json';
  await here.run('wrap', 'notes', '--host', 'claude-desktop');
  const wrapped = await here.read(desktop);
  await here.write(desktop, wrapped.slice(0, -4));
  const unread = /claude_desktop_config\.json is no valid configuration: .*\[config-invalid\]$/m;
  const undone = await here.run('unwrap');
  expect(undone).toMatchObject({ code: 2, stderr: expect.stringMatching(unread) });
  expect(undone.stdout).toBe('Nothing was unwrapped; what cannot be read may still be wrapped.\n');
  for (const words of [['unwrap'], ['unwrap', '--dry-run'], ['wrap', '--all', '--dry-run']]) {
    const { code, stdout } = await here.run(...words, '--json');
    const { faults } = JSON.parse(stdout);
    expect([words, code, faults]).toMatchObject([words, 2, [{ code: 'config-invalid' }]]);
  }
  const all = await here.run('wrap', '--all');
  expect(all).toMatchObject({ code: 2, stdout: expect.stringContaining('wrapped notes in') });
  expect(all.stderr).toMatch(unread);
  // Also one that only a record leads to.
  await here.write(desktop, files[desktop]);
  await here.write('project/.mcp.json', '{');
  const elsewhere = await here.runAtHome('unwrap');
  expect(elsewhere.code).toBe(2);
  expect(elsewhere.stderr).toContain('.mcp.json is no valid configuration');
});

test('what is wrapped again is the server that is broken, in its host only', async () => {
  await using here = await machine();
  await here.run('wrap', 'notes', '--host', 'claude-desktop');
  await here.remove('home/.local/state/wiretape/wiretape-launcher.mjs');
  const next = 'wiretape wrap notes --host claude-desktop';
  expect((await here.run()).stdout).toContain(`Next: ${next}\n`);
  expect((await here.run('wrap')).stdout).toContain(`Nothing changed.  ${next}\n`);
  await here.run(...next.split(' ').slice(1));
  expect(await here.read('project/.mcp.json')).toBe(files['project/.mcp.json']);
  expect((await here.run()).stdout).not.toContain('cannot start');
});

test('--host may be given again', async () => {
  await using here = await machine();
  const hosts = ['--host', 'claude-desktop', '--host', 'claude-code'];
  expect((await here.run('wrap', ...hosts)).stdout.match(/^wrapped notes in/gm)).toHaveLength(2);
  expect((await here.run('unwrap', ...hosts)).stdout.match(/^unwrapped/gm)).toHaveLength(2);
});

test('at home the configurations of the user are those of the user', async () => {
  const notes = '{"mcpServers":{"notes":{"command":"x"}}}';
  await using here = await machine({ 'home/.gemini/settings.json': notes });
  const { stdout } = await here.runAtHome('wrap');
  expect(stdout).toMatch(/^Gemini CLI +notes +stdio$/m);
  expect(stdout).not.toContain('project');
  const { stderr } = await here.runAtHome('wrap', '--host', 'gemini');
  expect(stderr).not.toContain('do not commit');
});

test.each([
  [['wrap', 'note'], 'unknown-server'],
  [['unwrap', 'notes'], 'unknown-server'],
  [['wrap', 'jira'], 'cannot-wrap'],
  [['wrap', 'notes', '--all'], 'wrong-usage'],
  [['wrap', '--host', 'emacs'], 'wrong-usage'],
  [['wrap', 'notes', '--state', ''], 'wrong-usage'],
  [['tap', '--', ''], 'no-command'],
  [['tap', '--name', '', '--', 'true'], 'wrong-usage'],
  [['tap', '--workflow', '', '--', 'true'], 'wrong-usage'],
  [['tap', '--state', '', '--', 'true'], 'wrong-usage'],
  [['check', '/'], 'no-such-file'],
  [['validate', '/'], 'no-such-file'],
  [['wrap', 'notes', '--state', '/dev/null/x'], 'unwritable-folder'],
])('%j is refused: %s', async (words, code) => {
  await using here = await machine();
  const { code: exit, stdout, stderr } = await here.run(...words);
  expect([exit, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(new RegExp(`^wiretape: [^\\n]* \\[${code}\\]\\n$`));
  for (const [name, text] of Object.entries(files)) expect(await here.read(name)).toBe(text);
});
