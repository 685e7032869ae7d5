-- The desk: newsletters with their rules, the clock, drafts that people edit, approvals, alerts, corrections, the archive.

-- people --------------------------------------------------------------------------------------------------------------

-- Where a page (a call to the desk) goes. Never shown to readers.
alter table operator add column address text;

-- Who is called, in this order; deputies when nobody of the first has answered in time.
create table on_call (
  operator_id bigint primary key references operator,
  position    integer not null check (position > 0),
  deputy      boolean not null default false
);

-- newsletters ---------------------------------------------------------------------------------------------------------

alter table newsletter
  -- Counts changes: of two people who edit at once the second is told.
  add column revision        integer not null default 1,
  -- Null: the publication's.
  add column time_zone       text,
  -- Whose 7:00 it is: the newsroom's for everybody, or each reader's own.
  add column whose_hour      text not null default 'house' check (whose_hour in ('house', 'reader')),
  -- Further hours of the day, behind local_time, in order.
  add column more_hours      time[] not null default '{}',
  -- On which days (ISO, 1 = Monday); null: every day, and of a weekly newsletter its weekly_day.
  add column days            smallint[] check (days <> '{}' and days <@ '{1,2,3,4,5,6,7}'),
  -- From when on the clock makes its editions; null: people do.
  add column automatic_from  timestamptz,
  -- How long before its hour an edition is drafted.
  add column lead_time       interval not null default '60 minutes' check (lead_time between interval '0' and interval '24 hours'),
  add column sender_name     text check (sender_name <> '' and sender_name !~ '[\r\n]'),
  add column from_address    text,
  add column reply_to        text,
  add column logo_url        text,
  -- Colours of the look that are its own: {"dawn": "#a33b2a"}.
  add column colours         jsonb not null default '{}',
  -- Its own forms by name, MJML and text with Liquid: {"digest.mjml": "…"}; null: all are the house's.
  add column template        jsonb check (jsonb_typeof(template) = 'object' and template <> '{}'),
  -- Liquid: "{{ lead }}", "{{ newsletter }}: {{ lead }}". Null: the lead's headline; the next two.
  add column subject_rule    text,
  add column preheader_rule  text,
  -- Only stories of these topics; empty: of all.
  add column topic_ids       bigint[] not null default '{}',
  -- [{"name", "topics": [slug], "most": 3}] in their order.
  add column sections        jsonb not null default '[]',
  add column min_stories     integer not null default 1 check (min_stories > 0),
  add column max_stories     integer not null default 9 check (max_stories between 1 and 30),
  -- Articles older than this are not news; null: by the rhythm.
  add column freshness       interval check (freshness > interval '0'),
  -- What readers were told before: left out or one line (demote), or only what this newsletter told (own).
  add column told            text not null default 'demote' check (told in ('demote', 'own')),
  add column approval        text not null default 'one' check (approval in ('none', 'unless stopped', 'one', 'two')),
  -- What happens when nobody has said yes by its hour.
  add column late            text not null default 'hold' check (late in ('send', 'hold', 'skip')),
  add column empty           text not null default 'skip' check (empty in ('skip', 'quiet day')),
  -- Between its first mails, which go to the staff list, and everybody's.
  add column hold_back       interval not null default '0' check (hold_back >= interval '0'),
  -- "utm_source=daybreak&utm_campaign={newsletter}-{date}&utm_content={section}-{position}", for the publisher's own hosts.
  add column link_parameters text,
  add column link_hosts      text[] not null default '{}',
  add column archived        boolean not null default true,
  add column noindex         boolean not null default false,
  -- Of alerts: how many a day, how soon after each other on one story, the hours in which only major ones wake.
  add column alert_budget    integer not null default 5 check (alert_budget >= 0),
  add column cooldown        interval not null default '30 minutes' check (cooldown >= interval '0'),
  add column quiet_from      time,
  add column quiet_until     time,
  add column countdown       interval not null default '20 seconds' check (countdown >= interval '0'),
  add constraint newsletter_quiet_check check ((quiet_from is null) = (quiet_until is null)),
  add constraint newsletter_stories_check check (min_stories <= max_stories);

