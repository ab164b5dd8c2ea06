-- Questions to the trail. The indexes are over the entry itself, so none of them can say anything else
-- than the row whose hash is in the chain; `->>` here and in lib/audit/search.ts must be the same.
create index audit_at on audit (at);
create index audit_who on audit (entry ->> '$.who');
create index audit_what on audit (entry ->> '$.what');
create index audit_target on audit (entry ->> '$.target') where entry ->> '$.target' is not null;
create index audit_verdict on audit (entry ->> '$.verdict');
create index audit_outcome on audit (entry ->> '$.outcome') where entry ->> '$.outcome' is not null;
create index audit_tier on audit (entry ->> '$.tier') where entry ->> '$.tier' is not null;
create index audit_of on audit (entry ->> '$.of') where entry ->> '$.of' is not null;

-- Words of the entries, derived: only the index, no text. Filled anew by the statement below.
create virtual table audit_words using fts5 (words, content = '', contentless_delete = 1, prefix = '3');
insert into audit_words (rowid, words)
  select id, (select group_concat(atom, ' ') from json_tree(entry) where atom is not null) from audit;
create trigger audit_words_add after insert on audit
begin
  insert into audit_words (rowid, words)
    select new.id, group_concat(atom, ' ') from json_tree(new.entry) where atom is not null;
end;
create trigger audit_words_drop after delete on audit
begin delete from audit_words where rowid = old.id; end;

-- What retention has cut off: up to which row, the hash that the next one continues, and the row of the
-- trail that says so. Each carries the hash of the one before.
create table audit_anchors (
  id integer primary key autoincrement,
  at integer not null,
  through integer not null,
  through_hash text not null,
  rows integer not null,
  older_than integer not null,
  entry_id integer not null,
  previous text not null,
  hash text not null
) strict;
create trigger audit_anchors_no_update before update on audit_anchors
begin select raise(abort, 'the anchors of the audit trail are append-only'); end;
create trigger audit_anchors_no_delete before delete on audit_anchors
begin select raise(abort, 'the anchors of the audit trail are append-only'); end;

drop trigger audit_no_delete;
create trigger audit_no_delete before delete on audit
when old.id > coalesce((select max(through) from audit_anchors), 0)
begin select raise(abort, 'the audit trail is append-only'); end;

-- The last look at the chain, and the last one that found it whole.
create table audit_checks (
  name text primary key check (name in ('last', 'sound')),
  at integer not null,
  took integer not null,
  by text not null,
  id integer,
  hash text,
  verdict text not null
) strict, without rowid;
