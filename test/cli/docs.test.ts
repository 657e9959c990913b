// The manual says what the program says: every error code, and the help of every command.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../cli/error.ts';
import type { CollectorErrorCode } from '../../collector/index.ts';
import { ROOT, wiretape } from './wiretape.ts';

// Errors of other rooms are told as they are, so their codes are in the list too.
const collectorCode = (code: CollectorErrorCode): ErrorCode => code;

describe('docs/errors.md', () => {
  test('has each code once, and no other', async () => {
    const text = await readFile(join(ROOT, 'docs/errors.md'), 'utf8');
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, code]) => code);
    expect(headings).toEqual([...ERROR_CODES]);
    expect(ERROR_CODES).toContain(collectorCode('port-in-use'));
  });

  test('tells of no code that nothing gives', async () => {
    const sources = await Promise.all(['cli', 'tap', 'collector', 'replay', 'model'].map(textOf));
    const text = sources.join('').replace(/ERROR_CODES = \[.*?\]/s, '');
    expect(ERROR_CODES.filter((code) => !new RegExp(`['[]${code}['\\]]`).test(text))).toEqual([]);
  });
});

async function textOf(room: string): Promise<string> {
  const names = await readdir(join(ROOT, room), { recursive: true });
  const files = names.filter((name) => name.endsWith('.ts'));
  const texts = await Promise.all(files.map((name) => readFile(join(ROOT, room, name), 'utf8')));
  return texts.join('');
}

/** The names under `Commands:` in a help text. */
function commandsIn(help: string): string[] {
  const [, list = ''] = help.split('\nCommands:\n');
  const names = [...list.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
  return names.filter((name) => name !== 'help');
}

describe('docs/commands.md', () => {
  test('is the help of every command', { timeout: 60_000 }, async () => {
    const help = async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await wiretape([...words, '--help']);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' });
      return stdout.trimEnd();
    };
    const overview = await help();
    const sections: string[] = [];
    const add = async (name: string, above: readonly string[] = []): Promise<void> => {
      const text = await help(...above, name);
      const below = commandsIn(text);
      for (const one of below) await add(one, [...above, name]);
      if (below.length > 0) return;
      sections.push(`## wiretape ${[...above, name].join(' ')}\n\n\`\`\`text\n${text}\n\`\`\`\n`);
      // The output of these two is that of a server.
      if (!['tap', 'server'].includes(name)) expect(text).toContain('--json');
    };
    for (const name of commandsIn(overview)) await add(name);
    expect(sections.length).toBeGreaterThan(12);
    const text = `# Commands

This page is what \`--help\` prints; \`npx vitest run test/cli/docs.test.ts -u\` writes it anew.

Exit codes: 0 fine; 1 findings or differences; 2 wrong usage or environment ([errors.md](errors.md)).
\`wiretape tap\` ends as its server ends.

\`\`\`text
${overview}
\`\`\`

${sections.join('\n')}`;
    await expect(text).toMatchFileSnapshot(join(ROOT, 'docs/commands.md'));
  });
});
