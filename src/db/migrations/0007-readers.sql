-- The reader's whole life: joining, choosing, pausing, leaving, and what is kept of it.

-- choices -------------------------------------------------------------------------------------------------------------

alter table subscriber
  -- The reader's own hour for digests; null: the newsletter's.
  add column digest_time time,
  -- What an import or the API said of the reader, for segments: flat, text and numbers only.
  add column attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object');

alter table newsletter
  -- Whoever confirms gets the latest edition at once.
  add column welcome_latest boolean not null default true,
  -- The day (ISO, 1 = Monday) whose edition goes to readers who want a daily newsletter once a week.
  add column weekly_day smallint not null default 6 check (weekly_day between 1 and 7);

alter table subscription
  -- What it was when it was turned off: an undo brings that back.
  add column cadence_before text check (cadence_before in ('instant', 'daily', 'weekly'));

-- Room for a changed row beside the old one: leaving then touches none of their eight indexes.
alter table subscriber set (fillfactor = 90);
alter table subscription set (fillfactor = 90);

-- Publishers tag at will: readers are offered the topics that a person chose.
alter table topic add column offered boolean not null default false;
create index topic_offered on topic (id) where offered;

-- consent -------------------------------------------------------------------------------------------------------------

-- Outlives what it is about: the ledger keeps its counts when a person is gone.
alter table consent_event drop constraint consent_event_subscriber_id_fkey;
alter table consent_event drop constraint consent_event_kind_check;
alter table consent_event
  add column topic_id     bigint,
  -- What was agreed to, where it is more than yes or no: instant, daily, weekly, off.
  add column cadence      text,
  -- Which words of the form the person saw.
  add column form_version text,
  -- Keyed with the reader's own key, which erasure deletes.
  add column network_hash bytea check (length(network_hash) = 16),
  add column operator_id  bigint,
  add column api_token_id bigint,
  add column import_id    bigint,
  -- When the person agreed elsewhere, as an import says.
  add column stated_at    timestamptz,
  add constraint consent_event_kind_check check (kind in
    ('asked', 'confirmed', 'added', 'imported', 'left', 'returned', 'changed', 'snoozed', 'address changed'
   , 'suppressed', 'lifted', 'erased'));

-- Nobody reads events by this: a send in progress asks the rows.
drop index consent_event_withdrawn;

create table subscriber_key (
  subscriber_id bigint primary key,
  key           bytea not null check (length(key) = 32)
);

-- leaving -------------------------------------------------------------------------------------------------------------

