-- Addresses that may not sign in for a while: they failed too often. They are personal data: found by a MAC, held sealed.

CREATE TABLE address_block (
  id             UUID PRIMARY KEY,  -- HMAC of the address (IPv6: of its /64), cut to 128 bit
  blocked_at     BIGINT NOT NULL,
  until          BIGINT NOT NULL,
  address_sealed BYTEA NOT NULL
);
CREATE INDEX address_block_by_until ON address_block (until);
CREATE INDEX address_block_by_time ON address_block (blocked_at);
