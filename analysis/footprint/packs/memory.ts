/**
 * @modelcontextprotocol/server-memory 2026.8.31; test/analysis/footprint-packs.test.ts asks it.
 *
 * It reads its one file and writes the whole of it for every change, so that all of it is one resource.
 */
import type { Pack } from './pack.ts';

export const MEMORY: Pack = {
  servers: ['memory-server'],
  packages: ['@modelcontextprotocol/server-memory'],
  tools: {
    create_entities: { modify: '*' },
    create_relations: { modify: '*' },
    add_observations: { modify: '*' },
    delete_entities: { modify: '*' },
    delete_observations: { modify: '*' },
    delete_relations: { modify: '*' },
    read_graph: { read: '*' },
    search_nodes: { read: '*' },
    open_nodes: { read: '*' },
  },
};
