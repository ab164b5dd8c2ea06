-- Requests for what only a person may allow. The row holds what will run, exactly; `hash` is over it and
-- over the state of the target. A confirmation is minted when a session opens the card, and used once.
create table approvals (
  id integer primary key autoincrement,
  card text not null,
  tool text not null,
  args text not null,
  target text not null,
  label text not null,
  plan text not null,
  reason text,
  hash text not null,
  state_hash text not null,
  tier text not null,
  rule text not null,
  typed text,
  asked_by text not null,
  asked_kind text not null,
  asked_from text not null,
  state text not null,
  asked_at integer not null,
  expires_at integer not null,
  nonce_hash text,
  opened_by text,
  opened_session text,
  opened_hash text,
  nonce_expires_at integer,
  ended_by text,
  ended_at integer,
  ended_why text,
  deed integer
) strict;
create index approvals_state on approvals (state, expires_at);
create unique index approvals_once on approvals (hash, asked_by) where state = 'open';

-- What machines have done, for limits by the hour; persons are not counted.
create table safety_acts (
  id integer primary key autoincrement,
  at integer not null,
  caller text not null,
  tool text not null,
  tier text not null,
  target text not null,
  node text,
  failed integer not null default 0
) strict;
create index safety_acts_at on safety_acts (at);

-- The breaker: a row while autonomy is down to observing.
create table safety_breaker (
  id integer primary key check (id = 1),
  tripped_at integer not null,
  reason text not null
) strict;

-- Contexts that have read free text. `until` empty = for as long as they live.
create table taints (
  context text primary key,
  source text not null,
  at integer not null,
  until integer
) strict, without rowid;
