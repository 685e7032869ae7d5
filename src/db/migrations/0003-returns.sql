-- What comes back: bounces, complaints, replies and unsubscribes by mail or by a provider's webhook, and what they changed.

-- One row for each thing that came back, also the refusals in an SMTP session ('reply'). Whom it is about was said by a
-- token that we made, or by the relay's id of the row, never by an address in its text.
create table returned (
  id              bigint generated always as identity primary key,
  at              timestamptz not null,
  channel         text not null check (channel in ('reply', 'smtp', 'imap', 'ses', 'sendgrid', 'mailgun', 'postmark')),
  -- The replay store: what names the same event twice is one row.
  event_key       text not null check (event_key <> ''),
  kind            text not null check (kind in ('bounce', 'complaint', 'unsubscribe', 'auto-reply', 'reply', 'other')),
  verdict         text check (verdict in ('hard', 'soft', 'ours', 'complaint', 'ignore')),
  -- One of a small set of words: "no such mailbox", "mailbox full", "authentication" and so on.
  reason          text,
  status          text,
  code            integer,
  -- In the other side's words, without addresses.
  reply           text,
  -- 0: a service mail; null: nobody knows which.
  edition_id      bigint,
  subscriber_id   bigint,
  address_version integer,
  destination     integer,
  relay_id        text,
  -- What it changed; null until it was handled.
  effect          text,
  handled_at      timestamptz,
  -- What handling needs: of a provider's event its token; of a person's reply its words. Emptied with time.
  payload         jsonb not null default '{}',
  unique (channel, event_key),
  check ((effect is null) = (handled_at is null))
);

create index returned_waiting on returned (id) where handled_at is null;
create index returned_subscriber on returned (subscriber_id, at);
create index returned_edition on returned (edition_id, verdict, destination);
create index returned_at on returned (at);
-- What people wrote, to be forgotten.
create index returned_words on returned (at) where kind = 'reply' and payload <> '{}';

-- Events of providers that say nothing we act on, by name: accepted, and counted.
create table provider_count (
  channel text not null,
  name    text not null,
  day     date not null,
  count   bigint not null,
  primary key (channel, name, day)
);

-- A destination that refuses us, not a reader: nothing is claimed for it until a few mails have shown that it is mended.
create table breaker (
  destination integer primary key,
  opened_at   timestamptz not null,
  until       timestamptz not null,
  -- How often in a row it was opened again after a try.
  times       integer not null default 1 check (times > 0),
  reason      text not null,
  reply       text not null
);

-- Replies of a relay, which a backoff goes by; attempts also count claims that were given back.
alter table delivery add column replies integer not null default 0;
alter table service_mail add column replies integer not null default 0;

alter table service_mail drop constraint service_mail_kind_check;
alter table service_mail add constraint service_mail_kind_check check (kind in
  ('confirmation', 'reminder', 'welcome', 'address change', 'approval', 'notice', 'test', 'forward'));

-- Who left by which edition, for its report.
create index consent_event_edition on consent_event (edition_id) where kind = 'left' and edition_id is not null;
create index consent_event_at on consent_event (at);

-- Requests of a provider that signs a word of its own and not the body: the word is good for one body.
create table webhook_nonce (
  channel text not null,
  nonce   text not null,
  -- SHA-256 of the body that it came with.
  body    bytea not null check (length(body) = 32),
  at      timestamptz not null,
  primary key (channel, nonce)
);

create index webhook_nonce_at on webhook_nonce (at);
