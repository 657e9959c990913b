/** What a span says of what was asked with and answered, by who is to show it. */
import { isObject, parseJson } from '../json.ts';
import type { Outcome } from '../message.ts';
import { known, type Maybe } from './attributes.ts';
import { ATTRIBUTE, OPENINFERENCE, PROMPT_VARIABLE } from './conventions.ts';
import type { Payloads } from './options.ts';
import type { Payload } from './payloads.ts';
import type { Attributes } from './span.ts';

export interface Shown {
  readonly method: string;
  readonly asked?: Payload | undefined;
  readonly answered?: Payload | undefined;
  readonly outcome?: Outcome | undefined;
  /** What backends that show conversations call the session. */
  readonly run: string;
}

export function payloadAttributes(shown: Shown, how: Payloads): Attributes {
  const { asked, answered } = shown;
  if (!asked && !answered) return {};
  return known({
    [ATTRIBUTE.askedBytes]: asked?.size,
    [ATTRIBUTE.askedHash]: asked?.sha256,
    [ATTRIBUTE.answeredBytes]: answered?.size,
    [ATTRIBUTE.answeredHash]: answered?.sha256,
    ...(how === 'genai'
      ? conventional(shown)
      : { [ATTRIBUTE.askedText]: asked?.text, [ATTRIBUTE.answeredText]: answered?.text }),
  });
}

/** Where the GenAI conventions, and OpenInference for its viewers, have them. */
function conventional({ method, asked, answered, outcome, run }: Shown): Maybe {
  const isTool = method === 'tools/call';
  const isResult = outcome === 'result' || outcome === 'tool-error';
  return {
    [ATTRIBUTE.arguments]: isTool ? asked?.text : undefined,
    [ATTRIBUTE.result]: isTool && isResult ? answered?.text : undefined,
    ...(method === 'prompts/get' && asked ? variablesIn(asked) : {}),
    [OPENINFERENCE.kind]: isTool ? OPENINFERENCE.tool : undefined,
    [OPENINFERENCE.input]: asked?.text,
    [OPENINFERENCE.inputType]: asked && typeOf(asked),
    [OPENINFERENCE.output]: answered?.text,
    [OPENINFERENCE.outputType]: answered && typeOf(answered),
    [OPENINFERENCE.session]: run,
  };
}

/** A JSON text that was cut is none any more. */
function typeOf({ isCut }: Payload): string {
  return isCut ? 'text/plain' : 'application/json';
}

/** Names of attributes come from the peer here: so many at most, and none that is longer. */
const MOST_VARIABLES = 32;
const LONGEST_NAME = 64;

function variablesIn({ text }: Payload): Maybe {
  const parsed = parseJson(text);
  if (!parsed.ok || !isObject(parsed.value)) return {};
  const variables = Object.entries(parsed.value).filter(
    ([name, value]) => typeof value === 'string' && name.length <= LONGEST_NAME,
  );
  return Object.fromEntries(
    variables
      .slice(0, MOST_VARIABLES)
      .map(([name, value]) => [`${PROMPT_VARIABLE}${name}`, value as string]),
  );
}
