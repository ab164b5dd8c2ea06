-- What happened: one row an event. Index entries end with the row id, so "newest of a kind" needs
-- no sort; `events_loud` holds warnings and worse only, because they are few and looked for.
create table events (
  id integer primary key autoincrement,
  at integer not null,
  kind text not null,
  severity integer not null,
  subject text not null,
  payload text not null
) strict;
create index events_kind on events (kind);
create index events_subject on events (subject);
create index events_at on events (at);
create index events_loud on events (severity) where severity >= 2;

-- History: one row a subject and hour (step 60) or day (step 900), all metrics packed as floats.
create table samples (
  subject text not null,
  step integer not null,
  start integer not null,
  data blob not null,
  primary key (subject, step, start)
) strict, without rowid;
create index samples_age on samples (step, start);

-- What the picture must remember over a restart: last known states, the end of the newest task.
create table cluster_marks (
  name text primary key,
  value text not null
) strict, without rowid;

-- Who did what: append-only, each row carries the hash of the one before.
create table audit (
  id integer primary key autoincrement,
  at integer not null,
  entry text not null,
  previous text not null,
  hash text not null
) strict;
create trigger audit_no_update before update on audit
begin select raise(abort, 'the audit trail is append-only'); end;
create trigger audit_no_delete before delete on audit
begin select raise(abort, 'the audit trail is append-only'); end;

-- Periodic work: when it ran last and how it ended.
create table schedule (
  name text primary key,
  last_run integer not null,
  result text not null,
  took integer not null
) strict, without rowid;
