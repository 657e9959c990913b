/** JUnit XML, as CI systems read it: one suite, one case for each thing that was checked. */
import { writeFile } from 'node:fs/promises';
import { systemReason, UserError } from './error.ts';
import { visibleLines } from './terminal.ts';

export interface JUnitCase {
  readonly name: string;
  /** Why it fails: the first line says it in short. */
  readonly failure: string | undefined;
  /** What kind of failure it is, in a word or two. */
  readonly type?: string;
  /** Why it counts neither as passed nor as failed. */
  readonly skipped?: string;
}

export async function writeJUnit(
  file: string,
  suite: string,
  cases: readonly JUnitCase[],
): Promise<void> {
  try {
    await writeFile(file, junit(suite, cases));
  } catch (error) {
    const detail = `${file} cannot be written: ${systemReason(error)}.`;
    throw new UserError('unwritable-folder', detail, 'Choose another file with --junit.');
  }
}

/** No times: the same result is the same text. */
export function junit(suite: string, cases: readonly JUnitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="${skipped}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="wiretape" ${counts}>`,
    `  <testsuite name="${xml(suite)}" ${counts}>`,
    ...cases.flatMap((one) => caseLines(suite, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(suite: string, { name, failure, type, skipped }: JUnitCase): string[] {
  const start = `    <testcase classname="${xml(suite)}" name="${xml(name)}"`;
  if (skipped !== undefined) {
    return [`${start}>`, `      <skipped message="${xml(skipped)}"/>`, '    </testcase>'];
  }
  if (failure === undefined) return [`${start}/>`];
  const [message = ''] = failure.split('\n');
  const kind = type === undefined ? '' : ` type="${xml(type)}"`;
  return [
    `${start}>`,
    `      <failure${kind} message="${xml(message)}">${xml(failure)}</failure>`,
    '    </testcase>',
  ];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** What XML 1.0 cannot hold, and what would be hidden, is written out as on a terminal. */
function xml(text: string): string {
  return visibleLines(text)
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/[\ufffe\uffff]/g, '\ufffd');
}
