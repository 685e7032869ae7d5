-- Where articles come from, what became of each item, and who said which articles tell one story.

-- sources -------------------------------------------------------------------------------------------------------------

alter table source drop constraint source_kind_check;
alter table source
  add constraint source_kind_check check (kind in ('feed', 'sitemap', 'api', 'webhook', 'page', 'file')),
  add column title            text,
  add column site_url         text,
  add column language         text,
  -- The more trusted source leads a story: 0 to 100.
  add column rank             smallint not null default 50 check (rank between 0 and 100),
  -- failing: the last poll failed; inactive: failed so often that it is asked once a day; gone: answered 410.
  add column state            text not null default 'active' check (state in ('active', 'failing', 'inactive', 'gone', 'paused')),
  add column etag             text,
  add column last_modified    text,
  -- The time of the next poll; null for what is never polled.
  add column poll_at          timestamptz,
  -- Set while a process polls, so that no other does.
  add column polling_until    timestamptz,
  add column polled_at        timestamptz,
  add column succeeded_at     timestamptz,
  add column failures         integer not null default 0,
  -- In words, for the person who looks after the feed.
  add column error            text,
  -- The first poll that worked: what was there by then is history, not news.
  add column seeded_at        timestamptz,
  -- Articles of the feed are read from their pages ('page'), or as the feed gives them ('feed').
  add column body_from        text not null default 'page' check (body_from in ('page', 'feed'));

create unique index source_url on source (url) where url is not null;
create index source_due on source (poll_at) where poll_at is not null;

-- What a poll found: the rhythm of the source is learned from these, and kept for some weeks.
create table source_poll (
  source_id bigint not null references source on delete cascade,
  at        timestamptz not null,
  -- The status of HTTP; null when there was no answer.
  status    smallint,
  items     integer not null default 0,
  fresh     integer not null default 0,
  error     text,
  primary key (source_id, at)
);

-- More at once than is usual waits for a person.
create table source_batch (
  id         bigint generated always as identity primary key,
  source_id  bigint not null references source on delete cascade,
  at         timestamptz not null,
  items      integer not null check (items > 0),
  usual      integer not null,
  state      text not null default 'held' check (state in ('held', 'released', 'dropped')),
  operator_id bigint references operator,
  decided_at timestamptz
);

create unique index source_batch_held on source_batch (source_id) where state = 'held';

-- Every item that a source ever offered: an unchanged one costs nothing, and none is lost when a page is down.
create table source_item (
  source_id  bigint not null references source on delete cascade,
  -- Its guid, else its address: as the source names it.
  item_key   text not null,
  item_hash  text not null,
  seen_at    timestamptz not null,
  -- When it came out, as it says; else when it was first seen. The rhythm of the source.
  came_at    timestamptz not null,
  -- waiting: to be read; held: in a batch that waits for a person.
  state      text not null check (state in ('waiting', 'held', 'taken', 'failed', 'dropped')),
  seeded     boolean not null default false,
  batch_id   bigint references source_batch on delete set null,
  article_id bigint references article,
  attempts   smallint not null default 0,
  retry_at   timestamptz,
  error      text,
  -- The item as it was read from the feed; null once it is an article.
  item       jsonb,
  primary key (source_id, item_key)
);

create index source_item_waiting on source_item (source_id, retry_at) where state = 'waiting';
create index source_item_came on source_item (source_id, came_at desc);
create index source_item_batch on source_item (batch_id) where batch_id is not null;

-- Publisher's words that mean a topic of ours: a tag, a section, a part of the address, a word in the text.
create table source_rule (
  id        bigint generated always as identity primary key,
  -- null: for every source.
  source_id bigint references source on delete cascade,
  kind      text not null check (kind in ('tag', 'section', 'url', 'keyword', 'all')),
  pattern   text not null,
  topic_id  bigint not null references topic,
  unique nulls not distinct (source_id, kind, pattern, topic_id)
);

create table websub_subscription (
  source_id   bigint primary key references source on delete cascade,
  hub_url     text not null,
  topic_url   text not null,
  -- Random: the path of the callback, so that nobody can guess it.
  callback    text not null unique,
  secret      bytea not null,
  -- wanted: the feed names a hub, which is asked next.
  state       text not null default 'wanted' check (state in ('wanted', 'asked', 'active', 'denied', 'expired')),
  asked_at    timestamptz,
  verified_at timestamptz,
  lease_until timestamptz,
  heard_at    timestamptz,
  error       text
);

-- fetching ------------------------------------------------------------------------------------------------------------

create table robots_file (
  origin     text primary key,
  -- null: there is none that forbids anything.
  body       text,
  -- Every page is refused: the server said so, or could not tell (5xx).
  closed     boolean not null default false,
  fetched_at timestamptz not null,
  expires_at timestamptz not null
);

-- The next moment a host may be asked, over all processes.
create table fetch_host (
  host    text primary key,
  next_at timestamptz not null
);

