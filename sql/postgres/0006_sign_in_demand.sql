-- What the owner of an account asks of its sign-ins beyond any two factors.
CREATE TABLE sign_in_demand (
  id  UUID PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  acr TEXT NOT NULL  -- phr: a passkey
);
