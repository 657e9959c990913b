/** What a span of somebody else is called on the timeline. */
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { short } from '../hostile.ts';
import { textAttribute } from '../run/span-buffer.ts';

/** From the longest to the shortest: `chat gpt-5`, `gpt-5`. */
export function spanLabels(span: ForeignSpan): readonly string[] {
  const { name } = span;
  const about =
    textAttribute(span, 'gen_ai.tool.name') ??
    textAttribute(span, 'gen_ai.request.model') ??
    textAttribute(span, 'gen_ai.agent.name');
  if (about === undefined) return [short(name)];
  const whole = name.includes(about) ? name : `${name} · ${about}`;
  return [short(whole), short(about)];
}
