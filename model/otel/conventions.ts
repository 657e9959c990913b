/**
 * The names of the OpenTelemetry conventions for MCP, in one table, since they still change.
 *
 * Source: open-telemetry/semantic-conventions-genai, docs/gen-ai/mcp.md at 0393513c and
 * model/mcp/{common,spans,metrics}.yaml at 0e5e6a8d, 5c50d346, 4172e394; the error rule of servers is
 * that of its #404. Trace context in `_meta` is SEP-414. Names under `wiretape.` are our own.
 */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev';

export const ATTRIBUTE = {
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  serviceInstance: 'service.instance.id',
  method: 'mcp.method.name',
  error: 'error.type',
  statusCode: 'rpc.response.status_code',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  operation: 'gen_ai.operation.name',
  arguments: 'gen_ai.tool.call.arguments',
  result: 'gen_ai.tool.call.result',
  requestId: 'jsonrpc.request.id',
  rpcVersion: 'jsonrpc.protocol.version',
  resource: 'mcp.resource.uri',
  revision: 'mcp.protocol.version',
  serverName: 'mcp.server.name',
  serverVersion: 'mcp.server.version',
  clientName: 'mcp.client.name',
  clientVersion: 'mcp.client.version',
  transport: 'network.transport',
  protocol: 'network.protocol.name',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  httpStatus: 'http.response.status_code',
  session: 'wiretape.session',
  request: 'wiretape.request',
  response: 'wiretape.response',
  requestBytes: 'wiretape.size.request',
  responseBytes: 'wiretape.size.response',
  askedText: 'wiretape.payload.request.text',
  askedBytes: 'wiretape.payload.request.size',
  askedHash: 'wiretape.payload.request.sha256',
  answeredText: 'wiretape.payload.response.text',
  answeredBytes: 'wiretape.payload.response.size',
  answeredHash: 'wiretape.payload.response.sha256',
  from: 'wiretape.from',
  state: 'wiretape.state',
  ended: 'wiretape.exchange.ended',
  inferred: 'wiretape.parent.inferred',
  follows: 'wiretape.follows',
  link: 'wiretape.link.kind',
  message: 'wiretape.message',
  moreEdges: 'wiretape.edges.more',
  faults: 'wiretape.faults',
  responseFaults: 'wiretape.response_faults',
  url: 'wiretape.url',
} as const;

/** What is found in a session goes out as events of this name. */
export const FINDING_EVENT = 'wiretape.finding';

export const FINDING = {
  rule: 'wiretape.finding.rule',
  code: 'wiretape.finding.code',
  tier: 'wiretape.finding.tier',
  confidence: 'wiretape.finding.confidence',
  fingerprint: 'wiretape.finding.fingerprint',
  evidence: 'wiretape.finding.evidence',
  explored: 'wiretape.finding.explored',
} as const;

/** The name of a prompt's argument follows. */
export const PROMPT_VARIABLE = 'gen_ai.prompt.variable.';

/** What a link is to follows; its value is `traceId-spanId`. Backends drop links, so spans say them too. */
export const LINK = 'wiretape.link.';
/** The kind of a causal edge follows; its values are the references of the messages that led here. */
export const EDGE = 'wiretape.edge.';

/** Histograms in seconds, by the side that reports them (docs/gen-ai/mcp.md, "Metrics"). */
export const METRICS = {
  client: {
    operation: 'mcp.client.operation.duration',
    session: 'mcp.client.session.duration',
  },
  server: {
    operation: 'mcp.server.operation.duration',
    session: 'mcp.server.session.duration',
  },
} as const;

/** The upper bounds of their buckets, in seconds. */
export const BUCKETS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

const OF_CONNECTION = [
  ATTRIBUTE.error,
  ATTRIBUTE.revision,
  ATTRIBUTE.transport,
  ATTRIBUTE.protocol,
  ATTRIBUTE.serverAddress,
  ATTRIBUTE.serverPort,
];

/** All that metrics say: never an id of a session or request, since each would be a series of its own. */
export const METRIC_ATTRIBUTES = {
  session: OF_CONNECTION,
  operation: [
    ...OF_CONNECTION,
    ATTRIBUTE.method,
    ATTRIBUTE.tool,
    ATTRIBUTE.prompt,
    ATTRIBUTE.operation,
    ATTRIBUTE.statusCode,
  ],
} as const;

/** What viewers read that know OpenInference only: spec/semantic_conventions.md of Arize-ai/openinference. */
export const OPENINFERENCE = {
  kind: 'openinference.span.kind',
  tool: 'TOOL',
  input: 'input.value',
  inputType: 'input.mime_type',
  output: 'output.value',
  outputType: 'output.mime_type',
  session: 'session.id',
} as const;

/** Requests whose outer operation the GenAI conventions name. */
export const EXECUTE_TOOL = 'execute_tool';

/** What `error.type` says where no code does. */
export const ERROR = { tool: 'tool_error', cancelled: 'cancelled', other: '_OTHER' } as const;

/** Errors that are the caller's own: for the side that answers they are no failure (#404). */
export const CALLERS_FAULTS: ReadonlySet<number> = new Set([
  -32700, -32600, -32601, -32602, -32002,
]);

export const NETWORK = {
  stdio: { transport: 'pipe' },
  http: { transport: 'tcp', protocol: 'http' },
  'in-process': {},
} as const satisfies Record<string, { readonly transport?: string; readonly protocol?: string }>;
