/** A model behind an endpoint: its tools with names, schemas, hints and results as released servers give them. */
import type { Act } from './acts.ts';
import type { Dialect } from './dialects.ts';
import type { OfferedTool, ServerCall } from './endpoint.ts';
import {
  type Args,
  type Field,
  isRecord,
  type Json,
  type Model,
  type ModelTool,
} from './models/model.ts';
import { type Store, type Working, worked } from './store.ts';
import type { Body } from './wire/line.ts';

/** How results are given: words, JSON in a text, or structured content with an output schema. */
export type Format = 'words' | 'json' | 'structured';

/** What of a server a scoring run leaves out, to see what rules live from. */
export interface Ablation {
  readonly annotations?: false;
  readonly outputSchemas?: false;
  /** Arguments are called a1, a2 …: their names say nothing. */
  readonly plainArguments?: true;
  /** One in so many tools has a name that says nothing. */
  readonly unknownTools?: number;
}

export interface Manner {
  readonly dialect: Dialect;
  readonly format: Format;
  readonly ablation: Ablation;
}

export interface Offered {
  readonly tools: readonly OfferedTool[];
  /** The name and arguments under which a client calls a tool of the model. */
  wording(tool: string, args: Args): { readonly name: string; readonly arguments: Body };
}

export function offer(model: Model, store: Store, manner: Manner, working: Working): Offered {
  const named = new Map(
    Object.entries(model).map(([word, tool]) => [word, wordsOf(word, tool, manner)] as const),
  );
  const tools = Object.entries(model).map(([word, tool]): OfferedTool => {
    const words = named.get(word) as Words;
    return {
      definition: definitionOf(tool, words, manner),
      *run(call: ServerCall): Act<Body | undefined> {
        const args = translated(
          call.args,
          new Map([...words.args].map(([own, said]) => [said, own])),
        );
        const given = yield* worked(store, tool, args, call.asker, working);
        return 'refuses' in given ? refused(given.refuses) : shown(given, manner.format);
      },
    };
  });
  return {
    tools,
    wording(tool, args) {
      const words = named.get(tool) as Words;
      return { name: words.name, arguments: translated(args, words.args) };
    },
  };
}

export function refused(why: string): Body {
  return { content: [{ type: 'text', text: why }], isError: true };
}

export function shown({ gives, says }: { gives: Body; says: string }, format: Format): Body {
  const text = format === 'words' ? says : JSON.stringify(gives);
  return {
    content: [{ type: 'text', text }],
    ...(format === 'structured' ? { structuredContent: gives } : {}),
  };
}

interface Words {
  readonly name: string;
  /** The model's argument becomes the server's. */
  readonly args: ReadonlyMap<string, string>;
}

function wordsOf(word: string, tool: ModelTool, { dialect, ablation }: Manner): Words {
  const { unknownTools, plainArguments } = ablation;
  const isUnknown =
    unknownTools !== undefined &&
    dialect.fixed !== word &&
    hashOf(dialect.server + word) % unknownTools === 0;
  const names = new Set(
    Object.keys(tool.args).flatMap((name) => [name, ...inner(tool.args[name])]),
  );
  return {
    name: isUnknown ? `op_${hashOf(dialect.server + word).toString(36)}` : dialect.tool(word),
    args: new Map(
      [...names].map((name, at) => [name, plainArguments ? `a${at + 1}` : dialect.arg(name)]),
    ),
  };
}

function hashOf(text: string): number {
  return [...text].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) >>> 0, 7);
}

function inner(field: Field | undefined): string[] {
  return Object.keys(field?.items?.fields ?? {});
}

/** The same values under other names, at any depth. */
function translated(args: Args, names: ReadonlyMap<string, string>): Record<string, Json> {
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    return isRecord(value) ? translated(value, names) : value;
  };
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [names.get(name) ?? name, walk(value)]),
  );
}

function definitionOf(tool: ModelTool, words: Words, { format, ablation }: Manner) {
  const { about, args, gives, does, repeats } = tool;
  const annotations = {
    readOnlyHint: does === 'read',
    ...(does === 'read' ? {} : { destructiveHint: does === 'replace' || does === 'remove' }),
    ...(does === 'read' ? {} : { idempotentHint: repeats === true }),
    openWorldHint: false,
  };
  return {
    name: words.name,
    description: about,
    inputSchema: schemaOf(args, (name) => words.args.get(name) ?? name),
    ...(format === 'structured' && ablation.outputSchemas !== false
      ? { outputSchema: schemaOf(gives, (name) => name) }
      : {}),
    ...(ablation.annotations === false ? {} : { annotations }),
  };
}

export function schemaOf(
  fields: Readonly<Record<string, Field>>,
  named: (name: string) => string,
): Body {
  const one = ({ type, items, fields: own }: Field): Body => {
    if (own) return schemaOf(own, named);
    return { type, ...(items ? { items: one(items) } : {}) };
  };
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [named(name), one(field)]),
    ),
    required: Object.entries(fields).flatMap(([name, { optional }]) =>
      optional ? [] : [named(name)],
    ),
  };
}
