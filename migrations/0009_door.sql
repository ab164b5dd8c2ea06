-- What a person has set about machines: one row a setting, as JSON.
create table safety_settings (
  key text primary key,
  value text not null,
  at integer not null,
  by text not null
) strict, without rowid;

-- When the machine that asked has been told what became of its request.
alter table approvals add column told_at integer;

-- Which approval a deed came of, who had asked for it, and its tier when it began.
alter table deeds add column approval integer;
alter table deeds add column asked_by text;
alter table deeds add column tier text;
