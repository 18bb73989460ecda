-- Citizens and two years of contacts beside those of the demo town, drawn without chance: the same at each filling.
-- One text for both engines: `fill.py` gives the :numbers, writes draw(…) and pick(…) out, knows what instant(…) is called,
-- and has made the temporary tables sentence, day and hour of `past.py`. Until it is written, an instant is in seconds.
-- Each table's numbers have a range of their own, so that a recording can tell a contact from a message.

CREATE TEMP TABLE number AS
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :numbers)
SELECT n FROM counted;

-- what the demo town has of each, counted from 0
CREATE TEMP TABLE host AS SELECT id FROM organizations WHERE is_host;
CREATE TEMP TABLE topic AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, slug FROM topics;
CREATE TEMP TABLE queue AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM queues;
CREATE TEMP TABLE service AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, slug FROM services;
CREATE TEMP TABLE article AS SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, slug FROM articles;
CREATE TEMP TABLE commune AS SELECT row_number() OVER (ORDER BY code) - 1 AS n, code AS id FROM communes;
CREATE TEMP TABLE agent AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM staff WHERE role = 'agent' AND organization_id = (SELECT id FROM host);
CREATE TEMP TABLE team AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM teams WHERE organization_id = (SELECT id FROM host);

-- people: one in five hundred protected, one in four hundred a second file of the one before
INSERT INTO citizens (id, name, name_key, language, preferred_channel, commune, protected, know_first, person_id, created_at, version)
SELECT 1000000 + n, first || ' Famille ' || family, lower(first) || ' famille ' || family,
       CASE n % 10 WHEN 8 THEN 'en' WHEN 9 THEN 'ar' ELSE 'fr' END, '', '', n > 9 AND n % 500 = 0,
       CASE WHEN n % 50 = 0 THEN 'Parler lentement, au téléphone surtout.' ELSE '' END,
       CASE WHEN n % 400 = 11 THEN 1000000 + n - 1 END, instant(:since), 1
FROM (
    SELECT n, n % 7919 AS family,
           CASE n % 20 WHEN 0 THEN 'Aicha' WHEN 1 THEN 'Bruno' WHEN 2 THEN 'Chloe' WHEN 3 THEN 'Driss' WHEN 4 THEN 'Elise'
                       WHEN 5 THEN 'Farid' WHEN 6 THEN 'Gilles' WHEN 7 THEN 'Helene' WHEN 8 THEN 'Ines' WHEN 9 THEN 'Jean'
                       WHEN 10 THEN 'Karim' WHEN 11 THEN 'Lea' WHEN 12 THEN 'Marie' WHEN 13 THEN 'Nadia' WHEN 14 THEN 'Omar'
                       WHEN 15 THEN 'Paul' WHEN 16 THEN 'Quentin' WHEN 17 THEN 'Rachida' WHEN 18 THEN 'Sophie' ELSE 'Thomas'
           END AS first
    FROM number WHERE n <= :citizens
) AS drawn;

INSERT INTO merges (kept_id, absorbed_id, fields, before, by_id, at)
SELECT person_id, id, '{}', '{}', (SELECT min(id) FROM agent), instant(:since)
FROM citizens WHERE person_id IS NOT NULL AND id > 1000000;

INSERT INTO flags (citizen_id, kind, note, created_at)
SELECT 1000000 + n, CASE n % 3 WHEN 0 THEN 'vulnerable' WHEN 1 THEN 'interpreter' ELSE 'no_message' END, '', instant(:since)
FROM number WHERE n <= :citizens AND n % 70 = 3;

INSERT INTO identifiers (id, kind, value, text_error, created_at)
SELECT 2000000 + n, 'phone', '+336' || substr(CAST(100000000 + n AS text), 2), '', instant(:since)
FROM number WHERE n <= :citizens
UNION ALL
SELECT 2500000 + n, 'email', 'citoyen' || CAST(n AS text) || '@exemple.fr', '', instant(:since)
FROM number WHERE n <= :citizens AND n % 3 = 0;

