-- Every call of a model, for the bill. `usd` empty = the price is not known; a local model costs 0.
-- `exact` = the tokens were told, not estimated from what came before a stream broke.
create table llm_calls (
  id integer primary key autoincrement,
  at integer not null,
  provider text not null,
  model text not null,
  purpose text not null,
  conversation text,
  tokens_in integer not null,
  tokens_out integer not null,
  cache_read integer not null,
  cache_write integer not null,
  exact integer not null,
  usd real,
  took_ms integer not null,
  first_ms integer,
  outcome text not null
) strict;
create index llm_calls_at on llm_calls (at);
create index llm_calls_conversation on llm_calls (conversation, at) where conversation is not null;
