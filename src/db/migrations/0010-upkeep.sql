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
