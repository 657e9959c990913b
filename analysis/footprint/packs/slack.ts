/**
 * @modelcontextprotocol/server-slack 2025.4.25, from its package.
 *
 * Ids of channels are Slack's own, so that channels are named by their address and every server
 * means the same one.
 */
import type { Pack } from './pack.ts';

const CHANNEL = 'https://slack.com/archives/{/channel_id}';

export const SLACK: Pack = {
  servers: ['Slack MCP Server'],
  packages: ['@modelcontextprotocol/server-slack'],
  tools: {
    slack_list_channels: { list: 'https://slack.com/archives' },
    slack_post_message: { append: CHANNEL },
    slack_reply_to_thread: { append: `${CHANNEL}/{/thread_ts}` },
    slack_add_reaction: { add: `${CHANNEL}/{/timestamp}` },
    slack_get_channel_history: { read: CHANNEL },
    slack_get_thread_replies: { read: `${CHANNEL}/{/thread_ts}` },
    slack_get_users: { list: 'user:*' },
    slack_get_user_profile: { read: 'user:{/user_id}' },
  },
};
