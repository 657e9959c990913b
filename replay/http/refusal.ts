/** Answers of our own, as the transports of servers give them: no id, since none was read. */
import { JSON_HEADERS } from './headers.ts';

export function rpcError(
  status: number,
  code: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = rpcErrorText(code, message);
  return new Response(body, { status, headers: { ...JSON_HEADERS, ...headers } });
}

export function rpcErrorText(code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
}
