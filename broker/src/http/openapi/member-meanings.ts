/**
 * What a member or parameter means wherever it appears. A name that means different things in different places is missing
 * here: there its schema has a `description` of its own.
 */
export const memberMeanings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // Who
    agent: 'Agent id of the delegator',
    agent_id:
      'SPIFFE id of the agent, `spiffe://<trust domain>/agent/<orch_id>/<task_id>/<16 hex>`',
    agent_name: 'What its maker calls the agent, for people',
    app_id: 'Id of the app, `app-<name>-<6 hex>`; absent where no app is involved',
    actor:
      'Who did it: `admin`, `operator:<name>`, `app:<app_id>`, an agent id, `anonymous` or `system`',
    client_id: 'What the app signs in as',
    created_by: '`sub` of whoever made it',
    delegate_to: 'Agent id of whoever receives the token',
    delegatee: 'Agent id that receives the token',
    from: 'Agent id of the delegator',
    to: 'Agent id of the delegate',
    intermediate_agents: 'Agent ids of the delegators after the first, in order',
    original_principal: 'Agent id of the first delegator of the chain',
    operator: 'Name of the operator; absent for the secret of the broker itself',
    orch_id: 'Name of the program that starts the agents',
    task_id: 'Name of the task',
    source_ip: 'Address of the client',

    // Secrets and tokens
    access_token: 'The token, a signed JWT: `Authorization: Bearer <token>`',
    client_secret: 'Secret of the app, 64 hex; shown once, when it is made',
    secret: 'The value of `AA_ADMIN_SECRET`',
    launch_token: 'The launch token, 64 hex; shown once, when it is made',
    token: 'The token in question; one longer than 16 KiB is not valid',
    token_type: 'How the token is presented (RFC 6750)',
    nonce: '64 hex; the agent signs the 32 bytes that they stand for',
    public_key: 'Ed25519 public key: its 32 bytes in padded standard base64',
    previous_secret_expires_at: 'Until then the previous secret works, too (RFC 3339)',

    // What is allowed
    allowed_scope:
      'The most that an agent can be registered with; a scope is `action:resource:identifier`',
    requested_scope: 'What the agent is to hold, within `allowed_scope` of its launch token',
    granted_scope: 'What of it was granted',
    scopes: 'Scopes; of an app its ceiling: none of its agents gets more',
    delegates_to: 'Ids of apps whose agents its agents may delegate to; `["*"]` is any',
    policy: 'What the launch token allows',
    role: '`verifier`: the app follows the revocation stream and launches nothing, without scopes',
    ttl: 'Seconds in which the launch token can be used; 30 if absent or 0',
    single_use: 'Registers one agent, or any number until it expires; `true` by default',
    emergency: 'The key is compromised: everything that it has signed is dead at once',
    immediate: 'The previous secret ends now instead of in 10 minutes',
    end_sessions: 'Also revokes everything that was done with the app’s tokens',

    // How long; all durations are seconds
    expires_in: 'Seconds it is good for, counted from the answer',
    max_ttl:
      'Longest life in seconds of the tokens it leads to; by default the smaller of `AA_DEFAULT_TTL` and `AA_MAX_TTL`, which also bounds it; 0 counts as absent',
    token_ttl:
      'Seconds that tokens of the app itself live, 60..86400; by default `AA_APP_TOKEN_TTL`',
    created_at: 'When it was made (RFC 3339)',
    updated_at: 'When it was last changed (RFC 3339)',
    deregistered_at: 'When it was deregistered (RFC 3339)',
    registered_at: 'When it registered (RFC 3339)',
    delegated_at: 'When it was delegated (RFC 3339)',
    revoked_at: 'When it was revoked (RFC 3339, milliseconds)',
    lifted_at: 'From when on the task can be registered for again (RFC 3339, milliseconds)',
    lifted_by: 'Who lifted it',
    retired_at: 'When it was retired (RFC 3339)',
    previous_retires_at:
      'Until then at the latest the previous key’s tokens are accepted; in an emergency they are dead already (RFC 3339)',
    uptime: 'Seconds since the broker started, at least 1',

    // Claims of a token (RFC 7519)
    claims: 'What the token says',
    iss: '`AA_ISSUER`, or empty',
    signature: 'Ed25519 signature of the broker, 128 hex',
    sub: 'Whose token it is: `admin`, `operator:<name>`, `app:<app_id>` or an agent id',
    aud: '`AA_AUDIENCE`, if it was set when the token was issued',
    exp: 'Second since 1970 at which the token ends',
    nbf: 'Second since 1970 from which it counts',
    iat: 'Second since 1970 at which it was issued',
    jti: 'Id of the token, 32 hex; of a delegation: as first issued',
    sid: 'Id of the session, 32 hex: the same through all renewals',
    lsid: 'Session that made the launch token of the agent, 32 hex',
    cnf: 'The key that the agent has proved (RFC 7800)',
    jkt: 'RFC 7638 thumbprint of that key',
    delegation_chain: 'One signed record per hop, the oldest first',
    chain_hash: 'SHA-256 of the chain, 64 hex',
    parent_jti: 'Id of the token that was presented',
    parent_sid: 'Its session',
    prev: 'SHA-256 of the record before, 64 hex; zeros in the first',
    audience: 'With it, a token whose `aud` lacks this is not valid',
    valid:
      'Whether the token is live: signed here, in its time, and neither replaced, released nor revoked',

    // Revocation
    reason: 'Why, for the list and the audit trail',
    level:
      'What `target` names: `token` a jti, `agent` an agent id, `admin` or `app:<app_id>`, `task` a task id, `chain` the agent id of a first delegator, `app` an app id (made by deregistration)',
    target: 'The jti, agent id, task id or app id that is meant; compared character by character',
    count: 'Live tokens that it killed, or would kill',
    count_complete: '`false`: counting took too long, `count` is a lower bound',
    by_depth: 'Live tokens by length of their delegation chain, from 0',
    dry_run: 'Writes nothing, only tells what would die',
    revoked: 'Whether it was done; not in a dry run',
    revocations: 'One page of entries, the newest first',
    in_force: 'Only those in force, or only those that have ended',
    root: 'Agent id of the first delegator',
    nodes: 'The agents that take part',
    edges: 'The delegations, oldest first',
    truncated: 'There are more than 5 000 delegations; the rest is left out',
    state: 'What has become of the delegated session',

    // The audit trail
    events: 'One page of events, ascending by `seq`',
    event_type: 'What happened',
    timestamp: 'When (RFC 3339, milliseconds)',
    detail: 'A phrase, then `key=value` parts, joined by ` | `',
    outcome: 'Whether it was done or refused',
    resource: 'Route that was asked for',
    request_id: 'The `X-Request-ID` of the request',
    repeat_count: 'How many refusals of the same kind this event stands for',
    bytes_transferred: 'Reserved; this broker never sets it',
    deleg_depth: 'Records in the delegation chain',
    deleg_chain_hash: '`chain_hash` of the token',
    credential: 'Id of any token of a session: what it came from, what it did and what ended it',
    since: 'Not before this time (RFC 3339; write `+` as `%2B`)',
    until: 'Not after this time (RFC 3339; write `+` as `%2B`)',
    unproven:
      '`seq` of events that belong on this page and are not shown, because somebody has changed them in the database',
    name: 'Name of the app, unique among all apps ever: letters, digits and single hyphens, a letter first',
    head: 'The last event of all',
    hash: 'SHA-256 of the event, 64 hex, which covers the hash of the one before',
    prev_hash: '`hash` of the event before, 64 zeros in the first',
    seq: 'Number of the event: 1, 2, 3, … without gaps',
    from_seq: 'First event checked',
    to_seq: 'Last event checked; whoever wants all goes on behind it',
    ok: 'Whether every hash, link, MAC and checkpoint in the range holds',
    events_checked: 'Events found intact',
    checkpoints_checked: 'Checkpoints whose signature holds',
    checkpoint:
      'The newest one: kept elsewhere, it proves later that the trail has reached this event',
    time: 'When the checkpoint was signed (RFC 3339, milliseconds)',

    // Keys (RFC 7517, RFC 8037)
    keys: 'Public keys; the one that signs first',
    kid: 'Id of the signing key: its RFC 7638 thumbprint',
    previous_kid: 'Id of the key that signed before',
    kty: 'Kind of key',
    crv: 'Its curve',
    x: 'The public key, base64url',
    alg: 'What it signs with',
    use: 'What it is for',

    // Lists
    total: 'Entries that agree, on all pages together',
    limit: 'Entries per page: 100 if absent or 0, at most 1000',
    cursor: '`next_cursor` of the page before',
    next_cursor: '`cursor` of the next page; absent on the last',
    offset: 'Entries left out at the beginning; not together with `cursor`',
    apps: 'One page of apps, the newest first',
    launch_tokens: 'One page of launch tokens that can still be used, the newest first',

    // The broker itself
    version: 'Version of the broker',
    features: 'What clients may rely on beyond AgentWrit 2.0',
    db_connected: 'Whether the store answers',
    audit_events_count: 'Events of the audit trail',
  }),
)
