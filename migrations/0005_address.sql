-- How the house speaks to a person: sir, ma'am, by name, or without any of it.
alter table accounts add column address text not null default 'sir'
  check (address in ('sir', 'ma''am', 'name', 'nothing'));