-- Lead images that were made smaller, served from our own address by their hash.
create table image_rendition (
  hash       bytea primary key,
  source_url text not null unique,
  media_type text not null,
  width      integer not null,
  height     integer not null,
  bytes      bytea not null,
  made_at    timestamptz not null
);

-- articles ------------------------------------------------------------------------------------------------------------

alter table article
  -- History at the first poll: never sent by itself.
  add column seeded         boolean not null default false,
  -- Nothing of it leaves the house before.
  add column embargo_until  timestamptz,
  add column retracted_at   timestamptz,
  add column retraction     text,
  -- 64 minima over 5-word shingles; null where the body is too short to be told apart by them.
  add column minhash        bytea check (length(minhash) = 256);

-- An agency's text is an article of each paper that prints it: the same words are no identity over all sites.
alter table article drop constraint article_content_key_key;
create index article_content_key on article (content_key);

-- Everything an article was ever known by, beside article.url_key: former and twin addresses, guids.
create table article_alias (
  kind       text not null check (kind in ('url', 'guid')),
  -- A guid counts within its source only; 0 for addresses.
  source_id  bigint not null default 0,
  key        text not null,
  article_id bigint not null references article,
  primary key (kind, source_id, key)
);

create index article_alias_article on article_alias (article_id);

-- Bands of the MinHash: two articles that share one are looked at side by side.
create table article_band (
  band       smallint not null,
  hash       bigint not null,
  article_id bigint not null references article,
  primary key (band, hash, article_id)
);

create index article_band_article on article_band (article_id);

alter table article_revision
  add column updated_at  timestamptz,
  add column section     text,
  add column tags        text[] not null default '{}',
  add column corrections text,
  -- Against the revision before: 'typo' or 'substantial', and why in words; null for the first.
  add column change      text check (change in ('typo', 'substantial')),
  add column change_note text,
  -- The image as a mail may carry it; null: none can be had, or it was not looked at yet.
  add column fitted_image  jsonb,
  -- When the image is looked at next; null: there is none, or that is done.
  add column image_look_at timestamptz,
  add column image_looks   smallint not null default 0;

create index article_revision_image on article_revision (image_look_at) where image_look_at is not null;
-- Which of our own images it is, to find those that no edition shows.
create index article_revision_rendition on article_revision
  (substring(fitted_image ->> 'url' from '/images/([0-9a-f]{64})\.jpg$')) where fitted_image is not null;

-- What came before this is shown as it was.
update article_revision set fitted_image = image where image is not null;

alter table summary drop constraint summary_method_check;
alter table summary
  add constraint summary_method_check check (method in ('extractive', 'standfirst', 'llm', 'editor')),
  -- The longer form of a lead story: why it matters; same shape as sentences.
  add column longer         jsonb,
  add column short_headline text,
  add column model          text,
  add column prompt_version integer,
  -- Why an answer of the model was not used, in words.
  add column refused        text;

-- One answer a text, model and prompt: asking again costs nothing.
create table llm_answer (
  content_hash   text not null,
  model          text not null,
  prompt_version integer not null,
  answer         jsonb not null,
  tokens         integer not null,
  made_at        timestamptz not null,
  primary key (content_hash, model, prompt_version)
);

create table llm_spending (
  day    date primary key,
  tokens bigint not null default 0
);

-- stories -------------------------------------------------------------------------------------------------------------

alter table story
  add column updated_at  timestamptz,
  -- A person put these articles together: its articles moved there.
  add column merged_into bigint references story;

alter table story_article
  add column joined_at  timestamptz,
  -- The order of joining, or of the last change of its words: what was read once needs not be read again.
  add column number     bigint generated by default as identity,
  -- The words it is compared by.
  add column terms      bytea,
  -- The likeness that brought it here, 0 to 1; null for the first, and where a person decided.
  add column likeness   real,
  -- The same text as another article of the story (agency copy).
  add column copy_of    bigint references article,
  add column lead_fixed boolean not null default false;

create unique index story_article_number on story_article (number);

-- What a person said of two articles holds against every likeness.
create table story_decision (
  article_low  bigint not null references article,
  article_high bigint not null references article,
  together     boolean not null,
  operator_id  bigint references operator,
  decided_at   timestamptz not null,
  primary key (article_low, article_high),
  check (article_low < article_high)
);

create index story_decision_high on story_decision (article_high);

-- What was told is asked by article: stories are put together and parted.
create index edition_story_article on edition_story (article_id);

-- topics --------------------------------------------------------------------------------------------------------------

alter table topic add column keywords text[] not null default '{}';

alter table article_topic
  add column given_by text not null default 'publisher'
    check (given_by in ('publisher', 'rule', 'keyword', 'editor'));

-- An editor's word on a topic sticks through every revision.
create table topic_correction (
  article_id   bigint not null references article,
  topic_id     bigint not null references topic,
  belongs      boolean not null,
  operator_id  bigint references operator,
  corrected_at timestamptz not null,
  primary key (article_id, topic_id)
);
