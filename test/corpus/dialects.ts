/**
 * Dialects: how servers call their tools and arguments, as released ones do.
 *
 * Three are for everybody who writes rules. The last is held out: no rule was written or mended in
 * sight of its words, and the score tells it apart.
 */
export type ModelName =
  | 'keyValue'
  | 'fileTree'
  | 'counter'
  | 'appendList'
  | 'tickets'
  | 'mailbox'
  | 'rows';

export const DIALECTS = 3;
/** The dialect that is held out. */
export const HELD_OUT = 3;

interface Words {
  /** What such a server is called, by dialect. */
  readonly server: string;
  /** The variable that says where it keeps its data. */
  readonly place: string;
  readonly tools: Readonly<Record<string, string>>;
  readonly args: Readonly<Record<string, string>>;
}

/** Four names each, of the three dialects and of the one that is held out. */
const WORDS: Readonly<Record<ModelName, Words>> = {
  keyValue: {
    server: 'settings-store configServer kv-redis vault-kv',
    place: 'SETTINGS_PATH CONFIG_FILE REDIS_URL VAULT_KV_DIR',
    tools: {
      get: 'get_value getEntry redis_get fetch-value',
      put: 'set_value putEntry redis_set save-value',
      putIf: 'set_value_if putEntryIfVersion redis_cas save-value-checked',
      putMany: 'set_values putEntries redis_mset save-values',
      remove: 'delete_value removeEntry redis_del erase-value',
      all: 'list_values getEntries redis_dump show-values',
    },
    args: {
      key: 'key key key name',
      value: 'value value value content',
      version: 'version expectedVersion if_version ifRevision',
      entries: 'entries entries items values',
    },
  },
  fileTree: {
    server: 'notes-files docServer filesystem-tools project-files',
    place: 'NOTES_DIR DOC_PATH FILESYSTEM_DIR PROJECT_PATH',
    tools: {
      read: 'read_file readDocument file_read open-file',
      write: 'write_file writeDocument file_write save-file',
      edit: 'edit_file editDocument file_edit patch-file',
      list: 'list_files listDocuments file_ls browse-files',
      remove: 'delete_file deleteDocument file_remove trash-file',
    },
    args: {
      path: 'path filePath path file',
      content: 'content text content body',
      oldText: 'old_text oldText old_str find',
      newText: 'new_text newText new_str replacement',
    },
  },
  counter: {
    server: 'counters metricServer stats-tools tally',
    place: 'COUNTERS_PATH METRIC_DB STATS_FILE TALLY_PATH',
    tools: {
      value: 'get_counter getMetric stats_get read-tally',
      increment: 'increment_counter incrementMetric stats_incr adjust-tally',
      all: 'list_counters getMetrics stats_dump show-tallies',
    },
    args: { name: 'name metricName key slug', by: 'amount by delta step' },
  },
  appendList: {
    server: 'list-keeper journalServer log-tools ledger',
    place: 'LIST_KEEPER_FILE JOURNAL_PATH LOG_TOOLS_DIR LEDGER_FILE',
    tools: {
      append: 'append_item addLine log_append record-entry',
      items: 'get_items readLines log_cat view-entries',
    },
    args: { list: 'list_name journalName key ledgerId', item: 'item line text entry' },
  },
  tickets: {
    server: 'issue-tracker taskServer jira-tools desk',
    place: 'ISSUE_TRACKER_DB TASK_DB JIRA_TOOLS_FILE DESK_DB',
    tools: {
      create: 'create_issue createTask jira_create_ticket register-case',
      get: 'get_issue getTask jira_get_ticket show-case',
      update: 'update_issue updateTask jira_update_ticket amend-case',
      comment: 'add_comment addComment jira_add_comment attach-remark',
      list: 'list_issues listTasks jira_list_tickets browse-cases',
    },
    args: {
      id: 'issue_id taskId ticket_id caseId',
      title: 'title title summary headline',
      body: 'body description description details',
      status: 'status state status stage',
      text: 'comment text body remark',
    },
  },
  mailbox: {
    server: 'mail mailServer gmail-tools courier',
    place: 'MAIL_DIR MAIL_PATH GMAIL_TOOLS_DB COURIER_DIR',
    tools: {
      send: 'send_email sendMail gmail_send post-letter',
      all: 'list_emails listMails gmail_list browse-letters',
      read: 'read_email getMail gmail_get show-letter',
      remove: 'delete_email deleteMail gmail_trash discard-letter',
    },
    args: {
      id: 'message_id mailId message_id letterId',
      to: 'to to recipient addressee',
      subject: 'subject subject subject topic',
      body: 'body text body content',
    },
  },
  rows: {
    server: 'sqlite-tools tableServer postgres-tools sheet',
    place: 'SQLITE_DB TABLE_DB POSTGRES_URL SHEET_FILE',
    tools: {
      insert: 'insert_row insertRow pg_insert append-record',
      select: 'get_rows listRows pg_select show-records',
      update: 'update_row updateRow pg_update modify-record',
      remove: 'delete_row deleteRow pg_delete drop-record',
    },
    args: {
      table: 'table tableName relation sheetName',
      id: 'row_id rowId id recordId',
      label: 'label name title caption',
      value: 'value value value cell',
    },
  },
};

export interface Dialect {
  readonly server: string;
  readonly place: string;
  /** The model's word becomes the server's. */
  tool(name: string): string;
  arg(name: string): string;
  /** Of this tool no column takes the name. */
  readonly fixed?: string;
}

export function dialectOf(model: ModelName, number: number): Dialect {
  const words = WORDS[model];
  const own = (row: string | undefined, name: string): string => row?.split(' ')[number] ?? name;
  return {
    server: own(words.server, model),
    place: own(words.place, model),
    tool: (name) => own(words.tools[name], name),
    arg: (name) => own(words.args[name], name),
  };
}
