/**
 * Keeps what runs gave, line by line as they end, so that an exploration that was ended goes on: the
 * strategy asks for the same courses again, and those that were run are answered from the file.
 */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { isObject, parseJson } from '../../model/json.ts';
import { courseText } from './course.ts';
import { ExploreRefusal } from './refusal.ts';
import type { Execute, Run } from './run.ts';

/** `of`: equal for explorations of the same operations with the same settings. */
export function remembering(execute: Execute, file: string, of: string): Execute {
  const known = readKnown(file, of);
  const asked = new Map<string, number>();
  return async (course, delays) => {
    const text = courseText(course);
    const at = (asked.get(text) ?? 0) + 1;
    asked.set(text, at);
    const key = `${text} ${at}`;
    const before = known.get(key);
    if (before) return before;
    const run = await execute(course, delays);
    appendFileSync(file, `${JSON.stringify({ key, run })}\n`);
    return run;
  };
}

function readKnown(file: string, of: string): ReadonlyMap<string, Run> {
  const text = textOf(file) ?? '';
  const lines = text.split('\n');
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n');
  const values = lines
    .map((line) => parseJson(line))
    .map((line) => (line.ok ? line.value : undefined));
  const [head, ...runs] = values;
  if (!isObject(head)) {
    if (lines.some((line) => line !== '')) throw other(file, 'it is no such file');
    begin(file, of);
    return new Map();
  }
  if (head['exploration'] !== of) throw other(file, 'it is of another exploration');
  // The last line may be torn; whatever it was about is run again.
  return new Map(
    runs.flatMap((one) =>
      isObject(one) && isObject(one['run'])
        ? [[String(one['key']), one['run'] as unknown as Run]]
        : [],
    ),
  );
}

function begin(file: string, of: string): void {
  try {
    writeFileSync(file, `${JSON.stringify({ exploration: of })}\n`, { mode: 0o600 });
  } catch {
    throw other(file, 'it cannot be written');
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw other(file, 'it cannot be read');
  }
}

function other(file: string, why: string): ExploreRefusal {
  return new ExploreRefusal(
    'servers-invalid',
    `${file} cannot be gone on with: ${why}.`,
    'Name a new file with --resume, or repeat the command that wrote it.',
  );
}
