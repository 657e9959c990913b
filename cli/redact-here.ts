/** Redaction for what a live server says: it never stands in our output in the clear. */
import process from 'node:process';
import type { Redact } from '../model/crossing.ts';
import { createRedact } from '../model/redaction.ts';
import { rulesWith } from '../model/rules.ts';
import { rulesHere } from './config.ts';
import { UserError } from './error.ts';

export async function redactHere(state: string): Promise<Redact> {
  const [{ keyedHash }, { keyOf }, { rules }] = await Promise.all([
    import('../model/keyed-hash.ts'),
    import('../tap/index.ts'),
    rulesHere(state),
  ]);
  if (rules && 'unknown' in rules)
    throw new UserError('config-invalid', rules.unknown, 'Mend it first.');
  return createRedact(keyedHash(keyOf(state)), process.env, rulesWith(rules));
}
