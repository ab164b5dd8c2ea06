-- Who may: accounts, their sessions, keys for machines and walls, and the memory of wrong tries.
-- Secrets are stored only as hashes: passwords by scrypt, random ones (256 bit) by SHA-256.

create table accounts (
  id integer primary key,
  name text not null collate nocase unique,
  password text not null,
  created_at integer not null,
  password_at integer not null
) strict;

-- The one-time code of the first start; at most one row, gone with the first account.
create table welcome_code (
  id integer primary key check (id = 1),
  hash blob not null,
  made_at integer not null
) strict;

create table sessions (
  id text primary key,
  hash blob not null unique,
  account_id integer not null references accounts (id) on delete cascade,
  address text not null,
  browser text not null,
  opened_at integer not null,
  used_at integer not null
) strict;

-- Bearer tokens and wall keys; a revoked one stays a while, with who and when.
create table keys (
  id text primary key,
  kind text not null check (kind in ('token', 'wall')),
  name text not null,
  hash blob not null unique,
  scope text not null check (scope in ('view', 'operate', 'admin')),
  made_at integer not null,
  made_by text not null,
  expires_at integer,
  used_at integer,
  used_from text,
  revoked_at integer,
  revoked_by text
) strict;

-- Wrong tries by account, by address, and by account at an address that is known to it.
create table login_tries (
  key text primary key,
  tries integer not null,
  tried_at integer not null,
  free_at integer not null
) strict;

-- Where an account has logged in from: there, a stranger's guessing does not slow its owner down.
create table login_places (
  account_id integer not null references accounts (id) on delete cascade,
  network text not null,
  seen_at integer not null,
  primary key (account_id, network)
) strict;
