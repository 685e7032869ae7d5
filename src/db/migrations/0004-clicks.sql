-- Clicks, if they are switched on: how many readers open a story, and not who.

-- For editions drafted from now on; what an edition was drafted with stays.
alter table newsletter add column clicks boolean not null default false;

-- Where the numbered links of an edition lead. Readers' mails name only the number.
create table edition_link (
  edition_id bigint not null references edition,
  position   integer not null check (position >= 0),
  story_id   bigint not null references story,
  url        text not null check (url ~ '^https?://'),
  primary key (edition_id, position)
);

-- Where a link leads is approved with its edition.
create function refuse_link_change() returns trigger language plpgsql as $$
begin
  if (select state not in ('draft', 'in review') from edition where id = new.edition_id) then
    raise exception 'the links of edition % are approved', new.edition_id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger edition_link_is_approved before insert or update on edition_link
  for each row execute function refuse_link_change();

-- As they came, for two days: people and programs, until the neighbours of each are known. No id of a reader, no address.
create table click_raw (
  id         bigint generated always as identity primary key,
  at         timestamptz not null,
  edition_id bigint not null,
  position   integer not null,
  -- A keyed hash of reader and edition together: the same reader is somebody else in the next edition.
  reader     bytea not null check (length(reader) = 16),
  method     text not null check (method in ('GET', 'HEAD')),
  -- What the program said it is, as one of a few words.
  agent      text not null,
  -- Since the relay took the mail; null while that is not written down.
  seconds    real,
  -- A keyed hash of the day and the beginning of the address; null where that is not known.
  network    bytea check (length(network) = 8),
  -- Null until it is counted, once.
  verdict    text
);

create index click_raw_waiting on click_raw (at) where verdict is null;
create index click_raw_at on click_raw (at);
create index click_raw_reader on click_raw (edition_id, reader, at);
create index click_raw_network on click_raw (network, at);

-- What is kept. Position -1 is the whole edition: a reader of three stories is one.
create table click_count (
  edition_id bigint not null references edition,
  position   integer not null check (position >= -1),
  readers    bigint not null default 0,
  opens      bigint not null default 0,
  scans      bigint not null default 0,
  primary key (edition_id, position)
);
