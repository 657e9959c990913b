/** What a span of somebody else is called on the timeline. */
import type { ForeignSpan } from '../../model/otel/foreign-span.ts';
import { short } from '../hostile.ts';
import { textAttribute } from '../run/span-buffer.ts';

/** From the longest to the shortest: `chat gpt-5`, `chat`; of a tool its name, since its calls say the same. */
export function spanLabels(span: ForeignSpan): readonly string[] {
  const { name } = span;
  const tool = textAttribute(span, 'gen_ai.tool.name');
  const about =
    tool ?? textAttribute(span, 'gen_ai.request.model') ?? textAttribute(span, 'gen_ai.agent.name');
  if (about === undefined) return [short(name)];
  const whole = name.includes(about) ? name : `${name} · ${about}`;
  return [short(whole), short(tool ?? textAttribute(span, 'gen_ai.operation.name') ?? name)];
}