-- RFC 2104, under a key of 32 bytes.
create function hmac_sha256(key bytea, message bytea) returns bytea language plpgsql immutable strict as $$
declare
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
  for i in 0..31 loop
    inner_pad := set_byte(inner_pad, i, get_byte(key, i) # 54);
    outer_pad := set_byte(outer_pad, i, get_byte(key, i) # 92);
  end loop;
  return sha256(outer_pad || sha256(inner_pad || message));
end $$;

-- Turns one newsletter off, or all where none is named, and says whether that changed anything. Who has nothing left has
-- left. Under the reader's lock: two that leave the last two newsletters at once would each see the other's.
create function turn_off(of_reader bigint, of_newsletter bigint, now_is timestamptz) returns boolean
language plpgsql as $$
declare
  was_on boolean;
begin
  perform from subscriber where id = of_reader for update;
  update subscription set cadence_before = cadence, cadence = 'off', changed_at = now_is
   where subscriber_id = of_reader and newsletter_id is not null and cadence <> 'off'
     and (of_newsletter is null or newsletter_id = of_newsletter);
  was_on := found;
  update subscriber set state = 'left', left_at = now_is
   where id = of_reader and state in ('active', 'pending')
     and not exists (select from subscription
                      where subscriber_id = of_reader and newsletter_id is not null and cadence <> 'off');
  return was_on or found;
end $$;

-- A press on an unsubscribe link, all of it on the server: a mail provider sends thousands in a minute. No row for a link
-- of nobody.
create function leave_by_link(
  of_public_id bigint, of_edition bigint, everything boolean, now_is timestamptz
, by_form text, by_form_version text, by_network text, by_token text, fresh_key bytea
) returns table (
  reader bigint, address_hash bytea, email text, address_version integer, language text
, edition bigint, edition_at timestamptz, newsletter bigint, name text, kind text, changed boolean, left_at timestamptz
) language plpgsql as $$
declare
  -- The newsletter that is left; null: all.
  target bigint;
begin
  select s.id, s.address_hash, s.email, s.address_version, s.language
    into reader, address_hash, email, address_version, language
    from subscriber s where s.public_id = of_public_id;
  if not found then return; end if;
  select e.id, coalesce(e.release_at, e.created_at), n.id, n.name, n.kind
    into edition, edition_at, newsletter, name, kind
    from edition e join newsletter n on n.id = e.newsletter_id where e.id = of_edition;
  target := case when not everything then newsletter end;
  changed := turn_off(reader, target, now_is);
  if changed then
    if by_network is not null then
      insert into subscriber_key (subscriber_id, key) values (reader, fresh_key) on conflict (subscriber_id) do nothing;
    end if;
    insert into consent_event (at, subscriber_id, newsletter_id, kind, edition_id, form, form_version, token_id, network_hash)
    values (now_is, reader, target, 'left', edition, by_form, by_form_version, by_token
          , substr(hmac_sha256((select k.key from subscriber_key k where k.subscriber_id = reader)
                             , convert_to(by_network, 'UTF8')), 1, 16));
  end if;
  left_at := now_is;
  if not changed then
    select max(u.changed_at) into left_at from subscription u
     where u.subscriber_id = reader and u.newsletter_id is not null and u.cadence = 'off'
       and (target is null or u.newsletter_id = target);
  end if;
  return next;
end $$;

-- do-not-mail list ----------------------------------------------------------------------------------------------------

alter table suppression drop constraint suppression_reason_check;
alter table suppression
  add column import_id bigint,
  -- 'left': unsubscribed at a former sender, as an import says. Readers who leave here are rows of their own.
  add constraint suppression_reason_check check (reason in
    ('left', 'bounced', 'complained', 'asked', 'erased', 'blocked'));

-- Nobody at these domains is mailed.
create table suppressed_domain (
  domain      text primary key check (domain = lower(domain) and domain <> ''),
  at          timestamptz not null,
  operator_id bigint
);

-- sign-ups ------------------------------------------------------------------------------------------------------------

-- What a form asked for and nobody has looked at yet: every valid one is a row, so that the answer and its time are the
-- same whatever the address. Deleted once handled.
create table sign_up (
  id            bigint generated always as identity primary key,
  at            timestamptz not null,
  email         text not null,
  newsletters   text[] not null,
  topics        text[] not null default '{}',
  time_zone     text not null,
  language      text not null,
  attributes    jsonb not null default '{}',
  form          text not null,
  form_version  text not null,
  -- The prefix that the limits count: 203.0.113.0/24.
  network       text,
  api_token_id  bigint
);

-- Token buckets by name: 'network 203.0.113.0/24', 'domain example.org', 'all'.
create table sign_up_bucket (
  name        text primary key,
  tokens      double precision not null,
  refilled_at timestamptz not null
) with (fillfactor = 50);

create table sign_up_count (
  hour    timestamptz not null,
  outcome text not null check (outcome <> ''),
  -- What was counted against: '' for the outcome itself, else the name of a bucket.
  bucket  text not null default '',
  count   bigint not null,
  primary key (hour, outcome, bucket)
) with (fillfactor = 50);

-- Whether everybody is asked for proof of work.
create table sign_up_gate (
  only_row    boolean primary key default true check (only_row),
  -- By the breaker, until its time is over.
  tripped_at  timestamptz,
  until       timestamptz,
  -- By a person, until switched off.
  demanded_at timestamptz,
  -- Of the last change that people were told about.
  noticed_at  timestamptz
);

-- A proof of work counts once.
create table used_proof (
  proof      bytea primary key,
  expires_at timestamptz not null
);

create index used_proof_expires on used_proof (expires_at);

alter table service_mail drop constraint service_mail_kind_check;
alter table service_mail
  -- Of the address without case, tags and dots: what the limits count.
  add column limit_hash bytea,
  add constraint service_mail_kind_check check (kind in
    ('confirmation', 'reminder', 'welcome', 'latest', 'link', 'address change', 'approval', 'notice', 'test', 'forward'));

create index service_mail_limit on service_mail (limit_hash, kind, release_at) where limit_hash is not null;
create index service_mail_subscriber on service_mail (subscriber_id, id);

-- The latest edition for a new reader is made of the edition, not of a form.
alter table service_mail
  alter column form drop not null,
  add constraint service_mail_form_check check (form is not null or kind = 'latest');

-- One reminder in a lifetime, whoever looks for the unconfirmed.
create unique index service_mail_reminder on service_mail (subscriber_id) where kind = 'reminder';
create index service_mail_confirmation on service_mail (release_at) where kind = 'confirmation';

-- One notice to the desk about one thing, whoever makes it.
drop index service_mail_week;
update service_mail set payload = jsonb_build_object('key', 'week ' || (payload ->> 'week'))
 where kind = 'notice' and payload ? 'week';
create unique index service_mail_notice on service_mail ((payload ->> 'key')) where kind = 'notice';

-- imports -------------------------------------------------------------------------------------------------------------

create table import_run (
  id             bigint generated always as identity primary key,
  at             timestamptz not null,
  operator_id    bigint references operator,
  -- Of the bytes: the same file goes on where it was killed.
  file_hash      bytea not null check (length(file_hash) = 32),
  file_name      text not null,
  format         text not null,
  mapping        jsonb not null,
  -- Where and when these people agreed; null: they are asked.
  consent_source text,
  consent_date   date,
  state          text not null default 'running' check (state in ('running', 'done', 'stopped')),
  -- Which pass, and the line up to which it is done.
  place          jsonb not null default '{}',
  counts         jsonb not null default '{}',
  ended_at       timestamptz
);

create index import_run_file on import_run (file_hash, id desc);

-- Imported without stated consent: each is asked once, at a pace.
create table import_ask (
  subscriber_id bigint primary key,
  import_id     bigint not null references import_run,
  -- "daily=daily;breaking=off", where the row named its own; null: those of the import.
  newsletters   text
);

create index import_ask_import on import_ask (import_id, subscriber_id);

-- Newsletters are never deleted, and a check a line was 7 s of an import of a million.
alter table consent_event drop constraint consent_event_newsletter_id_fkey;

-- segments ------------------------------------------------------------------------------------------------------------

create table segment (
  id         bigint generated always as identity primary key,
  name       text not null unique check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  filter     jsonb not null,
  created_by bigint references operator,
  created_at timestamptz not null,
  changed_at timestamptz not null
);

-- keys ----------------------------------------------------------------------------------------------------------------

-- Keys that sign tokens: which one signs is told by the time of what it signs, so that a repeat is byte-identical.
create table token_key (
  id          smallint primary key check (id between 1 and 255),
  -- Recognises the key without telling it.
  fingerprint text not null,
  used_from   timestamptz not null,
  retired_at  timestamptz
);
