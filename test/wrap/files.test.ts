// What happens to the files: what is found where, what is kept, and what is refused.
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { HOSTS } from '../../tap/wrap/hosts.ts';
import {
  carryOut,
  chosenServers,
  everyWrapped,
  launcherOf,
  type Places,
  planUnwrap,
  planWrap,
  readRecords,
  survey,
  wrapped,
} from '../../tap/wrap/index.ts';
import { lastingNode } from '../../tap/wrap/place-launcher.ts';
import { filesAt } from '../../tap/wrap/places.ts';
import { temporaryFolder } from '../cli/wiretape.ts';

const when = '2026-11-22T10:02:00.000Z';
const notes = '{"mcpServers":{"notes":{"command":"npx","args":["-y","x"]}}}';

/** A home and a project in a folder of their own, with these files. */
async function machine(files: Readonly<Record<string, string>>, platform = 'linux') {
  const root = await temporaryFolder();
  const path = await realpath(root.path);
  const places: Places = {
    platform,
    environment: {},
    home: join(path, 'home'),
    folder: join(path, 'home/project'),
  };
  const state = join(path, 'state');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(places.home, name)), { recursive: true });
    await writeFile(join(places.home, name), text);
  }
  const launcher = launcherOf({ state, execPath: '/node' });
  return {
    places,
    state,
    at: (name: string) => join(places.home, name),
    read: (name: string) => readFile(join(places.home, name), 'utf8'),
    async wrap(names: string[] = []) {
      const servers = chosenServers(await survey(places), names).filter(
        ({ obstacle }) => !obstacle,
      );
      const records = await readRecords(state);
      const plans = await planWrap(servers, launcher, records);
      await carryOut(plans, { state, records, when });
      return plans;
    },
    async unwrap(names: string[] = [], from = places) {
      const records = await readRecords(state);
      const found = await everyWrapped(await survey(from), records);
      const plans = await planUnwrap(chosenServers(found, names, 'wrapped'), records);
      await carryOut(plans, { state, records, when });
      return plans;
    },
    [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
  };
}

