import type { DatabaseSync } from 'node:sqlite'

// Each query finds rows that only a change kept by halves, or kept without its events, could have left. They hold for
// a store whose rows are all younger than what is pruned.

/** Jti of every issued token, from the events. */
const issued = `select jti from audit_events
  where event_type in ('admin_auth', 'app_authenticated', 'token_issued', 'token_renewed', 'delegation_created')`

/** The value of one `key=value` part of an event's detail. */
const part = (key: string, length: number) => {
  const detail = "json_extract(event, '$.detail')"
  return `substr(${detail}, instr(${detail}, '${key}=') + ${key.length + 1}, ${length})`
}

const queries = {
  'an agent without its session': `select agent_id from agents where not exists
    (select 1 from sessions where sessions.sid = agents.sid and sub = agent_id and kind = 'agent')`,
  'a session of an agent without its agent': `select sid from sessions where kind = 'agent'
    and not exists (select 1 from agents where agents.sid = sessions.sid and agent_id = sub)`,
  'a session without its current token': `select sid from sessions where not exists
    (select 1 from tokens where jti = current_jti and tokens.sid = sessions.sid and exp = current_exp)`,
  'a token without its session': `select jti from tokens where sid not in (select sid from sessions)`,
  'a token of an unknown key':
    'select jti from tokens where kid not in (select kid from signing_keys)',

  'a spent launch token that made no agent, or more than one': `select hash from launch_tokens
    where single_use = 1 and used_at is not null
    and 1 <> (select count(*) from agents where agents.agent_name = launch_tokens.agent_name)`,
  'an unspent launch token that made an agent': `select hash from launch_tokens
    where used_at is null and single_use = 1
    and exists (select 1 from agents where agents.agent_name = launch_tokens.agent_name)`,
  'an agent without its launch token': `select agent_id from agents
    where agent_name not in (select agent_name from launch_tokens)`,
  // Nonces are pruned first: after ten minutes and a half.
  'a registration that spent no nonce, or a nonce that made no agent': `select 1 from
    (select count(*) as spent from nonces),
    (select count(*) as made, max(registered_at) - min(registered_at) as age from agents)
    where spent <> made and age < 600000`,

  'a token that no event names': `select jti from tokens where jti not in (${issued})`,
  'a token that two events name': `select jti from (${issued}) group by jti having count(*) > 1`,
  'an event of a token that is not there': `${issued} and jti not in (select jti from tokens)`,
  'an agent that no event names, or two do': `select agent_id from agents where 1 <>
    (select count(*) from audit_events
     where event_type = 'agent_registered' and audit_events.agent_id = agents.agent_id)`,
  'an event of an agent that is not there': `select seq from audit_events
    where event_type = 'agent_registered' and agent_id not in (select agent_id from agents)`,
  'a launch token that no event names, or two do': `select hash from launch_tokens where 1 <>
    (select count(*) from launched where launched.name = launch_tokens.agent_name)`,
  'an event of a launch token that is not there': `select name from launched
    where name not in (select agent_name from launch_tokens)`,
  'a release that no event names, or two do': `select id from revocations where released = 1 and 1 <>
    (select count(*) from audit_events where event_type = 'token_released' and jti = target)`,
  'an event of a release that is not there': `select seq from audit_events
    where event_type = 'token_released' and jti not in (select target from revocations)`,

  'a renewal of a token that is not there': `select new_jti from renewed
    where old_jti not in (select jti from tokens)`,
  'a renewal without its record': `select new_jti from renewed
    where (old_jti, new_jti) not in (select old_jti, new_jti from renewals)`,
  'a record of a renewal that is not there': `select old_jti from renewals
    where (old_jti, new_jti) not in (select old_jti, new_jti from renewed)`,
  'a token with two successors': 'select old_jti from renewed group by old_jti having count(*) > 1',
  'a session whose current token has a successor': `select sid from sessions
    where current_jti in (select old_jti from renewed)`,
  'a superseded token of a session that has not gone on': `select jti from tokens
    join sessions using (sid) where jti <> current_jti and jti not in (select old_jti from renewed)`,

  'a head that is not the last event': `select head.seq from head where seq <> (select count(*) from audit_events)
    or seq <> (select max(seq) from audit_events)
    or hash <> (select json_extract(event, '$.hash') from audit_events order by seq desc limit 1)`,
  'a token that outlives what the head knows of': `select jti from tokens
    where exp > (select highest_exp from head)`,
}

/** What contradicts itself in a store, with the first rows of each kind; nothing, if every change was kept whole. */
export function findContradictions(database: DatabaseSync): string[] {
  database.exec(`
    create temp table renewed as
      select jti as new_jti, ${part('old_jti', 32)} as old_jti from audit_events
      where event_type = 'token_renewed';
    create index temp.renewed_old_jti on renewed (old_jti);
    create temp table launched as
      select ${part('agent', 300)} as name from audit_events where event_type = 'launch_token_issued';
    update launched set name = substr(name, 1, instr(name || ' ', ' ') - 1);
    create index temp.launched_name on launched (name);
  `)
  return Object.entries(queries).flatMap(([kind, query]) => {
    const rows = database.prepare(`select * from (${query}) limit 3`).all()
    return rows.length === 0 ? [] : [`${kind}: ${JSON.stringify(rows)}`]
  })
}
