-- Who is told what. A notice is the truth, kept with the event it tells of; a delivery is what one
-- other channel made of it, for one recipient.

-- For an organisation, or with an empty org_id for the reporters of the order.
CREATE TABLE notices (
  jurisdiction_id TEXT NOT NULL,
  org_id TEXT NOT NULL,
  id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  number TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, org_id, id)
);
CREATE INDEX notices_reporters ON notices (jurisdiction_id, order_id, id) WHERE org_id = '';

-- Which notices somebody read; those up to tell_people.read_until count as read too.
CREATE TABLE notice_reads (
  jurisdiction_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  notice_id TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, person_id, notice_id)
);

-- How somebody with an account wants to be told; data is JSON.
CREATE TABLE tell_people (
  jurisdiction_id TEXT NOT NULL,
  person_id TEXT NOT NULL,
  data TEXT NOT NULL,
  read_until TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, person_id)
);

-- How a reporter wants to be told; data is JSON and holds no contact data.
CREATE TABLE tell_reporters (
  jurisdiction_id TEXT NOT NULL,
  reporter_id TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (jurisdiction_id, reporter_id)
);

-- Programs and chat groups that are told over HTTP; data is JSON with address and secret.
CREATE TABLE hooks (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  data TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, id)
);

-- Browsers that somebody allowed to be told (Web Push).
CREATE TABLE pushes (
  jurisdiction_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  id TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, recipient, id)
);

CREATE TABLE deliveries (
  jurisdiction_id TEXT NOT NULL,
  id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  number TEXT NOT NULL,
  seq BIGINT NOT NULL,
  event TEXT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  next_at BIGINT,
  done_at BIGINT,
  reason TEXT,
  PRIMARY KEY (jurisdiction_id, id),
  UNIQUE (jurisdiction_id, order_id, seq, event, channel, recipient)
);
CREATE INDEX deliveries_state ON deliveries (jurisdiction_id, state, id);

-- Deadlines of which somebody was told, so that it happens once for each.
CREATE TABLE deadlines_told (
  jurisdiction_id TEXT NOT NULL,
  order_id TEXT NOT NULL,
  event TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (jurisdiction_id, order_id, event, due_at)
);

-- The attempt's number fences and only grows; failures are counted since the operator last stepped in.
ALTER TABLE jobs ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
