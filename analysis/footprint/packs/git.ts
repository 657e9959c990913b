/**
 * mcp-server-git 0.6.2, from its documentation.
 *
 * A repository is its folder and, below that, what Git keeps of it; who lists the folder sees both.
 */
import type { Pack } from './pack.ts';

const KEPT = 'file:{/repo_path}/.git';

export const GIT: Pack = {
  servers: ['mcp-git'],
  packages: ['mcp-server-git'],
  tools: {
    git_status: { list: 'file:{/repo_path}' },
    git_diff_unstaged: { list: 'file:{/repo_path}' },
    git_diff_staged: { read: KEPT },
    git_diff: { list: 'file:{/repo_path}' },
    git_commit: { modify: KEPT },
    git_add: { modify: KEPT, read: 'file:{/repo_path}/{/files}' },
    git_reset: { modify: KEPT },
    git_log: { read: KEPT },
    git_create_branch: { modify: KEPT },
    git_checkout: { overwrite: 'file:{/repo_path}' },
    git_show: { read: KEPT },
    git_branch: { read: KEPT },
  },
};
