-- The words of the house as tables. Rules that must never break are constraints.

-- What the publisher says of itself: masthead, postal address, disclaimer and so on. 
create table setting (
  name  text primary key,
  value jsonb not null
);

-- operators -----------------------------------------------------------------------------------------------------------

create type operator_role as enum ('viewer', 'editor', 'publisher', 'admin');

create table operator (
  id          bigint generated always as identity primary key,
  name        text not null unique check (name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
  role        operator_role not null,
  created_at  timestamptz not null,
  disabled_at timestamptz
);

create table api_token (
  id           bigint generated always as identity primary key,
  operator_id  bigint not null references operator,
  name         text not null check (name <> ''),
  scopes       text[] not null check (cardinality(scopes) > 0),
  token_hash   bytea not null unique check (length(token_hash) = 32),
  created_at   timestamptz not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  unique (operator_id, name)
);

create table audit_event (
  id          bigint generated always as identity primary key,
  at          timestamptz not null,
  operator_id bigint references operator,
  actor       text not null check (actor <> ''),
  verb        text not null check (verb <> ''),
  subject     text not null,
  detail      jsonb not null default '{}'
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'restrict_violation';
end $$;

create trigger audit_event_is_append_only before update or delete or truncate on audit_event
  for each statement execute function refuse_change();

-- articles and stories ------------------------------------------------------------------------------------------------

create table source (
  id         bigint generated always as identity primary key,
  kind       text not null check (kind in ('feed', 'api', 'webhook', 'page', 'file')),
  name       text not null check (name <> ''),
  url        text,
  created_at timestamptz not null,
  unique (kind, name)
);

create table topic (
  id   bigint generated always as identity primary key,
  slug text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name text not null check (name <> '')
);

create table article (
  id               bigint generated always as identity primary key,
  source_id        bigint not null references source,
  url_key          text unique,
  guid_key         text,
  content_key      text not null unique,
  current_revision integer not null default 1 check (current_revision > 0),
  received_at      timestamptz not null,
  unique (source_id, guid_key)
);

create table article_revision (
  article_id   bigint not null references article,
  revision     integer not null check (revision > 0),
  body_hash    text not null,
  headline     text not null check (headline <> ''),
  standfirst   text,
  byline       text,
  publisher    text,
  place        text,
  language     text not null check (language <> ''),
  url          text check (url ~ '^https?://'),
  published_at timestamptz,
  paragraphs   text[] not null check (cardinality(paragraphs) > 0),
  image        jsonb,
  breaking     boolean not null default false,
  received_at  timestamptz not null,
  primary key (article_id, revision)
);

create index article_revision_received on article_revision (received_at desc);

alter table article add constraint article_has_its_revision
  foreign key (id, current_revision) references article_revision (article_id, revision) deferrable initially deferred;

create table article_topic (
  article_id bigint not null references article,
  topic_id   bigint not null references topic,
  -- The order in which the publisher named them: the first is the article's section.
  position   smallint not null,
  primary key (article_id, topic_id)
);

create table summary (
  article_id bigint not null,
  revision   integer not null,
  method     text not null check (method in ('extractive', 'standfirst')),
  sentences  jsonb not null check (jsonb_array_length(sentences) > 0),
  made_at    timestamptz not null,
  primary key (article_id, revision),
  foreign key (article_id, revision) references article_revision
);

create table story (
  id         bigint generated always as identity primary key,
  created_at timestamptz not null
);

create table story_article (
  article_id bigint primary key references article,
  story_id   bigint not null references story,
  lead       boolean not null default false
);

create unique index story_has_one_lead on story_article (story_id) where lead;
create index story_article_story on story_article (story_id);

-- newsletters and editions --------------------------------------------------------------------------------------------

create table newsletter (
  id               bigint generated always as identity primary key,
  slug             text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name             text not null check (name <> ''),
  description      text not null,
  kind             text not null check (kind in ('digest', 'alerts')),
  cadence          text not null check (cadence in ('instant', 'daily', 'weekly', 'custom')),
  local_time       time not null default '06:00',
  uncertain_policy text not null default 'leave' check (uncertain_policy in ('leave', 'send again')),
  not_after        interval not null check (not_after > interval '0'),
  created_at       timestamptz not null,
  check ((kind = 'alerts') = (cadence = 'instant'))
);

create type edition_state as enum
  ('draft', 'in review', 'approved', 'scheduled', 'sending', 'sent', 'held', 'stopped', 'expired', 'skipped');

create table edition (
  id             bigint generated always as identity primary key,
  newsletter_id  bigint not null references newsletter,
  kind           text not null check (kind in ('digest', 'alert', 'correction', 'note')),
  state          edition_state not null default 'draft',
  state_reason   text,
  version        integer not null default 1 check (version > 0),
  -- One edition a newsletter and run: a double tick or two people cannot make the morning's digest twice.
  run_key        text not null,
  subject        text not null check (subject <> '' and subject !~ '[\r\n]'),
  preheader      text not null,
  language       text not null,
  edition_date   date not null,
  compiled       jsonb not null,
  content_hash   text not null,
  approved_hash  text,
  approved_by    bigint references operator,
  release_rule   text not null default 'now' check (release_rule in ('now', 'local hour')),
  release_at     timestamptz,
  not_after      interval not null,
  created_by     bigint references operator,
  created_at     timestamptz not null,
  -- Planned while the built-in inbox took the mail: never counts as sent to a reader.
  test           boolean not null default false,
  plan_cursor    bigint not null default 0,
  audience       bigint,
  planned_at     timestamptz,
  sent_at        timestamptz,
  unique (newsletter_id, run_key),
  -- What was approved is what is sent.
  check (state not in ('approved', 'scheduled', 'sending', 'sent') or approved_hash is not distinct from content_hash),
  check (state not in ('scheduled', 'sending', 'sent') or release_at is not null),
  check (state <> 'sent' or (planned_at is not null and sent_at is not null and audience is not null)),
  check (state not in ('held', 'stopped', 'skipped', 'expired') or state_reason is not null)
);

create index edition_in_work on edition (state) where state in ('scheduled', 'sending', 'held', 'in review', 'approved');
create index edition_newsletter on edition (newsletter_id, id desc);

create table edition_story (
  edition_id bigint not null references edition,
  position   integer not null check (position >= 0),
  story_id   bigint not null references story,
  article_id bigint not null,
  revision   integer not null,
  section    text not null,
  primary key (edition_id, position),
  unique (edition_id, story_id),
  foreign key (article_id, revision) references article_revision
);

create index edition_story_story on edition_story (story_id);

-- A variant is only a list of blocks (positions in edition_story) that a reader's mail joins.
create table variant (
  edition_id bigint not null references edition,
  id         integer not null check (id > 0),
  blocks     integer[] not null,
  primary key (edition_id, id),
  unique (edition_id, blocks)
);

-- subscribers ---------------------------------------------------------------------------------------------------------

create type subscriber_state as enum ('pending', 'active', 'left', 'bounced', 'complained', 'erased');

create table subscriber (
  id              bigint generated always as identity primary key,
  public_id       bigint not null unique,
  state           subscriber_state not null,
  email           text,
  -- Keyed hash of the address: joins the do-not-mail list without a second look at the address.
  address_hash    bytea,
  address_version integer not null default 1 check (address_version > 0),
  domain          text,
  time_zone       text not null,
  language        text not null,
  created_at      timestamptz not null,
  confirmed_at    timestamptz,
  left_at         timestamptz,
  check ((state = 'erased') = (email is null)),
  check ((email is null) = (address_hash is null)),
  check (state <> 'active' or confirmed_at is not null),
  check (state <> 'left' or left_at is not null)
);

create unique index subscriber_address_hash on subscriber (address_hash);

create table subscription (
  id            bigint generated always as identity primary key,
  subscriber_id bigint not null references subscriber,
  newsletter_id bigint references newsletter,
  topic_id      bigint references topic,
  cadence       text not null check (cadence in ('instant', 'daily', 'weekly', 'off')),
  snoozed_until timestamptz,
  changed_at    timestamptz not null,
  check (num_nonnulls(newsletter_id, topic_id) = 1),
  unique (newsletter_id, subscriber_id),
  unique (topic_id, subscriber_id)
);

create index subscription_subscriber on subscription (subscriber_id);

-- "This story off for 24 h": alerts about it are not for this reader until then.
create table story_mute (
  subscriber_id bigint not null references subscriber,
  story_id      bigint not null references story,
  until         timestamptz not null,
  primary key (subscriber_id, story_id)
);

create table consent_event (
  id            bigint generated always as identity primary key,
  at            timestamptz not null,
  subscriber_id bigint not null references subscriber,
  newsletter_id bigint references newsletter,
  kind          text not null check (kind in ('asked', 'confirmed', 'added', 'left', 'returned', 'changed')),
  form          text not null,
  token_id      text,
  edition_id    bigint
);

create index consent_event_subscriber on consent_event (subscriber_id, id);
-- A send in progress reads withdrawals newer than its claim, every second.
create index consent_event_withdrawn on consent_event (id) where kind in ('left', 'changed');

create trigger consent_event_is_append_only before update or delete or truncate on consent_event
  for each statement execute function refuse_change();

create table suppression (
  address_hash bytea primary key check (length(address_hash) = 32),
  reason       text not null check (reason in ('bounced', 'complained', 'asked', 'erased', 'blocked')),
  at           timestamptz not null
);

-- deliveries ----------------------------------------------------------------------------------------------------------

-- A process that sends. Its rows are replayed from its journal when it is gone.
create table sender (
  id            bigint generated always as identity primary key,
  host_id       text not null,
  boot_id       text not null,
  pid           integer not null,
  process_start text not null,
  journal       text not null,
  -- Sends into the built-in inbox.
  test          boolean not null,
  started_at    timestamptz not null,
  seen_at       timestamptz not null,
  ended_at      timestamptz
);

create table destination (
  id   integer primary key,
  name text not null unique
);

create table domain_destination (
  domain         text primary key,
  destination_id integer not null references destination
);

insert into destination (id, name) values (1, 'other'), (2, 'google'), (3, 'microsoft'), (4, 'yahoo'), (5, 'apple');

insert into domain_destination (domain, destination_id) values
  ('gmail.com', 2), ('googlemail.com', 2),
  ('outlook.com', 3), ('hotmail.com', 3), ('live.com', 3), ('msn.com', 3), ('hotmail.co.uk', 3),
  ('yahoo.com', 4), ('ymail.com', 4), ('aol.com', 4), ('yahoo.co.uk', 4), ('yahoo.de', 4), ('yahoo.fr', 4),
  ('icloud.com', 5), ('me.com', 5), ('mac.com', 5);

create type delivery_state as enum ('planned', 'claimed', 'accepted', 'rejected', 'uncertain', 'excluded');

-- The ledger. Checks and the primary key, no foreign keys: they made a million rows 17.7 s instead of 3.7.
-- A deferred mail is planned again with a time to retry at. No index on a column that claiming or outcomes change.
create table delivery (
  edition_id      bigint not null,
  subscriber_id   bigint not null,
  state           delivery_state not null,
  variant         integer not null,
  cohort          integer not null,
  destination     integer not null,
  release_at      timestamptz not null,
  not_after       timestamptz not null,
  version         integer,
  address_version integer,
  attempt         integer not null default 0 check (attempt >= 0),
  retry_at        timestamptz,
  lease_until     timestamptz,
  sender_id       bigint,
  outcome_at      timestamptz,
  relay_id        text,
  reply           text,
  reason          text,
  -- A first copy may have arrived: such a row is never booked as left out.
  doubtful        boolean not null default false,
  bounced_at      timestamptz,
  complained_at   timestamptz,
  primary key (edition_id, subscriber_id),
  check ((state = 'claimed') = (lease_until is not null)),
  check (state not in ('claimed', 'accepted', 'rejected', 'uncertain')
         or (version is not null and address_version is not null and sender_id is not null and attempt > 0)),
  check (state not in ('accepted', 'rejected', 'uncertain', 'excluded') or outcome_at is not null),
  check (state = 'planned' or retry_at is null),
  check ((state = 'excluded') = (reason is not null)),
  check (reason in ('left', 'suppressed', 'snoozed', 'over cap', 'already told', 'expired', 'stopped')),
  check (bounced_at is null or state = 'accepted'),
  check (complained_at is null or state = 'accepted'),
  check (not_after > release_at)
) partition by range (edition_id);

create index delivery_walk on delivery (edition_id, cohort, destination, subscriber_id);
-- Not even in a predicate: with "where state = …" here, 0 of 2400 claims and outcomes were HOT.
create index delivery_retry on delivery (retry_at) where retry_at is not null;

-- Editions of one group share a partition, which is dropped, not deleted. Room on the page keeps claims and outcomes HOT.
create function ensure_delivery_partition(edition bigint) returns void language plpgsql as $$
declare
  size constant bigint := 100;
  first bigint := (edition / size) * size;
  name text := format('delivery_%s', first);
begin
  if to_regclass(name) is null then
    perform pg_advisory_xact_lock(hashtext('daybreak delivery partition'));
    execute format('create table if not exists %I partition of delivery for values from (%s) to (%s) with (fillfactor = 60)',
                   name, first, first + size);
  end if;
end $$;

create table delivery_drain (
  edition_id    bigint not null,
  cohort        integer not null,
  destination   integer not null,
  release_at    timestamptz not null,
  -- The walk's place: every row at or below it has been claimed once.
  subscriber_id bigint not null default 0,
  primary key (edition_id, cohort, destination)
);

create table cohort (
  edition_id bigint not null references edition,
  id         integer not null,
  time_zone  text not null,
  release_at timestamptz not null,
  primary key (edition_id, id),
  unique (edition_id, time_zone)
);

-- The form of a service mail, compiled once where templates are loaded; the sending process only fills in the reader's links.
create table service_form (
  content_hash text primary key,
  subject      text not null check (subject <> '' and subject !~ '[\r\n]'),
  html         text not null,
  text         text not null
);

-- Mails outside an edition, with the same states and the same claim.
create table service_mail (
  id              bigint generated always as identity primary key,
  kind            text not null check (kind in
    ('confirmation', 'reminder', 'welcome', 'address change', 'approval', 'notice', 'test')),
  subscriber_id   bigint references subscriber,
  operator_id     bigint references operator,
  recipient       text not null,
  address_hash    bytea not null,
  form            text not null references service_form,
  payload         jsonb not null default '{}',
  test            boolean not null,
  state           delivery_state not null default 'planned',
  release_at      timestamptz not null,
  not_after       timestamptz not null,
  version         integer,
  address_version integer,
  attempt         integer not null default 0,
  retry_at        timestamptz,
  lease_until     timestamptz,
  sender_id       bigint,
  outcome_at      timestamptz,
  relay_id        text,
  reply           text,
  reason          text,
  -- A first copy may have arrived: such a row is never booked as left out.
  doubtful        boolean not null default false,
  check ((state = 'claimed') = (lease_until is not null)),
  check (state not in ('accepted', 'rejected', 'uncertain', 'excluded') or outcome_at is not null),
  check (state <> 'excluded' or reason is not null)
);

create index service_mail_waiting on service_mail (release_at) where state in ('planned', 'claimed');
create index service_mail_address on service_mail (address_hash, kind);
