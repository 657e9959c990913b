// A server of the stateless era (2026-07-28): it asks in rounds, and tells who listens.
import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } };

serveStdio(() => {
  const server = new McpServer(
    { name: 'modern', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true } } },
  );
  server.registerTool('greet', {}, (ctx) => {
    const answer = acceptedContent(ctx.mcpReq.inputResponses, 'who');
    if (answer) return { content: [{ type: 'text', text: `hello ${answer.name}` }] };
    const who = inputRequired.elicit({ message: 'Who are you?', requestedSchema });
    return inputRequired({ inputRequests: { who }, requestState: 'state-1' });
  });
  let count = 0;
  server.registerTool('grow', {}, () => {
    count += 1;
    server.registerTool(`tool-${count}`, {}, () => ({ content: [] }));
    return { content: [{ type: 'text', text: `${count} more` }] };
  });
  return server;
});