-- A holiday, a tragedy: nothing is drafted, and every hour that passes leaves its row.
create table newsletter_pause (
  id            bigint generated always as identity primary key,
  newsletter_id bigint not null references newsletter,
  from_day      date not null,
  until_day     date not null check (until_day >= from_day),
  reason        text not null check (reason <> ''),
  operator_id   bigint references operator,
  created_at    timestamptz not null,
  lifted_at     timestamptz
);

-- Who gets each edition first.
create table staff_reader (
  subscriber_id bigint primary key references subscriber
);

-- the clock -----------------------------------------------------------------------------------------------------------

-- Every due time leaves a row, whatever became of it. The key is the local day and the place of the hour in the day:
-- a double tick, a second scheduler, an hour that comes twice make no second edition.
create table due_time (
  newsletter_id bigint not null references newsletter,
  local_date    date not null,
  slot          smallint not null check (slot > 0),
  -- The newsroom's hour in its zone; of a newsletter at the reader's hour, the first reader's.
  due_at        timestamptz not null,
  state         text not null check (state in ('drafting', 'drafted', 'sent', 'skipped', 'held')),
  reason        text,
  -- {"seen": 40, "left out": {"already told": 12, …}, "chosen": 9}
  counts        jsonb not null default '{}',
  edition_id    bigint references edition,
  noted_at      timestamptz not null,
  primary key (newsletter_id, local_date, slot),
  check (state not in ('skipped', 'held') or reason is not null)
);

create index due_time_edition on due_time (edition_id) where edition_id is not null;

-- editions ------------------------------------------------------------------------------------------------------------

alter table edition
  -- What people edit; what is sent is compiled from it. Null for editions of before.
  add column draft         jsonb,
  -- Counts edits: of two people at once the second is told.
  add column draft_number  integer not null default 1,
  -- Everybody whose hand is in it, by number; the clock's alone has none.
  add column authors       bigint[] not null default '{}',
  add column slot          smallint,
  -- The hour it was made for, frozen with it; null: the newsletter's.
  add column local_time    time,
  add column due_at        timestamptz,
  -- When an approval must be there.
  add column deadline_at   timestamptz,
  add column hold_back     interval not null default '0' check (hold_back >= interval '0'),
  -- Whom it goes to, where that is not its newsletter: {"segment"}, {"edition"}, {"carried": …}.
  add column audience_rule jsonb,
  -- Threaded under this edition's mails.
  add column thread_of     bigint references edition,
  -- Of alerts.
  add column level         text not null default 'normal' check (level in ('normal', 'major')),
  add column update_number integer check (update_number > 0),
  -- A person pressed the button: it leaves then, unless somebody cancels.
  add column leaves_at     timestamptz,
  -- What was said up to here was said of another content, even where an edit was undone since.
  add column voided_verdict bigint not null default 0;

-- Who changed what of a draft: what the second of two people is told.
create table edition_edit (
  edition_id   bigint not null references edition,
  -- The draft that the change made.
  draft_number integer not null,
  operator_id  bigint references operator,
  actor        text not null,
  changes      text[] not null,
  at           timestamptz not null,
  primary key (edition_id, draft_number)
);

-- A version that readers may have got, or that is proposed. The edition's row holds the one that leaves now.
create table edition_version (
  edition_id   bigint not null references edition,
  version      integer not null check (version > 0),
  -- superseded: mails of it are out; proposed: waits for an approval of its difference; refused: it was not taken.
  state        text not null check (state in ('superseded', 'proposed', 'refused')),
  subject      text not null,
  preheader    text not null,
  draft        jsonb,
  compiled     jsonb not null,
  content_hash text not null,
  -- Why it came to be; of one that is superseded, why another took its place (created_at: when), for its web page.
  reason       text not null,
  stories      jsonb not null default '[]',
  created_at   timestamptz not null,
  primary key (edition_id, version)
);

create unique index edition_version_proposed on edition_version (edition_id) where state = 'proposed';

-- Beyond the stories of everybody: told only to who follows one of their topics.
alter table edition_story
  add column followers boolean not null default false,
  -- One line for who was told by an alert: what is new since.
  add column since     boolean not null default false;

-- What people said of an edition, of the content they saw.
create table edition_verdict (
  id           bigint generated always as identity primary key,
  edition_id   bigint not null references edition,
  content_hash text not null,
  verdict      text not null check (verdict in ('approve', 'send back', 'stop', 'override', 'cancel')),
  operator_id  bigint references operator,
  actor        text not null,
  note         text,
  via          text not null check (via in ('cli', 'api', 'page', 'rule')),
  at           timestamptz not null
);

