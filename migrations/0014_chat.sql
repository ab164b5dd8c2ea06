-- Talks with Jarvis. A turn is a question and everything that was said and done until it was answered;
-- its steps are written before they are shown, so that a restart goes on where it was.
create table conversations (
  id integer primary key autoincrement,
  title text not null,
  origin text not null,
  owner text not null,
  owner_kind text not null,
  made_at integer not null,
  changed_at integer not null
) strict;
create index conversations_owner on conversations (owner, changed_at);

create table turns (
  id integer primary key autoincrement,
  conversation integer not null references conversations (id) on delete cascade,
  question text not null,
  caller text not null,
  state text not null,
  why text,
  mind text,
  mind_why text,
  usd real,
  tokens_in integer not null default 0,
  tokens_out integer not null default 0,
  started_at integer not null,
  ended_at integer
) strict;
create index turns_of on turns (conversation, id);
create index turns_open on turns (state) where ended_at is null;

-- `say` is what was said in a round; `call` a tool that was asked for in it, with what came of it.
create table steps (
  id integer primary key autoincrement,
  turn integer not null references turns (id) on delete cascade,
  round integer not null,
  kind text not null,
  text text not null,
  call_id text,
  tool text,
  args text,
  state text not null,
  approval integer,
  deed integer,
  took real,
  at integer not null
) strict;
create index steps_of on steps (turn, id);
create index steps_waiting on steps (state) where state = 'waiting';

create virtual table talk_words using fts5(
  text, conversation unindexed, tokenize="unicode61 remove_diacritics 2");
