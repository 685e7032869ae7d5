/** What only a restored or exchanged database explains: then it does not know what was sent. */
export const LOSSES = {
  damaged: 'the mark outside the database, restore-mark.json, is damaged',
  missing:
    'the mark outside the database, restore-mark.json, is missing: nobody can tell whether this is an old backup',
  other: 'this is another database than the one that this data directory was used with',
  restored: 'the database was restored from a backup: it does not know what was sent since',
  exchanged: 'the database was exchanged while Daybreak ran',
  restoredNow:
    'the database was restored from a backup while Daybreak ran: it does not know what was sent since',
}
