-- What became of an edition's mails by destination, kept once the edition is over: a report does not count a million
-- rows again. Marks that come later (returned, complained) are read from `returned`.
create table edition_figures (
  edition_id  bigint not null,
  destination integer not null,
  accepted    bigint not null,
  tried_again bigint not null,
  rejected    bigint not null,
  uncertain   bigint not null,
  excluded    bigint not null,
  waiting     bigint not null,
  -- Of the whole edition, as its counters said then: with other counters the figures are counted again.
  stamp       text not null,
  primary key (edition_id, destination)
);

-- One note a week, whoever makes it.
create unique index service_mail_week on service_mail ((payload ->> 'week')) where kind = 'notice';
