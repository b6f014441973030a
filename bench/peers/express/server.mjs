// The gate as an Express service. usage: ISSUER=… AUDIENCE=… node server.mjs PORT ALGORITHM KEYFILE
import { createPublicKey, createSecretKey } from "node:crypto";
import { readFileSync } from "node:fs";
import express from "express";
import jwt from "jsonwebtoken";

const [port, algorithm, keyFile] = process.argv.slice(2);
const bytes = readFileSync(keyFile);
// A KeyObject: with a string or PEM the library guesses and parses the key anew on every call.
const key = algorithm === "HS256" ? createSecretKey(bytes) : createPublicKey(bytes);
const options = { algorithms: [algorithm], issuer: process.env.ISSUER, audience: process.env.AUDIENCE };

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.get("/gate/check", (request, response) => {
  const authorization = request.headers.authorization ?? "";
  try {
    const claims = jwt.verify(authorization.startsWith("Bearer ") ? authorization.slice(7) : "", key, options);
    response.set({ "X-Auth-Subject": claims.sub, "Cache-Control": "no-store" }).status(200).end();
  } catch {
    response.set({ "WWW-Authenticate": "Bearer", "Cache-Control": "no-store" }).status(401).end();
  }
});
app.listen(Number(port), "127.0.0.1", () => console.log(`listening on ${port}`));
