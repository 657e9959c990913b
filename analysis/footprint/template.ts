/** Resources as rules and packs write them (model/footprint-template.ts), made of the arguments of a call. */
import type { Part, Template } from '../../model/footprint-template.ts';
import { isObject } from '../../model/json.ts';
import type { Resource } from './access.ts';
import type { Container } from './container.ts';
import { allOf, entity, located, wholeOf } from './resources.ts';

/** So many resources are taken of one template: a list of thousands says no more. */
const MOST = 64;

/** The resources that a template names, given the arguments; none where an argument is missing. */
export function resourcesOf(template: Template, args: unknown, container: Container): Resource[] {
  const { type, parts } = template;
  if (parts.length === 1 && parts[0] === '*') {
    return [type === undefined ? wholeOf(container) : allOf(container, type)];
  }
  const texts = textsOf(parts, args);
  return texts.map((text) => {
    // The path of a file may be written as a URI as well, and an address has its scheme as its type.
    if (type === undefined || type === 'file') return placed(container, text);
    return text.startsWith('//')
      ? placed(container, `${type}:${text}`)
      : entity(container, type, text);
  });
}

function placed(container: Container, text: string): Resource {
  return located(container, text) ?? entity(container, 'path', text);
}

/** The texts that the parts make together: one for each way to choose from lists. */
function textsOf(parts: readonly Part[], args: unknown): string[] {
  let texts = [''];
  for (const part of parts) {
    const ends = typeof part === 'string' ? [part] : valuesAt(args, part.pointer);
    texts = texts.flatMap((text) => ends.map((end) => text + end)).slice(0, MOST);
  }
  return texts;
}

function valuesAt(value: unknown, [step, ...rest]: readonly string[]): string[] {
  if (step === undefined) return scalarsOf(value);
  if (step === '*') {
    const items = Array.isArray(value) ? value.slice(0, MOST) : [];
    return items.flatMap((item) => valuesAt(item, rest)).slice(0, MOST);
  }
  if (Array.isArray(value))
    return /^\d{1,6}$/.test(step) ? valuesAt(value[Number(step)], rest) : [];
  return isObject(value) && Object.hasOwn(value, step) ? valuesAt(value[step], rest) : [];
}

/** A text or a number; the items of a list of such, so that `{/paths}` names each. */
function scalarsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.slice(0, MOST).filter(isScalar).map(String);
  return isScalar(value) ? [String(value)] : [];
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
