-- Terminals: what is open where, whoever looks at it. `way` says who keeps the screen: tmux on the
-- target, or this server (then it ends with the server); null = nobody has looked at it yet.
create table terminals (
  id text primary key,
  target text not null,
  label text not null,
  host text not null,
  command text,
  name text not null,
  way text check (way in ('tmux', 'kept')),
  opened_at integer not null,
  opened_by text not null,
  seen_at integer,
  ended_at integer,
  ended_why text
) strict;
create index terminals_open on terminals (ended_at, opened_at);
