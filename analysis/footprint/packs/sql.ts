/**
 * @modelcontextprotocol/server-postgres 0.6.2 and mcp-server-sqlite-npx 0.8.0 from their packages,
 * mcp-server-sqlite 2025.4.25 from its source.
 *
 * SQL is not read, so that a statement touches the whole database.
 */
import type { Pack } from './pack.ts';

export const POSTGRES: Pack = {
  servers: ['example-servers/postgres'],
  packages: ['@modelcontextprotocol/server-postgres'],
  // It runs every statement in a transaction that cannot write.
  tools: { query: { read: '*' } },
};

export const SQLITE: Pack = {
  servers: ['sqlite', 'sqlite-manager'],
  packages: ['mcp-server-sqlite', 'mcp-server-sqlite-npx'],
  tools: {
    read_query: { read: '*' },
    write_query: { overwrite: '*' },
    create_table: { create: '*' },
    list_tables: { list: '*' },
    describe_table: { read: '*' },
    append_insight: { append: 'memo://insights' },
  },
};