INSERT INTO identifier_links (identifier_id, citizen_id, certainty, evidence, created_at)
SELECT 2000000 + n, 1000000 + n, 'confirmed', 'agent', instant(:since) FROM number WHERE n <= :citizens
UNION ALL  -- one phone in twenty is shared
SELECT 2000000 + n - 1, 1000000 + n, 'confirmed', 'agent', instant(:since) FROM number WHERE n <= :citizens AND n % 20 = 0
UNION ALL
SELECT 2500000 + n, 1000000 + n, 'probable', 'form', instant(:since) FROM number WHERE n <= :citizens AND n % 3 = 0;

-- Citizen 1 has `heavy` of the contacts, citizen 2 about thirty whatever their total, the others the rest, unequally.
-- `chance`, `other` and `third` are from 0 to 2147483646; `at` is when it came, `wait` for how long an agent was waited for.
CREATE TEMP TABLE drawn AS
SELECT i, chance, other, third, citizen, at, channel,
       channel = 'phone' AND chance % 100 < 6 AS abandoned,
       i > :contacts - 120 AND channel <> 'phone' AS waits,
       other % 5 = 0 AS has_case,
       (third % 100) * (third % 100) / 40 AS wait,
       CASE citizen % 10 WHEN 8 THEN 'en' WHEN 9 THEN 'ar' ELSE 'fr' END AS language,
       CASE WHEN citizen % 10 = 9 THEN 1 ELSE 0 END AS arabic,
       pick(chance, queue) AS queue, pick(other, agent) AS agent, pick(third, commune) AS commune,
       CASE WHEN chance % 9 > 0 THEN pick(third, topic) END AS topic
FROM (
    SELECT i, chance, other, third, at,
           CASE WHEN :heavy > 0 AND i % (:contacts / :heavy_or_one) = 0 THEN 1
                WHEN i % (:contacts / 30) = 1 THEN 2
                ELSE 3 + (:citizens - 3) * (third / 2048) * (third / 2048) / 1099511627776
           END AS citizen,
           CASE WHEN other / 7 % 20 < 10 THEN 'phone' WHEN other / 7 % 20 < 14 THEN 'text' WHEN other / 7 % 20 < 17 THEN 'web'
                WHEN other / 7 % 20 < 18 THEN 'email' WHEN other / 7 % 20 < 19 THEN 'counter' ELSE 'letter'
           END AS channel
    FROM (
        SELECT day.first + number.n AS i, draw(day.first + number.n, 11) AS chance,
               draw(day.first + number.n, 23) AS other, draw(day.first + number.n, 37) AS third,
               day.midnight + CASE WHEN day.midnight = :today THEN hour.today ELSE hour.second END + number.n % 4 AS at
        FROM day JOIN number ON number.n <= day.volume JOIN hour ON hour.n = (number.n - 1) * 1000 / day.volume
    ) AS placed
) AS peopled
ORDER BY i;

ANALYZE;

-- matters: one contact in five; those of the last month are still open for the most part
INSERT INTO cases (id, reference, organization_id, identifier_id, citizen_id, topic_id, team_id, owner_id, nature, priority,
                   subject, subject_key, state, waits_for, outcome, opened_at, answered_at, closed_at, active_at, version)
