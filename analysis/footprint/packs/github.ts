/**
 * @modelcontextprotocol/server-github 2025.4.8 from its package, and github-mcp-server, the server of
 * GitHub itself, from its documentation of 2026. Both name themselves alike.
 *
 * Things of GitHub are named by their address, so that every server and every host means the same.
 * Branches are not told apart: a file is the same on all of them.
 */
import type { Pack } from './pack.ts';

const REPO = 'https://github.com/{/owner}/{/repo}';
const ISSUES = `${REPO}/issues`;
const ISSUE = `${ISSUES}/{/issue_number}`;
const PULLS = `${REPO}/pull`;
const CONTENTS = `${REPO}/contents`;
const FILE = `${CONTENTS}/{/path}`;
const BRANCH = `${REPO}/tree/{/branch}`;

/** Tools of both, with the same arguments. */
const EITHER: Pack['tools'] = {
  create_or_update_file: { overwrite: FILE },
  get_file_contents: { read: FILE },
  push_files: { overwrite: `${CONTENTS}/{/files/*/path}` },
  create_branch: { create: BRANCH, read: `${REPO}/tree/{/from_branch}` },
  create_repository: { create: 'repository:{/name}' },
  fork_repository: { read: REPO },
  search_repositories: { list: '*' },
  search_code: { list: '*' },
  search_issues: { list: '*' },
  search_users: { list: '*' },
  list_issues: { list: ISSUES },
  list_commits: { list: CONTENTS },
  list_pull_requests: { list: PULLS },
  create_pull_request: { add: PULLS, read: [`${REPO}/tree/{/head}`, `${REPO}/tree/{/base}`] },
  add_issue_comment: { append: `${ISSUE}/comments` },
};

const PULL = `${PULLS}/{/pull_number}`;

export const GITHUB: Pack = {
  servers: ['github-mcp-server'],
  packages: ['@modelcontextprotocol/server-github'],
  tools: {
    ...EITHER,
    create_issue: { add: ISSUES },
    get_issue: { read: ISSUE },
    update_issue: { overwrite: ISSUE },
    get_pull_request: { read: PULL },
    get_pull_request_files: { read: PULL },
    get_pull_request_status: { read: PULL },
    get_pull_request_comments: { read: `${PULL}/comments` },
    get_pull_request_reviews: { read: `${PULL}/reviews` },
    create_pull_request_review: { append: `${PULL}/reviews` },
    merge_pull_request: { modify: PULL, overwrite: CONTENTS },
    update_pull_request_branch: { modify: PULL },
  },
};

const OWN_PULL = `${PULLS}/{/pullNumber}`;

export const GITHUB_OWN: Pack = {
  servers: ['github-mcp-server'],
  packages: [],
  tools: {
    ...EITHER,
    issue_read: { list: ISSUE },
    issue_write: { overwrite: ISSUE, add: ISSUES },
    sub_issue_write: { modify: ISSUE },
    get_label: { read: `${REPO}/labels/{/name}` },
    list_label: { list: `${REPO}/labels` },
    label_write: { overwrite: `${REPO}/labels/{/name}` },
    pull_request_read: { list: OWN_PULL },
    pull_request_review_write: { modify: `${OWN_PULL}/reviews` },
    add_comment_to_pending_review: { append: `${OWN_PULL}/reviews` },
    update_pull_request: { overwrite: OWN_PULL },
    update_pull_request_branch: { modify: OWN_PULL },
    merge_pull_request: { modify: OWN_PULL, overwrite: CONTENTS },
    search_pull_requests: { list: '*' },
    get_repository_tree: { list: CONTENTS },
  },
};
