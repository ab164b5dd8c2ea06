-- What is done to the cluster: a row before it runs, closed with how it ended. One deed at a time
-- on one target: the index says so even if the program does not.
create table deeds (
  id integer primary key autoincrement,
  tool text not null,
  args text not null,
  target text not null,
  label text not null,
  who text not null,
  who_kind text not null,
  who_from text not null,
  upid text,
  state text not null,
  text text,
  started_at integer not null,
  ended_at integer,
  audit_id integer not null
) strict;
create unique index deeds_open on deeds (target) where ended_at is null;
create index deeds_target on deeds (target);
create index deeds_ended on deeds (ended_at);

-- The kill switch: a row while it is pressed.
create table stop (
  id integer primary key check (id = 1),
  pressed_at integer not null,
  pressed_by text not null,
  reason text
) strict;