describe('what is found', () => {
  test('every host, its scopes, and the same name in several of them', async () => {
    await using here = await machine({
      '.config/Claude/claude_desktop_config.json': notes,
      '.config/Claude/Claude Extensions/one/manifest.json': '{}',
      '.config/Claude/Claude Extensions/two/manifest.json': '{}',
      '.claude.json': JSON.stringify({
        mcpServers: { notes: { command: 'user' } },
        projects: { '/elsewhere': { mcpServers: { other: { command: 'x' } } } },
      }),
      'project/.mcp.json': '{"mcpServers":{"notes":{"type":"http","url":"https://x"}}}',
      '.cursor/mcp.json': '{"mcpServers":{"jira":{"url":"https://x","auth":{"CLIENT_ID":"i"}}}}',
      'project/.cursor/mcp.json': '{"mcpServers":{}}',
      '.config/Code/User/mcp.json': '{"servers":{"a":{"command":"x"}}}',
      '.config/Code/User/profiles/p1/mcp.json': '{"servers":{"b":{"command":"x"}}}',
      'project/.vscode/mcp.json': '{"servers":{"c":{"command":"x"}},"mcpServers":{"no":{}}}',
      '.codeium/windsurf/mcp_config.json': '{"mcpServers":{"w":{"serverUrl":"https://x"}}}',
      '.gemini/settings.json': '{"mcpServers":{"g":{"httpUrl":"https://x"}},"theme":"x"}',
      'project/.gemini/settings.json': notes,
      '.codex/config.toml': '[mcp_servers.notes]\ncommand = "npx"\n',
      'project/.codex/config.toml': '[mcp_servers.r]\nurl = "https://x"\n',
    });
    await writeFile(
      here.at('.claude.json'),
      (await here.read('.claude.json')).replace('/elsewhere', here.places.folder),
    );
    const found = await survey(here.places);
    const lines = found.servers.map(
      ({ host, scope, name, kind, obstacle }) =>
        `${host.name} ${scope} ${name} ${kind}${obstacle ? `: ${obstacle}` : ''}`,
    );
    expect(lines).toMatchInlineSnapshot(`
      [
        "Claude Desktop user notes stdio",
        "Claude Code local other stdio",
        "Claude Code project notes remote: it is remote",
        "Claude Code user notes stdio",
        "Cursor user jira remote: it is remote",
        "VS Code project c stdio",
        "VS Code user a stdio",
        "VS Code user b stdio",
        "Windsurf user w remote: it is remote",
        "Gemini CLI project notes stdio",
        "Gemini CLI user g remote: it is remote",
        "Codex project r remote: it is remote",
        "Codex user notes stdio",
      ]
    `);
    expect(
      found.outOfReach.map(({ host, what }) => `${host.name}: ${what}`),
    ).toMatchInlineSnapshot(`
      [
        "Claude Desktop: 2 extensions",
        "Claude Desktop: connectors",
        "Claude Code: connectors and plugins",
      ]
    `);
    expect(found.faults).toEqual([]);
    expect((await survey(here.places, ['codex'])).servers.map(({ name }) => name)).toEqual([
      'r',
      'notes',
    ]);
  });

  test.each([
    ['linux', { XDG_CONFIG_HOME: 'xdg' }, 'xdg/Claude/claude_desktop_config.json'],
    ['darwin', {}, 'Library/Application Support/Claude/claude_desktop_config.json'],
    ['linux', { CLAUDE_CONFIG_DIR: 'claude' }, 'claude/.claude.json'],
    ['linux', { GEMINI_CLI_HOME: 'g' }, 'g/.gemini/settings.json'],
    ['darwin', {}, 'Library/Application Support/Code - Insiders/User/mcp.json'],
  ])('on %s with %j: %s', async (platform, variables, file) => {
    const isCode = file.includes('Code');
    await using here = await machine({
      [file]: isCode ? notes.replace('mcpServers', 'servers') : notes,
    });
    const environment = Object.fromEntries(
      Object.entries(variables).map(([key, name]) => [key, here.at(name)]),
    );
    const { servers } = await survey({ ...here.places, platform, environment });
    expect(servers.map((one) => [one.name, one.file])).toEqual([['notes', here.at(file)]]);
  });

  test.each([
    ['<config>/Code/User/mcp.json', { APPDATA: 'C:\\A' }, ['C:\\A\\Code\\User\\mcp.json']],
    ['<config>/Claude/x.json', {}, ['C:\\h\\AppData\\Roaming\\Claude\\x.json']],
    ['~/.codex/config.toml', {}, ['C:\\h\\.codex\\config.toml']],
    ['<folder>/.mcp.json', {}, ['C:\\p\\.mcp.json']],
    ['$LOCALAPPDATA/Packages/Claude_*/x.json', {}, []],
  ])('on Windows %s with %j', (path, environment, expected) => {
    const places = { platform: 'win32', environment, home: 'C:\\h', folder: 'C:\\p' };
    expect(filesAt(path, places)).toEqual(expected);
  });

  test('the manual names every host as the command does', async () => {
    const manual = await readFile(join(import.meta.dirname, '../../docs/wrap.md'), 'utf8');
    const rows = HOSTS.map(({ id, name }) => `| ${name} | \`${id}\` |`);
    expect(rows.filter((row) => !manual.includes(row))).toEqual([]);
  });

  test('a file that two paths lead to is found once, and only files are read', async () => {
    await using here = await machine({ '.cursor/mcp.json': notes });
    await mkdir(here.at('.codex/config.toml'), { recursive: true });
    const { servers, faults } = await survey({ ...here.places, folder: here.places.home });
    expect([servers.length, faults]).toEqual([1, []]);
  });
});