SELECT 30000000 + i, 'Z' || substr(CAST(1000000000 + i AS text), 2), host.id, 2000000 + citizen, 1000000 + citizen, topic.id,
       pick(other, team), CASE WHEN third % 3 > 0 THEN agent END,
       CASE other / 5 % 12 WHEN 0 THEN 'complaint' WHEN 1 THEN 'report' WHEN 2 THEN 'appeal' WHEN 3 THEN 'decision'
                      WHEN 4 THEN 'information' ELSE 'request' END,
       CASE third % 20 WHEN 0 THEN 'urgent' WHEN 1 THEN 'high' WHEN 2 THEN 'low' ELSE 'normal' END,
       said.words, said.key, state, CASE WHEN state = 'waiting' THEN 'Le justificatif de domicile' ELSE '' END,
       CASE WHEN state <> 'closed' THEN '' WHEN third % 7 = 0 THEN 'not_solved' WHEN third % 7 < 4 THEN 'solved' ELSE '' END,
       instant(at), CASE WHEN state = 'closed' OR third % 2 = 0 THEN instant(at + 3600 * (1 + third % 90)) END,
       CASE WHEN state = 'closed' THEN instant(at + 86400 * (1 + third % 14)) END,
       instant(CASE WHEN state = 'closed' THEN at + 86400 * (1 + third % 14) ELSE at END), 1
FROM (
    SELECT drawn.*, CASE WHEN at < :until - 30 * 86400 AND third % 200 > 0 THEN 'closed' WHEN third % 4 = 0 AND at < :until - 15 * 86400
                              THEN 'closed' WHEN third % 4 = 1 THEN 'waiting' ELSE 'open' END AS state
    FROM drawn WHERE has_case
) AS drawn
CROSS JOIN host
LEFT JOIN topic ON topic.id = drawn.topic
JOIN sentence AS said ON said.language = 'fr' AND said.n = third % :french;

INSERT INTO clocks (organization_id, case_id, kind, means, state, started_at, due_at, met_at, paused_why, version)
SELECT organization_id, 30000000 + i, kind, '', CASE WHEN met IS NULL THEN CASE WHEN cases.state = 'waiting' THEN 'paused' ELSE 'running' END
                                                     WHEN met > due THEN 'missed' ELSE 'met' END,
       opened_at, instant(due), CASE WHEN met IS NOT NULL THEN instant(met) END,
       CASE WHEN met IS NULL AND cases.state = 'waiting' THEN 'On attend le citoyen' ELSE '' END, 1
FROM (
    SELECT i, 'receipt' AS kind, at + 10 * 86400 AS due, at AS met FROM drawn WHERE has_case
    UNION ALL
    SELECT i, 'first_answer', at + 7 * 86400,
           CASE WHEN at < :until - 7 * 86400 OR third % 2 = 0 THEN at + 3600 * (1 + third % 200) END FROM drawn WHERE has_case
    UNION ALL
    SELECT i, 'resolution', at + 21 * 86400,
           CASE WHEN at < :until - 30 * 86400 AND third % 200 > 0 OR third % 4 = 0 AND at < :until - 15 * 86400
                THEN at + 86400 * (1 + third % 24) END FROM drawn WHERE has_case
) AS kept
JOIN cases ON cases.id = 30000000 + i;

INSERT INTO contacts (id, organization_id, channel, direction, identifier_id, citizen_id, certainty, topic_id, queue_id,
                      case_id, agent_id, language, commune, line, subject, state, step, disposition, note, answer,
                      provider_ref, started_at, answered_at, ended_at, wrapped_up_at, last_message_at, version)