create index edition_verdict_edition on edition_verdict (edition_id, id);

-- A check before sending that stops, and a person who lets it pass all the same.
create table edition_override (
  edition_id   bigint not null references edition,
  content_hash text not null,
  check_name   text not null,
  operator_id  bigint not null references operator,
  reason       text not null check (reason <> ''),
  at           timestamptz not null,
  primary key (edition_id, content_hash, check_name)
);

-- The last pre-flight of a content.
create table edition_check (
  edition_id   bigint primary key references edition,
  content_hash text not null,
  findings     jsonb not null,
  checked_at   timestamptz not null
);

-- A signed link in a mail to one person of the desk; its token names the row.
create table desk_link (
  id           bigint generated always as identity primary key,
  edition_id   bigint not null references edition,
  operator_id  bigint not null references operator,
  -- What it showed when it was mailed: an edit since then makes it say so.
  content_hash text not null,
  created_at   timestamptz not null,
  expires_at   timestamptz not null,
  used_at      timestamptz,
  used_for     text
);

create index desk_link_edition on desk_link (edition_id);

-- Calls that went out, each once.
create table desk_call (
  edition_id bigint not null references edition,
  what       text not null,
  at         timestamptz not null,
  primary key (edition_id, what)
);

-- alerts --------------------------------------------------------------------------------------------------------------

-- Whether the reader wants updates on a story after its first alert.
alter table subscription add column updates boolean not null default false;

-- What becomes of an article that the source itself calls breaking: nothing, an alert that waits for a person, or one
-- that leaves without.
alter table source add column alerts text not null default 'off' check (alerts in ('off', 'draft', 'release'));

alter table delivery drop constraint delivery_reason_check;
alter table delivery add constraint delivery_reason_check check (reason in
  ('left', 'suppressed', 'snoozed', 'over cap', 'already told', 'expired', 'stopped', 'warming up', 'quiet hours'));

-- corrections ---------------------------------------------------------------------------------------------------------

create table correction (
  id          bigint generated always as identity primary key,
  article_id  bigint not null references article,
  -- The last revision that was wrong, and the one that is right (null: retracted).
  wrong       integer not null,
  "right"     integer,
  label       text check (label in ('correction', 'clarification', 'update', 'retraction')),
  -- What was wrong, and what is right, each one line.
  was         text,
  is_now      text,
  -- A person's words for the story, where the publisher's text has not been put right.
  headline    text,
  summary     text,
  found_by    text not null check (found_by in ('revision', 'api', 'editor')),
  -- decided: what is right is written, and waits for a yes to its difference.
  state       text not null default 'open' check (state in ('open', 'decided', 'accepted', 'dismissed')),
  -- How readers are told.
  way         text check (way in ('edition', 'box', 'web')),
  operator_id bigint references operator,
  created_at  timestamptz not null,
  decided_at  timestamptz,
  note        text,
  foreign key (article_id, wrong) references article_revision (article_id, revision),
  check (state not in ('decided', 'accepted') or (label is not null and way is not null and was is not null and is_now is not null and decided_at is not null))
);

-- An article has one at a time.
create unique index correction_unsettled on correction (article_id) where state in ('open', 'decided');

-- Whose a proposed version is.
alter table edition_version add column correction_id bigint references correction;

-- Every edition that carried it, with the last version that did.
create table correction_edition (
  correction_id bigint not null references correction,
  edition_id    bigint not null references edition,
  -- Versions up to this one had the wrong text.
  version       integer not null,
  position      integer not null,
  -- It was being sent, and was paused for this.
  paused        boolean not null default false,
  -- The correction edition that tells its readers.
  told_by       bigint references edition,
  primary key (correction_id, edition_id)
);

create index correction_edition_edition on correction_edition (edition_id);

-- test mails ----------------------------------------------------------------------------------------------------------

-- A test is made of the edition as it was then, not of a form.
alter table service_mail drop constraint service_mail_form_check;
alter table service_mail add constraint service_mail_form_check check (form is not null or kind in ('latest', 'test'));

-- What a team member's limit counts.
create index service_mail_test on service_mail (operator_id, release_at) where kind = 'test';