describe('what is kept', () => {
  test.each([
    ['a byte order mark', `\ufeff${notes}`],
    ['no byte order mark', notes],
    ['CRLF', '{\r\n"mcpServers":{"notes":{"command":"x"}}}\r\n'],
  ])('%s', async (_, text) => {
    await using here = await machine({ '.cursor/mcp.json': text });
    await chmod(here.at('.cursor/mcp.json'), 0o640);
    await here.wrap();
    const now = await here.read('.cursor/mcp.json');
    expect(now).not.toBe(text);
    expect(now.startsWith('\ufeff')).toBe(text.startsWith('\ufeff'));
    expect((await stat(here.at('.cursor/mcp.json'))).mode & 0o777).toBe(0o640);
    await here.unwrap();
    expect(await here.read('.cursor/mcp.json')).toBe(text);
    expect((await stat(here.at('.cursor/mcp.json'))).mode & 0o777).toBe(0o640);
    expect(await readdir(here.at('.cursor'))).toEqual(['mcp.json']);
  });

  test('a symbolic link, and the file behind it is the one that changes', async () => {
    await using here = await machine({ 'dotfiles/cursor.json': notes, '.cursor/.keep': '' });
    await symlink('../dotfiles/cursor.json', here.at('.cursor/mcp.json'));
    await here.wrap();
    expect((await lstat(here.at('.cursor/mcp.json'))).isSymbolicLink()).toBe(true);
    expect(await here.read('dotfiles/cursor.json')).toContain('wiretape-launcher.mjs');
    await here.unwrap();
    expect(await here.read('dotfiles/cursor.json')).toBe(notes);
  });

  test('a copy of each configuration as it was, for its user alone', async () => {
    await using here = await machine({ '.cursor/mcp.json': notes });
    await here.wrap();
    const [name = ''] = await readdir(join(here.state, 'backup'));
    const copy = join(here.state, 'backup', name);
    expect(await readFile(copy, 'utf8')).toBe(notes);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(copy))).mode & 0o777).toBe(0o700);
  });

  test('what was wrapped and when, and nothing of arguments or environment', async () => {
    const secret = '{"mcpServers":{"n":{"command":"x","args":["KEY"],"env":{"K":"VALUE"}}}}';
    await using here = await machine({ '.cursor/mcp.json': secret, '.codex/config.toml': '' });
    await here.wrap(['n']);
    expect(await readRecords(here.state)).toEqual([
      {
        host: 'cursor',
        scope: 'user',
        file: here.at('.cursor/mcp.json'),
        keys: ['mcpServers'],
        name: 'n',
        when,
        original: { command: 'x', literal: '"x"', hadArgs: true },
      },
    ]);
    expect(await wrapped(here.state)).toEqual([
      {
        name: 'n',
        host: 'cursor',
        hostName: 'Cursor',
        restart: expect.stringMatching(/^Switch the server off and on /),
        when,
        entry: expect.stringMatching(/^[\da-f]{12}$/),
      },
    ]);
    const text = await readFile(join(here.state, 'wrapped.json'), 'utf8');
    expect(text).not.toMatch(/KEY|VALUE/);
    expect((await stat(join(here.state, 'wrapped.json'))).mode & 0o777).toBe(0o600);
    await writeFile(here.at('.cursor/mcp.json'), secret);
    expect(await wrapped(here.state)).toEqual([]);
  });
});

test('wrapping twice changes nothing, and a launcher that moved is replaced', async () => {
  await using here = await machine({ '.cursor/mcp.json': notes });
  expect(await here.wrap()).toHaveLength(1);
  const once = await here.read('.cursor/mcp.json');
  expect(await here.wrap()).toEqual([]);
  expect(await here.read('.cursor/mcp.json')).toBe(once);
  await writeFile(here.at('.cursor/mcp.json'), once.replaceAll(here.state, '/old'));
  await here.wrap();
  expect(await here.read('.cursor/mcp.json')).toBe(once);
  await here.unwrap();
  expect(await here.read('.cursor/mcp.json')).toBe(notes);
});

test('wrapping again writes down what is wrapped and has no record', async () => {
  await using here = await machine({ '.cursor/mcp.json': notes });
  await here.wrap();
  const once = await here.read('.cursor/mcp.json');
  const records = await readRecords(here.state);
  await rm(here.state, { recursive: true });
  const [plan, ...more] = await here.wrap();
  expect([plan?.changes, more]).toEqual([[], []]);
  expect(await readRecords(here.state)).toEqual(records);
  expect(await here.read('.cursor/mcp.json')).toBe(once);
  expect(await readdir(here.state)).toEqual(['wrapped.json']);
  expect(await here.wrap()).toEqual([]);
  await here.unwrap();
  expect(await here.read('.cursor/mcp.json')).toBe(notes);
});

