/**
 * What SARIF 2.1.0 (OASIS, errata 01) asks of the parts that we write, as a schema of our own: no
 * kept package has the official one, which allows far more than we use.
 */
import { Ajv } from 'ajv';

type Schema = object;

const text: Schema = { type: 'string', minLength: 1 };
const message: Schema = {
  type: 'object',
  required: ['text'],
  properties: { text, markdown: text },
  additionalProperties: false,
};
const level: Schema = { enum: ['none', 'note', 'warning', 'error'] };

function object(required: readonly string[], properties: Record<string, Schema>): Schema {
  return { type: 'object', required: [...required], properties, additionalProperties: false };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

const physicalLocation = object(['artifactLocation'], {
  // A URI reference (RFC 3986): never a path with signs that it has to escape.
  artifactLocation: object(['uri'], {
    uri: { type: 'string', pattern: "^[\\w.~:/?#\\[\\]@!$&'()*+,;=%-]+$" },
  }),
  region: object(['startLine'], { startLine: { type: 'integer', minimum: 1 } }),
});
const place: Record<string, Schema> = {
  physicalLocation,
  logicalLocations: list(object([], { name: text, fullyQualifiedName: text })),
};
const rule = object(['id'], {
  id: text,
  name: text,
  shortDescription: message,
  fullDescription: message,
  help: message,
  defaultConfiguration: object([], { level }),
});
const result = object(
  ['message', 'ruleId', 'ruleIndex', 'level', 'locations', 'partialFingerprints'],
  {
    ruleId: text,
    ruleIndex: { type: 'integer', minimum: 0 },
    level,
    message,
    locations: { ...list(object([], place)), minItems: 1 },
    relatedLocations: list(object([], { ...place, id: { type: 'integer', minimum: 0 }, message })),
    partialFingerprints: { type: 'object', additionalProperties: text },
    suppressions: list(
      object(['kind'], { kind: { enum: ['inSource', 'external'] }, justification: text }),
    ),
    baselineState: { enum: ['new', 'unchanged', 'updated', 'absent'] },
    properties: { type: 'object' },
  },
);

const SARIF: Schema = object(['version', 'runs', '$schema'], {
  $schema: text,
  version: { const: '2.1.0' },
  runs: {
    ...list(
      object(['tool', 'results'], {
        tool: object(['driver'], {
          driver: object(['name'], { name: text, version: text, rules: list(rule) }),
        }),
        automationDetails: object([], { id: text }),
        columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
        results: list(result),
      }),
    ),
    minItems: 1,
  },
});

/** What is wrong with a document, as sentences; nothing when it is SARIF. */
export function sarifFaults(document: unknown): readonly string[] {
  const ajv = new Ajv({ allErrors: true });
  if (ajv.validate(SARIF, document)) return [];
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
