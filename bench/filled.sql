-- The records of what `fill.sql` wrote, in PostgreSQL: what `index-history` would write, from sentences already read.
-- `said` holds each sentence with its terms; a message is one or two of them.
DROP INDEX ix_records_words;
TRUNCATE records;

INSERT INTO records (id, at, words)
SELECT 4 * contacts.id + 1, started_at,
       subject.terms || coalesce(note.terms, '') || coalesce(answer.terms, '') || coalesce(one.terms, '') || coalesce(two.terms, '')
       || coalesce(sent.terms, '') || array_to_tsvector(array_remove(ARRAY[
           'c_' || organization_id,
           'c_' || organization_id || '_w' || floor((extract(epoch FROM started_at) - 345600) / 604800)::int,
           'c_' || organization_id || '_m' || (12 * extract(year FROM started_at AT TIME ZONE 'UTC') + extract(month FROM started_at AT TIME ZONE 'UTC'))::int,
           'channel_' || contacts.channel, 'topic_' || topic_id, 'agent_' || agent_id], NULL))
FROM contacts
JOIN said AS subject ON subject.words = contacts.subject
LEFT JOIN said AS note ON note.words = contacts.note
LEFT JOIN said AS answer ON answer.words = contacts.answer
LEFT JOIN messages AS received ON received.id = 2 * contacts.id
LEFT JOIN said AS one ON one.words = split_part(received.body, '. ', 1) || '.'
LEFT JOIN said AS two ON two.words = split_part(received.body, '. ', 2)
LEFT JOIN messages AS written ON written.id = 2 * contacts.id + 1
LEFT JOIN said AS sent ON sent.words = split_part(written.body, '. ', 2)
WHERE contacts.id BETWEEN 10000001 AND 18999999;

INSERT INTO records (id, at, words)
SELECT 4 * cases.id + 2, opened_at, subject.terms || coalesce(note.terms, '') || array_to_tsvector(array_remove(ARRAY[
           'm_' || organization_id,
           'm_' || organization_id || '_w' || floor((extract(epoch FROM opened_at) - 345600) / 604800)::int,
           'm_' || organization_id || '_m' || (12 * extract(year FROM opened_at AT TIME ZONE 'UTC') + extract(month FROM opened_at AT TIME ZONE 'UTC'))::int,
           lower(reference), 'topic_' || topic_id, 'agent_' || owner_id], NULL))
FROM cases
JOIN said AS subject ON subject.words = cases.subject
LEFT JOIN notes ON notes.case_id = cases.id
LEFT JOIN said AS note ON note.words = notes.body
WHERE cases.id BETWEEN 30000001 AND 38999999;

INSERT INTO records (id, at, words)
SELECT 4 * id + 3, created_at, array_to_tsvector(string_to_array(name_key, ' ') || ARRAY['p_',
           'p__w' || floor((extract(epoch FROM created_at) - 345600) / 604800)::int,
           'p__m' || (12 * extract(year FROM created_at AT TIME ZONE 'UTC') + extract(month FROM created_at AT TIME ZONE 'UTC'))::int])
FROM citizens WHERE id > 1000000;

SET maintenance_work_mem = '512MB';
CREATE INDEX ix_records_words ON records USING gin (words) WITH (fastupdate = off);
