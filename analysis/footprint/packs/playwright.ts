/**
 * @playwright/mcp 0.0.83, from its documentation.
 *
 * One browser: whatever is done on a page may change all that is seen of it next.
 */
import type { Pack } from './pack.ts';

const ACTS = { modify: '*' } as const;
const LOOKS = { read: '*' } as const;

export const PLAYWRIGHT: Pack = {
  servers: ['Playwright'],
  packages: ['@playwright/mcp'],
  tools: {
    browser_navigate: { overwrite: '*', read: '{/url}' },
    browser_navigate_back: { overwrite: '*' },
    browser_close: { delete: '*' },
    browser_click: ACTS,
    browser_drag: ACTS,
    browser_drop: ACTS,
    browser_emulate_media: ACTS,
    browser_evaluate: ACTS,
    browser_file_upload: { modify: '*', read: 'file:{/paths}' },
    browser_fill_form: ACTS,
    browser_handle_dialog: ACTS,
    browser_hover: ACTS,
    browser_press_key: ACTS,
    browser_resize: ACTS,
    browser_select_option: ACTS,
    browser_tabs: ACTS,
    browser_type: ACTS,
    browser_console_messages: LOOKS,
    browser_find: LOOKS,
    browser_network_request: LOOKS,
    browser_network_requests: LOOKS,
    browser_snapshot: LOOKS,
    browser_take_screenshot: LOOKS,
    browser_wait_for: LOOKS,
  },
};
