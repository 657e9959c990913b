/**
 * Placeholders of secrets. Under one key equal placeholders are equal secrets. Where one side was
 * recorded in the clear, a placeholder agrees with any text that its rule finds there, one to one.
 */
import { hasPlaceholder } from '../../model/placeholder.ts';
import { agree, createSecrets } from '../placeholders.ts';
import type { Agree } from './values.ts';

export function createAgreement(): Agree {
  const [ofA, ofB] = [createSecrets(), createSecrets()];
  return (a, b) => {
    const [inA, inB] = [isRedacted(a), isRedacted(b)];
    if (inA === inB) return a === b;
    const trial = (inA ? ofA : ofB).trial();
    const agrees = inA ? agree(a, b, trial) : agree(b, a, trial);
    if (agrees) trial.keep();
    return agrees;
  };
}

function isRedacted(value: unknown): boolean {
  return typeof value === 'string' && hasPlaceholder(value);
}
