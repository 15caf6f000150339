/** One step of the schema. Its SQL runs on both engines: text and bigint are the only types. */
export interface Migration {
  /** The oldest code, by the number of migrations it knows, that can still use the schema after this step. */
  readonly oldestCode: number
  readonly statements: readonly string[]
}

/** In order; a step that has been released is never edited. Instants are bigint: see the table descriptions for units. */
export const migrations: readonly Migration[] = [
  {
    oldestCode: 1,
    statements: [
      `create table head (
        id bigint primary key, seq bigint not null, hash text not null, last_time bigint not null,
        epoch text not null, not_before bigint not null, highest_exp bigint not null, mac text not null)`,
      `create table signing_keys (
        kid text primary key, x text not null, sealed text not null, status text not null,
        created_at bigint not null, imported_at bigint, mac text not null)`,
      `create table sessions (
        sid text primary key, kind text not null, sub text not null, app_id text, lsid text, task_id text,
        orch_id text, scope text not null, current_jti text not null, current_exp bigint not null,
        lifetime bigint not null, started_at bigint not null, ends_at bigint not null, keep_until bigint not null)`,
      'create index sessions_keep_until on sessions (keep_until)',
      `create table tokens (
        jti text primary key, sid text not null references sessions (sid) on delete cascade,
        exp bigint not null, kid text not null)`,
      'create index tokens_sid on tokens (sid)',
      `create table agents (
        agent_id text primary key, app_id text, agent_name text not null, orch_id text not null,
        task_id text not null, scope text not null, public_key text not null, jkt text not null,
        sid text not null, lsid text, registered_at bigint not null, keep_until bigint not null)`,
      'create unique index agents_sid on agents (sid)',
      'create index agents_keep_until on agents (keep_until)',
      `create table launch_tokens (
        hash text primary key, agent_name text not null, allowed_scope text not null, max_ttl bigint not null,
        single_use bigint not null, orch_id text, task_id text, app_id text, created_by text not null,
        creator_sid text, created_at bigint not null, expires_at bigint not null, used_at bigint, mac text not null)`,
      'create index launch_tokens_expires_at on launch_tokens (expires_at)',
      'create table nonces (nonce text primary key, expires_at bigint not null)',
      'create index nonces_expires_at on nonces (expires_at)',
      `create table revocations (
        id text primary key, level text not null, target text not null, sid text, released bigint not null,
        reason text, actor text not null, revoked_at bigint not null, keep_until bigint not null, lifted_at bigint)`,
      'create index revocations_target on revocations (target)',
      'create index revocations_sid on revocations (sid)',
      'create index revocations_keep_until on revocations (keep_until)',
      `create table audit_events (
        seq bigint primary key, event text not null, happened_at bigint not null, event_type text not null,
        outcome text, agent_id text, task_id text, app_id text, jti text, mac text not null)`,
      'create index audit_events_agent_id on audit_events (agent_id) where agent_id is not null',
      'create index audit_events_task_id on audit_events (task_id) where task_id is not null',
      'create index audit_events_jti on audit_events (jti) where jti is not null',
    ],
  },
  {
    oldestCode: 1,
    statements: [
      `create table renewals (
        old_jti text primary key, old_exp bigint not null, new_jti text not null, renewed_at bigint not null,
        kid text not null, key_hash text, body_hash text, claims text, mac text not null)`,
      'create index renewals_old_exp on renewals (old_exp)',
    ],
  },
  {
    // Older code knows no ceilings: it would register beyond them.
    oldestCode: 3,
    statements: [
      `create table apps (
        app_id text primary key, name text not null, client_id text not null, role text not null,
        scopes text not null, token_ttl bigint not null, delegates_to text not null, version bigint not null,
        secret_hash text not null, previous_secret_hash text, previous_secret_expires_at bigint,
        created_at bigint not null, updated_at bigint not null, deregistered_at bigint, mac text not null)`,
      'create unique index apps_name on apps (name)',
      'create unique index apps_client_id on apps (client_id)',
      'create table app_names (name text primary key, app_id text not null)',
    ],
  },
  {
    // Older code knows no delegated sessions, and no revocation but of single sessions and apps.
    oldestCode: 4,
    statements: [
      'alter table tokens add column hash text',
      'alter table sessions add column current_hash text',
      'alter table sessions add column kid text',
      'update sessions set kid = (select kid from tokens where jti = current_jti)',
      'alter table sessions add column parent_sid text',
      'alter table sessions add column chain_hash text',
      'alter table sessions add column depth bigint not null default 0',
      'create index sessions_sub on sessions (sub)',
      'create index sessions_lsid on sessions (lsid) where lsid is not null',
      'create index sessions_parent_sid on sessions (parent_sid, current_exp) where parent_sid is not null',
      'create index sessions_task_id on sessions (task_id) where task_id is not null',
      'create index sessions_app_id on sessions (app_id) where app_id is not null',
      `create table delegations (
        sid text primary key, parent_sid text not null, root text not null, agent text not null, app_id text,
        delegatee text not null, delegatee_app_id text, task_id text not null, jti text not null,
        scope text not null, granted_scope text not null, kid text not null, delegated_at bigint not null,
        keep_until bigint not null)`,
      'create index delegations_parent_sid on delegations (parent_sid)',
      'create index delegations_root on delegations (root, sid)',
      'create index delegations_agent on delegations (agent)',
      'create index delegations_delegatee on delegations (delegatee)',
      'create index delegations_task_id on delegations (task_id, sid)',
      'create index delegations_keep_until on delegations (keep_until)',
      'alter table agents add column last_kid text',
      'update agents set last_kid = (select kid from sessions where sessions.sid = agents.sid)',
      'alter table revocations add column seq bigint not null default 0',
      'alter table revocations add column part_of text',
      'alter table revocations add column killed bigint',
      'alter table revocations add column is_complete bigint',
      'alter table revocations add column lifted_by text',
      'create index revocations_seq on revocations (seq)',
      'create index revocations_part_of on revocations (part_of) where part_of is not null',
      'alter table signing_keys add column retires_at bigint',
      'alter table signing_keys add column retired_at bigint',
      'create index agents_app_id on agents (app_id, sid) where app_id is not null',
      'create index agents_task_id on agents (task_id, sid)',
    ],
  },
  {
    // Older code would make entries that no stream tells of.
    oldestCode: 5,
    statements: [
      // Unset until they count, so that the head row keeps its MAC.
      'alter table head add column stream_seq bigint',
      'alter table head add column pruned_seq bigint',
      'alter table head add column pruned_hash text',
      `create table changes (
        stream_seq bigint primary key, action text not null, entry_id text, jti text, exp bigint, kid text,
        committed_at bigint not null)`,
      'create index changes_committed_at on changes (committed_at)',
      `create table checkpoints (
        seq bigint primary key, hash text not null, made_at bigint not null, kid text not null, signature text not null)`,
      'alter table audit_events add column relates_to text',
      'drop index audit_events_agent_id',
      'drop index audit_events_task_id',
      'drop index audit_events_jti',
      'create index audit_events_agent_id on audit_events (agent_id, seq) where agent_id is not null',
      'create index audit_events_task_id on audit_events (task_id, seq, event_type) where task_id is not null',
      'create index audit_events_jti on audit_events (jti, seq) where jti is not null',
      'create index audit_events_relates_to on audit_events (relates_to, seq) where relates_to is not null',
      'create index audit_events_app_id on audit_events (app_id, seq) where app_id is not null',
      'create index audit_events_app_event_type on audit_events (app_id, event_type, seq) where app_id is not null',
      'create index audit_events_event_type on audit_events (event_type, seq)',
      "create index audit_events_denied on audit_events (seq, event_type, app_id) where outcome = 'denied'",
      'create index audit_events_happened_at on audit_events (happened_at, seq)',
    ],
  },
]
