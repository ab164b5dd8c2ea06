-- Host keys that the operator agreed to: one a host, by its name in the configuration. `algorithm` is
-- the type of the key (ssh-ed25519 …), so that the same one is asked for again; empty = not known yet.
create table ssh_host_keys (
  host text primary key collate nocase,
  algorithm text not null,
  fingerprint text not null,
  accepted_at integer not null,
  accepted_by text not null
) strict, without rowid;
