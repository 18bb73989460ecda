-- Citizens and a past of contacts beside those of the demo town, drawn without chance: the same at each filling.
-- Each table's numbers have a range of their own, so that a recording can tell a contact from a message.
-- Nothing refers to what is not there: the checks of foreign keys would only cost time.
SET session_replication_role = replica;

CREATE TEMP TABLE town AS
SELECT (SELECT id FROM organizations WHERE is_host) AS host,
       (SELECT array_agg(id ORDER BY id) FROM topics) AS topics,
       (SELECT array_agg(id ORDER BY id) FROM queues) AS queues,
       (SELECT array_agg(id ORDER BY id) FROM services) AS services,
       (SELECT array_agg(id ORDER BY id) FROM staff WHERE role = 'agent') AS agents,
       (SELECT number FROM lines ORDER BY id LIMIT 1) AS line;

INSERT INTO citizens (id, name, name_key, language, preferred_channel, commune, protected, know_first, created_at, version)
SELECT 1000000 + n, initcap(first || ' ' || last), first || ' ' || last, language, '', '', n > 9 AND mod(n, 500) = 0,
       CASE WHEN mod(n, 50) = 0 THEN 'Parler lentement, au téléphone surtout.' ELSE '' END, now() - interval '3 years', 1
FROM (
    SELECT n,
           (ARRAY['aicha', 'bruno', 'chloe', 'driss', 'elise', 'farid', 'gilles', 'helene', 'ines', 'jean', 'karim',
                  'lea', 'marie', 'nadia', 'omar', 'paul', 'quentin', 'rachida', 'sophie', 'thomas'])[1 + mod(n, 20)] AS first,
           'famille ' || mod(n, 7919) AS last,
           (ARRAY['fr', 'fr', 'fr', 'fr', 'fr', 'fr', 'fr', 'fr', 'en', 'ar'])[1 + mod(n, 10)] AS language
    FROM generate_series(1, %(citizens)s) AS n
) AS drawn;

INSERT INTO identifiers (id, kind, value, created_at)
SELECT 2000000 + n, 'phone', '+336' || lpad(n::text, 8, '0'), now() FROM generate_series(1, %(citizens)s) AS n
UNION ALL
SELECT 2500000 + n, 'email', 'citoyen' || n || '@exemple.fr', now() FROM generate_series(3, %(citizens)s, 3) AS n;

INSERT INTO identifier_links (identifier_id, citizen_id, certainty, evidence, created_at)
SELECT 2000000 + n, 1000000 + n, 'confirmed', 'agent', now() FROM generate_series(1, %(citizens)s) AS n
UNION ALL  -- one phone in twenty is shared
SELECT 2000000 + n - 1, 1000000 + n, 'confirmed', 'agent', now() FROM generate_series(20, %(citizens)s, 20) AS n
UNION ALL
SELECT 2500000 + n, 1000000 + n, 'probable', 'form', now() FROM generate_series(3, %(citizens)s, 3) AS n;

-- Citizen 1 has `heavy` of the contacts, citizen 2 about thirty whatever their total, the others the rest, unequally.
CREATE TEMP TABLE drawn AS
SELECT i, draw, citizen, 1 + mod(draw, 100) AS place,
       now() - interval '3 years' * (%(contacts)s - i + 1) / %(contacts)s AS at,
       draw % 1000 = 7 AND citizen > 2 AS waits,
       draw % 5 = 0 AS has_case,
       (ARRAY['phone', 'phone', 'phone', 'phone', 'phone', 'phone', 'phone', 'phone', 'phone', 'phone', 'text', 'text',
              'text', 'text', 'web', 'web', 'web', 'email', 'counter', 'letter'])[1 + (draw / 7) % 20] AS channel
FROM (
    SELECT i, hashint4(i)::bigint & 2147483647 AS draw,
           CASE WHEN %(heavy)s > 0 AND mod(i, %(contacts)s / greatest(%(heavy)s, 1)) = 0 THEN 1
                WHEN mod(i, %(contacts)s / 30) = 1 THEN 2
                ELSE 3 + floor((%(citizens)s - 3) * power((hashint4(-i)::bigint & 2147483647) / 2147483648.0, 2))::int
           END AS citizen
    FROM generate_series(1, %(contacts)s) AS i
) AS numbers;

