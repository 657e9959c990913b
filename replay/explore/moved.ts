/**
 * A server that works in a copy of a folder, as if it worked in the folder itself: paths are changed
 * on their way in and out, so that nothing else knows of the copy, and no report names it.
 */
import { parseJson } from '../../model/json.ts';
import { classify } from '../../model/message.ts';
import type { Connect, Crossed } from '../client/connection.ts';

export function moved(connect: Connect, was: string, now: string): Connect {
  const [before, after] = [inJson(was), inJson(now)];
  return async (ear) => {
    const connection = await connect({
      ...ear,
      heard: (crossed) => ear.heard(withText(crossed, (text) => text.replaceAll(after, before))),
      ended: (why) => ear.ended(why.replaceAll(now, was)),
    });
    return {
      ...connection,
      send(outgoing) {
        const text = replacePaths(outgoing.text, before, after);
        if (text === outgoing.text) return connection.send(outgoing);
        const parsed = parseJson(text);
        const message = classify(parsed.ok ? parsed.value : undefined);
        const messages = message.kind === 'batch' ? message.items : [message];
        connection.send({ ...outgoing, text, messages });
      },
    };
  };
}

/** As the text stands inside a JSON string. */
function inJson(path: string): string {
  return JSON.stringify(path).slice(1, -1);
}

/** Replaces a path where it ends, or where a name inside it follows. */
function replacePaths(text: string, before: string, after: string): string {
  const [first = '', ...rest] = text.split(before);
  return rest.reduce((done, part) => done + (/^[\w.-]/.test(part) ? before : after) + part, first);
}

function withText(crossed: Crossed, change: (text: string) => string): Crossed {
  if (crossed.type !== 'message') return crossed;
  const text = change(crossed.text);
  if (text === crossed.text) return crossed;
  const parsed = parseJson(text);
  return parsed.ok ? { ...crossed, text, value: parsed.value } : crossed;
}
