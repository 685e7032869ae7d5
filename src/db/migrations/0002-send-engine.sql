-- The send engine: counters instead of counts, limits shared by all senders, pacing, warm-up, and the hold after a restore.

-- What became of an edition's mails, as counters that the writers of rows keep in the same transaction: no page counts
-- the ledger. One row a writer (shard) and word, so that senders do not wait for each other; the sum is the number.
create table tally (
  edition_id bigint not null,
  -- The sender's id; 0 for planning and for what people do.
  shard      bigint not null,
  -- planned, claimed, retry, accepted, rejected, uncertain, excluded/REASON
  what       text not null check (what <> ''),
  count      bigint not null,
  first_at   timestamptz,
  last_at    timestamptz,
  primary key (edition_id, shard, what)
) with (fillfactor = 50);

-- Editions of before have no counters yet.
insert into tally (edition_id, shard, what, count, first_at, last_at)
select edition_id, 0
     , case when state = 'excluded' then 'excluded/' || reason
            when state = 'planned' and retry_at is not null then 'retry'
            else state::text end as what
     , count(*), min(outcome_at), max(outcome_at)
  from delivery
 where state <> 'planned' or retry_at is not null
 group by 1, 3
 union all
select edition_id, 0, 'planned', count(*), null, null from delivery group by 1;

-- Pacing: an edition's mails leave evenly over this time, so that its links do not knock over the publisher's site.
alter table newsletter add column spread interval not null default '0' check (spread >= interval '0');
alter table edition
  add column spread interval not null default '0' check (spread >= interval '0'),
  -- The DKIM selectors that sign it, pinned at its release: a retry is byte-identical after a change of keys.
  add column dkim jsonb,
  -- Above the warm-up curve: readers who confirmed before this are left out as "warming up".
  add column warm_up jsonb;

-- How far a walk is: what may leave by now is worked out from these two, not by counting.
alter table delivery_drain
  add column planned bigint not null default 0,
  add column claimed bigint not null default 0;

alter table delivery drop constraint delivery_reason_check;
alter table delivery add constraint delivery_reason_check check (reason in
  ('left', 'suppressed', 'snoozed', 'over cap', 'already told', 'expired', 'stopped', 'warming up'));

-- A bucket of mails that all senders take from: one row for a relay or a destination that has a limit, none for others.
create table pace (
  -- 'relay NAME' or 'destination ID'
  name          text primary key,
  -- Mails a second now; null when only the caps count.
  rate          double precision check (rate > 0),
  -- What a person allows at most; AIMD grows back to it, or until it is free again where it is null.
  ceiling       double precision check (ceiling > 0),
  tokens        double precision not null default 0,
  refilled_at   timestamptz not null,
  -- Nothing may be claimed before this.
  blocked_until timestamptz,
  -- Connections of all senders together; null when free.
  connections   integer check (connections > 0),
  hour_start    timestamptz,
  hour_count    bigint not null default 0,
  day_start     timestamptz,
  day_count     bigint not null default 0,
  slowed_at     timestamptz,
  -- Why it was slowed, in the relay's words.
  reply         text
) with (fillfactor = 50);

-- A send in progress reads who was put on the do-not-mail list since, every half second.
create index suppression_at on suppression (at);

-- What a sender is doing, in its own figures, for the progress of an edition.
alter table sender add column pace jsonb;
-- When a sibling last looked for lapsed leases of one that is not heard of: a look reads whole editions.
alter table sender add column looked_at timestamptz;

-- How many mails were uncertain when the newsletter's rule for them was last applied: no change, no look.
alter table edition add column uncertain_seen bigint not null default 0;

-- A restored database is behind the mark that is kept outside of it: then everything is held until a person looked.
create table restore_mark (
  only_row    boolean primary key default true check (only_row),
  -- Random, made with the database; the mark outside names the same.
  database_id text not null,
  number      bigint not null default 0,
  at          timestamptz not null,
  held        text,
  held_at     timestamptz
);

-- More room on a page: 84 % of claims and outcomes were HOT at 45, 67 % at 60, and a claim cost a sixth less.
create or replace function ensure_delivery_partition(edition bigint) returns void language plpgsql as $$
declare
  size constant bigint := 100;
  first bigint := (edition / size) * size;
  name text := format('delivery_%s', first);
begin
  if to_regclass(name) is null then
    perform pg_advisory_xact_lock(hashtext('daybreak delivery partition'));
    execute format('create table if not exists %I partition of delivery for values from (%s) to (%s) with (fillfactor = 45)',
                   name, first, first + size);
  end if;
end $$;