INSERT INTO cases (id, reference, organization_id, identifier_id, citizen_id, topic_id, subject, state, opened_at, closed_at, version)
SELECT 30000000 + i, 'Z' || lpad(i::text, 9, '0'), host, 2000000 + citizen, 1000000 + citizen, topics[1 + mod(place, array_length(topics, 1))],
       'Demande numéro ' || i, CASE WHEN draw % 200 = 0 THEN 'open' ELSE 'closed' END, at,
       CASE WHEN draw % 200 = 0 THEN NULL ELSE at + interval '3 days' END, 1
FROM drawn, town WHERE has_case;

INSERT INTO contacts (id, organization_id, channel, direction, identifier_id, citizen_id, certainty, topic_id, queue_id,
                      case_id, agent_id, language, commune, line, subject, state, step, disposition, note, answer,
                      provider_ref, started_at, answered_at, ended_at, wrapped_up_at, last_message_at, version)
SELECT 10000000 + i, host, channel, 'in', 2000000 + citizen, 1000000 + citizen, 'confirmed',
       topics[1 + mod(place, array_length(topics, 1))], queues[1 + mod(place, array_length(queues, 1))],
       CASE WHEN has_case THEN 30000000 + i END, CASE WHEN NOT waits THEN agents[1 + mod(place, array_length(agents, 1))] END,
       'fr', '', line, 'Question numéro ' || i, CASE WHEN waits THEN 'waiting' ELSE 'wrapped_up' END, 'Répondu',
       CASE WHEN waits THEN '' ELSE 'answered' END, 'La personne a reçu la liste des pièces et rappellera si besoin.',
       'Liste des pièces et horaires.', CASE WHEN channel = 'phone' THEN 'CA-bench-' || i END,
       at, at, at, CASE WHEN NOT waits THEN at + interval '5 minutes' END, at, 1
FROM drawn, town;

INSERT INTO messages (id, contact_id, direction, channel, body, automatic, state, error, at)
SELECT 20000000 + 2 * i + side, 10000000 + i, (ARRAY['in', 'out'])[1 + side], channel,
       (ARRAY['Bonjour, quels papiers faut-il pour refaire ma carte d’identité, et où dois-je aller ?',
              'Bonjour, voici la liste : une photo, un justificatif de domicile et l’ancienne carte. Sur rendez-vous.'])[1 + side],
       false, (ARRAY['received', 'delivered'])[1 + side], '', at + side * interval '2 minutes'
FROM drawn, generate_series(0, 1) AS side WHERE channel IN ('text', 'web', 'email');

INSERT INTO promises (id, organization_id, case_id, contact_id, citizen_id, text, due_at, kept_at, created_at)
SELECT 40000000 + i, host, 30000000 + i, 10000000 + i, 1000000 + citizen, 'Rappeler avec la réponse du service',
       at + interval '5 days', CASE WHEN draw % 1000 <> 0 THEN at + interval '2 days' END, at
FROM drawn, town WHERE has_case AND draw % 20 = 0;

INSERT INTO referrals (id, organization_id, contact_id, citizen_id, service_id, reason, state, created_at)
SELECT 50000000 + i, host, 10000000 + i, 1000000 + citizen, services[1 + mod(place, array_length(services, 1))],
       'Cette démarche est du ressort de ce service.', 'proposed', at
FROM drawn, town WHERE draw % 10 = 1;

INSERT INTO events (id, at, verb, actor_kind, subject_type, subject_id, citizen_id, details)
SELECT 60000000 + 2 * i, at, 'contact.begun', 'citizen', 'contacts', 10000000 + i, 1000000 + citizen, '{"channel": "phone"}'::json
FROM drawn
UNION ALL
SELECT 60000001 + 2 * i, at, 'contact.wrapped_up', 'system', 'contacts', 10000000 + i, 1000000 + citizen, '{"disposition": "answered"}'::json
FROM drawn WHERE NOT waits;

SELECT setval(pg_get_serial_sequence(name, 'id'), start)
FROM (VALUES ('citizens', 1900000), ('identifiers', 2900000), ('contacts', 19000000), ('messages', 29000000),
             ('cases', 39000000), ('promises', 49000000), ('referrals', 59000000), ('events', 69000000),
             ('jobs', 79000000), ('network_events', 89000000), ('codes', 91000000), ('readings', 92000000),
             ('searches', 93000000)) AS starts (name, start);

DROP TABLE drawn, town;
SET session_replication_role = DEFAULT;
