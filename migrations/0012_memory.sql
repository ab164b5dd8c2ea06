-- What Jarvis remembers. `key` says what of its subject an entry is about: of those only one stands at a
-- time, the index says so even if the program does not. What was replaced or forgotten stays a while.
create table memories (
  id integer primary key autoincrement,
  tier text not null check (tier in (
    'preference', 'fact', 'outcome', 'conversation', 'summary', 'observation', 'untrusted', 'dismissal')),
  text text not null,
  about text,
  key text check (key is null or about is not null),
  source text not null,
  confidence real not null,
  tainted integer not null,
  made_at integer not null,
  made_by text not null,
  edited_at integer,
  edited_by text,
  checked_at integer not null,
  used_at integer,
  uses integer not null default 0,
  pinned_at integer,
  pinned_by text,
  expires_at integer,
  forgotten_at integer,
  forgotten_by text,
  replaced_at integer,
  replaced_by integer,
  -- Words that others have written never become a rule or a fact, whoever asks for it.
  check (tainted = 0 or tier in ('conversation', 'summary', 'untrusted')),
  check (tainted = 0 or pinned_at is null)
) strict;
create unique index memories_stand on memories (tier, about, key)
  where key is not null and forgotten_at is null and replaced_at is null;
create index memories_tier on memories (tier, id);

-- Its words, found by FTS5; the triggers keep both in step.
create virtual table memories_words using fts5(
  text, about, content='memories', content_rowid='id',
  tokenize="porter unicode61 remove_diacritics 2");
create trigger memories_made after insert on memories begin
  insert into memories_words (rowid, text, about) values (new.id, new.text, new.about);
end;
create trigger memories_gone after delete on memories begin
  insert into memories_words (memories_words, rowid, text, about)
  values ('delete', old.id, old.text, old.about);
end;
create trigger memories_said_anew after update of text, about on memories begin
  insert into memories_words (memories_words, rowid, text, about)
  values ('delete', old.id, old.text, old.about);
  insert into memories_words (rowid, text, about) values (new.id, new.text, new.about);
end;