test('several servers of one file are unwrapped one by one, also from another folder', async () => {
  const text = '{"mcpServers":{"a":{"command":"\\u0078"},"b":{"command":"y"}}} // end\n';
  await using here = await machine({ 'project/.cursor/mcp.json': text });
  const elsewhere = { ...here.places, folder: '/' };
  await here.wrap();
  await here.unwrap(['a'], elsewhere);
  expect((await wrapped(here.state)).map(({ name }) => name)).toEqual(['b']);
  expect(await here.read('project/.cursor/mcp.json')).not.toBe(text);
  await here.unwrap([], elsewhere);
  expect(await here.read('project/.cursor/mcp.json')).toBe(text);
  await expect(here.unwrap(['a'])).rejects.toMatchObject({ code: 'unknown-server' });
});

test('without the state folder a wrapped server is unwrapped all the same', async () => {
  await using here = await machine({ '.cursor/mcp.json': notes });
  await here.wrap();
  await rm(here.state, { recursive: true });
  await here.unwrap();
  expect(await here.read('.cursor/mcp.json')).toBe(notes);
});

describe('what is refused, with every byte left alone', () => {
  test.each([
    ['invalid JSON', '{"mcpServers":{"notes" {}}}', 'config-invalid', /line 1: colon expected/],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x7b]), 'config-invalid', /not UTF-8/],
  ])('%s', async (_, bytes, code, message) => {
    await using here = await machine({ '.cursor/mcp.json': '', '.codex/config.toml': '' });
    await writeFile(here.at('.cursor/mcp.json'), bytes);
    const { faults } = await survey(here.places);
    expect(faults.map((fault) => [fault.code, fault.message])).toEqual([
      [code, expect.stringMatching(message)],
    ]);
    await expect(here.wrap(['notes'])).rejects.toMatchObject({ code });
    expect(await readFile(here.at('.cursor/mcp.json'))).toEqual(Buffer.from(bytes));
  });

  test('a read-only file, before any other is touched', async () => {
    await using here = await machine({ '.cursor/mcp.json': notes, '.gemini/settings.json': notes });
    await chmod(here.at('.gemini/settings.json'), 0o444);
    await expect(here.wrap()).rejects.toMatchObject({ code: 'config-unwritable' });
    expect(await here.read('.cursor/mcp.json')).toBe(notes);
    expect(await wrapped(here.state)).toEqual([]);
  });

  test('a file that somebody wrote between our reading and our writing', async () => {
    await using here = await machine({ '.cursor/mcp.json': notes });
    const { servers } = await survey(here.places);
    const launcher = launcherOf({ state: here.state, execPath: '/node' });
    const plans = await planWrap(servers, launcher, []);
    const theirs = notes.replace('"x"', '"theirs"');
    await writeFile(here.at('.cursor/mcp.json'), theirs);
    const doing = carryOut(plans, { state: here.state, records: [], when });
    await expect(doing).rejects.toMatchObject({ code: 'config-changed' });
    expect(await here.read('.cursor/mcp.json')).toBe(theirs);
    expect(await readdir(here.at('.cursor'))).toEqual(['mcp.json']);
    expect(await wrapped(here.state)).toEqual([]);
  });

  // Root may read everything.
  test.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    await using here = await machine({ '.cursor/mcp.json': notes });
    await chmod(here.at('.cursor/mcp.json'), 0o200);
    const { faults } = await survey(here.places);
    expect(faults).toMatchObject([{ code: 'config-unreadable' }]);
  });

  test('a name that is nowhere', async () => {
    await using here = await machine({ '.cursor/mcp.json': notes });
    await expect(here.wrap(['note'])).rejects.toMatchObject({ code: 'unknown-server' });
  });
});

test.each([
  ['brew/Cellar/node@22/22.9.0', 'brew/opt/node@22'],
  ['.nvm/versions/node/v22.9.0', '.nvm/current'],
  ['fnm/node-versions/v22.9.0/installation', 'fnm/aliases/default'],
  ['mise/installs/node/22.9.0', 'mise/installs/node/latest'],
])('the Node %s is named by the link that stays', async (place, link) => {
  await using here = await machine({ [`${place}/bin/node`]: '', 'other/bin/node': '' });
  const versioned = here.at(`${place}/bin/node`);
  expect(lastingNode(versioned)).toBe(versioned);
  await mkdir(dirname(here.at(link)), { recursive: true });
  await symlink(here.at('other'), here.at(link));
  expect(lastingNode(versioned)).toBe(versioned);
  await rm(here.at(link));
  await symlink(here.at(place), here.at(link));
  expect(lastingNode(versioned)).toBe(here.at(`${link}/bin/node`));
});
