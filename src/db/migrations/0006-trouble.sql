-- What refused us before a person let the edition go on, or before the destination took mail again, says nothing new.

alter table edition add column resumed_at timestamptz;
alter table destination add column mended_at timestamptz;
