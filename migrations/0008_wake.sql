-- How a node can be woken, learned from its own options while it was on; the configuration outranks it.
create table node_macs (
  node text primary key,
  mac text not null,
  broadcast text,
  learned_at integer not null
) strict;