SELECT 10000000 + i, host.id, channel, CASE WHEN other % 40 = 1 THEN 'out' ELSE 'in' END, 2000000 + citizen, 1000000 + citizen,
       'confirmed', drawn.topic, queue, CASE WHEN has_case THEN 30000000 + i END,
       CASE WHEN NOT waits AND NOT abandoned THEN agent END, drawn.language, coalesce(commune, ''),
       (SELECT min(number) FROM lines), said.words, CASE WHEN waits THEN 'waiting' ELSE 'wrapped_up' END,
       CASE WHEN waits THEN 'En attente d’une réponse' ELSE 'Répondu' END,
       CASE WHEN waits THEN '' WHEN abandoned THEN 'abandoned' WHEN third % 20 < 12 THEN 'answered' WHEN third % 20 < 14 THEN 'referred'
            WHEN third % 20 < 16 THEN 'promise_made' WHEN third % 20 < 17 THEN 'transferred' WHEN third % 20 < 18 THEN 'no_answer_needed'
            WHEN channel = 'phone' THEN 'voicemail_left' ELSE 'answered' END,
       CASE WHEN abandoned OR waits THEN '' ELSE noted.words END,
       CASE WHEN abandoned OR waits OR channel = 'phone' AND third % 3 = 0 THEN '' ELSE answered.words END,
       CASE WHEN channel = 'phone' THEN 'CA-bench-' || CAST(i AS text) END, instant(at),
       CASE WHEN abandoned OR waits THEN NULL WHEN channel = 'phone' THEN instant(at + wait) ELSE instant(at + 600 * (1 + third % 90)) END,
       CASE WHEN channel = 'phone' THEN instant(at + wait + CASE WHEN abandoned THEN 0 ELSE 60 + chance % 600 END) END,
       CASE WHEN NOT waits THEN instant(at + CASE WHEN channel = 'phone' THEN wait + 720 ELSE 600 * (1 + third % 90) END) END,
       CASE WHEN channel <> 'phone' THEN instant(at) END, 1
FROM drawn
CROSS JOIN host
JOIN sentence AS said ON said.language = CASE arabic WHEN 1 THEN 'ar' ELSE 'fr' END AND said.n = chance % CASE arabic WHEN 1 THEN :arabic ELSE :french END
JOIN sentence AS noted ON noted.language = 'fr' AND noted.n = other / 3 % :french
JOIN sentence AS answered ON answered.language = 'fr' AND answered.n = third / 3 % :french;

INSERT INTO messages (id, contact_id, direction, channel, body, automatic, state, error, at)
SELECT 20000000 + 2 * i, 10000000 + i, 'in', channel, one.words || ' ' || two.words, CAST(0 AS boolean), 'received', '', instant(at)
FROM drawn
JOIN sentence AS one ON one.language = CASE arabic WHEN 1 THEN 'ar' ELSE 'fr' END AND one.n = other / 11 % CASE arabic WHEN 1 THEN :arabic ELSE :french END
JOIN sentence AS two ON two.language = CASE arabic WHEN 1 THEN 'ar' ELSE 'fr' END AND two.n = third / 13 % CASE arabic WHEN 1 THEN :arabic ELSE :french END
WHERE channel IN ('text', 'web', 'email');

INSERT INTO messages (id, contact_id, direction, channel, body, author_id, automatic, state, error, at)
SELECT 20000001 + 2 * i, 10000000 + i, 'out', channel, 'Bonjour. ' || said.words, agent, CAST(0 AS boolean), 'delivered', '',
       instant(at + 600 * (1 + third % 90))
FROM drawn JOIN sentence AS said ON said.language = 'fr' AND said.n = chance / 17 % :french
WHERE channel IN ('text', 'web', 'email') AND NOT waits;

INSERT INTO places (contact_id, organization_id, queue_id, kind, state, priority, since, needs, attempts, ended_at, "left", version)
SELECT 10000000 + i, host.id, queue, 'call', CASE WHEN abandoned THEN 'left' ELSE 'answered' END, 50, instant(at), '[]', 0,
       instant(at + wait), CASE WHEN abandoned THEN 'hung_up' ELSE '' END, 1
FROM drawn CROSS JOIN host WHERE channel = 'phone';

INSERT INTO promises (id, organization_id, case_id, contact_id, citizen_id, owner_id, text, due_at, kept_at, created_at)
SELECT 40000000 + i, host.id, 30000000 + i, 10000000 + i, 1000000 + citizen, agent, 'Rappeler avec la réponse du service',
       instant(at + 5 * 86400), CASE WHEN at < :until - 4 * 86400 AND third % 100 > 0 THEN instant(at + 86400 * (1 + third % 6)) END, instant(at)
FROM drawn CROSS JOIN host WHERE has_case AND other % 4 = 0;

