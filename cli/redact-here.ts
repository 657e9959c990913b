/** Redaction for what others say to a command: it never stands in our output or store in the clear. */
import process from 'node:process';
import type { Redaction } from '../collector/index.ts';
import type { Redact } from '../model/crossing.ts';
import { createRedact } from '../model/redaction.ts';
import { rulesWith } from '../model/rules.ts';
import { rulesHere } from './config.ts';
import { UserError } from './error.ts';

/** The rules that hold here, the key and the environment; or why the rules cannot be read. */
export async function redactionHere(state: string): Promise<Redaction | { unknown: string }> {
  const [{ keyOf }, { rules }] = await Promise.all([import('../tap/index.ts'), rulesHere(state)]);
  if (rules && 'unknown' in rules) return rules;
  return { key: keyOf(state), environment: { ...process.env }, rules };
}

export async function redactHere(state: string): Promise<Redact> {
  const redaction = await redactionHere(state);
  if ('unknown' in redaction)
    throw new UserError('config-invalid', redaction.unknown, 'Mend it first.');
  const { key, environment, rules } = redaction;
  const { keyedHash } = await import('../model/keyed-hash.ts');
  return createRedact(keyedHash(key), environment, rulesWith(rules));
}
