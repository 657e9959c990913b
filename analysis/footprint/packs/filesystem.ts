/** @modelcontextprotocol/server-filesystem 2026.8.31; test/analysis/footprint-packs.test.ts asks it. */
import type { Pack } from './pack.ts';

export const FILESYSTEM: Pack = {
  servers: ['secure-filesystem-server'],
  packages: ['@modelcontextprotocol/server-filesystem'],
  tools: {
    read_file: { read: 'file:{/path}' },
    read_text_file: { read: 'file:{/path}' },
    read_media_file: { read: 'file:{/path}' },
    read_multiple_files: { read: 'file:{/paths}' },
    write_file: { overwrite: 'file:{/path}' },
    edit_file: { modify: 'file:{/path}' },
    create_directory: { create: 'file:{/path}' },
    list_directory: { list: 'file:{/path}' },
    list_directory_with_sizes: { list: 'file:{/path}' },
    directory_tree: { list: 'file:{/path}' },
    move_file: { delete: 'file:{/source}', create: 'file:{/destination}' },
    search_files: { list: 'file:{/path}' },
    get_file_info: { read: 'file:{/path}' },
    list_allowed_directories: {},
  },
};