INSERT INTO referrals (id, organization_id, contact_id, citizen_id, service_id, reason, state, way, shared, created_at, sent_at,
                       first_received_at, answered_at, closed_at, version)
SELECT 50000000 + i, host.id, 10000000 + i, 1000000 + citizen, pick(third, service), 'Cette démarche est du ressort de ce service.',
       CASE WHEN at > :until - 20 * 86400 THEN 'sent' WHEN chance % 10 < 5 THEN 'done' WHEN chance % 10 < 7 THEN 'accepted'
            WHEN chance % 10 < 8 THEN 'refused' WHEN chance % 10 < 9 THEN 'done_without_help' ELSE 'expired' END,
       'email', '{}', instant(at), instant(at), CASE WHEN at <= :until - 20 * 86400 THEN instant(at + 86400) END,
       CASE WHEN at <= :until - 20 * 86400 AND chance % 10 < 9 THEN instant(at + 86400 * (2 + third % 9)) END,
       CASE WHEN at <= :until - 20 * 86400 AND (chance % 10 < 5 OR chance % 10 > 6) THEN instant(at + 86400 * (12 + third % 6)) END, 1
FROM drawn CROSS JOIN host WHERE other % 10 = 1;

INSERT INTO notes (case_id, author_id, body, at)
SELECT 30000000 + i, agent, said.words, instant(at + 7200)
FROM drawn JOIN sentence AS said ON said.language = 'fr' AND said.n = chance / 5 % :french
WHERE has_case AND third % 4 = 0 AND agent IS NOT NULL;

INSERT INTO questions (contact_id, topic_id, text, answer, disposition, at)
SELECT 10000000 + i, drawn.topic, said.words, '', 'answered', instant(at)
FROM drawn JOIN sentence AS said ON said.language = 'fr' AND said.n = other / 29 % :french
WHERE third % 20 = 3 AND NOT waits;

-- what the public site saw: a search for three contacts, one in twelve found nothing; an opinion for eight
INSERT INTO searches (at, words, language, commune, channel, found, first, topic, service, visit)
SELECT instant(at - 120), lower(substr(said.words, 1, 24)), 'fr', coalesce(drawn.commune, ''), 'web',
       CASE WHEN third % 12 = 0 THEN 0 ELSE 1 + third % 9 END, CASE WHEN third % 12 = 0 THEN '' ELSE coalesce(article.slug, '') END,
       coalesce(topic.slug, ''), '', 'bench-' || CAST(i AS text)
FROM drawn
JOIN sentence AS said ON said.language = 'fr' AND said.n = chance / 19 % 997
LEFT JOIN topic ON topic.id = drawn.topic
LEFT JOIN article ON article.id = pick(other, article)
WHERE chance % 3 = 0;

INSERT INTO opinions (article_id, visit, helped, at)
SELECT pick(other, article), 'bench-' || CAST(i AS text), third % 5 < 4, instant(at - 60) FROM drawn WHERE chance % 9 = 0;

INSERT INTO events (id, at, verb, actor_kind, subject_type, subject_id, citizen_id, details)
SELECT 60000000 + 3 * i, instant(at), 'contact.begun', 'citizen', 'contacts', 10000000 + i, 1000000 + citizen, '{"channel": "phone"}'
FROM drawn;
INSERT INTO events (id, at, verb, actor_kind, actor_id, subject_type, subject_id, citizen_id, details)
SELECT 60000001 + 3 * i, instant(at + 720), 'contact.wrapped_up', 'staff', agent, 'contacts', 10000000 + i, 1000000 + citizen,
       '{"disposition": "answered"}'
FROM drawn WHERE NOT waits;
INSERT INTO events (id, at, verb, actor_kind, actor_id, subject_type, subject_id, citizen_id, details)
SELECT 60000002 + 3 * i, instant(at), 'case.opened', 'staff', agent, 'cases', 30000000 + i, 1000000 + citizen, '{}'
FROM drawn WHERE has_case;
