-- Upkeep: what was backed up when, and where the file is.
create table backup (
  id          bigint generated always as identity primary key,
  kind        text not null check (kind in ('by hand', 'daily', 'before an upgrade', 'before a restore')),
  -- The machine that has the file.
  host        text not null,
  file        text not null,
  started_at  timestamptz not null,
  -- Null while it is being made, and when it could not be.
  finished_at timestamptz,
  schema      integer,
  bytes       bigint,
  rows        bigint,
  trouble     text,
  check ((finished_at is null) = (bytes is null))
);
create index backup_newest on backup (started_at desc);

-- What is wrong with this house now, and was: one row a cause, so that each is told once, and told again when it is over.
create table notice (
  cause      text primary key,
  words      text not null,
  -- The command or the line of the documentation that mends it.
  fix        text,
  began_at   timestamptz not null,
  seen_at    timestamptz not null,
  cleared_at timestamptz,
  -- That it began was told, and that it is over was not yet.
  told       boolean not null default false,
  told_at    timestamptz
);

-- What this process sent, by lane, destination and outcome, and how long claims and relays took: for monitors. It is told
-- each second and may miss the last one of a process that was killed; the ledger counts.
alter table sender add column counts jsonb;
