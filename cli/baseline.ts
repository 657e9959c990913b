/** `--baseline`: what was found before, in a document that `wiretape check --json` printed. */
import { readFile } from 'node:fs/promises';
import type { Finding } from '../model/finding.ts';
import { member, parseJson, textMember } from '../model/json.ts';
import { systemReason, UserError } from './error.ts';

/** The findings, those that were found before marked as known. */
export async function marked(
  findings: readonly Finding[],
  file: string,
): Promise<readonly Finding[]> {
  const before = await fingerprintsIn(file);
  return findings.map((finding) =>
    before.has(finding.fingerprint) ? { ...finding, known: true } : finding,
  );
}

async function fingerprintsIn(file: string): Promise<ReadonlySet<string>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const detail = `${file} cannot be read: ${systemReason(error)}.`;
    throw new UserError('no-such-file', detail, HOW_MADE);
  });
  const parsed = parseJson(text);
  const findings = parsed.ok ? member(parsed.value, 'findings') : undefined;
  const prints = Array.isArray(findings)
    ? findings.map((finding) => textMember(finding, 'fingerprint'))
    : [undefined];
  if (prints.includes(undefined)) {
    throw new UserError('not-a-baseline', `${file} is no list of findings.`, HOW_MADE);
  }
  return new Set(prints.filter((print) => print !== undefined));
}

const HOW_MADE = 'wiretape check --json > FILE makes one.';
